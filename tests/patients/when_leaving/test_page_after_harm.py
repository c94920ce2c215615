"""The page for the patient reassures nobody after an injury or a complication."""

from typing import Any

import pytest

from tests.codes import ICD, codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import page_after
from tests.patients.reassuring import imaging

EMBOLISM = codeable(ICD, "I26.99")


@pytest.mark.parametrize(
    ("entries", "members"),
    [
        pytest.param([coded("W06.XXXA", days=1)], {}, id="a fall"),
        pytest.param([coded("S72.001A", days=1)], {}, id="a broken hip"),
        pytest.param([coded("S52.501A", days=1)], {}, id="a broken wrist"),
        pytest.param([], {"complication": [EMBOLISM]}, id="an embolism"),
        pytest.param([], {"complication": [{"text": "Pneumonia"}]}, id="a pneumonia"),
        pytest.param(
            [], {"complication": [{"text": "legs numb"}]}, id="not understood"
        ),
        pytest.param([imaging(days=1, conclusionCode=[EMBOLISM])], {}, id="a result"),
    ],
)
def test_the_page_does_not_say_how_to_move(
    entries: list[Any], members: dict[str, Any]
) -> None:
    assert page_after(*entries, **members)["mayTrain"] is False


def test_after_a_denial_it_does() -> None:
    assert page_after(complication=[{"text": "None"}])["mayTrain"] is True
