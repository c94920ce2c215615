"""Blood in the spinal canal may press on the cord: the patient is examined."""

from typing import Any

import pytest

from tests.chart_builders import Resource
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    act_noting,
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
)
from tests.patients.places import as_reason, noted_when_leaving, reported
from tests.patients.reassuring import cards_of, dated, end_is_selected

WORDS = [
    "Epidural hematoma",
    "Epidural haematoma L1",
    "Suspected epidural hematoma",
    "Postoperative epidural hemorrhage",
    "Spinal subdural hematoma",
    "Epiduralhämatom",
    "Epidurales Hämatom LWK 1",
    "Hématome épidural",
    "Hematoma epidural",
    "Ematoma epidurale",
    "Krwiak nadtwardówkowy",
    "硬膜外血肿",
]


def leaving(words: str, days: int = 1) -> list[str]:
    """The cards of somebody for whom all else is arranged."""
    entry = dated({"text": words}, days=days)
    cards = leave(leaving_chart(*everything_arranged(), entry))
    return [card["summary"] for card in cards]


@pytest.mark.parametrize("words", WORDS)
def test_who_leaves_is_examined(words: str) -> None:
    (said,) = leaving(words)
    assert "new neurological deficit not excluded. Examine before leaving" in said


@pytest.mark.parametrize("words", WORDS)
def test_the_signing_leaves_a_deficit_open_and_no_tumour(words: str) -> None:
    cards = cards_of(dated({"text": words}, days=1))
    detail = cards["rehabilitation"]["detail"]
    assert "neurological deficit not excluded" in detail
    assert "malignancy" not in detail
    assert "below the usual" not in detail
    assert not end_is_selected(cards)


def test_one_of_last_year_is_no_new_deficit() -> None:
    assert leaving("Epidural hematoma", days=400) == []


@pytest.mark.parametrize(
    "words", ["Intracranial epidural hematoma", "Psoas hematoma", "Subdural hematoma"]
)
def test_blood_elsewhere_is_no_deficit_of_the_legs(words: str) -> None:
    assert not any("neurological deficit" in said for said in leaving(words))


def leaving_without_drug(*entries: Resource, **operation: Any) -> str:
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(**operation), *entries)
    (card,) = leave(record)
    return str(card["summary"])


@pytest.mark.parametrize("words", WORDS)
def test_it_leads_before_a_bone_drug(words: str) -> None:
    entry = dated({"text": words}, days=1)
    told = "new neurological deficit not excluded. Examine before leaving"
    assert told in leaving_without_drug(entry)
    assert told in leaving_without_drug(act_noting(words))
    assert told in leaving_without_drug(complication=[{"text": words}])


@pytest.mark.parametrize("words", WORDS[:3])
def test_it_leads_after_an_operation_of_unknown_status(words: str) -> None:
    entry = dated({"text": words}, days=1)
    said = leaving_without_drug(entry, status="unknown")
    assert said.startswith("Leaving, perhaps after kyphoplasty L1")
    assert "Examine before leaving" in said


@pytest.mark.parametrize(
    "words",
    [
        "No spinal epidural hematoma",
        "Epidural hematoma excluded",
        "Old epidural hematoma 2015",
        "Risk of epidural hematoma explained",
        "Return if epidural hematoma",
        "Intracranial epidural hematoma",
        "Kein Epiduralhämatom",
        "Z.n. Epiduralhämatom 2012",
    ],
)
def test_a_note_that_denies_or_warns_of_it_is_no_deficit(words: str) -> None:
    assert "neurological deficit" not in leaving_without_drug(act_noting(words))


@pytest.mark.parametrize(
    "words",
    [
        *WORDS,
        "Epidural haematoma after spinal anaesthesia",
        "Haematoma, epidural",
        "Blutung im Spinalkanal",
        "Spinaal epiduraal hematoom",
        "L1 경막외 혈종",
    ],
)
def test_it_leads_at_the_signing_wherever_it_is_told(words: str) -> None:
    for said in (reported(words), as_reason(words)):
        assert said.startswith("New neurological deficit not excluded")


@pytest.mark.parametrize(
    "words",
    [
        "No epidural haematoma",
        "Kein Nachweis eines Epiduralhämatoms",
        "Pas d'hématome épidural",
        "经检查无硬膜外血肿",
        "Old epidural hematoma 2015",
        "Intracranial epidural haematoma",
        "Spinal anaesthesia, wound haematoma",
        "Rectus haematoma after spinal anaesthesia",
        "Epidural lipomatosis, psoas haematoma",
        "Retroperitoneal haematoma, spinal stenosis",
    ],
)
def test_blood_that_is_denied_old_or_elsewhere_does_not_lead(words: str) -> None:
    assert not any(
        "neurological" in said for said in (reported(words), as_reason(words))
    )


@pytest.mark.parametrize(
    "words",
    [
        "No fever but epidural haematoma",
        "No fever. Epidural haematoma",
        "Kein Fieber, aber epidurales Hämatom",
        "Pas de fièvre mais hématome épidural",
        "Sin fiebre, hematoma epidural",
        "Nessuna febbre ma ematoma epidurale",
        "Geen koorts maar epiduraal hematoom",
        "Bez gorączki, ale krwiak nadtwardówkowy",
        "发热无,但有硬膜外血肿",
    ],
)
def test_blood_beside_a_denial_is_examined(words: str) -> None:
    assert "Examine before leaving" in noted_when_leaving(words)


@pytest.mark.parametrize(
    "words",
    [
        "No fever, no epidural haematoma",
        "No fever or epidural haematoma",
        "Kein Fieber, kein epidurales Hämatom",
        "Sin hematoma epidural",
        "硬膜外血腫なし",
    ],
)
def test_denied_blood_asks_nothing(words: str) -> None:
    assert "deficit" not in noted_when_leaving(words)
