-- A second lock, against accidents: no row is changed, no link deleted, and an entry takes the next number or none
-- (the greatest number there is, once taken, would end the log). Whoever owns the database can lift it.
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END

CREATE TRIGGER audit_payload_no_update BEFORE UPDATE ON audit_payload
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END

CREATE TRIGGER audit_search_no_update BEFORE UPDATE ON audit_search
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END

CREATE TRIGGER audit_card_no_update BEFORE UPDATE ON audit_card
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END

CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END

CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log follows the last one'); END

-- What SQLite is told of a log that has grown: without statistics it plans badly, and nobody gathers them
-- (https://sqlite.org/lang_analyze.html, "Fixed Results Of ANALYZE"): rows, then rows for one value of each column.
ANALYZE sqlite_master

DELETE FROM sqlite_stat1 WHERE tbl LIKE 'audit_%'

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('audit_card', 'ix_audit_card_card', '1400000 1'),
    ('audit_card', 'ix_audit_card_rules', '1400000 15000 1'),
    ('audit_card', 'sqlite_autoindex_audit_card_1', '1400000 3 1'),
    ('audit_entry', 'sqlite_autoindex_audit_entry_1', '1000000 1'),
    ('audit_entry', 'sqlite_autoindex_audit_entry_2', '1000000 1'),
    ('audit_payload', NULL, '1000000'),
    ('audit_search', 'ix_audit_search_about', '1000000 4'),
    ('audit_search', 'ix_audit_search_at', '1000000 1 1'),
    ('audit_search', 'ix_audit_search_card', '1000000 4'),
    ('audit_search', 'ix_audit_search_client', '1000000 300000 1 1'),
    ('audit_search', 'ix_audit_search_encounter', '1000000 4 1 1'),
    ('audit_search', 'ix_audit_search_hook_instance', '1000000 2'),
    ('audit_search', 'ix_audit_search_kind', '1000000 170000 1 1'),
    ('audit_search', 'ix_audit_search_partial', '1000000 330000 1 1'),
    ('audit_search', 'ix_audit_search_patient', '1000000 6 1 1'),
    ('audit_search', 'ix_audit_search_reason', '1000000 170000 1 1'),
    ('audit_search', 'ix_audit_search_refracture_band', '1000000 200000 1 1'),
    ('audit_search', 'ix_audit_search_residual_pain_band', '1000000 200000 1 1'),
    ('audit_search', 'ix_audit_search_result', '1000000 140000 1 1'),
    ('audit_search', 'ix_audit_search_status', '1000000 330000 1 1'),
    ('audit_search', 'ix_audit_search_tenant', '1000000 300000 1 1'),
    ('audit_search', 'ix_audit_search_user', '1000000 2500 1 1')

ANALYZE sqlite_master
