"""Few records are understood at a time, so that these are answered in time."""

from contextlib import ExitStack

import pytest

from cds_service.errors import DeadlinePassed
from cds_service.fhir.gathering import turns
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.outgoing.deadline import Deadline
from tests.chart_builders import PATIENT, patient
from tests.scripted_reader import gathered
from tests.wire_builders import hook_request

PLAN = plan_prefetch({"patient": "Patient/{{context.patientId}}"})


def read(seconds):
    body = hook_request(prefetch={"patient": patient()})
    body["context"]["patientId"] = PATIENT
    return gathered(body, PLAN, seconds=seconds)


@pytest.fixture
def no_turn_left():
    with ExitStack() as others:
        for _ in range(turns.MOST):
            others.enter_context(turns.turn(Deadline.after(5)))
        yield


@pytest.mark.usefixtures("no_turn_left")
def test_a_record_without_a_turn_is_refused_before_its_deadline():
    deadline = Deadline.after(1)
    with pytest.raises(DeadlinePassed):
        read(1)
    assert deadline.left > 0


def test_a_turn_is_free_again_once_a_record_is_understood():
    for _ in range(turns.MOST + 1):
        assert read(5).patient
