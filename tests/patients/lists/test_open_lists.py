"""What is no dose, and lists and words that were not understood: nothing is chosen, nothing calms."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    dispensed,
    dose,
    drafted,
    inpatient,
    kyphoplasty,
    measured,
    of_patient,
    open_service,
    order_sign,
    period,
    problem,
)
from tests.codes import ATC, CPT, codeable
from tests.patients.inpatients import ALENDRONATE, statement
from tests.patients.reassuring import (
    card_of,
    quiet_record,
    reassuring_record,
    selected,
)

DENOSUMAB = codeable(ATC, "M05BX04")
FORTEO = codeable("http://hl7.org/fhir/sid/ndc", "0002-8400-01")


@pytest.mark.parametrize("status", ["stopped", "in-progress"])
def test_an_administration_that_was_not_completed_closes_no_overdue_denosumab(status):
    broken_off = of_patient(
        "MedicationAdministration",
        "z",
        status=status,
        medicationCodeableConcept=DENOSUMAB,
        effectiveDateTime=days_ago(30),
    )
    card = card_of(dose("denosumab", days=250), broken_off)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab may be overdue (entry of 21 Oct 2026")


def test_a_drug_that_is_said_not_to_be_taken_is_named_and_never_none():
    said = of_patient(
        "MedicationStatement",
        "z",
        status="not-taken",
        medicationCodeableConcept=DENOSUMAB,
        effectiveDateTime=days_ago(30),
    )
    card = card_of(said)
    assert card["summary"].startswith("Denosumab")
    assert "No bone drug" not in card["summary"]
    assert "below the usual" not in card["detail"]


def test_a_drug_that_nobody_knows_is_asked_about_and_nothing_is_below():
    card = card_of(dispensed(FORTEO, days=250))
    assert "that we do not know: ask about bone drugs" in card["summary"]
    assert "the usual 1 in 6 fracture" in card["detail"]
    assert "about 1 in 10" not in card["detail"]


@pytest.mark.parametrize(
    "kind",
    [
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationStatement",
    ],
)
def test_a_list_whose_drug_was_not_read_is_not_whole_and_selects_nothing(kind):
    """The Medication that an entry refers to was refused, or is not there."""
    before = card_of()
    assert any(one.get("isRecommended") for one in before["suggestions"])
    unread = of_patient(
        kind,
        "q",
        status="active" if kind == "MedicationRequest" else "completed",
        medicationReference={"reference": "Medication/77"},
        intent="order",
        authoredOn=days_ago(30),
        effectiveDateTime=days_ago(30),
        whenHandedOver=days_ago(30),
    )
    card = card_of(unread)
    assert "ask about bone drugs" in card["summary"]
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))
    assert "below the usual" not in card["detail"]
    assert "drug" in card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize(
    ("words", "is_chosen"),
    [
        pytest.param("Spondylodese L3-5", False, id="fusion"),
        pytest.param("tumor", False, id="tumour"),
        pytest.param("Hypertension", True, id="harmless"),
    ],
)
def test_no_end_of_a_brace_is_chosen_beside_words_that_nobody_understood(
    words, is_chosen
):
    record = quiet_record(measured("bmd-t-score", -2.8))
    entry = problem("x", days=5, code={"text": words})
    signed = order_sign(
        [*record, entry], kyphoplasty(), brace(occurrencePeriod=period(0, 140))
    )
    (offer,) = by_topic(ask(signed))["braceLimit"]["suggestions"]
    assert offer.get("isRecommended", False) is is_chosen


@pytest.mark.parametrize("words", ["bone mets", "Wirbelkörpermetastase", "discitis L1"])
def test_no_end_of_a_brace_is_chosen_beside_a_fact_that_comes_before_it(words):
    record = quiet_record(measured("bmd-t-score", -2.8))
    entry = problem("x", days=5, code={"text": words})
    signed = order_sign(
        [*record, entry], kyphoplasty(), brace(occurrencePeriod=period(0, 140))
    )
    cards = by_topic(ask(signed))
    offers = cards.get("braceLimit", {}).get("suggestions", ())
    assert not any(one.get("isRecommended") for one in offers)


@pytest.mark.parametrize(
    ("words", "is_chosen"),
    [
        pytest.param("percutaneous pedicle screw fixation", False, id="stabilised"),
        pytest.param("second fracture T8", False, id="another-fracture"),
        pytest.param("please call ward 4", False, id="not-plain"),
        pytest.param("Fixateur interne", False, id="german"),
        pytest.param("", True, id="nothing"),
    ],
)
def test_no_end_of_a_brace_is_chosen_beside_notes_of_the_kyphoplasty(words, is_chosen):
    record = quiet_record(measured("bmd-t-score", -2.8))
    order = kyphoplasty(note=[{"text": words}] if words else None)
    signed = order_sign(record, order, brace(occurrencePeriod=period(0, 140)))
    (offer,) = by_topic(ask(signed))["braceLimit"]["suggestions"]
    assert offer.get("isRecommended", False) is is_chosen


def fusion(code):
    """An operation that stabilises the spine, being signed."""
    return drafted("ServiceRequest", "fus", code=codeable(CPT, code))


@pytest.mark.parametrize(
    ("entries", "drafts"),
    [
        pytest.param([], [fusion("22840")], id="instrumentation-signed"),
        pytest.param([], [fusion("22853")], id="device-signed"),
        pytest.param([problem("Z98.1", days=5)], [], id="fusion-on-the-list"),
    ],
)
def test_no_end_of_a_brace_is_chosen_beside_a_stabilised_spine(entries, drafts):
    record = quiet_record(measured("bmd-t-score", -2.8), *entries)
    signed = order_sign(
        record, kyphoplasty(), brace(occurrencePeriod=period(0, 140)), *drafts
    )
    (offer,) = by_topic(ask(signed))["braceLimit"]["suggestions"]
    assert not offer.get("isRecommended", False)


OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("diagnosticReports", "imaging and other reports"),
        ("dispenses", "dispensed drugs"),
        ("kidney", "kidney function"),
        ("imagingStudies", "imaging studies"),
        ("supplyRequests", "active supply orders"),
        ("encounter", "the visit or stay"),
    ],
)
def test_a_list_that_could_not_be_read_is_named_and_reassures_nobody(key, name):
    known = [measured("bmd-t-score", -1.5), measured("bmi", 27)]
    body = order_sign(quiet_record(*known), kyphoplasty())
    before = by_topic(ask(body))["rehabilitation"]["detail"]
    assert "below the usual" in before
    body["prefetch"][key] = OUTCOME
    detail = by_topic(ask(body))["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert name in detail.partition("**Not known:**")[2]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("diagnosticReports", "imaging and other reports"),
        ("imagingStudies", "imaging studies"),
    ],
)
def test_a_list_that_nobody_sent_reassures_no_more_than_one_that_failed(key, name):
    record = reassuring_record(inpatient())
    body = order_sign(record, kyphoplasty(), brace(occurrencePeriod=period(0, 140)))
    del body["prefetch"][key]
    cards = by_topic(ask(body))
    assert not selected(cards)
    details = " ".join(card["detail"] for card in cards.values())
    assert "below the usual" not in details
    assert name in cards["rehabilitation"]["detail"].partition("**Not known:**")[2]


# Drugs count as a list of their own; kidneys forbid no referral and no end of a brace.
EVERY_LIST = sorted(
    open_service().hooks["kyphoplasty-order-sign"].discovery["prefetch"].keys()
    - {"patient", "kidney"}
)


@pytest.mark.parametrize("key", EVERY_LIST)
def test_nothing_is_chosen_next_to_a_list_that_could_not_be_read(key):
    record = reassuring_record(inpatient())
    body = order_sign(record, kyphoplasty(), brace(occurrencePeriod=period(0, 140)))
    assert len(selected(by_topic(ask(body)))) == 2  # liaison, and the brace's end
    body["prefetch"][key] = OUTCOME
    cards = by_topic(ask(body))
    assert not selected(cards)
    details = " ".join(card["detail"] for card in cards.values())
    assert "below the usual" not in details
    assert "could not be read" in details


def test_a_visit_without_a_stay_has_no_stay_to_read():
    """A call of a clinic may name no encounter."""
    body = order_sign(reassuring_record(), kyphoplasty())
    del body["prefetch"]["encounter"]
    body["fhirServer"] = "http://127.0.0.1:9/fhir"
    detail = by_topic(ask(body))["rehabilitation"]["detail"]
    assert "visit or stay" not in detail


def test_dispenses_that_an_ehr_without_a_server_leaves_out_are_no_unread_list():
    body = order_sign(quiet_record(), kyphoplasty())
    del body["prefetch"]["dispenses"]
    card = by_topic(ask(body))["rehabilitation"]
    assert card["summary"].startswith("No bone drug")
    assert any(one.get("isRecommended") for one in card["suggestions"])
    assert "dispensed drugs" in card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize(
    "key",
    [
        "medications",
        "administrations",
        "statements",
        "dispenses",
        "procedures",
        "serviceRequests",
    ],
)
def test_without_a_list_of_doses_nobody_says_that_there_is_no_bone_drug(key):
    body = order_sign(quiet_record(), kyphoplasty())
    before = by_topic(ask(body))["rehabilitation"]
    assert any(one.get("isRecommended") for one in before["suggestions"])
    body["prefetch"][key] = OUTCOME
    card = by_topic(ask(body))["rehabilitation"]
    assert "No bone drug" not in card["summary"]
    assert "ask about bone drugs" in card["summary"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize(
    "key",
    [
        "conditions",
        "procedures",
        "serviceRequests",
        "deviceRequests",
        "diagnosticReports",
    ],
)
def test_no_end_of_a_brace_is_chosen_where_a_reason_to_keep_it_may_be_unread(key):
    draft = brace(occurrencePeriod=period(0, 140))
    body = order_sign(quiet_record(), kyphoplasty(), draft)
    (offer,) = by_topic(ask(body))["braceLimit"]["suggestions"]
    assert offer["isRecommended"]
    body["prefetch"][key] = OUTCOME
    (offer,) = by_topic(ask(body))["braceLimit"].get("suggestions", [{}])
    assert not offer.get("isRecommended", False)


def test_nothing_is_not_ordered_while_the_orders_were_not_read():
    started = statement("alendronate", ALENDRONATE, 1)
    record = quiet_record(problem("M80.08XA", days=5), started)
    body = order_sign(record, kyphoplasty())
    before = by_topic(ask(body))["rehabilitation"]
    assert before["summary"].endswith("Rehabilitation is not ordered.")
    body["prefetch"]["serviceRequests"] = OUTCOME
    card = by_topic(ask(body))["rehabilitation"]
    assert "not ordered" not in card["summary"] + card["detail"]
    assert "active orders" in card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize("status", ["active", "stopped"])
@pytest.mark.parametrize("days", [100, 900])
def test_an_unknown_drug_next_to_a_known_one_is_named(status, days):
    """It may be an anabolic drug that ended, whenever that was."""
    unknown = of_patient(
        "MedicationStatement",
        "q",
        status=status,
        medicationCodeableConcept={"text": "PTH-Spritze"},
        effectivePeriod={"start": days_ago(days + 300), "end": days_ago(days)},
    )
    card = card_of(statement("alendronate", ALENDRONATE, 900), unknown)
    assert "another bone drug not excluded" in card["detail"]
    assert "drugs that we do not know" in card["detail"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param({"text": "AAAa"}, id="words"),
        pytest.param(codeable("urn:oid:9.9", "AAAa", "AAAa"), id="a foreign code"),
    ],
)
def test_orders_that_nobody_understood_are_no_list_that_was_read(code):
    record = [one for one in reassuring_record() if not is_order(one)]
    known = of_patient("ServiceRequest", "o", **ORDERED, code={"text": "CBC"})
    unknown = known | {"code": code}
    assert liaison_is_chosen(*record, known)
    assert not liaison_is_chosen(*record, unknown)
    assert liaison_is_chosen(*record, unknown, known | {"id": "p"})


ORDERED = {"status": "active", "intent": "order", "authoredOn": days_ago(2)}


def is_order(resource):
    return resource["resourceType"] == "ServiceRequest"


def liaison_is_chosen(*record):
    cards = by_topic(ask(order_sign(record, kyphoplasty())))
    return any("liaison" in label for _, label in selected(cards))
