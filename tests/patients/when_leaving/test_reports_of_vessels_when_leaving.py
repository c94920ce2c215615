"""Reports of vessels and heart since the operation are read as other reports are."""

import pytest

from tests.chart_builders import open_service
from tests.codes import codeable
from tests.patients.leaving import (
    SERVICE,
    V2_0074,
    act_ordered,
    cards_beside,
    summaries_beside,
)
from tests.patients.reassuring import imaging

READ = "1 recent entry not understood. Read before leaving."
CLOT = "Deep vein thrombosis of the left popliteal vein."
FREE = "No deep vein thrombosis."
DEPARTMENTS = ["VUS", "CUS", "CTH"]


def report(conclusion, department="VUS", *, days=1, **members):
    said = {"category": [codeable(V2_0074, department)], "code": {"text": "Duplex leg"}}
    return imaging(conclusion, days=days, **said | members)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_clot_found_since_the_operation_is_to_be_read(department):
    (summary,) = summaries_beside(report(CLOT, department))
    assert summary.endswith(READ)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_denial_is_understood_and_answers_its_order(department):
    based = [{"reference": "ServiceRequest/act"}]
    found = report(FREE, department, basedOn=based)
    assert summaries_beside(act_ordered("Duplex leg"), found) == []


def test_a_report_of_before_the_operation_is_not_asked_about():
    assert cards_beside(report(CLOT, days=60)) == []


def test_they_come_with_the_same_query():
    queries = open_service().hooks[SERVICE].discovery["prefetch"]
    asked = [one for one in queries.values() if one.startswith("DiagnosticReport")]
    assert len(asked) == 2
    assert all(
        f"{V2_0074}|{one}" in queries["diagnosticReports"] for one in DEPARTMENTS
    )


def test_a_signing_does_not_ask_for_them():
    hooks = open_service().hooks
    asked = hooks["kyphoplasty-order-sign"].discovery["prefetch"]["diagnosticReports"]
    assert not any(f"{V2_0074}|{one}" in asked for one in DEPARTMENTS)
