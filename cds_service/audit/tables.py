"""The tables of the audit log for queries; `migrations/` creates them."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, SmallInteger, String, Table, Text

from cds_service.audit.chain import FACTS

METADATA = MetaData()
# Of the facts; the others are texts.
TYPES: dict[str, Any] = {
    **dict.fromkeys(("about", "card", "hook_instance"), String(36)),
    **dict.fromkeys(("partial", "status", "warning"), SmallInteger),
}
PLACE = BigInteger().with_variant(Integer, "sqlite")  # SQLite's own row number is an INTEGER

# The chain. No row is ever changed or deleted.
ENTRIES = Table(
    "audit_entry",
    METADATA,
    Column("sequence", PLACE, primary_key=True, autoincrement=False),
    Column("entry_id", String(36), nullable=False, unique=True),
    Column("at", String(24), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("format", SmallInteger, nullable=False),
    Column("commitment", String(64), nullable=False),
    # UNIQUE: two writers cannot follow the same entry, so that the chain never forks even without a lock.
    Column("previous_hash", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)

# What the chain commits to and a purge deletes: the payload, and the values by which it is found.
PAYLOADS = Table(
    "audit_payload",
    METADATA,
    Column("sequence", PLACE, ForeignKey("audit_entry.sequence"), primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("body", Text, nullable=False),
)
SEARCH = Table(
    "audit_search",
    METADATA,
    Column("sequence", PLACE, ForeignKey("audit_entry.sequence"), primary_key=True, autoincrement=False),
    Column("at", String(24), nullable=False),
    Column("kind", String(16), nullable=False),
    *(Column(name, TYPES.get(name, Text), quote=True if name == "user" else None) for name in FACTS),
)
CARDS = Table(
    "audit_card",
    METADATA,
    Column("sequence", PLACE, ForeignKey("audit_entry.sequence"), primary_key=True, autoincrement=False),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("card", String(36), nullable=False),
    Column("topic", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("rules", Text, nullable=False),
)

# Used tokens of CDS clients, until they expire.
TOKENS = Table(
    "audit_token",
    METADATA,
    Column("digest", String(64), primary_key=True),  # of issuer and jti
    Column("expires", BigInteger, nullable=False),  # seconds since 1970
)

# The key that signs addresses of basis pages: one row. Whoever reads it here can read the entries themselves.
LINK_KEY = Table(
    "audit_link_key",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False),
)
