"""What stands beside the code of a brace or an operation may change the card."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    period,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import quiet_record


def signed(operation, end):
    record = quiet_record(measured("bmd-t-score", -2.8))
    return ask(order_sign(record, operation, end))


def chosen(cards):
    return [
        one["label"]
        for card in cards
        for one in card.get("suggestions", ())
        if one.get("isRecommended")
    ]


@pytest.mark.parametrize(
    ("operation", "beside"),
    [
        pytest.param({}, {"reasonCode": [codeable(ICD, "S22.060A")]}, id="brace of T7"),
        pytest.param({"category": [{"text": "fusion"}]}, {}, id="category"),
        pytest.param(
            {"asNeededCodeableConcept": {"text": "if unstable add screws"}},
            {},
            id="as needed",
        ),
    ],
)
def test_the_end_of_a_brace_is_only_offered(operation, beside):
    worn = brace(occurrencePeriod=period(0, 140), **beside)
    labels = chosen(signed(kyphoplasty(**operation), worn))
    assert not [one for one in labels if one.startswith("Set end")]


@pytest.mark.parametrize(
    ("reason", "level"),
    [
        pytest.param(codeable(ICD, "S22.060A"), "T7-T8", id="code"),
        pytest.param({"text": "L4 fracture"}, "L4", id="words"),
    ],
)
def test_a_brace_for_another_level_is_named_by_it(reason, level):
    worn = brace(occurrencePeriod=period(0, 140), reasonCode=[reason])
    detail = by_topic(signed(kyphoplasty(), worn))["braceLimit"]["detail"]
    assert (
        f"**Reason to keep not excluded:** another fresh fracture ({level})\n"
        in f"{detail}\n"
    )


@pytest.mark.parametrize(
    ("operation", "beside"),
    [
        pytest.param({}, {"reasonCode": [codeable(ICD, "S32.010A")]}, id="brace of L1"),
        pytest.param({"category": [{"text": "Surgical procedure"}]}, {}, id="category"),
        pytest.param({"asNeededBoolean": False}, {}, id="as needed"),
    ],
)
def test_the_end_of_a_brace_is_chosen(operation, beside):
    worn = brace(occurrencePeriod=period(0, 140), **beside)
    labels = chosen(signed(kyphoplasty(**operation), worn))
    assert [one for one in labels if one.startswith("Set end")]
