"""A drug that is a reference with a display: what it refers to says what it is, the display does not."""

import pytest

from cds_service.samples.fhir_server import start_fhir_server
from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    cards_for,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ATC, codeable
from tests.patients.reassuring import card_of, reassuring_record, selected

KINDS = (
    *("MedicationRequest", "MedicationAdministration"),
    *("MedicationDispense", "MedicationStatement"),
)


def behind(display, **reference):
    """Return the drug of an entry by a reference to `Medication/77`."""
    target = reference or {"reference": "Medication/77"}
    return {"medicationReference": {**target, "display": display}}


def entry(kind, drug):
    return of_patient(
        kind,
        "q",
        status="active" if kind == "MedicationRequest" else "completed",
        intent="order",
        authoredOn=days_ago(30),
        effectiveDateTime=days_ago(30),
        whenHandedOver=days_ago(30),
        **drug,
    )


def product(code, **members):
    return {"resourceType": "Medication", "id": "77", "code": code, **members}


AMLODIPINE = product(codeable(ATC, "C08CA01"))
PROLIA = product(codeable(ATC, "M05BX04"))


def served(*resources, drafts=()):
    """Return the cards, by topic, of a record that a server holds."""
    with start_fhir_server(reassuring_record(*resources)) as server:
        body = order_sign(
            [], kyphoplasty(), *drafts, prefetch=False, fhir_server=server.url
        )
        return by_topic(ask(body))


def asks(card):
    """Tell if the card asks about bone drugs, and reassures nobody."""
    return (
        "ask about" in card["summary"]
        and "No bone drug" not in card["summary"]
        and "below the usual" not in card["detail"]
        and "drug" in card["detail"].partition("**Not known:**")[2]
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", ["Saline", "Amlodipine 5 mg", "Hydrocortisone cream"])
def test_a_display_alone_is_no_none_and_selects_nothing(kind, words):
    """The Medication was not sent, and there is no server to ask."""
    card = card_of(entry(kind, behind(words)))
    assert asks(card)
    assert not selected({"rehabilitation": card})


@pytest.mark.parametrize(
    "drug",
    [
        pytest.param(behind("Saline", identifier={"value": "77"}), id="identifier"),
        pytest.param(
            behind("Saline", reference="#m")
            | {"contained": [{"resourceType": "Medication", "id": "m"}]},
            id="a Medication that says nothing",
        ),
        pytest.param(
            behind("Saline bag", reference="#m")
            | {
                "contained": [
                    {
                        "resourceType": "Medication",
                        "id": "m",
                        "ingredient": [
                            {"itemReference": {"reference": "#x", "display": "Saline"}}
                        ],
                    }
                ]
            },
            id="an ingredient",
        ),
    ],
)
def test_so_is_any_other_display(drug):
    assert asks(card_of(entry("MedicationAdministration", drug)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_drug_that_the_server_has_behind_a_display_counts(kind):
    card = served(entry(kind, behind("Saline")), PROLIA)["rehabilitation"]
    assert "enosumab" in card["summary"]


@pytest.mark.parametrize("kind", KINDS)
def test_another_drug_behind_a_display_changes_nothing(kind):
    cards = served(entry(kind, behind("Saline")), AMLODIPINE)
    card = cards["rehabilitation"]
    assert "none in" in card["detail"]
    assert "below the usual" in card["detail"]
    assert selected(cards)


def test_a_display_that_names_a_bone_drug_says_so_without_its_medication():
    card = card_of(entry("MedicationStatement", behind("Alendronate 70 mg")))
    assert card["summary"].startswith("Alendronate")


def test_a_long_list_of_displays_is_read_whole():
    listed = [
        entry("MedicationRequest", behind("Amlodipine", reference=f"Medication/{n}"))
        | {"id": f"q{n}"}
        for n in range(30)
    ]
    products = [AMLODIPINE | {"id": str(n)} for n in range(30)]
    card = served(*listed, *products)["rehabilitation"]
    assert "below the usual" in card["detail"]


# --- ordered in the same signing


def test_an_ordered_drug_behind_a_display_is_read_from_the_server():
    ordered = drafted("MedicationRequest", "drug", **behind("Injection"))
    card = served(PROLIA, drafts=[ordered])["rehabilitation"]
    assert "enosumab" in card["summary"]
    harmless = served(AMLODIPINE, drafts=[ordered])["rehabilitation"]
    assert "below the usual" in harmless["detail"]


def test_an_ordered_drug_that_is_a_display_alone_is_asked_about():
    ordered = drafted("MedicationRequest", "drug", **behind("Saline"))
    drafts = kyphoplasty(), brace(), ordered
    cards = cards_for(reassuring_record(), *drafts)
    assert cards["rehabilitation"]["summary"].startswith("1 ordered drug is not known")
    assert asks(cards["rehabilitation"])
