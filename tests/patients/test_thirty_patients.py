"""The thirty patients of the card page, section 7, over HTTP: `one_liners.toml` holds what each must be told."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.chart_builders import by_topic, outcome, texts_of
from tests.patients.asking import cards_of
from tests.patients.charts import signing_of
from tests.patients.rules import faults_of
from tests.patients.typical import typical_orders

PATIENTS = tomllib.loads(Path(__file__).with_name("one_liners.toml").read_text(encoding="utf-8"))["patient"]
every_patient = pytest.mark.parametrize("patient", PATIENTS, ids=lambda one: f"{one['number']} {one['row']}")


def found_in(patterns, text):
    return [pattern for pattern in patterns if re.search(pattern, text, re.IGNORECASE)]


def missing_in(patterns, text):
    return [pattern for pattern in patterns if not re.search(pattern, text, re.IGNORECASE)]


def buttons(cards):
    return [one for card in cards for one in card.get("suggestions", ())]


def test_they_are_thirty():
    assert [one["number"] for one in PATIENTS] == list(range(1, 31))


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
    assert card["indicator"] == patient.get("indicator", card["indicator"])


@every_patient
def test_nothing_is_said_that_must_not_be(patient):
    cards = cards_of(signing_of(patient))
    card = by_topic(cards).get(patient.get("topic", "rehabilitation"))
    assert found_in(patient.get("never", ()), card["summary"] if card else "") == []
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
    assert [label for label in labels if found_in(patient.get("never-offered", ()), label)] == []
    assert [label for label in selected if found_in(patient.get("never-selected", ()), label)] == []
    assert found_in(patient.get("never-in-orders", ()), json.dumps([one["actions"] for one in offered])) == []


@every_patient
def test_no_model_used_what_is_no_measurement(patient):
    if "no-input" in patient:
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
