"""Feedback over HTTP with a real database: how it is recorded, and what it changes in the next answer."""

import json
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from cds_service.audit.chain import AuditEntry, ShownCard
from cds_service.audit.earlier_feedback import EarlierFeedback, closures_json
from cds_service.audit.exporting import begin_export, export_lines
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.core.caller import NOBODY
from cds_service.core.earlier_cards.closures import (
    CardGround,
    Closures,
    Fracture,
    GroundOrder,
)
from cds_service.errors import AuditUnavailable
from cds_service.protocol.feedback import MAX_ITEMS
from tests.chart_builders import (
    HOOK,
    NOW,
    PATIENT,
    brace,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    open_service,
    order_sign,
    ordered,
    problem,
    strong_and_nourished,
    thin_and_weak,
)
from tests.codes import ATC, ICD, codeable
from tests.fact_builders import policy_with
from tests.integration.ward import REASONS, Ward
from tests.patients.reassuring import imaging

THIN = thin_and_weak()

SHARED = "11111111-2222-4333-8444-555555555555"
REFUSED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}


class OnePatient(Ward):
    """A clinic with one patient, thin and weak, who belongs to this test alone."""

    def __init__(self, store, **more):
        super().__init__(store, **more)
        self.patient = str(uuid4())

    def visit(self, *drafts, resources=THIN, days=0, seconds=0, **members):
        """Sign a kyphoplasty and these other drafts, and return the cards."""
        body = (
            order_sign(resources, kyphoplasty(), *drafts, hook_instance=str(uuid4()))
            | members
        )
        return self.sign(
            json.loads(json.dumps(body).replace(PATIENT, self.patient)),
            days=days,
            seconds=seconds,
        )

    def card(self, **more):
        return self.visit(**more)["rehabilitation"]

    def newest_here(self, kind, **query):
        return self.newest(kind, patient=self.patient, **query)


def content_of(card):
    """Colour and words of a card."""
    return card["indicator"], card["summary"], card["detail"]


def labels_of(card):
    """Labels of the card's buttons."""
    return [suggestion["label"] for suggestion in card.get("suggestions", ())]


