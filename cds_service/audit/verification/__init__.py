"""Verify the audit log.

Written from `docs/audit-format.md` alone, read-only, and without code shared with the
writer, so that no fault can hide in both.
"""
