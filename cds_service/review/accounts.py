"""Local accounts of the reviewers of the audit log, with their roles.

Passwords are stored as Argon2id hashes. A login attempt is counted by account and
network address before the password is checked, so that parallel attempts cannot evade
the limit.
"""

import secrets
import threading
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cds_service.audit.chain import AuditEntry
from cds_service.audit.tables import REVIEWERS, SESSIONS
from cds_service.errors import CdsError
from cds_service.review.access import Access
from cds_service.review.tries import TRIES_OF_ADDRESS, Tries
from cds_service.site.review import ACCOUNT, Role

# characters of a password; length is what counts (NIST SP 800-63B)
SHORTEST, LONGEST = 12, 1024
TRIES_OF_NAME = 5  # in one window


class AccountFault(CdsError):
    """The account cannot be created; the message says why."""


class Account(NamedTuple):
    """An account's data, other than its name and password."""

    role: Role
    is_open: bool


class Retired(NamedTuple):
    """The result of closing an account.

    Attributes:
        is_closed: there was such a local account.
        sessions: number of sessions that ended.
    """

    is_closed: bool
    sessions: int


class Accounts:
    """The local accounts in one database, and counts of login attempts."""

    def __init__(self, access: Access, hasher: PasswordHasher | None = None) -> None:
        self._access = access
        self._tries = Tries(access)
        self._hasher = hasher or PasswordHasher()
        # Checked for an unknown name, so that the answer takes as long as for a known
        # one.
        self._hash_of_no_account = ""
        self._hashing = threading.Semaphore(2)  # one check takes 64 MiB

    def add(
        self,
        name: str,
        role: Role,
        password: str,
        *,
        replace: bool = False,
        entry: AuditEntry | None = None,
    ) -> None:
        """Create an account, or give one a new password and role.

        The sessions of one that exists end.

        Args:
            entry: appended to the log together with the account.

        Raises:
            AccountFault: the name or password cannot be used, or the account exists and
                `replace` is not given.
        """
        if not ACCOUNT.fullmatch(name):
            raise AccountFault(
                "a name has 2 to 64 characters: lower-case letters, digits, . _ @ -"
            )
        if not SHORTEST <= len(password) <= LONGEST:
            raise AccountFault(f"a password has {SHORTEST} to {LONGEST} characters")
        if password.lower() == name:
            raise AccountFault("a password is not the name")
        row = {
            "role": role,
            "password_hash": self._hasher.hash(password),
            "is_active": 1,
        }
        by_name = REVIEWERS.c.name == name
        with self._access.writing() as connection:
            known_name = sa.select(REVIEWERS.c.name).where(by_name)
            is_new = connection.scalar(known_name) is None
            if is_new:
                new_row = {"name": name, "made": self._access.now(), **row}
                connection.execute(sa.insert(REVIEWERS), [new_row])
            elif replace:
                connection.execute(sa.update(REVIEWERS).where(by_name).values(**row))
                connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.name == name))
            else:
                raise AccountFault(
                    f"there is an account {name} already; --replace gives it a new"
                    " password"
                )
            self._access.note(connection, entry)

    def retire(
        self, name: str, entry: Callable[[Retired], AuditEntry] | None = None
    ) -> Retired:
        """Close an account and end its sessions; its name stays taken.

        Args:
            name: a local account, or `issuer|subject`, of which only sessions are
                stored here.
            entry: appended to the log together with the change.
        """
        with self._access.writing() as connection:
            closed = connection.execute(
                sa.update(REVIEWERS).where(REVIEWERS.c.name == name).values(is_active=0)
            )
            ended = connection.execute(
                sa.delete(SESSIONS).where(SESSIONS.c.name == name)
            )
            retired = Retired(bool(closed.rowcount), ended.rowcount)
            has_changed = any(retired)
            self._access.note(
                connection, entry(retired) if entry and has_changed else None
            )
        return retired

    def find(self, name: str) -> Account | None:
        """Find the account with this name; None if there never was one."""
        wanted = sa.select(REVIEWERS.c.role, REVIEWERS.c.is_active).where(
            REVIEWERS.c.name == name
        )
        with self._access.reading() as connection:
            row = connection.execute(wanted).one_or_none()
            return Account(row.role, is_open=bool(row.is_active)) if row else None

    def check(self, name: str, password: str, address: str) -> bool:
        """Tell if there is an open account with this name and password.

        Raises:
            TooManyTries: for this account or from this address.
        """
        self._hash_of_no_account = self._hash_of_no_account or self._hasher.hash(
            secrets.token_hex(16)
        )
        of_name, of_address = f"name {name}", f"address {address}"
        limits = {of_name: TRIES_OF_NAME, of_address: TRIES_OF_ADDRESS}
        with self._access.writing() as connection:
            self._tries.count(connection, limits)
            stored_hash = connection.scalar(
                sa.select(REVIEWERS.c.password_hash).where(
                    REVIEWERS.c.name == name, REVIEWERS.c.is_active == 1
                )
            )
        checked_hash = stored_hash or self._hash_of_no_account
        is_password = self._is_password(checked_hash, password)
        if stored_hash is None or not is_password:
            return False
        with self._access.writing() as connection:
            self._tries.forget(connection, of_name)
        return True

    def count_refused_by_issuer(self, address: str) -> None:
        """Count one more login from this network address that the issuer refused."""
        self._tries.add(f"issuer {address}")

    def is_refused_much(self, address: str) -> bool:
        """Tell if the issuer has refused many logins from this network address."""
        return self._tries.has_many(f"issuer {address}")

    def _is_password(self, stored_hash: str, password: str) -> bool:
        with self._hashing:
            try:
                return self._hasher.verify(stored_hash, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
