"""The tables of the log's database, for queries.

`migrations/` creates them, with types, keys and rules.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, TableClause, Text, TypeDecorator, column, table

from cds_service.audit.chain import FACTS
from cds_service.errors import AuditUnavailable

NUMBERS = ("partial", "status", "warning")  # of the facts; the others are texts
TEXTS = " ".join(name for name in FACTS if name not in NUMBERS)


MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z")
ALTERED = "The audit log was altered: `audit verify` says where."


class _AsWritten(TypeDecorator[Any]):
    """A cell of its own type: SQLite stores any type in any column."""

    kind: type

    def process_result_value(self, value: Any, _dialect: object) -> Any:
        """Refuse a cell of another type.

        Raises:
            AuditUnavailable: this program did not write it.
        """
        if value is not None and type(value) is not self.kind:
            raise AuditUnavailable(ALTERED)
        return value


class _Words(_AsWritten):
    impl = Text
    cache_ok = True
    kind = str


class _Number(_AsWritten):
    impl = BigInteger
    cache_ok = True
    kind = int


class _Moment(_Words):
    """A cell with a time as `chain.time_text` writes it."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: object) -> Any:
        """Refuse a text that is no such time: no reader could count with it.

        Raises:
            AuditUnavailable: this program did not write it.
        """
        text = super().process_result_value(value, dialect)
        if text is not None and not _is_moment(text):
            raise AuditUnavailable(ALTERED)
        return text


def _is_moment(text: str) -> bool:
    if MOMENT.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _table(name: str, texts: str, numbers: str = "", moments: str = "") -> TableClause:
    return table(
        name,
        *(column(word, _Number) for word in numbers.split()),
        *(column(word, _Words) for word in texts.split()),
        *(column(word, _Moment) for word in moments.split()),
    )


# The chain. No row is ever changed or deleted.
ENTRIES = _table(
    "audit_entry",
    "entry_id kind commitment previous_hash hash",
    "sequence format",
    moments="at",
)

# What the chain commits to and a purge deletes: the payload, and the values by which it
# is found.
PAYLOADS = _table("audit_payload", "salt body", "sequence")
SEARCH = _table(
    "audit_search", f"kind {TEXTS}", f"sequence {' '.join(NUMBERS)}", moments="at"
)
CARDS = _table("audit_card", "card topic indicator rules", "sequence position")

# Used tokens of CDS clients, until they expire (seconds since 1970), by the digest of
# issuer and jti.
TOKENS = _table("audit_token", "digest", "expires")

# The key that signs addresses of basis pages: one row. Whoever reads it here can read
# the entries themselves.
LINK_KEY = _table("audit_link_key", "key", "id")

REVIEWERS = _table("audit_reviewer", "name role password_hash made", "is_active")
# For a local account `issuer` (the rules of the issuer's login), `role` and `shown` are
# absent: each page uses the account's current role.
SESSIONS = _table(
    "audit_session", "digest name form_token began seen issuer role shown"
)
# A launch of the worksheet, sealed by a key that its browser alone holds.
LAUNCHES = _table("audit_launch", "digest ends sealed")
# A login in progress at the issuer, or a launch at an EHR.
PENDING_LOGINS = _table("audit_login_way", "digest at")
# A place is the digest of a name or an address: people do type a password into the name
# field.
TRIES = _table("audit_login_try", "id place at")
