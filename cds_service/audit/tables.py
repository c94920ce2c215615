"""The tables of the audit log for queries; `migrations/` creates them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, SmallInteger, String, Table, Text

METADATA = MetaData()
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
    Column("about", String(36)),
    Column("card", String(36)),
    Column("client", Text),
    Column("encounter", Text),
    Column("hook_instance", String(36)),
    Column("partial", SmallInteger),
    Column("patient", Text),
    Column("reason", Text),
    Column("refracture_band", Text),
    Column("residual_pain_band", Text),
    Column("result", Text),
    Column("service_id", Text),
    Column("status", SmallInteger),
    Column("tenant", Text),
    Column("topic", Text),
    Column("user", Text, quote=True),
    Column("warning", SmallInteger),
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
