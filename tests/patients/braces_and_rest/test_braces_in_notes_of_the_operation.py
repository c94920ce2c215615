"""A brace that the note of an augmentation orders, in any language."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record


def has_brace_card(note):
    order = kyphoplasty(note=[{"text": note}])
    return "braceLimit" in by_topic(ask(order_sign(reassuring_record(), order)))


@pytest.mark.parametrize(
    "note",
    [
        *("Kyphoplasty L1, brace for 12 weeks", "Brace 12 weeks"),
        *("Kyphoplastie LWK 1, Korsett 12 Wochen", "Orthese für 12 Wochen"),
        *("L1 PKP,支具12周", "支具12周", "术后佩戴支具12周"),
        *("L1 풍선성형술, 보조기 12주", "보조기 12주", "수술 후 보조기 12주"),
        *("Kyfoplastiek L1, korset 12 weken", "Kyfoplastyka L1, gorset 12 tygodni"),
    ],
)
def test_a_brace_of_twelve_weeks_has_its_card(note):
    assert has_brace_card(note)


@pytest.mark.parametrize(
    "note",
    [
        *("Z.n. Korsett 12 Wochen", "Trotz 12 Wochen Orthese", "Knieorthese 12 Wochen"),
        *("曾佩戴支具12周", "支具12周无效", "膝支具12周", "患者佩戴支具12周"),
        *(
            "이전 보조기 12주",
            "보조기 12주 착용하였음",
            "무릎 보조기 12주",
            "보조기 3개월 착용 중",
        ),
        *("Brace 12 weeks failed", "Brace clinic in 12 weeks"),
    ],
)
def test_one_of_another_time_or_part_has_none(note):
    assert not has_brace_card(note)
