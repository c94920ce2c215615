"""G: what is done to the log itself, or to what is taken out of it, by whoever owns the database or the machine."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.exc import DBAPIError

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import AuditEntry, seal, time_text
from cds_service.audit.checkpoint import Signer, make_checkpoint, signer_of
from cds_service.audit.database import Database
from cds_service.audit.exporting import FORMATS
from cds_service.audit.purge import purge_before
from cds_service.audit.verification.hashes import commitment_of, link_of
from cds_service.audit.verification.notes import read_note
from cds_service.audit.verification.walk import report_lines, verify_log
from cds_service.cli import main
from cds_service.protocol.json_text import canonical_json
from cds_service.review.access import Access
from cds_service.review.sessions import OidcIdentity, Sessions
from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.attacks.scenarios import scenario
from tests.audit_builders import TABLES, answer_entry, fill, rows_of, tamper
from tests.postgres_server import find_programs, postgres_server
from tests.review_desk import ReviewDesk

YEAR = timedelta(days=366)
RETENTION_DAYS = 2192  # the setting's default: six years


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def log_of_years() -> Iterator[tuple[str, Database]]:
    """Two answers of eight years ago (entries 2 and 3), two of yesterday (4 and 5)."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/audit.sqlite3"
        database = Database(url)
        database.prepare()
        moments = [
            now() - 8 * YEAR,
            now() - 8 * YEAR,
            now() - timedelta(days=1),
            now() - timedelta(days=1),
        ]
        put(
            database,
            *(answer_entry(number, at=at) for number, at in enumerate(moments, 1)),
        )
        try:
            yield url, database
        finally:
            database.dispose()


@contextmanager
def databases(field: Field) -> Iterator[list[str]]:
    """Addresses of empty ones, of each kind that is installed."""
    urls = [f"sqlite:///{field.folder()}/audit.sqlite3"]
    if programs := find_programs():
        with postgres_server(programs) as server:
            yield [*urls, server.new_database()]
    else:
        yield urls


def put(database: Database, *entries: AuditEntry) -> None:
    with database.writing() as connection:
        append_entries(connection, [seal(entry) for entry in entries], now)


def erase(url: str, sequence: int) -> None:
    tamper(
        url,
        *(f"DELETE FROM {table} WHERE sequence = {sequence}" for table in TABLES[1:]),
    )


@scenario
def purges_by_hand(case: Case, _field: Field) -> None:
    """The payload is gone, and a purge entry of the right form, hashed and covered by later checkpoints, unsays it."""
    with log_of_years() as (url, database):
        make_checkpoint(database, None, now)
        ((place, digest),) = rows_of(
            url, "SELECT sequence, hash FROM audit_entry WHERE kind = 'checkpoint'"
        )
        assert (
            purge_before(
                database, now() - timedelta(days=RETENTION_DAYS), "os:root", now
            )
            == 2
        )
        put(database, answer_entry(5, at=now() - timedelta(days=1)))
        assert verify_log(url, retention_days=RETENTION_DAYS).is_whole
        ((behind,),) = rows_of(url, "SELECT max(sequence) FROM audit_entry")
        target = {"behind": behind, "purged": 2}.get(case.sends.get("target", ""), 5)
        content: dict[str, Any] = {
            "before": time_text(now() + timedelta(days=case.sends.get("before", 1))),
            "entries": 1,
            "ranges": [[target, target]],
            "checkpoint": {
                "sequence": place,
                "hash": case.sends.get("checkpoint", "") * 64 or digest,
            },
        }
        content.pop(case.sends.get("without", ""), None)
        at = now() + timedelta(days=case.sends.get("at", 0))
        put(database, AuditEntry(kind="purge", at=at, user="os:root", content=content))
        if case.sends.get("target") != "kept":
            erase(url, target)
        later = read_note(make_checkpoint(database, None, now))
        report = verify_log(url, [later], retention_days=RETENTION_DAYS)
        assert not report.is_whole
        assert case.sends["says"] in " ".join(report_lines(report))


@scenario
def purges_without_checkpoint(_case: Case, _field: Field) -> None:
    with log_of_years() as (url, _):
        done = command(
            url,
            "purge",
            "--delete-what-was-said-before",
            f"{now() - timedelta(days=RETENTION_DAYS):%Y-%m-%d}",
        )
        assert (done.exit_code, "no checkpoint" in done.output) == (1, True)
        assert rows_of(url, "SELECT count(*) FROM audit_payload") == [(5,)]


