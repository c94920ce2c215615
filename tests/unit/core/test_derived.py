"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from datetime import date

import pytest

from cds_service.core.derivations.derived import derive
from cds_service.core.derivations.sarcopenia import RULERS
from cds_service.core.findings import Findings, Gap
from cds_service.core.orders import AugmentationOrder, TreatedLevels
from tests.builders import specs
from tests.expected import Known, Missing, check
from tests.fact_builders import facts, finding

DAY = date(2026, 11, 2)
ORDER = {
    "references": ("ServiceRequest/1",),
    "procedure": "PKP",
    "levels": TreatedLevels(names=("T12", "L1"), is_at_junction=True),
}


def known(name, value, *, on=DAY, **members):
    return finding(name, value, observed=on)._replace(**members)


def derived(*findings, order=None, ruler="awgs-2019", gaps=()):
    found = facts(**{one.name: one for one in findings})
    stated = Findings(found.known, {**found.gaps, **{one.name: one for one in gaps}})
    if order is not None:
        order = AugmentationOrder(
            **ORDER | order | {"reasons": frozenset(order.get("reasons", ()))}
        )
    return derive(stated, specs(), order, sarcopenia_criteria=ruler)


# --- BMI


WEIGHT, HEIGHT = known("weight", value=51.2), known("height", value=1.6)
DIFFER = (
    "Recorded BMI and BMI from weight and height differ (26.0 and 20.0); the newer is"
    " used."
)


def test_bmi_follows_from_weight_and_height_with_both_sources():
    old_height = known("height", value=1.6, on=date(2020, 1, 1))
    bmi = Known(
        20.0, observed=DAY, sources=["Observation/weight", "Observation/height"]
    )
    check(derived(WEIGHT, old_height), {"bmi": bmi})


def test_a_recorded_bmi_that_agrees_stays():
    recorded = known("bmi", value=20.9)
    check(derived(recorded, WEIGHT, HEIGHT), {"bmi": Known(20.9, concerns=[])})


def test_a_recorded_bmi_that_differs_counts_if_it_is_the_newer():
    newer = known("bmi", value=26.0, on=date(2026, 11, 10))
    check(derived(newer, WEIGHT, HEIGHT), {"bmi": Known(26.0, concerns=[DIFFER])})


def test_the_computed_bmi_that_differs_counts_if_it_is_the_newer():
    older = known("bmi", value=26.0, on=date(2026, 10, 1))
    computed = Known(20.0, may_reassure=False, concerns=[DIFFER])
    check(derived(older, WEIGHT, HEIGHT), {"bmi": computed})


def test_of_two_bmi_of_one_day_that_differ_neither_counts():
    recorded = known("bmi", value=26.0)
    conflict = Missing(
        "conflicting",
        detail="Recorded BMI and BMI from weight and height differ (26.0 and 20.0)",
    )
    check(derived(recorded, WEIGHT, HEIGHT), {"bmi": conflict})


def test_concerns_of_the_parts_are_concerns_of_the_result():
    concern = "The weight is 8 months old."
    old_weight = known("weight", value=51.2, concerns=[concern])
    check(derived(old_weight, HEIGHT), {"bmi": Known(concerns=[concern])})


# --- muscle


def test_the_muscle_index_follows_from_lean_mass_and_height_with_its_method():
    lean_mass = known("appendicular-lean-mass", value=12.8, method="bioimpedance")
    index = Known(5.0, method="bioimpedance")
    check(derived(lean_mass, HEIGHT), {"appendicular-muscle-index": index})


@pytest.mark.parametrize(
    ("total", "fat", "muscle"),
    # The two pictured patients of residual-pain-2025.
    [
        pytest.param(14.41, 33.24, 9.620116, id="patient without pain"),
        pytest.param(8.71, 74.75, 2.199275, id="patient with pain"),
    ],
)
def test_psoas_muscle_area_is_total_less_fat(total, fat, muscle):
    found = derived(
        known("psoas-total-area", value=total), known("psoas-fat-fraction", value=fat)
    )
    check(found, {"psoas-muscle-area": Known(muscle)})


VERTEBRA = known("l4-vertebral-area", value=14.0)


def test_plvi_is_psoas_over_vertebra():
    psoas = known("psoas-total-area", value=11.06)
    check(derived(psoas, VERTEBRA), {"plvi": Known(0.79, concerns=[])})


