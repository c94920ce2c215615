"""A bisphosphonate that is swallowed, next to a disease of the oesophagus."""

import pytest

from tests.chart_builders import ask, by_topic, drafted, kyphoplasty, order_sign
from tests.codes import ATC, ICD, SCT, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    RISEDRONATE,
    ZOLEDRONATE,
    cards_by_topic,
    chart,
    coded,
    given,
    statement,
)
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import dated

DENOSUMAB = "M05BX04"
CODES = [
    pytest.param(codeable(ICD, "K22.0", "Achalasia of cardia"), id="achalasia"),
    pytest.param(codeable(ICD, "K22.2", "Esophageal obstruction"), id="stricture"),
    pytest.param(codeable(ICD, "K22.70"), id="Barrett"),
    pytest.param(codeable(SCT, "45564002", "Achalasia of esophagus"), id="SNOMED CT"),
    pytest.param(
        codeable("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "K22.2"), id="Germany"
    ),
    pytest.param({"text": "Oesophageal stricture, dilated 2019"}, id="English"),
    pytest.param({"text": "Ösophagusstenose"}, id="German"),
    pytest.param({"text": "Achalasie"}, id="French"),
    pytest.param({"text": "食道アカラシア"}, id="Japanese"),
    pytest.param({"text": "贲门失弛缓症"}, id="Chinese"),
]
ACHALASIA = codeable(ICD, "K22.0", "Achalasia of cardia")
TABLETS = [
    pytest.param(statement("alendronate", ALENDRONATE, 100), id="alendronate, early"),
    pytest.param(statement("risedronate", RISEDRONATE, 1200), id="risedronate, long"),
    pytest.param(statement("alendronate", ALENDRONATE, 10), id="alendronate, new"),
]
MAY_FORBID = "it may forbid bisphosphonate tablets"


def _entry(code):
    return dated(code, days=900, number="gullet")


def _card(*entries):
    return cards_by_topic(chart(coded("M80.08XA"), *entries))["rehabilitation"]


def _signed_with(atc, *entries):
    draft = drafted(
        "MedicationRequest", "x", medicationCodeableConcept=codeable(ATC, atc)
    )
    body = order_sign(chart(coded("M80.08XA"), *entries), kyphoplasty(), draft)
    return by_topic(ask(body))["rehabilitation"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("tablet", TABLETS)
def test_no_tablet_goes_on(tablet, code):
    summary = _card(tablet, _entry(code))["summary"]
    assert summary.startswith("Disease of the oesophagus")
    assert "check the drug first" in summary
    assert "continue" not in summary


@pytest.mark.parametrize("code", CODES)
def test_a_tablet_that_is_ordered_is_checked_first(code):
    card = _signed_with(ALENDRONATE, _entry(code))
    assert "alendronate ordered: check the drug first" in card["summary"]
    assert "its label warns of disease of the oesophagus" in card["detail"]


def test_so_is_one_that_is_ordered_next_to_an_injection():
    card = _signed_with(
        ALENDRONATE, given("denosumab", DENOSUMAB, 100), _entry(ACHALASIA)
    )
    assert "alendronate ordered: check the drug first" in card["summary"]


def test_the_tablet_is_checked_when_leaving():
    tablet = statement("alendronate", ALENDRONATE, 10)
    (card,) = leave(leaving_chart(tablet, _entry(ACHALASIA)))
    assert "isease of the oesophagus" in card["summary"]
    assert "heck the drug first" in card["summary"]


@pytest.mark.parametrize(
    "injection",
    [
        pytest.param(given("denosumab", DENOSUMAB, 150), id="denosumab"),
        pytest.param(given("zoledronate", ZOLEDRONATE, 100), id="zoledronate"),
    ],
)
def test_an_injection_goes_on(injection):
    card = _card(injection, _entry(ACHALASIA))
    assert card["summary"] == _card(injection)["summary"]
    assert "its label warns" not in card["detail"]


@pytest.mark.parametrize("code", CODES)
def test_who_takes_none_is_told_what_may_forbid_tablets(code):
    card = _card(_entry(code))
    assert card["summary"] == _card()["summary"]
    assert MAY_FORBID in card["detail"]


def test_also_when_leaving():
    (card,) = leave(leaving_chart(_entry(ACHALASIA)))
    assert MAY_FORBID in card["detail"]


@pytest.mark.parametrize(
    "code",
    [
        {"text": "No esophageal stricture"},
        {"text": "Keine Achalasie"},
        {"text": "食道狭窄なし"},
        codeable(ICD, "K21.9", "Gastro-esophageal reflux disease"),
        codeable(ICD, "K44.9", "Hiatal hernia"),
        codeable(ICD, "I85.00", "Esophageal varices"),
        codeable(ICD, "K25.9", "Gastric ulcer"),
    ],
)
def test_other_things_forbid_no_tablet(code):
    card = _card(statement("alendronate", ALENDRONATE, 100), _entry(code))
    assert "oesophagus" not in card["summary"].lower() + card["detail"].lower()
