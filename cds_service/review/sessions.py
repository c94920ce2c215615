"""Sessions of reviewers with local accounts, or accounts from the hospital's issuer.

The tables store only digests of what a browser holds. A login in progress at the issuer
is a row that its return deletes, so that no replica accepts the same response twice.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from cds_service.audit.tables import PENDING_LOGINS, REVIEWERS, SESSIONS
from cds_service.review.access import CLOCKS_APART, Access, digest_of
from cds_service.site.review import Role

IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=10)
SEEN_AGAIN = timedelta(minutes=1)  # a session is not updated at every page
LOGIN_TIME = timedelta(minutes=10)  # at the issuer, including a second factor


@dataclass(frozen=True, slots=True)
class Session:
    """A reviewer's session.

    Attributes:
        name: the account: a local one, or `issuer|subject`.
        form_token: must be returned with every form.
        shown: display name of the account.
    """

    name: str
    role: Role
    form_token: str
    shown: str


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """An account that the issuer vouches for.

    Attributes:
        subject: the issuer's permanent id for the account.
        shown: a readable name; the subject if the site requests none.
    """

    issuer: str
    subject: str
    role: Role
    shown: str

    @property
    def name(self) -> str:
        """Return the account's name in the log.

        Names of local accounts cannot contain a bar.
        """
        return f"{self.issuer}|{self.subject}"


class Sessions:
    """The sessions in one database."""

    def __init__(
        self, access: Access, *, rules: str | None = None, has_local: bool = True
    ) -> None:
        """Configure which sessions are valid.

        Args:
            rules: of the site's issuer (`ReviewLogin.rules`); a session that began
                under others is over.
        """
        self._access = access
        self._rules = rules
        self._has_local = has_local

    def begin(self, who: str | OidcIdentity) -> str:
        """Begin a session for a local account, or one of the issuer.

        A local one by its name. Returns the browser's secret.
        """
        account: dict[str, str | None] = {
            "name": who if isinstance(who, str) else who.name
        }
        if isinstance(who, OidcIdentity):
            account |= {"issuer": self._rules, "role": who.role, "shown": who.shown}
        token, now = secrets.token_urlsafe(32), self._access.now()
        row = {
            "digest": digest_of(token),
            "form_token": secrets.token_urlsafe(32),
            "began": now,
            "seen": now,
        }
        with self._access.writing() as connection:
            connection.execute(
                sa.delete(SESSIONS).where(SESSIONS.c.seen < self._access.now(-LIFETIME))
            )
            connection.execute(sa.insert(SESSIONS), [row | account])
        return token

    def session(self, token: str) -> Session | None:
        """Return the session of a browser with this secret, if it is still valid."""
        digest = digest_of(token)
        is_open = sa.and_(
            REVIEWERS.c.name == SESSIONS.c.name,
            REVIEWERS.c.is_active == 1,
            SESSIONS.c.issuer.is_(None),
        )
        role = sa.func.coalesce(SESSIONS.c.role, REVIEWERS.c.role).label("role_now")
        wanted = sa.select(SESSIONS, role).select_from(
            SESSIONS.outerjoin(REVIEWERS, is_open)
        )
        with self._access.reading() as connection:
            row = connection.execute(wanted.where(*self._is_going_on(digest))).first()
        if row is None:
            return None
        if row.seen < self._access.now(-SEEN_AGAIN):
            with self._access.writing() as connection:
                renewal = (
                    sa.update(SESSIONS)
                    .where(SESSIONS.c.digest == digest)
                    .values(seen=self._access.now())
                )
                connection.execute(renewal)
        return Session(row.name, row.role_now, row.form_token, row.shown or row.name)

    def end(self, token: str) -> None:
        with self._access.writing() as connection:
            connection.execute(
                sa.delete(SESSIONS).where(SESSIONS.c.digest == digest_of(token))
            )

    def _is_going_on(self, digest: str) -> tuple[sa.ColumnElement[bool], ...]:
        is_of_issuer = SESSIONS.c.issuer == self._rules if self._rules else sa.false()
        is_local = sa.and_(SESSIONS.c.issuer.is_(None), REVIEWERS.c.name.is_not(None))
        return (
            SESSIONS.c.digest == digest,
            SESSIONS.c.began > self._access.now(-LIFETIME),
            SESSIONS.c.began <= self._access.now(CLOCKS_APART),
            SESSIONS.c.seen > self._access.now(-IDLE),
            SESSIONS.c.seen <= self._access.now(CLOCKS_APART),
            sa.or_(is_of_issuer, is_local) if self._has_local else is_of_issuer,
        )


class PendingLogins:
    """Browsers at a login server, each of which may return once."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def begin(self, secret: str) -> None:
        """Keep that a browser with this secret goes to a login server."""
        with self._access.writing() as connection:
            connection.execute(
                sa.delete(PENDING_LOGINS).where(
                    PENDING_LOGINS.c.at < self._access.now(-LOGIN_TIME)
                )
            )
            connection.execute(
                sa.insert(PENDING_LOGINS),
                [{"digest": digest_of(secret), "at": self._access.now()}],
            )

    def complete(self, secret: str) -> bool:
        """Tell if a login with this secret was pending; it is no longer."""
        is_ours = (
            PENDING_LOGINS.c.digest == digest_of(secret),
            PENDING_LOGINS.c.at >= self._access.now(-LOGIN_TIME),
            PENDING_LOGINS.c.at <= self._access.now(CLOCKS_APART),
        )
        with self._access.writing() as connection:
            return bool(
                connection.execute(sa.delete(PENDING_LOGINS).where(*is_ours)).rowcount
            )
