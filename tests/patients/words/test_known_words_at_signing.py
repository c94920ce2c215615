"""A harmless name with known words next to it is understood when an order is signed."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import REASSURING, card_of

NOT_UNDERSTOOD = "not understood"


def listed(words):
    return card_of(problem("x", number="p", days=400, code={"text": words}))


@pytest.mark.parametrize(
    "words",
    [
        "Koronare Herzkrankheit, Z.n. PTCA/Stent RIVA 2015",
        "Nikotinabusus, sistiert 2005",
        "pAVK II a",
        "Surdité appareillée",
        "PTR izquierda 2015",
        "THP rechts 2016",
        "IRC III stadio",
        "OSAS met CPAP",
        "Hartfalen HFpEF",
        "Endoproteza biodra prawego 2016",
        "Gonarthrose Grad 3",
        "COPD GOLD 2",
        "Hypertension stage 1",
        "慢性腎臓病ステージ3",
        "Katarakt bds. operiert 2018",
        "Carpal tunnel release right hand",
    ],
)
def test_known_words_next_to_a_harmless_name_leave_it_harmless(words):
    detail = listed(words)["detail"]
    assert NOT_UNDERSTOOD not in detail
    assert REASSURING in detail


@pytest.mark.parametrize(
    "words",
    [
        "Gonarthrose bds., Knochenherd",
        "Nikotinabusus, sistiert, Lungenrundherd",
        "pAVK II a, Gangrän",
        "Hypertension, weak legs",
        "Hypertension, foot",
        "OSAS met CPAP, borstkanker",
        "THP rechts geïnfecteerd",
        "Stent 2015, Plattenepithel-Ca",
        "Lage rugpijn, botmetastase",
        # the degree of a name that has none is one of a tumour, or of a drug's harm
        "BPH grade 3",
        "Goitre stage II",
        "Hystérectomie stade 2",
        "Nierenzyste Grad 3",
        "腎嚢胞 3度",
        "Polyneuropathie Grad 3",
        # only a cancer is operated on like that
        "Radical hysterectomy",
        # an infected joint, the joint of a spine, an eye
        "Knie-TEP entfernt",
        "Pacemaker removed",
        "Prothese LWS",
        "Prosthesis eye",
        "Proteza kręgosłupa",
        # a spine that was operated on
        "Skoliose operiert",
        "Spinal stenosis operated",
        "側弯症術後",
    ],
)
def test_any_other_word_leaves_it_open(words):
    assert REASSURING not in listed(words)["detail"]


def test_a_polish_diabetes_is_one():
    assert NOT_UNDERSTOOD not in listed("Cukrzyca typu 2")["detail"]
