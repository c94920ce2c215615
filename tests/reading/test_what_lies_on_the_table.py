"""What an operation needs is no operation."""

import pytest

from tests.order_builders import augmentation_in


@pytest.mark.parametrize(
    "title",
    [
        "Supply: Kyphoplasty Balloons 15 mm x2",
        "Kyphoplasty Balloons 15 mm",
        "Kyphoplasty balloon 15 mm, quantity 2",
        "Kyphoplasty set",
        "Kyphoplastie-Ballon 15 mm",
        "Ballonnets de cyphoplastie 15 mm",
        "Palloncini per cifoplastica 15 mm",
        "Balones para cifoplastia 15 mm",
        "Kyfoplastiek set",
        "Zestaw do kyfoplastyki",
        "椎体成形手术包",
        "BKPバルーン 15mm",
        "척추성형술 키트",
    ],
)
def test_a_balloon_or_a_set_is_no_operation(title):
    assert augmentation_in(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Balloon kyphoplasty L1",
        "Kyphoplasty with balloon 15 mm L2",
        "Kyphoplasty L1, 2 balloons",
        "Ballonkyphoplastie LWK 1",
        "Ballon-Kyphoplastie LWK 1",
        "Cyphoplastie par ballonnets L1",
        "Cifoplastica con palloncino L1",
        "Cifoplastia con balón L1",
        "Ballonkyfoplastiek L1",
        "Kyfoplastyka balonowa L1",
        "L1椎体球囊扩张后凸成形术",
        "第1腰椎バルーンカイフォプラスティ",
        "L1 풍선 척추후만성형술",
    ],
)
def test_an_operation_with_a_balloon_is_one(title):
    assert augmentation_in(title) is not None
