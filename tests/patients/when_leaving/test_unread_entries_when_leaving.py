"""What of the last weeks was not understood keeps the card of who leaves."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import card_of

UNREAD = "recent entry not understood. Read before leaving."
SEPSIS_OF_A_BROKEN_DAY = problem(
    "x", number="g", code=codeable(ICD, "A41.9"), onsetDateTime="18.11."
)


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged."""
    return leave((*leaving_chart(*entries), *everything_arranged()))


def titled(words: str, number: str = "g", *, days: int = 2, **members: Any) -> Any:
    """A diagnosis in words alone, begun and recorded so many days ago."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number=number, code={"text": words}, **(begun | members))


@pytest.mark.parametrize(
    "words",
    ["new deficit", "septic", "rintasyöpä", "qwertz"],
)
def test_words_of_no_list_are_to_be_read_before_leaving(words: str) -> None:
    (card,) = cards_beside(titled(words))
    assert card["summary"].endswith(f": 1 {UNREAD}")


def test_several_are_counted() -> None:
    (card,) = cards_beside(titled("qwertz"), titled("asdfgh", "h", days=10))
    assert ": 2 recent entries not understood." in card["summary"]


def test_one_without_a_day_may_be_recent() -> None:
    entry = titled("qwertz", onsetDateTime=None, recordedDate=None)
    (card,) = cards_beside(entry)
    assert UNREAD in card["summary"]


def test_a_broken_entry_may_be_recent() -> None:
    (card,) = cards_beside(SEPSIS_OF_A_BROKEN_DAY)
    assert "sepsis not excluded" in card["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(titled("Hypertension"), id="an everyday name"),
        pytest.param(problem("I10", number="g", days=2), id="an everyday code"),
        pytest.param(titled("qwertz", days=40), id="of before these weeks"),
    ],
)
def test_what_is_understood_or_long_known_makes_no_card(entry: Any) -> None:
    assert cards_beside(entry) == []


def test_a_deficit_that_a_fact_names_is_not_called_unread() -> None:
    (card,) = cards_beside(titled("leg weakness"))
    assert "leg weakness" in card["summary"]
    assert "not understood" not in card["detail"]


def test_a_bone_drug_waits_for_it() -> None:
    (card,) = leave(leaving_chart(titled("qwertz")))
    assert "Start once the cause is known" in card["summary"]
    assert "**Not understood:** 1 recent entry" in card["detail"]


def test_the_signing_says_fragility_of_no_fracture_beside_a_broken_entry() -> None:
    assert card_of(SEPSIS_OF_A_BROKEN_DAY)["summary"] == (
        "No bone drug (T −1.5): treatment review if this is a fragility fracture (FLS)."
    )


@pytest.mark.parametrize(
    "words",
    [
        "CKD stage 3a",
        "Cholecystectomy 2001",
        "Gonarthrose beidseits",
        "Appendicectomie",
        "Espondiloartrosis lumbar",
        "Artrosi lombare",
        "Polsfractuur 2012",
        "POChP",
        "胆嚢摘出後",
        "白内障术后",
        "담낭절제술 후",
    ],
)
def test_what_began_years_ago_is_no_news_when_it_is_entered(words: str) -> None:
    assert cards_beside(titled(words, onsetDateTime="2014-05-03")) == []


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(titled("COPD exacerbation"), id="changed of late"),
        pytest.param(titled("Hüft-TEP 2016, jetzt Luxation"), id="now"),
        pytest.param(titled("qwertz", note=[{"text": "x"}]), id="a note"),
        pytest.param(titled("qwertz", bodySite=[{"text": "asdfgh"}]), id="a site"),
    ],
)
def test_years_excuse_no_words_of_now_or_of_harm(entry: Any) -> None:
    (card,) = cards_beside({**entry, "onsetDateTime": "2014-05-03"})
    assert UNREAD in card["summary"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        pytest.param("borstkanker, uitzaaiingen", "malignancy of bone", id="a tumour"),
        pytest.param("Paresi arto inferiore", "new neurological deficit", id="a leg"),
    ],
)
def test_years_excuse_no_harm_that_is_read(words: str, asked: str) -> None:
    (card,) = cards_beside(titled(words, onsetDateTime="2014-05-03"))
    assert f"{asked} not excluded" in card["summary"]


def test_some_months_are_no_years() -> None:
    (card,) = cards_beside(titled("qwertz", onsetDateTime=days_ago(90)))
    assert UNREAD in card["summary"]
