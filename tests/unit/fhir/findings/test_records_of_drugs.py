"""Drugs of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    coded,
    dose,
    on_record,
    prescription,
    statement,
)
from tests.codes import ATC, RXNORM
from tests.expected import Known, Missing, check


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            on_record(
                dose(coded("M05BX04", system=ATC), on="2026-08-01", status="on-hold")
            ),
            {
                "bone-drug": Missing(detail="whether it is taken"),
                "denosumab-overdue": Missing(detail="whether it is taken"),
            },
            id="a-dose-that-is-on-hold-is-neither-given-nor-absent",
        ),
        pytest.param(
            on_record(prescription({"text": "Prolia"})),
            {"bone-drug": Known(True, concern="by its name")},
            id="a-drug-that-is-recognised-by-its-name-is-said-to-be",
        ),
        pytest.param(
            on_record(prescription(coded("904419", system=RXNORM), on="2012-08-16")),
            {"bone-drug": Known(True, concern="14 years old")},
            id="an-old-active-prescription-counts-and-its-age-is-said",
        ),
        pytest.param(
            on_record(
                dose(coded("M05BX04", system=ATC), on="2025-10-01"),
                dose(coded("M05BX04", system=ATC), on="2026-04-19"),
            ),
            {
                "denosumab-overdue": Known(
                    True, observed=date(2026, 4, 19), printed="given on 19 Apr 2026"
                )
            },
            id="denosumab-is-overdue-seven-months-after-the-last-dose",
        ),
        pytest.param(
            on_record(dose(coded("M05BX04", system=ATC), on="2026-04-20")),
            {"denosumab-overdue": Known(False)},
            id="and-not-a-day-before",
        ),
        pytest.param(
            on_record(
                prescription(
                    coded("M05BX04", system=ATC), on="2025-12-01", status="completed"
                )
            ),
            {
                "denosumab-overdue": Missing(
                    detail="the day of the last denosumab dose is not recorded"
                )
            },
            id="a-prescription-is-no-dose:-when-denosumab-was-given-is-not-known",
        ),
        pytest.param(
            on_record(
                statement(
                    coded("M05BX04", system=ATC),
                    status="completed",
                    effectiveDateTime="2025-12-01",
                ),
                failed=["administrations"],
            ),
            {"denosumab-overdue": Known(concern="could not be read")},
            id="an-unread-list-of-doses-is-said-beside-an-overdue-one",
        ),
        pytest.param(
            on_record(
                dose(coded("M05BX04", system=ATC), on="2026-02-13"),
                prescription(coded("M05BX04", system=ATC), on="2026-09-21"),
            ),
            {"denosumab-overdue": Known(True)},
            id="a-prescription-after-the-last-dose-is-no-dose",
        ),
        pytest.param(
            on_record(
                dose(coded("M05BX04", system=ATC), on="2026-08-01"),
                prescription(coded("M05BX04", system=ATC), on="2026-09-21"),
            ),
            {"denosumab-overdue": Known(False, observed=date(2026, 8, 1))},
            id="a-prescription-after-a-dose-in-time-leaves-that-dose-the-last",
        ),
        pytest.param(
            on_record(prescription(coded("M05BX04", system=ATC), on=None)),
            {"denosumab-overdue": Missing("undetermined")},
            id="denosumab-without-a-day-is-undetermined",
        ),
        pytest.param(
            on_record(
                prescription(coded("A12AA04", system=ATC)), entries={"medications": 11}
            ),
            {
                "bone-drug": Known(
                    False, printed="not on the medication list (11 entries read)"
                )
            },
            id="calcium-and-vitamin-D-alone-are-no-bone-drug:-by-a-code-of-vitamin-D",
        ),
        pytest.param(
            on_record(
                prescription(coded("A11CC05", system=ATC)), entries={"medications": 11}
            ),
            {
                "bone-drug": Known(
                    False, printed="not on the medication list (11 entries read)"
                )
            },
            id="calcium-and-vitamin-D-alone-are-no-bone-drug:-D3",
        ),
        pytest.param(
            on_record(
                prescription(coded("A11CC04", system=ATC)), entries={"medications": 11}
            ),
            {
                "bone-drug": Known(
                    False, printed="not on the medication list (11 entries read)"
                )
            },
            id="calcium-and-vitamin-D-alone-are-no-bone-drug:-calcitriol",
        ),
        pytest.param(
            on_record(
                prescription({"text": "Calcium and vitamin D"}),
                entries={"medications": 11},
            ),
            {
                "bone-drug": Known(
                    False, printed="not on the medication list (11 entries read)"
                )
            },
            id="calcium-and-vitamin-D-alone-are-no-bone-drug:-in-words",
        ),
        pytest.param(
            on_record(),
            {"bone-drug": Missing("undetermined")},
            id="no-bone-drug-is-said-of-no-list",
        ),
        pytest.param(
            on_record(
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
                failed=["medications"],
            ),
            {"bone-drug": Missing("not-read", detail="could not be read")},
            id="no-bone-drug-is-said-where-medications-could-not-be-read",
        ),
        pytest.param(
            on_record(
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
                failed=["administrations"],
            ),
            {"bone-drug": Missing("not-read", detail="could not be read")},
            id="no-bone-drug-is-said-where-administrations-could-not-be-read",
        ),
        pytest.param(
            on_record(
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
                failed=["statements"],
            ),
            {"bone-drug": Missing("not-read", detail="could not be read")},
            id="no-bone-drug-is-said-where-statements-could-not-be-read",
        ),
        pytest.param(
            on_record(
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
                incomplete=["medications"],
            ),
            {"bone-drug": Missing("not-read")},
            id="nor-of-a-list-that-was-cut",
        ),
        pytest.param(
            on_record(
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
                prescription(
                    None, medicationReference={"reference": "Medication/elsewhere"}
                ),
            ),
            {
                "bone-drug": Missing("undetermined"),
                "steroid-use": Missing("undetermined"),
                "denosumab-overdue": Missing("undetermined"),
            },
            id='a-drug-that-refers-elsewhere-makes-no-"no"',
        ),
        pytest.param(
            on_record(
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
                prescription({"coding": [{"system": RXNORM, "code": "999999"}]}),
            ),
            {
                "bone-drug": Missing("undetermined"),
                "steroid-use": Missing("undetermined"),
                "denosumab-overdue": Missing("undetermined"),
            },
            id='a-drug-that-is-an-unknown-code-makes-no-"no"',
        ),
        pytest.param(
            on_record(dose(coded("M05BA08", system=ATC), on="2025-08-20")),
            {"bone-drug": Known(True)},
            id="a-dose-of-zoledronate-counts-for-its-months",
        ),
        pytest.param(
            on_record(
                dose(coded("M05BA08", system=ATC), on="2025-08-19"),
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
            ),
            {
                "bone-drug": Known(
                    False,
                    concern="last recorded",
                    prints="not current on the medication list",
                )
            },
            id="and-not-a-day-longer:-zoledronate",
        ),
        pytest.param(
            on_record(dose(coded("M05BX04", system=ATC), on="2026-03-20")),
            {"bone-drug": Known(True)},
            id="a-dose-of-denosumab-counts-for-its-months",
        ),
        pytest.param(
            on_record(
                dose(coded("M05BX04", system=ATC), on="2026-03-19"),
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
            ),
            {
                "bone-drug": Known(
                    False,
                    concern="last recorded",
                    prints="not current on the medication list",
                )
            },
            id="and-not-a-day-longer:-denosumab",
        ),
        pytest.param(
            on_record(dose(coded("M05BA04", system=ATC), on="2026-07-20")),
            {"bone-drug": Known(True)},
            id="a-dose-of-alendronate-counts-for-its-months",
        ),
        pytest.param(
            on_record(
                dose(coded("M05BA04", system=ATC), on="2026-07-19"),
                prescription(coded("C08CA01", system=ATC, text="Amlodipine 5 mg")),
            ),
            {
                "bone-drug": Known(
                    False,
                    concern="last recorded",
                    prints="not current on the medication list",
                )
            },
            id="and-not-a-day-longer:-alendronate",
        ),
    ],
)
def test_what_a_record_says(record, expected):
    check(record.findings(), expected)


@pytest.mark.parametrize(
    ("record", "expected", "passed_over"),
    [
        pytest.param(
            on_record(
                prescription(coded("904419", system=RXNORM), on="2026-11-21"),
                prescription(coded("C08CA01", system=ATC)),
            ),
            {"bone-drug": Missing("undetermined")},
            ["future: "],
            id="a-prescription-after-the-order-does-not-count",
        ),
    ],
)
def test_what_is_passed_over(record, expected, passed_over):
    findings = record.findings()
    check(findings, expected)
    lines = [f"{value.reason}: {value.detail}" for value in findings.passed_over]
    for sentence in passed_over:
        assert any(sentence in line for line in lines), lines
