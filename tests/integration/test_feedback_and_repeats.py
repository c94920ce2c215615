"""What users answer, over HTTP with a real database: how it is recorded, and what it changes for the next answer."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from sqlalchemy import event

from cds_service.audit.chain import AuditEntry, ShownCard
from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.core.caller import NOBODY
from cds_service.errors import AuditUnavailable
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.card_rules import faults_of
from tests.chart_builders import (
    HOOK,
    NOW,
    PATIENT,
    brace,
    by_topic,
    kyphoplasty,
    order_sign,
    ordered,
    period,
    thin_and_weak,
)
from tests.fact_builders import policy_with
from tests.tables import cases

SYSTEM = "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason"
SERVICE = load_service()
PATIENTS = (f"asked-{number}" for number in count())


class Ward:
    """The application around one database, and one patient after another."""

    def __init__(self, store, earlier=None, deadline=60.0, **policy):
        self.store = store
        self.now = NOW
        app = create_app(
            replace(SERVICE, policy=policy_with(**policy)) if policy else SERVICE,
            Settings(deadline_seconds=deadline),
            audit=store,
            earlier=earlier or EarlierFeedback(store),
            base_url="http://127.0.0.1:8080",
            clock=lambda: self.now,
        )
        self._client = app.test_client()

    def sign(self, resources, *drafts, patient_id, days=0, **members):
        """The cards by topic, so many days after the first visit."""
        self.now = NOW + timedelta(days=days)
        body = json.loads(
            json.dumps(order_sign(resources, *drafts)).replace(f"Patient/{PATIENT}", f"Patient/{patient_id}")
        )
        body["context"]["patientId"] = patient_id
        body["prefetch"]["patient"]["id"] = patient_id
        response = self._client.post(f"/cds-services/{HOOK}", json={**body, "hookInstance": str(uuid4()), **members})
        assert response.status_code == 200, response.text
        assert faults_of(response.json) == []
        return by_topic(response.json["cards"])

    def tell(self, *items, status=200, **item):
        """Send these items, or the one that is given by its members."""
        found = items or [item]
        response = self._client.post(f"/cds-services/{HOOK}/feedback", json={"feedback": list(found)})
        assert response.status_code == status, response.text

    def override(self, card, reason=None, **why):
        """Dismiss the card."""
        said = {"reason": {"code": reason, "system": SYSTEM}} if reason else {}
        members = {"overrideReason": said | why} if said | why else {}
        self.tell(card=card["uuid"], outcome="overridden", outcomeTimestamp=self.moment, **members)

    def accept(self, card, *labels):
        """Accept these suggestions of the card, all without labels."""
        chosen = [one for one in card["suggestions"] if not labels or one["label"] in labels]
        ids = [{"id": one["uuid"]} for one in chosen]
        self.tell(card=card["uuid"], outcome="accepted", acceptedSuggestions=ids, outcomeTimestamp=self.moment)

    @property
    def moment(self):
        return self.now.isoformat().replace("+00:00", "Z")

    def newest(self, **query):
        """The newest entry that fits, whole."""
        return self.store.reader.entry(self.store.reader.find(Query(**query), limit=1).entries[0].id)

    def count(self, **query):
        return len(self.store.reader.find(Query(**query)).entries)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    log = AuditStore(f"sqlite:///{tmp_path_factory.mktemp('ward') / 'audit.sqlite3'}", wait_seconds=10)
    yield log
    log.close()


@pytest.fixture
def ward(store):
    return Ward(store)


@pytest.fixture
def asked():
    """A patient of this test alone."""
    return next(PATIENTS)


THIN = thin_and_weak()


# --- how feedback is recorded ----------------------------------------------------------------------------------------


def test_feedback_stands_beside_the_answer_that_showed_the_card(ward, asked):
    card = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    ward.override(card, "patientDeclines")
    answer, feedback = (ward.newest(kinds=(kind,), patient=asked) for kind in ("answer", "feedback"))
    found = feedback
    assert (found.about, found.card, found.topic) == (answer.id, card["uuid"], "rehabilitation")
    assert (found.result, found.reason, found.hook_instance) == (
        "overridden",
        "patientDeclines",
        answer.hook_instance,
    )
    assert feedback.content["linked"] is True
    assert [one.id for one in ward.store.reader.about([answer.id])[answer.id]] == [feedback.id]


def test_accepted_suggestions_are_recorded_with_their_recommendations(ward, asked):
    card = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    ward.accept(card, "Refer to rehabilitation", "Refer to dietitian")
    content = ward.newest(kinds=("feedback",), patient=asked).content
    assert content["acceptedRules"] == ["dietitian", "rehabilitation"]
    assert len(content["acceptedSuggestions"]) == 2
    assert content["unknownSuggestions"] == 0


def test_a_batch_about_several_answers_comes_in_any_order(ward, asked):
    first = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    second = ward.sign(THIN, kyphoplasty(), brace(), patient_id=asked)["braceLimit"]
    late = {"card": second["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-20T09:10:00Z"}
    early = {"card": first["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-20T09:05:00Z"}
    ward.tell(late, early, late)
    assert ward.count(kinds=("feedback",), patient=asked) == 2
    assert ward.newest(kinds=("feedback",), patient=asked, topic="braceLimit").content["linked"] is True


def test_a_site_may_keep_comments_which_are_marked_and_cut(store, asked):
    ward = Ward(store, feedback_user_comments=True)
    card = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    ward.override(card, "patientDeclines", userComment="does not\n want it " + "x" * 1000)
    content = ward.newest(kinds=("feedback",), patient=asked).content
    assert content["userComment"].startswith("does not want it xxx")
    assert len(content["userComment"]) == 500
    assert content["phi"] == ["userComment"]


@pytest.mark.parametrize(
    ("reason", "recorded", "kept"),
    cases(__file__, "reasons"),
)
def test_a_reason_is_recorded_where_it_is_ours_and_a_foreign_one_by_code_without_free_text(
    ward, asked, reason, recorded, kept
):
    card = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    ward.tell(card=card["uuid"], outcome="overridden", overrideReason={"reason": reason}, outcomeTimestamp=ward.moment)
    entry = ward.newest(kinds=("feedback",), patient=asked)
    assert entry.reason == recorded
    assert entry.content["reason"] == (recorded or "not one of ours")
    assert entry.content.get("foreignReason") == (reason if kept else None)


class _Unreadable:
    """A log that takes entries and cannot be asked."""

    def showing(self, _card, _caller):
        raise AuditUnavailable("no")

    def feedback_on(self, *_of):
        raise AuditUnavailable("no")


def test_feedback_is_kept_without_a_link_while_the_log_cannot_be_read(store):
    ward = Ward(store, earlier=_Unreadable())
    card = str(uuid4())
    ward.tell(card=card, outcome="overridden", outcomeTimestamp=ward.moment)
    assert ward.newest(kinds=("feedback",), card=card).content["unlinkedSince"] == "the log could not be read"


# --- what it changes -------------------------------------------------------------------------------------------------


def test_a_card_that_was_declined_is_shorter_and_no_warning_and_says_when_and_how(ward, asked):
    whole = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    assert whole["indicator"] == "warning"
    ward.override(whole, "patientDeclines")
    short = ward.sign(THIN, kyphoplasty(), patient_id=asked, days=13)["rehabilitation"]
    assert short["indicator"] == "info"
    assert "shown 20 Nov 2026, declined: patient declines" in short["summary"]
    assert "Shown 20 Nov 2026" in short["detail"]
    assert len(short["detail"]) < len(whole["detail"])
    assert short["uuid"] != whole["uuid"]
    # The order stays within reach; it is only no longer chosen beforehand.
    assert [one["label"] for one in short["suggestions"]] == [one["label"] for one in whole["suggestions"]]
    assert not any(one["isRecommended"] for one in short["suggestions"])
    assert short["overrideReasons"] == whole["overrideReasons"]
    assert short["extension"] == whole["extension"]


def test_the_entry_says_that_and_why_a_card_was_shortened(ward, asked):
    ward.override(ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"], "alreadyArranged")
    first, feedback = (ward.newest(kinds=(kind,), patient=asked) for kind in ("answer", "feedback"))
    ward.sign(THIN, kyphoplasty(), patient_id=asked, days=1)
    noted = ward.newest(kinds=("answer",), patient=asked).content["repeats"]
    (shortened,) = noted["shortened"]
    assert (shortened["topic"], shortened["how"]) == ("rehabilitation", "alreadyArranged")
    assert (shortened["shown"], shortened["answered"], shortened["until"]) == ("2026-11-20", "2026-11-20", "2026-12-20")
    assert shortened["because"] == [first.id, feedback.id]
    assert noted["warnings"] == ["rehabilitation"]  # what it would have been


def test_an_accepted_card_is_shorter_and_keeps_what_was_not_accepted(ward, asked):
    whole = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    ward.accept(whole, "Refer to rehabilitation", "Refer to dietitian")
    short = ward.sign(THIN, kyphoplasty(), patient_id=asked, days=2)["rehabilitation"]
    assert short["indicator"] == "info"
    assert "accepted" in short["summary"]
    assert "bone treatment" in short["summary"]
    assert {one["label"]: one["isRecommended"] for one in short["suggestions"]} == {
        "Refer to rehabilitation": False,
        "Refer to dietitian": False,
        "Refer to fracture liaison service": True,
        "Ask radiology for HU, if an unenhanced CT exists": False,
    }
    assert "whatever the T-score" in short["detail"]  # its text stands there whole
    assert "supervised back-extensor" not in short["detail"]


def test_an_accepted_referral_that_was_ordered_is_named_with_its_order(ward, asked):
    ward.accept(ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"])
    orders = [ordered(kind, days=0) for kind in ("rehabilitation", "dietitian", "bone-treatment")]
    short = ward.sign([*THIN, *orders], kyphoplasty(), patient_id=asked, days=1)["rehabilitation"]
    assert "shown 20 Nov 2026, accepted" in short["summary"]
    assert short["detail"].count("already ordered") == 3
    assert not [one for one in short["suggestions"] if one["label"].startswith("Refer")]


def test_a_brace_in_conflict_warns_beside_a_card_that_was_declined(ward, asked):
    """The conflict was open then and is open now: the first card is a repeat, the second never is."""
    whole = ward.sign(THIN, kyphoplasty(), brace(), patient_id=asked)
    ward.override(whole["rehabilitation"], "patientDeclines")
    ward.accept(whole["braceLimit"])
    cards = ward.sign(THIN, kyphoplasty(), brace(), patient_id=asked, days=1)
    assert cards["rehabilitation"]["indicator"] == "info"
    assert cards["braceLimit"]["indicator"] == "warning"
    assert cards["braceLimit"]["detail"] == whole["braceLimit"]["detail"]
    assert next(iter(cards)) == "braceLimit"  # warnings first
    other = brace(number="another", occurrencePeriod=period(0, 200))
    assert ward.sign(THIN, kyphoplasty(), brace(), other, patient_id=asked)["rehabilitation"]["indicator"] == "warning"


def test_the_same_id_on_another_server_is_another_patient(ward, asked):
    ward.override(
        ward.sign(THIN, kyphoplasty(), patient_id=asked, fhirServer="http://127.0.0.1:9/a")["rehabilitation"],
        "patientDeclines",
    )
    for server, indicator in (("http://127.0.0.1:9/b", "warning"), ("http://127.0.0.1:9/a", "info")):
        cards = ward.sign(THIN, kyphoplasty(), patient_id=asked, fhirServer=server)
        assert cards["rehabilitation"]["indicator"] == indicator


def test_a_clock_of_the_client_that_runs_ahead_makes_no_answer_last_longer(ward, asked):
    card = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    why = {"reason": {"code": "patientDeclines", "system": SYSTEM}}
    ward.tell(card=card["uuid"], outcome="overridden", overrideReason=why, outcomeTimestamp="2027-11-20T00:00:00Z")
    assert ward.sign(THIN, kyphoplasty(), patient_id=asked, days=30)["rehabilitation"]["indicator"] == "info"
    assert ward.sign(THIN, kyphoplasty(), patient_id=asked, days=31)["rehabilitation"]["indicator"] == "warning"


def test_a_history_that_cannot_be_read_is_none_and_the_entry_says_so(store, asked):
    ward = Ward(store, earlier=_Unreadable())
    assert ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]["indicator"] == "warning"
    assert ward.newest(kinds=("answer",), patient=asked).content["repeats"]["history"] == "could not be read"


@pytest.mark.parametrize("many", [2, 30])
def test_a_history_of_many_answers_is_read_by_few_statements_and_a_few_at_a_time(store, asked, many):
    ward = Ward(store)
    for _ in range(many):
        ward.override(ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"])
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(store.database._engine, "before_cursor_execute", note)
    given = EarlierFeedback(store).feedback_on(asked, None, NOW - timedelta(days=1), NOBODY)
    event.remove(store.database._engine, "before_cursor_execute", note)
    assert len(given) == len({one.entries for one in given}) == many
    assert [one.answered for one in given] == sorted((one.answered for one in given), reverse=True)
    assert len(statements) < 40  # some for each handful of answers, not for each of them


class _Slow(_Unreadable):
    """Answers only once nobody waits for it any more."""

    def __init__(self):
        self.is_over = threading.Event()

    def feedback_on(self, *_of):
        self.is_over.wait(60)
        return ()


def test_a_history_that_takes_too_long_is_not_waited_for(store, asked):
    slow = _Slow()
    ward = Ward(store, earlier=slow, deadline=12.0)
    assert ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]["indicator"] == "warning"
    slow.is_over.set()
    assert ward.newest(kinds=("answer",), patient=asked).content["repeats"]["history"] == "could not be read"


def test_an_entry_of_another_shape_shortens_nothing(ward, asked):
    card = ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]
    answer = ward.newest(kinds=("answer",), patient=asked)
    shown = ShownCard(card=card["uuid"], topic="rehabilitation", indicator="warning", rules=("rehabilitation",))
    for content in (
        {},
        {"record": {"server": None}},
        {**answer.content, "findings": [7]},
        {**answer.content, "gaps": 1},
    ):
        ward.store.append(
            AuditEntry(
                kind="answer",
                at=NOW + timedelta(seconds=1),
                patient=asked,
                service_id=HOOK,
                cards=(shown,),
                content=content,
            )
        )
        ward.now = NOW + timedelta(seconds=2)
        ward.override(card, "patientDeclines")
        assert ward.sign(THIN, kyphoplasty(), patient_id=asked)["rehabilitation"]["indicator"] == "warning"