def closures_of(ward):
    """What the entry of the newest answer holds about overrides."""
    return ward.newest_here("answer").content["closures"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    log = AuditStore(
        f"sqlite:///{tmp_path_factory.mktemp('ward') / 'audit.sqlite3'}",
        wait_seconds=10,
    )
    with closing(log):
        yield log


@pytest.fixture
def ward(store):
    return OnePatient(store)


def named(code, *, days, entered=0, number):
    """A diagnosis by its code, or in words, of so many days ago."""
    is_code = code[1:2].isdigit()
    concept = codeable(ICD, code) if is_code else {"text": code}
    onset = days_ago(days)
    return problem("x", number=number, days=entered, code=concept, onsetDateTime=onset)


CONSIDERED = [
    pytest.param(
        named("Leg weakness", days=1, number="z"),
        named("G82.20", days=0, number="a"),
        id="a weak leg, then paraplegia",
    ),
    pytest.param(
        named("M46.46", days=12, entered=12, number="z"),
        named("G06.1", days=20, number="a"),
        id="discitis, then an older abscess that is entered today",
    ),
    pytest.param(
        named("C90.00", days=1900, entered=1900, number="z"),
        named("C79.51", days=2100, number="a"),
        id="myeloma, then a bone metastasis that is entered today",
    ),
    pytest.param(
        named("C50.911", days=900, entered=900, number="z"),
        named("C34.90", days=1000, number="a"),
        id="breast cancer, then lung cancer",
    ),
]


@pytest.mark.parametrize(("first", "later"), CONSIDERED)
def test_what_was_considered_closes_no_other_entry_of_its_fact(ward, first, later):
    """Cards page, E7: that fact, until a newer value."""
    record = [*strong_and_nourished(), inpatient()]
    card = ward.card(resources=[*record, first])
    assert card["indicator"] == "warning"
    ward.override(card, "considered")
    closed = ward.card(resources=[*record, first], seconds=60)
    assert closed["indicator"] == "info"
    again = ward.card(resources=[*record, first, later], seconds=120)
    assert again["indicator"] == "warning"


OPEN_REPORT = imaging("Bone metastases L1")
OVERDUE = of_patient(
    "MedicationAdministration",
    "denosumab",
    status="completed",
    medicationCodeableConcept=codeable(ATC, "M05BX04"),
    effectiveDateTime=days_ago(300),
)
WEAK_LEG = named("Leg weakness", days=1, number="z")
# What is new, and what the next card must say of it.
NEW_SINCE = [
    pytest.param([], named("C79.51", days=3, number="m"), "metastasis", id="cancer"),
    pytest.param([], named("S32.012A", days=0, number="u"), "unstable", id="unstable"),
    pytest.param([], OPEN_REPORT, "not excluded", id="a report that leaves it open"),
    pytest.param([], OVERDUE, "overdue", id="a lapsed drug"),
    pytest.param(
        [WEAK_LEG],
        named("C79.51", days=3, number="m"),
        "metastasis",
        id="behind the same leading fact",
    ),
    pytest.param([WEAK_LEG], OVERDUE, "overdue", id="a drug behind the same fact"),
]


@pytest.mark.parametrize("reason", ["", "serviceNotAvailable", "considered"])
@pytest.mark.parametrize(("first", "later", "words"), NEW_SINCE)
def test_an_answered_card_is_shown_again_if_it_says_more(
    ward, first, later, words, reason
):
    """Nothing twice in one signing (E7): a card that says more is another one."""
    record = [*strong_and_nourished(), inpatient(), *first]
    card = ward.card(resources=record, hookInstance=SHARED)
    ward.override(card, reason) if reason else ward.accept(card)
    again = ward.card(resources=[*record, later], seconds=3600, hookInstance=SHARED)
    assert words in f"{again['summary']} {again['detail']}"


@pytest.mark.parametrize("code", ["S32.012A", "M53.2X6"])
@pytest.mark.parametrize("reason", ["patientDeclines", "alreadyArranged"])
def test_an_unstable_spine_is_said_when_bone_treatment_is_closed(ward, reason, code):
    """Training was the only act left, and is not asked for any more: the card says so."""
    record = [*strong_and_nourished(), inpatient()]
    ward.override(ward.card(resources=record), reason)
    assert ward.card(resources=record)["summary"] == "Rehabilitation is not ordered."
    unstable = named(code, days=0, number="u")
    again = ward.card(resources=[*record, unstable], seconds=3600)
    assert again["summary"].endswith(": no training before it is stable.")
    ward.override(again, "alreadyArranged")
    cards = ward.visit(resources=[*record, unstable], seconds=7200)
    assert "rehabilitation" not in cards


def test_an_answered_card_is_shown_again_if_a_list_fails(ward):
    record = [*strong_and_nourished(), inpatient()]
    ward.accept(ward.card(resources=record, hookInstance=SHARED))
    body = order_sign(record, kyphoplasty(), hook_instance=SHARED)
    body["prefetch"]["conditions"] = REFUSED
    own_body = json.loads(json.dumps(body).replace(PATIENT, ward.patient))
    again = ward.sign(own_body, seconds=60)["rehabilitation"]
    assert "the problem list" in again["detail"]


def test_an_answered_card_that_says_no_more_is_not_shown_again(ward):
    """With one more order and one less problem the card says less, never more."""
    record = [*strong_and_nourished(), inpatient()]
    hip = problem("S72.001A", onsetDateTime="2026-08-10")
    lost = named("C79.51", days=3, number="m")
    card = ward.card(resources=[*record, hip, lost], hookInstance=SHARED)
    assert card["indicator"] == "warning"
    ward.override(card)
    for left in ([hip, lost], [lost]):
        cards = ward.visit(
            resources=[*record, *left, ordered("rehabilitation", days=0)],
            seconds=60,
            hookInstance=SHARED,
        )
        assert "rehabilitation" not in cards


@pytest.mark.parametrize("reason", ["", "considered"])
def test_an_answer_of_one_user_closes_no_card_of_another(ward, reason):
    """Some EHRs give all who open a chart one `hookInstance`."""
    record = strong_and_nourished()
    first = ward.card(resources=record, hookInstance=SHARED)
    ward.override(first, reason) if reason else ward.accept(first)
    body = order_sign(record, kyphoplasty(), hook_instance=SHARED)
    body = json.loads(json.dumps(body).replace(PATIENT, ward.patient))
    assert "rehabilitation" not in ward.sign(body, seconds=60)
    body["context"]["userId"] = "Practitioner/8"
    assert "rehabilitation" in ward.sign(body, seconds=120)


# --- how feedback is recorded


def test_feedback_stands_beside_the_answer_that_showed_the_card(ward):
    card = ward.card()
    ward.override(card, "patientDeclines")
    answer, feedback = (ward.newest_here(kind) for kind in ("answer", "feedback"))
    assert (feedback.about, feedback.card, feedback.topic) == (
        answer.id,
        card["uuid"],
        "rehabilitation",
    )
    assert (feedback.result, feedback.reason) == ("overridden", "patientDeclines")
    assert feedback.hook_instance == answer.hook_instance
    assert feedback.content["linked"] is True
    assert [one.id for one in ward.store.reader.about([answer.id])[answer.id]] == [
        feedback.id
    ]


def test_ids_in_capitals_are_those_of_the_card(ward):
    """RFC 9562, section 4: a UUID is read in either case."""
    card = ward.card()
    in_capitals = [
        {**suggestion, "uuid": suggestion["uuid"].upper()}
        for suggestion in card.get("suggestions", ())
    ]
    shouted = {**card, "uuid": card["uuid"].upper(), "suggestions": in_capitals}
    ward.accept(shouted, "Refer to rehabilitation")
    feedback = ward.newest_here("feedback")
    assert (feedback.card, feedback.content["unknownSuggestions"]) == (card["uuid"], 0)
    assert feedback.content["linked"] is True


def test_accepted_suggestions_are_recorded_with_their_recommendations(ward):
    ward.accept(ward.card(), "Refer to rehabilitation", "Refer to dietitian")
    content = ward.newest_here("feedback").content
    assert content["acceptedRules"] == ["dietitian", "rehabilitation"]
    assert (len(content["acceptedSuggestions"]), content["unknownSuggestions"]) == (
        2,
        0,
    )


def test_a_batch_about_several_answers_comes_in_any_order(ward):
    first, second = ward.card(), ward.visit(brace())["braceLimit"]
    late = {
        "card": second["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:10:00Z",
    }
    early = {
        "card": first["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:05:00Z",
    }
    ward.tell(late, early, late)
    assert (
        len(
            ward.store.reader.find(
                Query(kinds=("feedback",), patient=ward.patient)
            ).entries
        )
        == 2
    )
    assert ward.newest_here("feedback", topic="braceLimit").content["linked"] is True


def test_statements_of_one_call_are_one_transaction(ward):
    ward.override({"uuid": str(uuid4())})
    written = []

    def note(connection):
        if connection.get_execution_options().get("audit_writes"):
            written.append(connection)

    engine = ward.store.database._engine
    event.listen(engine, "commit", note)
    items = [
        {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": ward.moment}
        for _ in range(MAX_ITEMS)
    ]
    ward.tell(*items)
    event.remove(engine, "commit", note)
    assert len(written) == 1
    assert ward.newest("feedback", card=items[-1]["card"])
    assert ward.newest("feedback", card=items[0]["card"])


def test_a_site_may_keep_comments_which_are_marked_and_cut(store):
    ward = OnePatient(
        store,
        service=replace(
            open_service(), policy=policy_with(feedback_user_comments=True)
        ),
    )
    ward.override(
        ward.card(), "patientDeclines", userComment="does not\n want it " + "x" * 1000
    )
    content = ward.newest_here("feedback").content
    assert content["userComment"].startswith("does not want it xxx")
    assert len(content["userComment"]) == 500
    assert content["phi"] == ["userComment"]


EPIC_REASONS = "com.epic.cdshooks.feedback.overrideReason.reasonCategory"
EHR_REASONS = "https://ehr.example.org/reasons"


@pytest.mark.parametrize(
    # as it was sent, the code that is recorded, and if a foreign one is kept as sent
    ("reason", "recorded", "kept"),
    [
        ({"code": "patientDeclines", "system": REASONS}, "patientDeclines", False),
        ({"code": "patientDeclines"}, "patientDeclines", False),
        ({"code": "mine", "system": REASONS}, None, True),
        ({}, None, False),
        ({"code": "patientDeclines", "system": "urn:other"}, None, True),
        ({"code": "45", "system": EPIC_REASONS}, None, True),
        ({"code": "not-now", "system": EHR_REASONS}, None, True),
        ({"code": "Mrs Hoeger said no", "system": EHR_REASONS}, None, False),
        ({"code": "45", "system": "Mrs Hoeger"}, None, False),
        ({"code": "45"}, None, False),
    ],
)
def test_a_reason_is_recorded_where_it_is_ours_and_a_foreign_one_by_code_without_free_text(
    ward, reason, recorded, kept
):
    ward.override(ward.card(), reason=reason)
    entry = ward.newest_here("feedback")
    assert entry.reason == recorded
    assert entry.content["reason"] == (recorded or "not one of ours")
    assert entry.content.get("foreignReason") == (reason if kept else None)


class Unreadable:
    """A log that takes entries and cannot be read, or can be read only after the deadline."""

    def __init__(self, *, is_slow=False):
        self.is_over = threading.Event()
        self.is_slow = is_slow

    def showing(self, *_of):
        if self.is_slow:
            self.is_over.wait(60)
            return ()
        raise AuditUnavailable("no")

    feedback_on = showing


def test_feedback_is_kept_without_a_link_while_the_log_cannot_be_read(store):
    ward = OnePatient(store, earlier=Unreadable())
    card = str(uuid4())
    ward.override({"uuid": card})
    assert (
        ward.newest("feedback", card=card).content["unlinkedSince"]
        == "the log could not be read"
    )


class Healing:
    """A log that cannot be read at first."""

    def __init__(self, store):
        self.log, self.is_well = EarlierFeedback(store), False

    def showing(self, card, caller):
        if not self.is_well:
            raise AuditUnavailable("no")
        return self.log.showing(card, caller)

    def feedback_on(self, *of):
        return self.log.feedback_on(*of)


def to_another_service(ward, item):
    """Send the item as feedback on a service that never showed its card."""
    ward._asked.client.post(
        "/cds-services/kyphoplasty-discharge/feedback", json={"feedback": [item]}
    )


def while_the_log_is_away(ward, item):
    ward.tell(item)


@pytest.mark.parametrize("first", [to_another_service, while_the_log_is_away])
def test_a_statement_that_came_unlinked_is_linked_when_it_comes_again(store, first):
    earlier = Healing(store)
    ward = OnePatient(store, earlier=earlier)
    card = ward.card()
    earlier.is_well = first is to_another_service
    item = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": ward.moment,
        "overrideReason": {"reason": {"code": "not-indicated", "system": REASONS}},
    }
    first(ward, item)
    first(ward, item)
    earlier.is_well = True
    ward.tell(item)
    ward.tell(item)
    statements = store.reader.find(Query(kinds=("feedback",), card=card["uuid"]))
    answer = ward.newest_here("answer")
    assert [entry.about for entry in statements.entries] == [answer.id, None]
    wanted = Query(card=card["uuid"])
    export = begin_export(store.database, wanted, "feedback", "os:root", lambda: NOW)
    lines = list(export_lines(store.database, export))
    assert len([line for line in lines if "not-indicated" in line]) == 1


def test_two_patients_of_one_hook_instance_share_no_id_and_no_answer(store):
    """The same words under one `hookInstance`: A's override must not silence B's warning."""
    ann, ben = OnePatient(store), OnePatient(store)
    first, second = (one.card(hookInstance=SHARED) for one in (ann, ben))
    assert (first["summary"], first["detail"]) == (second["summary"], second["detail"])
    ids = [
        {one["uuid"] for one in (card, *card["suggestions"])}
        for card in (first, second)
    ]
    assert ids[0].isdisjoint(ids[1])
    ann.override(first, "patientDeclines")
    assert ann.newest("feedback", card=first["uuid"]).patient == ann.patient
    assert content_of(ben.card(hookInstance=SHARED, seconds=1)) == content_of(second)
    assert closures_of(ben)["inForce"] == []


def test_a_repeat_of_a_call_shares_its_ids(ward):
    first, again = (
        ward.card(hookInstance=SHARED, seconds=seconds) for seconds in (0, 1)
    )
    assert again["uuid"] == first["uuid"]
    assert [one["uuid"] for one in again["suggestions"]] == [
        one["uuid"] for one in first["suggestions"]
    ]
    ward.override(again, "patientDeclines")
    assert ward.newest_here("feedback").content["linked"] is True


@dataclass(frozen=True)
class EarlierAnswer:
    """An answer as earlier versions logged it; the patient is the ward's, if None."""

    patient: str | None = None
    hook_instance: str = SHARED
    server: str | None = None
    drafts_digest: str = "f" * 64
    user: str | None = None

    def entry(self, ward: OnePatient, card: ShownCard) -> AuditEntry:
        content = {
            "record": {"server": self.server},
            "draftsDigest": self.drafts_digest,
            "suggestions": {},
        }
        return AuditEntry(
            kind="answer",
            content=content,
            patient=self.patient or ward.patient,
            user=self.user,
            hook_instance=self.hook_instance,
            service_id=HOOK,
            cards=(card,),
            at=NOW,
        )


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(EarlierAnswer(patient="another"), id="patient"),
        pytest.param(EarlierAnswer(hook_instance=str(uuid4())), id="hook-instance"),
        pytest.param(
            EarlierAnswer(server="https://other.example.org/fhir"), id="server"
        ),
        pytest.param(EarlierAnswer(drafts_digest="0" * 64), id="orders"),
        pytest.param(EarlierAnswer(user="Practitioner/8"), id="user"),
    ],
)
def test_what_fits_two_signings_is_refused_and_the_rest_of_the_call_is_kept(
    ward, other
):
    """Entries of earlier versions may share the id of a card."""
    own, shared = ward.visit(brace())["braceLimit"], str(uuid4())
    card = ShownCard(card=shared, topic="rehabilitation", indicator="warning")
    ward.store.append(EarlierAnswer().entry(ward, card))
    ward.store.append(other.entry(ward, card))
    statement = {"outcome": "overridden", "outcomeTimestamp": ward.moment}
    response = ward.send(
        {"card": shared, **statement}, {"card": own["uuid"], **statement}
    )
    assert response.status_code == 409
    assert response.json["issue"][0]["code"] == "multiple-matches"
    assert "1 of 2 items" in response.json["issue"][0]["details"]["text"]
    refused, kept = (
        ward.newest("feedback", card=card) for card in (shared, own["uuid"])
    )
    assert (refused.about, refused.patient, refused.content["linked"]) == (
        None,
        None,
        False,
    )
    assert "more than one patient or signing" in refused.content["unlinkedSince"]
    assert kept.content["linked"] is True


def test_a_call_that_was_repeated_often_is_one_signing(ward):
    shared = str(uuid4())
    card = ShownCard(card=shared, topic="rehabilitation", indicator="info")
    content = {"record": {"server": None}, "draftsDigest": "f" * 64}
    made = {
        "patient": ward.patient,
        "hook_instance": SHARED,
        "service_id": HOOK,
        "cards": (card,),
    }
    for seconds in range(30):
        ward.store.append(
            AuditEntry(
                kind="answer",
                content=content,
                at=NOW + timedelta(seconds=seconds),
                **made,
            )
        )
    ward.override({"uuid": shared})
    newest = ward.newest_here("answer")
    assert ward.newest_here("feedback").about == newest.id


# --- what it changes


def test_an_acceptance_counts_for_its_own_signing_alone(ward):
    """Only an order that is found makes the next card shorter: what was accepted may never have been signed."""
    whole = ward.card()
    ward.accept(whole)
    again = ward.card(days=2)
    assert content_of(again) == content_of(whole)
    assert [one["isRecommended"] for one in again["suggestions"]] == [
        one["isRecommended"] for one in whole["suggestions"]
    ]
    assert closures_of(ward)["inForce"] == []


def test_an_override_is_found_again_with_all_that_it_refers_to(ward):
    cards = ward.visit(brace())
    ward.override(cards["braceLimit"], "instability")
    first, feedback = (ward.newest_here(kind) for kind in ("answer", "feedback"))
    (order,) = first.content["closures"]["cards"]["braceLimit"]["orders"]
    assert (order["kind"], order["name"]) == ("brace", "TLSO")
    ward.visit(brace(number="renewed"), days=20)
    (closure,) = closures_of(ward)["inForce"]
    assert closure == {
        "part": "brace",
        "what": "TLSO",
        "reason": "instability",
        "answered": "2026-11-20",
        "until": "2027-02-12",  # twelve weeks
        "because": [first.id, feedback.id],
    }
    ward.visit(brace(number="renewed"), days=85)
    assert closures_of(ward)["inForce"] == []


@pytest.mark.parametrize(
    "reason",
    ["instability", "neurologicalDeficit", "otherFracture", "painWithoutBrace"],
)
def test_a_reason_for_one_brace_keeps_the_end_of_the_next_unchosen(ward, reason):
    other = brace("b9", codeCodeableConcept={"text": "LSO 26 weeks"})
    (end,) = ward.visit(other)["braceLimit"]["suggestions"]
    assert end["isRecommended"] is True
    ward.override(ward.visit(brace())["braceLimit"], reason)
    card = ward.visit(other, days=10)["braceLimit"]
    (end,) = card["suggestions"]
    assert end.get("isRecommended") is not True
    assert "the reason given for an earlier brace" in card["detail"]
    # Twelve weeks later, or four for pain, nothing of it holds.
    (end,) = ward.visit(other, days=85)["braceLimit"]["suggestions"]
    assert end["isRecommended"] is True


def test_an_override_on_another_level_is_of_another_fracture(ward):
    ward.override(ward.visit(brace())["braceLimit"], "instability")
    body = order_sign(THIN, kyphoplasty("T12"), brace(), hook_instance=str(uuid4()))
    ward.sign(json.loads(json.dumps(body).replace(PATIENT, ward.patient)), days=20)
    assert closures_of(ward)["inForce"] == []


def earlier_feedback(ward, server=None):
    """The overrides that are found for a next answer."""
    return EarlierFeedback(ward.store).feedback_on(
        ward.patient, server, NOW - timedelta(days=1), NOBODY
    )


def test_what_an_override_refers_to_is_read_back_as_it_was(ward):
    """Fact, act, fracture, orders; and encounter, user and signing of the answer."""
    ground = CardGround(
        topic="rehabilitation",
        fact="F12",
        key="hip fracture Aug 2026",
        is_warning=True,
        act="bone-treatment",
        orders=(GroundOrder("brace", "TLSO", "DeviceRequest/1", "2026-11-20"),),
        points=frozenset({"0123456789ab"}),
    )
    fracture = Fracture(date(2026, 11, 3), ("L1", "T12"))
    noted = closures_json([ground], fracture, Closures())
    shown = ShownCard(card=str(uuid4()), topic="rehabilitation", indicator="warning")
    answer = AuditEntry(
        kind="answer",
        at=NOW,
        patient=ward.patient,
        user="Practitioner/7",
        encounter="e1",
        hook_instance="ord-7",
        service_id=HOOK,
        cards=(shown,),
        content={"record": {"server": None}, "closures": noted},
    )
    ward.store.append(answer)
    ward.override({"uuid": shown.card}, "considered")
    (found,) = earlier_feedback(ward)
    assert (found.ground, found.fracture, found.reason) == (
        ground,
        fracture,
        "considered",
    )
    assert found.ground.points == ground.points
    assert (found.user, found.encounter, found.hook_instance) == (
        "Practitioner/7",
        "e1",
        "ord-7",
    )
    assert (found.answered, found.entries[0]) == (NOW, answer.id)


def test_the_same_id_on_another_server_is_another_patient(ward):
    ward.override(
        ward.visit(brace(), fhirServer="http://127.0.0.1:9/a")["braceLimit"],
        "instability",
    )
    for server, count in (("b", 0), ("a", 1)):
        ward.visit(brace(), fhirServer=f"http://127.0.0.1:9/{server}")
        assert len(closures_of(ward)["inForce"]) == count


def test_a_clock_of_the_client_that_runs_ahead_makes_no_override_last_longer(ward):
    why = {"reason": {"code": "painWithoutBrace", "system": REASONS}}
    at = {"outcome": "overridden", "outcomeTimestamp": "2027-11-20T00:00:00Z"}
    ward.tell(
        {"card": ward.visit(brace())["braceLimit"]["uuid"], "overrideReason": why, **at}
    )
    for days, count in ((28, 1), (29, 0)):
        ward.visit(brace(), days=days)
        assert len(closures_of(ward)["inForce"]) == count


@pytest.mark.parametrize("is_slow", [False, True])
def test_a_history_that_is_not_read_in_time_closes_nothing_and_the_entry_says_so(
    store, is_slow
):
    history = Unreadable(is_slow=is_slow)
    ward = OnePatient(store, earlier=history, deadline=12.0)
    assert ward.card()
    history.is_over.set()
    noted = closures_of(ward)
    assert (noted["history"], noted["inForce"]) == ("could not be read", [])


def test_a_history_of_many_answers_is_read_by_few_statements_and_a_few_at_a_time(ward):
    for number in range(30):
        ward.override(ward.card(seconds=number))
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    engine = ward.store.database._engine
    event.listen(engine, "before_cursor_execute", note)
    given = earlier_feedback(ward)
    event.remove(engine, "before_cursor_execute", note)
    assert len(given) == len({one.entries for one in given}) == 30
    assert [one.answered for one in given] == sorted(
        (one.answered for one in given), reverse=True
    )
    # some for each handful of answers, not for each of them
    assert len(statements) < 40


OLD = {  # what entries of earlier versions hold instead
    "conflicts": [],
    "warnings": ["rehabilitation"],
    "offered": {"rehabilitation": ["rehabilitation"]},
    "history": "read",
    "shortened": [],
    "whole": {},
}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="empty"),
        pytest.param({"record": {"server": None}}, id="no closures"),
        pytest.param(
            {"record": {"server": None}, "repeats": OLD}, id="an earlier version"
        ),
        pytest.param({"record": {"server": None}, "closures": 7}, id="a number"),
        pytest.param(
            {"record": {"server": None}, "closures": {"cards": {}}}, id="no card"
        ),
        pytest.param(
            {"record": {"server": None}, "closures": {"cards": {"braceLimit": []}}},
            id="a list",
        ),
    ],
)
def test_an_entry_of_another_shape_closes_nothing(ward, content):
    shown = ShownCard(card=str(uuid4()), topic="braceLimit", indicator="warning")
    about = {"at": NOW, "patient": ward.patient, "service_id": HOOK, "cards": (shown,)}
    ward.store.append(AuditEntry(kind="answer", content=content, **about))
    ward.override({"uuid": shown.card}, "instability")
    ward.visit(brace(), seconds=1)
    assert (closures_of(ward)["history"], closures_of(ward)["inForce"]) == ("read", [])


