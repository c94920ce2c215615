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
        pytest.param(
            {"valueQuantity": None, "dataAbsentReason": {"text": "not done"}},
            "no-value",
            id="a reason in place of the value",
        ),
        pytest.param(
            {"dataAbsentReason": {"text": "error"}},
            "no-value",
            id="a reason next to the value",
        ),
        pytest.param(
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
            id="a reason on the value",
        ),
        pytest.param({"valueQuantity": None}, "no-value", id="no value"),
        pytest.param(
            {"valueQuantity": quantity(21.5, unit="kg/m2", comparator="<")},
            "no-value",
            id="a limit",
        ),
        pytest.param(
            {"valueQuantity": {"unit": "kg/m2"}}, "no-value", id="a unit alone"
        ),
        pytest.param(
            {"valueQuantity": None, "valueString": "about 21"}, "no-value", id="words"
        ),
        pytest.param(
            {"valueQuantity": None, "valueRange": {"low": quantity(20, unit="kg/m2")}},
            "no-value",
            id="a range",
        ),
        pytest.param(
            {"valueQuantity": quantity(21.5, unit="stone/ft2")},
            "unit-unknown",
            id="another unit",
        ),
        pytest.param(
            {"valueQuantity": quantity(21.5, unit="kg")},
            "unit-unknown",
            id="a unit of mass",
        ),
        pytest.param({"valueQuantity": quantity(21.5)}, "unit-unknown", id="no unit"),
        pytest.param(
            {"valueQuantity": quantity(215, unit="kg/m2")},
            "out-of-range",
            id="ten times too high",
        ),
        pytest.param(
            {"valueQuantity": quantity(1e30, unit="kg/m2")},
            "no-value",
            id="no number of this world",
        ),
        pytest.param({"effectiveDateTime": None}, "undated", id="no day"),
        pytest.param(
            {"effectiveDateTime": None, "issued": "2026-11-02T10:00:00Z"},
            "undated",
            id="the day of the report alone",
        ),
        pytest.param({"on": "2026-11-21"}, "future", id="tomorrow"),
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
        pytest.param({"on": "2026"}, date(2026, 1, 1), id="a year"),
        pytest.param({"on": "2026-10"}, date(2026, 10, 1), id="a month"),
        pytest.param({"on": "2026-10-05"}, date(2026, 10, 5), id="a day"),
        pytest.param(
            {"on": "2026-10-05T23:30:00-05:00"},
            date(2026, 10, 6),
            id="an American evening",
        ),
        pytest.param(
            {"on": "2026-10-05T01:30:00+09:00"}, date(2026, 10, 4), id="an Asian night"
        ),
        pytest.param(
            {"effectiveDateTime": None, "effectiveInstant": "2026-10-05T10:00:00.123Z"},
            date(2026, 10, 5),
            id="an instant",
        ),
        pytest.param(
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": "2026-10-01", "end": "2026-10-04"},
            },
            date(2026, 10, 4),
            id="a period",
        ),
        pytest.param(
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-10-01"}},
            date(2026, 10, 1),
            id="a period without an end",
        ),
        pytest.param(
            {
                "effectiveDateTime": None,
                "effectiveTiming": {"event": ["2026-10-01", "2026-10-03"]},
            },
            date(2026, 10, 3),
            id="several times",
        ),
    ],
)
def test_dates_of_every_form_and_precision_are_read_as_days_in_utc(effective, day):
    assert findings_of(bmi(**effective)).known["bmi"].observed == day