def command(url: str, *words: str) -> Result:
    return CliRunner().invoke(
        main, ["audit", *words], env={"KYPHOPLASTY_CDS_DATABASE_URL": url}
    )


@scenario
def purges_by_a_clock_ahead(case: Case, _field: Field) -> None:
    """The machine says that it is seven years later; its timers run.

    Nobody but a person makes the purge go on.
    """
    import cds_service.commands.audit_log.log as commands

    with log_of_years() as (url, database):
        make_checkpoint(database, None, now)
        later = now() + 7 * YEAR
        for hours in range(case.sends["checkpoints"], 0, -1):
            make_checkpoint(
                database, None, lambda hours=hours: later - timedelta(hours=hours)
            )
        clock, commands.utc_now = commands.utc_now, lambda: later
        try:
            for words in (
                [],
                ["--i-know"],
                ["--delete-what-was-said-before", "2020-01-01"],
            ):
                done = command(url, "purge", *words)
                assert (done.exit_code, "clock may be wrong" in done.output) == (
                    1,
                    True,
                ), done.output
            assert rows_of(
                url, "SELECT count(*) FROM audit_search WHERE kind = 'answer'"
            ) == [(4,)]
            told = (
                done.output.rpartition("--delete-what-was-said-before ")[2]
                .strip()
                .rstrip(".")
            )
            assert told == f"{later - timedelta(days=RETENTION_DAYS):%Y-%m-%d}"
            assert (
                command(url, "purge", "--delete-what-was-said-before", told).exit_code
                == 0
            )
        finally:
            commands.utc_now = clock
        assert rows_of(
            url, "SELECT count(*) FROM audit_search WHERE kind = 'answer'"
        ) == [(0,)]
        assert not verify_log(url, retention_days=RETENTION_DAYS).is_whole, (
            "what is young by the true clock is told"
        )


@scenario
def shows_a_changed_entry(_case: Case, field: Field) -> None:
    """The pages claim nothing of the log; the command names the entry."""
    with closing(ReviewDesk(field.folder())) as desk:
        for number in (1, 2):
            desk.sign(number=number)
        anna = desk.reviewer()
        tamper(desk.url, "UPDATE audit_search SET patient = 'other' WHERE sequence = 2")
        for page in map(
            anna.get,
            (
                "/audit",
                "/audit/integrity",
                f"/audit/entries/{desk.all('answer')[-1].id}",
            ),
        ):
            assert "Verified" not in page
            assert "nothing changed" not in page
        assert [one.sequence for one in verify_log(desk.url).faults] == [2]


@scenario
def reads_a_changed_payload(case: Case, field: Field) -> None:
    """What does not give its commitment is nobody's words: no page shows it, and none breaks by it."""
    with closing(ReviewDesk(field.folder())) as desk:
        answer = desk.sign()
        anna = desk.reviewer()
        tamper(
            desk.url,
            f"UPDATE audit_payload SET body = {case.body} WHERE sequence = {answer.sequence}",
        )
        page = f"/audit/entries/{answer.id}"
        assert "or was changed" in anna.get(page)
        for address in (f"{page}/replay", f"{page}/basis"):
            anna.get(address, status=404)
        assert "or was changed" in anna.get(f"/audit/patients/{answer.patient}")
        for form in FORMATS:
            assert anna.post("/audit/export", format=form).status_code == 200
        desk.tell(answer.cards[0].card, "overridden", reason="patientDeclines")
        assert desk.newest("feedback").about is None
        shown = json.loads(command(desk.url, "show", answer.id, "--json").output)
        assert (shown["changed"], "content" in shown) == (True, False)


