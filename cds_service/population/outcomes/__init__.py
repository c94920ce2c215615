"""Outcomes of patients: found in an export, or read from a site's file."""
