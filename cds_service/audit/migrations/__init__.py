"""Alembic migrations for the tables of the audit log.

`database.prepare` runs them at start.
"""
