"""C: bodies, parsers and sockets."""

import gzip
import json

from tests.attacks.cases import CALL, CASES, Case
from tests.attacks.field import Field
from tests.attacks.playing import play
from tests.attacks.raw import head, wire
from tests.attacks.scenarios import scenario

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
GOOD = next(case for case in CASES if case.row == "C16" and case.status == 200)


def still_answers(field: Field) -> None:
    """Whoever comes next gets cards."""
    play(GOOD, field)


@scenario
def packed_bomb(case: Case, field: Field) -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    encoding = case.headers["Content-Encoding"]
    octets = gzip.compress(bomb) if "," in encoding else bomb
    with wire(field.service(case.site)) as line:
        length = f"Content-Length: {len(octets)}"
        line.send(head("POST", CALL, JSON, f"Content-Encoding: {encoding}", length) + octets)
        heard = line.hear()
    assert heard.status == case.status
    assert heard.issue["code"] == case.issue
    still_answers(field)


@scenario
def sends_octets(case: Case, field: Field) -> None:
    """The body of the case, in another encoding or with something between its members."""
    whole = json.dumps(field.request(case), ensure_ascii=False)
    kinds = {
        "an invalid octet": whole.replace('"order-sign"', '"order-sign", "a": "\u2603"', 1)
        .encode()
        .replace("\u2603".encode(), b"\xfc"),
        "UTF-16": whole.encode("utf-16"),
        "a byte-order mark": b"\xef\xbb\xbf" + whole.encode(),
        "half a surrogate pair": _with(whole, '"a": "\\ud800"'),
        "a NUL": _with(whole, '"a": "\\u0000"'),
        "NaN": _with(whole, '"a": NaN'),
        "Infinity": _with(whole, '"a": -Infinity'),
        "1e999": _with(whole, '"a": 1e999'),
        "5000 digits": _with(whole, '"a": ' + "7" * 5000),
        "-0": _with(whole, '"a": -0'),
        "hook twice": _with(whole, '"hook": "order-sign"'),
        "the patient twice": whole.replace('"patientId":', '"patientId": "p2", "patientId":', 1).encode(),
        "64 deep": _with(whole, '"a": ' + "[" * 63 + "]" * 63),
        "65 deep": _with(whole, '"a": ' + "[" * 64 + "]" * 64),
        "100 000 deep": _with(whole, '"a": ' + "[" * 100_000 + "]" * 100_000),
        "a million objects side by side": _with(whole, '"a": [' + "{}," * 1_000_000 + "{}]"),
        "a million lists side by side": _with(whole, '"a": [' + "[]," * 1_000_000 + "[]]"),
        "100 000 objects deep": _with(whole, '"a": ' + '{"a":' * 100_000 + "1" + "}" * 100_000),
    }
    answer = field.service(case.site).send("POST", CALL, kinds[case.title], field.headers(case))
    assert answer.status == case.status, answer.text
    if case.issue:
        assert answer.issue == case.issue
    for words in case.says:
        assert words in answer.text


def _with(whole: str, member: str) -> bytes:
    return whole.replace("{", "{" + member + ", ", 1).encode()


@scenario
def many_orders(case: Case, field: Field) -> None:
    body = field.request(case)
    body["context"]["draftOrders"]["entry"] *= 200 if case.status == 200 else 201
    play(case, field, body)


@scenario
def the_same_instance_with_another_body(case: Case, field: Field) -> None:
    service = field.service(case.site)
    body = field.request(case)
    before = service.mark()
    for user in ("Practitioner/1", "Practitioner/2"):
        body["context"]["userId"] = user
        answer = service.send("POST", CALL, json.dumps(body).encode(), field.headers(case))
        assert answer.status == case.status
    made = service.entries(before, 2)
    assert [(one["kind"], one["hook_instance"]) for one in made] == [("answer", body["hookInstance"])] * 2
