"""Weight, grip, age and nutrition of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from cds_service.core.findings import Provenance
from tests.builders import (
    broken,
    coded,
    measure,
    observation,
    on_record,
    ordered_augmentation,
    quantity,
)
from tests.codes import MEASURES, SCT
from tests.expected import Known, Missing, check


def bmi(value, **members):
    return observation("39156-5", value=value, unit="kg/m2", **members)


def weight(value, **members):
    return observation("29463-7", value=value, unit="kg", **members)


def height(value, **members):
    return observation("8302-2", value=value, unit="m", **members)


def grip(value, unit="kg", **members):
    return observation("83174-3", value=value, unit=unit, **members)


def says(*resources, **record):
    return on_record(*resources, **record).findings()


def with_order(*resources):
    """Return what a record says, and what follows from it and an order."""
    return says(*resources, order=ordered_augmentation([]))


def reasons(findings):
    return [value.reason for value in findings.passed_over]


# --- of several values


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        pytest.param("2026-11-02", "2026-11-02", id="one day"),
        pytest.param(
            "2026-11-02T08:00:00Z",
            "2026-11-02T09:00:00+01:00",
            id="one moment in two time zones",
        ),
        # It may be of any moment of the day.
        pytest.param(
            "2026-11-02", "2026-11-02T09:00:00Z", id="a day and a moment of it"
        ),
    ],
)
def test_two_values_that_differ_and_may_be_of_one_moment_conflict(earlier, later):
    found = says(bmi(21.5, on=earlier), bmi(25.0, on=later))
    check(found, {"bmi": Missing("conflicting")})


def test_of_two_moments_of_a_day_the_later_value_counts():
    found = says(
        bmi(21.5, on="2026-11-02T08:00:00Z"), bmi(25.0, on="2026-11-02T09:00:00Z")
    )
    check(found, {"bmi": Known(25.0)})


@pytest.mark.parametrize("precise", [21.52, 21.46])
def test_values_that_differ_by_rounding_agree_and_the_more_precise_counts(precise):
    check(says(bmi(21.5), bmi(precise)), {"bmi": Known(precise)})


def test_a_corrected_copy_replaces_what_it_corrects():
    identifier = [{"system": "urn:lab", "value": "77"}]
    found = says(
        bmi(31.5, identifier=identifier),
        bmi(21.5, identifier=identifier, status="corrected"),
    )
    check(found, {"bmi": Known(21.5)})


def test_an_unusable_newer_value_does_not_hide_an_older_one():
    found = says(bmi(20.0, on="2026-08-01"), bmi(215, on="2026-11-01"))
    check(found, {"bmi": Known(20.0)})
    passed_over = [(value.reason, value.detail) for value in found.passed_over]
    assert passed_over == [
        ("out-of-range", "215 kg/m2 (1 Nov 2026) not used: not plausible")
    ]


def test_nothing_dated_after_the_order_counts_even_if_today_is_later():
    found = says(
        bmi(20, on="2026-11-01"),
        bmi(22, on="2026-11-10"),
        not_after=date(2026, 11, 5),
    )
    check(found, {"bmi": Known(20)})
    assert "future" in reasons(found)


# --- the status


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_a_value_that_is_final_counts(status):
    value = Known(21.5, unit="kg/m2", observed=date(2026, 11, 2))
    check(says(bmi(21.5, status=status)), {"bmi": value})


@pytest.mark.parametrize("status", ["preliminary", "registered", "unknown"])
def test_a_value_that_is_not_final_is_named_and_not_used(status):
    found = says(bmi(21.5, status=status))
    check(found, {"bmi": Missing("not-final")})
    assert "not-final" in reasons(found)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_value_that_was_retracted_is_not_even_named(status):
    found = says(bmi(21.5, status=status))
    check(found, {"bmi": Missing("absent")})
    assert not found.passed_over


# --- the age of a value


def test_a_stale_value_says_who_the_patient_is():
    stale = Missing("stale", value=27.9, observed=date(2024, 10, 1))
    check(says(bmi(27.9, on="2024-10-01")), {"bmi": stale})


def test_the_age_of_a_value_is_said_in_whole_months():
    said = Known(concerns=["The BMI is 14 months old."])
    check(says(bmi(21.5, on="2025-09-20")), {"bmi": said})


@pytest.mark.parametrize(
    ("name", "measured", "may_reassure"),
    [
        pytest.param("bmi", bmi(21.0, on="2026-07-01"), True, id="fresh BMI"),
        pytest.param("bmi", bmi(21.0, on="2025-11-20"), False, id="older BMI"),
        pytest.param("grip-strength", grip(25, on="2026-07-01"), True, id="fresh grip"),
        pytest.param(
            "grip-strength", grip(25, on="2026-01-20"), False, id="older grip"
        ),
    ],
)
def test_only_a_fresh_value_may_reassure(name, measured, may_reassure):
    check(says(measured), {name: Known(may_reassure=may_reassure)})


@pytest.mark.parametrize(
    ("weighed", "may_reassure"),
    [
        pytest.param("2026-10-01", True, id="fresh"),
        pytest.param("2025-11-20", False, id="older"),
    ],
)
def test_what_is_computed_reassures_only_if_its_parts_do(weighed, may_reassure):
    found = with_order(weight(50, on=weighed), height(1.6))
    check(found, {"bmi": Known(may_reassure=may_reassure)})


@pytest.mark.parametrize(
    ("gripped", "may_reassure"),
    [
        pytest.param("2026-10-01", True, id="fresh"),
        pytest.param("2026-01-20", False, id="older"),
    ],
)
def test_sarcopenia_is_ruled_out_for_good_only_by_a_fresh_grip(gripped, may_reassure):
    gait = observation("83172-7", value=1.2, unit="m/s", on="2026-10-01")
    found = with_order(grip(30, on=gripped), gait)
    check(found, {"sarcopenia": Known(False, may_reassure=may_reassure)})


# 80 / 1.6²
BMI_OF_80_KG = 31.25


def test_a_stale_weight_says_what_the_bmi_was():
    found = with_order(weight(80, on="2024-10-01"), height(1.6, on="2024-10-01"))
    stale = Missing(
        "stale", observed=date(2024, 10, 1), value=BMI_OF_80_KG, detail="80 kg"
    )
    check(found, {"bmi": stale})


def test_the_newer_of_a_stale_bmi_and_a_stale_weight_counts():
    found = with_order(
        bmi(21.0, on="2022-10-01"),
        weight(80, on="2024-10-01"),
        height(1.6, on="2024-10-01"),
    )
    check(found, {"bmi": Missing(value=BMI_OF_80_KG)})


# --- where a value comes from


def test_a_component_of_a_panel_is_read_with_the_time_of_the_panel():
    component = {
        "code": coded("39156-5"),
        "valueQuantity": quantity(21.5, unit="kg/m2"),
    }
    panel = observation("85353-1", on="2026-10-01", component=[component])
    check(says(panel), {"bmi": Known(21.5, observed=date(2026, 10, 1))})


def test_provenance_tells_resource_code_print_and_rule():
    source = Provenance(
        "Observation/b7",
        "fhir",
        "http://loinc.org|39156-5",
        "21.5 kg/m2",
        "findings/bmi.toml",
    )
    check(says(bmi(21.5, id="b7")), {"bmi": Known(source=source)})


def test_a_value_of_a_list_that_was_cut_says_so():
    found = says(bmi(21.5), incomplete=["body"])
    check(found, {"bmi": Known(concern="incompletely")})


def test_what_could_not_be_read_is_not_called_absent():
    unread = Missing("not-read", detail="could not be read (timeout)")
    check(says(failed=["body"]), {"bmi": unread})


def test_what_may_be_in_the_part_that_was_cut_is_not_called_absent():
    check(says(incomplete=["body"]), {"bmi": Missing("not-read")})


BROKEN_BMI = broken("Observation/b", key="body", concept="bmi")


def test_a_broken_resource_costs_its_finding_and_no_other():
    found = says(weight(60), unreadable=[BROKEN_BMI])
    check(found, {"bmi": Missing("unreadable"), "weight": Known(60)})


def test_a_broken_resource_next_to_a_good_one_is_named():
    found = says(bmi(21.5), unreadable=[BROKEN_BMI])
    check(found, {"bmi": Known(21.5)})
    assert "unreadable" in reasons(found)


# --- grip


def test_a_grip_whose_hand_is_not_recorded_says_so():
    either_hand = observation(coded("251433001", system=SCT), value=25, unit="kg")
    concern = "Which hand was measured is not recorded."
    check(says(either_hand), {"grip-strength": Known(concerns=[concern])})


@pytest.mark.parametrize(
    "measured",
    [
        pytest.param(grip(18, unit=None), id="no unit"),
        pytest.param(grip(18, unit="kPa"), id="a pressure"),
        pytest.param(grip(18, unit="{score}"), id="a score"),
        pytest.param(grip(200), id="200 kg"),
    ],
)
def test_a_grip_of_another_unit_or_beyond_reason_is_refused(measured):
    check(says(measured), {"grip-strength": Missing()})


@pytest.mark.parametrize("code", ["83175-0", "83176-8", "84418-3"])
def test_a_scale_score_is_no_grip(code):
    found = says(observation(code, value=52, unit="{score}"))
    check(found, {"grip-strength": Missing("absent")})


# --- nutrition


@pytest.mark.parametrize(
    "written",
    [
        pytest.param({"valueString": "b"}, id="a string"),
        pytest.param({"valueCodeableConcept": {"text": "B"}}, id="words"),
    ],
)
def test_a_recorded_mna_category_is_read(written):
    check(says(measure("mna-category", **written)), {"mna-category": Known("B")})


def test_an_mna_category_is_a_b_or_c():
    found = says(measure("mna-category", valueString="D"))
    check(found, {"mna-category": Missing("no-value")})


def mna_score(value, code):
    return observation(code, value=value, unit="{score}")


def test_our_own_code_is_the_full_form_of_the_mna_by_definition():
    found = says(mna_score(12, coded("mna-score", system=MEASURES)))
    check(found, {"mna-score": Known(12)})


def test_a_score_of_14_may_be_of_the_short_form_and_is_not_used():
    found = says(mna_score(14, coded("895533005", system=SCT)))
    check(found, {"mna-score": Missing("other-method")})


@pytest.mark.parametrize("score", [14.5, 22])
def test_a_score_above_14_is_of_the_long_form(score):
    found = says(mna_score(score, coded("895533005", system=SCT)))
    check(found, {"mna-score": Known(score)})


# --- age and sex


def test_age_counts_to_today_and_sex_is_as_recorded():
    # Born on 24 December 1945.
    check(says(), {"age": Known(80), "sex": Known("female")})


@pytest.mark.parametrize(("born", "age"), [("1945", 81), ("1945-12", 80)])
def test_a_partial_birth_date_counts_from_its_first_day_and_is_said(born, age):
    person = {"resourceType": "Patient", "id": "p1", "birthDate": born}
    concern = "The birth date is not recorded to the day."
    check(says(person=person), {"age": Known(age, concerns=[concern])})
