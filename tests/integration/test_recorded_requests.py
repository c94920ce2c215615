"""Requests that real clients put on the wire, and five public patients, posted to the running service.

The recorded bodies and the patients lie outside this checkout; without them these tests are skipped.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from cds_service.demo.fhir_server import start_fhir_server
from cds_service.demo.requests import answer_prefetch
from tests.card_rules import faults_of
from tests.live_service import FEEDBACK, assessments_of, card_of, words_of
from tests.signings import kyphoplasty, order_sign
from tests.wire_builders import SHARED

RECORDED = SHARED / "data" / "cds-requests"
PATIENTS = SHARED / "data" / "fhir"
PAGE_SIZE = 5
FEEDBACK_BODIES = {"048", "049", "051"}
WITHOUT_PREFETCH = {"119": "120", "121": "122", "123": "124", "132": "133", "134": "135"}
KYPHOPLASTIES = {*WITHOUT_PREFETCH, *WITHOUT_PREFETCH.values()}


def recorded() -> dict[str, Any]:
    """Bodies by number; none where they do not lie beside this checkout."""
    paths = sorted(RECORDED.glob("[0-9][0-9][0-9]-*.json"))
    return {path.name[:3]: json.loads(path.read_text(encoding="utf-8")) for path in paths}


BODIES = recorded()
needs_recorded = pytest.mark.skipif(not BODIES, reason="the recorded requests are not beside this checkout")
needs_patients = pytest.mark.skipif(not PATIENTS.is_dir(), reason="the public patients are not beside this checkout")


def of_hook(*, is_ours: bool) -> list[str]:
    numbers = [number for number in BODIES if number not in FEEDBACK_BODIES]
    return [number for number in numbers if (BODIES[number]["hook"] == "order-sign") is is_ours]


@needs_recorded
def test_all_71_bodies_are_there():
    assert len(BODIES) == 71
    assert len(of_hook(is_ours=True)) + len(of_hook(is_ours=False)) + len(FEEDBACK_BODIES) == 71


@pytest.mark.parametrize("number", [number for number in of_hook(is_ours=True) if number not in WITHOUT_PREFETCH])
def test_an_order_sign_is_answered_with_cards_where_a_kyphoplasty_is_signed_and_without_elsewhere(service, number):
    reply = service.post(BODIES[number])
    assert reply.status == 200
    assert faults_of(reply.json()) == []
    assert bool(reply.json()["cards"]) is (number in KYPHOPLASTIES)


@pytest.mark.parametrize("number", of_hook(is_ours=False))
def test_another_hook_is_refused_with_an_operation_outcome(service, number):
    reply = service.post(BODIES[number])
    assert reply.status == 400
    (issue,) = OperationOutcome.model_validate(reply.json()).issue
    assert "order-sign" in issue.details.text


@needs_recorded
@pytest.mark.parametrize("number", sorted(FEEDBACK_BODIES))
def test_feedback_finds_nothing_at_its_address_yet(service, number):
    reply = service.post(BODIES[number], FEEDBACK)
    assert reply.status == 404
    assert OperationOutcome.model_validate(reply.json())


def resources_of(prefetch: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands in a prefetch, each resource once."""
    found = [value for value in prefetch.values() if value["resourceType"] != "Bundle"]
    bundles = [value for value in prefetch.values() if value["resourceType"] == "Bundle"]
    found += [entry["resource"] for bundle in bundles for entry in bundle.get("entry", [])]
    return list({(one["resourceType"], one["id"]): one for one in found}.values())


@needs_recorded
@pytest.mark.parametrize(("bare", "full"), WITHOUT_PREFETCH.items())
def test_a_kyphoplasty_without_prefetch_gets_the_assessments_of_its_twin_with_prefetch(service, bare, full):
    """Both name a server that holds the twin's prefetch: keys of ours that the client did not send are pulled."""
    twin = BODIES[full]
    assert "prefetch" not in BODIES[bare]
    with start_fhir_server(resources_of(twin["prefetch"]), page_size=PAGE_SIZE) as server:
        pulled = service.cards({**BODIES[bare], "fhirServer": server.url})
        asked = len(server.requests)
        given = service.cards({**twin, "fhirServer": server.url})
    assert asked > 12  # one for each key, and further pages
    assert assessments_of(pulled) == assessments_of(given)
    assert "could not be read" not in words_of(pulled)
    assert words_of(pulled) == words_of(given)


@needs_recorded
@pytest.mark.parametrize("number", sorted(KYPHOPLASTIES))
def test_the_kyphoplasty_of_the_client_is_read_as_one_at_its_region(service, number):
    """CPT 22514 is lumbar, 22513 thoracic; neither says which vertebra, so that the junction stays open."""
    with start_fhir_server(resources_of(BODIES["124"]["prefetch"])) as server:
        cards = service.cards({**BODIES[number], "fhirServer": server.url})
    (nvcf,) = [m for m in assessments_of(cards)[0]["models"] if m["model"] == "nvcf-nomogram-2024"]
    assert [(one["name"], one["value"]) for one in nvcf["inputs"]] == [("procedure", "PKP")]
    (pvm,) = [m for m in assessments_of(cards)[0]["models"] if m["model"] == "sarcopenia-pvm-2022"]
    assert "tl-junction" in [one["name"] for one in pvm["missing"]]


@needs_recorded
def test_a_client_that_loses_the_draft_orders_gets_no_cards(service):
    body = json.loads((RECORDED / "healthchain-01-order-sign-draftorders-lost.json").read_text(encoding="utf-8"))
    reply = service.post(body)
    assert (reply.status, reply.json()) == (200, {"cards": []})


# --- the five public patients


@dataclass(frozen=True, eq=False)
class Expected:
    """What the table beside the patients, and the evidence page, let expect for one of them on one day.

    Attributes:
        used: what enters sarcopenia-pvm-2022 besides the junction: finding -> value.
        held: those of them whose value lies beyond the study and is taken at its end.
        stale: inputs that the record has and that are too old.
        summary: words of the first card's summary.
        words: what a person must be able to read somewhere.
        outside: numbers of the criteria of nvcf-nomogram-2024 that are not met.
    """

    file: str
    day: date
    used: dict[str, Any]
    held: tuple[str, ...]
    stale: tuple[str, ...]
    summary: str
    words: tuple[str, ...]
    outside: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file.split('-')[-1].removesuffix('.json')} {self.day}"


# Evidence page, reduced coefficients of 000 for BMI, diabetes, T and junction; BMI over 22.0 counts as 22.0.
FOUR_INPUTS = {"intercept": 4.65, "bmi": -0.706, "diabetes": 1.62, "bmd-t-score": -3.39, "tl-junction": -0.94}
HIGHEST_BMI, HIGHEST_T = 22.0, -1.58

NOT_STATED = "Where the T-score was measured is not stated"
PUBLIC = (
    Expected(
        "smart-synthea-alexia-senger.json",
        date(2020, 11, 20),
        used={"bmi": 27.698, "diabetes": False, "bmd-t-score": -3.578},
        held=("bmi",),
        stale=(),
        summary="no usable figure: BMI 27.7 is outside the study",
        words=(NOT_STATED, "T-score is 2 years old", "fracture under treatment", "taken as 22"),
    ),
    Expected(
        "smart-synthea-alexia-senger.json",
        date(2026, 11, 20),
        used={"diabetes": False, "bmd-t-score": -3.578},
        held=(),
        stale=("bmi",),
        summary="about 90 %",
        words=(NOT_STATED, "T-score is 8 years old", "kg/m2 is 6 years old, too old to use"),
    ),
    Expected(
        "smart-synthea-chad-quigley.json",
        date(2020, 11, 20),
        used={"bmi": 27.748, "diabetes": False, "bmd-t-score": -2.834},
        held=("bmi",),
        stale=(),
        summary="No usable refracture figure: BMI 27.7 is outside the study",
        words=(NOT_STATED, "T-score is 8 years old", "fracture under treatment"),
    ),
    Expected(
        "smart-synthea-chad-quigley.json",
        date(2026, 11, 20),
        used={"diabetes": False},
        held=(),
        stale=("bmi", "bmd-t-score"),
        summary="Risk not estimated: too little is known",
        words=("is 14 years old, too old to use", "is 6 years old, too old to use"),
    ),
    Expected(
        "smart-synthea-parker-casper.json",
        date(2020, 11, 20),
        used={"bmi": 29.996, "diabetes": True, "bmd-t-score": -0.173},
        held=("bmi", "bmd-t-score"),
        stale=(),
        summary="No usable refracture figure: T-score −0.2 is outside the study",
        words=(NOT_STATED, "T-score is 5 years old", "no bone drug on the medication list (17 entries read)"),
        outside=("2.5",),
    ),
    Expected(
        "smart-synthea-tracey-witting.json",
        date(2018, 10, 1),
        used={"bmi": 27.338, "diabetes": False, "bmd-t-score": -3.086},
        held=("bmi",),
        stale=(),
        summary="No usable refracture figure: BMI 27.3 is outside the study",
        words=(NOT_STATED, "fracture under treatment"),
    ),
    Expected(
        "uscore9-dxa-femur-amy.json",
        date(2021, 12, 1),
        used={"bmd-t-score": -1.48},
        held=("bmd-t-score",),
        stale=("bmi",),
        summary="No usable refracture figure: T-score −1.5 is outside the study",
        words=("a density, not a T-score", "a Z-score", "16.2 kg/m2 is 22 years old", "medication list empty"),
        outside=("60", "2.5"),
    ),
)


def read_patient(file: str) -> list[dict[str, Any]]:
    """The resources of a bundle, `urn:uuid:X` replaced by `Type/X` as a server does at a transaction."""
    text = (PATIENTS / file).read_text(encoding="utf-8")
    for entry in json.loads(text)["entry"]:
        resource = entry["resource"]
        if entry["fullUrl"].startswith("urn:uuid:"):
            text = text.replace(f'"{entry["fullUrl"]}"', f'"{resource["resourceType"]}/{resource["id"]}"')
    return [entry["resource"] for entry in json.loads(text)["entry"]]


