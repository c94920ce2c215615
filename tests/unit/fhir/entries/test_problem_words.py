"""What the texts of one entry say together."""

from itertools import permutations

import pytest

from cds_service.fhir.entries.words.problem_words import read_problem_words
from tests.order_builders import terminology


@pytest.mark.parametrize(
    ("texts", "suspected"),
    [
        pytest.param(["Dementia?", "Dementia"], "dementia", id="whole"),
        pytest.param(["diab. mell.?", "diabetes mellitus"], "diabetes", id="cut"),
    ],
)
def test_a_text_that_suspects_wins_in_any_order(texts, suspected):
    readings = {
        read_problem_words(frozenset(), order, terminology())
        for order in permutations(texts)
    }
    (reading,) = readings
    assert suspected in reading.suspected
    assert suspected not in reading.stated
