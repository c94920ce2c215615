"""Two vertebrae break at once, and their augmentations are done in two sessions."""

import pytest

from tests.chart_builders import (
    LEVELS,
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
)
from tests.codes import CPT, ICD, SCT, codeable
from tests.patients.reassuring import dated, imaging, reassuring_record

AT_ONCE = "Two fractures at once"
SECOND = "Second vertebral fracture in 2 years"


def broken(level, days, **members):
    code = codeable(ICD, {"L1": "S32.010A", "L3": "S32.030A"}[level])
    return dated(code, days=days, number=level, **members)


def operated(days=10, title="Kyphoplasty L1", **members):
    done = {"performedDateTime": days_ago(days), "code": {"text": title}}
    return of_patient("Procedure", "first", status="completed", **done | members)


FIRST = (broken("L1", 20), operated())
BOTH = (*FIRST, broken("L3", 20))


def card_of(*record, order=None):
    body = order_sign(reassuring_record(*record), order or kyphoplasty("L3"))
    return by_topic(ask(body))["rehabilitation"]


def of_both():
    sites = [codeable(SCT, LEVELS["L1"]), codeable(SCT, LEVELS["L3"])]
    return kyphoplasty(None, bodySite=sites)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(BOTH, id="one day"),
        pytest.param((*FIRST, broken("L3", 17)), id="a few days apart"),
        pytest.param(
            (broken("L1", 70), broken("L3", 70), operated(60)), id="two months ago"
        ),
        pytest.param(
            (dated({"text": "L1 and L3 compression fracture"}, days=20), operated()),
            id="one entry",
        ),
        pytest.param(
            (
                broken("L1", 20),
                broken("L3", 20),
                operated(
                    code=codeable(CPT, "22514"),
                    bodySite=[codeable(SCT, LEVELS["L1"])],
                ),
            ),
            id="coded",
        ),
        pytest.param(
            (
                *BOTH,
                of_patient(
                    "ServiceRequest",
                    "order",
                    status="completed",
                    intent="order",
                    code={"text": "Kyphoplasty L1"},
                    authoredOn=days_ago(12),
                ),
            ),
            id="with its order",
        ),
        pytest.param(
            (*BOTH, imaging("Acute fractures of L1 and L3.", days=15)),
            id="seen on the images before",
        ),
    ],
)
def test_the_second_stage_treats_no_second_fracture(record):
    """The card is that of both vertebrae signed together."""
    together = card_of(broken("L1", 20), broken("L3", 20), order=of_both())
    card = card_of(*record)
    assert card["indicator"] == "info"
    assert card["summary"] == together["summary"]
    assert card["summary"].startswith(AT_ONCE)
    assert card["detail"] == together["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "No new fracture.",
        "No acute fracture of L3.",
        "Unchanged fracture of L3.",
        "Subacute fracture of L3.",
        "Keine neue Fraktur. LWK-3-Fraktur unverändert.",
        "Fracture de L3 connue, pas de fracture récente.",
        "Fractura conocida de L3, sin fractura vertebral reciente.",
        "Frattura nota di L3, nessuna frattura recente.",
        "Known fracture of L3, new fracture of L5.",
    ],
)
def test_a_report_that_calls_it_no_new_one_makes_none(words):
    card = card_of(*BOTH, imaging(words, days=3))
    assert card["indicator"] == "info"
    assert card["summary"].startswith(AT_ONCE)
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "New compression fracture of L3.",
        "Acute fracture L3.",
        "L3 fracture, new since 12 Nov.",
        "L3 vertebral fracture, not seen on the prior film.",
        "L3 fracture, not visible on the previous MRI.",
        "Now also compression fracture of L3.",
        "Refracture of L3.",
        "No retropulsion. New vertebral fracture.",
        "Frische LWK 3-Fraktur.",
        "Neu aufgetretene Fraktur LWK 3.",
        "Nouvelle fracture de L3.",
        "Fracture récente de L3.",
        "Fractura aguda de L3.",
        "Nuova frattura di L3.",
        "Nieuwe fractuur L3.",
        "Nowe złamanie L3.",
        "L3新鮮骨折",
        "新发L3骨折。",
    ],
)
def test_one_that_a_report_since_the_first_stage_calls_new_is_a_second(words):
    card = card_of(*BOTH, imaging(words, days=3))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(SECOND)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param((*FIRST, broken("L3", 3)), id="broken since"),
        pytest.param((*FIRST, broken("L3", 10)), id="on the day of the first stage"),
        pytest.param(FIRST, id="not on record"),
        pytest.param(
            (*FIRST, problem("S32.030A", number="L3", days=20)), id="without an onset"
        ),
        pytest.param(
            (*FIRST, broken("L3", 20, onsetDateTime="2026-10")), id="by its month"
        ),
        pytest.param((operated(), broken("L3", 20)), id="L1 without a fracture"),
        pytest.param(
            (broken("L1", 40), broken("L3", 15), operated()), id="weeks between them"
        ),
        pytest.param(
            (broken("L1", 20), broken("L3", 20), operated(title="Kyphoplasty T12")),
            id="cement of a third vertebra",
        ),
        pytest.param(
            (broken("L1", 500), broken("L3", 20), operated(490)), id="cement of 2025"
        ),
        pytest.param(
            (*BOTH, problem("S32.030A", number="over", status="resolved", days=9)),
            id="L3 called over",
        ),
    ],
)
def test_what_is_not_known_to_be_one_injury_is_a_second_fracture(record):
    card = card_of(*record)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(SECOND)


