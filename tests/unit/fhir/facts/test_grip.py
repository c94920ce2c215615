"""Grip: mean of a hand's trials on the newest day; the dominant hand if recorded, else the stronger."""

from datetime import date

import pytest

from tests.builders import LEFT_GRIP, RECORD, RIGHT_GRIP, findings_of, observation
from tests.tables import cases

NAME = "grip-strength"


def grip(
    value: float, code: object = RIGHT_GRIP, unit: str | None = "kg", **members: object
) -> dict:
    return observation(code, value, unit, **members)


def picked(*resources: dict, **options: object):
    return findings_of(*resources, **options).known[NAME]


@pytest.mark.parametrize("order", range(4))
def test_the_mean_of_three_trials_of_the_stronger_hand_counts(order):
    trials = [
        grip(value, on=f"2026-11-01T09:0{i}:00Z")
        for i, value in enumerate((12.2, 11.8, 12.0))
    ]
    left = [
        grip(value, LEFT_GRIP, on="2026-11-01T09:10:00Z")
        for value in (11.0, 10.7, 10.9)
    ]
    found = picked(*trials, *left, shuffled=order)
    assert found.value == pytest.approx(12.0)
    assert (found.site, found.observed, len(found.provenance)) == (
        "right hand",
        date(2026, 11, 1),
        3,
    )


ROWS = RECORD | {"grip": grip}


@pytest.mark.parametrize(
    ("resources", "value", "site"),
    cases(__file__, "the_grip_that_counts_in_kilogram_force_with_its_hand", ROWS),
)
def test_the_grip_that_counts_in_kilogram_force_with_its_hand(resources, value, site):
    found = picked(*resources)
    assert found.value == pytest.approx(value, rel=1e-6)
    assert (found.site, found.concerns) == (site, ())
