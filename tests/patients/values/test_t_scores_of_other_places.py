"""An older, lower T-score is undone by a newer one of the very same place alone."""

import pytest

from tests.chart_builders import (
    Resource,
    measured,
)
from tests.codes import codeable
from tests.patients.reassuring import first_card

LOINC = "http://loinc.org"
SPINE, HIP, FEMUR = "38267-1", "38264-8", "38263-0"
RIGHT, LEFT = "80945-9", "80946-7"
REASSURING = "below the usual"


def t_score(
    value: float, code: str, days: int, text: str = "", **members: object
) -> Resource:
    """Return a T-score of so many days ago; its code may be called by a text."""
    named = codeable(LOINC, code) | ({"text": text} if text else {})
    number = f"t{days}"
    return measured(
        "bmd-t-score", value, days=days, number=number, **{"code": named} | members
    )


def site(words: str) -> dict[str, Resource]:
    return {"bodySite": {"text": words}}


def detail_of(*values: Resource) -> str:
    return str(first_card(measured("bmi", 27), *values)["detail"])


NECK, TOTAL = "T-score femoral neck", "T-score total hip"


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        pytest.param((LEFT,), (RIGHT,), id="other hip by code"),
        pytest.param((RIGHT,), (LEFT,), id="other hip by code, turned"),
        pytest.param((HIP,), (RIGHT,), id="side not stated since"),
        pytest.param((LEFT,), (HIP,), id="side stated since alone"),
        pytest.param((HIP, TOTAL), (FEMUR, NECK), id="neck and total hip"),
        pytest.param((HIP, TOTAL), (HIP, NECK), id="neck and total hip, one code"),
        pytest.param((HIP, NECK), (HIP, TOTAL), id="total hip and neck"),
        pytest.param((FEMUR,), (HIP,), id="femur and hip"),
        pytest.param((HIP, "Hüfte links"), (HIP, "Hüfte rechts"), id="German"),
        pytest.param((HIP, "左髋"), (HIP, "右髋"), id="Chinese"),
        pytest.param((SPINE, "L3-L4"), (SPINE, "L1-L4"), id="rest of the spine"),
        pytest.param((SPINE, "L2-L4"), (SPINE, "L1-L4"), id="without L1"),
        pytest.param((SPINE, "L3-L4"), (SPINE,), id="whole spine by its code"),
        pytest.param((SPINE, "L3-L4"), (SPINE, "L1-L2"), id="other vertebrae"),
    ],
)
def test_another_place_undoes_no_lower_value(newer, older):
    detail = detail_of(t_score(-1.9, *_of(10, newer)), t_score(-3.3, *_of(300, older)))
    assert REASSURING not in detail
    assert "−3.3 of" in detail


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        pytest.param("left hip", "right hip", id="hips"),
        pytest.param("left hip", "hip", id="side stated since alone"),
        pytest.param("hip", "right hip", id="side not stated since"),
    ],
)
def test_another_body_site_undoes_no_lower_value(newer, older):
    values = (
        t_score(-1.9, HIP, 10, **site(newer)),
        t_score(-3.3, HIP, 300, **site(older)),
    )
    assert REASSURING not in detail_of(*values)


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        pytest.param((RIGHT,), (RIGHT,), id="same hip"),
        pytest.param((HIP,), (HIP,), id="hips without a side"),
        pytest.param((HIP, TOTAL), (HIP, "Total hip T-score"), id="words turned"),
        pytest.param((SPINE, "L1-L4"), (SPINE, "L3-L4"), id="wider since"),
        pytest.param((SPINE, "L1-L4"), (SPINE, "L3"), id="one vertebra of it"),
        pytest.param((SPINE,), (SPINE, "L1-L4"), id="whole spine by its code"),
        pytest.param((SPINE, "L2-L4"), (SPINE, "L2-L4"), id="same vertebrae"),
    ],
)
def test_the_same_place_is_what_it_is_now(newer, older):
    # a rise that a drug may bring in that time
    values = t_score(-1.3, *_of(10, newer)), t_score(-2.6, *_of(300, older))
    assert REASSURING in detail_of(*values)


def test_a_note_may_name_the_part_that_was_measured():
    newer = t_score(-1.9, SPINE, 10, note=[{"text": "L3-L4"}])
    assert REASSURING not in detail_of(newer, t_score(-3.3, SPINE, 300))


def test_a_value_without_osteoporosis_of_another_hip_leaves_the_figure():
    values = t_score(-1.9, LEFT, 10), t_score(-2.4, RIGHT, 300)
    assert REASSURING in detail_of(*values)


def _of(days: int, named: tuple[str, ...]) -> tuple[str | int, ...]:
    code, *text = named
    return code, days, *text
