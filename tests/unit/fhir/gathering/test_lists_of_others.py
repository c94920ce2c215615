"""An empty list about another patient says nothing of this one, and its server says whom it was about."""

import pytest

from cds_service.fhir.gathering.fetching import read_results
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.query_results import is_about_another
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from tests.wire_builders import context, hook_request

PLAN = plan_prefetch({"procedures": "Procedure?patient={{context.patientId}}"})
QUERY = "Procedure?patient=p1&_count=100"
BASE = "https://ehr.example.org/fhir"


def read(url, *entries):
    page = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(entries),
        "link": [{"relation": "self", "url": url}],
        "entry": [{"resource": entry} for entry in entries],
    }
    body = hook_request(context=context(patientId="p1"), prefetch={"procedures": page})
    request = parse_request(body, "order-sign")
    return read_results(request, PLAN, None, until=Deadline.after(60))["procedures"]


@pytest.mark.parametrize(
    "url",
    [
        "Procedure?patient=p2",
        f"{BASE}/Procedure?patient=p2&_count=100",
        f"{BASE}/Procedure?_count=100&patient=Patient/p2",
        f"{BASE}/Procedure?patient={BASE}/Patient/p2",
        f"{BASE}/Procedure?patient=Patient%2Fp2",
        f"{BASE}/Procedure?subject=Patient/p2",
        f"{BASE}/Procedure?subject:Patient=p2",
        f"{BASE}/Procedure?patient%3APatient=p2",
        f"{BASE}/Procedure?patient=p2,p3",
        f"{BASE}/Procedure?patient=P1",
        f"{BASE}/Procedure?patient=p2#patient=p1",
    ],
)
def test_an_empty_list_about_another_patient_is_not_read(url):
    found = read(url)
    assert (found.state, found.note) == (
        "failed",
        "the answer is about another patient",
    )


@pytest.mark.parametrize(
    "url",
    [
        "Procedure?patient=p1",
        f"{BASE}/Procedure?patient=Patient/p1",
        f"{BASE}/Procedure?patient={BASE}/Patient/p1",
        f"{BASE}/Procedure?patient%3APatient=p1",
        f"{BASE}/Procedure?subject=Patient%2Fp1&_format=json",
        f"{BASE}/Procedure?patient=p2,p1",
        f"{BASE}/Procedure?patient.identifier=4711",
        f"{BASE}/Procedure?patient:identifier=https://x.example.org|4711",
        f"{BASE}?_getpages=f3a1&_pageId=p2",
        f"{BASE}/Procedure?patient=",
        f"{BASE}/Procedure?subject:Group=g1",
        f"{BASE}/Procedure",
        "",
        "https://[::1",
    ],
)
def test_an_empty_list_about_this_one_or_nobody_is_empty(url):
    assert read(url).state == "empty"


def test_a_list_with_entries_is_judged_by_them():
    own = {
        "resourceType": "Procedure",
        "id": "1",
        "subject": {"reference": "Patient/p1"},
    }
    found = read("Procedure?patient=internal-1", own)
    assert (found.state, found.is_cut) == ("given", False)


@pytest.mark.parametrize("page", [None, 5, [], {}, {"link": 5}, {"link": [{"url": 5}]}])
def test_junk_is_about_nobody(page):
    assert not is_about_another(page, QUERY)
