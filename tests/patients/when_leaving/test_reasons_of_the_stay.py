"""What a patient came for is no illness of the operation, even without a day."""

from typing import Any

import pytest

from tests.chart_builders import Resource, inpatient
from tests.codes import codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import STAY, everything_arranged, leave, leaving_chart

ROLE = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
PERHAPS = ": grave illness perhaps since the operation. Read before leaving."
UNDATED: dict[str, Any] = {
    "onsetDateTime": None,
    "recordedDate": None,
    "encounter": {"reference": f"Encounter/{STAY}"},
}
EMBOLISM = coded("I26.99", days=None, **UNDATED)
NAMED = {"reference": f"Condition/{EMBOLISM['id']}"}
BY_REFERENCE = {"reasonReference": [NAMED]}


def by_role(role: str, condition: Resource = NAMED, **members: Any) -> Resource:
    """A diagnosis of the stay in this role."""
    use = {"use": codeable(ROLE, role)} if role else {}
    return {"diagnosis": [{"condition": condition} | use | members]}


def cards_of(entry: Resource, stay: Resource) -> list[Resource]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    record = leaving_chart(*everything_arranged(), drug, entry)
    others = tuple(one for one in record if one["resourceType"] != "Encounter")
    return leave((*others, inpatient() | stay))


@pytest.mark.parametrize(
    "stay",
    [
        pytest.param(BY_REFERENCE, id="reason"),
        pytest.param(by_role("AD"), id="admission"),
        pytest.param(by_role("CC"), id="complaint"),
        pytest.param(by_role("pre-op"), id="before the operation"),
    ],
)
def test_what_the_stay_is_for_is_not_asked_about(stay: Resource) -> None:
    assert not cards_of(EMBOLISM, stay)


@pytest.mark.parametrize(
    "stay",
    [
        pytest.param({}, id="not named"),
        pytest.param(by_role(""), id="no role"),
        pytest.param(by_role("", rank=1), id="rank alone"),
        pytest.param(by_role("DD"), id="discharge"),
        pytest.param(by_role("CM"), id="comorbidity"),
        pytest.param(by_role("post-op"), id="after the operation"),
        pytest.param(by_role("billing"), id="billing"),
        pytest.param(BY_REFERENCE | by_role("post-op"), id="both"),
        pytest.param(by_role("AD", {"reference": "Condition/another"}), id="another"),
    ],
)
def test_another_diagnosis_of_the_stay_is(stay: Resource) -> None:
    (card,) = cards_of(EMBOLISM, stay)
    assert card["summary"].endswith(PERHAPS)


def test_its_day_counts_before_the_reason() -> None:
    (card,) = cards_of(coded("I26.99", days=1) | {"id": EMBOLISM["id"]}, BY_REFERENCE)
    assert card["summary"].endswith(
        ": grave illness since the operation. Read before leaving."
    )


def test_an_injury_that_led_to_the_stay_is_not_asked_about() -> None:
    head = coded("S06.5X0A", days=None, **UNDATED)
    named = {"reference": f"Condition/{head['id']}"}
    (card,) = cards_of(head, {})
    assert "head injury (day unknown)" in card["summary"]
    assert not cards_of(head, {"reasonReference": [named]})


def test_a_broken_hip_is_named_whatever_it_came_with() -> None:
    hip = coded("S72.001A", days=None, **UNDATED)
    named = {"reference": f"Condition/{hip['id']}"}
    (card,) = cards_of(hip, {"reasonReference": [named]})
    assert "hip fracture (day unknown)" in card["summary"]


def test_trouble_of_bladder_that_led_to_the_stay_is_still_examined() -> None:
    bladder = coded("R33.9", days=None, **UNDATED)
    named = {"reference": f"Condition/{bladder['id']}"}
    for stay in ({}, {"reasonReference": [named]}):
        (card,) = cards_of(bladder, stay)
        assert "deficit" in card["summary"] + card["detail"]
