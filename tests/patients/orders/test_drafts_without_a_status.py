"""Drafts whose form says less than R4 asks for."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    drafted,
    kyphoplasty,
    order_sign,
)
from tests.patients.reassuring import end_is_selected, reassuring_record


def signed(*drafts, order=None):
    body = order_sign(reassuring_record(), order or kyphoplasty(), brace(), *drafts)
    return by_topic(ask(body))


def is_open(cards):
    """Tell if a tumour is named as not excluded, and nothing reassures."""
    detail = cards["rehabilitation"]["detail"]
    is_named = "malignancy of bone" in detail.partition("**Not known:**")[2]
    is_quiet = "below the usual" not in detail and not end_is_selected(cards)
    return is_named and is_quiet


def draft(kind, title, *, without=(), **members):
    element = {
        "ServiceRequest": "code",
        "DeviceRequest": "codeCodeableConcept",
        "SupplyRequest": "itemCodeableConcept",
        "MedicationRequest": "medicationCodeableConcept",
    }[kind]
    made = drafted(kind, "d", **{element: {"text": title}}, **members)
    return {name: one for name, one in made.items() if name not in without}


FORMS = [("intent",), ("status",), ("intent", "status")]
GRAVE = {
    "ServiceRequest": "MRI lumbar spine, known bone metastasis L1",
    "DeviceRequest": "Walker for bone metastasis",
    "SupplyRequest": "Walker for bone metastasis",
    "MedicationRequest": "Morphine for bone metastasis",
}


@pytest.mark.parametrize("kind", GRAVE)
@pytest.mark.parametrize("without", FORMS, ids=" and ".join)
def test_a_draft_that_does_not_say_what_it_is_is_read_as_one(kind, without):
    assert is_open(signed(draft(kind, GRAVE[kind], without=without)))


@pytest.mark.parametrize("without", FORMS, ids=" and ".join)
def test_a_search_for_the_cause_in_such_a_draft_leaves_it_open(without):
    assert is_open(signed(draft("ServiceRequest", "Biopsy L1", without=without)))


@pytest.mark.parametrize(
    "members",
    [{"authoredOn": "yesterday"}, {"intent": 5}, {"priority": ["urgent"]}],
    ids=["day", "intent", "priority"],
)
def test_what_a_broken_draft_names_is_open(members):
    named = draft("ServiceRequest", GRAVE["ServiceRequest"], without=tuple(members))
    assert is_open(signed({**named, **members}))


@pytest.mark.parametrize("without", FORMS, ids=" and ".join)
def test_an_ordinary_draft_without_them_changes_nothing(without):
    cards = signed(draft("ServiceRequest", "Full blood count", without=without))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("without", FORMS, ids=" and ".join)
def test_a_drug_in_such_a_draft_is_ordered(without):
    """The operation is answered in this form, so the drug beside it is as well."""
    whole = signed(draft("MedicationRequest", "Alendronate 70 mg weekly"))
    cards = signed(
        draft("MedicationRequest", "Alendronate 70 mg weekly", without=without)
    )
    for part in ("summary", "detail"):
        assert cards["rehabilitation"][part] == whole["rehabilitation"][part]
