-- A second lock, against accidents: no row is changed, no link deleted, and an entry takes the next number or none
-- (the greatest number there is, once taken, would end the log). Whoever owns the database can lift it.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$

CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_payload_no_update BEFORE UPDATE ON audit_payload EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_search_no_update BEFORE UPDATE ON audit_search EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_card_no_update BEFORE UPDATE ON audit_card EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_entry_no_delete BEFORE DELETE OR TRUNCATE ON audit_entry EXECUTE FUNCTION audit_refuse()

CREATE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry) THEN
        RAISE EXCEPTION 'an entry of the audit log follows the last one';
    END IF;
    RETURN NEW;
END $$

CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_follow()
