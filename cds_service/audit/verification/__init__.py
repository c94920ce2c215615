"""Whether the audit log is what was written.

Written from `FORMAT.md` alone: it shares no code with the writer, so that one fault cannot hide in both. It only reads.
"""
