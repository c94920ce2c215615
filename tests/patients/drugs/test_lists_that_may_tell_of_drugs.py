"""No bone drug is said beside an unread list that may tell of one."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    cards_for,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import ATC, CPT, codeable

REFUSED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}
CUT = {
    "resourceType": "Bundle",
    "type": "searchset",
    "entry": [],
    "link": [{"relation": "next", "url": "http://ehr.example/next"}],
}


def card_with(prefetch):
    request = order_sign(list(strong_and_nourished()), kyphoplasty(), brace())
    request["prefetch"] |= prefetch
    return by_topic(ask(request))["rehabilitation"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("conditions", "Problem list"),
        ("diagnosticReports", "Imaging and other reports"),
        ("imagingStudies", "Imaging studies"),
        ("supplyRequests", "List of supply orders"),
    ],
)
@pytest.mark.parametrize("answer", [REFUSED, CUT], ids=["refused", "cut"])
def test_an_unread_list_that_may_tell_of_a_drug_brings_no_none(key, name, answer):
    card = card_with({key: answer})
    assert card["summary"].startswith(f"{name} not readable: ask about bone drugs")
    assert "o bone drug" not in card["summary"]
    assert "none in" not in card["detail"]
    assert "could not be read" in card["detail"].partition("**Not known:**")[2]


def test_several_unread_lists_are_parts_of_the_record():
    card = card_with({"imagingStudies": REFUSED, "supplyRequests": REFUSED})
    begins = "Parts of the record could not be read: ask about bone drugs"
    assert card["summary"].startswith(begins)


def test_lists_that_were_read_bring_it():
    card = card_with({})
    assert card["summary"].startswith("No bone drug")


@pytest.mark.parametrize(
    "used",
    [
        {"usedCode": [codeable(ATC, "M05BX04")]},
        {"usedReference": [{"display": "Denosumab"}]},
    ],
)
@pytest.mark.parametrize("days", [250, 500, 900])
def test_what_was_injected_is_named_however_long_ago(used, days):
    injection = of_patient(
        "Procedure",
        "injection",
        status="completed",
        code=codeable(CPT, "96372"),
        performedDateTime=days_ago(days),
        **used,
    )
    cards = cards_for([*strong_and_nourished(), injection], kyphoplasty(), brace())
    assert cards["rehabilitation"]["summary"].startswith("Denosumab recorded")
