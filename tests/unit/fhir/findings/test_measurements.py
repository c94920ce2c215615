"""Measured findings: status, value, unit, range, time, age, conflict (contract, "Reading the record")."""

from datetime import date

import pytest

from tests.builders import (
    coded,
    findings_of,
    measure,
    observation,
    patient,
    quantity,
    t_score,
)
from tests.codes import SCT

BMI = "39156-5"


def bmi(value: float = 21.5, **members: object) -> dict:
    return observation(BMI, value, "kg/m2", **members)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"valueQuantity": None, "dataAbsentReason": {"text": "not done"}}, "no-value"),
        ({"dataAbsentReason": {"text": "error"}}, "no-value"),
        (
            {
                "valueQuantity": {
                    "value": 21.5,
                    "unit": "kg/m2",
                    "extension": [
                        {
                            "url": (
                                "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
                            ),
                            "valueCode": "error",
                        }
                    ],
                }
            },
            "no-value",
        ),
        ({"valueQuantity": None}, "no-value"),
        ({"valueQuantity": quantity(21.5, unit="kg/m2", comparator="<")}, "no-value"),
        ({"valueQuantity": {"unit": "kg/m2"}}, "no-value"),
        ({"valueQuantity": None, "valueString": "about 21"}, "no-value"),
        (
            {"valueQuantity": None, "valueRange": {"low": quantity(20, unit="kg/m2")}},
            "no-value",
        ),
        ({"valueQuantity": quantity(21.5, unit="stone/ft2")}, "unit-unknown"),
        ({"valueQuantity": quantity(21.5, unit="kg")}, "unit-unknown"),
        ({"valueQuantity": quantity(21.5)}, "unit-unknown"),
        ({"valueQuantity": quantity(215, unit="kg/m2")}, "out-of-range"),
        ({"valueQuantity": quantity(1e30, unit="kg/m2")}, "no-value"),
        ({"effectiveDateTime": None}, "undated"),
        ({"effectiveDateTime": None, "issued": "2026-11-02T10:00:00Z"}, "undated"),
        ({"on": "2026-11-21"}, "future"),
    ],
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
    [
        ({"on": "2026"}, date(2026, 1, 1)),
        ({"on": "2026-10"}, date(2026, 10, 1)),
        ({"on": "2026-10-05"}, date(2026, 10, 5)),
        ({"on": "2026-10-05T23:30:00-05:00"}, date(2026, 10, 6)),
        ({"on": "2026-10-05T01:30:00+09:00"}, date(2026, 10, 4)),
        (
            {"effectiveDateTime": None, "effectiveInstant": "2026-10-05T10:00:00.123Z"},
            date(2026, 10, 5),
        ),
        (
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": "2026-10-01", "end": "2026-10-04"},
            },
            date(2026, 10, 4),
        ),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-10-01"}},
            date(2026, 10, 1),
        ),
        (
            {
                "effectiveDateTime": None,
                "effectiveTiming": {"event": ["2026-10-01", "2026-10-03"]},
            },
            date(2026, 10, 3),
        ),
    ],
)
def test_dates_of_every_form_and_precision_are_read_as_days_in_utc(effective, day):
    assert findings_of(bmi(**effective)).known["bmi"].observed == day


