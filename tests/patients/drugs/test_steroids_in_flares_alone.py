"""A steroid that is kept for a flare is not known to be taken."""

import pytest

from tests.gathered_records import BESIDE, findings_beside

FLARE = [
    "only for flares",
    "nur im Schub",
    "nur bei Exazerbation",
    "seulement en cas de poussée",
    "solo en caso de brote",
    "solo in caso di riacutizzazione",
    "noodkuur: alleen innemen bij exacerbatie, thuis op voorraad",
    "tylko w razie zaostrzenia",
    "増悪時のみ内服",
    "仅加重时服用",
]
DAILY = [
    "one tablet each morning",
    "1-0-0, nur bei Schub 4-0-0",
    "5 mg/Tag, nur bei Exazerbation 30 mg",
    "5 mg par jour, 20 mg seulement en cas de crise",
    "5 mg al día, 30 mg solo si reagudización",
    "5 mg/die, 25 mg solo in caso di riacutizzazione",
    "dagelijks 5 mg, alleen bij exacerbatie verhogen naar 30 mg",
    "1 tabl. dziennie, tylko w razie zaostrzenia 4",
    "1日1回、増悪時のみ3錠",
    "每日一次，仅急性发作期加量",
    "1x per dag 1 tablet",
    "5 mg od, 8 tablets only in exacerbations",
    "1 tab mane, only during flare 6 tabs",
    "one tablet od, four only for flares",
    "continuous low dose, only for flares higher",
    "not only for flares",
    "1 tgl., nur bei Schub 4",
    "Dauertherapie, nur im Schub mehr",
    "nicht nur bei Schub",
    "1 cp le soir, 4 cp seulement en cas de poussée",
    "1 comprimido en el desayuno, solo en caso de brote 4",
    "1 cp colazione, solo in caso di riacutizzazione 5",
    "1dd1, alleen bij exacerbatie 6",
    "stale 1 tabl., tylko w razie zaostrzenia 4",
    "朝食後1錠、増悪時のみ3錠",
    "长期口服，仅加重时加量",
]


def steroid(dosage):
    request = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-06-18",
        "subject": {"reference": "Patient/pat-1"},
        "medicationCodeableConcept": {"text": "Prednisolon 5 mg"},
        "dosageInstruction": [{"text": dosage}],
    }
    return findings_beside([request], BESIDE).known.get("steroid-use")


@pytest.mark.parametrize("dosage", FLARE)
def test_a_steroid_for_a_flare_alone_is_open(dosage):
    assert steroid(dosage) is None


@pytest.mark.parametrize("dosage", DAILY)
def test_one_of_each_day_is_taken(dosage):
    assert steroid(dosage).value is True
