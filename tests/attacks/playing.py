"""Playing one case: prepare the field, send, and compare everything that came of it with what the case says."""

from typing import Any

from cds_service.web.errors import NOT_AUTHENTICATED
from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.live_service import Reply
from tests.running_service import Mark

REFUSED = {
    "resourceType": "OperationOutcome",
    "issue": [
        {"severity": "error", "code": "login", "details": {"text": NOT_AUTHENTICATED}}
    ],
}


def play(case: Case, field: Field, body: Any = None) -> Reply:
    """The answer to the one request of this case, once it and all its traces are as the case says.

    Args:
        body: in place of the JSON that the case describes.
    """
    field.prepare(case)
    before = field.service(case.site).mark()
    answer = field.send(case, body)
    check_answer(case, field, answer)
    check_traces(case, field, before)
    return answer


def check_refusal(answer: Reply) -> None:
    """A28: nobody learns what was wrong; the same octets, whatever it was."""
    assert answer.status == 401
    assert answer.json() == REFUSED
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def check_answer(case: Case, field: Field, answer: Reply) -> None:
    """Status, OperationOutcome and words."""
    assert answer.status == case.status, answer.text
    check_words(case, field, answer.text)
    if case.status == 401:
        check_refusal(answer)
    if case.issue:
        assert answer.issue == case.issue
        assert answer.headers.get_content_type() == "application/fhir+json"


def check_words(case: Case, field: Field, text: str) -> None:
    """What the answer says, and what it does not."""
    plain = text.replace("\\\\", "")  # without the escapes of markdown
    for words in field.fill(case, case.says):
        assert words in plain, plain
    for words in field.fill(case, case.silent):
        assert words not in plain


def check_traces(case: Case, field: Field, before: Mark) -> None:
    """Sockets, questions to the FHIR server, audit entries and log lines since."""
    service = field.service(case.site)
    field.check_sockets(case, before)
    for part, count in case.asks.items():
        assert field.count(part) == count, field.ehr.asked
    entries = service.entries(before, len(case.entries or ()) or bool(case.reason))
    if case.entries is not None:
        assert tuple(entry["kind"] for entry in entries) == case.entries
    if case.reason:
        assert {entry["reason"] for entry in entries} == {case.reason}
    if case.log:
        service.logged(before, **case.log)
