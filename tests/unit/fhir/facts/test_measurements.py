"""Measured findings: status, value, unit, range, time, age, conflict (contract, "Reading the record")."""

from datetime import date

import pytest

from cds_service.fhir.gathering.picking import Unreadable
from tests.builders import (
    RECORD,
    SCT,
    TODAY,
    coded,
    findings_of,
    measure,
    observation,
    quantity,
)
from tests.tables import cases

BMI = "39156-5"


def bmi(value: float = 21.5, **members: object) -> dict:
    return observation(BMI, value, "kg/m2", **members)


def reason_of(name: str, *resources: dict, **options: object) -> str:
    return findings_of(*resources, **options).gaps[name].reason


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_final_amended_and_corrected_values_count(status):
    found = findings_of(bmi(status=status)).known["bmi"]
    assert (found.value, found.unit, found.observed) == (21.5, "kg/m2", date(2026, 11, 2))


@pytest.mark.parametrize("status", ["preliminary", "registered", "unknown"])
def test_what_is_not_final_is_named_and_not_used(status):
    found = findings_of(bmi(status=status))
    assert found.gaps["bmi"].reason == "not-final"
    assert [one.reason for one in found.passed_over] == ["not-final"]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_was_retracted_is_not_even_named(status):
    found = findings_of(bmi(status=status))
    assert found.gaps["bmi"].reason == "absent"
    assert found.passed_over == ()


ROWS = RECORD | {"bmi": bmi}


@pytest.mark.parametrize(
    ("members", "reason"), cases(__file__, "an_unusable_value_makes_a_gap_with_its_reason_and_is_named", ROWS)
)
def test_an_unusable_value_makes_a_gap_with_its_reason_and_is_named(members, reason):
    found = findings_of(bmi(**members))
    assert found.gaps["bmi"].reason == reason
    assert [(one.name, one.reason) for one in found.passed_over] == [("bmi", reason)]


def test_text_of_the_record_is_never_repeated():
    hostile = "<script>alert(1)</script>"
    found = findings_of(bmi(valueQuantity=quantity(21.5, hostile)), bmi(valueQuantity=None, valueString=hostile))
    said = [found.gaps["bmi"].detail, *(one.detail + one.provenance.printed for one in found.passed_over)]
    assert not any("script" in words for words in said)


@pytest.mark.parametrize(
    ("effective", "day"), cases(__file__, "dates_of_every_form_and_precision_are_read_as_days_in_utc")
)
def test_dates_of_every_form_and_precision_are_read_as_days_in_utc(effective, day):
    assert findings_of(bmi(**effective)).known["bmi"].observed == day


@pytest.mark.parametrize(
    ("resource", "name", "expected"), cases(__file__, "units_of_the_record_become_the_canonical_one", ROWS)
)
def test_units_of_the_record_become_the_canonical_one(resource, name, expected):
    assert findings_of(resource).known[name].value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("resource", "name", "reason"), cases(__file__, "what_another_scale_may_have_produced_is_refused", ROWS)
)
def test_what_another_scale_may_have_produced_is_refused(resource, name, reason):
    assert reason_of(name, resource) == reason


@pytest.mark.parametrize(
    ("code", "unit"), cases(__file__, "a_unit_that_contradicts_itself_or_has_an_unknown_code_is_refused")
)
def test_a_unit_that_contradicts_itself_or_has_an_unknown_code_is_refused(code, unit):
    assert reason_of("bmi", bmi(valueQuantity=quantity(21, unit, code=code))) == "unit-unknown"


@pytest.mark.parametrize("name", ["psoas-total-area", "psoas-muscle-area", "plvi"])
def test_the_value_of_one_side_is_not_the_value_of_both(name):
    value, unit = (0.4, "1") if name == "plvi" else (7.2, "cm2")
    assert reason_of(name, measure(name, value, unit, bodySite={"text": "Left psoas"})) == "no-value"
    assert name in findings_of(measure(name, value, unit, bodySite={"text": "Right and left psoas"})).known


ROI, L4 = {"text": "trabecular ROI, unenhanced CT"}, {"method": {"text": "MRI, L4"}}


# Fresh and usable, in months, by the contract; TODAY is 20 November 2026.
@pytest.mark.parametrize(
    ("name", "resource", "fresh", "aged", "stale"),
    cases(__file__, "older_than_fresh_is_used_and_said_older_than_usable_is_a_gap", ROWS),
)
def test_older_than_fresh_is_used_and_said_older_than_usable_is_a_gap(name, resource, fresh, aged, stale):
    assert findings_of({**resource, "effectiveDateTime": fresh}).known[name].concerns == ()
    old = findings_of({**resource, "effectiveDateTime": aged}).known[name]
    assert any(concern.endswith(" old.") for concern in old.concerns)
    assert reason_of(name, {**resource, "effectiveDateTime": stale}) == "stale"


@pytest.mark.parametrize("other", [21.52, 21.5, 21.46])
def test_values_that_differ_by_rounding_agree_and_the_more_precise_counts(other):
    expected = 21.5 if other == 21.5 else other
    assert findings_of(bmi(21.5), bmi(other)).known["bmi"].value == expected


@pytest.mark.parametrize(
    ("members", "concerns"), cases(__file__, "a_measure_of_an_image_says_when_its_method_is_not_recorded")
)
def test_a_measure_of_an_image_says_when_its_method_is_not_recorded(members, concerns):
    found = findings_of(measure("local-kyphosis", 12, "deg", **members)).known["local-kyphosis"]
    assert list(found.concerns) == concerns


@pytest.mark.parametrize("name", ["local-kyphosis-post", "cement-diffused"])
def test_what_is_known_only_after_surgery_is_never_read(name):
    found = findings_of(measure(name, 12, "deg"), measure(name, valueBoolean=True))
    assert found.gaps[name].detail == "known only after surgery"


@pytest.mark.parametrize(("answer", "value"), cases(__file__, "fascia_injury_is_boolean_or_present_and_absent", ROWS))
def test_fascia_injury_is_boolean_or_present_and_absent(answer, value):
    assert findings_of(measure("fascia-injury", **answer)).known["fascia-injury"].value is value


@pytest.mark.parametrize("answer", [{"valueString": "b"}, {"valueCodeableConcept": {"text": "B"}}])
def test_a_recorded_mna_category_is_a_b_or_c(answer):
    assert findings_of(measure("mna-category", **answer)).known["mna-category"].value == "B"
    assert reason_of("mna-category", measure("mna-category", valueString="D")) == "no-value"


@pytest.mark.parametrize(("points", "is_known"), [(14, False), (14.5, True), (22, True)])
def test_a_score_that_may_be_of_the_short_form_is_not_used(points, is_known):
    found = findings_of(observation(coded("895533005", SCT), points, "{score}"))
    assert ("mna-score" in found.known) is is_known


def test_a_broken_resource_costs_its_finding_and_no_other():
    broken = Unreadable(reference="Observation/b", key="body", concepts=frozenset({"bmi"}))
    found = findings_of(observation("29463-7", 60, "kg"), unreadable=(broken,))
    assert found.gaps["bmi"].reason == "unreadable"
    assert "weight" in found.known


def test_a_broken_resource_beside_a_good_one_is_named():
    broken = Unreadable(reference="Observation/b", key="body", concepts=frozenset({"bmi"}))
    found = findings_of(bmi(), unreadable=(broken,))
    assert found.known["bmi"].value == 21.5
    assert [one.reason for one in found.passed_over] == ["unreadable"]


def test_provenance_tells_resource_code_print_and_rule():
    (source,) = findings_of(bmi(id="b7")).known["bmi"].provenance
    assert (source.resource, source.origin, source.code) == ("Observation/b7", "fhir", "http://loinc.org|39156-5")
    assert (source.printed, source.rule) == ("21.5 kg/m2", "findings/bmi.toml")


def test_age_counts_to_today_and_sex_is_as_recorded():
    found = findings_of(today=TODAY)
    assert (found.known["age"].value, found.known["sex"].value) == (80, "female")  # born 24 December 1945


@pytest.mark.parametrize(
    ("members", "name", "reason"), cases(__file__, "a_patient_without_birth_date_or_sex_makes_a_gap")
)
def test_a_patient_without_birth_date_or_sex_makes_a_gap(members, name, reason):
    person = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1945-12-24", **members}
    person = {key: value for key, value in person.items() if value is not None}
    assert findings_of(person=person).gaps[name].reason == reason


@pytest.mark.parametrize(("born", "age"), [("1945", 81), ("1945-12", 80)])
def test_a_partial_birth_date_counts_from_its_first_day_and_is_said(born, age):
    found = findings_of(person={"resourceType": "Patient", "id": "p1", "birthDate": born}).known["age"]
    assert found.value == age
    assert found.concerns == ("The birth date is not recorded to the day.",)


@pytest.mark.parametrize(("at", "counts"), [("2026-11-20T23:30:00-05:00", True), ("2026-11-21T00:30:00-05:00", False)])
def test_an_order_of_a_day_covers_that_whole_day_where_it_was_written(at, counts):
    bmi = observation("39156-5", 21.5, "kg/m2", effectiveDateTime=at)
    found = findings_of(bmi, today=date(2026, 11, 21), not_after=date(2026, 11, 20))
    assert ("bmi" in found.known) is counts
