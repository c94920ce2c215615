"""A way back to theatre is to be read wherever it is told, and not only as a title."""

from collections.abc import Callable

import pytest

from tests.patients.leaving import (
    act_noting,
    act_ordered,
    appointment,
    summaries_after,
    summaries_beside,
)

BACK = (
    "Return to OR for epidural haematoma|Taken back to the OR overnight|Second look"
    "|Back to theatre|Revision surgery L1|Wound revision|Clot evacuated last night"
    "|Taken to theatre for evacuation of haematoma|Emergency surgery overnight"
    "|Zurück in den OP|Revisionsoperation|Second-look-OP|Re-OP|Wundrevision"
    "|Wunde wurde revidiert|Hämatomausräumung|Notfall-OP in der Nacht|Erneut operiert"
    "|Reprise au bloc|Retour au bloc pour hématome|Reprise chirurgicale"
    "|Vuelta a quirófano por hematoma|Revisión quirúrgica|Reintervención"
    "|Ritorno in sala operatoria|Revisione chirurgica|Riportata in sala operatoria"
    "|Terug naar OK|Wondrevisie|Opnieuw geopereerd|Rewizja rany|Reoperacja"
    "|Powrót na salę operacyjną|手術室へ戻る|再手術|夜間に緊急手術|返回手术室|二次手术"
    "|수술실 재입실|재수술"
)
NOT = (
    "Return to clinic in 2 weeks|Return to OR if drain output > 500 ml"
    "|Low threshold to return to theatre|No return to theatre planned"
    "|Patient was taken to the operating room and placed prone"
    "|Taken to the OR for kyphoplasty L1"
    "|Returned from OR in stable condition|Back to bed"
    "|Return to OR risk discussed with patient|Went back to ward|Second opinion"
    "|Keine Revision notwendig|Medikamentenrevision"
    "|Zurück auf Station|Pas de reprise chirurgicale|No precisa reintervención"
    "|Revisión en consulta|Revisione della terapia|Medicatierevisie|Geen heroperatie"
    "|Bez reoperacji|无需二次手术"
)


def at_visit(words: str) -> list[str]:
    visit = appointment("Wound check", day="2026-12-11", number="check", comment=words)
    return summaries_beside(visit)


PLACES: list[Callable[[str], list[str]]] = [
    lambda words: summaries_beside(act_noting(words)),
    at_visit,
    lambda words: summaries_beside(act_ordered("Physiotherapy", words)),
]


@pytest.mark.parametrize("words", BACK.split("|"))
@pytest.mark.parametrize("place", PLACES)
def test_it_is_to_be_read(place: Callable[[str], list[str]], words: str) -> None:
    (summary,) = place(words)
    assert summary.endswith(("Read before leaving.", "Examine before leaving."))


@pytest.mark.parametrize("words", BACK.split("|"))
def test_so_it_is_as_the_outcome_of_the_operation(words: str) -> None:
    assert summaries_after(outcome={"text": words})


def test_so_it_is_in_a_note_of_the_evening_of_the_operation() -> None:
    note = {"text": "20:00 returned to OR for epidural haematoma"}
    assert summaries_beside(act_ordered("CBC", days=2, note=[note]))


@pytest.mark.parametrize("words", NOT.split("|"))
@pytest.mark.parametrize("place", PLACES)
def test_the_first_way_and_what_may_come_is_not(
    place: Callable[[str], list[str]], words: str
) -> None:
    assert place(words) == []
