"""A grade under 5 of a leg's muscle and half a litre left in a bladder are deficits."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.leaving import act_ordered, summaries_beside
from tests.patients.reassuring import cards_of, imaging

WEAK = (
    "Left ankle dorsiflexion 2/5, right 5/5.|Dorsiflexion right 5/5, left 2/5"
    "|MMT2 in left tibialis anterior|TA 2 EHL 1|TA/EHL 2/1|Power L5 3/5 on the left"
    "|Motor: L2 5/5, L3 5/5, L4 4/5, L5 2/5|Dorsiflexion 5/5 before surgery, now 2/5"
    "|Fußhebung links 2/5|Fußheber KG 3/5 links|Kraft linkes Bein 3/5"
    "|Releveurs du pied gauche cotés à 2/5.|Fléchisseurs de hanche 3/5"
    "|Dorsiflexión del pie 2/5|Fuerza en pierna izquierda 3/5"
    "|Dorsiflessione piede sx 2/5|Forza arto inferiore sinistro 3/5"
    "|Voetheffing links 2/5|Kracht linkerbeen 3/5|Zgięcie grzbietowe stopy 2/5"
    "|Siła mięśniowa kończyny dolnej lewej 3/5|左前脛骨筋MMT2|MMT 前脛骨筋2/長母趾伸筋1"
    "|左下肢肌力3级|左踝背伸肌力2级|좌측 발목 배굴 근력 2등급|좌하지 근력 3/5"
)
RETAINED = (
    "PVR 600 mL|Post-void residual was 720 ml|bladder scan 999 mL|Restharn 650 ml"
    "|Restharn sonographisch 0,8 l|résidu post-mictionnel 550 ml"
    "|Residuo postmiccional de 600 cc|Residuo post-minzionale 700 ml"
    "|Residu na mictie 800 ml|Zaleganie moczu po mikcji 600 ml|残尿600ml"
    "|残余尿量 650 ml|잔뇨 700 ml|PVR was 40 ml, now 700 ml"
)
DRAGGED = (
    "drags the left foot|zieht das linke Bein nach|schleift den linken Fuß"
    "|traîne la jambe gauche|arrastra el pie izquierdo|trascina la gamba sinistra"
    "|sleept met het linkerbeen|powłóczy lewą nogą|左足を引きずる|拖着左腿走路"
    "|왼쪽 다리를 끌며 걸음"
)
STRONG = (
    "Dorsiflexion 5/5|Dorsiflexion was 3/5 before surgery, now 5/5"
    "|dorsiflexion 3/5 -> 5/5|Releveurs 3/5 avant, maintenant 5/5"
    "|Fußhebung 5/5 beidseits|下肢筋力MMT5|左下肢肌力5级|하지 근력 5/5|L4/5 stenosis"
    "|Disc protrusion L4/5, leg power full|Bandscheibe LWK 4/5, Kraft Beine gut"
    "|Grip 3/5 left|Elbow flexion 3/5|Hip flexion 4/5 limited by pain"
    "|Hip flexion 3/5 after stroke|Known dorsiflexion 2/5 since polio in childhood"
    "|quad sets 3/5 days done|Quadriceps strain grade 2|Hip exercises 3 of 5 sets"
    "|Hip flexion 90 degrees, 3 of 5 visits done|KG 80 kg, Beine schlank|TA 2 mg"
    "|Achilles reflex 2/4|If PVR > 500 ml insert catheter|Restharn 30 ml"
    "|Katheter falls Restharn über 500 ml|PVR was 700 ml, now 20 ml"
    "|Restharn zuvor 600 ml, jetzt 40 ml|Gastric residual volume 600 ml"
    "|Urine output 600 ml|does not drag the foot|no longer drags the foot"
    "|zieht das Bein an|zieht das Bein nicht mehr nach|ne traîne plus la jambe"
    "|drags leg due to hip pain|足を引きずらない|다리를 끌지 않음|不拖腿"
)
LED = f"{WEAK}|{RETAINED}|{DRAGGED}".split("|")


def of_order(words: str) -> str:
    order = kyphoplasty(reasonCode=[{"text": words}])
    return str(cards_of(order=order)["rehabilitation"]["summary"])


@pytest.mark.parametrize("words", LED)
def test_it_leads_as_the_reason_of_the_order(words: str) -> None:
    assert "eurological deficit" in of_order(words)


@pytest.mark.parametrize("words", LED)
def test_it_leads_in_a_report(words: str) -> None:
    summary = cards_of(imaging(words, days=4))["rehabilitation"]["summary"]
    assert "eurological deficit" in summary


@pytest.mark.parametrize("words", LED)
def test_it_is_examined_before_leaving(words: str) -> None:
    (summary,) = summaries_beside(act_ordered("CBC", note=[{"text": words}]))
    assert "Examine before leaving." in summary


@pytest.mark.parametrize("words", STRONG.split("|"))
def test_full_strength_an_empty_bladder_and_other_numbers_lead_nothing(
    words: str,
) -> None:
    assert "eurological deficit" not in of_order(words)
