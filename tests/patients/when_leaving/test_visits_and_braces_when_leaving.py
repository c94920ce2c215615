"""What a visit of physiotherapy or the note of a brace says besides, at discharge."""

import pytest

from tests.chart_builders import Resource, ordered
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import appointment, kyphoplasty_done, leave, worn_now


def said_of(*entries: Resource) -> str:
    """The summary of somebody whose bone treatment is arranged."""
    treated = (coded("M80.08XA", days=20), kyphoplasty_done())
    review = ordered("bone-treatment", days=1)
    visit = appointment(order="s-bone-treatment", day="2026-12-04")
    taken = statement("alendronate", "M05BA04", 1)
    cards = leave(chart(*treated, review, visit, taken, *entries))
    return cards[0]["summary"] if cards else ""


def therapy(description: str) -> Resource:
    return appointment(
        "Physiotherapy", day="2026-12-03", number="pt", description=description
    )


@pytest.mark.parametrize(
    "description",
    [
        "Ankle sprain",
        "Knee osteoarthritis",
        "Shoulder pain",
        "Pelvic floor",
        "Sprunggelenksdistorsion",
        "Entorse de la cheville",
        "Esguince de tobillo",
        "Distorsione caviglia",
        "Enkelverstuiking",
    ],
)
def test_physiotherapy_of_another_part_settles_nothing(description: str) -> None:
    assert "physiotherapy not ordered" in said_of(therapy(description))


@pytest.mark.parametrize(
    "description",
    [
        "Physiotherapy",
        "Outpatient physiotherapy, 1st session",
        "Initial assessment",
        "MSK physio",
        "Back exercises",
        "Rehabilitation after kyphoplasty",
        "Vertebral compression fracture",
        "Balance and back extensors",
        "Physiotherapie Erstbefund",
        "Z.n. Kyphoplastie LWK 1",
        "Wirbelsäulengymnastik",
        "Kinésithérapie",
        "Fisioterapia",
    ],
)
def test_that_of_the_back_or_of_nothing_else_settles_it(description: str) -> None:
    assert said_of(therapy(description)) == ""


def brace_with(note: str, title: str = "TLSO 6 weeks") -> str:
    tlso = worn_now(title, days=1, note=[{"text": note}])
    return said_of(ordered("rehabilitation", days=1), tlso)


@pytest.mark.parametrize(
    "note",
    [
        "Extended to 12 weeks by surgeon",
        "Prolonged to 10 weeks",
        "Verlängert auf 12 Wochen",
    ],
)
def test_a_note_that_extends_a_brace_is_read(note: str) -> None:
    assert "who ends the TLSO, and when?" in brace_with(note)


@pytest.mark.parametrize(
    "note", ["Shortened to 4 weeks", "Extended to 6 weeks by surgeon", ""]
)
def test_one_that_ends_in_time_asks_nothing(note: str) -> None:
    assert brace_with(note) == ""
