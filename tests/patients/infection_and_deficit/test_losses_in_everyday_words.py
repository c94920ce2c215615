"""What somebody can no longer do with the legs leads, in doubt (F37).

A loss that lasts, or that something else explains, does not.
"""

import pytest

from tests.builders import terminology
from tests.chart_builders import kyphoplasty
from tests.patients.reassuring import REASSURING, cards_of, dated

ACT = "is augmentation alone enough"
LOST = (
    "No power in left leg|Cannot lift the foot|Unable to stand since Monday"
    "|Can no longer walk|Cannot move the right leg|Lost the use of both legs"
    "|Cannot feel the feet|Unable to dorsiflex left foot|Legs will not move, back pain"
    "|Kann nicht mehr gehen|Kann den linken Fuß nicht heben|Läuft seit gestern nicht"
    " mehr|Kann die Beine nicht mehr bewegen|Steht nicht mehr|Hebt den Fuß nicht"
    "|Ne peut plus marcher|N'arrive plus à lever le pied|Ne lève plus le pied"
    "|Ya no puede caminar|No puede levantar el pie derecho|Dejó de caminar ayer"
    "|Non riesce più a camminare|Non solleva il piede|Non sta più in piedi"
    "|Kan niet meer lopen|Kan voet niet optillen|Loopt niet meer sinds gisteren"
    "|Nie może chodzić|Nie podnosi stopy|Przestał chodzić|Nie może wstać"
    "|歩けなくなった|立てない|足が上がらない|下肢が動かせない"
    "|不能行走|突然不能站立|左脚抬不起来|双腿动不了"
    "|걸을 수 없음|일어설 수 없음|발을 들 수 없음|다리를 움직이지 못함"
)
EXPLAINED = (
    "unable to walk due to pain|unable to walk due to COPD|cannot walk far due to COPD"
    "|unable to walk, hip fracture|cannot lift the foot due to pain|cannot stand for long"
    "|wheelchair user since 2010|has never walked|unable to walk since childhood"
    "|unable to stand: transport by stretcher|No power in left leg due to old stroke"
    "|Gehunfähig wegen Schmerzen|Kann wegen COPD nicht weit gehen|Nicht gehfähig bei"
    " Oberschenkelamputation|Rollstuhlfahrer seit 2010|Kann seit Geburt nicht gehen"
    "|Ne peut plus marcher à cause de la douleur|N'a jamais marché|Fauteuil roulant"
    "|No puede caminar por dolor|No puede caminar por disnea|En silla de ruedas"
    "|Non riesce a camminare per il dolore|In carrozzina dalla nascita"
    "|Kan niet lopen door pijn|Rolstoelgebonden sinds 2010|Heeft nooit gelopen"
    "|Nie może chodzić z powodu bólu|Nigdy nie chodził|Na wózku inwalidzkim od lat"
    "|痛みで歩けない|車椅子使用|幼少から歩行不能"
    "|因疼痛不能行走|长期轮椅|心衰不能行走"
    "|통증으로 걸을 수 없음|휠체어 사용|어릴 때부터 걷지 못함"
)
ORDINARY = (
    "cannot tolerate NSAIDs|unable to lift the arm|No power of attorney|Standing order"
    "|Kann Kopf nicht drehen|kein Kraftverlust|Steht unter Betreuung|Hebeverbot"
    "|Ne peut pas prendre d'AINS|Pas de perte de force|No puede tomar AINE"
    "|Non può assumere FANS|Kan geen NSAID verdragen|Geen krachtsverlies"
    "|Nie może przyjmować NLPZ|Bez niedowładu|手が上がらない|麻痺なし"
    "|不能耐受药物|无下肢无力|약을 먹을 수 없음|수술 받을 수 없음|no weakness"
)


def rehabilitation(**members):
    return cards_of(**members)["rehabilitation"]


@pytest.mark.parametrize("words", LOST.split("|"))
def test_it_leads_as_not_excluded(words: str) -> None:
    for title in ({"text": words}, {"text": words, "coding": [HYPERTENSION]}):
        summary = cards_of(dated(title, days=1))["rehabilitation"]["summary"]
        assert ACT in summary
    for element in ("reasonCode", "note"):
        order = kyphoplasty(**{element: [{"text": words}]})
        assert ACT in rehabilitation(order=order)["summary"]


HYPERTENSION = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}


@pytest.mark.parametrize("words", EXPLAINED.split("|"))
def test_one_that_lasts_or_is_explained_does_not_lead(words: str) -> None:
    card = cards_of(dated({"text": words}, days=1))["rehabilitation"]
    assert ACT not in card["summary"]
    assert REASSURING not in card["summary"] + card["detail"]
    for element in ("reasonCode", "note"):
        order = kyphoplasty(**{element: [{"text": words}]})
        assert ACT not in rehabilitation(order=order)["summary"]


@pytest.mark.parametrize("words", ORDINARY.split("|"))
def test_what_is_no_loss_of_a_leg_is_none(words: str) -> None:
    assert not terminology().grave_stems.deficits.tells_of_loss(words)


def test_it_leads_no_card_if_it_is_of_years_ago() -> None:
    card = cards_of(dated({"text": "cannot walk"}, days=2000))["rehabilitation"]
    assert ACT not in card["summary"]
