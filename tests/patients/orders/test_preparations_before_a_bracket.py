"""What is prepared stands first, and the operation in its bracket is the occasion."""

import pytest

from tests.order_builders import augmentation_in

PREPARATIONS = [
    "IV access (kyphoplasty L1)",
    "Shave and prep (kyphoplasty)",
    "Zugang legen (Kyphoplastie LWK 1)",
    "Rasur - Kyphoplastie LWK 1",
    "Pose de VVP (cyphoplastie L1)",
    "Canalizar vía periférica (cifoplastia L1)",
    "Agocannula (vertebroplastica L1)",
    "Infuus inbrengen (kyfoplastiek L1)",
    "Założenie wenflonu (wertebroplastyka L1)",
    "剃毛（椎体形成術）",
    "心電図（椎体形成術予定）",
    "备皮（椎体成形术）",
    "建立静脉通路（椎体成形术）",
    "금식 (척추체성형술 예정)",
    "금식 - 척추성형술",
    "심전도 (척추성형술 예정)",
    "혈액검사 (척추성형술 L1)",
    "수혈 준비 (척추성형술)",
    "척추성형술 전 금식",
    "항응고제 중단 (척추성형술 예정)",
    "Stop aspirin (kyphoplasty L1)",
    "Arrêt de l’aspirine (vertébroplastie L1)",
]
OPERATIONS = [
    "Kyphoplasty L1 (IV access x2)",
    "Surgery (kyphoplasty L1)",
    "Interventional radiology - kyphoplasty L1",
    "Radiology - kyphoplasty L1",
    "Radiologia interventistica - vertebroplastica L1",
    "Kyphoplasty L1 (stop aspirin)",
    "Stop aspirin, kyphoplasty L1",
    "Operation: Kyphoplastie LWK 1",
    "Transpedikulärer Zugang, Kyphoplastie LWK 1",
    "Vertébroplastie L1 (à jeun)",
    "Intervención: cifoplastia L1",
    "Wertebroplastyka L1 (na czczo)",
    "椎体形成術 L1（絶食）",
    "椎体成形术 L1（禁食）",
    "척추성형술 L1 (금식)",
    "시술 (척추성형술 L1)",
    "수술 예약 (척추성형술 L1)",
    "진정 하 척추성형술 L1",
]


@pytest.mark.parametrize("title", PREPARATIONS)
def test_a_preparation_is_no_operation(title):
    assert augmentation_in(title) is None


@pytest.mark.parametrize("title", OPERATIONS)
def test_an_operation_is_one(title):
    assert augmentation_in(title) is not None
