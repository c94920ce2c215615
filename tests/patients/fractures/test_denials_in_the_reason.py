"""The operation's own reason in words: a denial, or a fracture of years ago, is not plain."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    kyphoplasty,
    order_sign,
    strong_and_nourished,
)

BELOW = "below the usual"


def detail_with(reason):
    signed = kyphoplasty(reasonCode=[{"text": reason}])
    cards = by_topic(ask(order_sign([*strong_and_nourished()], signed, brace())))
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "reason",
    [
        "Not osteoporotic fracture",
        "Fracture is not osteoporotic",
        "Fraktur nicht osteoporotisch",
        "Nicht osteoporotische Fraktur",
        "Fracture non ostéoporotique",
        "Frattura non osteoporotica",
        "Fractura no osteoporótica",
        "骨粗鬆症なし",
        "Niet osteoporotische fractuur",
        "Złamanie nie osteoporotyczne",
        "Fratura não osteoporótica",
    ],
)
def test_a_denied_osteoporosis_is_another_cause(reason):
    assert BELOW not in detail_with(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "Compression fracture 2 years ago",
        "Vertebral fracture T8 3 years ago",
        "Wirbelkörperfraktur vor 2 Jahren",
        "椎体骨折2年前",
        "椎体骨折後2年",
    ],
)
def test_a_fracture_of_years_ago_is_an_earlier_one(reason):
    detail = detail_with(reason)
    assert BELOW not in detail
    assert "earlier vertebral fracture" in detail


@pytest.mark.parametrize(
    "reason",
    [
        "Osteoporotic compression fracture L1",
        "Osteoporotic compression fracture L1, no improvement",
        "Osteoporotische Wirbelkörperfraktur LWK 1",
        "VCF L1 11/2026",
        "椎体骨折",
    ],
)
def test_an_ordinary_reason_stays_plain(reason):
    assert BELOW in detail_with(reason)