@scenario
def rewrites_an_export(case: Case, _field: Field) -> None:
    """An answer says another figure; commitment, links and manifest are what the format asks for."""
    with log_of_years() as (url, database):
        file = Path(url.removeprefix("sqlite:///")).with_name("export.ndjson")
        assert command(url, "export", "--out", str(file)).exit_code == 0
        key = signer_of(database, None, now).public_text
        for words in ([], ["--key", key]):
            assert command(url, "verify", "--export", str(file), *words).exit_code == 0
        *lines, last = map(json.loads, file.read_text().splitlines())
        previous = ""
        for one in lines:
            text = canonical_json(one["payload"]).replace("0.35", "0.05")
            one["payload"] = json.loads(text)
            facts, cards = (
                one["payload"]["facts"],
                [tuple(card) for card in one["payload"]["cards"]],
            )
            one["commitment"] = commitment_of(one["salt"], facts, cards, text)
            one["previousHash"] = previous or one["previousHash"]
            fields = (
                one["id"],
                one["at"],
                one["kind"],
                one["commitment"],
                one["previousHash"],
            )
            previous = one["hash"] = link_of(one["sequence"], *fields)
        changed = "".join(f"{canonical_json(one)}\n" for one in lines)
        manifest = last["manifest"] | {
            "sha256": hashlib.sha256(changed.encode()).hexdigest()
        }
        signed = manifest.pop("signature")
        forged = Signer(signed.partition(" ")[0], Ed25519PrivateKey.generate())
        text = f"kyphoplasty-cds audit export 1\n{canonical_json(manifest)}"
        note = make_checkpoint(database, None, now).rpartition("\u2014 ")[2].strip()
        signatures = {
            "as before": signed,
            "other": forged.signature(text),
            "checkpoint": note,
        }
        manifest |= {
            name: signatures[case.sends["sign"]]
            for name in ("signature",)
            if case.sends["sign"] != "none"
        }
        file.write_text(changed + f"{canonical_json({'manifest': manifest})}\n")
        done = command(url, "verify", "--export", str(file))
        assert (done.exit_code, "not signed by the key" in done.output) == (1, True), (
            done.output
        )


@scenario
def adds_to_an_export(case: Case, _field: Field) -> None:
    """What the signed lines hold stays as it is; a reader of the file finds one entry more."""
    with log_of_years() as (url, _):
        file = Path(url.removeprefix("sqlite:///")).with_name("export.ndjson")
        assert command(url, "export", "--out", str(file)).exit_code == 0
        *lines, last = file.read_text().splitlines(keepends=True)
        more, manifest = lines[-1].replace("0.35", "0.05"), last.removeprefix("{")
        ends = {
            "behind": last + more,
            "beside": f"{more.rstrip()[:-1]},{manifest}",
            "before": f'{{"manifest":{{}},{manifest}',
            "octet": f"\udcff\n{last}",
            "deep": f"{'[' * 100_000}\n{last}",
        }
        file.write_text(
            "".join(lines) + ends[case.sends["place"]], errors="surrogateescape"
        )
        done = command(url, "verify", "--export", str(file))
        assert (done.exit_code, case.sends["says"] in done.output) == (1, True), (
            done.output
        )


@scenario
def moves_the_log(case: Case, field: Field) -> None:
    """No answer leaves that the log at its place does not hold; a worker that comes anew begins no other log."""
    with field.alone() as service:
        field.prepare(case)
        body, before = field.request(case), service.mark()
        assert service.call(body).status == 200
        aside = service.database.with_name("aside.sqlite3")
        service.database.rename(aside)
        if case.sends["copy"]:
            shutil.copy(aside, service.database)
        assert [service.call(body).status for _ in range(3)] == [503, 503, 503]
        ready = service.send("GET", "/health/ready")
        assert ready.status == 503
        assert "moved away" in ready.text
        assert service.database.exists() == case.sends["copy"]
        aside.replace(service.database)  # and with it its journal has a file again
        service.command("audit", "verify")
        assert [entry["kind"] for entry in service.entries(before)] == ["answer"]


@scenario
def moves_the_journal(case: Case, field: Field) -> None:
    """SQLite would go on writing into the file without a name; whatever is not in the log's own file goes with it."""
    with field.alone() as service:
        field.prepare(case)
        body = field.request(case)
        assert service.call(body).status == 200
        service.database.with_name(f"{service.database.name}-wal").unlink()
        assert [service.call(body).status for _ in range(3)] == [503, 503, 503]
        assert "moved away" in service.send("GET", "/health/ready").text


