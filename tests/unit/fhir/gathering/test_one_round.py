"""A live record is read in one round: no query waits for the answer to another."""

import json
import threading

from cds_service.fhir.server.client import FhirClient
from tests.chart_builders import HOOK, open_service
from tests.scripted_reader import gathered
from tests.stub_fhir import PATIENT_ID, Reply, StubFhir, page
from tests.stub_server import send
from tests.wire_builders import context, hook_request

PATIENT = {"resourceType": "Patient", "id": PATIENT_ID}
WAIT = 20  # seconds, for a machine that is busy; all queries together need none


STAY = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "in-progress",
    "subject": {"reference": f"Patient/{PATIENT['id']}"},
}


class Meeting(StubFhir):
    """Answers nobody before so many queries are there at the same time.

    Attributes:
        alone: whether a query waited in vain for the others.
    """

    def __init__(self, queries: int) -> None:
        super().__init__()
        self.all_there = threading.Barrier(queries, timeout=WAIT)
        self.default = Reply(script=self._meet)

    def _meet(self, handler) -> None:
        self.all_there.wait()
        by_id = {"/Patient/": PATIENT, "/Encounter/": STAY}
        found = next(
            (one for path, one in by_id.items() if path in handler.path), page(total=0)
        )
        send(
            handler,
            200,
            json.dumps(found).encode(),
            {"Content-Type": "application/fhir+json"},
        )


def test_every_query_of_a_live_record_is_under_way_at_once():
    plan = open_service().hooks[HOOK].plan
    with Meeting(len(plan.templates)) as server:
        body = hook_request(context=context(encounterId="e1"))
        record = gathered(body, plan, FhirClient(server.base), bases=[server.base])
        assert not server.all_there.broken
        assert len(server.requests) == len(plan.templates)
    assert {read.state for read in record.reads.values()} == {"given", "empty"}