def test_an_arranged_act_is_closed_for_thirty_days_and_another_stays_open(ward):
    whole = ward.card()
    assert "no bone drug: start one" in whole["summary"]
    ward.override(whole, "alreadyArranged")
    for days in (2, 30):
        card = ward.card(days=days)
        assert card["summary"].startswith("Rehabilitation is not ordered.")
        assert "Bone drug" not in card["detail"]
        assert labels_of(card) == ["Refer to rehabilitation", "Refer to dietitian"]
    assert ward.card(days=31)["summary"] == whole["summary"]


def test_one_users_doubt_closes_the_risk_for_this_user_alone(ward):
    whole = ward.card()
    assert "**Risk:** about 1 in 3" in whole["detail"]
    ward.override(whole, "disagreeWithEvidence")
    card = ward.card(days=90)
    assert "1 in" not in card["summary"] + card["detail"]
    assert labels_of(card) == labels_of(whole)
    assert ward.card(days=91)["summary"] == whole["summary"]
    context = {"userId": "Practitioner/8", "patientId": ward.patient}
    body = order_sign(THIN, kyphoplasty(), hook_instance=str(uuid4()))
    body["context"] |= context
    other = ward.sign(
        json.loads(json.dumps(body).replace(PATIENT, ward.patient)), days=2
    )
    assert other["rehabilitation"]["summary"] == whole["summary"]


