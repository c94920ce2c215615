"""C: bodies, parsers and sockets."""

import gzip
import json

from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field
from tests.attacks.playing import check_answer, play
from tests.attacks.raw import head, wire
from tests.attacks.scenarios import scenario
from tests.attacks.table import CASES

JSON = "Content-Type: application/json"
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
        line.send(
            head("POST", CALL, JSON, f"Content-Encoding: {encoding}", length) + octets
        )
        check_answer(case, field, line.hear())
    still_answers(field)


@scenario
def sends_octets(case: Case, field: Field) -> None:
    """The body of the case with a member before all others, with a text in place of another, or in another encoding."""
    whole = json.dumps(field.request(case.model_copy(update={"sends": {}})))
    if "member" in case.sends:
        whole = whole.replace("{", f"{{{case.sends['member']}, ", 1)
    whole = whole.replace(*case.sends.get("replaced", ("", "")))
    check_answer(
        case, field, field.send(case, whole.encode(case.sends.get("encoding", "utf-8")))
    )


@scenario
def the_same_instance_with_another_body(case: Case, field: Field) -> None:
    service = field.service(case.site)
    body = field.request(case)
    before = service.mark()
    for user in ("Practitioner/1", "Practitioner/2"):
        body["context"]["userId"] = user
        assert field.send(case, body).status == case.status
    made = service.entries(before, 2)
    assert [(one["kind"], one["hook_instance"]) for one in made] == [
        ("answer", body["hookInstance"])
    ] * 2
