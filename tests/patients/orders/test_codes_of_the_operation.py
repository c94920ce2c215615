"""A grave code anywhere in the operation's own order counts as its words do."""

import pytest

from tests.chart_builders import (
    LEVELS,
    PATIENT,
    ask,
    brace,
    by_topic,
    drafted,
    order_sign,
    strong_and_nourished,
)
from tests.codes import CPT, ICD, SCT, codeable

BELOW = "below the usual"
OPERATION = codeable(CPT, "22514")["coding"][0]
SITE = codeable(SCT, LEVELS["L1"])


def card_of(*drafts):
    cards = by_topic(ask(order_sign([*strong_and_nourished()], *drafts, brace())))
    return cards["rehabilitation"]


def operation(**members):
    whole = {"code": {"coding": [OPERATION]}, "bodySite": [SITE]} | members
    return drafted("ServiceRequest", "operation", **whole)


def added(value):
    return [{"url": "http://x.org/indication", **value}]


def condition(code, **members):
    return {
        "resourceType": "Condition",
        "id": "held",
        "code": code,
        "subject": {"reference": f"Patient/{PATIENT}"},
        **members,
    }


def beside(code):
    """An order for each place where a code may stand, by the element that is named."""
    coding, info = code["coding"][0], [{"reference": "#held"}]
    held = added({"valueCodeableConcept": code})
    return {
        "second coding": ("code", {"code": {"coding": [OPERATION, coding]}}),
        "orderDetail": ("orderDetail", {"orderDetail": [code]}),
        "category": ("category", {"category": [code]}),
        "bodySite": ("bodySite", {"bodySite": [SITE, code]}),
        "extension": ("extension", {"extension": held}),
        "coding in an extension": (
            "extension",
            {"extension": added({"valueCoding": coding})},
        ),
        "extension of the code": (
            "code",
            {"code": {"coding": [OPERATION], "extension": held}},
        ),
        "extension of a reason": (
            "reasonCode",
            {"reasonCode": [{**codeable(ICD, "M80.08XA"), "extension": held}]},
        ),
        "nested extension": (
            "extension",
            {"extension": [{"url": "http://x.org/a", "extension": held}]},
        ),
        "contained": (
            "contained",
            {"contained": [condition(code)], "supportingInfo": info},
        ),
    }


PLACES = [*beside(codeable(ICD, "C79.51"))]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", ["C79.51", "M46.46", "D48.0"])
def test_a_grave_code_leaves_tumour_and_infection_open(code, place):
    element, members = beside(codeable(ICD, code))[place]
    card = card_of(operation(**members))
    assert BELOW not in card["detail"]
    assert f"(the order's {element} not understood)" in card["detail"]
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]


@pytest.mark.parametrize("place", PLACES)
def test_a_harmless_code_changes_nothing(place):
    _, members = beside(codeable(ICD, "I10"))[place]
    assert BELOW in card_of(operation(**members))["detail"]


def test_the_ablation_of_a_bone_tumour_beside_the_operation():
    ablation = codeable(CPT, "20982")["coding"][0]
    card = card_of(operation(code={"coding": [OPERATION, ablation]}))
    assert BELOW not in card["detail"]


def test_words_added_to_the_code_count_as_any_others():
    code = {"coding": [OPERATION], "extension": added({"valueString": "tumour"})}
    assert BELOW not in card_of(operation(code=code))["detail"]


def test_words_of_a_contained_diagnosis_count_as_any_others():
    held = condition({"text": "bone metastasis"})
    assert BELOW not in card_of(operation(contained=[held]))["detail"]


def test_a_contained_diagnosis_that_is_ruled_out_says_nothing():
    verification = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    ruled_out = codeable(verification, "refuted")
    held = condition(codeable(ICD, "C79.51"), verificationStatus=ruled_out)
    assert BELOW in card_of(operation(contained=[held]))["detail"]


def test_a_contained_plain_fracture_as_reason_stays_one():
    held = condition(codeable(ICD, "M80.08XA"))
    order = operation(contained=[held], reasonReference=[{"reference": "#held"}])
    assert BELOW in card_of(order)["detail"]
