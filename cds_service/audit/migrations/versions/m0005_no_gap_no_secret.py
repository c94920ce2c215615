"""An entry takes the next number or none, whoever writes it; and no key lies beside what it signs."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEXT = "(SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)"
WHY = "an entry of the audit log follows the last one"


def upgrade() -> None:
    """From step 0004. The greatest number there is, once taken, would end the log."""
    op.drop_table("audit_key")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF NEW.sequence <> {NEXT} THEN RAISE EXCEPTION '{WHY}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_follow()"
        )
        return
    op.execute(
        f"CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry WHEN NEW.sequence <> {NEXT}"
        f" BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )
