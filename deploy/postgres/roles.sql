-- Once, before the first start, by a superuser of the database server:
--   OWNER_PASSWORD=… SERVICE_PASSWORD=… psql -f roles.sql        (psql 14 or later)
-- Two roles: the owner makes and changes tables and purges; the service adds entries and can change none.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
CREATE ROLE kyphoplasty_cds_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE kyphoplasty_cds LOGIN PASSWORD :'service_password';
CREATE DATABASE kyphoplasty_cds OWNER kyphoplasty_cds_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE kyphoplasty_cds FROM PUBLIC;
GRANT CONNECT ON DATABASE kyphoplasty_cds TO kyphoplasty_cds;
ALTER ROLE kyphoplasty_cds IN DATABASE kyphoplasty_cds SET synchronous_commit = on;
ALTER ROLE kyphoplasty_cds IN DATABASE kyphoplasty_cds SET idle_in_transaction_session_timeout = '60s';
\connect kyphoplasty_cds
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kyphoplasty_cds;
GRANT CREATE, USAGE ON SCHEMA public TO kyphoplasty_cds_owner;
-- Tables that later versions bring are the service's too, without another step.
ALTER DEFAULT PRIVILEGES FOR ROLE kyphoplasty_cds_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kyphoplasty_cds;
