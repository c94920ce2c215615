"""A record with more words than can be understood in time: what was read counts."""

from types import SimpleNamespace

import pytest

from cds_service.errors import DeadlinePassed
from cds_service.fhir.gathering import gather as gathering
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.record_state import state_of
from cds_service.outgoing import deadline
from tests.chart_builders import PATIENT, patient, problem
from tests.patients.reassuring import imaging
from tests.scripted_reader import gathered
from tests.stub_fhir import page
from tests.wire_builders import hook_request

SECONDS = 3.0
PLAN = plan_prefetch(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "diagnosticReports": "DiagnosticReport?patient={{context.patientId}}",
    }
)
PREFETCH = {
    "patient": patient(),
    "conditions": page(problem("C79.51")),
    "diagnosticReports": page(imaging("Bone metastases L1")),
}


@pytest.fixture
def reports_take(monkeypatch):
    """Set how many seconds have passed once the reports are looked at."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: clock.now))
    pick = gathering.pick

    def set_seconds(seconds):
        def slow_pick(template, *others):
            if template.key == "diagnosticReports":
                clock.now = seconds
            return pick(template, *others)

        monkeypatch.setattr(gathering, "pick", slow_pick)

    return set_seconds


def read():
    body = hook_request(prefetch=PREFETCH)
    body["context"]["patientId"] = PATIENT
    return gathered(body, PLAN, seconds=SECONDS)


def test_a_list_that_is_not_understood_in_time_is_named_and_the_rest_counts(
    reports_take,
):
    reports_take(SECONDS - 0.2)
    record = read()
    assert state_of(record).unread == {"diagnosticReports": "not read in time"}
    assert [entry.resource_type for entry in record.entries] == ["Condition"]


def test_a_list_that_is_understood_in_time_is_read(reports_take):
    reports_take(SECONDS - 1)
    record = read()
    assert state_of(record).unread == {}
    assert len(record.entries) == 2


def test_nothing_is_answered_once_the_time_is_over(reports_take):
    reports_take(SECONDS)
    with pytest.raises(DeadlinePassed):
        read()
