"""H: wrong patients, wrong orders, and requests that take everybody's time."""

import hashlib
import json
from typing import Any
from uuid import uuid4

from cds_service.protocol.json_text import canonical_json
from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field
from tests.attacks.playing import check_words, play
from tests.attacks.scenarios import scenario
from tests.bench.running import tree_seconds
from tests.chart_builders import (
    application,
    brace,
    kyphoplasty,
    order_sign,
    thin_and_weak,
)
from tests.faults.records import IDENTIFIER
from tests.growing import request_with
from tests.live_service import Reply
from tests.running_service import RunningService

Resource = dict[str, Any]
JSON = {"Content-Type": "application/json"}
ORDINARY = 20  # signings, so that the clock of a process is fine enough
MOST_TIMES = 450  # the work of an ordinary signing; what is mended here took 600


def signing(case: Case, field: Field) -> Resource:
    """The order-sign that `sends` describes: a kyphoplasty for a thin patient, with all that discovery asks for.

    Its members: `patient`, more of the Patient; `record`, more resources, or others in
    place of those of the same id;
    `without`, ids of the record; `prefetch`, more entries of a key; `drafts`, all that is signed. What a draft has of
    `fullUrl` and `request` is its entry's.
    """
    given = field.fill(case, case.sends)
    first, *rest = thin_and_weak()
    more = given.get("record", [])
    gone = {*given.get("without", ()), *(one["id"] for one in more)}
    record = [
        {**first, "identifier": [IDENTIFIER], **given.get("patient", {})},
        *(one for one in rest if one["id"] not in gone),
    ]
    body = order_sign(
        [*record, *more],
        *given.get("drafts", [kyphoplasty()]),
        hook_instance=str(uuid4()),
    )
    for key, resources in given.get("prefetch", {}).items():
        body["prefetch"][key]["entry"] += [{"resource": one} for one in resources]
        body["prefetch"][key].pop("total", None)
    for entry in body["context"]["draftOrders"]["entry"]:
        entry |= {
            name: entry["resource"].pop(name)
            for name in ("fullUrl", "request")
            if name in entry["resource"]
        }
    return body


@scenario
def signs(case: Case, field: Field) -> None:
    """In whichever sequence the drafts stand."""
    body = signing(case, field) | {"fhirServer": field.fill(case, "{ehr}")}
    play(case, field, body)
    body["context"]["draftOrders"]["entry"].reverse()
    play(case, field, body | {"hookInstance": str(uuid4())})


@scenario
def signs_on_its_day(case: Case, field: Field) -> None:
    """On the day of the record, not of this machine's clock."""
    answer = application().post(signing(case, field))
    assert answer.status_code == case.status
    check_words(case, field, answer.text)


@scenario
def corrects_a_draft_with_decimals(case: Case, field: Field) -> None:
    """All but the end is the draft, digit by digit, in the answer and behind the digest of the entry."""
    written = ("21.50", "2.0", "1E2", "0.10", "-0.0", "12345678901234567890.123456789")
    parameter = [
        {"code": {"text": "size"}, "valueQuantity": {"value": f"@{one}@", "unit": "cm"}}
        for one in written
    ]
    body = order_sign(
        thin_and_weak(),
        kyphoplasty(),
        brace(parameter=parameter),
        hook_instance=str(uuid4()),
    )
    text = json.dumps(body).replace('"@', "").replace('@"', "")
    field.prepare(case)
    service = field.service(case.site)
    before = service.mark()
    answer = service.send("POST", CALL, text.encode(), JSON)
    for one in written:
        assert f'"value":{one}}}' in answer.text, one
    suggestions = [
        one for card in answer.json()["cards"] for one in card.get("suggestions", ())
    ]
    ((action,),) = [
        one["actions"] for one in suggestions if one["actions"][0]["type"] == "update"
    ]
    assert action["resource"]["id"] == "brace"
    (entry,) = service.entries(before, 1)
    kept = json.dumps(service.content(entry["sequence"]))
    start = answer.text.index(
        '"resource":', answer.text.index(json.dumps(action["description"]))
    ) + len('"resource":')
    end = start + json.JSONDecoder().raw_decode(answer.text[start:])[1]
    assert hashlib.sha256(answer.text[start:end].encode()).hexdigest() in kept


@scenario
def names_two_servers(case: Case, field: Field) -> None:
    """A call that names no server has one EHR behind it; where its references name two, neither is believed."""
    body = signing(case, field)
    bundles = [
        found
        for found in body["prefetch"].values()
        if found and found.get("resourceType") == "Bundle"
    ]
    theirs = [one["resource"] for found in bundles for one in found.get("entry", ())]
    for number, resource in enumerate(theirs):
        base = case.sends["bases"][number % len(case.sends["bases"])]
        resource["subject"] = {
            "reference": f"{base}Patient/{body['context']['patientId']}"
        }
    play(case, field, body)


@scenario
def takes_no_long_time(case: Case, field: Field) -> None:
    """Whatever comes of it (an answer that says what was cut, or none): others are not kept waiting.

    Its work is a multiple of an ordinary signing's, whatever the machine.
    """
    part = case.sends.get("part")
    body = request_with(part, case.sends["size"]) if part else signing(case, field)
    service = field.service(case.site)
    field.prepare(case)
    ordinary = order_sign(thin_and_weak(), kyphoplasty())
    send_counted(service, ordinary)  # what is made once is made here
    before = tree_seconds(service.process_id)
    for _ in range(ORDINARY):
        send_counted(service, ordinary)
    unit = (tree_seconds(service.process_id) - before) / ORDINARY
    answer, took = send_counted(service, body)
    assert answer.status in {200, 503}, answer.text[:300]
    assert took < MOST_TIMES * unit, f"{took:.1f} s, {took / unit:.0f} signings"


def send_counted(service: RunningService, body: Resource) -> tuple[Reply, float]:
    """Send a signing of its own instance, and count the processor's seconds for it."""
    octets = canonical_json(body | {"hookInstance": str(uuid4())}).encode()
    before = tree_seconds(service.process_id)
    answer = service.send("POST", CALL, octets, JSON)
    return answer, tree_seconds(service.process_id) - before
