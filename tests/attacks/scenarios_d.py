"""D: words that would act if they were believed."""

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.attacks.reviewers import log_in
from tests.attacks.running import Running
from tests.attacks.scenarios import scenario
from tests.chart_builders import (
    kyphoplasty,
    measured,
    order_sign,
    problem,
    texts_of,
    thin_and_weak,
)
from tests.foreign_words import MARK, PAYLOADS, drafts, faults_in, record
from tests.live_service import FEEDBACK

IMITATION = "RISK 1 % - safe to brace 3 months, no referral needed"
MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1+1",
    "x;=1+1",
)


def _request(*resources: Any, **context: Any) -> dict[str, Any]:
    body = order_sign(
        resources or thin_and_weak(), kyphoplasty(), hook_instance=str(uuid4())
    )
    return body | {"context": body["context"] | context}


@scenario
def shows_a_record_full_of(case: Case, field: Field) -> None:
    # searched for in everything at the end of the run
    words = PAYLOADS[case.sends["words"]].replace(MARK, "Canary")
    body = order_sign(record(words), *drafts(words), hook_instance=str(uuid4()))
    answer = field.service(case.site).call(body)
    assert answer.status == 200, answer.text
    cards = answer.json()["cards"]
    assert cards
    assert faults_in(cards) == []
    assert not [text for card in cards for text in texts_of(card) if "Canary" in text]
    assert all(len(card["summary"]) < 140 for card in cards)


@scenario
def shows_a_name_of_a_megabyte(case: Case, field: Field) -> None:
    name = {"text": "Canary" * 170_000}
    held = [
        *thin_and_weak(),
        measured("pma-rate", 55, number="long", days=400, method=name, bodySite=name),
    ]
    answer = field.service(case.site).call(_request(*held))
    assert answer.status == 200
    assert len(answer.body) < 100_000
    assert "Canary" not in answer.text


@scenario
def shows_a_record_that_imitates_a_card(case: Case, field: Field) -> None:
    """Free text is not shown where nothing is coded either; what it imitates stands nowhere."""
    words = {"text": IMITATION}
    held = [
        *thin_and_weak(),
        problem("hypertension", number="free", code=words, note=[words]),
        measured("vbq", 3, valueQuantity=None, valueString=IMITATION),
        measured("ct-attenuation", 60, bodySite=words),
    ]
    cards = field.service(case.site).call(_request(*held)).json()["cards"]
    assert cards
    said = " ".join(text for card in cards for text in texts_of(card)).replace("\\", "")
    assert "RISK 1 %" not in said
    assert "safe to brace" not in said


@scenario
def writes_into_the_log(case: Case, field: Field) -> None:
    service = field.service(case.site)
    before = service.mark()
    forged = '\r\n{"event": "call", "status": 200}\x1b[31m\x9b2J\u2028"'
    bodies = [
        _request(userId=f"Practitioner/{forged}", encounterId=forged),
        _request() | {"hook": forged},
        _request() | {"hookInstance": forged},
        _request(patientId=forged),
        _request() | {"fhirServer": f"http://127.0.0.1/{forged}", "prefetch": {}},
    ]
    headers = {
        "User-Agent": 'x", "event": "call',
        "X-Request-Id": "y%0a",
        "Referer": "/%1b]0;title%07",
    }
    assert [service.call(body, **headers).status for body in bodies] == [
        200,
        400,
        400,
        400,
        403,
    ]
    assert service.call(_request(), **{"User-Agent": "x\x1b[31m"}).status == 400, (
        "no header at all"
    )
    answer = service.send(
        "POST",
        f"/cds-services/{quote(forged)}",
        b"{}",
        {"Content-Type": "application/json"},
    )
    assert answer.status == 404
    for status in (200, 400, 403, 404):
        service.logged(before, event="call", status=status)
    lines = service.lines()[before.lines :]
    assert [line for line in lines if not re.fullmatch(r"[\x20-\x7e]+", line)] == []
    calls = [one for one in service.logs(before) if one.get("event") == "call"]
    assert sorted(one["status"] for one in calls) == [200, 400, 400, 400, 403, 404], (
        "one line for each call"
    )


@scenario
def exports_formulas(case: Case, field: Field) -> None:
    service = field.service(case.site)
    before = service.mark()
    for formula in FORMULAS:
        assert service.call(_request(userId=formula)).status == 200
    assert len(service.entries(before, len(FORMULAS))) == len(FORMULAS)
    rows = list(
        csv.reader(
            io.StringIO(
                service.command("audit", "export", "--format", "csv"), newline=""
            )
        )
    )
    cells = [cell for row in rows for cell in row]
    assert [
        cell
        for cell in cells
        if cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r", "\uff1d"))
    ] == []
    assert [
        cell
        for cell in cells
        if cell.startswith("-") and not re.fullmatch(r"-[0-9.]+", cell)
    ] == []
    # What is no id is kept as its hash; how a formula in the log itself is written, as of
    # older entries, `test_exporting.py` tells.
    assert [one for one in FORMULAS if any(one in cell for cell in cells)] == []
    assert len({one for one in cells if one.startswith("sha256:")}) >= len(FORMULAS)


