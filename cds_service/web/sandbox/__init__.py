"""The sandbox page: a CDS Hooks client for people who try the service."""
