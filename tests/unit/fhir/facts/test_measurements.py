"""Measured findings: status, value, unit, range, time, age, conflict (contract, "Reading the record")."""

import pytest

from tests.builders import (
    RECORD,
    findings_of,
    observation,
    patient,
    quantity,
)
from tests.tables import cases

BMI = "39156-5"


def bmi(value: float = 21.5, **members: object) -> dict:
    return observation(BMI, value, "kg/m2", **members)


ROWS = RECORD | {"bmi": bmi}


@pytest.mark.parametrize(
    ("members", "reason"),
    cases(__file__, "an_unusable_value_makes_a_gap_with_its_reason_and_is_named", ROWS),
)
def test_an_unusable_value_makes_a_gap_with_its_reason_and_is_named(members, reason):
    found = findings_of(bmi(**members))
    assert found.gaps["bmi"].reason == reason
    assert [(one.name, one.reason) for one in found.passed_over] == [("bmi", reason)]


def test_text_of_the_record_is_never_repeated():
    hostile = "<script>alert(1)</script>"
    found = findings_of(
        bmi(valueQuantity=quantity(21.5, hostile)),
        bmi(valueQuantity=None, valueString=hostile),
    )
    said = [
        found.gaps["bmi"].detail,
        *(one.detail + one.provenance.printed for one in found.passed_over),
    ]
    assert not any("script" in words for words in said)


@pytest.mark.parametrize(
    ("effective", "day"),
    cases(__file__, "dates_of_every_form_and_precision_are_read_as_days_in_utc"),
)
def test_dates_of_every_form_and_precision_are_read_as_days_in_utc(effective, day):
    assert findings_of(bmi(**effective)).known["bmi"].observed == day


@pytest.mark.parametrize(
    ("resource", "name", "expected"),
    cases(__file__, "what_a_value_is_in_the_canonical_unit_or_why_it_is_none", ROWS),
)
def test_what_a_value_is_in_the_canonical_unit_or_why_it_is_none(
    resource, name, expected
):
    found = findings_of(resource)
    if isinstance(expected, str):
        assert found.gaps[name].reason == expected
    else:
        assert found.known[name].value == pytest.approx(expected)


# Fresh and usable, in months, by the contract; TODAY is 20 November 2026.
@pytest.mark.parametrize(
    ("name", "resource", "fresh", "aged", "stale"),
    cases(
        __file__, "older_than_fresh_is_used_and_said_older_than_usable_is_a_gap", ROWS
    ),
)
def test_older_than_fresh_is_used_and_said_older_than_usable_is_a_gap(
    name, resource, fresh, aged, stale
):
    assert (
        findings_of({**resource, "effectiveDateTime": fresh}).known[name].concerns == ()
    )
    old = findings_of({**resource, "effectiveDateTime": aged}).known[name]
    assert any(concern.endswith(" old.") for concern in old.concerns)
    assert (
        findings_of({**resource, "effectiveDateTime": stale}).gaps[name].reason
        == "stale"
    )


@pytest.mark.parametrize(
    ("members", "name", "reason"),
    cases(__file__, "a_patient_without_birth_date_or_sex_makes_a_gap"),
)
def test_a_patient_without_birth_date_or_sex_makes_a_gap(members, name, reason):
    person = {
        key: value for key, value in patient(**members).items() if value is not None
    }
    assert findings_of(person=person).gaps[name].reason == reason
