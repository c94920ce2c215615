"""Change of paraspinal muscle between two dated MRIs measured the same way."""

from datetime import date

import pytest

from tests.builders import findings_of, measure

AREA, SIGNAL = "paraspinal-csa", "paraspinal-signal"


def two(
    *values: float,
    days: tuple[str, ...] = ("2026-03-01", "2026-11-01"),
    **members: object,
) -> list[dict]:
    return [
        measure(AREA, value, "cm2", on=day, **members)
        for value, day in zip(values, days, strict=True)
    ]


@pytest.mark.parametrize("order", range(3))
def test_the_newest_value_is_compared_with_the_newest_earlier_one(order):
    values = two(42.0, 40.0, 36.0, days=("2025-06-01", "2026-03-01", "2026-11-01"))
    found = findings_of(*values, shuffled=order)
    change = found.known["paraspinal-csa-change"]
    assert change.value == pytest.approx(-10.0)
    assert (change.since, change.observed, change.unit) == (
        date(2026, 3, 1),
        date(2026, 11, 1),
        "%",
    )
    assert change.concerns == ()
    assert found.known[AREA].value == 36.0


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"device": {"reference": "Device/a"}}, {"device": {"reference": "Device/b"}}),
        ({"method": {"text": "T1"}}, {"method": {"text": "T2"}}),
        ({"bodySite": {"text": "L1"}}, {"bodySite": {"text": "L3"}}),
    ],
)
def test_values_that_were_not_measured_the_same_way_are_not_compared(earlier, later):
    values = [
        measure(AREA, 40, "cm2", on="2026-03-01", **earlier),
        measure(AREA, 36, "cm2", on="2026-11-01", **later),
    ]
    assert findings_of(*values).gaps["paraspinal-csa-change"].reason == "undetermined"
