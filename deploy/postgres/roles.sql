-- Once, before the first start, by a superuser of the database server, and database.sql behind it in the same session:
--   OWNER_PASSWORD=… SERVICE_PASSWORD=… psql -f roles.sql -f database.sql        (psql 14 or later)
-- Two roles: the owner makes and changes tables and purges; the service adds entries and can change none.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
CREATE ROLE kyphoplasty_cds_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE kyphoplasty_cds LOGIN PASSWORD :'service_password';
CREATE DATABASE kyphoplasty_cds OWNER kyphoplasty_cds_owner ENCODING 'UTF8' TEMPLATE template0;
\connect kyphoplasty_cds
