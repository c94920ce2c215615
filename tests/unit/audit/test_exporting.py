"""Exports: our records that verify by themselves, a table no spreadsheet takes for formulas, and FHIR AuditEvents."""

import base64
import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from cds_service.audit.chain import AuditEntry, seal
from cds_service.audit.checkpoint import signer_of
from cds_service.audit.exporting import COLUMNS, begin_export, export_lines, safe_cell
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.exported import verify_export
from cds_service.audit.verification.notes import read_key
from tests.audit_builders import NOON, answer_entry, clock, purge, rows_of
from tests.chart_builders import (
    application,
    ask,
    kyphoplasty,
    order_sign,
    thin_and_weak,
)

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1"]


def whole_answer():
    log = application().log
    log.entries.clear()
    ask(order_sign(thin_and_weak(), kyphoplasty()))
    return log.entries[0]


@pytest.fixture
def store(tmp_path):
    made = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}", clock=clock)
    for number in (1, 2, 3):
        made.append(
            answer_entry(number, user=FORMULAS[number], encounter=f"enc-{number}")
        )
    made.append(whole_answer())
    for one in [
        # All of it at noon.
        {
            "kind": "refusal",
            "patient": "pat-1",
            "status": 412,
            "result": "refused",
            "reason": "evidence-unavailable",
        },
        {
            "kind": "feedback",
            "patient": "pat-1",
            "user": "Practitioner/7",
            "about": "00000000-0000-4000-8000-000000000001",
            "card": "00000000-0000-4000-8000-000000005001",
            "topic": "rehabilitation",
            "result": "overridden",
            "reason": "patientDeclines",
        },
        {
            "kind": "read",
            "patient": "pat-1",
            "user": "anna",
            "content": {"filter": {"patient": "pat-1"}},
        },
        {"kind": "start"},
    ]:
        made.append(AuditEntry(**{"at": NOON, "content": {}, **one}))
    yield made
    made.close()


def key_of(store):
    return read_key(signer_of(store.database, None, clock).public_text)


def exported(store, form, query=Query()):  # noqa: B008 - frozen
    export = begin_export(store.database, query, form, "os:root", clock)
    return "".join(export_lines(store.database, export)), export


def test_the_export_is_an_entry_that_is_there_before_anything_leaves(store):
    export = begin_export(
        store.database, Query(patient="pat-1"), "csv", "os:root", clock
    )
    stored = store.reader.entry(export.entry)
    assert (stored.kind, stored.user, stored.patient) == ("export", "os:root", "pat-1")
    assert stored.content == {
        "format": "csv",
        "filter": {"patient": "pat-1"},
        "count": 5,
        "through": 9,
    }


def test_what_comes_after_the_count_is_not_taken(store):
    """The entry says how many were taken; another answer between the count and the first line changes nothing."""
    export = begin_export(store.database, Query(), "ndjson", "os:root", clock)
    store.append(AuditEntry(kind="read", at=NOON, content={}, user="anna"))
    *lines, last = map(json.loads, export_lines(store.database, export))
    assert (
        len(lines)
        == last["manifest"]["count"]
        == store.reader.entry(export.entry).content["count"]
        == 9
    )