@dataclass(frozen=True)
class Answered:
    prefetched: list[dict[str, Any]]
    pulled: list[dict[str, Any]]
    requests: int

    @property
    def pvm(self) -> dict[str, Any]:
        (refracture,) = [one for one in assessments_of(self.prefetched) if one["outcome"] == "refracture"]
        (model,) = [one for one in refracture["models"] if one["model"] == "sarcopenia-pvm-2022"]
        return dict(model)


@pytest.fixture(scope="session")
def answer_once(service, templates):
    """Answers of a patient on a day, over full prefetch and over a paged server; each is asked for once."""

    @cache
    def answer(expected: Expected) -> Answered:
        resources = read_patient(expected.file)
        (patient,) = [one["id"] for one in resources if one["resourceType"] == "Patient"]
        order = kyphoplasty(patient, authoredOn=expected.day.isoformat())
        prefetch = answer_prefetch(templates, resources, patient_id=patient)
        with service.on(expected.day), start_fhir_server(resources, page_size=PAGE_SIZE) as server:
            given = service.cards(order_sign(order, patient=patient, prefetch=prefetch))
            pulled = service.cards(order_sign(order, patient=patient, fhirServer=server.url))
            return Answered(given, pulled, len(server.requests))

    return answer


@pytest.fixture(params=PUBLIC, ids=str)
def case(request, answer_once):
    if not PATIENTS.is_dir():
        pytest.skip("the public patients are not beside this checkout")
    return request.param, answer_once(request.param)


def test_prefetch_and_a_paged_server_give_identical_assessments_and_cards(case):
    _, answered = case
    assert assessments_of(answered.prefetched) == assessments_of(answered.pulled)
    assert answered.prefetched == answered.pulled
    assert answered.requests >= 12


def test_every_card_of_a_public_patient_keeps_the_rules(case):
    _, answered = case
    assert faults_of({"cards": answered.prefetched}) == []
    assert all(text not in words_of(answered.prefetched) for text in ("could not be read", "incomplete", "left out"))


def test_the_values_of_the_table_enter_and_those_too_old_are_gaps(case):
    expected, answered = case
    used = {one["name"]: one["value"] for one in answered.pvm["inputs"]}
    assert used.pop("tl-junction") is True
    assert used == {name: pytest.approx(value, abs=5e-4) for name, value in expected.used.items()}
    missing = {one["name"] for one in answered.pvm["missing"]}
    assert missing == {"bmi", "diabetes", "bmd-t-score", "sarcopenia", "pma-rate", "mna-category"} - used.keys()
    for name in expected.stale:
        assert name in missing


def test_values_beyond_the_study_are_held_and_leave_no_figure_in_the_summary(case):
    expected, answered = case
    held = {one["name"]: one["used"] for one in answered.pvm["inputs"] if one["use"] == "held-reassuring"}
    ends = {"bmi": HIGHEST_BMI, "bmd-t-score": HIGHEST_T}
    assert held == {name: pytest.approx(ends[name], abs=0.05) for name in expected.held}
    summary = card_of(answered.prefetched, "rehabilitation")["summary"]
    assert expected.summary in summary
    assert bool(re.search(r"\d %", summary)) is (not expected.held and "not estimated" not in summary)


def test_the_cards_say_how_old_where_from_and_what_was_passed_over(case):
    expected, answered = case
    plain = words_of(answered.prefetched).replace("\\", "")
    assert [words for words in expected.words if words not in plain] == []


@pytest.mark.parametrize(
    "case", [one for one in PUBLIC if one.used.keys() == {"bmi", "diabetes", "bmd-t-score"}], indirect=True, ids=str
)
def test_the_figure_of_bmi_diabetes_t_score_and_junction_is_that_of_the_printed_coefficients(case):
    expected, answered = case
    linear = FOUR_INPUTS["intercept"] + FOUR_INPUTS["bmi"] * min(expected.used["bmi"], HIGHEST_BMI)
    linear += FOUR_INPUTS["diabetes"] * expected.used["diabetes"] + FOUR_INPUTS["tl-junction"]
    linear += FOUR_INPUTS["bmd-t-score"] * min(expected.used["bmd-t-score"], HIGHEST_T)
    assert answered.pvm["risk"] == pytest.approx(1 / (1 + 2.718281828**-linear), abs=0.02)


def test_criteria_of_the_second_study_that_a_patient_does_not_meet_are_named(case):
    """`nvcf-nomogram-2024` took patients from 60 years on, with a T-score under −2.5."""
    expected, answered = case
    (nvcf,) = [m for m in assessments_of(answered.prefetched)[0]["models"] if m["model"] == "nvcf-nomogram-2024"]
    outside = [one for one in nvcf["concerns"] if one.startswith("outside the study population")]
    assert len(outside) == len(expected.outside)
    for number, concern in zip(expected.outside, sorted(outside), strict=True):
        assert number in concern