def test_a_service_that_is_not_there_loses_its_button_alone(ward):
    whole = ward.card()
    ward.override(whole, "serviceNotAvailable")
    card = ward.card(days=90)
    assert content_of(card) == content_of(whole)
    assert labels_of(card) == ["Refer to rehabilitation", "Refer to dietitian"]
    assert labels_of(ward.card(days=91)) == labels_of(whole)


HIP = problem("S72.001A", onsetDateTime="2026-08-10")
INFECTION = problem("spinal-infection")


@pytest.mark.parametrize(
    "reason", ["alreadyArranged", "patientDeclines", "notOsteoporotic"]
)
def test_no_reason_but_considered_closes_an_infection(ward, reason):
    whole = ward.card(resources=(*THIN, INFECTION))
    ward.override(whole, reason)
    card = ward.card(resources=(*THIN, INFECTION), days=2)
    assert (card["indicator"], card["summary"]) == ("warning", whole["summary"])


def test_a_warning_that_was_considered_falls_in_its_encounter_alone(ward):
    def card(encounter, days=0):
        body = order_sign((*THIN, HIP), kyphoplasty(), hook_instance=str(uuid4()))
        body["context"]["encounterId"] = encounter
        return ward.sign(
            json.loads(json.dumps(body).replace(PATIENT, ward.patient)), days=days
        )["rehabilitation"]

    whole = card("e1")
    assert (whole["indicator"], whole["summary"][:21]) == (
        "warning",
        "Hip fracture Aug 2026",
    )
    ward.override(whole, "considered")
    assert card("e1", days=2)["indicator"] == "info"
    assert (card("e2", days=2)["indicator"], card("e2", days=2)["summary"]) == (
        "warning",
        whole["summary"],
    )


@pytest.mark.parametrize("reason", ["alreadyArranged", "patientDeclines"])
def test_what_was_arranged_on_a_lesser_card_silences_no_new_warning(ward, reason):
    whole = ward.card()
    assert whole["indicator"] == "info"
    ward.override(whole, reason)
    card = ward.card(resources=(*THIN, HIP), days=2)
    assert (card["indicator"], card["summary"][:21]) == (
        "warning",
        "Hip fracture Aug 2026",
    )
    assert "Refer to fracture liaison service" in labels_of(card)


def test_one_who_cannot_take_part_is_not_sent_to_rehabilitation(ward):
    whole = ward.card()
    assert "add rehabilitation" in whole["summary"]
    ward.override(whole, "notAbleToTakePart")
    card = ward.card(days=2)
    assert "no bone drug" in card["summary"]
    assert "rehabilitation" not in card["summary"]
    assert "Refer to rehabilitation" not in labels_of(card)
