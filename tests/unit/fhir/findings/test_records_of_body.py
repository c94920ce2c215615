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


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2"),
                observation("39156-5", value=25.0, unit="kg/m2"),
            ),
            {"bmi": Missing("conflicting")},
            id="two-values-of-one-moment-that-differ-are-a-conflict",
        ),
        pytest.param(
            on_record(
                observation(
                    "39156-5", value=21.5, unit="kg/m2", on="2026-11-02T08:00:00Z"
                ),
                observation(
                    "39156-5", value=25.0, unit="kg/m2", on="2026-11-02T09:00:00Z"
                ),
            ),
            {"bmi": Known(25.0)},
            id="values-of-two-moments-of-a-day-do-not-conflict-and-the-later-counts",
        ),
        pytest.param(
            on_record(
                observation(
                    "39156-5", value=21.5, unit="kg/m2", on="2026-11-02T08:00:00Z"
                ),
                observation(
                    "39156-5", value=25.0, unit="kg/m2", on="2026-11-02T09:00:00+01:00"
                ),
            ),
            {"bmi": Missing("conflicting")},
            id="the-same-moment-written-in-two-time-zones-is-one-moment",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", on="2026-11-02"),
                observation(
                    "39156-5", value=25.0, unit="kg/m2", on="2026-11-02T09:00:00Z"
                ),
            ),
            {"bmi": Missing("conflicting")},
            id="a-value-that-names-only-the-day-may-be-of-any-moment-of-it",
        ),
        pytest.param(
            on_record(
                observation(
                    "39156-5",
                    value=31.5,
                    unit="kg/m2",
                    identifier=[{"system": "urn:lab", "value": "77"}],
                ),
                observation(
                    "39156-5",
                    value=21.5,
                    unit="kg/m2",
                    identifier=[{"system": "urn:lab", "value": "77"}],
                    status="corrected",
                ),
            ),
            {"bmi": Known(21.5)},
            id="a-corrected-copy-replaces-what-it-corrects",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=27.9, unit="kg/m2", on="2024-10-01")
            ),
            {"bmi": Missing("stale", value=27.9, observed=date(2024, 10, 1))},
            id="a-stale-value-says-who-the-patient-is",
        ),
        pytest.param(
            on_record(
                observation(
                    "85353-1",
                    on="2026-10-01",
                    component=[
                        {
                            "code": coded("39156-5"),
                            "valueQuantity": quantity(21.5, unit="kg/m2"),
                        }
                    ],
                )
            ),
            {"bmi": Known(21.5, observed=date(2026, 10, 1))},
            id="a-component-of-a-panel-is-read-with-the-time-of-the-panel",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", on="2025-09-20")
            ),
            {"bmi": Known(concerns=["The BMI is 14 months old."])},
            id="the-age-is-said-in-whole-months",
        ),
        pytest.param(
            on_record(observation(coded("251433001", system=SCT), value=25, unit="kg")),
            {
                "grip-strength": Known(
                    concerns=["Which hand was measured is not recorded."]
                )
            },
            id="a-grip-whose-hand-is-not-recorded-says-so",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2"), incomplete=["body"]
            ),
            {"bmi": Known(concern="incompletely")},
            id="a-value-of-a-list-that-was-cut-says-so",
        ),
        pytest.param(
            on_record(
                observation(
                    coded("mna-score", system=MEASURES), value=12, unit="{score}"
                )
            ),
            {"mna-score": Known(12)},
            id="our-own-code-is-the-full-form-of-the-MNA-by-definition",
        ),
        pytest.param(
            on_record(failed=["body"]),
            {"bmi": Missing("not-read", detail="could not be read (timeout)")},
            id="what-could-not-be-read-is-not-called-absent",
        ),
        pytest.param(
            on_record(incomplete=["body"]),
            {"bmi": Missing("not-read")},
            id="nor-is-what-may-stand-in-the-part-that-was-cut",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.0, unit="kg/m2", on="2026-07-01")
            ),
            {"bmi": Known(may_reassure=True)},
            id="a-fresh-value-may-reassure:-bmi",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.0, unit="kg/m2", on="2025-11-20")
            ),
            {"bmi": Known(may_reassure=False)},
            id="an-older-one-does-not:-bmi",
        ),
        pytest.param(
            on_record(observation("83174-3", value=25, unit="kg", on="2026-07-01")),
            {"grip-strength": Known(may_reassure=True)},
            id="a-fresh-value-may-reassure:-grip-strength",
        ),
        pytest.param(
            on_record(observation("83174-3", value=25, unit="kg", on="2026-01-20")),
            {"grip-strength": Known(may_reassure=False)},
            id="an-older-one-does-not:-grip-strength",
        ),
        pytest.param(
            on_record(
                observation("29463-7", value=50, unit="kg", on="2026-10-01"),
                observation("8302-2", value=1.6, unit="m"),
                order=ordered_augmentation([]),
            ),
            {"bmi": Known(may_reassure=True)},
            id="what-is-computed-of-a-part-of-2026-10-01-may-reassure",
        ),
        pytest.param(
            on_record(
                observation("29463-7", value=50, unit="kg", on="2025-11-20"),
                observation("8302-2", value=1.6, unit="m"),
                order=ordered_augmentation([]),
            ),
            {"bmi": Known(may_reassure=False)},
            id="what-is-computed-of-a-part-of-2025-11-20-does-not-reassure",
        ),
        pytest.param(
            on_record(
                observation("83174-3", value=30, unit="kg", on="2026-10-01"),
                observation("83172-7", value=1.2, unit="m/s", on="2026-10-01"),
                order=ordered_augmentation([]),
            ),
            {"sarcopenia": Known(False, may_reassure=True)},
            id="sarcopenia-is-ruled-out-by-a-grip-of-2026-10-01-for-good",
        ),
        pytest.param(
            on_record(
                observation("83174-3", value=30, unit="kg", on="2026-01-20"),
                observation("83172-7", value=1.2, unit="m/s", on="2026-10-01"),
                order=ordered_augmentation([]),
            ),
            {"sarcopenia": Known(False, may_reassure=False)},
            id="sarcopenia-is-ruled-out-by-a-grip-of-2026-01-20-that-does-not-reassure",
        ),
        # 80 / 1.6²
        pytest.param(
            on_record(
                observation("29463-7", value=80, unit="kg", on="2024-10-01"),
                observation("8302-2", value=1.6, unit="m", on="2024-10-01"),
                order=ordered_augmentation([]),
            ),
            {
                "bmi": Missing(
                    "stale", observed=date(2024, 10, 1), value=31.25, detail="80 kg"
                )
            },
            id="a-stale-weight-says-what-the-BMI-was",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.0, unit="kg/m2", on="2022-10-01"),
                observation("29463-7", value=80, unit="kg", on="2024-10-01"),
                observation("8302-2", value=1.6, unit="m", on="2024-10-01"),
                order=ordered_augmentation([]),
            ),
            {"bmi": Missing(value=31.25)},
            id="the-newer-of-a-stale-BMI-and-a-stale-weight-counts",
        ),
        pytest.param(
            on_record(observation("39156-5", value=21.5, unit="kg/m2", status="final")),
            {"bmi": Known(21.5, unit="kg/m2", observed=date(2026, 11, 2))},
            id="a-final-value-counts",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", status="amended")
            ),
            {"bmi": Known(21.5, unit="kg/m2", observed=date(2026, 11, 2))},
            id="a-amended-value-counts",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", status="corrected")
            ),
            {"bmi": Known(21.5, unit="kg/m2", observed=date(2026, 11, 2))},
            id="a-corrected-value-counts",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2"),
                observation("39156-5", value=21.52, unit="kg/m2"),
            ),
            {"bmi": Known(21.52)},
            id="values-that-differ-by-rounding-agree-and-the-more-precise-counts:-21.52",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2"),
                observation("39156-5", value=21.46, unit="kg/m2"),
            ),
            {"bmi": Known(21.46)},
            id="values-that-differ-by-rounding-agree-and-the-more-precise-counts:-21.46",
        ),
        pytest.param(
            on_record(measure("mna-category", valueString="b")),
            {"mna-category": Known("B")},
            id="a-recorded-MNA-category-is-read-in-a-string",
        ),
        pytest.param(
            on_record(measure("mna-category", valueCodeableConcept={"text": "B"})),
            {"mna-category": Known("B")},
            id="a-recorded-MNA-category-is-read-in-words",
        ),
        pytest.param(
            on_record(measure("mna-category", valueString="D")),
            {"mna-category": Missing("no-value")},
            id="and-is-A,-B-or-C",
        ),
        pytest.param(
            on_record(
                observation(coded("895533005", system=SCT), value=14, unit="{score}")
            ),
            {"mna-score": Missing("other-method")},
            id="a-score-of-14-may-be-of-the-short-form-and-is-not-used",
        ),
        pytest.param(
            on_record(
                observation(coded("895533005", system=SCT), value=14.5, unit="{score}")
            ),
            {"mna-score": Known(14.5)},
            id="a-score-of-14.5-is-of-the-long-form",
        ),
        pytest.param(
            on_record(
                observation(coded("895533005", system=SCT), value=22, unit="{score}")
            ),
            {"mna-score": Known(22)},
            id="a-score-of-22-is-of-the-long-form",
        ),
        pytest.param(
            on_record(
                observation("29463-7", value=60, unit="kg"),
                unreadable=[broken("Observation/b", key="body", concept="bmi")],
            ),
            {"bmi": Missing("unreadable"), "weight": Known(60)},
            id="a-broken-resource-costs-its-finding-and-no-other",
        ),
        pytest.param(
            on_record(observation("39156-5", value=21.5, unit="kg/m2", id="b7")),
            {
                "bmi": Known(
                    source=Provenance(
                        "Observation/b7",
                        "fhir",
                        "http://loinc.org|39156-5",
                        "21.5 kg/m2",
                        "findings/bmi.toml",
                    )
                )
            },
            id="provenance-tells-resource,-code,-print-and-rule",
        ),
        pytest.param(
            on_record(),
            {"age": Known(80), "sex": Known("female")},
            id="age-counts-to-today-and-sex-is-as-recorded:-born-24-December-1945",
        ),
        pytest.param(
            on_record(
                person={"resourceType": "Patient", "id": "p1", "birthDate": "1945"}
            ),
            {"age": Known(81, concerns=["The birth date is not recorded to the day."])},
            id="a-partial-birth-date-counts-from-its-first-day-and-is-said:-1945",
        ),
        pytest.param(
            on_record(
                person={"resourceType": "Patient", "id": "p1", "birthDate": "1945-12"}
            ),
            {"age": Known(80, concerns=["The birth date is not recorded to the day."])},
            id="a-partial-birth-date-counts-from-its-first-day-and-is-said:-1945-12",
        ),
        pytest.param(
            on_record(observation("83174-3", value=18)),
            {"grip-strength": Missing()},
            id="a-grip-of-18-without-a-unit-is-refused",
        ),
        pytest.param(
            on_record(observation("83174-3", value=18, unit="kPa")),
            {"grip-strength": Missing()},
            id="a-grip-of-18-kPa-is-refused",
        ),
        pytest.param(
            on_record(observation("83174-3", value=18, unit="{score}")),
            {"grip-strength": Missing()},
            id="a-grip-of-18-{score}-is-refused",
        ),
        pytest.param(
            on_record(observation("83174-3", value=200, unit="kg")),
            {"grip-strength": Missing()},
            id="a-grip-of-200-kg-is-refused",
        ),
        pytest.param(
            on_record(observation("83175-0", value=52, unit="{score}")),
            {"grip-strength": Missing("absent")},
            id="a-scale-score-is-no-grip:-83175-0",
        ),
        pytest.param(
            on_record(observation("83176-8", value=52, unit="{score}")),
            {"grip-strength": Missing("absent")},
            id="a-scale-score-is-no-grip:-83176-8",
        ),
        pytest.param(
            on_record(observation("84418-3", value=52, unit="{score}")),
            {"grip-strength": Missing("absent")},
            id="a-scale-score-is-no-grip:-84418-3",
        ),
    ],
)
def test_what_a_record_says(record, expected):
    check(record.findings(), expected)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            on_record(
                observation(
                    "39156-5", value=21.5, unit="kg/m2", status="entered-in-error"
                )
            ),
            {"bmi": Missing("absent")},
            id="what-is-entered-in-error-is-not-even-named",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", status="cancelled")
            ),
            {"bmi": Missing("absent")},
            id="what-is-cancelled-is-not-even-named",
        ),
    ],
)
def test_nothing_is_passed_over(record, expected):
    findings = record.findings()
    check(findings, expected)
    assert not findings.passed_over


