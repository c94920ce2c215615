"""Checkpoints: the head of the log as a short signed note.

The note is printed, or given to a witness. This file also finds or makes the signing
key.
"""

import base64
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from cds_service.audit.appending import Clock, Head, append_entries
from cds_service.audit.chain import AuditEntry, seal, time_text
from cds_service.audit.database import Database
from cds_service.audit.reader import stored_entries
from cds_service.audit.tables import ENTRIES
from cds_service.errors import DataFileError

ED25519 = b"\x01"
GONE = (
    "is gone: checkpoints of this log are signed with a key that was there. Put it"
    " back; if it is lost, make another one (docs/operate.md, Change the key of"
    " checkpoints)"
)
NOT_THERE = (
    "is not there; name the public key by --key, as `audit checkpoint` printed it"
)


class KeyGone(DataFileError):
    """The log was signed before, and its key is not where it was."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The signing key of one log.

    Attributes:
        name: the signer's name, `kyphoplasty-cds/<id of the log>`.
    """

    name: str
    key: Ed25519PrivateKey

    @property
    def public_text(self) -> str:
        """Return the public key as `<name>+<hash>+<key>`."""
        octets = ED25519 + self._public
        return f"{self.name}+{self._hash.hex()}+{base64.b64encode(octets).decode()}"

    def sign(self, head: Head, at: str) -> str:
        """Sign a note that this was the last entry at that time.

        The format is in docs/audit-format.md, "Checkpoints".
        """
        link = base64.b64encode(bytes.fromhex(head.hash)).decode()
        text = f"{self.name}\n{head.sequence}\n{link}\n{at}\n"
        return f"{text}\n\u2014 {self.signature(text)}\n"

    def signature(self, text: str) -> str:
        """Write the signature line: our name, then key hash and signature as base64."""
        signed = self._hash + self.key.sign(text.encode())
        return f"{self.name} {base64.b64encode(signed).decode()}"

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def _hash(self) -> bytes:
        return hashlib.sha256(
            self.name.encode() + b"\n" + ED25519 + self._public
        ).digest()[:4]


def make_checkpoint(database: Database, key_file: Path | None, clock: Clock) -> str:
    """Write a `checkpoint` entry, and make a note that covers every entry up to it.

    Raises:
        DataFileError: the key cannot be used.
        DBAPIError: the database does not answer.
    """
    signer = signer_of(database, key_file, clock)
    now = clock()
    entry = seal(
        AuditEntry(kind="checkpoint", at=now, content={"key": signer.public_text})
    )
    with database.writing() as connection:
        head = append_entries(connection, [entry], clock)
    return signer.sign(head, time_text(now))


def signer_of(database: Database, key_file: Path | None, clock: Clock) -> Signer:
    """Return the log's signing key, from the configured file or its usual place.

    The usual place is next to the SQLite file, or else the account's state folder. The
    key is never in the database, whose owner must not be able to sign, nor in the
    working directory.

    A key is made at first need, under the lock of the chain, so that replicas that
    share the file use the same one. A log that was signed before gets no second key.

    Raises:
        DataFileError: the file cannot be used or created, or is gone.
        DBAPIError: the database does not answer.
    """
    with database.writing() as connection:
        append_entries(connection, [], clock)  # a log has no id before its first entry
        log = _log_id(connection)
        path = _place_of(key_file, database, log)
        try:
            return Signer(_name_of(log), _read_key(path))
        except FileNotFoundError:
            if _was_signed(connection):
                raise KeyGone("AUDIT_KEY", str(path), GONE) from None
            return Signer(_name_of(log), _make_at(path))


def own_signer(database: Database, key_file: Path | None) -> Signer:
    """Return the log's signing key as `signer_of` does, but make none.

    Raises:
        DataFileError: there is none, or its file cannot be used.
        DBAPIError: the database does not answer.
    """
    with database.reading() as connection:
        log = _log_id(connection)
    path = _place_of(key_file, database, log)
    try:
        return Signer(_name_of(log), _read_key(path))
    except FileNotFoundError:
        raise DataFileError("AUDIT_KEY", str(path), NOT_THERE) from None


def _name_of(log: str) -> str:
    return f"kyphoplasty-cds/{log}"


def _place_of(key_file: Path | None, database: Database, log: str) -> Path:
    return key_file or _file_next_to(database) or _state_folder() / f"{log}.key"


def _was_signed(connection: Connection) -> bool:
    signed = select(ENTRIES.c.sequence).where(ENTRIES.c.kind == "checkpoint").limit(1)
    return connection.execute(signed).first() is not None


def _log_id(connection: Connection) -> str:
    first = next(stored_entries(connection, ENTRIES.c.sequence == 1), None)
    if first is None or not first.is_whole:
        raise DataFileError("DATABASE_URL", "", "the first entry of the log is gone")
    return str(first.content["log"])


def _file_next_to(database: Database) -> Path | None:
    """Return the place of a key next to the log's file.

    It is None for PostgreSQL, and for a log in the working directory.
    """
    file = database.file
    if file is None or file.parent == Path.cwd().resolve():
        return None
    return file.with_name(f"{file.name}.key")


def _state_folder() -> Path:
    """Return the state folder of this account (XDG Base Directory Specification)."""
    try:
        return (
            Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
            / "kyphoplasty-cds"
        )
    except RuntimeError:
        raise DataFileError(
            "AUDIT_KEY", "", "must name a file: this account has no home"
        ) from None


def _make_at(path: Path) -> Ed25519PrivateKey:
    """Create a key in a new file that only its owner can read.

    Raises:
        DataFileError: the file cannot be created.
    """
    key = Ed25519PrivateKey.generate()
    octets = key.private_bytes(
        pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()
    )
    half = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
    except OSError as error:
        raise DataFileError(
            "AUDIT_KEY", str(path), f"cannot be made there ({error.strerror})"
        ) from None
    return key


def _read_key(path: Path) -> Ed25519PrivateKey:
    """Read the key in this file.

    Raises:
        DataFileError: the key cannot be used.
        FileNotFoundError: there is no file yet.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise DataFileError("AUDIT_KEY", str(path), "is no file")
        # group read is allowed: files in a pod are always group-readable
        if mode & 0o037:
            raise DataFileError(
                "AUDIT_KEY", str(path), "others may read or write it: chmod 600"
            )
        octets = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataFileError(
            "AUDIT_KEY", str(path), f"cannot be read ({error.strerror})"
        ) from None
    try:
        key = pem.load_pem_private_key(octets, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise DataFileError(
            "AUDIT_KEY", str(path), "is no Ed25519 key in PEM without a password"
        )
    return key
