"""A fracture that is called old, or is not the only one, next to its own code.

The code is that of the fracture that is treated. Its words may be of an earlier one.
"""

import pytest

from tests.chart_builders import days_ago, kyphoplasty, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, imaging

OLD = [
    *("old fracture", "prior fracture", "healed fracture", "L1 fracture, chronic"),
    *("Fracture of L1. Old.", "alte Fraktur", "ältere Fraktur", "fracture ancienne"),
    *("fractura antigua", "frattura pregressa", "oude fractuur", "stare złamanie Th8"),
    *("陳旧性骨折", "陈旧性骨折", "이전 골절", "오래된 골절"),
]
SEVERAL = [
    *("compression fractures", "multilevel compression fractures", "Frakturen"),
    *("Wervelfracturen", "złamania", "fracture of two vertebrae", "2 vertebrae"),
    *("zwei Wirbel", "deux vertèbres", "dos vértebras", "due vertebre", "twee wervels"),
    *("dwa kręgi", "双椎体", "新鮮骨折 2椎体", "两个椎体", "척추 2개 골절"),
]
ANOTHER = [
    *("wervelfractuur T8 2019", "Lage rugpijn, inzakkingsfractuur Th8 2019"),
    *("złamanie Th8 2019", "흉추 8번 압박골절 2019", "제8흉추 압박골절"),
]
# Other things are old, chronic or several; or the fracture is the one treated now.
ORDINARY = [
    *("compression fracture", "acute fracture of L1", "Fractuur L1", "złamanie L1"),
    *("요추 1번 압박골절", "no old fracture", "L1压缩骨折", "L1圧迫骨折"),
    "frische Fraktur LWK 1, alte Patientin",
]
OPEN = "earlier vertebral fracture not excluded"


def listed(code, words):
    """Return a diagnosis of ten days ago with these words next to its code."""
    return problem(
        "x", number="g", code=codeable(ICD, code, words), recordedDate=days_ago(10)
    )


def with_reason(words):
    return kyphoplasty(reasonCode=[codeable(ICD, "M80.08XA", words)])


@pytest.mark.parametrize("words", [*OLD, *SEVERAL])
def test_as_a_title_they_leave_an_earlier_one_open(words):
    detail = card_of(listed("M80.08XA", words))["detail"]
    assert "below the usual" not in detail
    assert OPEN in detail


@pytest.mark.parametrize("words", [*OLD, *SEVERAL])
def test_so_they_do_as_the_reason_of_the_operation(words):
    detail = card_of(order=with_reason(words))["detail"]
    assert "below the usual" not in detail


@pytest.mark.parametrize("words", [*OLD, *ANOTHER])
def test_so_they_do_under_a_vague_code(words):
    assert "below the usual" not in card_of(listed("M54.50", words))["detail"]


@pytest.mark.parametrize(
    "words", ["新鮮骨折 2椎体", "흉추 8번 압박골절 2019", "Compression fractures."]
)
def test_so_they_do_in_a_report(words):
    assert "below the usual" not in card_of(imaging(words))["detail"]


@pytest.mark.parametrize("words", ["L1,3椎体压缩骨折", "요추 1번, 3번 압박골절"])
def test_a_number_after_a_comma_is_another_vertebra(words):
    assert OPEN in card_of(imaging(words))["detail"]
    assert "below the usual" not in card_of(order=with_reason(words))["detail"]


@pytest.mark.parametrize("words", ORDINARY)
def test_what_is_old_and_no_fracture_leaves_nothing_open(words):
    for card in (card_of(order=with_reason(words)), card_of(listed("M80.08XA", words))):
        assert OPEN not in card["detail"]


@pytest.mark.parametrize("words", ["compression fracture", "acute fracture of L1"])
def test_an_ordinary_reason_keeps_the_figure(words):
    assert "below the usual" in card_of(order=with_reason(words))["detail"]


@pytest.mark.parametrize(
    "words", ["Chronic low back pain", "Chronic low back pain, osteoporosis"]
)
def test_a_chronic_pain_is_no_old_fracture(words):
    assert "below the usual" in card_of(listed("M54.50", words))["detail"]