def test_areas_of_different_days_are_said():
    psoas = known("psoas-total-area", value=11.06)
    older = known("l4-vertebral-area", value=14.0, on=date(2026, 6, 1))
    check(derived(psoas, older), {"plvi": Known(concern="different days")})


def test_a_recorded_plvi_stays():
    psoas = known("psoas-total-area", value=7.0)
    check(derived(known("plvi", value=0.9), psoas, VERTEBRA), {"plvi": Known(0.9)})


def test_psoas_muscle_larger_than_the_psoas_makes_both_a_conflict_and_plvi_unknown():
    found = derived(
        known("psoas-total-area", value=10.0),
        known("psoas-muscle-area", value=12.0),
        VERTEBRA,
    )
    check(
        found,
        {
            "psoas-total-area": Missing("conflicting"),
            "psoas-muscle-area": Missing("conflicting"),
            "plvi": Missing("absent"),
        },
    )


def paraspinal_changes(*, signal_since):
    return derived(
        known("paraspinal-csa-change", value=-10.0, since=date(2026, 1, 1)),
        known("paraspinal-signal-change", value=10.0, since=signal_since),
    )


def test_the_change_of_the_ratio_follows_from_both_changes_of_the_same_two_days():
    # (0.9 / 1.1 - 1) x 100
    ratio = Known(-18.1818181818, since=date(2026, 1, 1))
    check(
        paraspinal_changes(signal_since=date(2026, 1, 1)),
        {"paraspinal-ratio-change": ratio},
    )


def test_the_change_of_the_ratio_does_not_follow_from_changes_of_other_days():
    check(
        paraspinal_changes(signal_since=date(2025, 1, 1)),
        {"paraspinal-ratio-change": Missing("undetermined")},
    )


# --- nutrition


@pytest.mark.parametrize(
    ("score", "category"),
    [(30.0, "A"), (24.0, "A"), (23.5, "B"), (17.0, "B"), (16.5, "C"), (3.0, "C")],
)
def test_the_mna_category_follows_from_the_score(score, category):
    found = derived(known("mna-score", value=score))
    check(found, {"mna-category": Known(category)})


def test_the_mna_score_counts_before_a_recorded_category_that_does_not_fit():
    found = derived(known("mna-score", value=26.0), known("mna-category", value="C"))
    check(found, {"mna-category": Known("A", concern="does not fit")})


def test_a_recorded_mna_category_alone_counts():
    check(derived(known("mna-category", value="C")), {"mna-category": Known("C")})


# --- sarcopenia by the study, which the estimate uses


MEASURES = {
    "index": "appendicular-muscle-index",
    "grip": "grip-strength",
    "gait": "gait-speed",
    "sex": "sex",
}


def measured(*others, ruler="awgs-2019", **values):
    """Return what follows from index (kg/m2), grip (kg), gait (m/s) and sex."""
    found = [known(MEASURES[name], value) for name, value in values.items()]
    return derived(*others, *found, ruler=ruler)


def woman(**values):
    return pytest.param({**values, "sex": "female"}, id=described("woman", values))


def man(**values):
    return pytest.param({**values, "sex": "male"}, id=described("man", values))


def described(whom, values):
    return ", ".join([whom, *(f"{name} {value}" for name, value in values.items())])


@pytest.mark.parametrize(
    "values",
    [
        woman(index=4.8, grip=12),
        woman(index=4.8, grip=18),
        woman(index=4.8, grip=18.5, gait=0.8),
        woman(index=4.8, gait=0.8),
        man(index=6.9, grip=26),
    ],
)
def test_a_low_index_with_a_low_grip_or_gait_is_sarcopenia_by_the_study(values):
    check(measured(**values), {"sarcopenia": Known(True)})


@pytest.mark.parametrize(
    "values",
    [
        woman(index=4.8, grip=19, gait=0.81),
        woman(index=5.4, grip=10, gait=0.5),
        woman(index=5.4),
        woman(grip=19, gait=0.9),
        man(index=7.0, grip=20, gait=0.5),
        man(index=6.9, grip=26.5, gait=0.9),
    ],
)
def test_a_normal_index_or_normal_grip_and_gait_are_none_by_the_study(values):
    check(measured(**values), {"sarcopenia": Known(False)})


@pytest.mark.parametrize(
    "values",
    [
        woman(index=4.8, grip=19),
        woman(index=4.8),
        woman(grip=19),
        woman(grip=12, gait=0.5),
        woman(),
    ],
)
def test_too_few_measures_leave_sarcopenia_open(values):
    check(measured(**values), {"sarcopenia": Missing("undetermined")})


