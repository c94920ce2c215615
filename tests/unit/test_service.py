"""The flow from request to cards: what is ours, what is read, what is said twice the same, what is recorded."""

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

from cds_service.samples.fhir_server import start_fhir_server
from tests.chart_builders import (
    HOOK_INSTANCE,
    NOW,
    PATIENT,
    application,
    ask,
    augmented,
    bed_rest,
    brace,
    by_topic,
    cards_for,
    drug,
    kyphoplasty,
    measured,
    model,
    of_patient,
    order_sign,
    ordered,
    ordered_elsewhere,
    patient,
    period,
    problem,
    quiet_lists,
    site_service,
    strong_and_nourished,
    thin_and_weak,
    vertebroplasty,
)
from tests.codes import CPT, ICD, codeable

XRAY = of_patient(
    "ServiceRequest",
    "xray",
    status="draft",
    intent="order",
    code=codeable(CPT, "72100"),
)


@pytest.fixture
def fhir():
    """Starts a server with the record of the patient."""
    with ExitStack() as running:
        yield lambda *resources: running.enter_context(
            start_fhir_server([patient(), *resources])
        )


def recorded(resources, *drafts):
    """Cards of the answer, and its audit entry."""
    log = application().log.entries
    before = len(log)
    cards = ask(order_sign(resources, *drafts))
    assert len(log) == before + 1
    return cards, log[-1]


def asked_live(server, *drafts, service=None):
    return ask(
        order_sign(
            [], *drafts, fhir_server=server.url, prefetch=False, service=service
        ),
        service=service,
    )


# --- what is none of ours


@pytest.mark.parametrize(
    "drafts",
    [(XRAY,), (ordered("rehabilitation", status="draft"),)],
    ids=["x-ray", "therapy"],
)
def test_another_order_gets_no_cards_and_nothing_is_read_or_recorded(fhir, drafts):
    server = fhir(*thin_and_weak()[1:])
    recorded = len(application().log.entries)
    assert asked_live(server, *drafts) == []
    assert server.requests == []
    assert len(application().log.entries) == recorded


# --- a brace or bed rest signed after an augmentation


def augmented_with(days, **members):
    return augmented(days) | members


def brace_of(code, **members):
    return brace(code=code, **members)


@dataclass(frozen=True)
class BraceCard:
    """The brace card alone, with these words; what is None is not looked at."""

    summary: str
    action: str | None = None
    indicator: str | None = None


@dataclass(frozen=True)
class NoCard:
    """No card.

    Attributes:
        is_read: the record was.
        entries: of the audit log.
    """

    is_read: bool
    entries: int = 0


@pytest.mark.parametrize(
    ("earlier", "draft", "expected"),
    [
        pytest.param(
            augmented_with(1),
            brace_of("L0456"),
            BraceCard("TLSO", action="update", indicator="info"),
            id="a brace after an augmentation gets the brace card alone: yesterday",
        ),
        pytest.param(
            augmented_with(90),
            brace_of("L0456"),
            BraceCard("TLSO", action="update", indicator="info"),
            id="a brace after an augmentation gets the brace card alone: 90 days ago",
        ),
        pytest.param(
            kyphoplasty("L1", number="old", status="active", authoredOn="2026-10-21"),
            brace_of("L0456"),
            BraceCard("TLSO", action="update", indicator="info"),
            id="a brace after an augmentation gets the brace card alone: by an active"
            " order",
        ),
        pytest.param(
            kyphoplasty(
                "L1", number="old", status="completed", authoredOn="2026-10-21"
            ),
            brace_of("L0456"),
            BraceCard("TLSO", action="update", indicator="info"),
            id="a brace after an augmentation gets the brace card alone: by a"
            " completed order",
        ),
        pytest.param(
            augmented_with(91),
            brace_of("L0456"),
            NoCard(is_read=True),
            id="a brace without a recent augmentation gets no cards, as only the"
            " record can say: 91 days ago",
        ),
        pytest.param(
            kyphoplasty("L1", number="old", status="revoked", authoredOn="2026-11-10"),
            brace_of("L0456"),
            NoCard(is_read=True),
            id="a brace without a recent augmentation gets no cards, as only the"
            " record can say: by a revoked order",
        ),
        pytest.param(
            augmented_with(10, status="not-done"),
            brace_of("L0456"),
            NoCard(is_read=True),
            id="a brace without a recent augmentation gets no cards, as only the"
            " record can say: not done",
        ),
        pytest.param(
            augmented_with(0),
            bed_rest(None),
            BraceCard("Bed rest"),
            id="bed rest after an augmentation gets the same card",
        ),
        pytest.param(
            augmented_with(3),
            brace_of("L0456", occurrencePeriod=period(0, end_days=42)),
            NoCard(is_read=True, entries=1),
            id="a brace within the limit after an augmentation leaves nothing to say",
        ),
        pytest.param(
            augmented_with(3),
            brace_of("L0120"),
            NoCard(is_read=False),
            id="a cervical or limb orthosis reads no record: L0120",
        ),
        pytest.param(
            augmented_with(3),
            brace_of("L1832"),
            NoCard(is_read=False),
            id="a cervical or limb orthosis reads no record: L1832",
        ),
    ],
)
def test_a_support_order_signed_after_an_augmentation(fhir, earlier, draft, expected):
    server, recorded = fhir(earlier), len(application().log.entries)
    cards = asked_live(server, draft)
    if isinstance(expected, NoCard):
        assert cards == []
        assert bool(server.requests) is expected.is_read
        assert len(application().log.entries) == recorded + expected.entries
        return
    (card,) = cards
    assert card["source"]["topic"]["code"] == "braceLimit"
    assert "extension" not in card
    assert expected.summary in card["summary"]
    if expected.indicator is not None:
        assert card["indicator"] == expected.indicator
    if expected.action is not None:
        action = card["suggestions"][0]["actions"][0]
        assert action["type"] == expected.action


