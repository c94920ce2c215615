"""Several broken vertebrae in German names are several fractures at once."""

import pytest

from tests.chart_builders import cards_for, kyphoplasty, problem, quiet_lists

THREE = [
    *("Frakturen LWK 2 und 3", "Frakturen BWK 11-LWK 2", "Frakturen LWK 1 bis 3"),
    *("Wirbelkörperfrakturen LWK 2, LWK 3", "Frische Frakturen LWK 1-3"),
    *("Frakturen BWK 12, LWK 1 und LWK 2", "Frakturen: LWK 1, LWK 3, BWK 12"),
]


def summary_beside(words):
    entry = problem("x", number="said", days=20, code={"text": words})
    return cards_for([*quiet_lists(), entry], kyphoplasty())["rehabilitation"]


@pytest.mark.parametrize("words", THREE)
def test_three_vertebrae_warn(words):
    card = summary_beside(words)
    assert card["indicator"] == "warning"
    assert "fractures at once" in card["summary"]


@pytest.mark.parametrize("words", ["Frakturen", "Frakturen LWK 1", "Frakturen der LWS"])
def test_fractures_whose_vertebrae_are_not_named_do_not(words):
    assert "at once" not in summary_beside(words)["summary"]
