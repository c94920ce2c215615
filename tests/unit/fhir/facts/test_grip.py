"""Grip: mean of a hand's trials on the newest day; the dominant hand if recorded, else the stronger."""

from datetime import date

import pytest

from tests.builders import LEFT_GRIP, MEASURES, RIGHT_GRIP, SCT, coded, findings_of, observation, quantity

NAME = "grip-strength"


def grip(value: float, code: object = RIGHT_GRIP, unit: str | None = "kg", **members: object) -> dict:
    return observation(code, value, unit, **members)


def picked(*resources: dict, **options: object):
    return findings_of(*resources, **options).known[NAME]


@pytest.mark.parametrize("order", range(4))
def test_the_mean_of_three_trials_of_the_stronger_hand_counts(order):
    trials = [grip(value, on=f"2026-11-01T09:0{i}:00Z") for i, value in enumerate((12.2, 11.8, 12.0))]
    left = [grip(value, LEFT_GRIP, on="2026-11-01T09:10:00Z") for value in (11.0, 10.7, 10.9)]
    found = picked(*trials, *left, shuffled=order)
    assert found.value == pytest.approx(12.0)
    assert (found.site, found.observed, len(found.provenance)) == ("right hand", date(2026, 11, 1), 3)


def test_trials_of_one_moment_are_trials_and_no_conflict():
    assert picked(grip(12), grip(14), grip(16)).value == pytest.approx(14)


def test_only_the_newest_day_counts():
    assert picked(grip(20, on="2026-09-01"), grip(12, on="2026-11-01")).value == 12


@pytest.mark.parametrize(
    "dominant",
    [
        {"code": coded("grip-strength-dominant", MEASURES)},
        {"code": LEFT_GRIP, "bodySite": {"text": "left hand, dominant"}},
        {"code": coded(LEFT_GRIP, text="Grip, dominant hand")},
    ],
)
def test_the_dominant_hand_counts_where_it_is_recorded(dominant):
    found = picked(grip(20), grip(14, **dominant))
    assert (found.value, found.site) == (14, "dominant hand")


def test_the_other_hand_is_not_the_dominant_one():
    assert picked(grip(20), grip(14, LEFT_GRIP, bodySite={"text": "non-dominant hand"})).value == 20


@pytest.mark.parametrize(
    ("value", "unit", "kilograms"),
    [
        (18, "kg", 18),
        (18, "Kg", 18),
        (18, "kgf", 18),
        (18, "kilogram", 18),
        (200, "N", 200 / 9.80665),
        (40, "[lbf_av]", 40 * 0.45359237),
        (40, "lbf", 40 * 0.45359237),
        (40, "[lb_av]", 40 * 0.45359237),
    ],
)
def test_newton_and_pounds_become_kilogram_force(value, unit, kilograms):
    assert picked(grip(value, unit=unit)).value == pytest.approx(kilograms, rel=1e-6)


@pytest.mark.parametrize(("value", "unit"), [(18, None), (18, "kPa"), (18, "{score}"), (200, "kg")])
def test_a_grip_without_a_unit_or_of_another_scale_is_refused(value, unit):
    assert NAME in findings_of(grip(value, unit=unit)).gaps


@pytest.mark.parametrize("code", ["83175-0", "83176-8", "84418-3"])
def test_scale_scores_are_no_grip(code):
    assert findings_of(grip(52, code, "{score}")).gaps[NAME].reason == "absent"


def test_the_snomed_grip_with_a_period_and_a_hand_as_body_site_is_read():
    members = {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-11-01", "end": "2026-11-01"}}
    found = picked(grip(25, coded("251433001", SCT), bodySite={"text": "Right hand"}, **members))
    assert (found.value, found.site) == (25, "right hand")


def test_a_grip_whose_hand_is_not_recorded_says_so():
    found = picked(grip(25, coded("251433001", SCT)))
    assert found.concerns == ("Which hand was measured is not recorded.",)


def test_the_components_of_the_grip_panel_are_read():
    parts = [
        {"code": coded(LEFT_GRIP), "valueQuantity": quantity(30, "[lbf_av]")},
        {"code": coded(RIGHT_GRIP), "valueQuantity": quantity(35, "[lbf_av]")},
    ]
    found = picked(observation("83145-3", component=parts))
    assert found.value == pytest.approx(35 * 0.45359237)
