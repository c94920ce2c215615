"""An entry may tell of a bone drug that its own code does not name: then nobody says "no"."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    dose,
    drug,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    patient,
    quiet_lists,
)
from tests.codes import CPT, codeable

UNKNOWN = {"modifierExtension": [{"url": "http://x.org/a", "valueCode": "b"}]}


def noted(words):
    return {"note": [{"text": words}]}


def losartan(**members):
    said = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "losartan 50 mg"},
        "authoredOn": days_ago(100),
    }
    return of_patient("MedicationRequest", "losartan", **said | members)


def injection(**members):
    """A subcutaneous injection of nobody knows what, as it is billed."""
    said = {"code": codeable(CPT, "96372"), "performedDateTime": days_ago(250)}
    return of_patient("Procedure", "shot", status="completed", **said | members)


def card_with(*entries, person=None):
    known = [person or patient(), *quiet_lists(), measured("bmd-t-score", -1.5)]
    record = [*known, measured("bmi", 27), *entries]
    return by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(losartan(**noted("also gets Prolia at GP")), id="note"),
        pytest.param(
            losartan(dosageInstruction=[{"text": "with the alendronate on Sundays"}]),
            id="dosage",
        ),
        pytest.param(
            losartan(extension=[{"url": "http://x", "valueString": "and denosumab"}]),
            id="extension",
        ),
        pytest.param(losartan(doNotPerform=True), id="prohibited"),
        pytest.param(drug("denosumab", doNotPerform=True), id="bone drug prohibited"),
        pytest.param(losartan(**UNKNOWN), id="modifier"),
        pytest.param(injection(**noted("Prolia")), id="billed, with a note"),
        pytest.param(
            injection(usedCode=[{"text": "Prolia 60 mg"}]), id="billed, with a product"
        ),
        pytest.param(injection(**noted("Prolia"), **UNKNOWN), id="billed, modifier"),
    ],
)
def test_an_entry_that_may_tell_of_a_bone_drug_leaves_bone_drugs_open(entry):
    card = card_with(entry)
    assert "No bone drug" not in card["summary"]
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(losartan(**noted("take in the morning")), id="note"),
        pytest.param(losartan(doNotPerform=False), id="not prohibited"),
        pytest.param(
            losartan(
                **noted("stop the Prolia"),
                authoredOn=days_ago(1900),
                status="completed",
            ),
            id="long ago",
        ),
        pytest.param(injection(**noted("B12")), id="billed, with a note"),
    ],
)
def test_an_entry_that_tells_of_no_bone_drug_leaves_nothing_open(entry):
    card = card_with(entry)
    assert "No bone drug" in card["summary"]
    assert "below" in card["detail"]


def test_a_note_of_another_drug_is_no_dose():
    """The last dose of denosumab is that of 250 days ago, whatever a note says."""
    given = dose("denosumab", days=250)
    card = card_with(given, losartan(**noted("Prolia given"), authoredOn=days_ago(9)))
    assert card["indicator"] == "warning"
    assert "15 Mar 2026" in card["summary"]


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(UNKNOWN, id="modifier"),
        pytest.param({"implicitRules": "http://x.org/rules"}, id="rules"),
        pytest.param(
            {"link": [{"type": "replaced-by", "other": {"reference": "Patient/new"}}]},
            id="replaced",
        ),
    ],
)
def test_a_patient_whose_record_may_be_another_leaves_every_list_open(person):
    card = card_with(person=patient() | person)
    assert "No bone drug" not in card["summary"]
    assert "below" not in card["detail"]
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]
    assert "**Not known" in card["detail"]


def test_a_patient_that_replaced_another_is_read_as_usual():
    link = {"type": "replaces", "other": {"reference": "Patient/old"}}
    card = card_with(person=patient() | {"link": [link]})
    assert "No bone drug" in card["summary"]
