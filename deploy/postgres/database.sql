-- What the two roles may do in one database, before its tables are there; for one that is restored into, too. By a superuser:
--   psql -f database.sql kyphoplasty_cds
\set ON_ERROR_STOP on
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO kyphoplasty_cds;
ALTER ROLE kyphoplasty_cds IN DATABASE :"DBNAME" SET synchronous_commit = on;
ALTER ROLE kyphoplasty_cds IN DATABASE :"DBNAME" SET idle_in_transaction_session_timeout = '60s';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kyphoplasty_cds;
GRANT CREATE, USAGE ON SCHEMA public TO kyphoplasty_cds_owner;
-- Tables that later versions bring are the service's too, without another step.
ALTER DEFAULT PRIVILEGES FOR ROLE kyphoplasty_cds_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kyphoplasty_cds;
