"""T-scores of a record: which one counts, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    coded,
    condition,
    observation,
    on_record,
    ordered_augmentation,
    prescription,
    quantity,
    t_score,
)
from tests.codes import MEASURES, SCT
from tests.expected import Known, Missing, check


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            on_record(t_score(-2.5), t_score(-3.1)),
            {"bmd-t-score": Missing("conflicting")},
            id="two-T-scores-of-one-site-and-moment-conflict",
        ),
        pytest.param(
            on_record(
                t_score(-2.1, on="2014-05-02"),
                t_score(-2.6, code="38264-8", on="2014-05-02"),
                t_score(-3.9, code="80944-2", on="2015-05-02"),
            ),
            {"bmd-t-score": Missing("stale", value=-2.6, observed=date(2014, 5, 2))},
            id="stale-T-scores-are-chosen-as-fresh-ones:-the-lowest-central-one-of-the-newest-day",
        ),
        pytest.param(
            on_record(t_score(-2.5, on="2020-01-01")),
            {"bmd-t-score": Known(concerns=["The T-score is 6 years old."])},
            id="from-two-years-on-it-is-said-in-years",
        ),
        pytest.param(
            on_record(t_score(-1.9, code="80944-2")),
            {"bmd-t-score": Known(may_reassure=False)},
            id="the-forearm-does-not-reassure",
        ),
        pytest.param(
            on_record(
                t_score(-0.3, code=coded("38267-1", text="Lumbar spine Z-score"))
            ),
            {"bmd-t-score": Missing(detail="a Z-score")},
            id="a-Z-score-under-a-T-score-code-is-refused-by-its-words",
        ),
        pytest.param(
            on_record(t_score(-2.0, code="104938-6", method={"text": "QCT"})),
            {"bmd-t-score": Missing("other-method")},
            id="a-score-computed-from-a-CT-is-not-a-DXA",
        ),
        pytest.param(
            on_record(
                t_score(
                    -2.0,
                    code=coded("bmd-t-score", system=MEASURES),
                    bodySite={"text": "calcaneus"},
                )
            ),
            {"bmd-t-score": Missing("other-method")},
            id="a-heel-under-our-own-code-is-refused",
        ),
        pytest.param(
            on_record(t_score(-1.9, code="38267-1")),
            {"bmd-t-score": Known(concerns=[], may_reassure=True)},
            id="the-LOINC-code-of-a-T-score-says-DXA:-38267-1",
        ),
        pytest.param(
            on_record(t_score(-1.9, code="38264-8")),
            {"bmd-t-score": Known(concerns=[], may_reassure=True)},
            id="the-LOINC-code-of-a-T-score-says-DXA:-38264-8",
        ),
        pytest.param(
            on_record(t_score(-1.9, code="38263-0")),
            {"bmd-t-score": Known(concerns=[], may_reassure=True)},
            id="the-LOINC-code-of-a-T-score-says-DXA:-38263-0",
        ),
        pytest.param(
            on_record(
                observation("38264-8", value=-2.2, unit="{T-score}", on="2025-01-10")
            ),
            {"bmd-t-score": Known(may_reassure=True)},
            id="a-fresh-value-may-reassure:-bmd-t-score",
        ),
        pytest.param(
            on_record(
                observation("38264-8", value=-2.2, unit="{T-score}", on="2024-01-10")
            ),
            {"bmd-t-score": Known(may_reassure=False)},
            id="an-older-one-does-not:-bmd-t-score",
        ),
        pytest.param(
            on_record(t_score(1.0), condition("M81.0")),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 1.0: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+1.0-beside-M81.0-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(2.7), condition("M81.0")),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 2.7: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+2.7-beside-M81.0-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(1.0), condition("64859006", system=SCT)),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 1.0: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+1.0-beside-SNOMED-osteoporosis-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(2.7), condition("64859006", system=SCT)),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 2.7: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+2.7-beside-SNOMED-osteoporosis-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(1.0), condition("M80.08XA")),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 1.0: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+1.0-beside-an-osteoporotic-fracture-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(2.7), condition("M80.08XA")),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 2.7: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+2.7-beside-an-osteoporotic-fracture-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(1.0), prescription({"text": "Alendronate 70 mg weekly"})),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 1.0: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+1.0-beside-alendronate-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(2.7), prescription({"text": "Alendronate 70 mg weekly"})),
            {
                "bmd-t-score": Missing(
                    "out-of-range", detail="T-score 2.7: is a minus sign missing?"
                )
            },
            id="a-T-score-of-+2.7-beside-alendronate-may-lack-its-minus",
        ),
        pytest.param(
            on_record(t_score(0.9), condition("M81.0")),
            {"bmd-t-score": Known(0.9)},
            id="otherwise-it-is-taken-as-it-stands:-small",
        ),
        pytest.param(
            on_record(t_score(2.7)),
            {"bmd-t-score": Known(2.7)},
            id="otherwise-it-is-taken-as-it-stands:-without-osteoporosis",
        ),
        pytest.param(
            on_record(t_score(2.7), condition("I10")),
            {"bmd-t-score": Known(2.7)},
            id="otherwise-it-is-taken-as-it-stands:-beside-hypertension",
        ),
        pytest.param(
            on_record(
                t_score(2.7), condition("M81.0", verificationStatus=coded("refuted"))
            ),
            {"bmd-t-score": Known(2.7)},
            id="otherwise-it-is-taken-as-it-stands:-beside-osteoporosis-that-was-refuted",
        ),
        pytest.param(
            on_record(
                t_score(2.7), order=ordered_augmentation(["L1"], ["osteoporosis"])
            ),
            {"bmd-t-score": Missing(detail="T-score 2.7: is a minus sign missing?")},
            id="the-reason-of-the-order-counts-as-well",
        ),
        pytest.param(
            on_record(observation("38267-1", valueString="2.5 below")),
            {"bmd-t-score": Missing("no-value")},
            id='anything-more-than-a-number-is-no-value:-"2.5-below"',
        ),
        pytest.param(
            on_record(observation("38267-1", valueString="-2.5 to -3")),
            {"bmd-t-score": Missing("no-value")},
            id='anything-more-than-a-number-is-no-value:-"-2.5-to--3"',
        ),
        pytest.param(
            on_record(observation("38267-1", valueString="osteoporosis")),
            {"bmd-t-score": Missing("no-value")},
            id='anything-more-than-a-number-is-no-value:-"osteoporosis"',
        ),
        pytest.param(
            on_record(observation("38267-1", valueString=" ")),
            {"bmd-t-score": Missing("no-value")},
            id='anything-more-than-a-number-is-no-value:-"-"',
        ),
        pytest.param(
            on_record(observation("38267-1", valueString="--2")),
            {"bmd-t-score": Missing("no-value")},
            id='anything-more-than-a-number-is-no-value:-"--2"',
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="{T-score}")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-{T-score}",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="{T-Score}")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-{T-Score}",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="{Tscore}")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-{Tscore}",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="T-Score")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-T-Score",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="{SD}")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-{SD}",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="SD")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-SD",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="1")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-1",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit="{score}")),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-{score}",
        ),
        pytest.param(
            on_record(t_score(-2.5, unit=None)),
            {"bmd-t-score": Known(-2.5)},
            id="a-T-score-is-accepted-in-the-unit-that-is-not-there",
        ),
        pytest.param(
            on_record(
                t_score(-2.4, bodySite={"text": "L2-L4"}),
                t_score(-3.1, bodySite={"text": "L2 and L4"}),
            ),
            {"bmd-t-score": Known(-2.4)},
            id='"L2-and-L4"-beside-L2-L4-is-of-two-vertebrae,-and-the-region-of-more-levels-counts',
        ),
        pytest.param(
            on_record(
                t_score(-2.4, bodySite={"text": "L2-L4"}),
                t_score(-3.1, bodySite={"text": "L2, L4"}),
            ),
            {"bmd-t-score": Known(-2.4)},
            id='"L2,-L4"-beside-L2-L4-is-of-two-vertebrae,-and-the-region-of-more-levels-counts',
        ),
        pytest.param(
            on_record(
                t_score(-2.4, bodySite={"text": "L2-L4"}),
                t_score(-3.1, bodySite={"text": "L2 a L4"}),
            ),
            {"bmd-t-score": Missing("conflicting")},
            id='"L2-a-L4"-beside-L2-L4-is-of-the-same-levels,-and-in-conflict',
        ),
        pytest.param(
            on_record(
                t_score(-2.4, bodySite={"text": "L2-L4"}),
                t_score(-3.1, bodySite={"text": "L2 to L4"}),
            ),
            {"bmd-t-score": Missing("conflicting")},
            id='"L2-to-L4"-beside-L2-L4-is-of-the-same-levels,-and-in-conflict',
        ),
        pytest.param(
            on_record(
                t_score(
                    -3.2,
                    code=coded("38265-5", display="Lumbar spine T-score"),
                    identifier=[{"system": "urn:accession", "value": "1"}],
                ),
                t_score(
                    -1.5,
                    code=coded("38265-5", display="Femoral neck T-score"),
                    status="corrected",
                    identifier=[{"system": "urn:accession", "value": "1"}],
                ),
            ),
            {"bmd-t-score": Known(-3.2)},
            id="a-corrected-value-of-another-site-replaces-nothing",
        ),
        pytest.param(
            on_record(
                t_score(
                    -3.2,
                    code=coded("38265-5", display="Lumbar spine T-score"),
                    identifier=[{"system": "urn:accession", "value": "1"}],
                ),
                t_score(
                    -1.5,
                    code=coded("38265-5", display="Lumbar spine T-score"),
                    on="2024-05-01",
                    status="corrected",
                    identifier=[{"system": "urn:accession", "value": "1"}],
                ),
            ),
            {"bmd-t-score": Known(-3.2)},
            id="nor-does-one-of-another-day",
        ),
        pytest.param(
            on_record(
                t_score(-2.5, on="2026-11-02T08:00:00Z"),
                t_score(-3.1, on="2026-11-02T18:00:00Z"),
            ),
            {"bmd-t-score": Known(-3.1)},
            id="of-two-moments-of-a-day-the-later-T-score-counts",
        ),
        pytest.param(
            on_record(
                t_score(-2.5, on="2026-11-02T08:00:00Z"),
                t_score(-3.1, on="2026-11-02T18:00:00Z"),
                t_score(-2.5, on="2026-11-02"),
            ),
            {"bmd-t-score": Missing("conflicting")},
            id="one-that-names-only-the-day-conflicts-with-each-of-that-day",
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
                t_score(
                    -3.9, code="38266-3", unit="{T-score}", status="entered-in-error"
                )
            ),
            {"bmd-t-score": Missing("absent")},
            id="and-not-named-where-it-was-retracted:-heel",
        ),
        pytest.param(
            on_record(
                t_score(
                    -3.9, code="85390-3", unit="{T-score}", status="entered-in-error"
                )
            ),
            {"bmd-t-score": Missing("absent")},
            id="and-not-named-where-it-was-retracted:-humerus",
        ),
        pytest.param(
            on_record(
                t_score(
                    -3.9, code="85394-5", unit="{Z-score}", status="entered-in-error"
                )
            ),
            {"bmd-t-score": Missing("absent")},
            id="and-not-named-where-it-was-retracted:-Z-score",
        ),
        pytest.param(
            on_record(
                t_score(-3.9, code="24966-4", unit="g/cm2", status="entered-in-error")
            ),
            {"bmd-t-score": Missing("absent")},
            id="and-not-named-where-it-was-retracted:-density",
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
                observation(
                    "83311-1",
                    component=[
                        {
                            "code": coded("38267-1"),
                            "valueQuantity": quantity(-2.2, unit="{T-score}"),
                        },
                        {
                            "code": coded("38264-8"),
                            "valueQuantity": quantity(-2.6, unit="{T-score}"),
                        },
                        {
                            "code": coded("85394-5"),
                            "valueQuantity": quantity(-0.2, unit="{Z-score}"),
                        },
                    ],
                )
            ),
            {"bmd-t-score": Known(-2.6)},
            ["a Z-score"],
            id="the-components-of-a-DXA-panel-are-read",
        ),
        pytest.param(
            on_record(t_score(-3.9, code="38266-3", unit="{T-score}")),
            {"bmd-t-score": Missing("absent")},
            ["heel"],
            id="heel-is-named-and-never-used",
        ),
        pytest.param(
            on_record(t_score(-3.9, code="85390-3", unit="{T-score}")),
            {"bmd-t-score": Missing("absent")},
            ["humerus"],
            id="humerus-is-named-and-never-used",
        ),
        pytest.param(
            on_record(t_score(-3.9, code="85394-5", unit="{Z-score}")),
            {"bmd-t-score": Missing("absent")},
            ["Z-score"],
            id="Z-score-is-named-and-never-used",
        ),
        pytest.param(
            on_record(t_score(-3.9, code="24966-4", unit="g/cm2")),
            {"bmd-t-score": Missing("absent")},
            ["density"],
            id="density-is-named-and-never-used",
        ),
    ],
)
def test_what_is_passed_over(record, expected, passed_over):
    findings = record.findings()
    check(findings, expected)
    lines = [f"{value.reason}: {value.detail}" for value in findings.passed_over]
    for sentence in passed_over:
        assert any(sentence in line for line in lines), lines