@pytest.mark.parametrize("form", ["ndjson", "csv", "fhir"])
def test_the_manifest_counts_and_hashes_all_lines_before_it(store, form):
    text, export = exported(store, form)
    *lines, last = text.splitlines(keepends=True)
    if form == "ndjson":
        manifest = json.loads(last)["manifest"]
    elif form == "csv":
        manifest = json.loads(next(csv.reader([last]))[1])
    else:
        is_manifest = {"identifier": {"value": "manifest"}}
        (entity,) = [
            one for one in json.loads(last)["entity"] if one.get("what") == is_manifest
        ]
        manifest = {one["type"]: one["valueString"] for one in entity["detail"]}
    # a table has a heading
    assert int(manifest["count"]) == len(lines) - (form == "csv") == 9
    assert manifest["sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert manifest["export"] == export.entry
    assert (int(manifest["first"]), int(manifest["last"])) == (1, 9)


def test_feedback_has_the_six_columns_of_the_regulation_and_the_user_who_saw_the_card(
    store,
):
    """45 CFR 170.315(b)(11)(ii)(C); governance reference, G-ONC-5."""
    answer, *_ = store.reader.find(Query(kinds=("answer",))).entries
    told = {
        "acceptedRules": ["osteoporosis-treatment"],
        "outcomeTimestamp": "2026-11-20T11:00:00.000Z",
    }
    given = {
        "client": "https://ehr.example.org",
        "topic": "rehabilitation",
        "result": "accepted",
        "about": answer.id,
    }
    store.append(AuditEntry(kind="feedback", at=NOON, content=told, **given))
    text, export = exported(store, "feedback")
    header, first, second, last = csv.reader(io.StringIO(text))
    assert header == [
        "intervention",
        "action",
        "user_feedback",
        "user",
        "date",
        "location",
    ]
    assert first[1] == "overridden"
    moment, place = "2026-11-20T11:00:00.000Z", "https://ehr.example.org"
    assert second == [
        "osteoporosis-treatment",
        "accepted",
        "",
        safe_cell(answer.user),
        moment,
        place,
    ]
    assert json.loads(last[1])["count"] == 2
    assert store.reader.entry(export.entry).content["filter"] == {"kinds": ["feedback"]}


def test_a_reason_of_the_ehrs_own_is_exported_with_its_system_and_code(store):
    told = {
        "reason": "not one of ours",
        "foreignReason": {"system": "https://ehr.example.org/reasons", "code": "45"},
    }
    said = {"topic": "rehabilitation", "result": "overridden"}
    store.append(AuditEntry(kind="feedback", at=NOON, content=told, **said))
    text, _ = exported(store, "feedback")
    *_, line, _ = csv.reader(io.StringIO(text))
    assert line[1:3] == ["overridden", "https://ehr.example.org/reasons|45"]


# --- our records


def test_our_records_verify_by_themselves(store):
    """G-UI-3."""
    text, _ = exported(store, "ndjson")
    report = verify_export(io.StringIO(text), [key_of(store)])
    assert (report.faults, report.entries) == ([], 9)


def test_an_export_after_a_purge_verifies_too(store):
    purge(store.database, NOON + timedelta(seconds=2, milliseconds=500))
    text, _ = exported(store, "ndjson")
    report = verify_export(io.StringIO(text), [key_of(store)])
    assert (report.is_whole, report.purged) == (True, 6)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"risk":0.35', '"risk":0.05', "payload changed"),
        ('"patient":"pat-2"', '"patient":"pat-9"', "payload changed"),
        ('"indicator":"info"', '"indicator":"warning"', "payload changed"),
        ('"kind":"refusal"', '"kind":"answer"', "changed"),
        ('"salt":"', '"salt":"0', "payload changed"),
        ('"format":1', '"format":2', "not known"),
    ],
)
def test_a_changed_export_is_found(store, old, new, what):
    text, _ = exported(store, "ndjson")
    changed = text.replace(old, new, 1)
    assert changed != text
    report = verify_export(io.StringIO(changed), [key_of(store)])
    assert what in {one.what for one in report.faults}
    assert not report.is_whole


def test_an_export_without_its_end_or_with_a_line_less_is_found(store):
    text, _ = exported(store, "ndjson")
    lines = text.splitlines(keepends=True)
    assert {one.what for one in verify_export(lines[:-1], [key_of(store)]).faults} == {
        "cut off"
    }
    assert {
        one.what
        for one in verify_export([*lines[:3], *lines[4:]], [key_of(store)]).faults
    } == {"changed"}
    assert not verify_export(["no json\n", *lines], [key_of(store)]).is_whole


# --- the table


def test_the_table_has_a_line_for_each_entry_with_headline_and_risk(store):
    text, _ = exported(store, "csv")
    header, *rows, _ = csv.reader(io.StringIO(text))
    assert tuple(header) == COLUMNS
    found = [dict(zip(header, row, strict=True)) for row in rows]
    answer = next(row for row in found if row["refractureModel"])
    (headline,) = [
        model
        for assessment in whole_answer().content["assessments"]
        if assessment["outcome"] == "refracture"
        for model in assessment["models"]
        if model["model"] == assessment["headline"]
    ]
    assert (answer["refractureModel"], float(answer["refractureRisk"])) == (
        headline["model"],
        headline["risk"],
    )
    assert (
        next(row for row in found if row["kind"] == "feedback")["reason"]
        == "patientDeclines"
    )


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        *((formula, f"'{formula}") for formula in FORMULAS),
        # a semicolon makes a cell of its own
        *[("x;=1", "x;'=1"), ('x; "=1', "x;' \"=1"), (";+1;-1", ";'+1;'-1")],
        *((plain, plain) for plain in (-2.5, 0, "a=1", "", "Practitioner/7", "a;b")),
    ],
)
def test_a_text_that_would_be_a_formula_gets_an_apostrophe(value, cell):
    assert safe_cell(value) == cell


