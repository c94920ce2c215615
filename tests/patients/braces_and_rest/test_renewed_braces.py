"""A brace order that goes on with an earlier one: its weeks began with the first."""

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
    period,
    problem,
)
from tests.codes import HCPCS, ICD, codeable
from tests.patients.reassuring import end_is_selected, reassuring_record

UNKNOWN = "TLSO renewed: first brace not on record"
WHY = "renews a brace whose first day is not on record"
OLD = {"reference": "DeviceRequest/old"}


def cards_with(*drafts, record=()):
    body = order_sign(reassuring_record(*record), kyphoplasty(), *drafts)
    return by_topic(ask(body))


def earlier(days, number="old", **members):
    said = {
        "status": "completed",
        "intent": "order",
        "codeCodeableConcept": codeable(HCPCS, "L0456"),
        "authoredOn": days_ago(days),
    }
    return of_patient("DeviceRequest", number, **said | members)


def titled(words):
    return brace(codeCodeableConcept={"text": words})


def noted(words):
    return brace(note=[{"text": words}])


def fractured(days):
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="fx", code=codeable(ICD, "S32.010A"), **begun)


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(brace(priorRequest=[OLD]), id="priorRequest"),
        pytest.param(brace(basedOn=[OLD]), id="basedOn"),
        pytest.param(titled("Renew TLSO"), id="renew"),
        pytest.param(titled("TLSO brace refill"), id="refill"),
        pytest.param(titled("Continue TLSO"), id="continue"),
        pytest.param(noted("extend brace"), id="extend"),
        pytest.param(titled("TLSO weiter tragen"), id="de"),
        pytest.param(noted("Folgeverordnung"), id="de-next"),
        pytest.param(noted("renouvellement du corset"), id="fr"),
        pytest.param(noted("renovar el corsé"), id="es"),
        pytest.param(noted("rinnovo del busto"), id="it"),
        pytest.param(noted("继续佩戴"), id="zh"),
        pytest.param(noted("装具を継続"), id="ja"),
    ],
)
def test_without_the_first_brace_its_end_is_offered_and_the_gap_is_named(draft):
    cards = cards_with(draft)
    assert cards["braceLimit"]["summary"].startswith(f"{UNKNOWN}. Off by 15 Jan")
    assert WHY in cards["braceLimit"]["detail"]
    assert not end_is_selected(cards)


def test_a_service_request_that_replaces_one_is_read_too():
    old = {"reference": "ServiceRequest/old"}
    code = codeable(HCPCS, "L0456")
    draft = drafted("ServiceRequest", "brace", code=code, replaces=[old])
    cards = cards_with(draft)
    assert cards["braceLimit"]["summary"].startswith(UNKNOWN)
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(noted("extend brace for 4 weeks"), id="in-words"),
        pytest.param(
            brace(priorRequest=[OLD], occurrencePeriod=period(0, 28)), id="in-dates"
        ),
    ],
)
def test_a_renewal_within_the_weeks_is_asked_about_and_gets_no_end(draft):
    card = cards_with(draft)["braceLimit"]
    assert card["summary"] == f"{UNKNOWN}. Worn how long, still needed?"
    assert not card.get("suggestions")


@pytest.mark.parametrize(
    ("draft", "record"),
    [
        pytest.param(brace(priorRequest=[OLD]), [earlier(40)], id="named"),
        pytest.param(
            brace(priorRequest=[{"reference": "DeviceRequest/two"}]),
            [earlier(10, "two", priorRequest=[OLD]), earlier(40)],
            id="named-by-the-one-before",
        ),
    ],
)
def test_the_weeks_count_from_the_first_order_on_record(draft, record):
    cards = cards_with(draft, record=record)
    assert cards["braceLimit"]["summary"].startswith(
        "TLSO renewed: first brace 11 Oct, so off by 6 Dec (8 weeks)?"
    )
    assert end_is_selected(cards)


def test_words_alone_mean_the_brace_on_record():
    summary = cards_with(titled("Renew TLSO"), record=[earlier(40)])["braceLimit"][
        "summary"
    ]
    assert summary.startswith("TLSO renewed: first brace 11 Oct, so off by 6 Dec")


def test_a_brace_on_record_that_goes_on_with_one_that_is_not_is_not_the_first():
    second = earlier(20, "two", priorRequest=[OLD])
    cards = cards_with(
        brace(priorRequest=[{"reference": "DeviceRequest/two"}]), record=[second]
    )
    assert WHY in cards["braceLimit"]["detail"]
    assert not end_is_selected(cards)


def test_a_brace_worn_long_before_this_fracture_does_not_tell_its_weeks():
    cards = cards_with(brace(priorRequest=[OLD]), record=[fractured(30), earlier(400)])
    assert cards["braceLimit"]["summary"].startswith(UNKNOWN)
    assert not end_is_selected(cards)


def test_a_brace_whose_weeks_are_over_is_asked_about():
    summary = cards_with(brace(priorRequest=[OLD]), record=[earlier(70)])["braceLimit"][
        "summary"
    ]
    assert summary.startswith("TLSO renewed: first brace 11 Sep, 10 weeks ago.")


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(brace(basedOn=[{"reference": "CarePlan/1"}]), id="plan"),
        pytest.param(
            brace(basedOn=[{"reference": "ServiceRequest/order"}]), id="operation"
        ),
        pytest.param(noted("may renew if pain persists"), id="perhaps"),
        pytest.param(noted("refills: 0"), id="no-refill"),
        pytest.param(noted("wear continuously"), id="continuously"),
        pytest.param(noted("bei Bedarf verlängern"), id="perhaps-de"),
        pytest.param(noted("do not extend"), id="not-extended"),
    ],
)
def test_one_that_does_not_go_on_is_no_renewal(draft):
    assert "renewed" not in cards_with(draft)["braceLimit"]["summary"]


def test_a_draft_that_takes_the_place_of_another_is_the_first_brace():
    wrong = brace("wrong")
    right = brace("right", priorRequest=[{"reference": "DeviceRequest/wrong"}])
    cards = cards_with(wrong, right)
    assert cards["braceLimit"]["summary"].startswith("TLSO: no end date.")
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    "note",
    [
        "12 weeks, renew if needed",
        "12 semaines, à prolonger si besoin",
        "12週間、必要なら延長",
        "12周，必要时延长",
        "12 semanas, prorrogar si precisa",
        "12 settimane, prolungabile se necessario",
        "12 Wochen, verlängern falls nötig",
        "12 weken, verlengen indien nodig",
    ],
)
def test_a_brace_that_may_be_renewed_is_not_one_that_was(note):
    cards = cards_with(noted(note))
    assert "renewed" not in cards["braceLimit"]["summary"]
    assert WHY not in cards["braceLimit"]["detail"]
    suggestions = cards["braceLimit"].get("suggestions", ())
    assert not any(one.get("isRecommended") for one in suggestions)
