"""Orders of activity in Japanese, Chinese and Korean: moving, or a limit of it."""

import pytest

from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.held_training import is_unread_activity
from tests.builders import terminology


def ordered(words, category=""):
    order = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": {"text": words},
    }
    if category:
        order["category"] = [{"text": category}]
    return read_code(order, terminology())


MOVING = [
    ("安静度フリー", "安静度"),
    ("コルセット装着下で歩行可", "安静度"),
    ("術翌日より離床可", ""),
    ("佩戴腰围下床活动", ""),
    ("術後次日下床活動", "活動"),
    ("자유 보행", "활동"),
    ("보조기 착용 후 보행 가능", ""),
]
LIMITED = [
    ("離床は主治医の指示後", ""),
    ("部分荷重", ""),
    ("歩行禁止", "安静度"),
    ("トイレのみ歩行可", ""),
    ("床边活动", ""),
    ("复查后下床", ""),
    ("部分负重", ""),
    ("활동 제한", ""),
    ("검사 후 보행 가능", ""),
    ("화장실만 보행", "활동"),
]


@pytest.mark.parametrize(("words", "category"), MOVING)
def test_moving_in_known_words_is_read(words, category):
    assert not is_unread_activity(ordered(words, category), terminology())


@pytest.mark.parametrize(("words", "category"), LIMITED)
def test_any_limit_is_to_be_read(words, category):
    assert is_unread_activity(ordered(words, category), terminology())


@pytest.mark.parametrize(
    "words", ["離床センサー", "荷重位撮影", "보행기 대여", "活动性出血"]
)
def test_another_order_is_none_of_activity(words):
    assert not is_unread_activity(ordered(words), terminology())
