"""The tables of the log's database, for queries.

`migrations/` creates them, with types, keys and rules.
"""

from typing import Any

from sqlalchemy import BigInteger, TableClause, Text, TypeDecorator, column, table

from cds_service.audit.chain import FACTS
from cds_service.errors import AuditUnavailable

NUMBERS = ("partial", "status", "warning")  # of the facts; the others are texts
TEXTS = " ".join(name for name in FACTS if name not in NUMBERS)


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


def _table(name: str, texts: str, numbers: str = "") -> TableClause:
    numbered = (column(word, _Number) for word in numbers.split())
    return table(name, *numbered, *(column(word, _Words) for word in texts.split()))


# The chain. No row is ever changed or deleted.
ENTRIES = _table(
    "audit_entry", "entry_id at kind commitment previous_hash hash", "sequence format"
)

# What the chain commits to and a purge deletes: the payload, and the values by which it
# is found.
PAYLOADS = _table("audit_payload", "salt body", "sequence")
SEARCH = _table("audit_search", f"at kind {TEXTS}", f"sequence {' '.join(NUMBERS)}")
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
