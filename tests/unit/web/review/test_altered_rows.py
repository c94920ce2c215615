"""Pages and metrics over a log whose rows somebody altered: a 503 that says so, or a count that is not known."""

import pytest

from cds_service.audit.tables import ALTERED
from tests.audit_builders import tamper

NO_MOMENTS = {
    "a-day": "'2026-11-20'",
    "no-zone": "'2026-11-20T09:00:00.000'",
    "no-milliseconds": "'2026-11-20T09:00:00Z'",
    "another-zone": "'0001-01-01T00:00:00+23:59'",
    "no-such-day": "'2026-02-30T09:00:00.000Z'",
    "other-digits": "'２０２６-11-20T09:00:00.000Z'",
    "a-word": "'x'",
    "nothing": "''",
    "bytes": "X'ff'",
    "a-number": "7",
}


@pytest.mark.parametrize("moment", NO_MOMENTS.values(), ids=NO_MOMENTS)
@pytest.mark.parametrize("table", ["audit_entry", "audit_search"])
def test_a_time_that_is_none_leaves_the_other_metrics(desk, table, moment):
    desk.sign()
    tamper(desk.url, f"UPDATE {table} SET at = {moment}")
    answer = desk.app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert "kyphoplasty_cds_hours_since_order" in answer.text


@pytest.mark.parametrize("moment", NO_MOMENTS.values(), ids=NO_MOMENTS)
def test_the_hours_since_an_order_without_a_time_are_not_known(desk, moment):
    desk.sign()
    tamper(desk.url, f"UPDATE audit_search SET at = {moment}")
    text = desk.app.test_client().get("/metrics").text
    assert "kyphoplasty_cds_hours_since_order NaN" in text


def test_those_since_a_whole_order_are(desk):
    desk.sign()
    desk.later(hours=2)
    text = desk.app.test_client().get("/metrics").text
    assert "kyphoplasty_cds_hours_since_order 2.0" in text


@pytest.mark.parametrize(
    "alteration",
    [
        "UPDATE audit_entry SET kind = ''",
        "UPDATE audit_entry SET hash = ''",
        "UPDATE audit_card SET topic = ''",
        "UPDATE audit_search SET status = X'ff'",
        *(f"UPDATE audit_entry SET at = {moment}" for moment in NO_MOMENTS.values()),
    ],
)
def test_an_export_with_an_altered_row_is_refused_as_such(desk, alteration):
    desk.sign()
    reviewer = desk.reviewer("anna", "privacy-officer")
    token = reviewer.token()
    tamper(desk.url, f"{alteration} WHERE sequence > 1")
    answer = reviewer.client.post(
        "/audit/export", data={"token": token, "format": "fhir"}
    )
    assert answer.status_code == 503
    assert ALTERED.partition(":")[0] in answer.text
