"""Audit review: who may read the log, their sessions, and the pages that they read."""