@scenario
def takes_a_number(case: Case, field: Field) -> None:
    with databases(field) as urls:
        for url in urls:
            database = fill(url, 1)
            forged = f"({case.sends['number']}, 'x', 'x', 'x', 1, 'x', 'x', 'x')"
            with (
                pytest.raises(DBAPIError, match="follows the last one"),
                database.writing() as connection,
            ):
                connection.exec_driver_sql(f"INSERT INTO audit_entry VALUES {forged}")
            put(database, answer_entry(2))
            assert rows_of(url, "SELECT max(sequence) FROM audit_entry") == [(3,)]
            database.dispose()


@scenario
def looks_for_the_key(_case: Case, _field: Field) -> None:
    with log_of_years() as (url, database):
        make_checkpoint(database, None, now)
        file = Path(url.removeprefix("sqlite:///"))
        key = file.with_name(f"{file.name}.key")
        assert key.stat().st_mode & 0o777 == 0o600
        secret = load_pem_private_key(key.read_bytes(), None).private_bytes_raw()
        for path in file.parent.glob(f"{file.name}*"):
            if path != key:
                assert secret not in path.read_bytes()
                assert b"PRIVATE KEY" not in path.read_bytes()
        tables = {
            name
            for (name,) in rows_of(
                url, "SELECT tbl_name FROM sqlite_master WHERE name LIKE '%key%'"
            )
        }
        assert tables == {"audit_link_key"}, "of links that expire; replicas share it"


@scenario
def removes_a_vouched_reviewer(_case: Case, _field: Field) -> None:
    """Their sessions end, whoever asked for it is told, and the log tells of it."""
    with log_of_years() as (url, database):
        sessions = Sessions(
            Access(lambda: database, now), rules="https://login.example.org"
        )
        who = OidcIdentity("https://login.example.org", "it's 8f3a", "reviewer", "anna")
        tokens = [sessions.begin(who) for _ in range(2)]
        other = sessions.begin(
            OidcIdentity("https://login.example.org", "other", "reviewer", "ben")
        )
        done = command(url, "remove-reviewer", who.name)
        assert (done.exit_code, "sessions ended: 2" in done.output) == (0, True), (
            done.output
        )
        assert [sessions.session(token) for token in tokens] == [None, None]
        assert sessions.session(other) is not None
        made = "FROM audit_search JOIN audit_payload USING (sequence) WHERE kind = 'account'"
        ((result, body),) = rows_of(url, f"SELECT result, body {made}")
        assert (result, json.loads(body)["content"]["account"]) == ("ended", who.name)
        assert command(url, "remove-reviewer", who.name).exit_code == 2
        assert rows_of(url, f"SELECT count(*) {made}") == [(1,)]


@scenario
def asks_for_a_period_that_ends_first(case: Case, field: Field) -> None:
    """No list, export or report of nothing, which would say that nothing was answered."""
    since, until = case.sends["since"], case.sends["until"]
    with log_of_years() as (url, _), closing(ReviewDesk(field.folder())) as desk:
        for words in (["list"], ["export"], ["report", "--silent"]):
            done = command(url, *words, "--from", since, "--to", until)
            assert (done.exit_code, "must lie after --from" in done.output) == (
                2,
                True,
            ), done.output
        assert rows_of(
            url, "SELECT count(*) FROM audit_entry WHERE kind IN ('read', 'export')"
        ) == [(0,)]
        desk.sign()
        anna = desk.reviewer()
        # on the page the last day counts too
        before = (datetime.fromisoformat(until) - timedelta(days=1)).date()
        period = {"since": since, "until": before.isoformat()}
        assert "lies before the start" in anna.get(
            f"/audit?since={since}&until={before}", status=400
        )
        assert anna.post("/audit/export", format="csv", **period).status_code == 400


@scenario
def sends_nul(case: Case, field: Field) -> None:
    with databases(field) as urls:
        for url in urls:
            with closing(ReviewDesk(field.folder(), url=url)) as desk:
                desk.sign()
                anna = desk.reviewer()
                for path in case.sends["paths"]:
                    anna.get(path, status=400)
                assert anna.post("/audit/export", format="\0").status_code == 400
                form = {"name": "anna\0", "password": "x", "wanted": "/audit"}
                assert (
                    desk.app.test_client().post("/audit/login", data=form).status_code
                    == 400
                )
