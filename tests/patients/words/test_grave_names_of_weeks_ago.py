"""A tumour, an infection or a deficit in words is open weeks later, as its code is."""

import pytest

from tests.patients.inpatients import worded
from tests.patients.leaving import page_after, summaries_beside

INFECTIONS = [
    "wervelosteomyelitis",
    "osteomielite",
    "zapalenie kości i szpiku",
    "ropień lędźwiowy",
    "hémocultures positives à S. aureus",
    "positive blood cultures",
    "Blutkulturen positiv",
    "epidural phlegmon",
    "TBC der Wirbelsäule",
    "endocarditis",
    "Endokarditis",
    "endocardite",
    "endocardite infettiva",
    "zapalenie wsierdzia",
    "感染性心内膜炎",
    "심내막염",
]
TUMOURS = [
    "Chordom",
    "masa pulmonar",
    "fracture d'allure maligne",
    "raakverdacht: fractuur maligne",
    "maligne Fraktur LWK 1",
    "frattura di aspetto maligno",
    "脊索瘤",
]
DEFICITS = [
    "Hüftbeugerparese",
    "Quadrizepsparese",
    "areflexia legs",
    "leg paresis",
    "conus medullaris syndrome",
    "rijbroekanesthesie",
    "dwarslaesie",
    "parálisis",
    "niedowład",
    "porażenie",
    "opadająca stopa",
    "膀胱直腸障害",
    "大小便失禁",
    "하지 마비",
]


@pytest.mark.parametrize(
    ("open_name", "words"),
    [
        *[("spinal infection", one) for one in INFECTIONS],
        *[("malignancy of bone", one) for one in TUMOURS],
        *[("neurological deficit", one) for one in DEFICITS],
    ],
)
def test_with_all_arranged_it_is_asked_about(open_name, words):
    (summary,) = summaries_beside(worded(words, days=20))
    known = {
        "malignancy of bone": ("no biopsy found. Who settles the cause?",),
        "spinal infection": ("tuberculosis", "osteomyelitis", "abscess"),
        "neurological deficit": ("foot drop", "paralysis of the legs"),
    }
    names = (open_name, *known.get(open_name, ()))
    assert any(one in summary for one in names), summary
    assert not page_after(worded(words, days=20))["mayTrain"]


@pytest.mark.parametrize(
    "words",
    [
        "history of endocarditis 1995",
        "Z.n. Endokarditis 2010",
        "endocarditis prophylaxis",
        "antibioprophylaxie de l'endocardite",
        "Blutkulturen negativ",
        "dental abscess",
        "Osteomyelitis of the foot",
        "Lungentuberkulose 1965",
        "parálisis facial",
        "parálisis cerebral",
        "Fazialisparese",
        "Stimmbandparese",
        "Blasenspiegelung",
        "malignant hyperthermia",
        "maligne Hypertonie",
        "fractura mal consolidada",
    ],
)
def test_what_only_sounds_like_it_is_no_question(words):
    assert summaries_beside(worded(words, days=20)) == []