@pytest.mark.parametrize(
    ("resource", "name", "expected"),
    [
        pytest.param(
            observation("29463-7", value=154, unit="[lb_av]"),
            "weight",
            69.85322498000001,
            id="pounds",
        ),
        pytest.param(
            observation("29463-7", value=70500, unit="g"), "weight", 70.5, id="grams"
        ),
        pytest.param(
            observation(
                "29463-7", valueQuantity=quantity(70.5, unit="kilograms", code="kg")
            ),
            "weight",
            70.5,
            id="a code next to a word",
        ),
        pytest.param(
            observation("8302-2", value=155, unit="cm"),
            "height",
            1.55,
            id="centimetres",
        ),
        pytest.param(
            observation("8302-2", value=62, unit="[in_i]"),
            "height",
            1.5748,
            id="inches",
        ),
        pytest.param(
            observation("8302-2", value=1.55, unit="m"), "height", 1.55, id="metres"
        ),
        pytest.param(
            observation("83172-7", value=0.7, unit="m/s"),
            "gait-speed",
            0.7,
            id="metres a second",
        ),
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
        pytest.param(
            observation("38214-3", value=35, unit="mm"),
            "pain-score",
            3.5,
            id="a scale in millimetres",
        ),
        pytest.param(
            observation("72514-3", valueInteger=4), "pain-score", 4, id="a whole number"
        ),
        pytest.param(
            measure("psoas-total-area", value=1441, unit="mm2"),
            "psoas-total-area",
            14.41,
            id="square millimetres",
        ),
        pytest.param(
            measure("multifidus-smi", value=1.4, unit="cm2/m2"),
            "multifidus-smi",
            140,
            id="an index in square centimetres",
        ),
        pytest.param(
            measure("es-mf-fat-fraction", value=0.45, unit="1"),
            "es-mf-fat-fraction",
            45,
            id="a share of one",
        ),
        pytest.param(
            measure("pma-rate", value=57, unit="%"),
            "pma-rate",
            57,
            id="a share of a hundred",
        ),
        pytest.param(
            measure("ct-attenuation", value=60, unit="HU"),
            "ct-attenuation",
            60,
            id="Hounsfield",
        ),
        pytest.param(
            measure("ct-attenuation", value=60, unit="{HU}"),
            "ct-attenuation",
            60,
            id="Hounsfield in braces",
        ),
        pytest.param(
            measure("vbq", value=2.9), "vbq", 2.9, id="a ratio without a unit"
        ),
        pytest.param(measure("plvi", value=0.75, unit="1"), "plvi", 0.75, id="a ratio"),
        # what another scale may have produced
        pytest.param(
            measure("es-mf-fat-fraction", value=45, unit="1"),
            "es-mf-fat-fraction",
            "unit-unknown",
            id="a share above one",
        ),
        pytest.param(
            measure("es-mf-fat-fraction", value=0.45),
            "es-mf-fat-fraction",
            "unit-unknown",
            id="a share without a unit",
        ),
        pytest.param(
            measure("multifidus-smi", value=45, unit="cm2/m2"),
            "multifidus-smi",
            "out-of-range",
            id="an index as a percentage",
        ),
        pytest.param(
            measure("multifidus-smi", value=6.5, unit="kg/m2"),
            "multifidus-smi",
            "unit-unknown",
            id="an index in kilograms",
        ),
        pytest.param(
            measure("appendicular-muscle-index", value=45, unit="cm2/m2"),
            "appendicular-muscle-index",
            "unit-unknown",
            id="a muscle index in square centimetres",
        ),
        pytest.param(
            observation("38214-3", value=35, unit="{score}"),
            "pain-score",
            "out-of-range",
            id="a score above its scale",
        ),
        pytest.param(
            observation("29463-7", value=70),
            "weight",
            "unit-unknown",
            id="a weight without a unit",
        ),
        # a unit that contradicts itself, or has an unknown code
        pytest.param(
            bmi(21, valueQuantity=quantity(21, unit="pounds", code="kg/m2")),
            "bmi",
            "unit-unknown",
            id="a unit unlike its code",
        ),
        pytest.param(
            bmi(21, valueQuantity=quantity(21, unit="g/cm2", code="1")),
            "bmi",
            "unit-unknown",
            id="a density coded as a ratio",
        ),
        pytest.param(
            bmi(21, valueQuantity=quantity(21, unit="kg/m2", code="lb/ft2")),
            "bmi",
            "unit-unknown",
            id="an unknown code",
        ),
        # boolean, or present and absent
        pytest.param(
            measure("fascia-injury", valueBoolean=True),
            "fascia-injury",
            True,
            id="true",
        ),
        pytest.param(
            measure("fascia-injury", valueBoolean=False),
            "fascia-injury",
            False,
            id="false",
        ),
        pytest.param(
            measure(
                "fascia-injury", valueCodeableConcept=coded("52101004", system=SCT)
            ),
            "fascia-injury",
            True,
            id="coded as present",
        ),
        pytest.param(
            measure("fascia-injury", valueCodeableConcept={"text": "Absent"}),
            "fascia-injury",
            False,
            id="worded as absent",
        ),
        pytest.param(
            measure("fascia-injury", valueString="no"),
            "fascia-injury",
            False,
            id="worded as no",
        ),
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
        pytest.param(
            "bmd-t-score",
            t_score(-2.5),
            "2024-11-20",
            "2016-11-20",
            "2016-11-18",
            id="bmd-t-score",
        ),
        pytest.param(
            "bmi", bmi(21.5), "2026-05-20", "2024-11-20", "2024-11-18", id="bmi"
        ),
        pytest.param(
            "weight",
            observation("29463-7", value=60, unit="kg"),
            "2026-05-20",
            "2024-11-20",
            "2024-11-18",
            id="weight",
        ),
        pytest.param(
            "height",
            observation("8302-2", value=1.6, unit="m"),
            "2016-11-20",
            "2006-11-20",
            "2006-11-18",
            id="height",
        ),
        pytest.param(
            "gait-speed",
            observation("83172-7", value=0.9, unit="m/s"),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
            id="gait-speed",
        ),
        pytest.param(
            "grip-strength",
            observation("83174-3", value=20, unit="kg"),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
            id="grip-strength",
        ),
        pytest.param(
            "appendicular-muscle-index",
            measure("appendicular-muscle-index", value=5, unit="kg/m2"),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
            id="appendicular-muscle-index",
        ),
        pytest.param(
            "mna-score",
            observation(coded("895533005", system=SCT), value=22, unit="{score}"),
            "2026-08-20",
            "2025-11-20",
            "2025-11-18",
            id="mna-score",
        ),
        pytest.param(
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
            id="ct-attenuation",
        ),
        pytest.param(
            "psoas-total-area",
            measure(
                "psoas-total-area", value=12, unit="cm2", method={"text": "MRI, L4"}
            ),
            "2026-05-20",
            "2025-11-20",
            "2025-11-18",
            id="psoas-total-area",
        ),
        pytest.param(
            "mna-category",
            measure("mna-category", valueString="B"),
            "2026-08-20",
            "2025-11-20",
            "2025-11-18",
            id="mna-category",
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
    ("name", "written", "value"),
    [
        pytest.param("mna-score", "15/30", 15, id="of the most"),
        pytest.param("mna-score", "20,5 / 30 Punkte", 20.5, id="with a unit"),
        pytest.param("mna-score", "12/14", None, id="of the short form"),
        pytest.param("mna-score", "15/30 refused", None, id="with other words"),
        pytest.param("pain-score", "7/10", 7, id="pain"),
        pytest.param("pain-score", "70/100", None, id="of another scale"),
    ],
)
def test_a_score_may_name_the_most_that_it_can_be(name, written, value):
    found = findings_of(measure(name, valueString=written))
    read = found.known[name].value if name in found.known else None
    assert read == value


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("grip-strength", "13.8kg", 13.8),
        ("grip-strength", "13,8 kg", 13.8),
        ("grip-strength", "12.5公斤", 12.5),
        ("grip-strength", "12.5킬로그램", 12.5),
        ("grip-strength", "150 N", 15.3),
        ("gait-speed", "0,58 m/s", 0.58),
        ("gait-speed", "58 cm/s", 0.58),
        ("bmi", "17,8 kg/m²", 17.8),
        ("weight", "106 lb", 48.1),
        ("height", "1,58 m", 1.58),
        ("egfr", "19 ml/min/1,73m²", 19),
        ("frailty-score", "7점", 7),
    ],
)
def test_a_number_with_its_unit_may_be_written_as_text(name, written, value):
    found = findings_of(measure(name, valueString=written))
    assert found.known[name].value == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("grip-strength", "about 12 kg"),
        ("grip-strength", "12 kg (weak)"),
        ("grip-strength", "12-14 kg"),
        ("grip-strength", "<12 kg"),
        ("grip-strength", "12 kg/m2"),
        ("grip-strength", "4/5"),
        ("grip-strength", "0 kg"),
        ("gait-speed", "7 s"),
        ("weight", "7 st 4 lb"),
        ("weight", "48 kg bed scale"),
        ("egfr", ">60 ml/min/1.73m2"),
    ],
)
def test_a_text_that_says_more_or_less_than_a_value_is_none(name, written):
    assert name in findings_of(measure(name, valueString=written)).gaps


@pytest.mark.parametrize(
    ("members", "name", "reason"),
    [
        pytest.param({"birthDate": None}, "age", "absent", id="no birth date"),
        pytest.param(
            {"birthDate": "2027-01-01"}, "age", "out-of-range", id="born later"
        ),
        pytest.param({"gender": None}, "sex", "absent", id="no sex"),
        pytest.param({"gender": "other"}, "sex", "undetermined", id="another sex"),
        pytest.param({"gender": "unknown"}, "sex", "undetermined", id="an unknown sex"),
    ],
)
def test_a_patient_without_birth_date_or_sex_makes_a_gap(members, name, reason):
    person = {
        key: value for key, value in patient(**members).items() if value is not None
    }
    assert findings_of(person=person).gaps[name].reason == reason
