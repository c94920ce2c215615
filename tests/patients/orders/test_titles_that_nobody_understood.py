"""Orders whose title is in no list of ours: they may ask for anything."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import cards_of, reassuring_record

OPEN = "an order not fully understood"
TITLES = [
    pytest.param("Optune array change", id="device against a tumour"),
    pytest.param("XYZ protocol arm B", id="trial"),
    pytest.param("Consult Dr. Hartmann re thoracic finding", id="a name"),
    pytest.param("Nachsorge nach Tumorkonferenzbeschluss", id="German"),
    pytest.param("PSMA", id="abbreviation"),
    pytest.param("検査相談窓口", id="Japanese"),
]
KINDS = {
    "ServiceRequest": "code",
    "DeviceRequest": "codeCodeableConcept",
    "SupplyRequest": "itemCodeableConcept",
}


def ordered(kind, title, *, status="active", days=5):
    said = {"status": status, "authoredOn": days_ago(days)}
    if kind == "SupplyRequest":
        said |= {"quantity": {"value": 1}}
    else:
        said |= {"intent": "order"}
    return of_patient(kind, "o", **{KINDS[kind]: {"text": title}}, **said)


def detail_of(*entries):
    return cards_of(*entries)["rehabilitation"]["detail"]


def signed_with(draft):
    body = order_sign(reassuring_record(), kyphoplasty(), draft)
    return by_topic(ask(body))["rehabilitation"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("title", TITLES)
def test_its_risk_is_not_called_low(title, kind):
    detail = detail_of(ordered(kind, title))
    assert "below the usual" not in detail
    assert "Not known" in detail


@pytest.mark.parametrize("title", TITLES)
def test_nor_is_it_beside_one_that_is_signed_with_the_operation(title):
    draft = drafted("ServiceRequest", "d", code={"text": title})
    assert "below the usual" not in signed_with(draft)["detail"]


def test_the_card_names_it_in_a_few_words_and_keeps_the_rest():
    quiet = cards_of()["rehabilitation"]
    card = cards_of(ordered("ServiceRequest", "XYZ protocol arm B"))["rehabilitation"]
    assert OPEN in card["detail"]
    assert card["summary"] == quiet["summary"]
    labels = [[one["label"] for one in each["suggestions"]] for each in (quiet, card)]
    assert labels[0] == labels[1]


def test_an_order_of_an_unknown_status_is_not_over():
    detail = detail_of(
        ordered("ServiceRequest", "XYZ protocol arm B", status="unknown")
    )
    assert "below the usual" not in detail


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_is_understood_changes_nothing(kind):
    title = "CBC with differential" if kind == "ServiceRequest" else "Walker"
    assert "below the usual" in detail_of(ordered(kind, title))


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"status": "completed"}, id="carried out"),
        pytest.param({"status": "revoked"}, id="withdrawn"),
        pytest.param({"days": 200}, id="of more than half a year ago"),
    ],
)
def test_an_order_that_is_over_asks_no_more(over):
    detail = detail_of(ordered("ServiceRequest", "XYZ protocol arm B", **over))
    assert "below the usual" in detail
