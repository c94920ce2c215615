"""Alembic migrations for the tables of the audit log.

`Database.prepare` runs them at the start.
"""
