"""Reviewers of the audit log: who may look into it, in which role, and the sessions in which they do.

Passwords are kept as Argon2id hashes, of sessions only the digest of what the browser holds. A try to log in is counted
before the password is checked, by account and by network address, so that parallel tries are no way round the limit.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Column, Connection, MetaData, SmallInteger, String, Table, Text, delete, func, insert, select
from sqlalchemy import update as update_rows
from sqlalchemy.exc import DBAPIError

from cds_service.audit.appending import Clock
from cds_service.audit.chain import time_text
from cds_service.audit.database import Database
from cds_service.errors import AuditUnavailable, CdsError
from cds_service.roles import Role

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
SHORTEST, LONGEST = 12, 1024  # characters of a password; length is what counts (NIST SP 800-63B)
IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=10)
SEEN_AGAIN = timedelta(minutes=1)  # a session is not written at every page
WINDOW = timedelta(minutes=15)
TRIES_OF_NAME, TRIES_OF_ADDRESS = 5, 50  # in one window

_METADATA = MetaData()
REVIEWERS = Table(
    "audit_reviewer",
    _METADATA,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("made", String(24), nullable=False),
    Column("is_active", SmallInteger, nullable=False),
)
SESSIONS = Table(
    "audit_session",
    _METADATA,
    Column("digest", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("form_token", String(43), nullable=False),
    Column("began", String(24), nullable=False),
    Column("seen", String(24), nullable=False),
)
# A place is the digest of a name or an address: somebody types a password where the name belongs.
TRIES = Table(
    "audit_login_try",
    _METADATA,
    Column("id", String(36), primary_key=True),
    Column("place", String(64), nullable=False),
    Column("at", String(24), nullable=False),
)


class AccountFault(CdsError):
    """An account cannot be made so; the message says why."""


class TooManyTries(CdsError):
    """The limit of this account or address is reached for a while."""


@dataclass(frozen=True, slots=True)
class Session:
    """A reviewer at work.

    Attributes:
        form_token: has to come back with every form.
    """

    name: str
    role: Role
    form_token: str


class Accounts:
    """Accounts and sessions of one database."""

    def __init__(self, database: Callable[[], Database], clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = ""  # the hash that is checked for unknown names, which takes as long
        self._hashing = threading.Semaphore(2)  # one check takes 64 MiB
        self._is_prepared = False

    def add(self, name: str, role: Role, password: str, *, replace: bool = False) -> None:
        """Make an account, or give one that exists a new password and role and end its sessions.

        Raises:
            AccountFault: the name or password cannot be used, or the account exists and `replace` is not given.
        """
        if not NAME.fullmatch(name):
            raise AccountFault("a name has 2 to 64 characters: lower-case letters, digits, . _ @ -")
        if not SHORTEST <= len(password) <= LONGEST:
            raise AccountFault(f"a password has {SHORTEST} to {LONGEST} characters")
        if password.lower() == name:
            raise AccountFault("a password is not the name")
        row = {"role": role, "password_hash": self._hasher.hash(password), "is_active": 1}
        with self._writing() as connection:
            if connection.scalar(select(REVIEWERS.c.name).where(REVIEWERS.c.name == name)) is None:
                connection.execute(insert(REVIEWERS), [{"name": name, "made": self._now(), **row}])
            elif replace:
                connection.execute(update_rows(REVIEWERS).where(REVIEWERS.c.name == name).values(**row))
                connection.execute(delete(SESSIONS).where(SESSIONS.c.name == name))
            else:
                raise AccountFault(f"there is an account {name} already; --replace gives it a new password and role")

    def retire(self, name: str) -> bool:
        """Close an account for good and end its sessions; its name stays taken. False where there is none."""
        with self._writing() as connection:
            closed = connection.execute(update_rows(REVIEWERS).where(REVIEWERS.c.name == name).values(is_active=0))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.name == name))
        return bool(closed.rowcount)

    def exists(self, name: str) -> bool:
        """Whether there is an account of this name, open or closed."""
        with self._reading() as connection:
            return connection.scalar(select(REVIEWERS.c.name).where(REVIEWERS.c.name == name)) is not None

    def log_in(self, name: str, password: str, address: str) -> str | None:
        """What the browser has to hold from now on; None when name and password do not fit.

        Raises:
            TooManyTries: of this account or from this address.
        """
        name = name.strip().lower()
        self._nobody = self._nobody or self._hasher.hash(secrets.token_hex(16))
        places = {_digest(f"name {name}"): TRIES_OF_NAME, _digest(f"address {address}"): TRIES_OF_ADDRESS}
        with self._writing() as connection:
            self._count_try(connection, places)
            stored = connection.scalar(
                select(REVIEWERS.c.password_hash).where(REVIEWERS.c.name == name, REVIEWERS.c.is_active == 1)
            )
        fits = self._fits(stored or self._nobody, password)
        if stored is None or not fits:
            return None
        token = secrets.token_urlsafe(32)
        row = {"name": name, "form_token": secrets.token_urlsafe(32), "began": self._now(), "seen": self._now()}
        with self._writing() as connection:
            connection.execute(delete(TRIES).where(TRIES.c.place == next(iter(places))))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.seen < self._now(-LIFETIME)))
            connection.execute(insert(SESSIONS), [{"digest": _digest(token), **row}])
        return token

    def session(self, token: str) -> Session | None:
        """The session that a browser holds, if it is still going on."""
        digest = _digest(token)
        joined = SESSIONS.join(REVIEWERS, REVIEWERS.c.name == SESSIONS.c.name)
        wanted = select(SESSIONS, REVIEWERS.c.role).select_from(joined)
        is_going_on = (
            SESSIONS.c.digest == digest,
            REVIEWERS.c.is_active == 1,
            SESSIONS.c.began > self._now(-LIFETIME),
            SESSIONS.c.seen > self._now(-IDLE),
        )
        with self._reading() as connection:
            found = connection.execute(wanted.where(*is_going_on)).first()
        if found is None:
            return None
        if found.seen < self._now(-SEEN_AGAIN):
            with self._writing() as connection:
                seen = update_rows(SESSIONS).where(SESSIONS.c.digest == digest).values(seen=self._now())
                connection.execute(seen)
        return Session(found.name, found.role, found.form_token)

    def log_out(self, token: str) -> None:
        """End this session."""
        with self._writing() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == _digest(token)))

    def _count_try(self, connection: Connection, places: dict[str, int]) -> None:
        """Refuse without counting: else whoever goes on trying would keep an account shut for ever."""
        connection.execute(delete(TRIES).where(TRIES.c.at < self._now(-WINDOW)))
        for place, most in places.items():
            made = connection.scalar(select(func.count()).select_from(TRIES).where(TRIES.c.place == place))
            if (made or 0) >= most:
                raise TooManyTries("too many tries")
        rows = [{"id": str(uuid4()), "place": place, "at": self._now()} for place in places]
        connection.execute(insert(TRIES), rows)

    def _fits(self, stored: str, password: str) -> bool:
        with self._hashing:
            try:
                return self._hasher.verify(stored, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False

    def _now(self, shift: timedelta = timedelta()) -> str:
        moment: datetime = self._clock()
        return time_text(moment + shift)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _failing_as_ours(), self._prepared().reading() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _failing_as_ours(), self._prepared().writing() as connection:
            yield connection

    def _prepared(self) -> Database:
        database = self._database()
        if not self._is_prepared:
            database.prepare()
            self._is_prepared = True
        return database


@contextmanager
def _failing_as_ours() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise AuditUnavailable(f"The audit log could not be read ({type(error).__name__}).") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
