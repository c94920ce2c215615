-- The chain, its payloads, what they are found by; and beside it accounts, sessions and used tokens.
-- :place is BIGINT, and INTEGER in SQLite, whose own row number that is. An empty line ends a statement.
CREATE TABLE audit_entry (
    sequence :place NOT NULL PRIMARY KEY,
    entry_id VARCHAR(36) NOT NULL CONSTRAINT uq_audit_entry_id UNIQUE,
    at VARCHAR(24) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    format SMALLINT NOT NULL,
    commitment VARCHAR(64) NOT NULL,
    previous_hash VARCHAR(64) NOT NULL CONSTRAINT uq_audit_entry_previous UNIQUE,
    hash VARCHAR(64) NOT NULL
)

CREATE TABLE audit_payload (
    sequence :place NOT NULL PRIMARY KEY REFERENCES audit_entry (sequence),
    salt VARCHAR(32) NOT NULL,
    body TEXT NOT NULL
)

CREATE TABLE audit_search (
    sequence :place NOT NULL PRIMARY KEY REFERENCES audit_entry (sequence),
    at VARCHAR(24) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    about VARCHAR(36),
    card VARCHAR(36),
    client TEXT,
    encounter TEXT,
    hook_instance VARCHAR(36),
    partial SMALLINT,
    patient TEXT,
    reason TEXT,
    refracture_band TEXT,
    residual_pain_band TEXT,
    result TEXT,
    service_id TEXT,
    status SMALLINT,
    tenant TEXT,
    topic TEXT,
    "user" TEXT,
    warning SMALLINT
)

CREATE TABLE audit_card (
    sequence :place NOT NULL REFERENCES audit_entry (sequence),
    position SMALLINT NOT NULL,
    card VARCHAR(36) NOT NULL,
    topic TEXT NOT NULL,
    indicator TEXT NOT NULL,
    rules TEXT NOT NULL,
    PRIMARY KEY (sequence, position)
)

CREATE TABLE audit_reviewer (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    role VARCHAR(16) NOT NULL,
    password_hash TEXT NOT NULL,
    made VARCHAR(24) NOT NULL,
    is_active SMALLINT NOT NULL
)

-- issuer, role and shown are of accounts that an issuer vouches for.
CREATE TABLE audit_session (
    digest VARCHAR(64) NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    form_token VARCHAR(43) NOT NULL,
    began VARCHAR(24) NOT NULL,
    seen VARCHAR(24) NOT NULL,
    issuer TEXT,
    role VARCHAR(16),
    shown TEXT
)

CREATE TABLE audit_login_try (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    place VARCHAR(64) NOT NULL,
    at VARCHAR(24) NOT NULL
)

CREATE TABLE audit_login_way (
    digest VARCHAR(64) NOT NULL PRIMARY KEY,
    at VARCHAR(24) NOT NULL
)

-- The digest of issuer and jti together: nobody reads from it whose token it was.
CREATE TABLE audit_token (
    digest VARCHAR(64) NOT NULL PRIMARY KEY,
    expires BIGINT NOT NULL
)

CREATE INDEX ix_audit_search_at ON audit_search (at, sequence)

CREATE INDEX ix_audit_search_kind ON audit_search (kind, at, sequence)

CREATE INDEX ix_audit_search_patient ON audit_search (patient, at, sequence)

CREATE INDEX ix_audit_search_user ON audit_search ("user", at, sequence)

CREATE INDEX ix_audit_search_result ON audit_search (result, at, sequence)

CREATE INDEX ix_audit_search_refracture_band ON audit_search (refracture_band, at, sequence)

CREATE INDEX ix_audit_search_residual_pain_band ON audit_search (residual_pain_band, at, sequence)

CREATE INDEX ix_audit_search_client ON audit_search (client, at, sequence)

CREATE INDEX ix_audit_search_tenant ON audit_search (tenant, at, sequence)

CREATE INDEX ix_audit_search_encounter ON audit_search (encounter, at, sequence)

CREATE INDEX ix_audit_search_reason ON audit_search (reason, at, sequence)

CREATE INDEX ix_audit_search_status ON audit_search (status, at, sequence)

CREATE INDEX ix_audit_search_partial ON audit_search (partial, at, sequence)

CREATE INDEX ix_audit_search_hook_instance ON audit_search (hook_instance)

CREATE INDEX ix_audit_search_about ON audit_search (about)

CREATE INDEX ix_audit_search_card ON audit_search (card)

CREATE INDEX ix_audit_card_card ON audit_card (card)

CREATE INDEX ix_audit_card_rules ON audit_card (rules, sequence)

CREATE INDEX ix_audit_login_try_place ON audit_login_try (place, at)

CREATE INDEX ix_audit_token_expires ON audit_token (expires)