def test_a_brace_whose_record_cannot_be_read_gets_no_cards():
    assert ask(order_sign([], brace(), prefetch=False)) == []


@pytest.mark.parametrize(("days", "answered"), [(0, False), (30, False), (60, True)])
def test_a_site_says_for_how_long_a_later_brace_is_answered(
    fhir, tmp_path, days, answered
):
    service = site_service(tmp_path, f"[policy]\nbrace-only-days = {days}\n")
    server = fhir(augmented(45))
    body = order_sign([augmented(45)], brace(), service=service)
    assert bool(ask(body, service=service)) == answered
    assert server.requests == []


# --- several orders


def test_several_augmentation_orders_are_one_answer():
    drafts = kyphoplasty("L1"), kyphoplasty("T12", number="second", code="22513")
    cards = ask(order_sign(thin_and_weak(), *drafts))
    assert [card["source"]["topic"]["code"] for card in cards].count(
        "rehabilitation"
    ) == 1
    assert (
        "two fractures at once" in by_topic(cards)["rehabilitation"]["summary"].lower()
    )


def test_kyphoplasty_and_vertebroplasty_in_one_signing_leave_the_procedure_open():
    cards = cards_for(thin_and_weak(), kyphoplasty("L1"), vertebroplasty("T12"))
    names = {one["name"] for one in model(cards, "nvcf-nomogram-2024")["inputs"]}
    assert "procedure" not in names
    assert re.search(
        r"(?:both|whether).*kyphoplasty (?:and|or) vertebroplasty",
        cards["rehabilitation"]["detail"],
    )


# --- the same twice


def test_what_is_said_differently_has_another_uuid_under_the_same_hook_instance():
    """A client that keys on the uuid never takes a new text for an old one."""
    first, second = (
        by_topic(ask(order_sign(record, kyphoplasty(), brace())))
        for record in (thin_and_weak(), strong_and_nourished())
    )
    assert first["rehabilitation"]["uuid"] != second["rehabilitation"]["uuid"]
    assert first["braceLimit"]["uuid"] == second["braceLimit"]["uuid"]  # the same words
    referrals = [
        next(
            one["uuid"]
            for one in card["suggestions"]
            if one["label"] == "Refer to rehabilitation"
        )
        for card in (first["rehabilitation"], second["rehabilitation"])
    ]
    assert len(set(referrals)) == 1  # the same order


def test_prefetch_and_live_reads_give_identical_answers(fhir):
    server = fhir(*thin_and_weak()[1:])
    live = asked_live(server, kyphoplasty())
    read = len(server.requests)
    record = [patient(), *thin_and_weak()[1:]]
    sent = ask(order_sign(record, kyphoplasty(), fhir_server=server.url))
    assert live == sent
    assert len(server.requests) == read > 0


def test_tomorrow_the_same_record_may_say_something_else():
    body = order_sign(
        [measured("bmd-t-score", -3.0, days=10 * 365), *quiet_lists()], kyphoplasty()
    )
    assert "(T −3.0 in 2016)" in by_topic(ask(body))["rehabilitation"]["summary"]
    later = by_topic(ask(body, now=NOW + timedelta(days=60)))["rehabilitation"]
    assert "−3.0" not in later["summary"]
    assert "too old to use" in later["detail"]


