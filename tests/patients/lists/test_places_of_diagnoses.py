"""A coded diagnosis reassures nobody, in whatever place of the record it is named.

It is judged as on the problem list, or leaves open what it would say there.
"""

from typing import Any

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import (
    Cards,
    dated,
    imaging,
    reassuring_record,
    selected,
)

TRAINING = ("rehabilitation", "Refer to rehabilitation")
FALLS = dated(codeable(ICD, "R29.6"), days=30, number="falls")
OPERATION, BRACE = kyphoplasty(), brace()


def on_list(code: Resource) -> Cards:
    return _cards(dated(code, days=20))


def of_stay(code: Resource) -> Cards:
    return _cards(inpatient() | {"reasonCode": [code]})


def of_test(code: Resource) -> Cards:
    return _cards(_ordered("ServiceRequest", code, code={"text": "Full blood count"}))


def of_drug(code: Resource) -> Cards:
    name = {"text": "Paracetamol"}
    return _cards(_ordered("MedicationRequest", code, medicationCodeableConcept=name))


def of_act(code: Resource) -> Cards:
    done = {"status": "completed", "performedDateTime": days_ago(5)}
    title = {"text": "Gastroscopy"}
    return _cards(of_patient("Procedure", "act", code=title, reasonCode=[code], **done))


def of_report(code: Resource) -> Cards:
    return _cards(imaging("Osteoporotic fracture of L1.", conclusionCode=[code]))


def of_brace(code: Resource) -> Cards:
    return _cards(drafts=(OPERATION, brace(reasonCode=[code])))


def of_operation(code: Resource) -> Cards:
    return _cards(drafts=(kyphoplasty(reasonCode=[code]), BRACE))


PLACES = [
    on_list,
    of_stay,
    of_test,
    of_drug,
    of_act,
    of_report,
    of_brace,
    of_operation,
]


def _ordered(kind: str, reason: Resource, **members: Any) -> Resource:
    order = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    return of_patient(kind, "order", reasonCode=[reason], **order | members)


def _cards(*entries: Resource, drafts: tuple[Resource, ...] = ()) -> Cards:
    record = reassuring_record(FALLS, *entries)
    return by_topic(ask(order_sign(record, *(drafts or (OPERATION, BRACE)))))


def _chosen_end(cards: Cards) -> bool:
    return any(topic == "braceLimit" for topic, _ in selected(cards))


def test_falls_alone_choose_training_and_the_end_of_the_brace() -> None:
    cards = _cards()
    assert TRAINING in selected(cards)
    assert _chosen_end(cards)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", ["S12.110A", "S12.9XXA", "S13.101A", "M96.0"])
def test_a_spine_that_may_be_unstable_forbids_training_and_an_end(
    place: Any, code: str
) -> None:
    cards = place(codeable(ICD, code))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert TRAINING not in selected(cards)
    assert not _chosen_end(cards)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", ["S32.10XA", "S32.501A", "S32.82XA"])
def test_so_does_a_broken_pelvis(place: Any, code: str) -> None:
    cards = place(codeable(ICD, code))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert TRAINING not in selected(cards)
    assert not _chosen_end(cards)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", ["S82.201A", "S92.001A", "S72.301A", "M84.750A"])
def test_a_broken_leg_forbids_training(place: Any, code: str) -> None:
    cards = place(codeable(ICD, code))
    assert TRAINING not in selected(cards)
    assert "not pre-selected:" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", ["R41.3", "G31.84", "N17.9", "G21.11", "S72.91XA"])
def test_no_figure_is_below_next_to_what_raises_the_risk(place: Any, code: str) -> None:
    cards = place(codeable(ICD, code))
    assert "below the usual" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("code", ["M80.011A", "M80.051A"])
@pytest.mark.parametrize("place", [on_list, of_brace])
def test_no_end_is_chosen_next_to_another_bone_of_the_brace(
    place: Any, code: str
) -> None:
    assert not _chosen_end(place(codeable(ICD, code)))


def _quiet(*entries: Resource) -> Cards:
    return by_topic(ask(order_sign(reassuring_record(*entries), OPERATION, BRACE)))


@pytest.mark.parametrize(
    "code", ["S42.201A", "S52.501A", "I10", "J44.9", "E11.9", "M17.11", "S82.201S"]
)
def test_what_says_nothing_on_the_list_says_nothing_in_a_reason(code: str) -> None:
    order = _ordered(
        "ServiceRequest", codeable(ICD, code), code={"text": "Full blood count"}
    )
    cards = _quiet(order)
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert _chosen_end(cards)
    assert TRAINING in selected(_cards(order))


@pytest.mark.parametrize("days", [100, 300])
def test_a_leg_that_broke_long_ago_forbids_no_training(days: int) -> None:
    code = codeable(ICD, "S82.201A")
    old = _ordered(
        "ServiceRequest",
        code,
        code={"text": "Full blood count"},
        authoredOn=days_ago(days),
    )
    assert TRAINING in selected(_cards(old))


def test_a_kidney_that_may_fail_in_a_reason_lets_no_bone_drug_go_on() -> None:
    drug = of_patient(
        "MedicationStatement",
        "drug",
        status="active",
        medicationCodeableConcept={"text": "Alendronate 70 mg weekly"},
        effectivePeriod={"start": days_ago(100)},
        dateAsserted=days_ago(5),
    )
    stay = inpatient() | {"reasonCode": [codeable(ICD, "N17.9")]}
    said = _quiet(drug, stay)["rehabilitation"]
    assert "continue" not in said["summary"]
