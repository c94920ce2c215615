"""Half a hip that was replaced since the operation tells of a broken one."""

import pytest

from tests.patients.leaving import act_done, summaries_beside


@pytest.mark.parametrize(
    "title",
    [
        *("Bipolar hip prosthesis", "Hip hemi-endoprosthesis", "Schenkelhalsprothese"),
        *("Bipolare Prothese Hüfte", "Hüft-HEP rechts", "Kophalsprothese"),
        *("Endoprotesi parziale anca", "Prótesis parcial de cadera"),
        *("半髋关节置换术", "人工股骨头置换术", "인공골두치환술"),
    ],
)
def test_it_is_to_be_read(title: str) -> None:
    (summary,) = summaries_beside(act_done(title))
    assert "names an injury or grave illness" in summary


@pytest.mark.parametrize(
    "title",
    [
        *("Bipolar disorder review", "Hip prosthesis check", "Bipolar arm, hip pain"),
        *("Removal of bipolar hip prosthesis", "Z.n. Hüft-HEP", "Prothesenpass Hüfte"),
    ],
)
def test_another_thing_of_that_name_is_not(title: str) -> None:
    assert not any("injury" in one for one in summaries_beside(act_done(title)))