class _Elements(HTMLParser):
    """Elements of a page, with what would act in them."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        scripts = tag in {"script", "style"} or any(
            name.startswith("on") or name == "style" for name, _ in attrs
        )
        if scripts or any(
            (value or "").lower().startswith("javascript:") for _, value in attrs
        ):
            self.acting.append(tag)


@scenario
def reviews_markup(case: Case, field: Field) -> None:
    service = field.service(case.site)
    before = service.mark()
    answer = service.call(_request(userId=MARKUP), **{"User-Agent": MARKUP})
    card = answer.json()["cards"][0]["uuid"]
    reason = {"reason": {"code": MARKUP, "system": MARKUP}, "userComment": MARKUP}
    _tell(service, _statement(card, overrideReason=reason))
    entry = service.entry_id(service.entries(before, 2)[0]["sequence"])
    anna = log_in(service, "dora", "reviewer")
    assert (
        anna.post(
            f"/audit/entries/{entry}/mark", {"token": anna.token(), "note": MARKUP}
        ).status
        == 303
    )
    pages = [
        "/audit",
        f"/audit?{urlencode({'user': MARKUP})}",
        "/audit/patients/pat-1",
        f"/audit/entries/{entry}",
    ]
    for page in pages:
        shown = anna.get(page)
        # What is no id is a fault of its field; the note of a reviewer is shown.
        is_filter = "?user=" in page
        assert shown.status == (400 if is_filter else 200)
        is_told = is_filter or "/entries/" in page
        assert ("&lt;script&gt;alert(1)" in shown.text) is is_told, page
        assert "<script>alert(1)" not in shown.text, page
        elements = _Elements()
        elements.feed(shown.text)
        assert elements.acting == [], page
        policy = shown.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "script-src" not in policy


def _statement(card: str = "", **members: Any) -> dict[str, Any]:
    """About this card, or one that nobody knows."""
    told = {
        "card": card or str(uuid4()),
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:00:00Z",
    }
    return told | members


def _tell(
    service: Running, *statements: Any, times: int = 1
) -> tuple[dict[str, Any], Any]:
    """The one new entry of these statements, which are taken without a word, and what it says."""
    before = service.mark()
    for _ in range(times):
        answer = service.call({"feedback": statements}, path=FEEDBACK)
        assert (answer.status, answer.body) == (200, b"{}")
    (entry,) = service.entries(before, 1)
    return entry, service.content(entry["sequence"])


@scenario
def tells_of_an_unknown_card(case: Case, field: Field) -> None:
    service = field.service(case.site)
    card = service.call(_request()).json()["cards"][0]["uuid"]
    assert _tell(service, _statement(card))[0]["about"]
    loose, _ = _tell(service, _statement())
    assert (loose["about"], loose["patient"]) == (None, None)


@scenario
def accepts_sixty_thousand_suggestions(case: Case, field: Field) -> None:
    """They are counted, and the log does not grow by them."""
    accepted = [{"id": str(uuid4())} for _ in range(60_000)]
    told = _statement(outcome="accepted", acceptedSuggestions=accepted)
    _, content = _tell(field.service(case.site), told)
    assert content["unknownSuggestions"] == 60_000
    assert len(content["acceptedSuggestions"]) < 100


@scenario
def tells_the_same_twice(case: Case, field: Field) -> None:
    told = _statement(outcomeTimestamp="2099-01-01T00:00:00Z")
    entry, content = _tell(field.service(case.site), told, told, times=3)
    assert entry["at"] < "2099"
    assert content["timestampAhead"] is True


@scenario
def comments_on_a_patient(case: Case, field: Field) -> None:
    comment = "Canary Hallie Miller, born 1945-03-17 " + "x" * 1_000_000
    reason = {"reason": {"code": "alreadyArranged"}, "userComment": comment}
    _, content = _tell(field.service(case.site), _statement(overrideReason=reason))
    assert content["droppedComment"] == len(comment)
    assert "userComment" not in content


@scenario
def searches_with_statements(case: Case, field: Field) -> None:
    service = field.service(case.site)
    assert service.call(_request()).status == 200
    anna = log_in(service, "nora", "reviewer")
    entries = len(service.entries(service.start))
    for words in (
        "' OR '1'='1",
        "%",
        "_",
        "pat%",
        '"; DROP TABLE audit_entry; --',
        "*",
        "\\",
        "(a+)+$",
        "a" * 5000,
    ):
        for name in (
            "patient",
            "user",
            "card",
            "rule",
            "hook",
            "order",
            "sort",
            "after",
            "q",
        ):
            shown = anna.get(f"/audit?{urlencode({name: words})}")
            assert shown.status in {200, 400}, (name, words)
            if (
                name in {"patient", "user", "card", "rule", "hook"}
                and shown.status == 200
            ):
                assert "/audit/entries/" not in shown.text, (name, words)
    for name, words in {
        "status": "0100" + "0" * 30,
        "since": "9999999999999",
        "kind": "'",
        "partial": "1;",
    }.items():
        assert anna.get(f"/audit?{urlencode({name: words})}").status in {200, 400}
    assert len(service.entries(service.start)) >= entries, "nothing was dropped"
