"""A note that its key did not sign proves nothing about the log."""

import pytest

from cds_service.audit.checkpoint import make_checkpoint, signer_of
from cds_service.audit.verification.notes import read_key, read_note
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import clock, fill


@pytest.fixture
def database(tmp_path):
    made = fill(f"sqlite:///{tmp_path / 'audit.sqlite3'}", 2)
    yield made
    made.dispose()


def line_changed(note, place, change):
    lines = note.split("\n")
    lines[place] = change(lines[place])
    return "\n".join(lines)


FORGED = {
    "an entry that never was": lambda note: line_changed(note, 1, lambda _: "99"),
    "another hash": lambda note: line_changed(note, 2, lambda old: "AAAA" + old[4:]),
    "another log": lambda note: line_changed(note, 0, lambda old: old[:-1] + "x"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("with_key", [False, True], ids=["own key", "key given"])
def test_a_changed_note_is_called_unsigned_and_the_log_neither_cut_nor_rewritten(
    database, forge, with_key
):
    note = make_checkpoint(database, None, clock)
    key = read_key(signer_of(database, None, clock).public_text)
    report = verify_log(
        str(database.url), [read_note(forge(note))], [key] if with_key else []
    )
    assert [(one.what, one.detail) for one in report.faults] == [
        ("checkpoint", "it is not signed by the expected key")
    ]


def test_a_genuine_note_of_the_log_verifies(database):
    note = read_note(make_checkpoint(database, None, clock))
    assert verify_log(str(database.url), [note]).faults == []
