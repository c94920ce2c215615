"""Checkpoints: the note, its key, and where the key is kept."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cds_service.audit.checkpoint import make_checkpoint, signer_of
from cds_service.audit.verification.notes import (
    BadNote,
    is_signed_by,
    read_key,
    read_note,
)
from cds_service.errors import DataFileError
from cds_service.web.server import log_checkpoint_key
from tests.audit_builders import clock, fill, rows_of, write_key


@pytest.fixture
def database(tmp_path):
    (tmp_path / "data").mkdir()
    made = fill(f"sqlite:///{tmp_path / 'data' / 'audit.sqlite3'}", 2)
    yield made
    made.dispose()


def test_the_note_is_short_and_anyone_can_check_its_signature(database):
    note = make_checkpoint(database, None, clock)
    origin, sequence, link, when, empty, signature, end = note.split("\n")
    url = str(database.url)
    ((last, last_hash),) = rows_of(
        url, "SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1"
    )
    assert (int(sequence), base64.b64decode(link).hex()) == (last, last_hash)
    assert (empty, end) == ("", "")
    assert when == "2026-11-20T12:00:00.000Z"
    dash, name, octets = signature.split(" ")
    assert (dash, name) == ("\u2014", origin)
    public = signer_of(database, None, clock).public_text
    key = base64.b64decode(public.split("+", 2)[2])[1:]
    signed = f"{origin}\n{sequence}\n{link}\n{when}\n"
    Ed25519PublicKey.from_public_bytes(key).verify(
        base64.b64decode(octets)[4:], signed.encode()
    )


def test_its_own_entry_comes_first_so_that_the_note_covers_it(database):
    note = read_note(make_checkpoint(database, None, clock))
    url = str(database.url)
    assert rows_of(
        url, f"SELECT kind FROM audit_entry WHERE sequence = {note.sequence}"
    ) == [("checkpoint",)]


def test_the_key_is_never_made_in_the_working_directory(
    database, monkeypatch, tmp_path
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(database.file.parent)
    public = signer_of(database, None, clock).public_text
    assert not list(database.file.parent.glob("*.key"))
    (key,) = (tmp_path / "state/kyphoplasty-cds").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert signer_of(database, None, clock).public_text == public


def test_the_key_is_not_in_the_database_that_it_signs_for(postgres):
    url = postgres.new_database()
    database, replica = fill(url, 1), fill(url, 0)
    assert (
        signer_of(database, None, clock).public_text
        == signer_of(replica, None, clock).public_text
    )
    assert rows_of(
        url,
        "SELECT count(*) FROM information_schema.tables WHERE table_name = 'audit_key'",
    ) == [(0,)]
    database.dispose()
    replica.dispose()


def test_the_key_of_the_setting_signs(database, tmp_path):
    file = key_file(tmp_path, 0o600)
    note = read_note(make_checkpoint(database, file, clock))
    assert is_signed_by(note, read_key(signer_of(database, file, clock).public_text))
    other = write_key(tmp_path / "other.pem")
    assert not is_signed_by(
        note, read_key(signer_of(database, other, clock).public_text)
    )


def key_file(folder, mode, octets=None):
    path = write_key(folder / "key.pem")
    if octets is not None:
        path.write_bytes(octets)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("mode", "octets", "words"),
    [
        (0o644, None, "others may read"),
        (0o660, None, "others may read or write"),
        (0o600, b"no key", "no Ed25519 key"),
        (0o600, b"", "no Ed25519 key"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_by_name(
    database, tmp_path, mode, octets, words
):
    with pytest.raises(DataFileError, match=words):
        make_checkpoint(database, key_file(tmp_path, mode, octets), clock)


def test_a_key_that_is_not_there_is_made_where_the_setting_says(database, tmp_path):
    file = tmp_path / "keys" / "new.pem"
    public = signer_of(database, file, clock).public_text
    assert file.stat().st_mode & 0o777 == 0o600
    assert signer_of(database, file, clock).public_text == public


def test_no_second_key_is_made_in_silence(database):
    """Notes of the first one would prove nothing of what the second signs."""
    make_checkpoint(database, None, clock)
    file = database.file.with_name(f"{database.file.name}.key")
    file.rename(file.with_name("aside"))
    before = rows_of(str(database.url), "SELECT count(*) FROM audit_entry")
    with pytest.raises(DataFileError, match="is gone"):
        make_checkpoint(database, None, clock)
    assert not file.exists()
    assert rows_of(str(database.url), "SELECT count(*) FROM audit_entry") == before
    file.with_name("aside").rename(file)
    make_checkpoint(database, None, clock)


def test_the_service_starts_without_its_key_and_says_so(database, caplog):
    """Cards need no key; the timer of checkpoints fails until it is back."""
    make_checkpoint(database, None, clock)
    file = database.file.with_name(f"{database.file.name}.key")
    file.rename(file.with_name("aside"))
    log_checkpoint_key(database, None)
    (record,) = [one for one in caplog.records if one.message == "audit-key"]
    assert record.levelname == "WARNING"
    assert "is gone" in record.fields["reason"]
    assert not file.exists()


def test_a_key_that_a_person_puts_there_signs_from_then_on(database):
    make_checkpoint(database, None, clock)
    file = write_key(database.file.with_name(f"{database.file.name}.key"))
    note = read_note(make_checkpoint(database, None, clock))
    assert is_signed_by(note, read_key(signer_of(database, file, clock).public_text))


def test_a_key_that_cannot_be_made_is_refused_in_a_line(database, tmp_path):
    (tmp_path / "keys").symlink_to(tmp_path / "gone")
    with pytest.raises(DataFileError, match="cannot be made there"):
        signer_of(database, tmp_path / "keys" / "key.pem", clock)


# --- notes as text


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            "hello",
            "kyphoplasty-cds/x\n3\nAAAA\n",
            "kyphoplasty-cds/x\n3\nAAAA\n\n",
            "kyphoplasty-cds/x\nthree\nAAAA\n\n— k AAAA\n",
            "other/x\n3\nAAAA\n\n— k AAAA\n",
            "kyphoplasty-cds/x\n3\nA*A\n\n— k AAAA\n",
            "kyphoplasty-cds/x\n3\nAAAA\n\n— k A\n",
        ],
        f"kyphoplasty-cds/x\n{'9' * 5000}\nAAAA\n\n\u2014 k AAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        read_note(text)


def test_a_note_that_was_mailed_still_reads(database):
    text = make_checkpoint(database, None, clock)
    assert read_note("\ufeff\n" + text.replace("\n", "\r\n")) == read_note(text)


def test_a_changed_note_is_not_signed(database):
    text = make_checkpoint(database, None, clock)
    key = read_key(signer_of(database, None, clock).public_text)
    assert is_signed_by(read_note(text), key)
    assert not is_signed_by(read_note(text.replace("2026-11-20", "2026-11-21")), key)


def test_a_key_that_is_not_whole_is_refused(database):
    public = signer_of(database, None, clock).public_text
    for broken in (
        public[:-4],
        public.replace("+", "", 1),
        public.replace(public.split("+")[1], "00000000"),
        "",
    ):
        with pytest.raises(BadNote):
            read_key(broken)
