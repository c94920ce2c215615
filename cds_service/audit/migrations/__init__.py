"""Alembic migrations for the tables of the audit log; run by `database.prepare` at start."""
