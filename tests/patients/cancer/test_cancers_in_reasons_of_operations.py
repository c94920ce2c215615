"""A cancer that is the reason of the operation that took it out is one (E9)."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

BREAST = codeable(ICD, "C50.911")
OPERATIONS: list[tuple[str, Any, str]] = [
    ("Mastectomy", BREAST, "breast cancer"),
    ("Mastectomy left", {"text": "Breast cancer"}, "breast cancer"),
    ("Mastektomie", {"text": "Mammakarzinom"}, "breast cancer"),
    ("Mastectomie", {"text": "Cancer du sein"}, "breast cancer"),
    ("Mastectomía", {"text": "Cáncer de mama"}, "breast cancer"),
    ("Mastectomia", {"text": "Carcinoma della mammella"}, "breast cancer"),
    ("Radical prostatectomy", {"text": "Prostate cancer"}, "prostate cancer"),
    ("Nephrectomy", {"text": "Renal cell carcinoma"}, "kidney cancer"),
    ("乳房切除術", {"text": "乳癌"}, "breast cancer"),
    ("乳房切除术", {"text": "乳腺癌"}, "breast cancer"),
]
OTHERS = [
    ("Colonoscopy", {"text": "Colon cancer screening"}),
    ("Breast biopsy", {"text": "Breast cancer"}),
    ("Prophylactic mastectomy", {"text": "Family history of breast cancer"}),
    ("Mastectomy", {"text": "Suspected breast cancer"}),
    ("Mastectomy", {"text": "Fear of breast cancer"}),
    ("Mammogram", {"text": "Breast cancer"}),
    ("Mastectomy", {"text": "No breast cancer"}),
    ("Cataract extraction", {"text": "Cataract"}),
]


def operated(
    title: str, reason: Any, *, days: int, status: str = "completed"
) -> Resource:
    """Return an operation of so many days ago, for this reason."""
    return of_patient(
        "Procedure",
        "cancer-op",
        status=status,
        code={"text": title},
        reasonCode=[reason],
        performedDateTime=days_ago(days),
    )


@pytest.mark.parametrize(("title", "reason", "name"), OPERATIONS)
def test_one_of_long_ago_is_a_detail_line(title: str, reason: Any, name: str) -> None:
    detail = card_of(operated(title, reason, days=5400))["detail"]
    assert f"**Earlier cancer:** {name} 2012: late bone metastasis occurs" in detail


@pytest.mark.parametrize(("title", "reason", "name"), OPERATIONS)
def test_one_of_five_years_leads(title: str, reason: Any, name: str) -> None:
    summary = card_of(operated(title, reason, days=400))["summary"]
    assert summary.startswith(f"{name.capitalize()} (2025): could this be")


@pytest.mark.parametrize(("title", "reason"), OTHERS)
def test_what_takes_no_cancer_out_states_none(title: str, reason: Any) -> None:
    for days in (400, 5400):
        card = card_of(operated(title, reason, days=days))
        assert "Earlier cancer" not in card["detail"]
        assert "could this be a metastasis" not in card["summary"]


def test_one_that_was_not_done_states_none() -> None:
    card = card_of(operated("Mastectomy", BREAST, days=400, status="not-done"))
    assert "could this be a metastasis" not in card["summary"]
