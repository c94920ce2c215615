"""The end of a brace is not pre-selected next to a hip that broke with the spine."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import cards_of

END = "Set end 15 Jan 2027"


def ends(*entries):
    """Return the suggestions that end the brace, with their pre-selection."""
    card = cards_of(*entries)["braceLimit"]
    return {
        one["label"]: one.get("isRecommended", False) for one in card["suggestions"]
    }


@pytest.mark.parametrize("days", [5, 20, 42])
def test_a_fresh_hip_leaves_the_end_to_be_chosen(days):
    assert ends(problem("S72.001A", number="h", days=days))[END] is False


def test_an_old_hip_does_not():
    assert ends(problem("S72.001A", number="h", days=60))[END] is True


def test_without_a_hip_it_is_pre_selected():
    assert ends()[END] is True