@pytest.mark.parametrize(
    "words",
    [
        "Acute compression fracture of L3.",
        "Acute compression fractures of L1 and L3 with marrow edema. No retropulsion.",
        "Status post kyphoplasty L1. Acute fracture of L3.",
        "Frische LWK-3-Fraktur.",
        "Fracture récente de L3.",
        "Fractura aguda de L3.",
        "Frattura recente di L3.",
        "Świeże złamanie L3.",
        "L3新鮮骨折",
        "L3急性骨折。",
    ],
)
def test_a_report_of_the_first_two_weeks_repeats_an_acute_one(words):
    early = (broken("L1", 12), broken("L3", 12), operated(9))
    card = card_of(*early, imaging(words, days=4))
    assert card["indicator"] == "info"
    assert card["summary"].startswith(AT_ONCE)


@pytest.mark.parametrize(
    "words",
    [
        "New acute compression fracture of L3.",
        "Acute fracture of L3, not seen on the prior film.",
        "Acute vertebral fracture.",
        "Acute adjacent fracture of L3.",
        "Acute fracture of L3, previously intact.",
        "Acute fracture of L3, which was intact on 10 Nov.",
        "Frische Fraktur LWK 3, zuvor intakt.",
        "Fracture récente de L3, auparavant intacte.",
        "Fractura aguda de L3, previamente intacta.",
        "L3急性骨折，此前正常。",
        "Frische Fraktur, neu LWK 3.",
        "L3に新規の急性骨折",
    ],
)
def test_one_that_it_calls_new_or_does_not_place_is_a_second(words):
    early = (broken("L1", 12), broken("L3", 12), operated(9))
    card = card_of(*early, imaging(words, days=4))
    assert card["summary"].startswith(SECOND)


def pair(days):
    code = codeable(ICD, "S22.080A", "Wedge compression fracture of T11-T12 vertebra")
    return dated(code, days=days, number="pair")


@pytest.mark.parametrize("level", ["T11", "T12"])
def test_a_pair_broke_where_the_first_stage_filled_it(level):
    record = (pair(20), operated(19, f"Kyphoplasty {level}"), broken("L3", 20))
    card = card_of(*record)
    assert card["indicator"] == "info"
    assert card["summary"].startswith(AT_ONCE)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(
            (pair(20), operated(19, "Kyphoplasty T12"), broken("L3", 5)),
            id="L3 broke since",
        ),
        pytest.param(
            (pair(5), operated(19, "Kyphoplasty T12"), broken("L3", 20)),
            id="the pair broke since",
        ),
        pytest.param(
            (pair(20), operated(19, "Kyphoplasty T10"), broken("L3", 20)),
            id="cement of neither",
        ),
        pytest.param(
            (
                pair(20),
                operated(19, "Kyphoplasty T12"),
                broken("L3", 20),
                imaging("New fracture of L3.", days=3),
            ),
            id="called new",
        ),
    ],
)
def test_a_pair_that_is_not_of_the_injury_is_a_second_fracture(record):
    assert card_of(*record)["summary"].startswith(SECOND)


def test_either_vertebra_of_a_pair_may_have_broken():
    """S22.080 is of T11 or T12: of which one, its code does not say."""
    fracture = dated(codeable(ICD, "S22.080A"), days=20)
    card = card_of(
        fracture, operated(title="Kyphoplasty T11"), order=kyphoplasty("T12")
    )
    assert card["summary"].startswith(SECOND)


def test_cement_of_the_past_stays_an_earlier_fracture():
    old = operated(900, "Kyphoplasty T8", id="old")
    card = card_of(*BOTH, old)
    assert card["summary"].startswith("Earlier vertebral fracture (2024)")
