"""What the order of a brace names is known to both cards."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import HCPCS, ICD, codeable
from tests.patients.reassuring import reassuring_record

REASONS = [
    pytest.param(codeable(ICD, "C79.51"), id="metastasis"),
    pytest.param({"text": "bone metastasis"}, id="metastasis in words"),
    pytest.param(codeable(ICD, "S32.012A"), id="unstable fracture"),
    pytest.param(codeable(ICD, "G83.4"), id="cauda"),
    pytest.param({"text": "new leg weakness"}, id="weakness"),
    pytest.param(codeable(ICD, "M46.46"), id="discitis"),
]


def detail_of(drafts, *entries):
    body = order_sign(reassuring_record(*entries), kyphoplasty(), *drafts)
    return by_topic(ask(body))["rehabilitation"]["detail"]


def worn(**members):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    said["codeCodeableConcept"] = codeable(HCPCS, "L0456")
    return of_patient("DeviceRequest", "worn", **said | members)


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_of_a_brace_reassures_nobody(reason):
    for detail in (
        detail_of([brace(reasonCode=[reason])]),
        detail_of([], worn(reasonCode=[reason])),
    ):
        assert "not excluded (in an order" in detail
        assert "below" not in detail


@pytest.mark.parametrize("code", ["M48.56XA", "M81.0", "M54.50"])
def test_a_plain_reason_changes_nothing(code):
    reason = codeable(ICD, code)
    assert "below the usual" in detail_of([brace(reasonCode=[reason])])
    assert "below the usual" in detail_of([], worn(reasonCode=[reason]))
