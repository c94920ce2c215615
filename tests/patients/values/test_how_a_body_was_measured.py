"""How weight, height and BMI were found: an estimate reassures nobody."""

from typing import Any

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
)
from tests.patients.reassuring import quiet_record


def _is_below(**of_weight: Any) -> bool:
    weight = measured("weight", 75, **of_weight)
    return _reassures(measured("height", 1.65), weight)


def _reassures(*sizes: Resource) -> bool:
    record = quiet_record(measured("bmd-t-score", -1.5), *sizes)
    cards = by_topic(ask(order_sign(record, kyphoplasty(), brace())))
    return "below the usual" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "how",
    [
        {"method": {"text": "Estimated"}},
        {"method": {"text": "Stated by patient"}},
        {"method": {"text": "patient reported"}},
        {"method": {"text": "Geschätzt"}},
        {"method": {"text": "Angabe der Patientin"}},
        {"device": {"display": "Estimated"}},
        {
            "component": [
                {"code": {"text": "Comment"}, "valueString": "wheelchair included"}
            ]
        },
    ],
    ids=str,
)
def test_a_weight_that_nobody_measured_calls_no_risk_below(how: Resource) -> None:
    assert not _is_below(**how)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"method": {"text": "Standing scale"}},
        {"method": {"text": "Weighing patient (procedure)"}},
        {"method": {"text": "Bettwaage"}},
        {"device": {"display": "seca 952"}},
    ],
    ids=str,
)
def test_one_that_was_weighed_does(how: Resource) -> None:
    assert _is_below(**how)


def test_a_height_in_a_wheelchair_or_a_stated_bmi_calls_no_risk_below() -> None:
    seated = measured("height", 1.30, method={"text": "measured in wheelchair"})
    assert not _reassures(seated, measured("weight", 45))
    assert not _reassures(measured("bmi", 27, method={"text": "self-reported"}))


def test_a_bmi_that_was_calculated_does() -> None:
    assert _reassures(measured("bmi", 27, method={"text": "Calculated"}))
