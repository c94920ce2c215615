"""What the entry of a cancer of long ago says of its spread, and what it denies."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

BONE = "malignancy of bone not excluded"
COUNTED = "1 entry of the problem list not understood"
CODES = {
    "words": {"text": "Breast cancer"},
    "code": codeable(ICD, "C50.912"),
    "lung": codeable(ICD, "C34.11"),
    "melanoma": codeable(ICD, "C43.9"),
}
# A denial of something else than the spread.
NOT_DENIED = [
    *("no radiotherapy to bone mets", "denied chemo for metastases"),
    *("no chemotherapy for liver metastases", "no radiation for spinal metastases"),
    *("no surgery for bone metastases", "no chemo after mets"),
    *("keine Bestrahlung der Knochenmetastasen", "keine Chemotherapie der Metastasen"),
    *("no extraosseous metastases", "keine Lebermetastasen", "keine Hirnmetastasen"),
    *("pas de radiothérapie des métastases osseuses", "无骨转移放疗"),
    *("sin radioterapia de metástasis óseas", "骨転移に対する放射線治療なし"),
]
NOT_DENIED_IN_TITLES = [
    *("no radiotherapy to bone mets", "keine Bestrahlung der Knochenmetastasen"),
    *("keine Lebermetastasen", "pas de radiothérapie des métastases osseuses"),
]
DENIED = [
    *("no evidence of bone metastases", "no known distant metastases"),
    *("kein Hinweis auf Knochenmetastasen", "kein Tumor, keine Knochenmetastasen"),
    *("keine Fernmetastasen", "pas de métastase", "no distant metastases"),
    "no signs of distant metastases",
]
SOUGHT = [
    *("PET ordered", "PET-CT scheduled", "PET scan due", "bone scan requested"),
    *("bone scan booked", "bone scan to be done", "awaiting bone scan", "pending PET"),
    *("biopsy ordered", "planned biopsy of L1", "needs biopsy", "staging ordered"),
    *("MRI spine: suspicious, biopsy ordered", "PET-CT empfohlen", "PET-CT terminiert"),
    *("spine CT ordered, suspicious lesion", "Skelettszintigraphie angemeldet"),
    *("MRI spine scheduled for possible malignancy", "wartet auf PET"),
    *("scintigraphie programmée", "bilan d'extension en cours", "TEP demandé"),
    *("en attente de scintigraphie", "PET programado", "scyntygrafia zlecona"),
    *("gammagrafía ósea programada", "scintigrafia ossea programmata"),
    *("botscan aangevraagd", "骨シンチ予定", "生検予定", "骨扫描待查", "拟行骨扫描"),
]
ALL_BUT = [
    *("no metastases except the bone", "no recurrence except L1"),
    *("keine Metastasen ausser Knochen", "keine Metastasen außer LWK 1"),
    *("keine Metastasen bis auf LWK 1", "ausser LWK 1 keine Metastasen"),
    *("pas de métastase hormis L1", "pas de métastase sauf osseuse"),
    *("pas de métastase viscérale", "sin metástasis salvo óseas"),
    *("senza metastasi tranne ossee", "骨以外に転移なし", "除骨外无转移"),
    *("no metastasis excluded", "no recurrence until 2023"),
]
WHERE_IT_SPREADS = [
    *("MRI spine planned because of new pain", "MRI head and spine pending"),
    *("whole spine MRI pending", "CT thorax awaited, nodule", "CT chest planned"),
    *("new lung nodule, CT chest planned", "liver lesion, CT abdomen planned"),
    *("MRI hip planned, lesion", "MRI pelvis planned", "MRI lumbar planned, nodule"),
    *("MRI brain and thoracic spine pending", "IRM rachis prévue, douleurs nouvelles"),
]
ELSEWHERE = [
    *("knee MRI ordered", "awaiting knee MRI", "breast MRI scheduled", "DEXA ordered"),
    *("CT head planned", "Knochendichte angemeldet", "MRI lumbar spine planned"),
    *("MRI lumbar spine planned for pain", "MRT LWS geplant"),
]
NO_SIGN = [
    *("Rückenschmerzen seit 20 Jahren", "chronische Rückenschmerzen seit Jahren"),
    *("no new bone pain", "骨痛なし", "无骨痛", "pas de nouvelle douleur osseuse"),
    *("acetabular cup 2015", "cup arthroplasty", "search for primary negative"),
    *("Befund unverdächtig", "keine neuen Rückenschmerzen", "no nodules"),
]
FOLLOW_UP = [
    *("in remission", "tumour-free", "follow-up with oncology yearly", "NED"),
    *("mammography 2025 normal", "annual mammogram, no recurrence"),
    *("s/p mastectomy and radiation 2008, NED", "no evidence of metastasis"),
    *("bone scan 2012 negative", "discharged from oncology follow up"),
    *("tamoxifen for 5 years, completed 2013", "lumpectomy 2008, nodes negative"),
    *("in Remission", "tumorfrei", "Nachsorge unauffällig", "keine Metastasen"),
    *("Mammographie 2025 unauffällig", "Nachsorge jährlich beim Onkologen"),
    *("Z.n. Mastektomie 2008, rezidivfrei", "Mammographie unverdächtig"),
    *("Knochenszintigraphie 2012 unauffällig", "en rémission complète"),
    *("suivi annuel", "sans récidive", "mammographie 2025 normale"),
    *("surveillance annuelle, pas de récidive", "pas de douleur osseuse"),
    *("scintigraphie osseuse 2012 normale", "traitement terminé en 2013"),
]


def old_cancer(note, code="code", title=None):
    named = {**CODES[code], "text": title} if title else CODES[code]
    told = {"code": named, "onsetDateTime": "2008-05-01", "recordedDate": "2010-01-01"}
    noted = {"note": [{"text": note}]} if note else {}
    return problem("x", number="cancer", **told, **noted)


def titled(words):
    return old_cancer("", title=f"Breast cancer 2008, {words}")


def is_review_selected(card):
    return any(
        one.get("isRecommended") and "fracture liaison" in one["label"]
        for one in card["suggestions"]
    )


def assert_open(card):
    assert BONE in card["detail"]
    assert not is_review_selected(card)


@pytest.mark.parametrize("note", NOT_DENIED)
def test_the_denial_of_a_treatment_or_a_place_denies_no_spread(note):
    card = card_of(old_cancer(note))
    assert card["indicator"] == "warning"
    assert "metastasis" in card["summary"]
    assert not is_review_selected(card)


@pytest.mark.parametrize("words", NOT_DENIED_IN_TITLES)
def test_nor_does_it_in_a_title(words):
    assert card_of(titled(words))["indicator"] == "warning"


@pytest.mark.parametrize("note", DENIED)
def test_the_denial_of_the_spread_itself_adds_nothing(note):
    card = card_of(old_cancer(note))
    assert card["indicator"] == "info"
    assert "Not known" not in card["detail"]
    assert is_review_selected(card)


@pytest.mark.parametrize("note", [*SOUGHT, *ALL_BUT])
def test_what_looks_for_a_spread_or_excepts_a_place_leaves_it_open(note):
    assert_open(card_of(old_cancer(note, "words")))


@pytest.mark.parametrize("note", [*SOUGHT[::4], *ALL_BUT[::4], *WHERE_IT_SPREADS])
def test_so_does_a_test_where_a_cancer_spreads_next_to_a_code(note):
    assert_open(card_of(old_cancer(note)))


@pytest.mark.parametrize(
    "words",
    [
        *("PET ordered", "awaiting bone scan", "Staging angemeldet"),
        *("no metastases except the bone", "sin metástasis salvo óseas"),
        *("MRI spine planned because of new pain", "whole spine MRI pending"),
        *("CT thorax awaited, nodule", "liver lesion, CT abdomen planned"),
    ],
)
def test_so_it_does_in_a_title(words):
    assert_open(card_of(titled(words)))


@pytest.mark.parametrize(
    "words", ["keine Metastasen bis auf LWK 1", "pas de métastase hormis L1"]
)
def test_all_but_a_vertebra_is_one_that_is_there(words):
    card = card_of(titled(words))
    assert card["summary"].startswith("Bone metastasis on record")
    assert card["indicator"] == "warning"


@pytest.mark.parametrize("words", ELSEWHERE)
def test_a_test_of_another_organ_is_counted_in_notes_and_titles(words):
    for cancer in (old_cancer(words, "words"), titled(words)):
        card = card_of(cancer)
        assert BONE not in card["detail"]
        assert COUNTED in card["detail"]
        assert "below" not in card["detail"]
        assert is_review_selected(card)


@pytest.mark.parametrize(
    ("code", "note"),
    [
        *(("lung", "MRI brain pending"), ("lung", "CT chest planned")),
        *(("melanoma", "skin biopsy pending"), ("melanoma", "brain MRI pending")),
    ],
)
def test_where_a_cancer_itself_goes_is_no_other_organ(code, note):
    assert_open(card_of(old_cancer(note, code)))


@pytest.mark.parametrize("words", NO_SIGN)
def test_old_pain_denied_pain_and_a_cup_of_the_hip_are_no_sign(words):
    for cancer in (old_cancer(words, "words"), titled(words)):
        card = card_of(cancer)
        assert BONE not in card["detail"]
        assert is_review_selected(card)


@pytest.mark.parametrize(
    "note", ["Rückenschmerzen seit 3 Wochen", "DD CUP", "CUP-Syndrom", "new pain"]
)
def test_new_pain_and_an_unknown_primary_are_one(note):
    assert_open(card_of(old_cancer(note)))


@pytest.mark.parametrize("note", FOLLOW_UP)
def test_an_ordinary_follow_up_asks_nothing(note):
    card = card_of(old_cancer(note, "words"))
    assert "Not known" not in card["detail"]
    assert is_review_selected(card)
