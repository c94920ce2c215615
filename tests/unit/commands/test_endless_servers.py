"""Commands and a server that pages for ever, trickles, floods or hangs: a sentence, and an end."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from tests.chart_builders import TODAY
from tests.client_tokens import ISSUER, Signer, client_of, key_set, site_folder
from tests.looped_site import Site
from tests.stub_server import StubServer

Handler = BaseHTTPRequestHandler
PERSON = {"resourceType": "Patient", "id": "p1", "gender": "female"}
PIECE = b" " * 65536


def begin(handler: Handler, length: int | None) -> None:
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Type", "application/fhir+json")
    handler.send_header("Connection", "close")
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def trickle(handler: Handler) -> None:
    """A byte now and then, of an answer that never ends."""
    begin(handler, 100_000)
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)


def flood(handler: Handler) -> None:
    """Ten gigabytes."""
    begin(handler, 10 * 2**30)
    while True:
        handler.wfile.write(PIECE)


NUMBERS = count(1)


def page_for_ever(handler: Handler) -> None:
    """A list with another page behind each."""
    host = handler.headers["Host"]
    following = {"relation": "next", "url": f"http://{host}/fhir?page={next(NUMBERS)}"}
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": [following]}
    name = f"o{next(NUMBERS)}"
    subject = {"reference": "Patient/p1"}
    one = {"resourceType": "Observation", "id": name, "subject": subject}
    answer(handler, bundle | {"entry": [{"resource": one}]})


def page_in_a_circle(handler: Handler) -> None:
    """A list whose next page is itself."""
    following = {
        "relation": "next",
        "url": f"http://{handler.headers['Host']}{handler.path}",
    }
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": [following]}
    one = {"resourceType": "Observation", "id": "o1"}
    answer(handler, bundle | {"entry": [{"resource": one}]})


def answer(handler: Handler, document: object) -> None:
    content = json.dumps(document).encode()
    begin(handler, len(content))
    handler.wfile.write(content)


class Endless(StubServer):
    """A server that knows one patient, and answers all else without an end."""

    def __init__(self, act: Callable[[Handler], None]) -> None:
        self.act, self.asked = act, 0
        super().__init__()

    def respond(self, handler: Handler) -> None:
        self.asked += 1
        with suppress(OSError):
            if handler.path.startswith("/fhir/Patient/"):
                name = handler.path.rpartition("/")[2]
                answer(handler, PERSON | {"id": name})
            else:
                self.act(handler)


ACTS = {
    "trickles": trickle,
    "floods": flood,
    "pages-for-ever": page_for_ever,
    "pages-in-a-circle": page_in_a_circle,
}


@pytest.fixture(params=ACTS.values(), ids=ACTS)
def server(request: pytest.FixtureRequest) -> Iterator[Endless]:
    with Endless(request.param) as found:
        yield found


@pytest.fixture(autouse=True)
def _less_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "populations.looping.READ_SECONDS",
        "importing.SECONDS",
        "connecting.doctor.SECONDS",
    ):
        monkeypatch.setattr(f"cds_service.commands.{name}", 0.5)
    monkeypatch.setattr("cds_service.commands.mappings.expanding.SECONDS", 0.5)


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), (
        done.exception
    )
    return done


def test_import_ends_with_a_sentence(server: Endless, tmp_path: Path) -> None:
    table = tmp_path / "values.csv"
    table.write_text("patient,date,bmi\np1,2026-11-01,22.5\n")
    done = run(
        "import",
        str(table),
        "--patient",
        "p1",
        "--fhir-server",
        f"{server.origin}/fhir",
    )
    assert done.exit_code == 1
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")


def test_expand_ends_with_a_sentence(server: Endless, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("mappings", "expand", "--tx", f"{server.origin}/fhir", "--out", str(out))
    assert done.exit_code == 1
    assert done.stderr.startswith("error: ")
    assert not list(out.glob("*"))


def test_expand_waits_for_one_more_code_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_code(handler: Handler) -> None:
        code = str(10**8 + next(NUMBERS))
        contains = [{"system": "http://snomed.info/sct", "code": code}]
        expansion = {"total": 99_999, "contains": contains}
        answer(handler, {"resourceType": "ValueSet", "expansion": expansion})

    monkeypatch.setattr("cds_service.commands.mappings.expanding.ROOT_SECONDS", 0.5)
    with Endless(one_code) as slow:
        address = f"{slow.origin}/fhir"
        done = run("mappings", "expand", "--tx", address, "--out", str(tmp_path / "o"))
    assert done.exit_code == 1
    assert "and not all" in done.stderr


def test_doctor_ends_with_a_sentence(server: Endless) -> None:
    done = run("doctor", server.origin)
    assert done.exit_code != 0
    assert done.output.strip()


def ward(folder: Path, monkeypatch: pytest.MonkeyPatch, base: str, count: int) -> None:
    """Signings of so many patients of an EHR that may be read at night."""
    site = Site(folder, monkeypatch)
    for number in range(1, count + 1):
        site.sign(number, client=ISSUER, content={"record": {"server": base}})
    site.desk.close()
    client = client_of(f'fhir-servers = ["{base}"]', "background-reads = true")
    home = site_folder(folder / "site", client)
    (home / "keys.json").write_bytes(key_set(Signer()))
    monkeypatch.setenv("KYPHOPLASTY_CDS_SITE", str(home))


def test_a_loop_asks_a_slow_server_for_a_few_patients_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Endless(trickle) as slow:
        base = f"{slow.origin}/fhir"
        ward(tmp_path, monkeypatch, base, 12)
        done = run("loop", "--fhir-server", base, "--as-of", TODAY.isoformat())
    assert "3 patients were not read whole and 9 not at all" in done.stderr
    assert done.exit_code == 1
    assert "12 signings" in done.stdout


def test_a_loop_ends_however_the_server_answers(
    server: Endless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = f"{server.origin}/fhir"
    ward(tmp_path, monkeypatch, base, 2)
    done = run("loop", "--fhir-server", base, "--as-of", TODAY.isoformat())
    assert "2 with neither on record, and a list or drug not read" in done.stdout
