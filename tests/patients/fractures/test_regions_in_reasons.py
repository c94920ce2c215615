"""A fracture of another part of the spine, coded as a reason, is another fracture."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import CPT, codeable
from tests.patients.reassuring import cards_of, end_is_selected, reassuring_record

CM = "http://hl7.org/fhir/sid/icd-10-cm"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
THORACIC = [(CM, "M48.54XA"), (CM, "S22.000A"), (CM, "S22.009A"), (GM, "S22.0")]


def stay(code):
    return inpatient() | {"reasonCode": [code]}


def order(code):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(3)}
    said["code"] = codeable(CPT, "71046", "Chest radiograph")
    return of_patient("ServiceRequest", "sr1", reasonCode=[code], **said)


@pytest.mark.parametrize("build", [stay, order])
@pytest.mark.parametrize(("system", "code"), THORACIC)
def test_as_the_reason_of_a_stay_or_an_order_it_reassures_nobody(build, system, code):
    cards = cards_of(build(codeable(system, code)))
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)
    assert "thoracic spine" in cards["braceLimit"]["detail"]


@pytest.mark.parametrize(("system", "code"), THORACIC)
def test_as_the_reason_of_the_brace_it_keeps_it(system, code):
    draft = brace(reasonCode=[codeable(system, code)])
    body = order_sign(reassuring_record(), kyphoplasty(), draft)
    cards = by_topic(ask(body))
    assert not end_is_selected(cards)
    assert "thoracic spine" in cards["braceLimit"]["detail"]


@pytest.mark.parametrize("build", [stay, order])
@pytest.mark.parametrize("code", ["M48.56XA", "S32.000A", "S32.009A"])
def test_a_part_that_holds_the_treated_vertebra_is_no_other(build, code):
    cards = cards_of(build(codeable(CM, code)))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)
