"""An onset or an operation with a coarse or broken day says no less than none."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    act_ordered,
    cards_beside,
    everything_arranged,
    kyphoplasty_done,
    leave,
)


def illness(
    words: str = "", code: str = "", recorded: int | None = 1, **members: Any
) -> Resource:
    """A diagnosis of somebody who leaves, recorded so many days ago."""
    coding = {"coding": [{"system": ICD, "code": code}]} if code else {"text": words}
    said = {"code": coding, "clinicalStatus": None}
    if recorded is not None:
        said["recordedDate"] = days_ago(recorded)
    return of_patient("Condition", "new", **said | members)


BROKEN = ["19.11.2026", "2026-02-30", "2026-11-18T25:00:00Z", "0000-00-00", ""]


@pytest.mark.parametrize("onset", BROKEN)
@pytest.mark.parametrize("words", ["Femoral fracture", "Heart failure", "Blub xyz"])
def test_a_diagnosis_with_a_broken_onset_counts_by_its_recorded_day(
    words: str, onset: str
) -> None:
    assert cards_beside(illness(words, onsetDateTime=onset))


@pytest.mark.parametrize("onset", ["19.11.2026", "0000-00-00"])
@pytest.mark.parametrize("code", ["S72.001A", "I26.99"])
def test_without_one_it_may_be_of_these_days(code: str, onset: str) -> None:
    assert cards_beside(illness(code=code, recorded=None, onsetDateTime=onset))


@pytest.mark.parametrize("words", ["Heart failure", "Blub xyz"])
def test_a_broken_onset_of_years_ago_is_none_of_these_days(words: str) -> None:
    assert not cards_beside(illness(words, recorded=900, onsetDateTime="x.2019"))


COARSE = [
    {"onsetDateTime": "2026-11"},
    {"onsetDateTime": "2026"},
    {"onsetString": "19.11.2026"},
]
SELDOM = ["Heart failure", "Sciatica", "Facial paralysis", "Cellulitis of leg"]


@pytest.mark.parametrize("onset", COARSE, ids=str)
@pytest.mark.parametrize("words", SELDOM)
def test_a_coarse_onset_asks_as_an_exact_one(words: str, onset: Any) -> None:
    assert cards_beside(illness(words, **onset))


@pytest.mark.parametrize("words", SELDOM)
@pytest.mark.parametrize(
    ("onset", "recorded"), [("2019", 1), ("2026-10", 1), ("2026", 5), ("2026-11", 2)]
)
def test_one_of_before_or_of_the_admission_is_quiet(
    words: str, onset: str, recorded: int
) -> None:
    assert not cards_beside(illness(words, recorded=recorded, onsetDateTime=onset))


def after(*entries: Resource, **operation: Any) -> list[Any]:
    """The cards after an operation with these elements, all else being arranged."""
    record = (
        coded("M80.08XA", days=20),
        kyphoplasty_done(**operation),
        *everything_arranged(),
    )
    return leave(chart(*record, statement("alendronate", "M05BA04", 1), *entries))


@pytest.mark.parametrize("month", ["2026-11", "2026"])
@pytest.mark.parametrize("code", ["S72.001A", "I26.99", "W06.XXXA"])
def test_harm_of_the_month_of_an_operation_is_asked_about(
    code: str, month: str
) -> None:
    done = {"performedDateTime": month, "encounter": None}
    assert after(coded(code, days=1), **done)
    assert not after(**done)


@pytest.mark.parametrize(
    "written",
    [
        *("2026-11-18T25:00:00Z", "2026-11-18T24:00:00Z", "2026-11-18T10:61:00Z"),
        *("2026-11-18T10Z", "2026-11-18T10:00:00+25:00", " 2026-11-18"),
    ],
)
def test_an_operation_keeps_the_day_of_an_unreadable_hour(written: str) -> None:
    (card,) = after(coded("S72.001A", days=1), performedDateTime=written)
    assert "(18 Nov): hip fracture" in card["summary"]


def test_an_operation_with_an_empty_time_is_one_without_a_day() -> None:
    (card,) = after(coded("S72.001A", days=1), performedDateTime="")
    assert "hip fracture" in card["summary"]


@pytest.mark.parametrize("words", ["MGUS", "Fracture of forearm"])
def test_a_new_gammopathy_or_broken_forearm_is_asked_about(words: str) -> None:
    assert cards_beside(illness(words))
    assert not cards_beside(illness(words, onsetDateTime="2019"))


@pytest.mark.parametrize(
    "words", ["Pulmonary embolism", "Deep vein thrombosis", "Heart failure", "心不全"]
)
def test_a_known_harm_in_the_note_of_the_operation_is_asked_about(words: str) -> None:
    assert after(note=[{"text": words}])


@pytest.mark.parametrize("words", ["No complications.", "8 ml of cement"])
def test_a_plain_note_of_the_operation_is_quiet(words: str) -> None:
    assert not after(note=[{"text": words}])


@pytest.mark.parametrize(("days", "count"), [(3, 1), (200, 0), (None, 0)])
def test_an_operation_without_a_day_was_not_before_its_order(
    days: int | None, count: int
) -> None:
    done = kyphoplasty_done(
        basedOn=[{"reference": "ServiceRequest/act"}] if days else None
    )
    done = {name: one for name, one in done.items() if one is not None}
    del done["performedDateTime"], done["encounter"]
    order = act_ordered("Kyphoplasty L1", days=days or 3, status="completed")
    fall = of_patient(
        "Condition",
        "fall",
        code={"text": "Fall on the ward"},
        recordedDate=days_ago(1),
        onsetDateTime=days_ago(1),
    )
    record = chart(coded("M80.08XA", days=20), done, order, fall)
    assert len(leave(record)) == count
