"""Few records are understood at a time, so that these are answered in time."""

from contextlib import ExitStack

import pytest

from cds_service.errors import TooBusy
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.outgoing.deadline import Deadline
from cds_service.places import RECORDS, places_counted_for
from tests.chart_builders import PATIENT, patient
from tests.scripted_reader import gathered
from tests.wire_builders import hook_request

AT_ONCE = 4
PLAN = plan_prefetch({"patient": "Patient/{{context.patientId}}"})


def read(seconds):
    body = hook_request(prefetch={"patient": patient()})
    body["context"]["patientId"] = PATIENT
    return gathered(body, PLAN, seconds=seconds)


@pytest.fixture
def no_place_left():
    read(60)  # what is loaded at first need takes no time of the next
    with ExitStack() as others:
        for number in range(AT_ONCE):
            with places_counted_for(f"ehr {number}"):
                others.enter_context(RECORDS.held(Deadline.after(5)))
        yield


@pytest.mark.usefixtures("no_place_left")
def test_a_record_without_a_place_is_refused_before_its_deadline():
    deadline = Deadline.after(1)
    with pytest.raises(TooBusy) as refused:
        read(1)
    assert refused.value.places == "records"
    assert deadline.left > 0


def test_a_place_is_free_again_once_a_record_is_understood():
    for _ in range(AT_ONCE + 1):
        assert read(5).patient
