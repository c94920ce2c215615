"""A complaint as the reason of an act since the operation is asked about."""

from typing import Any

import pytest

from tests.codes import ICD, SCT, codeable
from tests.patients.leaving import act_ordered, summaries_beside

COMPLAINTS = [
    *("Chest pain", "Shortness of breath", "Hypoxia", "Fever", "Calf pain"),
    *("Tachycardia", "Confusion", "Wound drainage", "Acute shortness of breath"),
    *("Brustschmerz", "Luftnot", "Sättigungsabfall", "Fieber", "Wadenschmerz"),
    *("Tachykardie", "Verwirrtheit", "Wunde sezerniert", "Douleur thoracique"),
    *("Dyspnée", "Désaturation", "Fièvre", "Douleur du mollet", "Confusion"),
    *("Écoulement de la plaie", "Dolor torácico", "Disnea", "Desaturación"),
    *("Dolor en pantorrilla", "Taquicardia", "Secreción de la herida"),
    *("胸痛", "低氧血症", "빈맥"),
]
CODES = [
    (ICD, "R06.02"),
    (ICD, "R07.9"),
    (ICD, "R50.9"),
    (ICD, "R00.0"),
    (ICD, "R41.0"),
    (ICD, "M79.661"),
    (SCT, "29857009"),
    (SCT, "267036007"),
]


@pytest.mark.parametrize("words", COMPLAINTS)
def test_a_complaint_as_reason_title_or_note_is_to_be_read(words: str) -> None:
    entries = (
        act_ordered("Chest X-ray", words),
        act_ordered(f"Troponin: {words}"),
        act_ordered("ECG", note=[{"text": words}]),
    )
    for entry in entries:
        assert summaries_beside(entry)


@pytest.mark.parametrize(("system", "code"), CODES)
def test_so_is_its_code(system: str, code: str) -> None:
    entry = act_ordered("Chest X-ray", reasonCode=[codeable(system, code)])
    assert summaries_beside(entry)


@pytest.mark.parametrize(
    "entry",
    [
        act_ordered("Chest X-ray", "Routine"),
        act_ordered("Chest X-ray", "Pre-op fever"),
        act_ordered("Chest X-ray", "No chest pain"),
        act_ordered("ECG", "Known tachycardia"),
        act_ordered("CBC", "Post-operative check"),
        act_ordered("CRP", "Verlaufskontrolle"),
        act_ordered("Röntgen LWS", "Stellungskontrolle"),
        act_ordered("Blutbild", "Anämie bekannt"),
        act_ordered("Vital signs", note=[{"text": "Call if chest pain"}]),
        act_ordered("Physiotherapy", "Severe pain"),
        act_ordered("Oxygen", "COPD, chronic dyspnoea"),
        act_ordered("CBC", reasonCode=[codeable(ICD, "I10")]),
        act_ordered("CBC", reasonCode=[codeable(ICD, "R07.0")]),
        act_ordered("Chest X-ray", "Shortness of breath", days=4),
    ],
)
def test_an_everyday_reason_is_not(entry: Any) -> None:
    assert summaries_beside(entry) == []
