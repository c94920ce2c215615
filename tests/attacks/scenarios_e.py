"""E: reviewers without a right, forms of others, failures with names in them, unsafe configuration, clocks."""

import json
import os
import re
import signal
import subprocess
import sys

from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.attacks.reviewers import PASSWORD, Browser, log_in
from tests.attacks.running import WITNESSED
from tests.attacks.scenarios import scenario
from tests.attacks.tokens import ISSUER, key_set
from tests.faults.records import PATIENT
from tests.running_service import clean_environment

HOOK_INSTANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAGES = (
    "/audit",
    f"/audit/patients/{PATIENT}",
    "/audit/entries/ENTRY",
    "/audit/entries/ENTRY/replay",
    "/audit/export",
    "/audit/figures",
    "/audit/integrity",
    "/audit/no-such-page",
)


def _sign(case: Case, field: Field) -> str:
    """The id of the entry of a new answer."""
    field.prepare(case)
    service = field.service(case.site)
    before = service.mark()
    assert field.send(case).status == 200
    sequence = service.entries(before, 1)[0]["sequence"]
    return service.entry_id(sequence)


@scenario
def looks_without_a_right(case: Case, field: Field) -> None:
    service = field.service(case.site)
    entry = _sign(case, field)
    pages = [page.replace("ENTRY", entry) for page in PAGES]
    before = service.mark()
    for page in pages:
        answer = service.send("GET", page)
        assert answer.status == 401, page
        assert PATIENT not in answer.text.replace(page, "")
        assert service.send("POST", page, b"").status in {401, 405}
    assert service.entries(before) == []
    operator = log_in(service, "oscar", "operator")
    before = service.mark()
    for page in [
        f"/audit/patients/{PATIENT}",
        f"/audit/entries/{entry}",
        f"/audit/entries/{entry}/replay",
    ]:
        answer = operator.get(page)
        assert answer.status == 403, page
        assert "Refracture" not in answer.text
    denied = service.entries(before, 3)
    assert {(one["kind"], one["result"], one["user"]) for one in denied} == {
        ("read", "denied", "oscar")
    }
    reviewer = log_in(service, "anna", "reviewer")
    assert reviewer.get(f"/audit/entries/{entry}").status == 200
    assert (
        reviewer.get("/audit/entries/3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f").status
        == 404
    )
    reviewer.cookies["kyphoplasty-cds-review"] = "a" * 43
    assert reviewer.get("/audit").status == 401


@scenario
def sends_forms_of_others(case: Case, field: Field) -> None:
    service = field.service(case.site)
    entry = _sign(case, field)
    anna, ben = log_in(service, "anna", "reviewer"), log_in(service, "ben", "reviewer")
    morsel = anna.cookies["kyphoplasty-cds-review"]
    assert (morsel["samesite"], morsel["httponly"], morsel["path"]) == (
        "Strict",
        True,
        "/audit",
    )
    own = anna.token()
    forms = {
        f"/audit/entries/{entry}/mark": {"mark": "reviewed"},
        "/audit/export": {"format": "csv"},
    }
    before = service.mark()
    for path, form in forms.items():
        for token in ({}, {"token": ""}, {"token": ben.token()}, {"token": own[:-1]}):
            answer = anna.post(path, form | token, Origin="https://evil.example")
            assert answer.status == 403, (path, token)
    made = service.entries(before, 8)
    assert {
        one["result"] for one in made if one["kind"] == "read" and one["result"]
    } == {"denied"}
    assert {one["kind"] for one in made} == {"read"}, "neither a mark nor an export"
    anna.cookies.pop("kyphoplasty-cds-login", None)
    answer = Browser(service).post(
        "/audit/login", {"name": "anna", "password": PASSWORD, "wanted": "/audit"}
    )
    assert answer.status == 403, "nobody is logged in by a form of another site"


@scenario
def asks_operations_for_people(case: Case, field: Field) -> None:
    service = field.service(case.site)
    _sign(case, field)
    for path in (
        "/metrics",
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/",
        "/models",
        "/cds-services",
    ):
        answer = service.send("GET", path)
        assert answer.status == 200
        assert PATIENT not in answer.text
        assert "Practitioner" not in answer.text
        assert not HOOK_INSTANCE.search(answer.text), path
    assert (
        "Server" not in service.send("GET", "/").headers
        or "/" not in service.send("GET", "/").headers["Server"]
    )


@scenario
def fails_with_a_name_in_the_message(case: Case, field: Field) -> None:
    with field.alone() as service:
        field.prepare(case)
        before = service.mark()
        (service.folder / "fail.json").write_text(
            json.dumps(
                {
                    "event": "socket.connect",
                    "message": f"Patient/{PATIENT} Canary Hallie Müller 1945-03-17",
                }
            )
        )
        answer = field.send(case, to=service)
        assert answer.status == 500
        assert answer.issue == "exception"
        text = answer.json()["issue"][0]["details"]["text"]
        assert (
            text == "An unexpected error; the service's log has it under the id below."
        )
        line = service.logged(before, event="error")
        assert line["errorId"] in answer.text
        assert line["kind"] == "RuntimeError"
        assert any("connections.py" in frame for frame in line["frames"])
        (service.folder / "fail.json").unlink()
        for name, octets in service.left_behind().items():
            assert not re.search("Hallie|Müller|Canary|1945-03-17".encode(), octets), (
                name
            )
        assert b"Hallie" not in answer.body


@scenario
def loses_a_worker(case: Case, field: Field) -> None:
    """Gunicorn tells of a worker that was killed: by the same way as all lines, without what was filled in."""
    with field.alone() as service:
        field.prepare(case)
        before = service.mark()
        (worker,) = service.workers()
        os.kill(worker, signal.SIGKILL)
        line = service.logged(before, logger="gunicorn.error")
        assert "gunicorn" in line["place"]


@scenario
def refuses_to_start(case: Case, field: Field) -> None:
    folder = field.folder()
    (folder / "names.json").write_text("{}")
    (folder / "keys.json").write_text(key_set(ISSUER))
    for file, text in case.sends.get("files", {}).items():
        (folder / file).write_text(text)
    for file, mode in case.sends.get("modes", {}).items():
        (folder / file).chmod(int(mode, 8))
    settings = {
        f"KYPHOPLASTY_CDS_{name}": value.replace("{folder}", str(folder))
        for name, value in case.sends.get("settings", {}).items()
    }
    if "site" in case.sends:
        (folder / "site.toml").write_text(case.sends["site"])
        settings["KYPHOPLASTY_CDS_SITE"] = str(folder)
    done = subprocess.run(
        [
            sys.executable,
            WITNESSED,
            folder,
            "serve",
            "--port",
            "0",
            *case.sends.get("arguments", ()),
        ],
        env=clean_environment(folder) | settings,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("error: ")]
    for word in case.says:
        assert word in line
    for secret in ("correct-horse", "user:word"):
        assert secret not in done.stderr
