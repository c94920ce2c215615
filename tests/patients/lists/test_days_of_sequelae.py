"""The sequela of a fracture begins after it: its day is not that of the fracture."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, dated

PRESENT = dated(codeable(ICD, "S32.010A"), days=20, number="present")


def card_with(code, *, days=40, words=""):
    told = codeable(ICD, code) | ({"text": words} if words else {})
    return cards_of(PRESENT, dated(told, days=days))["rehabilitation"]


@pytest.mark.parametrize("days", [40, 700])
@pytest.mark.parametrize("code", ["S32.050S", "S22.060S", "M80.08XS"])
def test_a_sequela_is_an_earlier_fracture_without_a_date(code, days):
    card = card_with(code, days=days)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture, T")


def test_a_sequela_of_the_treated_vertebra_may_be_of_this_fracture():
    card = card_with("S32.010S", words="Sequela of fracture of L1")
    assert card["indicator"] == "info"
    assert "earlier vertebral fracture not excluded" in card["detail"]
    assert not card["summary"].startswith("Earlier")


def test_the_year_in_its_title_is_that_of_the_fracture():
    card = card_with("S22.060S", words="Sequela of T8 fracture 2018")
    assert card["summary"].startswith("Earlier vertebral fracture")
    assert "Oct 2026" not in card["summary"]


def test_a_sequela_of_a_hip_fracture_leaves_that_open():
    card = card_with("S72.001S")
    assert card["indicator"] == "info"
    assert "hip fracture within 2 years not excluded" in card["detail"]


def test_one_of_long_ago_is_no_hip_fracture_of_two_years():
    assert "ip fracture" not in card_with("S72.001S", days=3000)["detail"]


def test_a_later_encounter_is_dated_as_before():
    summary = card_with("S22.060D", days=700)["summary"]
    assert summary.startswith("Second vertebral fracture in 2 years")


def worded(words, *, onset=None, recorded=10):
    """Return an entry in words, with the day of recording and perhaps an onset."""
    days = {"recordedDate": days_ago(recorded)}
    if onset is not None:
        days["onsetDateTime"] = days_ago(onset)
    return problem("x", number="worded", code={"text": words}, **days)


def card_beside(*entries):
    return cards_of(PRESENT, *entries)["rehabilitation"]


HIPS = (
    "Sequelae of hip fracture",
    "Old hip fracture",
    "Hip fracture, old",
    "History of hip fracture",
    "Z.n. Schenkelhalsfraktur",
    "Folgen einer Schenkelhalsfraktur",
    "Alte Schenkelhalsfraktur rechts",
    "Séquelles de fracture du col du fémur",
    "Secuelas de fractura de cadera",
    "Esiti di frattura del collo del femore",
)


@pytest.mark.parametrize("onset", [None, 10])
@pytest.mark.parametrize("words", HIPS)
def test_a_hip_fracture_that_words_call_past_is_not_of_the_day_it_was_typed(
    words, onset
):
    card = card_beside(worded(words, onset=onset))
    assert card["indicator"] == "info"
    assert not card["summary"].startswith("Hip fracture")
    assert "hip fracture within 2 years not excluded" in card["detail"]


@pytest.mark.parametrize("onset", [None, 10])
@pytest.mark.parametrize(
    "words",
    [
        "Late effect of T12 fracture",
        "Folgen einer Fraktur BWK 12",
        "Old compression deformity T12",
    ],
)
def test_a_vertebral_fracture_that_words_call_past_has_no_date(words, onset):
    card = card_beside(worded(words, onset=onset))
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Earlier vertebral fracture, T")


@pytest.mark.parametrize("words", ["History of discitis", "Alte Spondylodiszitis L4/5"])
def test_an_infection_that_words_call_past_is_not_of_the_day_it_was_typed(words):
    card = card_beside(worded(words, onset=10))
    assert "contraindication to cement" not in card["summary"]
    assert "spinal infection" in card["detail"]
    assert "below the usual" not in card["detail"]


def test_an_old_fracture_with_an_onset_of_its_own_is_dated():
    hip = card_beside(worded("Old hip fracture", onset=300))["summary"]
    assert hip.startswith("Hip fracture Jan 2026")
    spine = card_beside(worded("Old compression deformity T12", onset=400))
    assert spine["summary"].startswith("Second vertebral fracture in 2 years")


@pytest.mark.parametrize(
    "words",
    [
        "Hip fracture, old stroke",
        "Hip fracture in a 75-year-old",
        "Hip fracture, history of osteoporosis",
        "Hip fracture, treated with a nail",
        "New hip fracture after old hip fracture",
    ],
)
def test_other_words_leave_a_hip_fracture_its_day(words):
    card = card_beside(worded(words, onset=10))
    assert card["summary"].startswith("Hip fracture Nov 2026")
