"""A complication that the operation itself names is read before the patient leaves."""

from typing import Any

import pytest

from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave


def after(**members: Any) -> list[str]:
    """The cards of somebody for whom all else is arranged."""
    operation = kyphoplasty_done("L1", **members)
    drug = statement("alendronate", "M05BA04", 1)
    broken = coded("M80.08XA", days=20)
    record = chart(broken, operation, *everything_arranged(), drug)
    return [card["summary"] for card in leave(record)]


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"text": "Pulmonary embolism"}, id="in words"),
        pytest.param(
            {"text": "Pulmonary embolism, no neurological deficit"}, id="and a denial"
        ),
        pytest.param({"text": "Heart failure"}, id="a plain reason elsewhere"),
        pytest.param(codeable(ICD, "I26.99"), id="embolism"),
        pytest.param(codeable(ICD, "I26.99") | {"text": "-"}, id="and a dash"),
        pytest.param(codeable(ICD, "I26.99") | {"text": "n/a"}, id="and no answer"),
        pytest.param(codeable(ICD, "I46.9"), id="cardiac arrest"),
        pytest.param(codeable(ICD, "T88.6XXA"), id="anaphylaxis"),
        pytest.param(
            codeable(SCT, "59282003", "Pulmonary embolism"), id="embolism, SNOMED CT"
        ),
    ],
)
def test_a_complication_is_to_be_read(stated):
    (said,) = after(complication=[stated])
    assert said.endswith("Read before leaving.")


def test_so_is_one_that_is_an_entry_of_its_own():
    (said,) = after(complicationDetail=[{"reference": "Condition/embolism"}])
    assert said.endswith("Read before leaving.")


@pytest.mark.parametrize(
    "words",
    ["None", "None.", "No complications", "keine Komplikationen", "Uneventful", "-"],
)
def test_where_there_was_none_no_card_says_so(words):
    assert after(complication=[{"text": words}]) == []
