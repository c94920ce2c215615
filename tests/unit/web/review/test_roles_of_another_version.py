"""A role that a newer version on the same database has given, while this one still runs: it allows nothing, and fails nowhere."""

import pytest

from tests.audit_builders import tamper

ROLES = ("auditor", "Reviewer", "", "reviewer ", "privacy_officer", "{}", "admin", "0")


@pytest.fixture
def entry(desk):
    """An answer that is in the log."""
    return desk.sign()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_is_not_known_opens_no_patient_and_ends_in_no_failure(
    desk, entry, role
):
    anna = desk.reviewer()
    tamper(desk.url, f"UPDATE audit_reviewer SET role = '{role}'")
    for page in (
        f"/audit/entries/{entry.id}",
        f"/audit/entries/{entry.id}/basis",
        f"/audit/patients/{entry.patient}",
    ):
        assert entry.patient not in anna.get(page, 403)
    anna.get("/audit", 303)
    assert anna.post("/audit/export", format="csv").status_code == 403


@pytest.mark.parametrize("role", ["reviewer", "privacy-officer"])
def test_a_role_that_is_known_opens_what_it_did(desk, entry, role):
    anna = desk.reviewer(role=role)
    assert entry.patient in anna.get(f"/audit/entries/{entry.id}")
