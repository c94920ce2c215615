"""A biopsy that is on hold, or only proposed, does not answer a tumour on record."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    drafted,
    kyphoplasty,
    order_sign,
    problem,
)
from tests.codes import ORDERS, codeable
from tests.patients.reassuring import first_card, quiet_record

MYELOMA = problem("C90.00", days=700)
BIOPSY = drafted("ServiceRequest", "b", code={"text": "Vertebral biopsy L1"})


def signed(*drafts):
    return first_card(MYELOMA, drafts=drafts)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "on-hold"}, id="on hold"),
        pytest.param({"intent": "proposal"}, id="proposed"),
        pytest.param({"intent": "plan"}, id="planned"),
        pytest.param({"intent": "option"}, id="option"),
    ],
)
def test_the_warning_stays(members):
    card, alone = signed(BIOPSY | members), signed()
    assert alone["indicator"] == "warning"
    assert card["indicator"] == "warning"
    assert card["summary"] == alone["summary"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="draft"),
        pytest.param({"status": "active"}, id="active"),
        pytest.param({"intent": "original-order"}, id="original order"),
    ],
)
def test_an_order_answers_it(members):
    card = signed(BIOPSY | members)
    assert card["indicator"] == "info"
    assert "biopsy is ordered" in card["summary"]


def test_a_referral_on_hold_is_named_and_arranges_nothing():
    code = codeable(ORDERS, "rehabilitation")
    order = drafted("ServiceRequest", "walk", code=code, status="on-hold")
    card, alone = first_card(drafts=[order]), first_card()
    assert card["summary"] == alone["summary"]
    assert "on hold" in card["detail"]


@pytest.mark.parametrize("intent", ["proposal", "plan"])
def test_an_ehr_that_calls_all_its_drafts_so_orders_them(intent):
    drafts = kyphoplasty(intent=intent), BIOPSY | {"intent": intent}
    card = by_topic(ask(order_sign(quiet_record(MYELOMA), *drafts)))["rehabilitation"]
    assert "biopsy is ordered" in card["summary"]