# --- suggestions


def suggestions_of(cards):
    return [one for card in cards for one in card.get("suggestions", ())]


def test_every_suggestion_of_ours_is_recognised_once_it_is_ordered():
    """Accepted, stored and read back, none of it is offered again."""
    record = [patient(), measured("bmi", 17.0), measured("mna-score", 12)]
    offered = suggestions_of(ask(order_sign(record, kyphoplasty())))
    accepted = [
        {**one["actions"][0]["resource"], "status": "active"} for one in offered
    ]
    again = suggestions_of(ask(order_sign([*record, *accepted], kyphoplasty())))
    # With one measurement ordered, the next one may be offered.
    assert {one["label"] for one in again}.isdisjoint(one["label"] for one in offered)


def test_accepting_the_corrected_brace_settles_it():
    body = order_sign(strong_and_nourished(), kyphoplasty(), brace())
    (action,) = by_topic(ask(body))["braceLimit"]["suggestions"][0]["actions"]
    settled = order_sign(strong_and_nourished(), kyphoplasty(), action["resource"])
    assert "braceLimit" not in by_topic(ask(settled))


# --- what is recorded, and what is refused


def test_one_entry_holds_what_was_said_and_no_name():
    named = {**patient(), "name": [{"family": "Secretname"}]}
    cards, entry = recorded([named, *thin_and_weak()[1:]], kyphoplasty())
    assert (entry.kind, entry.patient, entry.hook_instance) == (
        "answer",
        PATIENT,
        HOOK_INSTANCE,
    )
    assert json.loads(entry.content["cards"].text) == cards
    assert "Secretname" not in json.dumps(entry.content, default=str)
    assert {"studies", "mappings", "hooks", "policy", "version"} <= entry.content[
        "digests"
    ].keys()


# --- what leads


@pytest.mark.parametrize(
    "died", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11-19T08:00:00Z"}]
)
def test_a_dead_patient_gets_no_card_and_the_log_an_entry(died):
    cards, entry = recorded(
        [{**patient(), **died}, *thin_and_weak()[1:]], kyphoplasty(), brace()
    )
    assert cards == []
    assert (entry.kind, entry.status, entry.cards) == ("answer", 200, ())
    assert "deceased" in entry.content["signals"]
    assert (
        recorded(
            [{**patient(), "deceasedBoolean": False}, *thin_and_weak()[1:]],
            kyphoplasty(),
        )[0]
        != []
    )


@pytest.mark.parametrize(
    ("resources", "draft", "signal"),
    [
        ([augmented_with(425)], kyphoplasty("L1"), "earlier-fracture"),
        ([problem("M80.08XA", days=425)], kyphoplasty("L1"), "earlier-fracture"),
        (
            [],
            kyphoplasty(
                "L1",
                reasonCode=[{"text": "L1 burst fracture after a fall from a balcony"}],
            ),
            "maybe-not-fragility",
        ),
        (
            [],
            kyphoplasty("L1", note=[{"text": "Motor vehicle collision on Friday"}]),
            "maybe-not-fragility",
        ),
        ([patient("female", age=45)], kyphoplasty("L1"), "maybe-not-fragility"),
        (
            [],
            kyphoplasty(
                "L1",
                reasonCode=[
                    codeable("http://hl7.org/fhir/sid/icd-10-cm", code="C34.11")
                ],
            ),
            "active-cancer",
        ),
        ([problem("F03.90")], kyphoplasty("L1"), "dementia"),
        ([drug("prednisolone", days=400)], kyphoplasty("L1"), "long-term-steroid"),
    ],
)
def test_what_leads_is_found_in_record_and_order(resources, draft, signal):
    assert signal in recorded(resources, draft)[1].content["signals"]
    assert (
        signal
        not in recorded([problem("hypertension")], kyphoplasty())[1].content["signals"]
    )


def test_cancer_as_the_reason_leaves_malignancy_of_bone_open():
    cancer = kyphoplasty(reasonCode=[codeable(ICD, "C34.11")])
    content = recorded([problem("hypertension"), ordered_elsewhere()], cancer)[
        1
    ].content
    assert {"name": "malignancy", "reason": "undetermined", "seen": True} in content[
        "gaps"
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Fall from standing height",
        "Osteoporotic fracture, history of motor vehicle accident in 1990",
    ],
)
def test_a_fall_on_one_level_and_an_old_accident_are_no_high_energy_cause(words):
    entry = recorded([], kyphoplasty(reasonCode=[{"text": words}]))[1]
    assert "maybe-not-fragility" not in entry.content["signals"]
