"""Words in orders that are of another person, another measurement or another time."""

import pytest

from cds_service.fhir.orders.drafts import NO_DRAFTS
from cds_service.fhir.orders.recognition import (
    classify,
    recognise_augmentation,
)
from tests.chart_builders import cards_for, drafted, kyphoplasty, quiet_lists
from tests.order_builders import terminology, worded


def treated(words):
    return terminology().levels.treated(words)


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("Kyphoplasty T12, same day as sister's L3 kyphoplasty", ("T12",)),
        ("Kyphoplasty L2. Mother had L4 kyphoplasty", ("L2",)),
        ("Kyphoplastie L1 wie bei der Schwester L3", ("L1",)),
        ("Cyphoplastie L2, comme sa mère L4", ("L2",)),
        ("Cifoplastia L2, como su hermana L4", ("L2",)),
        ("Cifoplastica L2, come la sorella L4", ("L2",)),
        ("Kyphoplasty L1, consent with daughter", ("L1",)),
        ("Kyphoplasty discussed with her husband, L1 and L2", ("L1", "L2")),
    ],
)
def test_the_vertebra_of_a_relative_is_not_treated(words, levels):
    assert treated(words) == levels


@pytest.mark.parametrize(
    "words",
    [
        "Kyphoplasty L1. Troponin T 12 ng/L, ECG normal",
        "Kyphoplasty L1. Trop T 12",
        "Kyphoplastie L1. Troponin T: 12",
    ],
)
def test_a_troponin_is_no_vertebra(words):
    assert treated(words) == ("L1",)


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("Kyphoplasty L1 and L2, L3 if time permits", ("L1", "L2")),
        ("Kyphoplasty L1, MBB L3-L5", ("L1",)),
        ("Kyphoplasty L1, count from L5", ("L1",)),
        ("Kyphoplasty L1, pain at L4", ("L1",)),
        ("Kyphoplasty for pain at L1", ("L1",)),
        ("Kyphoplasty L1, T3 prostate cancer", ("L1",)),
        ("Kyphoplasty L1, prostate T3", ("L1",)),
        ("Kyphoplasty for breast cancer T12", ("T12",)),
        ("Kyphoplasty L1, free T4 12 pmol/L", ("L1",)),
        ("Kyphoplasty L1, 25-OH D2", ("L1",)),
        ("Kyphoplasty with RFA L1 and L2", ("L1", "L2")),
    ],
)
def test_only_what_the_operation_is_for_is_treated(words, levels):
    assert treated(words) == levels


@pytest.mark.parametrize(
    "words",
    [
        "Folder kyfoplastiek meegeven",
        "Faltblatt Kyphoplastie",
        "Livret cyphoplastie",
        "Tríptico cifoplastia",
        "Pieghevole cifoplastica",
        "Ulotka kyfoplastyka",
        "椎体形成術パンフレット",
        "척추성형술 안내문",
    ],
)
def test_a_leaflet_is_no_operation(words):
    assert recognise_augmentation(worded(words), terminology()) is None


def kinds(words):
    recognition = classify(worded(words), NO_DRAFTS, terminology()).support
    return set(recognition.concepts) if recognition else set()


@pytest.mark.parametrize(
    "words",
    [
        "Bilan nutritionnel sanguin : albumine, préalbumine",
        "Nutrition assessment labs: albumin",
        "Valoración nutricional analítica",
        "营养评估 血",
        "栄養評価 採血",
    ],
)
def test_a_blood_test_is_no_referral_to_a_dietitian(words):
    assert kinds(words) == set()


@pytest.mark.parametrize(
    "words",
    [
        "Bilan nutritionnel",
        "Nutrition consult, albumin 2.8",
        "Consultation diététique, albumine 28",
        "Ernährungsberatung bei Albumin 25",
    ],
)
def test_a_referral_to_a_dietitian_may_name_a_value(words):
    assert kinds(words) == {"dietitian"}


@pytest.mark.parametrize(
    "words",
    [
        "TLSO brace. Patient is 10 weeks s/p hip replacement",
        "TLSO brace. Patient is 10 weeks out from a hip fracture",
        "Mieder. 10 Wochen Z.n. Hüft-TEP",
    ],
)
def test_the_time_since_another_operation_is_no_length(words):
    order = drafted("DeviceRequest", "brace", codeCodeableConcept={"text": words})
    card = cards_for(quiet_lists(), kyphoplasty(), order)["braceLimit"]
    assert ": no end date." in card["summary"]


def test_straps_belong_to_the_brace():
    words = "TLSO 12 weeks with shoulder straps"
    order = drafted("DeviceRequest", "brace", codeCodeableConcept={"text": words})
    card = cards_for(quiet_lists(), kyphoplasty(), order)["braceLimit"]
    assert card["summary"].startswith("TLSO for 12 weeks: off by 15 Jan")


def test_the_length_of_a_brace_after_the_operation_counts():
    order = drafted(
        "DeviceRequest",
        "brace",
        codeCodeableConcept={"text": "TLSO x 12 weeks s/p kyphoplasty"},
    )
    card = cards_for(quiet_lists(), kyphoplasty(), order)["braceLimit"]
    assert card["summary"].startswith("TLSO for 12 weeks: off by 15 Jan")
