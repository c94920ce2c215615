"""T-scores of a record: which one counts, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    FEMUR_T,
    FOREARM_T,
    HIP_T,
    SPINE_T,
    coded,
    condition,
    observation,
    on_record,
    ordered_augmentation,
    prescription,
    quantity,
    t_score,
    verification,
)
from tests.codes import MEASURES, SCT
from tests.expected import Known, Missing, check

FOREARM = "80944-2"


def says(*resources, order=None):
    return on_record(*resources, order=order).findings()


def is_named(findings, words):
    """Tell if what was passed over is named with these words."""
    return any(words in value.detail for value in findings.passed_over)


# --- which one counts


def test_two_t_scores_of_one_site_and_moment_conflict():
    check(says(t_score(-2.5), t_score(-3.1)), {"bmd-t-score": Missing("conflicting")})


MORNING, EVENING = "2026-11-02T08:00:00Z", "2026-11-02T18:00:00Z"


def test_of_two_moments_of_a_day_the_later_t_score_counts():
    found = says(t_score(-2.5, on=MORNING), t_score(-3.1, on=EVENING))
    check(found, {"bmd-t-score": Known(-3.1)})


def test_one_that_names_only_the_day_conflicts_with_each_of_that_day():
    found = says(
        t_score(-2.5, on=MORNING),
        t_score(-3.1, on=EVENING),
        t_score(-2.5, on="2026-11-02"),
    )
    check(found, {"bmd-t-score": Missing("conflicting")})


def test_of_stale_t_scores_the_lowest_central_one_of_the_newest_day_is_told():
    found = says(
        t_score(-2.1, on="2014-05-02"),
        t_score(-2.6, code=HIP_T, on="2014-05-02"),
        t_score(-3.9, code=FOREARM, on="2015-05-02"),
    )
    stale = Missing("stale", value=-2.6, observed=date(2014, 5, 2))
    check(found, {"bmd-t-score": stale})


@pytest.mark.parametrize("levels", ["L2 and L4", "L2, L4"])
def test_two_vertebrae_are_fewer_levels_than_the_region_which_counts(levels):
    found = says(
        t_score(-2.4, bodySite={"text": "L2-L4"}),
        t_score(-3.1, bodySite={"text": levels}),
    )
    check(found, {"bmd-t-score": Known(-2.4)})


@pytest.mark.parametrize("levels", ["L2 a L4", "L2 to L4"])
def test_the_same_region_in_other_words_is_in_conflict(levels):
    found = says(
        t_score(-2.4, bodySite={"text": "L2-L4"}),
        t_score(-3.1, bodySite={"text": levels}),
    )
    check(found, {"bmd-t-score": Missing("conflicting")})


def of_accession(value, site, **members):
    """Build a T-score of this site that has the number of one examination."""
    return t_score(
        value,
        code=coded(FOREARM_T, display=f"{site} T-score"),
        identifier=[{"system": "urn:accession", "value": "1"}],
        **members,
    )


@pytest.mark.parametrize(
    "corrected",
    [
        pytest.param(
            of_accession(-1.5, "Femoral neck", status="corrected"), id="another site"
        ),
        pytest.param(
            of_accession(-1.5, "Lumbar spine", status="corrected", on="2024-05-01"),
            id="another day",
        ),
    ],
)
def test_a_corrected_value_of_another_site_or_day_replaces_nothing(corrected):
    found = says(of_accession(-3.2, "Lumbar spine"), corrected)
    check(found, {"bmd-t-score": Known(-3.2)})


def test_the_components_of_a_dxa_panel_are_read():
    scores = [(SPINE_T, -2.2, "{T-score}"), (HIP_T, -2.6, "{T-score}")]
    z_score = ("85394-5", -0.2, "{Z-score}")
    components = [
        {"code": coded(code), "valueQuantity": quantity(value, unit=unit)}
        for code, value, unit in (*scores, z_score)
    ]
    found = says(observation("83311-1", component=components))
    check(found, {"bmd-t-score": Known(-2.6)})
    assert is_named(found, "a Z-score")


# --- the age of a value


def test_from_two_years_on_the_age_is_said_in_years():
    said = Known(concerns=["The T-score is 6 years old."])
    check(says(t_score(-2.5, on="2020-01-01")), {"bmd-t-score": said})


@pytest.mark.parametrize(
    ("on", "may_reassure"),
    [
        pytest.param("2025-01-10", True, id="fresh"),
        pytest.param("2024-01-10", False, id="older"),
    ],
)
def test_only_a_fresh_t_score_may_reassure(on, may_reassure):
    found = says(t_score(-2.2, code=HIP_T, on=on))
    check(found, {"bmd-t-score": Known(may_reassure=may_reassure)})


# --- what is a T-score by DXA


@pytest.mark.parametrize("code", [SPINE_T, HIP_T, FEMUR_T])
def test_the_loinc_code_of_a_t_score_says_dxa(code):
    by_dxa = Known(concerns=[], may_reassure=True)
    check(says(t_score(-1.9, code=code)), {"bmd-t-score": by_dxa})


def test_the_forearm_does_not_reassure():
    found = says(t_score(-1.9, code=FOREARM))
    check(found, {"bmd-t-score": Known(may_reassure=False)})


def test_a_z_score_under_a_t_score_code_is_refused_by_its_words():
    found = says(t_score(-0.3, code=coded(SPINE_T, text="Lumbar spine Z-score")))
    check(found, {"bmd-t-score": Missing(detail="a Z-score")})


def test_a_score_computed_from_a_ct_is_not_a_dxa():
    found = says(t_score(-2.0, code="104938-6", method={"text": "QCT"}))
    check(found, {"bmd-t-score": Missing("other-method")})


def test_a_heel_under_our_own_code_is_refused():
    heel = t_score(
        -2.0,
        code=coded("bmd-t-score", system=MEASURES),
        bodySite={"text": "calcaneus"},
    )
    check(says(heel), {"bmd-t-score": Missing("other-method")})


@pytest.mark.parametrize(
    "title", ["DXA total body T-score", "DXA whole body T-score", "T-Wert Ganzkörper"]
)
def test_a_value_of_the_whole_body_is_refused(title):
    code = {
        "coding": [{"system": "http://loinc.org", "code": "38267-1", "display": title}]
    }
    found = says(t_score(-0.5) | {"code": code})
    check(found, {"bmd-t-score": Missing("other-method")})


@pytest.mark.parametrize(
    ("component", "reassures"),
    [
        ({"code": {"text": "Site"}, "valueString": "forearm"}, False),
        ({"code": {"text": "Validity"}, "valueString": "invalid"}, False),
        ({"code": {"text": "VFA"}, "valueString": "Grade 3 fracture T8"}, False),
        ({"code": {"text": "Glucocorticoids"}, "valueBoolean": True}, False),
        ({"code": {"text": "Region"}, "valueString": "L1-L4"}, True),
        ({"code": {"text": "Prior fracture"}, "valueBoolean": False}, True),
    ],
)
def test_words_of_another_component_are_words_on_the_value(component, reassures):
    found = says(t_score(-0.5, component=[component]))
    assert found.known["bmd-t-score"].may_reassure == reassures


OTHERS = {
    "heel": ("38266-3", "{T-score}"),
    "humerus": ("85390-3", "{T-score}"),
    "Z-score": ("85394-5", "{Z-score}"),
    "density": ("24966-4", "g/cm2"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_bone_or_measure_is_named_and_never_used(name):
    code, unit = OTHERS[name]
    found = says(t_score(-3.9, code=code, unit=unit))
    check(found, {"bmd-t-score": Missing("absent")})
    assert is_named(found, name)


@pytest.mark.parametrize("name", OTHERS)
def test_another_bone_or_measure_that_was_retracted_is_not_named(name):
    code, unit = OTHERS[name]
    found = says(t_score(-3.9, code=code, unit=unit, status="entered-in-error"))
    check(found, {"bmd-t-score": Missing("absent")})
    assert not found.passed_over


# --- a minus sign that may be missing


NO_MINUS = "is a minus sign missing?"


@pytest.mark.parametrize("score", [1.0, 2.7])
@pytest.mark.parametrize(
    "osteoporosis",
    [
        pytest.param(condition("M81.0"), id="ICD osteoporosis"),
        pytest.param(condition("64859006", system=SCT), id="SNOMED osteoporosis"),
        pytest.param(condition("M80.08XA"), id="osteoporotic fracture"),
        pytest.param(prescription({"text": "Alendronate 70 mg weekly"}), id="drug"),
    ],
)
def test_a_positive_t_score_with_osteoporosis_may_lack_its_minus(osteoporosis, score):
    found = says(t_score(score), osteoporosis)
    refused = Missing("out-of-range", detail=f"T-score {score}: {NO_MINUS}")
    check(found, {"bmd-t-score": refused})


def test_a_positive_t_score_with_osteoporosis_of_the_order_may_lack_its_minus():
    found = says(t_score(2.7), order=ordered_augmentation(["L1"], ["osteoporosis"]))
    check(found, {"bmd-t-score": Missing(detail=f"T-score 2.7: {NO_MINUS}")})


def test_a_positive_t_score_that_is_called_osteoporosis_may_lack_its_minus():
    found = says(t_score(2.7, interpretation=[{"text": "Osteoporosis"}]))
    refused = Missing("out-of-range", detail=f"T-score 2.7: {NO_MINUS}")
    check(found, {"bmd-t-score": refused})


@pytest.mark.parametrize(
    "words", ["DXA phantom, daily QC", "Tägliche Qualitätskontrolle LWS", "体模 T值"]
)
def test_the_t_score_of_a_phantom_is_none(words):
    raw = t_score(-0.2)
    raw["code"] = {"coding": raw["code"]["coding"], "text": words}
    found = says(raw)
    check(found, {"bmd-t-score": Missing("other-method")})


def test_a_t_score_below_1_with_osteoporosis_is_taken_as_it_is():
    found = says(t_score(0.9), condition("M81.0"))
    check(found, {"bmd-t-score": Known(0.9)})


REFUTED = condition("M81.0", verificationStatus=verification("refuted"))


@pytest.mark.parametrize(
    "problems",
    [
        pytest.param([], id="nothing"),
        pytest.param([condition("I10")], id="hypertension"),
        pytest.param([REFUTED], id="refuted osteoporosis"),
    ],
)
def test_a_positive_t_score_without_osteoporosis_is_taken_as_it_is(problems):
    check(says(t_score(2.7), *problems), {"bmd-t-score": Known(2.7)})


# --- values and units


@pytest.mark.parametrize(
    "value",
    [
        "2.5 below",
        "-2.5 to -3",
        "osteoporosis",
        pytest.param(" ", id="a space"),
        "--2",
    ],
)
def test_anything_more_than_a_number_is_no_value(value):
    found = says(observation(SPINE_T, valueString=value))
    check(found, {"bmd-t-score": Missing("no-value")})


@pytest.mark.parametrize(
    "unit",
    [
        "{T-score}",
        "{T-Score}",
        "{Tscore}",
        "T-Score",
        "{SD}",
        "SD",
        "1",
        "{score}",
        pytest.param(None, id="no unit"),
    ],
)
def test_a_t_score_is_accepted_in_each_unit_that_is_written(unit):
    check(says(t_score(-2.5, unit=unit)), {"bmd-t-score": Known(-2.5)})
