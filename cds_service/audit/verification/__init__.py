"""Whether the audit log is what was written.

Written from `docs/audit-format.md` alone. It shares no code with the writer, so that one fault cannot hide in both,
and it only reads.
"""
