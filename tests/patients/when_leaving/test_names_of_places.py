"""A hospital or a clinic whose name holds the letters of intensive care is none."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.inpatients import statement
from tests.patients.leaving import STAY, everything_arranged, leave, leaving_chart


def summaries_at(place):
    """The summaries of somebody who came to this place the day after the operation."""
    stay = of_patient(
        "Encounter",
        STAY,
        status="in-progress",
        **{"class": {"code": "IMP"}},
        period={"start": days_ago(3)},
        location=[
            {"location": {"display": place}, "period": {"start": days_ago(1)}},
        ],
    )
    taken = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), taken)
    others = [one for one in chart if one.get("resourceType") != "Encounter"]
    return [card["summary"] for card in leave((*others, stay))]


@pytest.mark.parametrize(
    "place",
    [
        *("UCI Medical Center, 4 West", "USC Keck Hospital", "UCI Health, 5 North"),
        *("Critical Care Follow-up Clinic", "CCU clinic", "Intensive rehabilitation"),
        *("Intermediate Care Unit, Rehab House", "Step-up bed, community hospital"),
        *("Ward 4", "Reha-Station", "PACU", "Recovery room, ICU building"),
    ],
)
def test_is_no_intensive_care(place):
    assert summaries_at(place) == []


@pytest.mark.parametrize(
    "place",
    [
        *("ICU 3", "UCI 2", "UCI, cama 4", "USC cardio", "Intensivstation 2", "REA 2"),
        *("UCI Medical Center, ICU 4", "Intermediate care", "Step-up unit", "IC 2"),
        *("Oddział Intensywnej Terapii", "Terapia Intensiva", "重症监护室", "중환자실"),
        *("Stroke Unit", "HDU", "集中治療室", "Réanimation chirurgicale"),
    ],
)
def test_is_intensive_care(place):
    (summary,) = summaries_at(place)
    assert summary.endswith("Read before leaving.")
