"""Diagnoses in the words of hospitals: everyday ones ask nothing, grave ones do."""

import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import problem
from tests.patients.leaving import page_after
from tests.patients.reassuring import REASSURING, card_of

WORDS = tomllib.loads(
    Path(__file__).with_name("hospital_words.toml").read_text(encoding="utf-8")
)


# How the treated fracture, or a broken limb of years ago, is called.
FRACTURES = [
    "Operatively treated wrist fracture 2015",
    "Konservativ behandelte Radiusfraktur 2018",
    "Radiusfraktur, konservativ behandelt",
    "Wrist fracture treated in cast",
    "Fracture du poignet opérée 2014",
    "Fracture de cheville traitée orthopédiquement",
    "Ankle fracture, ORIF 2010",
    "Frische LWK-1-Fraktur",
    "Acute L1 compression fracture",
    "Osteoporotische Sinterungsfraktur LWK 1",
    "Tassement récent de L1",
    "Fracture ostéoporotique de L1",
    "Painful L1 VCF",
    "Fractura osteoporótica de L1",
    "Frattura recente di L1",
]
OTHER_FRACTURES = [
    "Acute T8 compression fracture",
    "Frische BWK-8-Fraktur",
    "Acute pathological L1 fracture",
    "Pathologische LWK-1-Fraktur",
    "Frische LWK-1-Fraktur bei Metastase",
    "Acute L1 compression fracture, suspected metastasis",
    "Akute Fraktur LWK 1, instabil",
    "Acute L1 burst fracture, unstable",
    "Tassement récent de L1, myélome",
    "Tassement tumoral de L1",
    "Fracture récente de L1, spondylodiscite",
    "Wrist fracture treated, infected plate",
    "Radiusfraktur operiert, Osteomyelitis",
    "Pathologische Humerusfraktur, operiert",
    "Ankle fracture ORIF, osteomyelitis",
    "Frische Fraktur LWK 1 mit Paraparese",
    "Fracture pathologique du poignet opérée",
    "Acute Chance fracture L1",
    "Osteoporotische Fraktur LWK 1?",
    "Acute L1 compression fracture, neoplastic",
]


def detail_of(title, days=700):
    entry = problem("x", number="listed", days=days, code={"text": title})
    return card_of(entry)["detail"]


@pytest.mark.parametrize("title", WORDS["everyday"])
def test_an_everyday_diagnosis_with_its_treatment_leaves_nothing_open(title):
    assert REASSURING in detail_of(title)


@pytest.mark.parametrize("title", WORDS["grave"])
def test_the_same_words_next_to_a_grave_one_reassure_nobody(title):
    assert REASSURING not in detail_of(title)


@pytest.mark.parametrize(
    "title",
    [
        *("MGUS", "MGUS 2014", "MGUS IgG kappa", "Gammapathie monoclonale 2014"),
        *(
            "Monoklonale Gammopathie unklarer Signifikanz",
            "意义未明的单克隆免疫球蛋白病",
        ),
        "Monoclonal gammopathy of undetermined significance 2014",
    ],
)
def test_an_mgus_by_each_of_its_names_is_nothing(title):
    """Rule E9, whatever the language and the year."""
    assert REASSURING in detail_of(title)


@pytest.mark.parametrize("title", FRACTURES)
def test_the_treated_fracture_in_words_leaves_nothing_open(title):
    assert REASSURING in detail_of(title, days=5)


@pytest.mark.parametrize("title", OTHER_FRACTURES)
def test_another_or_a_graver_fracture_reassures_nobody(title):
    assert REASSURING not in detail_of(title, days=5)


@pytest.mark.parametrize(
    "title",
    [
        *("Choroba niedokrwienna serca", "Zespół niespokojnych nóg", "Miażdżyca"),
        *("Łagodny rozrost gruczołu krokowego", "Niewydolność żylna", "동맥경화증"),
        *("허혈성 심질환", "하지불안증후군", "Kamica pęcherzyka żółciowego"),
    ],
)
def test_the_page_says_to_walk_beside_an_old_polish_or_korean_name(title):
    entry = problem("x", number="listed", days=900, code={"text": title})
    assert page_after(entry)["mayTrain"]


@pytest.mark.parametrize("title", ["Niedowład nóg", "하지 마비", "Przerzuty do kości"])
def test_it_does_not_beside_a_grave_one(title):
    entry = problem("x", number="listed", days=900, code={"text": title})
    assert not page_after(entry)["mayTrain"]
