"""Bad requests over HTTP: a clear 4xx with an OperationOutcome, or the answer that the rest deserves; never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.card_rules import faults_of
from tests.live_service import CALL, DISCOVERY, card_of, words_of
from tests.refusals import refused
from tests.signings import kyphoplasty, person
from tests.small_record import WHOLE, inputs_of, request_with


@pytest.fixture(scope="module")
def good(templates):
    return json.dumps(request_with(templates))


def changed(good: str, **members: Any) -> dict[str, Any]:
    body = json.loads(good)
    for path, value in members.items():
        *parents, last = path.split("__")
        inner = body
        for name in parents:
            inner = inner[name]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return body


BAD_REQUESTS = {
    "no hook": ({"hook": ...}, "hook"),
    "another hook": ({"hook": "order-select"}, "hook"),
    "hook in capitals": ({"hook": "Order-Sign"}, "hook"),
    "no hookInstance": ({"hookInstance": ...}, "hookInstance"),
    "a hookInstance that is no UUID": ({"hookInstance": "1"}, "hookInstance"),
    "no context": ({"context": ...}, "context"),
    "context is a list": ({"context": []}, "context"),
    "no user": ({"context__userId": ...}, "userId"),
    "no patient": ({"context__patientId": ...}, "patientId"),
    "a patient that is no id": ({"context__patientId": "../p1"}, "patientId"),
    "a patient that is a list": ({"context__patientId": ["p1"]}, "patientId"),
    "prefetch is a list": ({"prefetch": []}, "prefetch"),
    "prefetch is a text": ({"prefetch": "full"}, "prefetch"),
    "a server that is no address": ({"fhirServer": 7}, "fhirServer"),
    "a token and no server": ({"fhirAuthorization": {"access_token": "t"}}, "fhirServer"),
}


@pytest.mark.parametrize("case", BAD_REQUESTS)
def test_a_request_that_is_none_of_this_hook_is_refused_by_name(service, good, case):
    members, words = BAD_REQUESTS[case]
    refused(service.post(changed(good, **members)), 400, words)


@pytest.mark.parametrize(
    "members",
    [
        {"context__draftOrders": ...},
        {"context__draftOrders": None},
        {"context__draftOrders": []},
        {"context__draftOrders": {"resourceType": "Bundle"}},
        {"context__draftOrders": {"resourceType": "Bundle", "entry": []}},
        {
            "context__draftOrders": {
                "resourceType": "Bundle",
                "entry": [{"resource": kyphoplasty(code={"coding": [{}]})}],
            }
        },
        {"context__draftOrders": {"entry": [{"resource": {"resourceType": "MedicationOrder", "status": "draft"}}]}},
    ],
    ids=str,
)
def test_draft_orders_that_hold_nothing_of_ours_get_no_cards(service, good, members):
    reply = service.post(changed(good, **members))
    assert (reply.status, reply.json()) == (200, {"cards": []})


@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle", "entry": [{"resource": kyphoplasty()}]},
        {"entry": [{"resource": kyphoplasty()}]},
        {"resourceType": "Bundle", "type": "nonsense", "entry": [None, 7, {}, {"resource": kyphoplasty()}]},
        {"resourceType": "Bundle", "entry": [{"resource": kyphoplasty(status="active", intent=7, note="x")}]},
        {"resourceType": "Bundle", "entry": [{"resource": kyphoplasty(intent="plan", reasonCode=[], id=None)}]},
        {
            "resourceType": "Bundle",
            "entry": [{"resource": kyphoplasty(resourceType="ProcedureRequest", status="requested", intent=None)}],
        },
        {"resourceType": "Bundle", "entry": [{"resource": kyphoplasty(authoredOn="soon", performer={"a": []})}]},
    ],
    ids=lambda drafts: json.dumps(drafts)[:90],
)
def test_an_odd_order_for_kyphoplasty_is_still_one(service, good, drafts):
    cards = service.cards(changed(good, context__draftOrders=drafts))
    assert faults_of({"cards": cards}) == []
    assert inputs_of(cards) == WHOLE


def test_prefetch_null_is_as_if_it_were_not_there(service, good):
    refused(service.post(changed(good, prefetch=None)), 412, "patient")


def test_unknown_keys_of_prefetch_are_ignored(service, good):
    body = json.loads(good)
    body["prefetch"] |= {"tscore": {"resourceType": "Bundle"}, "": None, "x": [[[7]]]}
    assert service.cards(body) == service.cards(json.loads(good))


# --- what is not JSON, or should not be


def nested(depth: int, good: str) -> bytes:
    return good.replace('"hook":', '"deep": ' + "[" * depth + "]" * depth + ', "hook":', 1).encode()


JUNK = {
    "nothing": b"",
    "words": b"hello",
    "half a document": b'{"hook": "order-sign"',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "XML": b"<hook>order-sign</hook>",
    "a form": b"hook=order-sign",
    "two documents": b"{}{}",
    "a comment": b'{"hook": "order-sign" /* now */}',
    "a trailing comma": b'{"hook": "order-sign",}',
    "not UTF-8": b'{"hook": "order-sign", "name": "Z\xfcrich"}',
    "UTF-16": '{"hook": "order-sign"}'.encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "zeroes": b"\x00" * 64,
    "a deep list": b"[" * 100_000 + b"]" * 100_000,
    "a deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("case", JUNK)
def test_what_is_no_json_object_is_refused(service, case):
    refused(service.post(JUNK[case]), 400)


INSERTED = {
    "NaN": '"n": NaN',
    "infinity": '"n": -Infinity',
    "a number beyond every float": '"n": 1e400',
    "an integer of 5000 digits": '"n": ' + "9" * 5000,
    "half a surrogate pair": '"s": "\\ud800"',
    "a zero character": '"s": "a\\u0000b"',
    "a key twice": '"hook": "order-sign"',
    "a key twice deep inside": '"x": {"a": 1, "a": 2}',
    "nesting beyond reason": '"deep": ' + "[" * 200 + "]" * 200,
}


@pytest.mark.parametrize("case", INSERTED)
def test_json_that_others_would_read_differently_is_refused(service, good, case):
    refused(service.post(good.replace('"hook":', INSERTED[case] + ', "hook":', 1).encode()), 400)


def test_a_byte_order_mark_and_foreign_letters_are_no_fault(service, good):
    cards = service.cards(json.loads(good))
    assert service.cards(b"\xef\xbb\xbf" + good.encode()) == cards
    with_letters = changed(good, prefetch__patient=person(name=[{"family": "Žižková 王 😀"}]))
    assert service.cards(json.dumps(with_letters, ensure_ascii=False).encode()) == cards
    assert "Žižková" not in words_of(cards)


def test_a_moderate_depth_is_no_fault(service, good):
    assert service.cards(nested(30, good)) == service.cards(json.loads(good))


def test_a_body_of_five_megabytes_is_refused_before_it_is_read(service):
    reply = service.send("POST", CALL, b"{", Content_Type="application/json", Content_Length=str(5 * 1024**2))
    refused(reply, 413)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_another_media_type_is_refused(service, good, media_type):
    refused(service.send("POST", CALL, good.encode(), Content_Type=media_type), 415)


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8", "application/fhir+json"],
)
def test_json_by_any_of_its_names_is_read(service, good, media_type):
    assert service.send("POST", CALL, good.encode(), Content_Type=media_type).status == 200


def test_another_charset_and_a_packed_body_are_refused(service, good):
    refused(service.send("POST", CALL, good.encode(), Content_Type="application/json; charset=latin-1"), 415)
    packed = service.send("POST", CALL, good.encode(), Content_Type="application/json", Content_Encoding="gzip")
    refused(packed, 415)


# --- addresses and methods


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_another_method_is_refused_with_what_is_allowed(service, good, method):
    reply = service.send(method, CALL, good.encode(), Content_Type="application/json")
    refused(reply, 405)
    assert "POST" in reply.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cds-services/other"),
        ("POST", "/cds-services/other/feedback"),
        ("POST", f"{CALL}%00"),
        ("POST", "/cds-services/%C3%A9"),
        ("GET", "/cds-services/a/b/c"),
        ("GET", "/cds-services/%2e%2e/models"),
        ("GET", "/nowhere"),
        ("POST", "/nowhere"),
        ("GET", "/models/nothing"),
        ("GET", "/models/..%2f..%2fetc%2fpasswd"),
        ("GET", "/..%2f..%2fetc/passwd"),
        ("GET", "/static/../app.py"),
        ("GET", "/static/%2e%2e/app.py"),
    ],
)
def test_an_unknown_address_is_404(service, method, path):
    refused(service.send(method, path, b"{}" if method == "POST" else None, Content_Type="application/json"), 404)


@pytest.mark.parametrize("path", [f"/{CALL}", CALL.replace("/", "//"), f"{CALL}/", f"{CALL}?x=1"])
def test_addresses_that_clients_build_from_parts_still_arrive(service, good, path):
    reply = service.send("POST", path, good.encode(), Content_Type="application/json")
    assert reply.status == 200
    assert reply.json()["cards"]


@pytest.mark.parametrize("path", [f"/{DISCOVERY}", f"{DISCOVERY}/", f"{DISCOVERY}//"])
def test_discovery_is_found_at_addresses_built_from_parts(service, path):
    assert service.send("GET", path).json() == service.send("GET", DISCOVERY).json()


def test_head_and_options_answer_without_a_body(service):
    head = service.send("HEAD", DISCOVERY)
    assert (head.status, head.body) == (200, b"")
    for path in (DISCOVERY, CALL):
        options = service.send("OPTIONS", path)
        assert (options.status, options.body) == (204, b"")


def test_the_service_still_answers_after_all_this(service, good):
    assert card_of(service.cards(json.loads(good)), "rehabilitation")
