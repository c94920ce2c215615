"""A dose that was sent twice under one id, and not the same both times, closes nothing.

Which of the copies is right is not clear. It warns if it alone would.
"""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, codeable
from tests.patients.doubled import leave_doubled, order_sign_doubled

DENOSUMAB, ROMOSOZUMAB, ZOLEDRONATE = "M05BX04", "M05BX06", "M05BA08"
VOID = ("entered-in-error", "not-done")
OVERDUE = "enosumab overdue (last 15 Mar 2026)"
ENDED = "omosozumab last given Oct 2025, nothing since"


def given(code, days, *, status="completed", number=""):
    number = number or f"{code}-{days}"
    taken = {"status": status, "effectiveDateTime": days_ago(days)}
    taken["medicationCodeableConcept"] = codeable(ATC, code)
    return of_patient("MedicationAdministration", number, **taken)


def doubled(code, days, status):
    """Return both copies, of which one says that it was not given."""
    return given(code, days, number="a"), given(code, days, number="a", status=status)


def cards(*entries):
    """Return the first card of the signing and that of the discharge."""
    first = order_sign_doubled(*entries)["rehabilitation"]
    return first, *leave_doubled(*entries)


@pytest.mark.parametrize("status", VOID)
@pytest.mark.parametrize("code", [DENOSUMAB, ZOLEDRONATE])
def test_a_dose_that_a_copy_takes_back_closes_nothing(code, status):
    shown = cards(given(DENOSUMAB, 250), *doubled(code, 40, status))
    assert len(shown) == 2
    for card in shown:
        assert "overdue" in card["summary"]
        assert card["indicator"] == "warning"


@pytest.mark.parametrize("status", VOID)
@pytest.mark.parametrize("is_first", [True, False])
def test_it_follows_on_no_anabolic_drug(status, is_first):
    copies = doubled(ZOLEDRONATE, 40, status)
    ordered = copies if is_first else copies[::-1]
    for card in cards(given(ROMOSOZUMAB, 400), *ordered):
        assert ENDED in card["summary"]
        assert card["indicator"] == "warning"


@pytest.mark.parametrize("status", VOID)
@pytest.mark.parametrize(
    ("code", "days", "said"), [(DENOSUMAB, 250, OVERDUE), (ROMOSOZUMAB, 400, ENDED)]
)
def test_it_warns_if_it_alone_would(code, days, said, status):
    for card in cards(*doubled(code, days, status)):
        assert said in card["summary"]
        assert card["indicator"] == "warning"


def test_of_two_days_of_one_dose_the_first_counts():
    one, other = given(DENOSUMAB, 250, number="a"), given(DENOSUMAB, 40, number="a")
    for copies in ((one, other), (other, one)):
        for card in cards(*copies):
            assert "enosumab may be overdue" in card["summary"]
            assert card["indicator"] == "warning"


@pytest.mark.parametrize("status", VOID)
def test_a_drug_is_not_continued_on_its_word(status):
    first, *_ = cards(*doubled(ROMOSOZUMAB, 40, status))
    assert "last dose not found: ask" in first["summary"]


def test_a_copy_that_says_the_same_leaves_the_dose_given():
    copy = given(DENOSUMAB, 40) | {"note": [{"text": "Left arm"}]}
    first, *_ = cards(given(DENOSUMAB, 250), given(DENOSUMAB, 40), copy)
    assert "next due 11 Apr" in first["summary"]


def test_two_doses_of_their_own_ids_stay_given():
    void = given(DENOSUMAB, 40, status="entered-in-error", number="b")
    first, *_ = cards(given(DENOSUMAB, 250), given(DENOSUMAB, 40), void)
    assert "next due 11 Apr" in first["summary"]


def test_a_newer_version_that_takes_it_back_ends_the_doubt():
    copies = doubled(DENOSUMAB, 40, "entered-in-error")
    versions = [
        one | {"meta": {"versionId": str(number)}}
        for number, one in enumerate(copies, start=1)
    ]
    first, *_ = cards(given(DENOSUMAB, 250), *versions)
    assert OVERDUE in first["summary"]
