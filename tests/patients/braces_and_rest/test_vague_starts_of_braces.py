"""A brace that begins in a month or a year has no end to choose beforehand."""

import pytest

from tests.chart_builders import (
    HCPCS,
    ask,
    brace,
    by_topic,
    codeable,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ICD
from tests.patients.reassuring import dated, end_is_selected, reassuring_record

WHY = "count from a month or year, not from a day"


def cards_with(order, *record, operation=None):
    body = order_sign(reassuring_record(*record), operation or kyphoplasty(), order)
    return by_topic(ask(body))


@pytest.mark.parametrize(
    "times",
    [
        pytest.param({"occurrencePeriod": {"start": "2026-11"}}, id="this month"),
        pytest.param({"occurrencePeriod": {"start": "2026-12"}}, id="next month"),
        pytest.param({"occurrencePeriod": {"start": "2026"}}, id="year"),
        pytest.param(
            {"occurrencePeriod": {"start": "2026-11", "end": "2027-06"}}, id="with end"
        ),
        pytest.param({"occurrenceDateTime": "2026-11"}, id="dateTime"),
        pytest.param(
            {"occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026-11"}}}},
            id="timing",
        ),
        pytest.param({"authoredOn": "2026-11"}, id="day of writing"),
    ],
)
def test_a_vague_start_pre_selects_no_end(times):
    cards = cards_with(brace(**times))
    assert not end_is_selected(cards)
    assert WHY in cards["braceLimit"]["detail"]


def test_nobody_has_worn_what_is_ordered_now_since_the_new_year():
    cards = cards_with(brace(occurrencePeriod={"start": "2026"}))
    assert cards["braceLimit"]["summary"].startswith("TLSO: no end date.")


@pytest.mark.parametrize(
    "planned",
    [
        pytest.param({"occurrenceDateTime": "2026-12"}, id="next month"),
        pytest.param({"occurrenceDateTime": "2026-11"}, id="this month"),
        pytest.param({"occurrencePeriod": {"start": "2026-12"}}, id="period"),
    ],
)
def test_nor_does_an_operation_planned_for_a_month(planned):
    cards = cards_with(brace(), operation=kyphoplasty(**planned))
    assert not end_is_selected(cards)
    assert WHY in cards["braceLimit"]["detail"]


def test_nor_does_a_renewal_of_a_brace_of_some_month():
    first = of_patient(
        "DeviceRequest",
        "first",
        status="active",
        intent="order",
        codeCodeableConcept=codeable(HCPCS, "L0456"),
        authoredOn="2026-10-10",
        occurrencePeriod={"start": "2026-10"},
    )
    fracture = dated(codeable(ICD, "S32.010A"), days=60)
    assert not end_is_selected(cards_with(brace(), fracture, first))


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(brace(), id="without times"),
        pytest.param(brace(occurrencePeriod={"start": "2026-11-20"}), id="a day"),
        pytest.param(
            brace(authoredOn="2026-11", occurrencePeriod={"start": "2026-11-20"}),
            id="a day, written in some month",
        ),
    ],
)
def test_an_exact_start_pre_selects_the_end(order):
    cards = cards_with(order)
    assert end_is_selected(cards)
    assert WHY not in cards["braceLimit"]["detail"]
