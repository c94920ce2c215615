"""Bed rest that ends with an event: what stands after "until" is not ordered."""

import pytest

from tests.chart_builders import ask, by_topic, drafted, kyphoplasty, order_sign
from tests.codes import ORDERS, codeable
from tests.patients.reassuring import reassuring_record


def brace_card(title):
    rest = drafted("ServiceRequest", "rest", code={"text": title})
    body = order_sign(reassuring_record(), kyphoplasty(), rest)
    return by_topic(ask(body)).get("braceLimit")


@pytest.mark.parametrize(
    "title",
    [
        "Bed rest until TLSO arrives",
        "Bedrest till brace is delivered",
        "Bettruhe bis Korsett geliefert",
        "Strict bed rest until TLSO",
    ],
)
def test_bed_rest_until_a_brace_comes_has_no_end_and_orders_no_brace(title):
    card = brace_card(title)
    assert card["summary"].startswith("Bed rest without an end time is ordered")
    assert "TLSO" not in card["summary"] + card["detail"]
    assert "brace" not in card["summary"].lower()
    assert not card.get("suggestions")


@pytest.mark.parametrize(
    "title", ["Bed rest until tomorrow, then TLSO", "TLSO and bed rest"]
)
def test_a_brace_after_the_bed_rest_is_ordered(title):
    assert "TLSO" in brace_card(title)["summary"]


def test_bed_rest_until_another_event_has_an_end():
    assert brace_card("Bed rest until seen by physiotherapy") is None


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Bed rest until Monday", id="weekday"),
        pytest.param("Bed rest until 11/23", id="numbers"),
        pytest.param("Bed rest until next week", id="week"),
        pytest.param("Bettruhe bis Montag", id="german"),
        pytest.param("月曜日まで床上安静", id="japanese"),
        pytest.param("卧床至周一", id="chinese"),
        pytest.param("卧床休息到星期一", id="chinese, another word"),
    ],
)
def test_bed_rest_until_a_day_that_is_not_read_is_asked_about(title):
    assert "end time" in brace_card(title)["summary"]


@pytest.mark.parametrize(
    "note",
    [
        *("until Monday", "do poniedziałku", "do środy rano", "do przyszłego tygodnia"),
        *("月曜日まで", "来週まで", "월요일까지", "다음 주까지"),
        *("卧床至周一", "卧床到星期一", "臥床至禮拜一", "卧床到下周"),
    ],
)
def test_a_weekday_in_the_note_of_bed_rest_is_asked_about(note):
    rest = drafted(
        "ServiceRequest",
        "rest",
        code=codeable(ORDERS, "bed-rest"),
        note=[{"text": note}],
    )
    cards = by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), rest)))
    assert "end time" in cards["braceLimit"]["summary"]


def test_bed_rest_until_tomorrow_is_not_asked_about():
    assert brace_card("Bed rest until tomorrow") is None


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Riposo assoluto", "Bed rest without an end time is ordered"),
        ("leżenie płaskie 3 dni", "Bed rest 3 days ordered"),
        ("침상안정 48시간", "Bed rest 48 h ordered"),
        ("절대안정", "Bed rest without an end time is ordered"),
    ],
)
def test_bed_rest_is_ordered_in_italian_polish_and_korean(title, said):
    assert brace_card(title)["summary"].startswith(said)


@pytest.mark.parametrize(
    "title", ["침상안정 해제", "절대안정 취소", "bez leżenia płasko"]
)
def test_bed_rest_that_is_over_is_not_ordered(title):
    assert brace_card(title) is None
