"""An end that the words of a brace give, and that is no day or length: never "none"."""

import pytest

from tests.chart_builders import ask, brace, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

NOT_UNDERSTOOD = [
    *("from 1 Dec 2026 to 1 Mar 2027", "1 Dec 2026 - 1 Mar 2027", "end of January"),
    *("mid January", "through Jan", "Ende Januar", "Mitte Januar", "fin janvier"),
    *("finales de enero", "fine gennaio", "eind januari", "koniec stycznia"),
    *("術後8週", "術後8週間", "术后8周"),
]
EVENTS = [
    "退院まで",
    "退院前",
    "出院前",
    "퇴원까지",
    "until discharge",
    "bis Entlassung",
]
QUARTERS = ["ein Vierteljahr", "für ein Vierteljahr", "een kwartaal", "un trimestre"]
WITHOUT_END = [
    *("from 1 Dec 2026", "fell 1 Nov 2026, MRI 3 Nov 2026", "今まで通り", "术后佩戴"),
    *("術後よりTLSO装着", "起床から就寝まで", "march in place", "术后8周复查"),
    "follow-up from 1 Dec 2026 to 1 Mar 2027",
]


def said_of(note):
    """Return the summary on a brace with this note."""
    drafts = kyphoplasty(), brace(note=[{"text": note}])
    cards = by_topic(ask(order_sign(reassuring_record(), *drafts)))
    return cards["braceLimit"]["summary"]


@pytest.mark.parametrize("note", NOT_UNDERSTOOD)
def test_a_time_that_is_not_read_is_named_as_such(note):
    assert "A time in its words was not understood" in said_of(note)


@pytest.mark.parametrize("note", EVENTS)
def test_an_event_is_named_as_such(note):
    assert "Its words name an event, not a day" in said_of(note)


@pytest.mark.parametrize("note", QUARTERS)
def test_a_quarter_of_a_year_is_three_months(note):
    assert said_of(note).startswith("TLSO for 3 months")


@pytest.mark.parametrize("note", WITHOUT_END)
def test_other_words_about_time_give_no_end(note):
    assert "no end date" in said_of(note)
