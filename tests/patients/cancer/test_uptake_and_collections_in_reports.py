"""Bone that takes up glucose, and fluid in psoas or disc, leave the cause open."""

import pytest

from tests.patients.reassuring import card_of, imaging, selected

TUMOURS = [
    "Multifocal FDG-avid osseous lesions, largest T9 and L1.",
    "Hypermetabolic bone lesions in L1 and T9.",
    "Multiple FDG-anreichernde ossäre Läsionen, vereinbar mit Progress.",
    "Lésions osseuses hypermétaboliques multiples.",
    "Lesiones óseas hipermetabólicas múltiples compatibles con progresión.",
    "Lesioni ossee ipercaptanti multiple.",
    "Multipele FDG-avide botlaesies, passend bij progressie.",
    "Liczne ogniska wzmożonego metabolizmu FDG w kościach.",
    "多発骨病変にFDG集積亢進あり、進行と考える。",
    "다발성 골병변 FDG 섭취 증가, 진행 소견.",
    # a vertebra by its number alone
    "FDG-avid lesion in L1.",
    "Hypermetabolic focus in L1.",
    "FDG-anreichernde Läsion LWK 1.",
    "Lésion hypermétabolique de L1.",
    "Lesión hipermetabólica en L1.",
    "Lesione ipermetabolica di L1.",
    "FDG-avide laesie in L1.",
    "Ognisko wzmożonego metabolizmu w trzonie L1.",
    "L1にFDG集積亢進を認める。",
    "腰1椎体FDG摄取增高。",
    "L1 FDG 섭취 증가.",
]
INFECTIONS = [
    "Psoas collection at L4.",
    "Kollektion im linken Psoas auf Höhe LWK 4.",
    "Érosion des plateaux et collection du psoas.",
    "Colección en psoas con realce discal L4-L5.",
    "Raccolta dello psoas, erosione dei piatti L4-L5.",
    "Vochtcollectie in de psoas, destructie eindplaten L4-L5.",
    "Zbiornik płynowy w mięśniu lędźwiowym, nadżerki blaszek L4/L5.",
    "L4/5椎間板の液体貯留と終板破壊、椎体周囲炎症。",
    "L4/5椎间隙积液，终板破坏，椎旁软组织肿胀。",
    "L4/5 추간판 액체 저류, 종판 파괴, 척추주위 염증.",
]
DENIED = [
    "Acute L1 fracture. No FDG-avid osseous lesions.",
    "Acute L1 fracture. No psoas collection.",
    "Frische LWK-1-Fraktur. Keine FDG-anreichernden ossären Läsionen.",
    "Frische LWK-1-Fraktur. Keine Kollektion im Psoas.",
    "Fracture récente de L1. Pas de collection du psoas.",
    "Fractura aguda L1. Sin colección en psoas.",
    "Frattura L1 recente. Assenza di raccolta dello psoas.",
    "Psoas muscle area 12 cm2.",
    "Acute L1 fracture. No FDG-avid lesion in L1.",
    "Frische LWK-1-Fraktur. Keine FDG-anreichernde Läsion LWK 1.",
    "Fracture récente de L1. Pas de lésion hypermétabolique de L1.",
    "Fractura aguda L1. Sin lesión hipermetabólica en L1.",
    "Frattura L1 recente. Nessuna lesione ipermetabolica di L1.",
    "L1新鮮骨折。L1にFDG集積亢進なし。",
    "FDG-avid fracture of L1.",
    "FDG-avid thyroid nodule, no lesion in L1.",
]


@pytest.mark.parametrize("words", TUMOURS)
def test_bone_that_takes_up_glucose_leads(words: str) -> None:
    card = card_of(imaging(words))
    assert "alignancy of bone" in card["summary"]
    assert not selected({"rehabilitation": card})


@pytest.mark.parametrize("words", INFECTIONS)
def test_fluid_in_psoas_or_disc_leads(words: str) -> None:
    card = card_of(imaging(words))
    assert "pinal infection" in card["summary"]
    assert not selected({"rehabilitation": card})


@pytest.mark.parametrize("words", DENIED)
def test_what_a_report_denies_leads_nothing(words: str) -> None:
    assert "not excluded" not in card_of(imaging(words))["summary"]