@pytest.mark.parametrize(
    ("resource", "name", "expected"),
    [
        (
            observation("29463-7", value=154, unit="[lb_av]"),
            "weight",
            69.85322498000001,
        ),
        (observation("29463-7", value=70500, unit="g"), "weight", 70.5),
        (
            observation(
                "29463-7", valueQuantity=quantity(70.5, unit="kilograms", code="kg")
            ),
            "weight",
            70.5,
        ),
        (observation("8302-2", value=155, unit="cm"), "height", 1.55),
        (observation("8302-2", value=62, unit="[in_i]"), "height", 1.5748),
        (observation("8302-2", value=1.55, unit="m"), "height", 1.55),
        (observation("83172-7", value=0.7, unit="m/s"), "gait-speed", 0.7),
        pytest.param(
            observation("62238-1", value=0.4, unit="mL/s"),
            "egfr",
            24,
            id="a filtration by the second",
        ),
        pytest.param(
            observation("62238-1", value=0.4, unit="mL/s/1,73m²"),
            "egfr",
            24,
            id="a filtration by the second, of a body surface",
        ),
        pytest.param(
            observation("62238-1", value=24, unit="ml/min/1,73qm"),
            "egfr",
            24,
            id="a filtration of square metres in German",
        ),
        pytest.param(
            observation("62238-1", value=72, unit="mL/s"),
            "egfr",
            "out-of-range",
            id="a filtration by the minute said to be by the second",
        ),
        (observation("38214-3", value=35, unit="mm"), "pain-score", 3.5),
        (observation("72514-3", valueInteger=4), "pain-score", 4),
        (
            measure("psoas-total-area", value=1441, unit="mm2"),
            "psoas-total-area",
            14.41,
        ),
        (measure("multifidus-smi", value=1.4, unit="cm2/m2"), "multifidus-smi", 140),
        (measure("es-mf-fat-fraction", value=0.45, unit="1"), "es-mf-fat-fraction", 45),
        (measure("pma-rate", value=57, unit="%"), "pma-rate", 57),
        (measure("ct-attenuation", value=60, unit="HU"), "ct-attenuation", 60),
        (measure("ct-attenuation", value=60, unit="{HU}"), "ct-attenuation", 60),
        (measure("vbq", value=2.9), "vbq", 2.9),
        (measure("plvi", value=0.75, unit="1"), "plvi", 0.75),
        # what another scale may have produced
        (
            measure("es-mf-fat-fraction", value=45, unit="1"),
            "es-mf-fat-fraction",
            "unit-unknown",
        ),
        (
            measure("es-mf-fat-fraction", value=0.45),
            "es-mf-fat-fraction",
            "unit-unknown",
        ),
        (
            measure("multifidus-smi", value=45, unit="cm2/m2"),
            "multifidus-smi",
            "out-of-range",
        ),
        (
            measure("multifidus-smi", value=6.5, unit="kg/m2"),
            "multifidus-smi",
            "unit-unknown",
        ),
        (
            measure("appendicular-muscle-index", value=45, unit="cm2/m2"),
            "appendicular-muscle-index",
            "unit-unknown",
        ),
        (
            observation("38214-3", value=35, unit="{score}"),
            "pain-score",
            "out-of-range",
        ),
        (observation("29463-7", value=70), "weight", "unit-unknown"),
        # a unit that contradicts itself, or has an unknown code
        (
            bmi(21, valueQuantity=quantity(21, unit="pounds", code="kg/m2")),
            "bmi",
            "unit-unknown",
        ),
        (
            bmi(21, valueQuantity=quantity(21, unit="g/cm2", code="1")),
            "bmi",
            "unit-unknown",
        ),
        (
            bmi(21, valueQuantity=quantity(21, unit="kg/m2", code="lb/ft2")),
            "bmi",
            "unit-unknown",
        ),
        # boolean, or present and absent
        (measure("fascia-injury", valueBoolean=True), "fascia-injury", True),
        (measure("fascia-injury", valueBoolean=False), "fascia-injury", False),
        (
            measure(
                "fascia-injury", valueCodeableConcept=coded("52101004", system=SCT)
            ),
            "fascia-injury",
            True,
        ),
        (
            measure("fascia-injury", valueCodeableConcept={"text": "Absent"}),
            "fascia-injury",
            False,
        ),
        (measure("fascia-injury", valueString="no"), "fascia-injury", False),
    ],
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
    [
        ("bmd-t-score", t_score(-2.5), "2024-11-20", "2016-11-20", "2016-11-18"),
        ("bmi", bmi(21.5), "2026-05-20", "2024-11-20", "2024-11-18"),
        (
            "weight",
            observation("29463-7", value=60, unit="kg"),
            "2026-05-20",
            "2024-11-20",
            "2024-11-18",
        ),
        (
            "height",
            observation("8302-2", value=1.6, unit="m"),
            "2016-11-20",
            "2006-11-20",
            "2006-11-18",
        ),
        (
            "gait-speed",
            observation("83172-7", value=0.9, unit="m/s"),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
        ),
        (
            "grip-strength",
            observation("83174-3", value=20, unit="kg"),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
        ),
        (
            "appendicular-muscle-index",
            measure("appendicular-muscle-index", value=5, unit="kg/m2"),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
        ),
        (
            "mna-score",
            observation(coded("895533005", system=SCT), value=22, unit="{score}"),
            "2026-08-20",
            "2025-11-20",
            "2025-11-18",
        ),
        (
            "ct-attenuation",
            measure(
                "ct-attenuation",
                value=60,
                unit="HU",
                method={"text": "trabecular ROI, unenhanced CT"},
            ),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
        ),
        (
            "psoas-total-area",
            measure(
                "psoas-total-area", value=12, unit="cm2", method={"text": "MRI, L4"}
            ),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
        ),
        (
            "mna-category",
            measure("mna-category", valueString="B"),
            "2026-08-20",
            "2025-11-20",
            "2025-11-18",
        ),
    ],
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
    [
        ({"birthDate": None}, "age", "absent"),
        ({"birthDate": "2027-01-01"}, "age", "out-of-range"),
        ({"gender": None}, "sex", "absent"),
        ({"gender": "other"}, "sex", "undetermined"),
        ({"gender": "unknown"}, "sex", "undetermined"),
    ],
)
def test_a_patient_without_birth_date_or_sex_makes_a_gap(members, name, reason):
    person = {
        key: value for key, value in patient(**members).items() if value is not None
    }
    assert findings_of(person=person).gaps[name].reason == reason
