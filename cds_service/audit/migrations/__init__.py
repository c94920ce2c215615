"""How the tables of the audit log came to be, step by step (Alembic); run by `database.prepare` at start."""
