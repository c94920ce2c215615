"""What a Medication is called says why it is given, as the entry's own words do."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import cards_of, end_is_selected, reassuring_record

KINDS = (
    *("MedicationRequest", "MedicationAdministration"),
    *("MedicationDispense", "MedicationStatement"),
)
NAMES = {
    "Morphine for bone metastasis pain": "malignancy of bone not excluded",
    "Aspirin for metastasis": "malignancy of bone not excluded",
    "Vancomycin 1 g IV for discitis": "spinal infection not excluded",
}


def named(words):
    return {"resourceType": "Medication", "id": "m", "code": {"text": words}}


def contained(medication):
    return {"contained": [medication], "medicationReference": {"reference": "#m"}}


def entry(kind, **members):
    return of_patient(
        kind,
        "q",
        status="active" if kind == "MedicationRequest" else "completed",
        intent="order",
        authoredOn=days_ago(3),
        effectiveDateTime=days_ago(3),
        whenHandedOver=days_ago(3),
        **members,
    )


def open_in(cards):
    """Return what the card does not know; nothing in it may reassure then."""
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert not end_is_selected(cards)
    return detail.partition("**Not known:**")[2]


def including(*medications, drafts=()):
    """Return the cards if a search answer includes what an entry refers to."""
    listed = entry(
        "MedicationRequest", medicationReference={"reference": "Medication/m"}
    )
    body = order_sign(reassuring_record(listed), kyphoplasty(), brace(), *drafts)
    listing = body["prefetch"]["medications"]["entry"]
    for one in medications:
        listing.append({"resource": one, "search": {"mode": "include"}})
    return by_topic(ask(body))


@pytest.mark.parametrize("words", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_contained_medication_is_for_is_open(kind, words):
    cards = cards_of(entry(kind, **contained(named(words))))
    assert NAMES[words] in open_in(cards)


@pytest.mark.parametrize("words", NAMES)
def test_what_an_included_medication_is_for_is_open(words):
    assert NAMES[words] in open_in(including(named(words)))


@pytest.mark.parametrize("words", NAMES)
def test_what_a_medication_in_a_draft_is_for_is_open(words):
    draft = drafted("MedicationRequest", "d", **contained(named(words)))
    body = order_sign(reassuring_record(), kyphoplasty(), brace(), draft)
    assert NAMES[words] in open_in(by_topic(ask(body)))


@pytest.mark.parametrize(
    "members",
    [
        {"ingredient": [{"itemCodeableConcept": {"text": "Morphine for metastasis"}}]},
        {"ingredient": [{"itemReference": {"display": "Morphine for metastasis"}}]},
        {"extension": [{"url": "urn:x", "valueString": "Given for metastasis"}]},
        {
            "text": {
                "status": "additional",
                "div": "<div>Given for <b>metastasis</b></div>",
            }
        },
    ],
    ids=["ingredient", "reference", "extension", "narrative"],
)
def test_other_words_of_a_medication_leave_it_open(members):
    cards = cards_of(
        entry("MedicationRequest", **contained(named("Morphine 10 mg") | members))
    )
    assert "malignancy of bone not excluded" in open_in(cards)


@pytest.mark.parametrize(
    "words", ["Paracetamol 500 mg", "Amlodipine 5 mg tablet", "Pantoprazol 40 mg"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_ordinary_product_changes_nothing(kind, words):
    cards = cards_of(entry(kind, **contained(named(words))))
    inline = cards_of(entry(kind, medicationCodeableConcept={"text": words}))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert cards["rehabilitation"]["summary"] == inline["rehabilitation"]["summary"]
    assert end_is_selected(cards)


def test_what_is_forbidden_is_no_reason():
    """Of a prohibition only the reason counts, in a Medication as well."""
    cards = cards_of(
        entry(
            "MedicationRequest",
            doNotPerform=True,
            **contained(named("Vancomycin for discitis")),
        )
    )
    inline = cards_of(
        entry(
            "MedicationRequest",
            doNotPerform=True,
            medicationCodeableConcept={"text": "Vancomycin for discitis"},
        )
    )
    assert cards["rehabilitation"]["detail"] == inline["rehabilitation"]["detail"]
