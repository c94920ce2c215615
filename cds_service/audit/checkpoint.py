"""Checkpoints: the head of the log as a short signed note, to print or to hand to a witness; and the key that signs."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import Connection, insert, select

from cds_service.audit.appending import Clock, Head, append_entries, read_head
from cds_service.audit.chain import AuditEntry, seal, time_text
from cds_service.audit.database import Database
from cds_service.audit.reading import stored_entries
from cds_service.audit.tables import ENTRIES, KEYS
from cds_service.errors import DataFileError

NAME = "checkpoint"  # of the key in the database
ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key of one log.

    Attributes:
        name: under which it signs, `kyphoplasty-cds/<id of the log>`.
    """

    name: str
    key: Ed25519PrivateKey

    @property
    def public_text(self) -> str:
        """The public key as `<name>+<hash>+<key>`."""
        octets = ED25519 + self._public
        return f"{self.name}+{self._hash.hex()}+{base64.b64encode(octets).decode()}"

    def sign(self, head: Head, at: str) -> str:
        """The note that this was the last entry then (FORMAT.md, "Checkpoints")."""
        link = base64.b64encode(bytes.fromhex(head.hash)).decode()
        text = f"{self.name}\n{head.sequence}\n{link}\n{at}\n"
        signature = base64.b64encode(self._hash + self.key.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.name} {signature}\n"

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def _hash(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self._public).digest()[:4]


def make_checkpoint(database: Database, key_file: Path | None, clock: Clock) -> str:
    """The note that covers every entry so far, its own included, which is written first.

    Raises:
        DataFileError: the key cannot be used.
        DBAPIError: the database does not answer.
    """
    signer = signer_of(database, key_file, clock)
    now = clock()
    entry = seal(AuditEntry(kind="checkpoint", at=now, content={"key": signer.public_text}))
    with database.writing() as connection:
        append_entries(connection, [entry], clock)
        head = read_head(connection)
    return signer.sign(head, time_text(now))


def signer_of(database: Database, key_file: Path | None, clock: Clock) -> Signer:
    """The key that signs for this log: of the setting, of the database, beside the SQLite file; made if there is none.

    It is made beside the SQLite file, but in the database where that file lies in the working directory, and for
    PostgreSQL, so that all replicas have the same.

    Raises:
        DataFileError: the file of the setting cannot be used.
        DBAPIError: the database does not answer.
    """
    with database.writing() as connection:
        append_entries(connection, [], clock)  # a log has an id once it has a first entry
        name = f"kyphoplasty-cds/{_log_id(connection)}"
        if key_file is not None:
            return Signer(name, _read_key(key_file))
        kept = connection.scalar(select(KEYS.c.secret).where(KEYS.c.name == NAME))
        if kept is not None:
            return Signer(name, _parse_key(kept.encode(), "the database"))
        beside = _file_beside(database)
        if beside is None:
            return Signer(name, _make_in(connection, clock))
        return Signer(name, _read_key(beside) if beside.exists() else _make_at(beside))


def _log_id(connection: Connection) -> str:
    first = next(stored_entries(connection, ENTRIES.c.sequence == 1), None)
    content = first.content if first is not None else None
    if content is None:
        raise DataFileError("DATABASE_URL", "", "the first entry of the log is gone")
    return str(content["log"])


def _file_beside(database: Database) -> Path | None:
    file = database.file
    return None if file is None or file.parent == Path.cwd().resolve() else file.with_name(f"{file.name}.key")


def _make_in(connection: Connection, clock: Clock) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    connection.execute(insert(KEYS).values(name=NAME, made=time_text(clock()), secret=_pem(key).decode()))
    return key


def _make_at(path: Path) -> Ed25519PrivateKey:
    """A new key in a new file, its owner's alone; made under the lock of the chain, so that nobody else makes one."""
    key = Ed25519PrivateKey.generate()
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_pem(key))
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    return key


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read_key(path: Path) -> Ed25519PrivateKey:
    try:
        if path.stat().st_mode & 0o077:
            raise DataFileError("AUDIT_KEY", str(path), "others may read it: chmod 600")
        octets = path.read_bytes()
    except OSError as error:
        raise DataFileError("AUDIT_KEY", str(path), f"cannot be read ({error.strerror})") from None
    return _parse_key(octets, str(path))


def _parse_key(octets: bytes, place: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(octets, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise DataFileError("AUDIT_KEY", place, "is no Ed25519 key in PEM without a password")
    return key
