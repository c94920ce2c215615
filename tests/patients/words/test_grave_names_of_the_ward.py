"""Names by which a ward writes a tumour, an infection or a deficit are read."""

import pytest

from tests.patients.reassuring import cards_of, dated, selected

INFECTIONS = (
    "L4-5 osteodiscitis|SEA L3 s/p washout|Tuberculous discitis L2"
    "|Spondilite tubercolare|Brucelosis vertebral|Espondilitis tuberculosa"
    "|Spondylite tuberculeuse|Tuberkulöse Spondylitis L2|Spondylitis tuberculosa"
    "|Tuberculeuze spondylitis|Gruźlicze zapalenie kręgosłupa"
    "|결핵성 척추염|화농성 척추염|척추 결핵|패혈증|균혈증|패혈성 쇼크"
)
DEFICITS = (
    "L hip flexion 3/5, new|Quads 3/5 bilat, hyperreflexia|Iliopsoas 2/5 right"
    "|KG 3/5 Hüftbeuger li.|Kracht heupflexie 3/5 links|Debilidad EEII progresiva"
    "|Relajación de esfínteres|Deficit stenico AAII|MMT 腸腰筋3 右|MMT 大腿四頭筋 2"
    "|발목 배굴 근력 2등급|하지 근력 3등급"
)
TUMOURS = (
    "Mastectomy, left, 2024|Quadrantectomia + RT 2024|Ablatio mammae li."
    "|St. na borstamputatie|St. po mastektomii|左乳改良根治术后|乳房切除術後"
    "|Hx of IDC, ER+/HER2-, on AI|invasiv-duktal, G3|Carcinoma duttale infiltrante"
    "|Eteroplasia prostatica in OAB|MDS on azacitidine|MDS, transfusions|MDS-EB2"
    "|Síndrome mielodisplásico|Myelodysplastisches Syndrom|骨髄異形成症候群"
    "|骨髓增生异常综合征|골수이형성증후군|AL amyloidosis on daratumumab"
    "|Systemic mastocytosis|LMNH en rémission|LNH difuso|MM維持療法中"
    "|MM quiescente|PCa, biochem. Rezidiv, unter Trenantone"
    "|FDG-avid osseous lesions T9, L1"
)
ORDINARY = (
    "Mastitis|Mastodynia|Prophylactic mastectomy|Osteochondritis|Seasonal allergy"
    "|Quadriceps tendinitis|Hip flexion 5/5|Hüftbeuger 5/5|Heupflexie 5/5"
    "|Quadriceps strain|Iliopsoas bursitis|Kracht armen 5/5|ADHD|Urticaria"
    "|Amyloid negative|30 mm cyst of the kidney|MM IUD|MDS nurse visit|IDC removed|Transurethral IDC"
    "|ER visit 2024|발목 염좌|척추 협착증|無痛性甲状腺炎"
)


def summaries(words: str) -> str:
    """Return the summaries next to this diagnosis of yesterday."""
    cards = cards_of(dated({"text": words}, days=1))
    return " ".join(card["summary"] for card in cards.values())


@pytest.mark.parametrize("words", INFECTIONS.split("|"))
def test_an_infection_leads(words: str) -> None:
    said = summaries(words)
    assert "contraindication to cement" in said or "nfection not excluded" in said


@pytest.mark.parametrize("words", DEFICITS.split("|"))
def test_a_deficit_leads(words: str) -> None:
    assert "examine" in summaries(words)


@pytest.mark.parametrize("words", TUMOURS.split("|"))
def test_nothing_is_chosen_next_to_a_tumour(words: str) -> None:
    cards = cards_of(dated({"text": words}, days=500))
    assert not selected(cards)


@pytest.mark.parametrize("words", ORDINARY.split("|"))
def test_an_ordinary_name_leads_nothing(words: str) -> None:
    said = summaries(words)
    assert "not excluded" not in said
    assert "contraindication" not in said
