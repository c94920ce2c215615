"""Titles next to a harmless code that hold a part of a grave word, and mean none."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of


def titled(title):
    code = {**codeable(ICD, "I10"), "text": title}
    return card_of(problem("x", number="listed", days=20, code=code))


@pytest.mark.parametrize(
    "title",
    [
        *("Mammographie unverdächtig", "PsA 20 years psoriatic arthritis"),
        *("psoriatic arthritis (PsA) 15 joints", "CEA 80% stenosis"),
        *("gammapathie monoclonale de signification indéterminée",),
        *("Helicobacter biopsy positive", "BI-RADS 4a benign on biopsy"),
        *("cogwheel rigors", "positive blood culture 2019 treated"),
    ],
)
def test_they_leave_nothing_open(title):
    detail = titled(title)["detail"]
    assert "Not known" not in detail
    assert "below the usual" in titled(title)["summary"] + detail


@pytest.mark.parametrize(
    "title",
    [
        *("Befund verdächtig", "PSA 15", "CEA 80", "BI-RADS 4a"),
        *("gammapathie monoclonale de type IgG", "bone biopsy positive"),
        *("rigors", "positive blood culture", "positive blood culture 2026"),
    ],
)
def test_what_tells_of_one_still_does(title):
    assert "Not known" in titled(title)["detail"]
