"""Diagnoses and procedures of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    broken,
    clinical,
    coded,
    condition,
    on_record,
    prescription,
    procedure,
    words,
)
from tests.codes import ATC, CPT, HCPCS, SCT
from tests.expected import Known, Missing, check


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            on_record(
                condition("C79.51", recordedDate="2026-11-10"),
                condition("I10"),
                prescription(coded("H02AB06", system=ATC), on="2026-11-10"),
                procedure(coded("63047", system=CPT), on="2026-11-10"),
                not_after=date(2026, 11, 5),
            ),
            {
                "malignancy": Missing(detail="after the order"),
                "steroid-use": Missing(detail="after the order"),
                "prior-spinal-surgery": Missing(detail="after the order"),
            },
            id="what-is-written-down-between-an-order-and-its-signing-does-not-count-and-makes-no-'no'",
        ),
        pytest.param(
            on_record(condition("E11.9", onsetDateTime="2019-05-03")),
            {
                "diabetes": Known(
                    True,
                    observed=date(2019, 5, 3),
                    printed="on the problem list since 3 May 2019",
                )
            },
            id="an-active-condition-is-a-yes-with-its-place",
        ),
        pytest.param(
            on_record(condition("I10"), entries={"conditions": 14}),
            {
                "diabetes": Known(
                    False, printed="not on the problem list (14 entries read)"
                )
            },
            id="no-is-said-with-how-many-entries-were-read",
        ),
        pytest.param(
            on_record(condition("C50.911"), condition("I10")),
            {"malignancy": Missing("undetermined")},
            id="cancer-elsewhere-leaves-open-whether-the-fracture-comes-from-it",
        ),
        pytest.param(
            on_record(condition("C50.911"), condition("C79.51")),
            {"malignancy": Known(True)},
            id="cancer-elsewhere-beside-a-bone-metastasis-is-one-of-the-bone",
        ),
        pytest.param(
            on_record(
                condition("C61", onsetDateTime="2019"),
                condition("C34.11", onsetDateTime="2026-05-01"),
            ),
            {"active-cancer": Known(label="lung cancer and prostate cancer")},
            id="two-cancers-are-both-named,-the-newer-first",
        ),
        pytest.param(
            on_record(
                condition("M80.08XA", onsetDateTime="2020-11-01"),
                condition("M48.54XA", onsetDateTime="2025-06-01"),
                procedure(coded("22513", system=CPT), on="2025-07-01"),
                treated=["L1"],
            ),
            {
                "prior-vertebral-fracture": Known(
                    label="third vertebral fracture in 6 years",
                    observed=date(2025, 7, 1),
                )
            },
            id="fractures-more-than-half-a-year-apart-are-counted,-the-rest-is-one",
        ),
        pytest.param(
            on_record(procedure(coded("359586003", system=SCT)), condition("I10")),
            {"prior-spinal-surgery": Known(True)},
            id="an-earlier-spinal-operation-is-read-from-procedures",
        ),
        pytest.param(
            on_record(condition("Z98.1"), entries={"conditions": 4, "procedures": 9}),
            {"prior-spinal-surgery": Known(True)},
            id="an-earlier-spinal-operation-is-read-from-conditions",
        ),
        pytest.param(
            on_record(entries={"conditions": 4, "procedures": 9}),
            {
                "prior-spinal-surgery": Known(
                    printed="not among the procedures (9 entries read)"
                )
            },
            id="no-earlier-spinal-operation-is-said-with-the-procedures-that-were-read",
        ),
        pytest.param(
            on_record(condition("E11.9", status="inactive"), condition("I10")),
            {"diabetes": Known(False, concern="past entry")},
            id="a-condition-that-is-inactive-is-named-and-not-counted",
        ),
        pytest.param(
            on_record(condition("E11.9", status="remission"), condition("I10")),
            {"diabetes": Known(False, concern="past entry")},
            id="a-condition-that-is-remission-is-named-and-not-counted",
        ),
        pytest.param(
            on_record(condition("E11.9", status="resolved"), condition("I10")),
            {"diabetes": Known(False, concern="past entry")},
            id="a-condition-that-is-resolved-is-named-and-not-counted",
        ),
        pytest.param(
            on_record(failed=["conditions"]),
            {"diabetes": Missing("not-read")},
            id="a-list-that-failed-says-nothing",
        ),
        pytest.param(
            on_record(incomplete=["conditions"], entries={"conditions": 14}),
            {"diabetes": Missing("not-read")},
            id="nor-does-one-that-was-cut",
        ),
        pytest.param(
            on_record(
                condition("I10"), words("Сыпь", id="strange"), incomplete=["conditions"]
            ),
            {"malignancy": Missing("not-read", seen=["Condition/strange"])},
            id="what-was-read-of-a-list-that-was-cut-and-was-not-understood-leaves-it-open-all-the-same",
        ),
        pytest.param(
            on_record(),
            {"diabetes": Missing("undetermined")},
            id="nor-an-empty-one",
        ),
        pytest.param(
            on_record(
                condition("I10"),
                unreadable=[
                    broken("Condition/b", key="conditions", concept="diabetes")
                ],
            ),
            {"diabetes": Missing("unreadable"), "spinal-infection": Known(False)},
            id='a-broken-entry-of-the-concept-makes-no-"no",-and-costs-no-other',
        ),
        pytest.param(
            on_record(condition("Z85.3"), condition("I10")),
            {"malignancy": Known(False, has_concerns=True)},
            id="a-personal-history-of-cancer-is-named-and-is-not-cancer",
        ),
        pytest.param(
            on_record(
                condition("I10"),
                condition("271807003", system=SCT, id="strange"),
                entries={"conditions": 3},
            ),
            {
                "diabetes": Missing(
                    detail="1 of 3 entries on the problem list has a code without words"
                )
            },
            id="a-bare-code-that-is-not-listed-is-said-to-be-one",
        ),
        pytest.param(
            on_record(
                condition("I10"),
                {
                    "resourceType": "Condition",
                    "id": "strange",
                    "subject": {"reference": "Patient/p1"},
                    "clinicalStatus": clinical("active"),
                    "code": coded("271807003", system=SCT, display="Сыпь"),
                },
                entries={"conditions": 3},
            ),
            {"diabetes": Missing(detail="could not be read")},
            id="a-code-with-words-of-no-language-of-ours-is-said-to-be-one",
        ),
        pytest.param(
            on_record(condition("I10"), words("Сыпь"), entries={"conditions": 3}),
            {"diabetes": Missing(detail="could not be read")},
            id="words-of-no-language-of-ours-is-said-to-be-one",
        ),
        pytest.param(
            on_record(
                procedure(coded("22521", system=CPT), on="2014-03-01"),
                condition("I10"),
                entries={"procedures": 1},
            ),
            {
                "prior-augmentation": Known(True),
                "prior-vertebral-fracture": Known(True),
            },
            id="an-augmentation-under-the-older-or-joint-code-22521-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                procedure(coded("22524", system=CPT), on="2014-03-01"),
                condition("I10"),
                entries={"procedures": 1},
            ),
            {
                "prior-augmentation": Known(True),
                "prior-vertebral-fracture": Known(True),
            },
            id="an-augmentation-under-the-older-or-joint-code-22524-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                procedure(coded("S2360", system=HCPCS), on="2014-03-01"),
                condition("I10"),
                entries={"procedures": 1},
            ),
            {
                "prior-augmentation": Known(True),
                "prior-vertebral-fracture": Known(True),
            },
            id="an-augmentation-under-the-older-or-joint-code-S2360-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                procedure(coded("S2362", system=HCPCS), on="2014-03-01"),
                condition("I10"),
                entries={"procedures": 1},
            ),
            {
                "prior-augmentation": Known(True),
                "prior-vertebral-fracture": Known(True),
            },
            id="an-augmentation-under-the-older-or-joint-code-S2362-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                procedure(coded("C7505", system=HCPCS), on="2014-03-01"),
                condition("I10"),
                entries={"procedures": 1},
            ),
            {
                "prior-augmentation": Known(True),
                "prior-vertebral-fracture": Known(True),
            },
            id="an-augmentation-under-the-older-or-joint-code-C7505-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                procedure(coded("C7507", system=HCPCS), on="2014-03-01"),
                condition("I10"),
                entries={"procedures": 1},
            ),
            {
                "prior-augmentation": Known(True),
                "prior-vertebral-fracture": Known(True),
            },
            id="an-augmentation-under-the-older-or-joint-code-C7507-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                procedure(
                    coded("22514", system=CPT), on="2025-09-20", status="unknown"
                ),
                procedure(
                    coded("22612", system=CPT), on="2025-09-20", status="unknown"
                ),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
            ),
            {
                "prior-vertebral-fracture": Missing(),
                "prior-spinal-surgery": Missing("undetermined"),
            },
            id='an-operation-whose-status-is-unknown-may-have-been-done-and-makes-no-"no"',
        ),
        pytest.param(
            on_record(
                procedure(
                    coded("22514", system=CPT), on="2025-09-20", status="in-progress"
                ),
                procedure(
                    coded("22612", system=CPT), on="2025-09-20", status="in-progress"
                ),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
            ),
            {
                "prior-vertebral-fracture": Missing(),
                "prior-spinal-surgery": Missing("undetermined"),
            },
            id='an-operation-whose-status-is-in-progress-may-have-been-done-and-makes-no-"no"',
        ),
        pytest.param(
            on_record(
                procedure(
                    coded("22514", system=CPT), on="2025-09-20", status="stopped"
                ),
                procedure(
                    coded("22612", system=CPT), on="2025-09-20", status="stopped"
                ),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
            ),
            {
                "prior-vertebral-fracture": Missing(),
                "prior-spinal-surgery": Missing("undetermined"),
            },
            id='an-operation-whose-status-is-stopped-may-have-been-done-and-makes-no-"no"',
        ),
        pytest.param(
            on_record(
                procedure(
                    coded("22514", system=CPT), on="2025-09-20", status="on-hold"
                ),
                procedure(
                    coded("22612", system=CPT), on="2025-09-20", status="on-hold"
                ),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
            ),
            {
                "prior-vertebral-fracture": Missing(),
                "prior-spinal-surgery": Missing("undetermined"),
            },
            id='an-operation-whose-status-is-on-hold-may-have-been-done-and-makes-no-"no"',
        ),
        pytest.param(
            on_record(
                procedure(coded("22514", system=CPT), on="2025-09-20"), treated=["L1"]
            ),
            {
                "prior-vertebral-fracture": Known(
                    True, label="second vertebral fracture in 14 months"
                ),
                "prior-augmentation": Known(label="kyphoplasty"),
            },
            id="an-earlier-augmentation-is-an-earlier-fracture",
        ),
        pytest.param(
            on_record(
                condition(
                    "M80.08XA",
                    bodySite=[coded("23215003", system=SCT)],
                    onsetDateTime="2026-08-01",
                ),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
            ),
            {"prior-vertebral-fracture": Known(False)},
            id="without-the-levels-of-the-order-only-age-decides:-3-months-ago-at-T12",
        ),
        pytest.param(
            on_record(
                condition(
                    "M80.08XA",
                    bodySite=[coded("23215003", system=SCT)],
                    onsetDateTime="2026-03-01",
                )
            ),
            {
                "prior-vertebral-fracture": Known(
                    label="second vertebral fracture in 8 months"
                )
            },
            id="and-8-months-ago",
        ),
        pytest.param(
            on_record(
                condition("M80.08XA", onsetDateTime="2026-11-15"),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
                not_after=date(2026, 11, 10),
            ),
            {"prior-vertebral-fracture": Known(False)},
            id="a-fracture-after-the-order-is-none",
        ),
        pytest.param(
            on_record(
                condition("M80.08XA", status="resolved", recordedDate="2026-11-15"),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
                not_after=date(2026, 11, 10),
            ),
            {"prior-vertebral-fracture": Missing()},
            id="one-that-was-resolved-and-recorded-after-it-is-neither-yes-nor-no",
        ),
        pytest.param(
            on_record(
                condition("M80.08XA", onsetDateTime="2026-12-01"),
                condition("I10"),
                entries={"procedures": 3, "conditions": 4},
                treated=["L1"],
            ),
            {"prior-vertebral-fracture": Missing()},
            id="one-that-lies-ahead-has-a-wrong-day",
        ),
        pytest.param(
            on_record(condition("I10"), failed=["procedures"], treated=["L1"]),
            {"prior-vertebral-fracture": Missing()},
            id="no-earlier-fracture-is-said-only-where-procedures-were-read",
        ),
        pytest.param(
            on_record(condition("I10"), entries={"procedures": 3}, treated=["L1"]),
            {"prior-vertebral-fracture": Known(False)},
            id="as-they-were-here",
        ),
        pytest.param(
            on_record(
                condition("W01.0XXA", onsetDateTime="2026-10-05"),
                condition("W01.0XXD", onsetDateTime="2026-11-05"),
                condition("I10"),
                entries={"procedures": 3, "conditions": 9, "medications": 3},
            ),
            {"repeated-falls": Known(False)},
            id="a-later-visit-for-the-same-fall-is-no-second-fall",
        ),
        pytest.param(
            on_record(
                condition("C34.11", system="urn:local"),
                condition("I10"),
                entries={"procedures": 3, "conditions": 9, "medications": 3},
            ),
            {"active-cancer": Missing()},
            id="a-code-of-another-system-is-not-read-and-forbids-no",
        ),
    ],
)
def test_what_a_record_says(record, expected):
    check(record.findings(), expected)


@pytest.mark.parametrize(
    ("record", "expected", "passed_over"),
    [
        pytest.param(
            on_record(condition("S32.012D"), condition("I10")),
            {"unstable-fracture": Known(False)},
            ["old fracture"],
            id="an-old-unstable-fracture-(seventh-character-D)-is-named-and-not-of-today",
        ),
        pytest.param(
            on_record(condition("S32.012G"), condition("I10")),
            {"unstable-fracture": Known(False)},
            ["old fracture"],
            id="an-old-unstable-fracture-(seventh-character-G)-is-named-and-not-of-today",
        ),
        pytest.param(
            on_record(condition("S32.012K"), condition("I10")),
            {"unstable-fracture": Known(False)},
            ["old fracture"],
            id="an-old-unstable-fracture-(seventh-character-K)-is-named-and-not-of-today",
        ),
        pytest.param(
            on_record(condition("S32.012S"), condition("I10")),
            {"unstable-fracture": Known(False)},
            ["old fracture"],
            id="an-old-unstable-fracture-(seventh-character-S)-is-named-and-not-of-today",
        ),
    ],
)
def test_what_is_passed_over(record, expected, passed_over):
    findings = record.findings()
    check(findings, expected)
    lines = [f"{value.reason}: {value.detail}" for value in findings.passed_over]
    for sentence in passed_over:
        assert any(sentence in line for line in lines), lines
