"""A note that says which vertebra is meant gives an order without one its level."""

import pytest

from tests.order_builders import augmentation_in


def levels_with(note: str) -> tuple[str, ...]:
    return augmentation_in("Balloon kyphoplasty", note=[{"text": note}]).levels.names


@pytest.mark.parametrize(
    "note",
    [
        "Affected vertebra: L5",
        "Vertebra to be treated: L5",
        "Target level: L5",
        "Betroffener Wirbel: LWK 5",
        "Zu behandelnde Etage: LWK 5",
        "Vertèbre concernée : L5",
        "Niveau à traiter : L5",
        "Vértebra afectada: L5",
        "Nivel a tratar: L5",
        "Vertebra interessata: L5",
        "Livello da trattare: L5",
        "Sede: L5",
        "Aangedane wervel: L5",
        "Poziom: L5",
        "手术节段：L5",
        "Poziom zabiegu: L5",
        "Poziom operacji: L5",
        "Level of procedure: L5",
        "Surgical level: L5",
        "Niveau opératoire : L5",
        "Nivel quirúrgico: L5",
        "Livello dell’intervento: L5",
        "Operatieniveau: L5",
        "OP-Höhe: LWK 5",
        "手術高位：L5",
        "対象レベル：L5",
        "수술 부위: L5",
        "시술 레벨: L5",
        "부위: L5",
        "시술 부위 : L5",
        "위치: 요추 5번",
        "部位：L5",
        "手術部位：L5",
        "椎体：L5",
        "手术部位：L5",
        "治疗椎体：腰5",
        "节段: L5",
    ],
)
def test_a_note_names_the_vertebra(note):
    assert levels_with(note) == ("L5",)


@pytest.mark.parametrize(
    "note",
    [
        "Unaffected vertebra: L5",
        "Pain radiates to L5",
        "Previously affected vertebra: L5",
        "Voroperierter Wirbel: LWK 5",
        "Douleur, vertèbre concernée L5",
        "Vertebra precedentemente trattata: L5",
        "Dolor irradiado, nivel afectado L5",
        "Last MRI: L5 disc",
        "Previous surgical level: L5",
        "Poprzedni poziom zabiegu: L5",
        "Niveau opératoire antérieur : L5",
        "Nivel quirúrgico previo: L5",
        "Surgical level of 2019 fusion: L5",
        "前回手術高位：L5",
        "既往手术节段：L5",
        "이전 수술 부위: L5",
        "수술 부위 통증 L5",
        "통증 부위: L5",
        "이전 부위: L5",
        "既往部位：L5",
        "疼痛部位：L5",
        "疼痛部位：腰5",
        "前回部位：L5",
        "部位：L5/S1椎間板",
        "부위: L5 신경근",
    ],
)
def test_a_note_of_something_else_names_none(note):
    assert levels_with(note) == ()
