"""A sample of the operation is awaited, whatever it is called, and the page waits."""

import pytest

from tests.chart_builders import Asked
from tests.patients.inpatients import statement
from tests.patients.leaving import (
    act_done,
    act_ordered,
    everything_arranged,
    leave,
    leaving_chart,
    summaries_beside,
)

PENDING = "biopsy result pending. Who looks at it?"


@pytest.mark.parametrize(
    "title",
    ["Transpedicular biopsy", "Biopsie osseuse", "Biopsja kręgu", "추체 생검"],
)
def test_the_page_waits_for_the_result(title):
    asked = Asked()
    taken = statement("alendronate", "M05BA04", 1)
    (card,) = leave(
        leaving_chart(*everything_arranged(), taken, act_done(title, days=2)), asked
    )
    assert card["summary"].endswith(PENDING)
    (entry,) = asked.log.entries
    assert entry.content["handout"]["mayTrain"] is False


@pytest.mark.parametrize(
    "title", ["Pathology request", "FNA L1", "Specimen to lab", "Tissue culture"]
)
def test_a_sample_by_another_name_is_awaited(title):
    assert summaries_beside(act_ordered(title, days=2))
    assert summaries_beside(act_done(title, days=2))


@pytest.mark.parametrize(
    "title",
    ["Urine specimen to lab", "Speech pathology", "FNA thyroid", "Stool culture"],
)
def test_other_samples_are_not(title):
    assert summaries_beside(act_ordered(title, days=2)) == []


SAMPLES = [
    *("Bone sample L1", "Core sample L1", "Specimen L1 vertebral body"),
    *("Knochenprobe LWK 1", "Prélèvement osseux", "Muestra ósea", "Campione osseo"),
    *("Botmonster", "Próbka kości", "骨組織検体提出", "骨标本送检", "골 조직 검사"),
    "Immunohistochemistry",
]


@pytest.mark.parametrize("act", [act_ordered, act_done])
@pytest.mark.parametrize("title", SAMPLES)
def test_a_sample_of_bone_in_any_language_is_awaited(title, act):
    (card,) = summaries_beside(act(title, days=2))
    assert card.endswith(PENDING)


@pytest.mark.parametrize("act", [act_ordered, act_done])
@pytest.mark.parametrize(
    "title",
    [
        *("Bone density", "Urine sample", "Blood sample", "Core strengthening"),
        *("Urinprobe", "Kreuzprobe", "Prélèvement sanguin", "Muestra de orina"),
        *("Campione di urine", "Bloedmonster", "Próbka krwi", "血液標本", "尿标本"),
        *("뼈 검사", "Skin specimen", "Bone sample result discussed"),
    ],
)
def test_a_sample_of_something_else_is_not(title, act):
    assert summaries_beside(act(title, days=2)) == []
