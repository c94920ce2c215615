"""Grip: mean of a hand's trials on the newest day; the dominant hand if recorded, else the stronger."""

from datetime import date

import pytest

from tests.builders import (
    LEFT_GRIP,
    RIGHT_GRIP,
    coded,
    findings_of,
    observation,
    quantity,
)
from tests.codes import MEASURES, SCT

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


@pytest.mark.parametrize(
    ("resources", "value", "site"),
    [
        # trials of one moment are no conflict
        pytest.param(
            [grip(12), grip(14), grip(16)], 14, "right hand", id="trials of one moment"
        ),
        pytest.param(
            [grip(20, on="2026-09-01"), grip(12, on="2026-11-01")],
            12,
            "right hand",
            id="the newer day",
        ),
        pytest.param(
            [grip(20), grip(14, code=coded("grip-strength-dominant", system=MEASURES))],
            14,
            "dominant hand",
            id="the dominant hand by code",
        ),
        pytest.param(
            [
                grip(20),
                grip(14, code="83173-5", bodySite={"text": "left hand, dominant"}),
            ],
            14,
            "dominant hand",
            id="the dominant hand by site",
        ),
        pytest.param(
            [grip(20), grip(14, code=coded("83173-5", text="Grip, dominant hand"))],
            14,
            "dominant hand",
            id="the dominant hand by name",
        ),
        pytest.param(
            [
                grip(20),
                grip(14, code="83173-5", bodySite={"text": "non-dominant hand"}),
            ],
            20,
            "right hand",
            id="the other hand by site",
        ),
        pytest.param([grip(18, unit="kg")], 18, "right hand", id="kg"),
        pytest.param([grip(18, unit="Kg")], 18, "right hand", id="Kg"),
        pytest.param([grip(18, unit="kgf")], 18, "right hand", id="kgf"),
        pytest.param([grip(18, unit="kilogram")], 18, "right hand", id="kilogram"),
        pytest.param(
            [grip(200, unit="N")], 20.394324259558566, "right hand", id="newton"
        ),
        pytest.param(
            [grip(40, unit="[lbf_av]")],
            18.143694800000002,
            "right hand",
            id="pound-force",
        ),
        pytest.param(
            [grip(40, unit="lbf")], 18.143694800000002, "right hand", id="lbf"
        ),
        pytest.param(
            [grip(40, unit="[lb_av]")], 18.143694800000002, "right hand", id="pounds"
        ),
        pytest.param(
            [
                grip(
                    25,
                    code=coded("251433001", system=SCT),
                    bodySite={"text": "Right hand"},
                    effectiveDateTime=None,
                    effectivePeriod={"start": "2026-11-01", "end": "2026-11-01"},
                )
            ],
            25,
            "right hand",
            id="a period",
        ),
        pytest.param(
            [
                observation(
                    "83145-3",
                    component=[
                        {
                            "code": coded("83173-5"),
                            "valueQuantity": quantity(30, unit="[lbf_av]"),
                        },
                        {
                            "code": coded("83174-3"),
                            "valueQuantity": quantity(35, unit="[lbf_av]"),
                        },
                    ],
                )
            ],
            15.875732950000002,
            "right hand",
            id="a panel",
        ),
    ],
)
def test_the_grip_that_counts_in_kilogram_force_with_its_hand(resources, value, site):
    found = picked(*resources)
    assert found.value == pytest.approx(value, rel=1e-6)
    assert (found.site, found.concerns) == (site, ())


@pytest.mark.parametrize(
    ("right", "left"),
    [
        ("Grip R", "Grip L"),
        ("Grip Rt", "Grip Lt"),
        ("Grip (R)", "Grip (L)"),
        ("Handkraft re", "Handkraft li"),
        ("Fuerza de prensión mano dcha", "Fuerza de prensión mano izq"),
        ("Forza di presa dx", "Forza di presa sx"),
        ("Knijpkracht rechterhand", "Knijpkracht linkerhand"),
        ("Siła uścisku ręki prawej", "Siła uścisku ręki lewej"),
        ("右握力", "左握力"),
        ("악력 우측", "악력 좌측"),
        ("오른손 악력", "왼손 악력"),
    ],
)
def test_two_hands_told_apart_by_words_have_no_mean(right, left):
    hands = [
        grip(value, code=coded("grip-strength", system=MEASURES, text=title))
        for value, title in ((14, right), (16, left))
    ]
    found = picked(*hands)
    assert (found.value, found.site) == (16, "left hand")