def test_what_is_missing_for_a_verdict_is_said():
    missing = Missing(detail="no diagnosis, and not known: grip, gait")
    check(measured(index=4.8, sex="female"), {"sarcopenia": missing})


# --- sarcopenia by the site's ruler


def by_ruler(value):
    """Name a case by its ruler, or by what was measured."""
    if isinstance(value, str):
        return value
    whom = "man" if value["sex"] == "male" else "woman"
    return described(whom, {name: value[name] for name in value if name != "sex"})


@pytest.mark.parametrize(
    ("ruler", "values"),
    [
        ("awgs-2019", {"sex": "male", "index": 6.5, "grip": 27.9, "gait": 1.2}),
        ("awgs-2019", {"sex": "female", "index": 4.8, "grip": 17.9, "gait": 1.2}),
        ("awgs-2019", {"sex": "male", "index": 6.5, "grip": 30, "gait": 0.99}),
        ("ewgsop2", {"sex": "male", "index": 6.5, "grip": 26.9, "gait": 1.2}),
        ("ewgsop2", {"sex": "female", "index": 4.8, "grip": 15.9, "gait": 1.2}),
        ("ewgsop2", {"sex": "female", "index": 4.8, "grip": 16, "gait": 0.8}),
        ("awgs-2025", {"sex": "male", "index": 6.5, "grip": 27.9, "gait": 1.2}),
        ("study", {"sex": "male", "index": 6.5, "grip": 26, "gait": 1.2}),
    ],
    ids=by_ruler,
)
def test_a_grip_or_gait_below_the_rulers_limit_is_sarcopenia(ruler, values):
    check(measured(**values, ruler=ruler), {"sarcopenia-site": Known(True)})


@pytest.mark.parametrize(
    ("ruler", "values"),
    [
        ("awgs-2019", {"sex": "male", "index": 6.5, "grip": 28, "gait": 1.0}),
        ("awgs-2019", {"sex": "female", "index": 4.8, "grip": 18, "gait": 1.0}),
        ("ewgsop2", {"sex": "male", "index": 6.5, "grip": 27, "gait": 0.81}),
        ("ewgsop2", {"sex": "female", "index": 4.8, "grip": 16, "gait": 0.81}),
        ("study", {"sex": "male", "index": 6.5, "grip": 26.5, "gait": 0.81}),
    ],
    ids=by_ruler,
)
def test_a_grip_and_gait_at_the_rulers_limit_are_none(ruler, values):
    check(measured(**values, ruler=ruler), {"sarcopenia-site": Known(False)})


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"sex": "female", "index": 4.8, "grip": 19}, id="gait not known"),
        pytest.param(
            {"sex": "male", "index": 6.5, "grip": 30, "gait": 0.5}, id="slow gait"
        ),
    ],
)
def test_by_awgs_2025_gait_does_not_matter(values):
    check(measured(**values, ruler="awgs-2025"), {"sarcopenia-site": Known(False)})


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        pytest.param({"index": 4.8, "grip": 17}, Known(True), id="low for both"),
        pytest.param({"index": 8.0}, Known(False), id="index normal for both"),
        pytest.param(
            {"index": 6.0, "grip": 12, "gait": 0.5}, Missing(), id="index low for men"
        ),
        pytest.param(
            {"index": 4.8, "grip": 27, "gait": 1.2}, Missing(), id="grip low for men"
        ),
    ],
)
def test_without_the_sex_only_what_holds_for_men_and_women_is_said(values, verdict):
    check(measured(**values), {"sarcopenia-site": verdict})


def test_bioimpedance_has_its_own_limit_for_women_by_the_sites_ruler():
    index = known("appendicular-muscle-index", value=5.5, method="bioimpedance")
    check(
        measured(index, grip=12.0, sex="female"),
        {
            "sarcopenia-site": Known(True),
            "sarcopenia": Known(False, concern="bioimpedance"),
        },
    )


def test_a_grip_that_only_the_site_calls_low_is_said_in_both_places():
    concern = (
        "Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the estimate counts it"
        " as normal."
    )
    check(
        measured(index=6.5, grip=27, gait=1.2, sex="male"),
        {
            "sarcopenia-site": Known(True, concern=concern),
            "sarcopenia": Known(False, concern=concern),
        },
    )


