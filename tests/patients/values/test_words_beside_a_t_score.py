"""Words in method, device or extension of a T-score count as those of a note."""

from typing import Any

import pytest

from tests.chart_builders import measured
from tests.patients.reassuring import first_card

REASSURING = "below the usual"
ADDED = "http://example.org/remark"


def _detail(**members: Any) -> str:
    value = measured("bmd-t-score", -0.5, **members)
    return str(first_card(value, measured("bmi", 27))["detail"])


@pytest.mark.parametrize(
    "words", ["DXA of 2012", "L1 fractured", "hip -2.9", "osteoporosis", "Z-score"]
)
@pytest.mark.parametrize("element", ["note", "method", "device", "extension"])
def test_what_a_note_would_refuse_does_not_reassure(element: str, words: str) -> None:
    said: dict[str, Any] = {
        "note": [{"text": words}],
        "method": {"text": words},
        "device": {"display": words},
        "extension": [{"url": ADDED, "valueString": words}],
    }
    assert REASSURING not in _detail(**{element: said[element]})


def test_a_lower_score_of_another_member_of_the_panel_leaves_it_open() -> None:
    member = {"reference": "Observation/o2", "display": "T-score hip -3.2"}
    assert REASSURING not in _detail(hasMember=[member])


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"method": {"text": "DXA"}}, id="method"),
        pytest.param({"device": {"display": "Hologic Horizon"}}, id="device"),
        pytest.param(
            {"hasMember": [{"reference": "Observation/o2", "display": "T-score hip"}]},
            id="member",
        ),
        pytest.param(
            {"extension": [{"url": ADDED, "valueString": "DXA"}]}, id="extension"
        ),
    ],
)
def test_plain_words_there_leave_it_as_it_is(members: dict[str, Any]) -> None:
    assert REASSURING in _detail(**members)
