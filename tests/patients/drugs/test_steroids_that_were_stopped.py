"""A note that a drug was stopped, in ten languages, next to an active prescription."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.reassuring import card_of


def summary(note):
    order = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Prednisone 10 mg daily"},
        "authoredOn": days_ago(200),
        "note": [{"text": note}],
    }
    return card_of(of_patient("MedicationRequest", "steroid", **order))["summary"]


@pytest.mark.parametrize(
    "note",
    [
        *("zakończony", "zakończono", "odstawiono", "wstrzymano", "przerwano"),
        *("zaprzestano", "Leczenie zakończone", "종료", "종료됨", "중단", "복용 종료"),
        *("finished", "stopped", "ausgelaufen", "terminé", "finalizado", "terminato"),
        *("afgerond", "終了", "已停"),
        *("since 2024 stopped", "2024 abgesetzt", "Mar 2024 stopped"),
        *("depuis 2024 arrêté", "od 2024 odstawiony", "sinds 2024 gestopt"),
    ],
)
def test_one_that_was_stopped_is_no_steroid_since(note):
    assert "Prednisone since" not in summary(note)


@pytest.mark.parametrize(
    "note",
    [
        *("nie odstawiono", "nie zakończono", "zakończy w grudniu", "종료 예정"),
        *("중단 없이 복용", "종료하지 않음", "not finished", "kontynuować", "계속"),
        *("wstrzymano, wznowiono", "take with food", "rano"),
        *("since 2024 stopped smoking", "2024 stopped, restarted 2025"),
        *("taken since 2024", "2024 reduced", "since 2024 not stopped"),
    ],
)
def test_one_that_goes_on_is(note):
    assert "Prednisone since" in summary(note)
