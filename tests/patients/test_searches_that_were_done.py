"""A search for another cause was done, and its result is not on record yet."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.reassuring import cards_of, end_is_selected

BIOPSY = {"text": "Biopsy L1"}
SEARCHES = [
    pytest.param(BIOPSY, id="biopsy"),
    pytest.param(codeable(CPT, "62267"), id="disc aspiration"),
    pytest.param({"text": "PET-CT"}, id="PET"),
    pytest.param({"text": "Serum protein electrophoresis"}, id="electrophoresis"),
]


def done(code, days=1):
    return of_patient(
        "ServiceRequest",
        "search",
        status="completed",
        intent="order",
        code=code,
        authoredOn=days_ago(days),
    )


def report(days=0, status="final", **members):
    said = {
        "category": [codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "PAT")],
        "code": {"text": "Surgical pathology"},
        "conclusion": "No malignancy.",
        "effectiveDateTime": days_ago(days),
        "issued": f"{days_ago(days)}T10:00:00Z",
    }
    return of_patient("DiagnosticReport", "r", status=status, **said | members)


@pytest.mark.parametrize("code", SEARCHES)
def test_until_its_result_comes_nobody_is_reassured(code):
    cards = cards_of(done(code))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("status", ["registered", "preliminary"])
def test_nor_beside_a_report_that_is_not_final(status):
    cards = cards_of(done(BIOPSY), report(status=status))
    assert "below the usual" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((done(BIOPSY, days=60),), id="long ago"),
        pytest.param((done({"text": "CBC"}),), id="no search"),
    ],
)
def test_what_was_done_long_ago_or_searches_nothing_leaves_nothing_open(entries):
    assert "below the usual" in cards_of(*entries)["rehabilitation"]["detail"]


def test_a_final_report_says_itself_what_was_found():
    words = cards_of(done(BIOPSY), report())["rehabilitation"]["detail"]
    alone = cards_of(report())["rehabilitation"]["detail"]
    assert words == alone
