"""An empty list about another patient says nothing of this one, and its server says whom it was about."""

import pytest

from cds_service.fhir.gathering.fetching import read_results
from cds_service.fhir.gathering.fhir_reader import Fetched
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


def paged(next_link, *, own_link="", first_link="", entries=(), sent=False):
    """The list whose second page, which is empty, is behind this link."""

    def page(self_link, next_url="", resources=()):
        links = {"self": self_link, "next": next_url}
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "link": [
                {"relation": name, "url": url} for name, url in links.items() if url
            ],
            "entry": [{"resource": one} for one in resources],
        }

    first, second = page(first_link, next_link, entries), page(own_link)

    class Pages:
        def fetch(self, query, *, until):  # noqa: ARG002
            return Fetched((first, second))

        def follow(self, page, *, until):  # noqa: ARG002
            return Fetched((page, second))

    prefetch = {"procedures": first} if sent else {}
    body = hook_request(context=context(patientId="p1"), prefetch=prefetch)
    request = parse_request(body, "order-sign")
    until = Deadline.after(60)
    return read_results(request, PLAN, Pages(), until=until)["procedures"]


OWN = {"resourceType": "Procedure", "id": "1", "subject": {"reference": "Patient/p1"}}
PAGE_2 = f"{BASE}?_getpages=f3a1&_pageId=2"
STRAYED = [
    {"next_link": "Procedure?patient=p2&page=2"},
    {"next_link": f"{BASE}/Procedure?patient=Patient/p2&page=2"},
    {"next_link": f"{BASE}/Procedure?subject:Patient=p2&page=2"},
    {"next_link": f"{BASE}/Procedure?patient%3APatient=p2&page=2"},
    {"next_link": f"{BASE}/Procedure?patient=p2,p3&page=2"},
    {"next_link": PAGE_2, "own_link": "Procedure?patient=p2"},
    {"next_link": PAGE_2, "own_link": f"{BASE}/Procedure?subject=Patient%2Fp2"},
    {
        "next_link": PAGE_2,
        "own_link": "Procedure?patient=p2",
        "first_link": "Procedure?patient=p1",
    },
]


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("links", STRAYED)
def test_a_list_with_a_later_page_about_another_patient_is_not_whole(links, sent):
    empty = paged(**links, sent=sent)
    assert (empty.state, empty.note) == (
        "failed",
        "the answer is about another patient",
    )
    found = paged(**links, sent=sent, entries=[OWN])
    assert (found.state, found.is_cut, found.note) == (
        "given",
        True,
        "incomplete: a later page is about another patient",
    )


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize(
    "links",
    [
        {"next_link": PAGE_2},
        {"next_link": "Procedure?patient=p1&page=2"},
        {"next_link": f"{BASE}/Procedure?patient=Patient/p1&page=2"},
        {"next_link": f"{BASE}/Procedure?subject:Patient=p1&page=2"},
        {"next_link": f"{BASE}/Procedure?patient=p2,p1&page=2"},
        {"next_link": f"{BASE}/Procedure?patient.identifier=4711&page=2"},
        {"next_link": PAGE_2, "own_link": "Procedure?patient=p1"},
        # a server with ids of its own, which it names on every page
        {
            "next_link": "Procedure?patient=internal-1&page=2",
            "own_link": "Procedure?patient=internal-1&page=2",
            "first_link": "Procedure?patient=internal-1",
        },
    ],
)
def test_a_list_with_a_later_page_about_this_one_or_nobody_is_whole(links, sent):
    found = paged(**links, sent=sent, entries=[OWN])
    assert (found.state, found.is_cut) == ("given", False)


@pytest.mark.parametrize("page", [None, 5, [], {}, {"link": 5}, {"link": [{"url": 5}]}])
def test_junk_is_about_nobody(page):
    assert not is_about_another(page, QUERY)
