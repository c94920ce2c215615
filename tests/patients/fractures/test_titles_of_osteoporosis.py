"""The official titles of osteoporosis that deny a fracture."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of


def titled(code, title):
    return codeable(ICD, code) | {"text": title}


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("M81.0", "Age-related osteoporosis without current pathological fracture"),
        ("M81.8", "Other osteoporosis without current pathological fracture"),
        ("M81.0", "Osteoporosis without pathologic fracture"),
    ],
)
def test_a_title_that_denies_a_fracture_leaves_none_open(code, title):
    entry = problem(code, number="osteoporosis", days=700, code=titled(code, title))
    detail = cards_of(entry)["rehabilitation"]["detail"]
    assert "Not known" not in detail
    assert "below the usual" in detail


@pytest.mark.parametrize(
    "title",
    [
        "Age-related osteoporosis with current pathological fracture",
        "Osteoporosis with fracture",
    ],
)
def test_a_title_that_names_a_fracture_is_no_denial(title):
    entry = problem(
        "M81.0", number="osteoporosis", days=700, code=titled("M81.0", title)
    )
    assert "below the usual" not in cards_of(entry)["rehabilitation"]["detail"]
