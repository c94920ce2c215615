-- Before the first start, by a superuser of the database server, and database.sql behind it in the same session:
--   OWNER_PASSWORD=… SERVICE_PASSWORD=… psql -f roles.sql -f database.sql        (psql 14 or later)
-- Again after it failed half way: what is there already stays, with the passwords of now.
-- Two roles: the owner makes and changes tables and purges; the service adds entries and can change none.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
SELECT format('CREATE ROLE %I', name) FROM (VALUES ('kyphoplasty_cds_owner'), ('kyphoplasty_cds')) AS wanted (name)
  WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE kyphoplasty_cds_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE kyphoplasty_cds LOGIN PASSWORD :'service_password';
SELECT $$CREATE DATABASE kyphoplasty_cds OWNER kyphoplasty_cds_owner ENCODING 'UTF8' TEMPLATE template0$$
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'kyphoplasty_cds') \gexec
\connect kyphoplasty_cds
