"""`kyphoplasty-cds audit …` as a person or a script runs it."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.audit.store import AuditStore
from cds_service.cli import main
from tests.audit_builders import (
    NOON,
    TABLES,
    answer_entry,
    daily_until,
    rows_of,
    tamper,
    uuid_of,
)
from tests.review_desk import ReviewDesk
from tests.stub_fhir import StubFhir, page


@pytest.fixture
def url(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    found = f"sqlite:///{tmp_path / 'data' / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", found)
    monkeypatch.delenv("KYPHOPLASTY_CDS_SITE", raising=False)
    desk = ReviewDesk(tmp_path, url=found)
    desk.sign()
    for number in (1, 2):
        desk.store.append(answer_entry(number))
    desk.store.close()
    return found


def run(*words, code=0):
    result = CliRunner().invoke(main, ["audit", *words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def reads(url):
    return rows_of(
        url,
        "SELECT kind FROM audit_entry WHERE kind IN ('read', 'export') ORDER BY sequence",
    )


@pytest.mark.usefixtures("url")
def test_an_error_repeats_no_control_characters():
    result = CliRunner().invoke(main, ["audit", "show", "a\x1b[31mb"])
    assert result.exit_code == 1
    assert result.stderr == "error: There is no entry a[31mb.\n"


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("option", ["--kind", "--patient", "--user", "--card"])
def test_an_option_that_is_no_text_ends_in_one_line(option):
    result = CliRunner().invoke(main, ["audit", "list", option, "x\udcff"])
    assert result.exit_code == 2
    assert "is not text in UTF-8" in result.stderr


def test_no_password_of_the_database_is_printed(postgres, monkeypatch):
    query = "?password=canary&sslpassword=canary"
    url = postgres.new_database() + query
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    for command in ("list", "migrate", "list"):
        result = CliRunner().invoke(main, ["audit", command])
        assert "canary" not in result.output
        assert "postgresql" in result.output


def test_list_shows_entries_and_is_an_entry(url):
    lines = run("list", "--kind", "answer", "--patient", "pat-2").splitlines()
    assert len(lines) == 1
    assert uuid_of(2) in lines[0]
    assert reads(url) == [("read",)]
    (line,) = rows_of(
        url, "SELECT patient, \"user\" FROM audit_search WHERE kind = 'read'"
    )
    assert line[0] == "pat-2"
    assert line[1].startswith("os:")


@pytest.mark.usefixtures("url")
def test_list_takes_days():
    day, next_day = "2026-11-20", "2026-11-21"
    assert (
        len(
            run(
                "list", "--from", day, "--to", next_day, "--kind", "answer"
            ).splitlines()
        )
        == 3
    )
    assert run("list", "--from", next_day, "--kind", "answer") == ""
    assert str(NOON.date()) == day


def test_show_prints_what_was_said_and_on_what_ground(url, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    text = " ".join(run("show", "2").split())
    assert "3 findings" in text
    assert "bmd-t-score -3.2 {T-score}" in text
    assert "Observation/o-bmd-t-score" in text
    assert "Weak grip (12 kg)" in text
    assert reads(url) == [("read",)]


@pytest.mark.usefixtures("url")
def test_show_of_what_is_not_there_is_a_bad_answer():
    run("show", "999", code=1)
    run("show", "nothing", code=1)
    run("show", "1", "--replay", code=1)  # an entry without figures
    run("show", "9" * 20, code=1)
    run("show", "9" * 5000, code=1)


@pytest.mark.usefixtures("url")
def test_an_argument_that_is_no_text_is_wrong_use():
    run("list", "--patient", "\udcff", code=2)
    run("list", "--kind", "answer", "--kind", "x\udcff", code=2)
    run("verify", "--key", "\udcff", code=2)


@pytest.mark.usefixtures("url")
def test_a_retention_beyond_the_calendar_is_a_wrong_setting(monkeypatch):
    monkeypatch.setenv("KYPHOPLASTY_CDS_RETENTION_DAYS", "800000")
    run("purge", "--dry-run", code=2)


@pytest.mark.usefixtures("url")
def test_replay_says_identical():
    assert "replay: identical" in run("show", "2", "--replay")
    replay = json.loads(run("show", "2", "--replay", "--json"))["replay"]
    assert replay == {"identical": True, "differences": [], "notes": []}


def test_words_of_an_entry_cannot_steer_the_terminal(url):
    store = AuditStore(url)
    store.append(
        answer_entry(
            3,
            kind="note",
            user="\x1b[2J\x1b]0;x\x07",
            content={"text": "\u202eabc\x1b[31m"},
        )
    )
    store.close()
    assert "\x1b" not in run("show", uuid_of(3)) + run("list")


def test_verify_reads_only_and_says_whole(url):
    before = rows_of(url, "SELECT count(*) FROM audit_entry")
    text = run("verify")
    assert "whole: 4 entries" in text
    assert "without a checkpoint" in text
    assert rows_of(url, "SELECT count(*) FROM audit_entry") == before


def test_verify_says_which_entry_and_how(url):
    tamper(url, "UPDATE audit_search SET patient = 'other' WHERE sequence = 3")
    text = run("verify", code=1)
    assert "entry 3: payload changed: audit_search: patient" in text
    assert "NOT whole" in text
    found = json.loads(run("verify", "--json", code=1))
    assert (found["whole"], found["faultCount"], found["faults"][0]["first"]) == (
        False,
        1,
        3,
    )


def test_verify_with_a_checkpoint_finds_the_end_missing(url, tmp_path):
    note = tmp_path / "note.txt"
    assert run("checkpoint", "--out", str(note)) == ""
    assert "whole" in run("verify", "--checkpoint", str(note))
    tamper(
        url, *(f"DELETE FROM {table} WHERE sequence > 3" for table in reversed(TABLES))
    )
    assert "entries 4 to 5: cut off" in run("verify", "--checkpoint", str(note), code=1)
    run("verify")


def test_verify_of_an_export_makes_no_key(url, tmp_path):
    """A new key would call a genuine export rewritten."""
    key = Path(url.removeprefix("sqlite:///") + ".key")
    public = CliRunner().invoke(main, ["audit", "checkpoint"]).stderr
    exported = tmp_path / "log.ndjson"
    run("export", "--out", str(exported))
    assert "whole" in run("verify", "--export", str(exported))
    key.rename(tmp_path / "aside")
    ended = CliRunner().invoke(main, ["audit", "verify", "--export", str(exported)])
    assert (ended.exit_code, "--key" in ended.stderr) == (2, True)
    assert "rewritten" not in ended.stdout
    assert not key.exists()
    run(
        "verify",
        *("--export", str(exported), "--key", public.removeprefix("key: ").strip()),
    )


@pytest.mark.usefixtures("url")
def test_an_export_with_other_line_ends_is_changed(tmp_path):
    exported = tmp_path / "log.ndjson"
    run("export", "--out", str(exported))
    exported.write_bytes(exported.read_bytes().replace(b"\n", b"\r\n"))
    assert "changed" in run("verify", "--export", str(exported), code=1)


@pytest.mark.usefixtures("url")
def test_an_older_note_is_not_written_over(tmp_path):
    note = tmp_path / "once.note"
    run("checkpoint", "--out", str(note))
    before = note.read_text()
    run("checkpoint", "--out", str(note), code=2)
    assert note.read_text() == before


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("list",), id="list"),
        pytest.param(("verify",), id="verify"),
        pytest.param(("export",), id="export"),
        pytest.param(("checkpoint",), id="checkpoint"),
    ],
)
def test_a_full_standard_output_ends_in_one_line(words):
    program = "from cds_service.cli import main; main()"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-c", program, "audit", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("key")]
    assert (ended.returncode, len(lines)) == (1, 1), ended.stderr
    assert "standard output takes no more" in lines[0]


@pytest.mark.usefixtures("url")
def test_verify_with_a_key_on_paper(tmp_path):
    result = CliRunner().invoke(main, ["audit", "checkpoint"])
    note = tmp_path / "note.txt"
    note.write_text(result.stdout, encoding="utf-8")
    key = result.stderr.removeprefix("key: ").strip()
    assert "whole" in run("verify", "--checkpoint", str(note), "--key", key)
    other = key[:-8] + "AAAAAAA="
    run("verify", "--checkpoint", str(note), "--key", other, code=2)


@pytest.mark.parametrize("form", ["ndjson", "csv", "fhir"])
def test_export_writes_a_file_of_its_owner_alone(url, tmp_path, form):
    out = tmp_path / "out"
    assert (
        run("export", "--format", form, "--patient", "pat-1", "--out", str(out)) == ""
    )
    assert out.stat().st_mode & 0o777 == 0o600
    assert "pat-1" in out.read_text()
    assert "pat-2" not in out.read_text()
    assert reads(url) == [("export",)]


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("confirmed", [False, True])
def test_purge_without_a_checkpoint_asks_for_one_and_accuses_no_clock(
    monkeypatch, confirmed
):
    later = NOON.replace(year=2032, month=12)
    monkeypatch.setattr("cds_service.commands.audit_log.log.utc_now", lambda: later)
    day = f"{later - timedelta(days=2192):%Y-%m-%d}"
    words = ["--delete-what-was-said-before", day] if confirmed else []
    result = CliRunner().invoke(main, ["audit", "purge", *words])
    assert result.exit_code == 1
    assert "no checkpoint" in result.stderr
    assert "`audit checkpoint` first" in result.stderr
    assert "clock" not in result.stderr


@pytest.mark.usefixtures("url")
def test_purge_keeps_six_years_unless_told_otherwise():
    assert run("purge").startswith("0 entries")


def test_purge_deletes_what_entries_say_and_the_chain_stays_whole(url, monkeypatch):
    """Twelve years later, as the log itself knows: it was written to all the time."""
    later = NOON.replace(year=2032, month=12)
    monkeypatch.setattr("cds_service.commands.audit_log.log.utc_now", lambda: later)
    assert run("purge", "--dry-run").startswith("3 entries")
    run("purge", code=1)
    store = AuditStore(url)
    for entry in daily_until(later):
        store.append(entry)
    store.close()
    run("checkpoint")
    assert run("purge").startswith("3 entries")
    monkeypatch.setattr("time.time", later.timestamp)
    assert "3 of them purged" in run("verify")
    assert "deleted the contents of 3 entries older than 2026-12-" in run("verify")
    assert json.loads(run("verify", "--json"))["purges"][0]["entries"] == 3
    assert "purged after its retention" in run("show", "2")
    file = Path(url.removeprefix("sqlite:///"))
    for path in file.parent.glob(f"{file.name}*"):
        assert b"pat-2" not in path.read_bytes()


@pytest.mark.usefixtures("url")
def test_a_setting_of_fewer_days_needs_the_same_word(monkeypatch):
    monkeypatch.setenv("KYPHOPLASTY_CDS_RETENTION_DAYS", "30")
    run("purge", code=2)
    run("purge", "--i-know", "--dry-run")


@pytest.mark.parametrize(
    "words",
    [["list"], ["show", "1"], ["verify"], ["checkpoint"], ["export"], ["purge"]],
)
@pytest.mark.parametrize("file", ["none.sqlite3", "empty.sqlite3"])
def test_no_command_begins_a_log_and_the_variable_is_named(
    tmp_path, monkeypatch, words, file
):
    (tmp_path / "empty.sqlite3").touch()
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", f"sqlite:///{tmp_path / file}")
    result = CliRunner().invoke(main, ["audit", *words])
    assert (result.exit_code, "KYPHOPLASTY_CDS_DATABASE_URL" in result.stderr) == (
        2,
        True,
    )
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {
        "empty.sqlite3": 0
    }


@pytest.mark.parametrize(
    "words", [["migrate"], ["add-reviewer", "anna", "--password-file", "-"]]
)
def test_a_log_begins_only_where_the_variable_says_so_and_aloud(
    tmp_path, monkeypatch, words
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KYPHOPLASTY_CDS_DATABASE_URL", raising=False)
    assert (
        CliRunner().invoke(main, ["audit", *words], input="a long password\n").exit_code
        == 2
    )
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(
        "KYPHOPLASTY_CDS_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}"
    )
    result = CliRunner().invoke(main, ["audit", *words], input="a long password\n")
    assert (result.exit_code, "a new audit log begins in" in result.stderr) == (0, True)


def test_a_list_without_answers_says_which_log_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "KYPHOPLASTY_CDS_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}"
    )
    CliRunner().invoke(main, ["audit", "migrate"])
    assert (
        "new.sqlite3; to look into another, set KYPHOPLASTY_CDS_DATABASE_URL"
        in CliRunner().invoke(main, ["audit", "list"]).stderr
    )


def test_a_database_that_does_not_answer_is_a_bad_answer(monkeypatch):
    monkeypatch.setenv(
        "KYPHOPLASTY_CDS_DATABASE_URL", "postgresql://audit:s3cret@127.0.0.1:1/none"
    )
    for words in (["list"], ["checkpoint"]):
        result = CliRunner().invoke(main, ["audit", *words])
        assert result.exit_code == 1
        assert "s3cret" not in result.output


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("part", ["*-2", "*at-2*", "Patient/pat-2"])
def test_a_part_of_a_patients_id_finds_them_as_on_the_pages(part):
    """It was taken as a whole id, and nothing was listed."""
    (line,) = run("list", "--kind", "answer", "--patient", part).splitlines()
    assert uuid_of(2) in line
    exported = run("export", "--format", "csv", "--patient", part)
    assert "pat-2" in exported
    assert "pat-1," not in exported


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("part", ["*", "pat*2"])
def test_a_part_that_cannot_be_looked_for_is_refused(part):
    assert run("list", "--patient", part, code=2) == ""


def test_a_record_number_is_resolved_by_the_fhir_server(url):
    """The log holds FHIR ids alone; the number is in no entry, that of the look included."""
    query = "/Patient?identifier=urn:oid:1.2|MRN-4711&_count=2"
    number = {"system": "urn:oid:1.2", "value": "MRN-4711"}
    person = {"resourceType": "Patient", "id": "pat-2", "identifier": [number]}
    with StubFhir() as fhir:
        fhir.say(query, page(person))
        asked = ("--identifier", "urn:oid:1.2|MRN-4711", "--fhir-server", fhir.base)
        (line,) = run("list", "--kind", "answer", *asked).splitlines()
        assert uuid_of(2) in line
        exported = run("export", "--format", "csv", *asked)
        assert "pat-2" in exported
        assert "pat-1" not in exported
        fhir.say(query, page(person, {**person, "id": "pat-1"}))
        assert run("list", *asked, code=1) == ""
        fhir.say(query, page())
        assert run("list", *asked, code=1) == ""
        # A server that passes over the parameter sends somebody else.
        fhir.say(query, page({**person, "identifier": [{"value": "MRN-12"}]}))
        assert run("list", *asked, code=1) == ""
    assert run("list", "--identifier", "4711", code=2) == ""
    bodies = rows_of(url, "SELECT body FROM audit_payload")
    assert not any("4711" in body for (body,) in bodies)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("export",), id="export"),
        pytest.param(("export", "--format", "csv"), id="table"),
        pytest.param(("checkpoint",), id="note"),
    ],
)
@pytest.mark.parametrize("name", ["audit.sqlite3", "key.pem"])
@pytest.mark.usefixtures("url")
def test_nothing_is_written_over_the_log_or_a_key(tmp_path, monkeypatch, words, name):
    """A slip in one word would destroy what cannot be made again."""
    key = tmp_path / "data" / "key.pem"
    monkeypatch.setenv("KYPHOPLASTY_CDS_AUDIT_KEY", str(key))
    run("checkpoint")
    kept = tmp_path / "data" / name
    before = kept.read_bytes()
    done = CliRunner().invoke(main, ["audit", *words, "--out", str(kept)])
    assert done.exit_code == 2
    assert "is a database or a key" in done.output
    assert kept.read_bytes() == before
    run("verify")


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
@pytest.mark.usefixtures("url")
def test_nothing_is_written_where_sqlite_keeps_parts_of_the_log(tmp_path, suffix):
    """A completed word too much: the file may not be there yet."""
    part = tmp_path / "data" / f"audit.sqlite3{suffix}"
    link = tmp_path / "export.ndjson"
    link.symlink_to(part)
    for out in (part, link):
        done = CliRunner().invoke(main, ["audit", "export", "--out", str(out)])
        assert done.exit_code == 2
        assert "parts of a log" in done.output
    run("verify")
