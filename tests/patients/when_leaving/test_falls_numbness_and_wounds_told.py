"""Falls, a leg that is newly numb and a wound that weeps, as a note of the stay has it."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.leaving import act_ordered, summaries_beside
from tests.patients.reassuring import cards_of

FALLEN = (
    "neben dem Bett sitzend vorgefunden|Pat. am Boden sitzend vorgefunden"
    "|found sitting on floor next to bed|slipped in the bathroom, landed on the wrist"
    "|retrouvée assise par terre|a glissé dans la salle de bain"
    "|encontrada en el suelo junto a la cama|resbaló en el baño"
    "|trovata seduta a terra accanto al letto|scivolata in bagno"
    "|naast het bed op de grond aangetroffen|uitgegleden in de badkamer"
    "|znaleziono pacjentkę na podłodze obok łóżka|poślizgnęła się w łazience"
    "|ベッド横の床に座り込んでいるところを発見|浴室で滑って手首をついた"
    "|发现患者坐在床旁地上|在卫生间滑倒，手腕着地|침대 옆 바닥에 앉아 있는 것을 발견"
    "|화장실에서 미끄러져 손목을 짚음"
    "|fell during physiotherapy|fell on way back from toilet|bei Mobilisation gestürzt"
    "|beim Gang zur Toilette gestürzt|Sturz bei der Physiotherapie"
    "|chute lors de la mobilisation|caída durante la fisioterapia"
    "|caduta in fisioterapia|bij mobiliseren gevallen|upadek podczas pionizacji"
    "|移乗時に転倒|下床活动时跌倒|kollabiert|desmayada|svenuta in corridoio|zemdlała"
)
WEEPING = (
    "wound discharges yellow fluid|yellow discharge from wound|Wunde nässt gelblich"
    "|gelbliches Sekret aus der Wunde|écoulement purulent de la cicatrice"
    "|cicatrice suintante jaunâtre|herida con exudado amarillento|ferita secernente"
    "|wond lekt geel vocht|rana sączy żółtą wydzieliną|創部から黄色の浸出液"
    "|切口渗黄色液体|상처에서 노란 분비물|bei Verbandswechsel Eiter|bij verbandwissel pus"
)
NUMB = (
    "numb left foot since this morning|increasing numbness of the right foot"
    "|Taubheit linker Fuß seit heute|neues Taubheitsgefühl im linken Bein"
    "|engourdissement du pied gauche depuis ce matin"
    "|entumecimiento del pie izquierdo desde ayer|adormecimiento de la pierna, nuevo"
    "|intorpidimento del piede sinistro da stamattina"
    "|gevoelloze voet links sinds vanochtend|doof gevoel in linkerbeen, nieuw"
    "|drętwa stopa lewa od dziś|drętwienie lewej nogi od wczoraj|左足部麻木今晨出现"
    "|左下肢麻木加重|左脚发麻，术后新发|발이 저리다 오늘부터|다리 저림 악화"
    "|左下肢のしびれが増強|左足のしびれが今朝から出現"
)
OTHERWISE = (
    "zu Hause neben dem Bett sitzend vorgefunden, daher Aufnahme"
    "|retrouvée par terre à domicile|encontrada en el suelo en casa"
    "|trovata a terra a casa|sits beside the bed|neben dem Bett sitzend gefrühstückt"
    "|slipped disc L4/5|Wears non-slip socks in the bathroom|바닥 청소|床上安静"
    "|wound dry, no discharge|Wunde trocken|plaie sèche|herida sin exudado|wond droog"
    "|상처 분비물 없음|discharge instructions given, wound care explained"
    "|Chronic numb feet, diabetic neuropathy|Known numb left foot since 2015"
    "|Keine Taubheit der Beine seit OP|geen doof gevoel in benen|下肢のしびれなし"
    "|下肢无麻木|다리 저림 없음|Return if new numbness in the legs"
    "|mobilisation with frame after fall at home|Physiotherapie bei Z.n. Sturz"
    "|Sturz zu Hause, in der Physiotherapie mobil|no falls during physiotherapy"
)


def led_by(words: str) -> list[str]:
    return summaries_beside(act_ordered("CBC", note=[{"text": words}]))


@pytest.mark.parametrize("words", f"{FALLEN}|{WEEPING}".split("|"))
def test_a_fall_of_the_stay_and_a_weeping_wound_are_read(words: str) -> None:
    assert led_by(words)


@pytest.mark.parametrize("words", NUMB.split("|"))
def test_a_leg_that_is_newly_numb_is_examined(words: str) -> None:
    (summary,) = led_by(words)
    assert "Examine before leaving." in summary
    order = kyphoplasty(reasonCode=[{"text": words}])
    summary = cards_of(order=order)["rehabilitation"]["summary"]
    assert "eurological deficit" in summary


@pytest.mark.parametrize("words", OTHERWISE.split("|"))
def test_what_is_of_before_or_denied_asks_nothing(words: str) -> None:
    assert led_by(words) == []
