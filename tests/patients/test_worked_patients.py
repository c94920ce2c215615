"""The patients of the card page: six worked ones and thirty in a line. The tables hold what each must be told."""

import json
import re
from dataclasses import replace

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.chart_builders import by_topic, model, of_patient, outcome, texts_of
from tests.patients.charts import SIX, THIRTY, cards_of, signing_of
from tests.patients.reading import count_words, text_of
from tests.patients.rules import faults_of
from tests.patients.typical import typical_orders

PATIENTS = [*SIX, *THIRTY]
every_patient = pytest.mark.parametrize("patient", PATIENTS, ids=lambda one: f"{one['number']} {one['row']}")


def found_in(patterns, text):
    return [pattern for pattern in patterns if re.search(pattern, text, re.IGNORECASE)]


def missing_in(patterns, text):
    return [pattern for pattern in patterns if not re.search(pattern, text, re.IGNORECASE)]


def buttons(cards):
    return [one for card in cards for one in card.get("suggestions", ())]


def test_they_are_six_and_thirty():
    assert [one["number"] for one in PATIENTS] == [*range(1, 7), *range(1, 31)]


def test_the_records_are_fhir():
    for signing in [*map(signing_of, PATIENTS), *typical_orders(60)]:
        for resource in (*signing.record, *signing.drafts):
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@every_patient
def test_the_summary_says_what_it_must(patient):
    card = by_topic(cards_of(signing_of(patient))).get(patient.get("topic", "rehabilitation"))
    if card is None and patient.get("may-be-absent"):
        return
    assert card is not None
    assert missing_in(patient.get("must", ()), card["summary"]) == [], card["summary"]
    assert missing_in(patient.get("detail-must", ()), card.get("detail", "")) == [], card["detail"]
    assert missing_in(patient.get("text-must", ()), text_of(card)) == [], text_of(card)
    assert card["indicator"] == patient.get("indicator", card["indicator"])


@every_patient
def test_nothing_is_said_that_must_not_be(patient):
    cards = cards_of(signing_of(patient))
    card = by_topic(cards).get(patient.get("topic", "rehabilitation"))
    assert found_in(patient.get("never", ()), card["summary"] if card else "") == []
    assert found_in(patient.get("text-never", ()), text_of(card) if card else "") == []
    assert [
        (pattern, text)
        for one in cards
        for text in texts_of(one)
        for pattern in found_in(patient.get("never-anywhere", ()), text)
    ] == []
    assert patient.get("no-card") not in by_topic(cards)
    if patient.get("no-warning"):
        assert {one["indicator"] for one in cards} == {"info"}


@every_patient
def test_the_buttons_fit_the_patient(patient):
    offered = buttons(cards_of(signing_of(patient)))
    labels = [one["label"] for one in offered]
    selected = [one["label"] for one in offered if one["isRecommended"]]
    assert missing_in(patient.get("offered", ()), "\n".join(labels)) == [], labels
    assert set(patient.get("selected", selected)) == set(selected)
    assert [label for label in labels if found_in(patient.get("never-offered", ()), label)] == []
    assert [label for label in selected if found_in(patient.get("never-selected", ()), label)] == []
    assert found_in(patient.get("never-in-orders", ()), json.dumps([one["actions"] for one in offered])) == []


@pytest.mark.parametrize("patient", SIX, ids=lambda one: one["row"])
def test_a_worked_patient_has_the_cards_the_length_and_the_figure_of_the_pages(patient):
    cards = cards_of(signing_of(patient))
    topics = [card["source"]["topic"]["code"] for card in cards]
    assert topics == patient.get("topics", topics)
    assert count_words(cards[0]) <= patient["most-words"], text_of(cards[0])
    if wanted := patient.get("figure"):
        found = model(by_topic(cards), wanted["model"])
        assert found["risk"] == pytest.approx(wanted["risk"], abs=0.01)
        assert found["studyUncertainty"] == pytest.approx(wanted["uncertainty"], abs=0.02)
        assert found.get("reference") == pytest.approx(wanted.get("reference", found.get("reference")), abs=0.01)
        assert found["band"] == wanted.get("band", found["band"])


def test_hu_is_chosen_where_a_ct_is_on_record():
    """D6: a CT exists where the record shows one; the service may ask for its metadata."""
    modality = [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}]
    named = {"started": "2026-11-12", "description": "CT lumbar spine"}
    study = of_patient("ImagingStudy", "ct-1", status="available", modality=modality, **named)
    signing = signing_of(SIX[2])
    offered = buttons(cards_of(replace(signing, record=(*signing.record, study))))
    assert any(one["label"].startswith("Ask radiology for HU") for one in offered if one["isRecommended"])


@pytest.mark.parametrize("patient", [one for one in PATIENTS if "no-input" in one], ids=lambda one: one["row"])
def test_no_model_used_what_is_no_measurement(patient):
    models = outcome(by_topic(cards_of(signing_of(patient)))).get("models", ())
    assert patient["no-input"] not in {each["name"] for one in models for each in one["inputs"]}


@pytest.mark.parametrize("death", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11-19"}])
def test_nothing_is_said_of_a_patient_who_died(death):
    signing = signing_of({})
    record = [one | death if one["resourceType"] == "Patient" else one for one in signing.record]
    assert cards_of(replace(signing, record=tuple(record))) == []


@every_patient
def test_the_rules_of_every_card_hold(patient):
    signing = signing_of(patient)
    assert faults_of(cards_of(signing), signing) == []