# --- FHIR


@pytest.fixture
def events(store):
    text, _ = exported(store, "fhir")
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_is_an_audit_event(events):
    for event in events:
        AuditEvent.model_validate(event)
        assert event["resourceType"] == "AuditEvent"
        assert event["recorded"].endswith("Z")
        # BALP profiles plain FHIR reads, not calls of a CDS service
        assert "profile" not in event.get("meta", {})


def of_kind(events, code):
    return next(event for event in events if event["subtype"][0]["code"] == code)


def test_an_answer_has_the_agents_and_entities_of_balp(events):
    event = next(
        one
        for one in events
        if one["subtype"][0]["code"] == "cds-invoke" and len(one["entity"]) > 6
    )
    assert event["action"] == "E"
    assert event["outcome"] == "0"
    roles = {agent["type"]["coding"][0]["code"]: agent for agent in event["agent"]}
    assert set(roles) == {"110153", "110152", "IRCP"}
    assert [code for code, agent in roles.items() if agent["requestor"]] == ["IRCP"]
    assert roles["IRCP"]["who"] == {"reference": "Practitioner/7"}
    assert not any("name" in agent or "network" in agent for agent in event["agent"])
    people = [one for one in event["entity"] if one["type"]["code"] == "1"]
    assert [one["what"]["reference"] for one in people] == ["Patient/pat-1"]
    assert sum(one["type"]["code"] == "XrequestId" for one in event["entity"]) == 1
    models = [
        one["what"]["identifier"]["value"]
        for one in event["entity"]
        if "models" in str(one["what"])
    ]
    assert "sarcopenia-pvm-2022|1.0.0" in models


def test_a_refusal_has_a_minor_failure_and_its_reason(events):
    event = next(
        one for one in events if one["outcome"] == "4" and "outcomeDesc" in one
    )
    assert event["outcomeDesc"] == "evidence-unavailable"


def test_a_look_into_the_log_carries_its_query_and_the_patient_it_asked_for(events):
    event = of_kind(events, "search")
    (query,) = [one for one in event["entity"] if "query" in one]
    assert json.loads(base64.b64decode(query["query"])) == {
        "filter": {"patient": "pat-1"}
    }
    assert query["role"]["code"] == "24"
    assert not {"what", "detail", "name"} & set(query)
    assert any(
        one.get("what", {}).get("reference") == "Patient/pat-1"
        for one in event["entity"]
    )


def test_feedback_start_and_export_have_their_own_codes(events):
    assert of_kind(events, "cds-feedback")["action"] == "C"
    assert of_kind(events, "110120")["type"]["code"] == "110100"
    assert of_kind(events, "disclose")["type"]["code"] == "110106"


def test_every_event_names_its_entry_in_the_chain(events, store):
    hashes = {
        row[0]
        for row in rows_of(str(store.database.url), "SELECT hash FROM audit_entry")
    }
    for event in events:
        details = {
            one["type"]: one["valueString"] for one in event["entity"][0]["detail"]
        }
        assert details["hash"] in hashes


def test_a_purged_entry_still_has_an_event(store):
    purge(store.database, NOON + timedelta(days=1))
    text, _ = exported(store, "fhir")
    for line in text.splitlines():
        AuditEvent.model_validate(json.loads(line))
    assert "pat-1" not in text
    assert seal(answer_entry(1)).facts["patient"] == "pat-1"


def test_logins_are_authentication_events(store):
    for result in ("login", "logout", "denied"):
        store.append(
            AuditEntry(
                kind="login",
                at=NOON,
                content={},
                user="https://login.example|8f3a",
                result=result,
            )
        )
    text, _ = exported(store, "fhir", Query(kinds=("login",)))
    events = [json.loads(line) for line in text.splitlines()][:3]
    said = [
        [one["type"]["code"], one["subtype"][0]["code"], one["outcome"]]
        for one in events
    ]
    assert said == [
        ["110114", "110122", "0"],
        ["110114", "110123", "0"],
        ["110114", "110122", "4"],
    ]
    assert events[0]["agent"][-1]["who"] == {
        "identifier": {"value": "https://login.example|8f3a"}
    }
