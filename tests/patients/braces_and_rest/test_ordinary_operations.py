"""Ordinary operations of other parts of the body hold back no end of a brace."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import act_ordered, summaries_beside
from tests.patients.reassuring import REASSURING, cards_of, end_is_selected

ORDINARY = [
    "Knie-TEP li.",
    "Z.n. Knie-TEP re. 2015",
    "Katarakt-OP bds.",
    "Laparoskopische Cholezystektomie",
    "Schrittmacherimplantation 2019",
    "Leisten-OP rechts",
    "CATARACT EXTRACTION, BILATERAL",
    "Extraction of cataract (procedure)",
    "INSERTION OF CARDIAC PACEMAKER",
    "R TKA 2015",
    "Rotator cuff repair",
    "Hernia repair, umbilical",
    "C-section x2",
    "Prothèse totale de genou droit",
    "Colecistectomía laparoscópica",
    "Protesi d'anca sinistra",
    "Operacja zaćmy",
    "左膝关节置换术",
    "人工膝関節置換術",
    "백내장 수술",
]
OPEN = [
    "Knie-TEP und Spondylodese",
    "Revision total knee arthroplasty for infection",
    "Knie Tumor-OP",
    "Hüftfraktur OP",
    "Cataract surgery?",
    "Hernia operatie",
    "Disc hernia surgery",
    "Total disc replacement L4/5",
    "Bandscheiben-OP",
    "Valve replacement for endocarditis",
    "Cholecystectomy with liver biopsy",
    "Joint replacement",
    "Surgery, right",
    "腰椎间盘置换术",
    "椎間板ヘルニア手術",
    "추간판 탈출증 수술",
]


# What is done to a hip without a name may be for its broken neck, and half a hip is.
MAY_BE_A_BROKEN_HIP = [
    *("Hip surgery", "Left hip operation", "Open hip repair", "Hip manipulation"),
    *("Hüft-OP links", "Chirurgie de la hanche gauche", "Cirugía de cadera"),
    *("Intervento anca destra", "Operacja biodra", "Operacja stawu biodrowego"),
    *("고관절 수술", "股関節手術", "髋关节手术", "Partial hip replacement"),
    *("THR repair", "Operatie heup rechts"),
]
# An eye that is taken out may be for a tumour.
MAY_BE_A_TUMOUR = [
    *("Removal of left eye", "Eye removal", "Auge Entfernung", "Enucleation OD"),
    *("Eyelid removal", "Removal of retina", "Eye extraction", "Verwijderen oog"),
]
STILL_ORDINARY = [
    *("Total hip replacement 2015", "Hüft-TEP und Knie-TEP links", "PTH droite"),
    *("Prótesis total de cadera izquierda", "Endoproteza stawu biodrowego"),
    *("Hip arthroscopy", "Partial knee replacement", "Knee surgery", "Shoulder OP"),
    *("Eye surgery", "Augen-OP links", "Cataract removal left eye", "Retina laser"),
    *("Injection, large joint", "Removal of lens, right eye", "左髋关节置换术"),
]


def done(title, days=60):
    said = {"code": {"text": title}, "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "act", status="completed", **said)


@pytest.mark.parametrize("title", ORDINARY)
@pytest.mark.parametrize("entry", [done, act_ordered], ids=["done", "planned"])
def test_an_ordinary_operation_leaves_the_spine_alone(title, entry):
    cards = cards_of(entry(title))
    assert end_is_selected(cards)
    assert REASSURING in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", STILL_ORDINARY)
def test_one_that_is_named_still_does(title):
    cards = cards_of(done(title))
    assert end_is_selected(cards)
    assert REASSURING in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", MAY_BE_A_BROKEN_HIP + MAY_BE_A_TUMOUR)
def test_one_without_a_name_may_be_for_a_fracture_or_a_tumour(title):
    cards = cards_of(done(title))
    assert not end_is_selected(cards)
    assert REASSURING not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", OPEN)
def test_one_that_may_be_more_does_not(title):
    cards = cards_of(done(title))
    assert not end_is_selected(cards)
    assert REASSURING not in cards["rehabilitation"]["detail"]


def test_one_ordered_since_the_kyphoplasty_is_to_be_read():
    title = "Coronary angioplasty with stent placement"
    assert summaries_beside(act_ordered(title))
