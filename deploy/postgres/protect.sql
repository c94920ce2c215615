-- Once the tables are there (kyphoplasty-cds audit migrate), and after a restore, by the owner:
--   psql -f protect.sql "postgresql://kyphoplasty_cds_owner@…/kyphoplasty_cds"
-- What the log holds is added by the service and changed by nobody; what it says is purged by the owner alone.
\set ON_ERROR_STOP on
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kyphoplasty_cds;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_payload, audit_search, audit_card FROM kyphoplasty_cds;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_version FROM kyphoplasty_cds;
