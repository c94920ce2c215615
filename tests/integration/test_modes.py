"""Off, silent and live: what is computed, recorded and shown, and what a committee reads of a silent period."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.audit.chain import PROBE, PROBE_PATIENTS, AuditEntry
from cds_service.audit.counts import count_months
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.cli import main
from cds_service.errors import AuditUnavailable
from cds_service.settings import Settings
from cds_service.site.folder import ServiceMode, Site, SiteFolder
from cds_service.web.app import Wiring, create_app
from cds_service.web.server import note_mode
from tests.chart_builders import HOOK, open_service
from tests.live_service import CALL, FEEDBACK
from tests.signings import empty_prefetch, kyphoplasty, order_sign, samples, signing

TEMPLATES = open_service().hooks[HOOK].discovery["prefetch"]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LAPSED = "p8"  # whose denosumab is overdue: a warning
MRI = kyphoplasty(id="mri", code={"text": "MRI lumbar spine"}, bodySite=None)


@pytest.fixture
def store(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    with closing(AuditStore(url, wait_seconds=30)) as found:
        found.database.prepare()
        yield found


def service(audit, mode, *pilots):
    site = Site.model_validate(
        {"site": {"name": "X"}, "service": {"mode": mode, "pilot-users": list(pilots)}}
    )
    folder = SiteFolder(Path("nowhere"), site, None, None)
    settings = Settings(deadline_seconds=30)
    return create_app(
        open_service(),
        settings,
        audit=audit,
        base_url="http://x",
        site=folder,
        wiring=Wiring(clock=lambda: NOON),
    ).test_client()


def signed(user="Practitioner/7", patient=""):
    body = signing(LAPSED, TEMPLATES)
    body["context"]["userId"] = user
    return (
        json.loads(json.dumps(body).replace(samples()[LAPSED].id, patient))
        if patient
        else body
    )


PROBED = signed(PROBE, f"{PROBE_PATIENTS}probe")


def cards(client, *body):
    """The cards of this order, or of the usual one."""
    return client.post(CALL, json=body[0] if body else signed()).json["cards"]


def entries(store, *kinds):
    return [
        store.reader.entry(one.id)
        for one in store.reader.find(Query(kinds=kinds)).entries
    ]


def test_off_computes_nothing_and_checks_the_call_all_the_same(store):
    client = service(store, "off")
    assert cards(client) == []
    assert entries(store, "answer", "refusal", "near-miss") == []
    assert client.post(CALL, json={**signed(), "hookInstance": "x"}).status_code == 400


def test_silent_computes_and_records_what_live_shows_and_shows_nothing(store):
    assert cards(service(store, "silent")) == []
    shown = cards(service(store, "live"))
    live, silent = entries(store, "answer")
    assert (silent.result, live.result) == ("silent", "shown")
    assert silent.content["silent"]["milliseconds"] >= 0
    assert [card["detail"] for card in silent.content["cards"]] == [
        card["detail"] for card in shown
    ]
    assert silent.content["assessments"] == live.content["assessments"]


def test_without_an_entry_even_a_silent_answer_is_503():
    class Away:
        def append(self, _entry, _until=None):
            raise AuditUnavailable("away")

    assert service(Away(), "silent").post(CALL, json=signed()).status_code == 503


@pytest.mark.parametrize(
    ("user", "is_shown"),
    [
        ("Practitioner/7", True),
        ("PractitionerRole/8", True),
        ("Practitioner/77", False),
        (PROBE, False),
    ],
)
def test_pilot_users_alone_are_shown_cards(store, user, is_shown):
    assert (
        bool(cards(service(store, "live", "Practitioner/7", "8"), signed(user)))
        is is_shown
    )
    (entry,) = entries(store, "answer")
    assert (entry.result == "shown") is is_shown


def test_a_probe_is_about_nobody_and_whoever_takes_its_name_is_still_counted(store):
    client = service(store, "silent")
    assert cards(client, PROBED)
    assert cards(client, signed(PROBE)) == []
    later = [NOON + timedelta(days=days) for days in (1, 2)]
    for at, patient in zip(later, ("p1", f"{PROBE_PATIENTS}probe"), strict=True):
        store.append(
            AuditEntry(kind="refusal", at=at, user=PROBE, patient=patient, content={})
        )
    assert store.reader.last_order_at() == later[0]


def test_silent_cards_are_nobodys_so_they_mute_nothing_and_take_no_feedback(store):
    """Had the override counted, its act would be closed, and the next card an info."""
    cards(service(store, "silent"))
    (silent,) = entries(store, "answer")
    card = next(one for one in silent.content["cards"] if one["indicator"] == "warning")
    said = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T12:00:00Z",
    }
    said |= {"overrideReason": {"reason": {"code": "alreadyArranged"}}}
    live = service(store, "live")
    assert live.post(FEEDBACK, json={"feedback": [said]}).status_code == 200
    assert entries(store, "feedback")[0].content["linked"] is False
    assert card["summary"] in [
        one["summary"] for one in cards(live) if one["indicator"] == "warning"
    ]


def test_a_change_of_mode_is_an_entry_and_a_start_in_the_same_mode_is_none(store):
    silent = ServiceMode.model_validate({"mode": "silent"})
    pilot = ServiceMode.model_validate({"mode": "live", "pilot-users": ["b", "a"]})
    for mode in (ServiceMode(), silent, silent, pilot, pilot, ServiceMode()):
        note_mode(store, mode)
    changes = [
        (one.content["from"]["mode"], one.content["to"])
        for one in reversed(entries(store, "mode"))
    ]
    assert changes == [
        ("live", {"mode": "silent", "pilotUsers": []}),
        ("silent", {"mode": "live", "pilotUsers": ["a", "b"]}),
        ("live", {"mode": "live", "pilotUsers": []}),
    ]
    assert CliRunner().invoke(main, ["audit", "verify"]).exit_code == 0


def report(*words):
    done = CliRunner().invoke(main, ["audit", "report", "--silent", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_report_counts_by_100_procedures_and_hides_small_cells(store):
    """6 patients with a warning, 4 of whom nothing is known; a refusal; an order that is nearly ours; another order."""
    client = service(store, "silent")
    for body in (
        [signed()] * 5
        + [signed(PROBE)]
        + [order_sign(kyphoplasty(), prefetch=empty_prefetch(TEMPLATES))] * 4
    ):
        assert cards(client, body) == []
    for body in (PROBED, order_sign(kyphoplasty()), order_sign(MRI)):
        client.post(CALL, json=body)
    cards(service(store, "live"))
    found = json.loads(report("--json"))
    assert found["procedures"] == 10
    rows = {name: part for name, part in found.items() if isinstance(part, list)}
    counts = {
        (name, row["what"]): (row["count"], row["per100"])
        for name, part in rows.items()
        for row in part
    }
    assert counts["cards", "a warning"] == (6, 60.0)
    assert counts["cards", "any"] == (10, 100.0)
    assert counts["bands", "refracture not-different"] == (6, 60.0)
    assert counts["bands", "refracture no figure"] == (None, None)
    assert found["inputsKnown"]["refracture"]["median"] > 0.5
    assert counts["refusals", "evidence-unavailable"] == (None, None)
    assert all(count is None or count >= 5 for count, _ in counts.values())
    assert found["milliseconds"]["median"] >= 0
    text = report("--from", "2026-11-20", "--to", "2027-11-21")
    assert "fewer than 5" in text
    assert samples()[LAPSED].id not in text
    assert [one.content["command"] for one in entries(store, "read")] == [
        "report",
        "report",
    ]


def test_a_committee_sees_no_silent_answer_among_those_that_were_shown(store):
    cards(service(store, "silent"))
    with store.database.reading() as connection:
        assert (
            count_months(connection, "2026-11", "2026-11")["2026-11", "", "", "answer"]
            == 0
        )


def without_orders():
    body = order_sign()
    body["context"]["draftOrders"] = None
    return body


def test_the_report_says_that_no_orders_come_and_the_cure(store):
    silent = service(store, "silent")
    assert "No draft orders" not in report()
    for _ in range(10):
        assert cards(silent, without_orders()) == []
    assert json.loads(report("--json"))["ordersMissing"] == {"calls": 10, "missing": 10}
    text = " ".join(report().split())
    assert "No draft orders in 10 of 10 calls" in text
    assert "ServiceRequest (Unsigned Order)" in text
    assert "letter by letter" in text