def test_a_grip_that_only_the_study_calls_low_is_said():
    concern = (
        "Grip 17 kg: low by the study's 18 kg, not by EWGSOP2; the estimate counts it as"
        " low."
    )
    check(
        measured(index=4.8, grip=17, gait=1.2, sex="female", ruler="ewgsop2"),
        {"sarcopenia-site": Known(concern=concern)},
    )


# --- sarcopenia on the problem list


DIAGNOSIS = known("sarcopenia", value=True, on=date(2024, 1, 1))


def test_a_diagnosis_says_yes_if_measurement_does_not_decide():
    check(
        measured(DIAGNOSIS, grip=12, sex="female"),
        {"sarcopenia": Known(True), "sarcopenia-site": Known(True)},
    )


def test_measurement_that_contradicts_a_diagnosis_wins_and_is_named():
    contradicted = Known(False, concern="Sarcopenia is named")
    check(
        measured(DIAGNOSIS, index=6.0, grip=25, gait=1.2, sex="female"),
        {"sarcopenia": contradicted, "sarcopenia-site": contradicted},
    )


def test_a_measurement_that_confirms_a_diagnosis_names_both():
    confirmed = Known(
        concerns=[],
        sources=[
            "Observation/appendicular-muscle-index",
            "Observation/grip-strength",
            "Observation/sarcopenia",
        ],
    )
    check(
        measured(DIAGNOSIS, index=4.8, grip=12, sex="female"),
        {"sarcopenia": confirmed},
    )


# --- the order


def test_the_order_gives_procedure_levels_and_junction():
    procedure = Known("PKP", sources=["context.draftOrders: ServiceRequest/1"])
    check(
        derived(order={"code": "CPT|22514"}),
        {
            "procedure": procedure,
            "treated-levels": Known("T12,L1"),
            "tl-junction": Known(True),
        },
    )


ORDERED = ("procedure", "treated-levels", "tl-junction")


def test_what_the_order_does_not_say_is_a_gap():
    found = derived(order={"procedure": None, "levels": TreatedLevels()})
    check(found, dict.fromkeys(ORDERED, Missing("undetermined")))


def test_without_an_order_that_is_said():
    missing = Missing(detail="no augmentation is being ordered")
    check(derived(), {"procedure": missing})


def test_what_was_recognised_by_words_says_so():
    levels = TreatedLevels(names=("T12", "L1"), is_at_junction=True, source="text")
    found = derived(order={"recognised_by": "text", "levels": levels})
    check(found, dict.fromkeys(ORDERED, Known(concern="words")))


@pytest.mark.parametrize(
    "reason",
    ["malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit"],
)
def test_a_reason_of_the_order_counts_whatever_the_list_says(reason):
    found = derived(known(reason, value=False), order={"reasons": [reason]})
    check(found, {reason: Known(True, origin="context")})


def t_score_with(site, level):
    """Return what follows from a T-score of this site with this level fractured."""
    return derived(
        known("bmd-t-score", value=-1.6, site=site),
        order={"levels": TreatedLevels(names=(level,))},
    )


def test_a_t_score_of_the_lumbar_spine_with_a_lumbar_fracture_is_doubted():
    doubted = Known(-1.6, has_concerns=True)
    check(t_score_with("lumbar spine", "L1"), {"bmd-t-score": doubted})


@pytest.mark.parametrize(
    ("site", "level"),
    [
        pytest.param("lumbar spine", "T12", id="thoracic fracture"),
        pytest.param("total hip", "L1", id="hip"),
    ],
)
def test_a_t_score_away_from_the_fracture_is_not_doubted(site, level):
    check(t_score_with(site, level), {"bmd-t-score": Known(-1.6, has_concerns=False)})


# --- every name, and what is not read


def test_every_name_stands_in_exactly_one_of_known_and_gaps():
    found = derive(Findings({}, {}), specs(), None, sarcopenia_criteria="study")
    assert set(found.gaps) == set(specs())
    full = derived(known("weight", 60.0), known("height", 1.6), order={})
    assert set(full.known) | set(full.gaps) == set(specs())
    assert not set(full.known) & set(full.gaps)


def test_a_problem_list_that_was_not_read_stays_the_reason():
    unread = Gap(
        name="sarcopenia", reason="not-read", detail="problem list could not be read"
    )
    assert derived(gaps=[unread]).gaps["sarcopenia-site"].reason == "not-read"


def test_an_unknown_ruler_is_refused():
    with pytest.raises(KeyError):
        derived(ruler="awgs-2099")
    assert sorted(RULERS) == ["awgs-2019", "awgs-2025", "ewgsop2", "study"]
