"""What every ward writes asks nothing when the patient leaves; what may be harm does."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, inpatient, problem
from tests.codes import ICD, codeable
from tests.patients.doors import GM
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    act_ordered,
    everything_arranged,
    kyphoplasty_done,
    leave,
    summaries_after,
    summaries_beside,
)


def listed(title: str = "", icd: str = "", days: int = 2, system: str = ICD) -> Any:
    """A diagnosis that was recorded so many days ago: 2 is the day of the operation."""
    code = codeable(system, icd, title) if icd else {"text": title}
    return problem("x", number="g", code=code, recordedDate=days_ago(days))


@pytest.mark.parametrize(
    ("title", "icd", "system"),
    [
        ("", "R32", ICD),
        ("Harninkontinenz", "N39.48", GM),
        ("", "N39.498", ICD),
        ("Z.n. Cholezystektomie", "Z90.4", GM),
        ("Incontinence urinaire", "", ""),
        ("Incontinencia urinaria", "", ""),
        ("Nietrzymanie moczu", "", ""),
    ],
)
def test_what_was_known_asks_nothing_and_what_is_new_does(
    title: str, icd: str, system: str
) -> None:
    assert summaries_beside(listed(title, icd, 2, system)) == []
    assert summaries_beside(listed(title, icd, 9, system)) == []
    assert len(summaries_beside(listed(title, icd, 1, system))) == 1


@pytest.mark.parametrize(
    "entry",
    [
        listed("Overflow incontinence", "N39.490"),
        listed("New incontinence, legs weak", "R32"),
        listed("", "R32") | {"note": [{"text": "since this morning"}]},
    ],
)
def test_so_does_one_of_which_more_is_said(entry: Any) -> None:
    assert len(summaries_beside(entry)) == 1


@pytest.mark.parametrize(
    "words",
    [
        *("Staples out in 10 days", "Sutures out day 14", "Fäden ex in 10 Tagen"),
        *("Agrafes à retirer à J10", "Retirar grapas en 10 días", "WV 6 Wochen"),
        *("Togliere punti tra 10 giorni", "Hechtingen eruit over 10 dagen"),
        *("Zdjąć szwy za 10 dni", "10日後抜糸", "10天后拆线", "10일 후 발사"),
    ],
)
def test_threads_that_come_out_ask_nothing(words: str) -> None:
    assert summaries_after(followUp=[{"text": words}]) == []


@pytest.mark.parametrize(
    "words",
    ["Staples out, wound red", "Fäden ex, Beinschwäche", "Fäden ex wegen Infekt"],
)
def test_with_a_complaint_they_do(words: str) -> None:
    assert len(summaries_after(followUp=[{"text": words}])) == 1


@pytest.mark.parametrize(
    "title",
    [
        *("Ausschluss sekundäre Osteoporose", "Rule out secondary osteoporosis"),
        *("Descartar osteoporosis secundaria", "Escludere osteoporosi secondaria"),
        *("Secundaire osteoporose uitsluiten", "Wykluczenie osteoporozy wtórnej"),
        *("Urine culture, suspected UTI?", "Urgent transport booking"),
        *("Emergency medication card", "Dringender Krankentransport"),
    ],
)
def test_ordinary_orders_ask_nothing(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Ausschluss Discitis", "Rule out PE", "Suspected UTI with sepsis"),
        *("Urine culture, suspected urosepsis", "Urgent transport to ICU"),
        *("Urgent MRI", "Rule out secondary osteoporosis, suspected PE"),
    ],
)
def test_others_do(title: str) -> None:
    assert len(summaries_beside(act_ordered(title))) == 1


def cards_in(place: str) -> list[Any]:
    moved = {"location": {"display": place}, "period": {"start": days_ago(1)}}
    stay = inpatient("IMP") | {"location": [moved]}
    record = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(),
        *everything_arranged(),
        statement("alendronate", "M05BA04", 1),
    )
    others = [one for one in record if one["resourceType"] != "Encounter"]
    return leave((*others, stay))


@pytest.mark.parametrize(
    "place",
    [
        "Klinik für Anästhesie und Intensivmedizin, Station 3",
        "Department of Anaesthesia and Intensive Care, Ward 3",
    ],
)
def test_a_ward_of_a_department_is_no_intensive_care(place: str) -> None:
    assert cards_in(place) == []


@pytest.mark.parametrize(
    "place",
    [
        *("Klinik für Anästhesie und Intensivmedizin, ITS 1", "Intensivstation 3"),
        "Klinik für Anästhesiologie und Intensivmedizin",
    ],
)
def test_intensive_care_is(place: str) -> None:
    assert len(cards_in(place)) == 1
