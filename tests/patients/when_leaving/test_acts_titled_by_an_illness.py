"""A procedure or an order whose title is an illness tells of it, in ten languages."""

import pytest

from tests.patients.leaving import act_done, act_ordered, summaries_beside

ILLNESSES = [
    *("Positive blood cultures", "Hemiparesis left new", "Syncope", "Acute MI"),
    *("Blutkulturen positiv", "Hemiparese links neu", "Synkope", "Halbseitenlähmung"),
    *("Hémocultures positives", "Hémiparésie gauche", "Perte de connaissance"),
    *("Hemocultivos positivos", "Hemiparesia izquierda", "Síncope"),
    *("Emocolture positive", "Emiparesi sinistra", "Sincope"),
    *("Positieve bloedkweken", "Hemiparese links", "Syncope nieuw"),
    *("Dodatnie posiewy krwi", "Niedowład połowiczy lewostronny", "Omdlenie"),
    *("血液培養陽性", "左片麻痺", "失神", "血培养阳性", "左侧偏瘫", "晕厥"),
    *("혈액배양 양성", "좌측 편마비", "실신"),
]
ORDINARY = [
    *("Known hemiparesis", "Hemiparesis after stroke 2015", "Syncope clinic"),
    *("Bekannte Hemiparese", "Alte Hemiparese", "Spastische Hemiparese"),
    *("History of syncope", "Bekannte Synkopen", "Hémiparésie ancienne"),
    *("Hemiplegic migraine", "Antigua hemiparesia", "Pregressa emiparesi"),
]


@pytest.mark.parametrize("title", ILLNESSES)
@pytest.mark.parametrize("act", [act_done, act_ordered])
def test_it_is_asked_about(act, title):
    assert len(summaries_beside(act(title))) == 1


@pytest.mark.parametrize("title", ORDINARY)
def test_one_that_is_known_or_only_asked_for_is_not(title):
    assert summaries_beside(act_done(title)) == []


THERAPIES = [
    *("Rehab for pneumonia", "Physiotherapy for new stroke", "Reha bei Pneumonie"),
    *("Physio wegen Lungenembolie", "Kinésithérapie respiratoire pour pneumonie"),
    *("Fisioterapia por neumonía", "Fisioterapia per polmonite"),
    *("Fysiotherapie bij longontsteking", "肺炎に対する呼吸リハビリ"),
    *("肺炎康复治疗", "폐렴 호흡재활"),
]
ORDINARY_THERAPIES = [
    *("Stroke rehabilitation", "Physiotherapie nach Schlaganfall"),
    *("Physiotherapie bei Pneumonieprophylaxe", "Kinésithérapie pour la marche"),
    *(
        "Fisioterapia per cammino",
        "脳梗塞後のリハビリ",
        "脑卒中后康复",
        "Rééducation post AVC",
    ),
    *("Rehab for gait", "Physiotherapie bei Gonarthrose", "Fysiotherapie bij COPD"),
]


@pytest.mark.parametrize("title", THERAPIES)
def test_the_illness_a_therapy_is_for_is_asked_about(title):
    assert len(summaries_beside(act_ordered(title))) == 1


@pytest.mark.parametrize("title", ORDINARY_THERAPIES)
def test_what_led_to_a_therapy_is_not(title):
    assert summaries_beside(act_ordered(title)) == []
