"""A brace whose order is on hold or of unknown status is asked about before leaving."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import cards_beside, leave, leaving_chart, worn_now

ASKED = "is the TLSO worn, and who ends it?"
LINE = "its order is on hold or of unknown status; is it worn?"
STATUSES = ["unknown", "on-hold"]


def service(status, words="TLSO brace", **members):
    told = {"status": status, "intent": "order", "authoredOn": days_ago(3)}
    return of_patient(
        "ServiceRequest", "tlso", **told | {"code": {"text": words}} | members
    )


def device(status, days=3, **members):
    return worn_now(days=days, status=status, **members)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("order", [service, device])
def test_it_is_asked_about(order, status):
    (card,) = cards_beside(order(status))
    assert card["summary"].endswith(ASKED)
    assert LINE in card["detail"]
    assert card["indicator"] == "info"
    assert not card.get("suggestions")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("order", [service, device])
def test_next_to_an_open_bone_drug_it_is_a_line(order, status):
    (card,) = leave(leaving_chart(order(status)))
    assert "no bone drug started" in card["summary"]
    assert LINE in card["detail"]


@pytest.mark.parametrize("status", STATUSES)
def test_next_to_one_in_force_it_adds_nothing(status):
    beside = cards_beside(worn_now(days=1), device(status, number="b"))
    assert [card["summary"] for card in beside] == [
        card["summary"] for card in cards_beside(worn_now(days=1))
    ]
    (card,) = beside
    assert LINE not in card["detail"]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(device("unknown", days=80), id="long before the operation"),
        pytest.param(device("revoked"), id="revoked"),
        pytest.param(device("entered-in-error"), id="in error"),
        pytest.param(device("draft"), id="draft"),
        pytest.param(device("unknown", intent="proposal"), id="proposal"),
        pytest.param(service("on-hold", "Walking frame"), id="no brace"),
        pytest.param(service("unknown", "Hinged knee brace"), id="of the knee"),
        pytest.param(
            service("unknown", occurrencePeriod={"end": days_ago(1)}), id="over"
        ),
    ],
)
def test_what_is_no_such_brace_brings_no_card(order):
    assert cards_beside(order) == []
