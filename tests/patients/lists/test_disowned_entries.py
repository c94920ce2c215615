"""What an entry's own words may take away, and what they may not.

Sources: the rules that another patient's data never enters, and that a worse fact is
never lowered by doubt (docs/hazards.md, 880).
"""

import pytest

from cds_service.fhir.entries.disowned import is_disowned
from tests.builders import terminology
from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import (
    chart,
    everything_arranged,
    kyphoplasty_done,
    leave,
    worn_now,
)
from tests.patients.reassuring import cards_of, imaging, problem

# The whole sentence says it of the entry.
DISOWNING = [
    "charted on wrong pt, pls remove",
    "Wrong patient.",
    "Entered in error",
    "ENTERED IN ERROR - please delete",
    "This entry was entered by mistake",
    "belongs to another patient",
    "not this patient",
    "Fehleintrag, bitte löschen",
    "falscher Patient",
    "irrtümlich eingetragen",
    "mauvais patient",
    "saisi par erreur",
    "paciente equivocado",
    "registrado por error",
    "paziente sbagliato",
    "inserito per errore",
    "verkeerde patiënt",
    "foutief ingevoerd",
    "niewłaściwy pacjent",
    "wpis omyłkowy",
    "患者取り違え、削除希望",
    "誤入力です。",
    "录错，请删除",
    "非本患者",
    "환자 오류",
    "잘못 입력됨. 삭제 요청",
]
# A part was wrong, or is right by now; or the words are about something else.
CORRECTING = [
    "Charting error corrected: level was L2, now L1",
    "Stage entered in error, corrected to IV",
    "Lot number entered in error, corrected.",
    "Size entered in error, now M",
    "Side entered by mistake, left not right",
    "Entered in error, corrected",
    "Entered in error: level now L1",
    "Consent first filed in wrong chart, corrected",
    "Consent filed in wrong chart",
    "Time entered in error, corrected",
    "Laterality entered by mistake, amended",
    "Team time-out: wrong patient excluded",
    "First charted on wrong patient, moved here",
    "First entered by mistake as T12",
    "Wrong level charted by mistake",
    "Incorrect patient position noted",
    "Wrong chart label replaced",
    "Patient said: wrong person called her",
    "wrong patient alarm in theatre, none occurred",
    "Verified: not wrong patient",
    "Irrtümlich als L2 dokumentiert, richtig ist L1",
    "Fehleingabe der Uhrzeit, korrigiert",
    "Dokumentation versehentlich doppelt erfasst",
    "Falsche Patientenlagerung korrigiert",
    "enregistré par erreur en L2, corrigé",
    "erreur de saisie corrigée",
    "registrado por error como L2, corregido",
    "error de registro corregido",
    "inserito per errore come L2, corretto",
    "foutief ingevoerd als L2, gecorrigeerd",
    "wpis omyłkowy poprawiono",
    "入力ミスを訂正しました",
    "患者取り違えなし",
    "录入错误已更正",
    "잘못 입력하여 수정함",
    "환자 오류 없음",
]


def noted(words):
    return of_patient("Observation", "one", code={"text": "x"}, note=[{"text": words}])


@pytest.mark.parametrize("words", DISOWNING)
def test_whole_sentences_disown_an_entry(words):
    assert is_disowned(noted(words), terminology())
    name = of_patient("Observation", "one", code={"text": f"Weight ({words})"})
    assert is_disowned(name, terminology())


@pytest.mark.parametrize("words", CORRECTING)
def test_a_correction_disowns_nothing(words):
    assert not is_disowned(noted(words), terminology())
    name = of_patient("Observation", "one", code={"text": f"Weight ({words})"})
    assert not is_disowned(name, terminology())


def leaving_with(*entries, done):
    record = chart(
        coded("M80.08XA", days=20),
        done,
        *everything_arranged(),
        statement("alendronate", "M05BA04", 1),
        *entries,
    )
    return [card["summary"] for card in leave(record)]


def new_fracture(**members):
    return of_patient(
        "Condition",
        "new-fracture",
        code={"text": "Fracture of L3"},
        onsetDateTime=days_ago(1),
        recordedDate=days_ago(1),
        **members,
    )


@pytest.mark.parametrize("words", [*DISOWNING, *CORRECTING])
def test_no_words_silence_what_follows_an_operation(words):
    """An operation that is another's by its own words may still have been done."""
    done = kyphoplasty_done(note=[{"text": words}])
    (said,) = leaving_with(new_fracture(), done=done)
    assert "fracture of L3" in said


@pytest.mark.parametrize("words", ["wrong patient", "Fehleintrag", "Entered in error"])
def test_a_disowned_fracture_is_asked_about(words):
    entry = new_fracture(note=[{"text": words}])
    assert leaving_with(entry, done=kyphoplasty_done())


@pytest.mark.parametrize("words", ["wrong patient", "录错", *CORRECTING[1:5]])
def test_a_grave_diagnosis_keeps_its_colour(words):
    cards = cards_of(problem("malignancy", note=[{"text": words}]))
    assert cards["rehabilitation"]["indicator"] == "warning"


def test_a_brace_with_a_corrected_size_is_asked_about():
    brace = worn_now(note=[{"text": "Size entered in error, now M"}])
    (said,) = leaving_with(brace, done=kyphoplasty_done())
    assert "TLSO" in said


def test_an_entry_that_was_refuted_stays_so():
    refuted = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
    entry = coded("C79.51", days=20) | {
        "verificationStatus": refuted,
        "note": [{"text": "wrong patient"}],
    }
    cards = cards_of(entry)
    assert cards["rehabilitation"]["indicator"] == "info"


@pytest.mark.parametrize(
    "disowning",
    [
        {"code": {"text": "MRI lumbar spine - wrong patient"}},
        {"note": [{"text": "Entered for wrong patient."}]},
    ],
)
def test_a_report_that_is_left_out_is_a_named_gap(disowning):
    report = imaging("Tumour in L2.", days=1, **disowning)
    taken = statement("alendronate", "M05BA04", 1)
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(), taken, report)
    (card,) = leave((*record, *everything_arranged()))
    assert "imaging and other reports not read whole" in card["summary"]
    assert "left out" in card["detail"]
