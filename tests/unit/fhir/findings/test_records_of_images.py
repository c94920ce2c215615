"""What was measured on images of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    coded,
    measure,
    observation,
    on_record,
    ordered_augmentation,
)
from tests.codes import MEASURES, SCT
from tests.expected import Known, Missing, check

HOUNSFIELD = "[hnsf'U]"
TRABECULAR = {"text": "trabecular ROI, unenhanced"}
NOT_RECORDED = "How it was measured is not recorded."


def findings_of_images(*resources, order=None):
    return on_record(*resources, order=order).findings()


# --- answers of yes or no


def test_two_answers_of_one_moment_conflict():
    found = findings_of_images(
        measure("fascia-injury", valueBoolean=True),
        measure("fascia-injury", valueBoolean=False),
    )
    check(found, {"fascia-injury": Missing("conflicting")})


def test_an_answer_that_we_do_not_know_is_no_answer():
    found = findings_of_images(measure("fascia-injury", valueString="possibly"))
    check(found, {"fascia-injury": Missing("no-value")})


@pytest.mark.parametrize("name", ["local-kyphosis-post", "cement-diffused"])
def test_what_is_known_only_after_surgery_is_never_read(name):
    found = findings_of_images(
        measure(name, value=12, unit="deg"), measure(name, valueBoolean=True)
    )
    check(found, {name: Missing(detail="known only after surgery")})


# --- the change of the muscle


def muscle_area(value, on, **members):
    return measure("paraspinal-csa", value=value, unit="cm2", on=on, **members)


def test_the_signal_is_compared_and_both_values_are_named_with_their_days():
    found = findings_of_images(
        measure("paraspinal-signal", value=182, unit="1", on="2026-03-01"),
        measure("paraspinal-signal", value=200.2, unit="1", on="2026-11-01"),
    )
    change = Known(10.0, printed="200.2 1 on 1 Nov 2026")
    check(found, {"paraspinal-signal-change": change})


def test_an_unrecorded_method_is_a_concern_of_the_change():
    found = findings_of_images(
        muscle_area(40, on="2026-03-01", method=None),
        muscle_area(36, on="2026-11-01", method=None),
    )
    concern = "Whether both were measured the same way is not recorded."
    check(found, {"paraspinal-csa-change": Known(concerns=[concern])})


def test_the_earlier_value_may_be_older_than_usable():
    found = findings_of_images(
        muscle_area(40, on="2024-03-01"), muscle_area(36, on="2026-11-01")
    )
    change = Known(-10.0, since=date(2024, 3, 1))
    check(found, {"paraspinal-csa-change": change})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param([], "absent", id="no value"),
        pytest.param([(40.0, "2026-11-01")], "absent", id="one value"),
        pytest.param(
            [(40.0, "2026-11-01"), (36.0, "2026-11-01")],
            "conflicting",
            id="two values of one day",
        ),
        pytest.param(
            [(40.0, "2023-03-01"), (36.0, "2024-11-01")], "stale", id="an old MRI"
        ),
    ],
)
def test_without_two_values_of_which_one_is_fresh_there_is_no_change(values, reason):
    found = findings_of_images(*(muscle_area(value, on=day) for value, day in values))
    check(found, {"paraspinal-csa-change": Missing(reason)})


# --- the density on CT


def attenuation(**members):
    """Build 84 HU of trabecular bone, unless its members say otherwise."""
    usual = {"value": 84, "unit": HOUNSFIELD, "method": TRABECULAR}
    return measure("ct-attenuation", **usual | members)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"text": "L1"}, id="in words"),
        pytest.param(coded("66794005", system=SCT), id="by its code"),
        pytest.param({"text": "L1-2mm"}, id="with the thickness of the slice"),
    ],
)
def test_hu_of_the_fractured_level_are_no_input(site):
    found = findings_of_images(
        attenuation(bodySite=site), order=ordered_augmentation(["L1"])
    )
    refused = Missing(
        "other-method", value=84, detail="measured at L1, the fractured level"
    )
    check(found, {"ct-attenuation": refused})


@pytest.mark.parametrize(
    ("site", "treated"),
    [
        pytest.param("L1", ["L2"], id="L1, next to L2"),
        pytest.param("L1", ["T8"], id="L1, far from T8"),
        pytest.param("L3", ["L2"], id="L3, next to L2"),
        pytest.param("L2", ["L1", "L3"], id="L2, between two"),
    ],
)
def test_hu_of_l1_or_next_to_the_fracture_may_reassure(site, treated):
    found = findings_of_images(
        attenuation(bodySite={"text": site}), order=ordered_augmentation(treated)
    )
    check(found, {"ct-attenuation": Known(may_reassure=True, has_concerns=False)})


@pytest.mark.parametrize(
    ("site", "treated"),
    [
        pytest.param("L3", ["T12"], id="neither L1 nor next to it"),
        pytest.param("L1/L2", ["L1"], id="partly fractured"),
        pytest.param("L1", [], id="no level in the order"),
        pytest.param("spine", ["L1"], id="no vertebra named"),
    ],
)
def test_hu_of_another_or_an_unclear_level_do_not_reassure(site, treated):
    found = findings_of_images(
        attenuation(bodySite={"text": site}), order=ordered_augmentation(treated)
    )
    check(found, {"ct-attenuation": Known(may_reassure=False, has_concerns=True)})


@pytest.mark.parametrize(
    "measured",
    [
        pytest.param(
            attenuation(
                method={
                    "text": (
                        "trabecular ROI, unenhanced, vertebra adjacent to the fractured"
                        " L1"
                    )
                }
            ),
            id="words",
        ),
        pytest.param(
            observation(
                coded(
                    "ct-attenuation",
                    system=MEASURES,
                    display="CT attenuation, trabecular, adjacent vertebra",
                ),
                value=84,
                unit=HOUNSFIELD,
                method={"text": "ROI in spongy bone, trabecular, unenhanced"},
            ),
            id="the code",
        ),
    ],
)
def test_words_or_the_code_may_say_that_hu_are_of_next_to_the_fracture(measured):
    found = findings_of_images(measured, order=ordered_augmentation(["L1"]))
    check(found, {"ct-attenuation": Known(may_reassure=True)})


def test_a_note_about_the_fracture_does_not_say_where_it_was_measured():
    note = [{"text": "Fracture of L1. HU of L2."}]
    found = findings_of_images(
        attenuation(note=note), order=ordered_augmentation(["L1"])
    )
    check(found, {"ct-attenuation": Known(site="L2", may_reassure=True)})


def attenuation_called(name, **members):
    return observation(
        coded("ct-attenuation", system=MEASURES, text=name, **members),
        value=84,
        unit=HOUNSFIELD,
    )


def test_what_our_own_code_is_called_says_nothing_of_the_way():
    name = "CT attenuation of trabecular bone, unenhanced"
    found = findings_of_images(attenuation_called(name, display=name))
    check(found, {"ct-attenuation": Known(concern=NOT_RECORDED)})


def test_words_next_to_our_own_code_say_how_it_was_measured():
    name = "CT attenuation of trabecular bone, unenhanced"
    found = findings_of_images(attenuation_called(name))
    check(found, {"ct-attenuation": Known(without=NOT_RECORDED)})


def test_an_older_value_is_used_if_the_newest_is_of_another_kind():
    found = findings_of_images(
        attenuation(on="2026-11-02", method={"text": "portal venous phase"}),
        attenuation(value=61, on="2026-10-02"),
    )
    check(found, {"ct-attenuation": Known(61)})
    assert "other-method" in [value.reason for value in found.passed_over]


# --- the psoas


def test_the_parts_of_a_panel_do_not_count_for_each_other():
    panel = observation(
        {"text": "MRI of the spine, L4"},
        method={"text": "MRI T2"},
        component=[
            {
                "code": coded("psoas-total-area", system=MEASURES),
                "valueQuantity": {"value": 14, "unit": "cm2"},
            },
            {
                "code": {"text": "liver volume on CT"},
                "valueQuantity": {"value": 1400, "unit": "mL"},
            },
        ],
    )
    check(findings_of_images(panel), {"psoas-total-area": Known(may_reassure=True)})


@pytest.mark.parametrize(
    ("method", "may_reassure"),
    [
        pytest.param("MRI T2 L4", True, id="as in the study"),
        pytest.param("by hand", False, id="by hand"),
    ],
)
def test_shares_of_a_psoas_reassure_only_if_measured_as_in_the_study(
    method, may_reassure
):
    measured = {"method": {"text": method}}
    found = findings_of_images(
        measure("psoas-total-area", value=16, unit="cm2", **measured),
        measure("psoas-fat-fraction", value=20, unit="%", **measured),
        measure("l4-vertebral-area", value=12, unit="cm2", **measured),
        order=ordered_augmentation([]),
    )
    check(
        found,
        {
            # 16 x (1 - 20/100)
            "psoas-muscle-area": Known(12.8, may_reassure=may_reassure),
            # 16 / 12
            "plvi": Known(1.3333333333, may_reassure=may_reassure),
        },
    )


def test_psoas_on_ct_makes_what_is_computed_of_it_a_gap_for_the_same_reason():
    found = findings_of_images(
        measure("psoas-total-area", value=28, unit="cm2", method={"text": "CT"}),
        measure("psoas-fat-fraction", value=20, unit="%"),
        order=ordered_augmentation([]),
    )
    # 28 x 0.8
    refused = Missing("other-method", value=22.4, detail="CT where the study used MRI")
    check(found, {"psoas-muscle-area": refused})


OF_TWO_SIDES = pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        pytest.param("psoas-total-area", 7.2, "cm2", id="total area"),
        pytest.param("psoas-muscle-area", 7.2, "cm2", id="muscle area"),
        pytest.param("plvi", 0.4, "1", id="plvi"),
    ],
)


@OF_TWO_SIDES
def test_the_value_of_one_side_is_not_that_of_both(name, value, unit):
    left = {"text": "Left psoas"}
    found = findings_of_images(measure(name, value=value, unit=unit, bodySite=left))
    check(found, {name: Missing("no-value")})


@OF_TWO_SIDES
def test_a_value_of_both_sides_is_read(name, value, unit):
    both = {"text": "Right and left psoas"}
    found = findings_of_images(measure(name, value=value, unit=unit, bodySite=both))
    check(found, {name: Known(value)})


# --- the method


def kyphosis(**members):
    return measure("local-kyphosis", value=12, unit="deg", **members)


def test_a_method_that_is_recorded_is_no_concern():
    found = findings_of_images(kyphosis(method={"text": "radiograph"}))
    check(found, {"local-kyphosis": Known(concerns=[])})


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"device": {"display": "scanner"}}, id="a device"),
        pytest.param({"performer": [{"display": "radiology"}]}, id="a performer"),
    ],
)
def test_without_a_method_a_measure_of_an_image_says_so(members):
    found = findings_of_images(kyphosis(method=None, **members))
    check(found, {"local-kyphosis": Known(concerns=[NOT_RECORDED])})


# --- an answer that contradicts itself

INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def judged(code):
    return {"interpretation": [coded(code, INTERPRETATION)]}


def of_form(answer, number, hour):
    return measure(
        "fascia-injury",
        valueBoolean=answer,
        id=number,
        on=f"2026-11-10T{hour}:00:00Z",
        derivedFrom=[{"reference": "QuestionnaireResponse/form"}],
    )


@pytest.mark.parametrize("name", ["fascia-injury", "vacuum-cleft"])
@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"valueBoolean": False, **judged("POS")}, id="interpretation"),
        pytest.param(
            {"valueBoolean": False, "interpretation": [{"text": "Present"}]},
            id="interpretation-in-words",
        ),
        pytest.param({"valueBoolean": True, **judged("NEG")}, id="the-other-way"),
        pytest.param(
            {"valueString": "No", "note": [{"text": "Yes, at L3."}]}, id="note"
        ),
        pytest.param(
            {"valueBoolean": False, "note": [{"text": "vorhanden"}]}, id="note-german"
        ),
        pytest.param(
            {
                "valueBoolean": False,
                "component": [{"code": {"text": "at L3"}, "valueBoolean": True}],
            },
            id="component",
        ),
        pytest.param(
            {"valueCodeableConcept": coded("52101004", SCT) | {"text": "No"}},
            id="code-and-text",
        ),
    ],
)
def test_an_answer_whose_parts_say_both_is_open(name, parts):
    found = findings_of_images(measure(name, **parts))
    assert name not in found.known
    assert found.gaps[name].reason in ("conflicting", "no-value")


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        pytest.param({"valueBoolean": False, **judged("NEG")}, False, id="no"),
        pytest.param({"valueBoolean": True, **judged("POS")}, True, id="yes"),
        pytest.param(
            {"valueBoolean": False, "note": [{"text": "No tear seen."}]},
            False,
            id="note-of-a-no",
        ),
    ],
)
def test_an_answer_whose_parts_agree_counts(parts, value):
    found = findings_of_images(measure("vacuum-cleft", **parts))
    assert found.known["vacuum-cleft"].value is value


def test_a_no_next_to_words_that_were_not_understood_reassures_nobody():
    noted = measure("vacuum-cleft", valueBoolean=False, note=[{"text": "qwertz"}])
    assert not findings_of_images(noted).known["vacuum-cleft"].may_reassure


def test_a_note_that_speaks_against_an_answer_refuses_it():
    noted = measure(
        "vacuum-cleft", valueBoolean=False, note=[{"text": "wrong patient"}]
    )
    check(findings_of_images(noted), {"vacuum-cleft": Missing("no-value")})


def test_two_answers_of_one_questionnaire_conflict_whatever_their_hours():
    found = findings_of_images(of_form(True, "a", "08"), of_form(False, "b", "09"))
    check(found, {"fascia-injury": Missing("conflicting")})
