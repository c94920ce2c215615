"""A culture that is an Observation alone counts as its report would, and is asked for."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, open_service, order_sign
from tests.codes import LOINC, SCT, codeable
from tests.patients.cultures import AUREUS, NO_GROWTH, grown
from tests.patients.leaving import summaries_beside
from tests.patients.reassuring import REASSURING, card_of, reassuring_record

ANY_SPECIMEN = codeable(LOINC, "11475-1")
GROWTH = codeable(SCT, "61594008", "Organism growth")
IN_BLOOD = {"display": "Blood"}
OF_DISC = {"display": "Biopsy of intervertebral disc L3/4"}
SERVICES = ("kyphoplasty-order-sign", "kyphoplasty-discharge")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("code", ["600-7", "17934-1", "6463-4", "11475-1", "43408-4"])
def test_every_hook_asks_for_them(service, code):
    queries = open_service().hooks[service].discovery["prefetch"]
    assert f"{LOINC}|{code}" in queries["cultures"]


@pytest.mark.parametrize(
    ("value", "of"),
    [
        pytest.param(grown(AUREUS), "Sepsis", id="germ-of-blood"),
        pytest.param(grown("Staphylococcus aureus"), "Sepsis", id="germ-in-words"),
        pytest.param(
            grown(AUREUS, code=ANY_SPECIMEN, specimen=IN_BLOOD), "Sepsis", id="specimen"
        ),
        pytest.param(
            grown(AUREUS, code=ANY_SPECIMEN, specimen=OF_DISC),
            "Spinal infection",
            id="disc",
        ),
    ],
)
def test_what_grew_is_not_excluded(value, of):
    card = card_of(value)
    assert card["summary"].startswith(f"{of} not excluded")
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(grown(NO_GROWTH), id="nothing-grew"),
        pytest.param(grown(AUREUS, days=200), id="long-ago"),
        pytest.param(grown(AUREUS, status="entered-in-error"), id="in-error"),
        pytest.param(
            grown(AUREUS, code=ANY_SPECIMEN, specimen={"display": "Urine"}), id="urine"
        ),
        pytest.param(
            grown(AUREUS, subject={"reference": "Patient/other"}), id="of-another"
        ),
    ],
)
def test_what_tells_of_no_germ_in_blood_changes_nothing(value):
    assert REASSURING in card_of(value)["detail"]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(grown(AUREUS, days=80), id="may-have-seeded"),
        pytest.param(grown(GROWTH, code=ANY_SPECIMEN), id="no-specimen"),
        pytest.param(grown(None) | {"valueQuantity": {"value": 2}}, id="a-number"),
        pytest.param(grown(NO_GROWTH, status="preliminary"), id="preliminary"),
    ],
)
def test_what_is_not_understood_reassures_nobody(value):
    assert REASSURING not in card_of(value)["detail"]


def test_a_germ_of_the_blood_is_open_at_the_discharge():
    assert any("epsis" in one for one in summaries_beside(grown(AUREUS)))


def test_cultures_that_could_not_be_read_reassure_nobody():
    body = order_sign(reassuring_record(), kyphoplasty())
    body["prefetch"]["cultures"] = {"resourceType": "OperationOutcome", "issue": []}
    card = by_topic(ask(body))["rehabilitation"]
    assert REASSURING not in card["detail"]
    assert "results of cultures" in card["detail"]


def test_an_ehr_that_sends_no_cultures_is_not_asked_about_them():
    body = order_sign(reassuring_record(), kyphoplasty())
    del body["prefetch"]["cultures"]
    assert REASSURING in by_topic(ask(body))["rehabilitation"]["detail"]
