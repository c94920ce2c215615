"""A death that the record tells in a form nobody can read is left open."""

from typing import Any

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import reassuring_record

FORMS = [
    pytest.param({"deceasedDateTime": "20.11.2026"}, id="a day that is none"),
    pytest.param({"deceasedDateTime": "yes"}, id="a word"),
    pytest.param({"deceasedBoolean": "perhaps"}, id="neither yes nor no"),
]
OPEN = "death of the patient not excluded"


def with_death(said: Any, record: Any) -> Any:
    """This record, with what its Patient says of a death."""
    return tuple(
        one | said if one["resourceType"] == "Patient" else one for one in record
    )


@pytest.mark.parametrize("said", FORMS)
def test_a_death_that_cannot_be_read_is_named(said: Any) -> None:
    (card,) = leave(with_death(said, leaving_chart()))
    assert OPEN in card["detail"]


@pytest.mark.parametrize("said", FORMS)
def test_the_signing_names_it_too(said: Any) -> None:
    record = with_death(said, reassuring_record())
    card = by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]
    assert OPEN in card["detail"]


@pytest.mark.parametrize("said", [{}, {"deceasedBoolean": False}])
def test_of_the_living_nothing_is_said(said: Any) -> None:
    (card,) = leave(with_death(said, leaving_chart()))
    assert "death" not in card["detail"]