@pytest.mark.parametrize(
    ("record", "expected", "passed_over"),
    [
        pytest.param(
            on_record(
                observation("39156-5", value=20.0, unit="kg/m2", on="2026-08-01"),
                observation("39156-5", value=215, unit="kg/m2", on="2026-11-01"),
            ),
            {"bmi": Known(20.0)},
            ["out-of-range: 215 kg/m2 (1 Nov 2026) not used: not plausible"],
            id="an-unusable-newer-value-does-not-hide-an-older-one",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=20, unit="kg/m2", on="2026-11-01"),
                observation("39156-5", value=22, unit="kg/m2", on="2026-11-10"),
                not_after=date(2026, 11, 5),
            ),
            {"bmi": Known(20)},
            ["future: "],
            id="nothing-dated-after-the-order-counts-even-when-today-is-later",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", status="preliminary")
            ),
            {"bmi": Missing("not-final")},
            ["not-final: "],
            id="what-is-preliminary-is-named-and-not-used",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", status="registered")
            ),
            {"bmi": Missing("not-final")},
            ["not-final: "],
            id="what-is-registered-is-named-and-not-used",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2", status="unknown")
            ),
            {"bmi": Missing("not-final")},
            ["not-final: "],
            id="what-is-unknown-is-named-and-not-used",
        ),
        pytest.param(
            on_record(
                observation("39156-5", value=21.5, unit="kg/m2"),
                unreadable=[broken("Observation/b", key="body", concept="bmi")],
            ),
            {"bmi": Known(21.5)},
            ["unreadable: "],
            id="a-broken-resource-beside-a-good-one-is-named",
        ),
    ],
)
def test_what_is_passed_over(record, expected, passed_over):
    findings = record.findings()
    check(findings, expected)
    lines = [f"{value.reason}: {value.detail}" for value in findings.passed_over]
    for sentence in passed_over:
        assert any(sentence in line for line in lines), lines
