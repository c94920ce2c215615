"""Every patient through two FHIR servers that share nothing, HAPI FHIR and Medplum, as through prefetch.

`make servers` fetches them; without Java and Maven, or Node and npm, their tests are skipped.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service
from cds_service.cli import main
from cds_service.errors import EvidenceUnavailable, FhirReadError
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.lookup import identify_server
from cds_service.loading import load_service
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.samples import SITE_FOLDER, Sample
from cds_service.samples.requests import order_sign_request
from cds_service.service import answer
from cds_service.site.folder import load_site
from tests.chart_builders import HOOK, NOW, open_service, problem
from tests.integration.servers.charts import LONG, samples
from tests.integration.servers.installation import require
from tests.integration.servers.medplum import MEDPLUM, run_medplum
from tests.live_service import TODAY, assessments_of
from tests.signings import kyphoplasty, searchset

SECONDS = 60.0  # for the record: these tests ask what is read, not how fast
LONG_LIST = 130  # more than any template's _count


@cache
def service_for(*, needs_site: bool) -> Service:
    return load_service(load_site(SITE_FOLDER)) if needs_site else open_service()


def templates_for(sample: Sample) -> Mapping[str, str]:
    found: Mapping[str, str] = (
        service_for(needs_site=sample.needs_site).hooks[HOOK].discovery["prefetch"]
    )
    return found


def answered(sample: Sample, url: str | None, **members: Any) -> dict[str, Any]:
    """The service's answer to an order for this chart, on its day, over what this server holds."""
    request = {**order_sign_request(sample, fhir_server=url), **members}
    ports = Ports(
        clock=lambda: NOW,
        fhir=FhirClient(url) if url else None,
        audit=OneEntry(),
        deadline=Deadline.after(SECONDS),
        base_url="http://localhost",
    )
    service = service_for(needs_site=sample.needs_site)
    found = answer(
        service, service.hooks[HOOK], parse_request(request, "order-sign"), ports
    )
    return without_ids(found.to_json())


def without_ids(found: Any) -> Any:
    """The answer without the ids of cards and orders, which follow from the server's address."""
    if isinstance(found, list | tuple):
        return [without_ids(one) for one in found]
    if not isinstance(found, dict):
        return found
    return {
        name: without_ids(one)
        for name, one in found.items()
        if name not in ("uuid", "id")
    }


def from_prefetch(sample: Sample) -> dict[str, Any]:
    return answered(
        sample, None, **order_sign_request(sample, plan=templates_for(sample))
    )


def fetch(url: str, query: str) -> Fetched:
    return FhirClient(url).fetch(query, until=time.monotonic() + SECONDS)


def first_pages(url: str, sample: Sample) -> dict[str, Any]:
    """What an EHR in front of this server sends along: of each key the first page, with its links."""
    queries = {
        key: text.replace("{{context.patientId}}", quote(sample.id))
        for key, text in templates_for(sample).items()
        if "encounterId" not in text  # these orders are signed in no encounter
    }
    return {key: fetch(url, query).documents[0] for key, query in queries.items()}


@pytest.fixture
def medplum():
    """Starts Medplum with the record of one patient."""
    require(MEDPLUM)
    return run_medplum


# --- every patient, the same answer


@pytest.mark.parametrize("name", samples())
def test_hapi_gives_every_patient_the_answer_that_prefetch_gives(hapi, name):
    assert answered(samples()[name], hapi.url) == from_prefetch(samples()[name])


@pytest.mark.parametrize("name", samples())
def test_medplum_gives_every_patient_the_answer_that_prefetch_gives(medplum, name):
    each = samples()[name]
    with medplum(each.resources) as url:
        assert answered(each, url) == from_prefetch(each)


@pytest.mark.parametrize("name", samples())
def test_prefetch_of_first_pages_is_read_on_at_hapi(hapi, name):
    each = samples()[name]
    assert answered(
        each, hapi.url, prefetch=first_pages(hapi.url, each)
    ) == from_prefetch(each)


# --- pages


def test_a_search_that_hapi_no_longer_knows_leaves_the_list_incomplete(hapi):
    each = samples()[LONG]
    pages = first_pages(hapi.url, each)
    (following,) = [
        link for link in pages["body"]["link"] if link["relation"] == "next"
    ]
    following["url"] = (
        f"{hapi.url}?_getpages=00000000-0000-4000-8000-000000000000&_getpagesoffset=10&_count=10"
    )
    fetched = FhirClient(hapi.url).follow(
        pages["body"], until=time.monotonic() + SECONDS
    )
    assert (len(fetched.documents), "410" in fetched.note) == (1, True)
    assert "incomplete" in json.dumps(answered(each, hapi.url, prefetch=pages))


def test_a_long_list_of_a_server_without_links_is_read_to_its_end(medplum):
    """Medplum's memory repository cuts at `_count` and gives no `next`; the diabetes is the last of the problems."""
    each = samples()["p5-nothing-known"]
    names = ["hypertension"] * (LONG_LIST - 1) + ["diabetes"]
    subject = {"reference": f"Patient/{each.id}"}
    problems = [
        problem(name, number=f"problem-{number}", subject=subject)
        for number, name in enumerate(names)
    ]
    with medplum([*each.resources, *problems]) as url:
        found = answered(each, url)
    inputs = [
        one
        for outcome in assessments_in(found)
        for model in outcome["models"]
        for one in model["inputs"]
    ]
    assert {one["value"] for one in inputs if one["name"] == "diabetes"} == {True}
    assert "incomplete" not in json.dumps(found)


def assessments_in(response: Mapping[str, Any]) -> list[dict[str, Any]]:
    return assessments_of(response["cards"])


# --- what the servers refuse, and what they say of themselves


def test_a_parameter_that_hapi_does_not_know_is_a_failed_read(hapi):
    with pytest.raises(FhirReadError, match="400"):
        fetch(hapi.url, "Observation?no-such-parameter=1")


@pytest.mark.parametrize(
    ("patient_id", "word"), [("nobody", "404"), ("discharged", "410")]
)
def test_a_patient_that_hapi_does_not_hold_is_no_patient_without_findings(
    hapi, patient_id, word
):
    hapi.load([{"resourceType": "Patient", "id": "discharged"}])
    hapi.delete("Patient/discharged")
    gone = replace(
        samples()["p5-nothing-known"],
        id=patient_id,
        draft_orders=searchset(kyphoplasty(patient_id)),
    )
    with pytest.raises(EvidenceUnavailable, match=word):
        answered(gone, hapi.url)


def test_an_address_that_is_too_long_for_hapi_is_asked_by_form(hapi):
    codes = [
        "http://loinc.org|29463-7",
        *(f"http://loinc.org|{number}-0" for number in range(10_000, 10_500)),
    ]
    query = f"Observation?patient={samples()[LONG].id}&code={quote(','.join(codes), safe=',')}"
    found = fetch(hapi.url, query).documents[0]["entry"]
    assert {entry["resource"]["code"]["coding"][0]["code"] for entry in found} == {
        "29463-7"
    }


def test_hapi_says_what_it_is(hapi):
    found = identify_server(FhirClient(hapi.url), until=time.monotonic() + SECONDS)
    assert (
        found.software.startswith("HAPI FHIR Server"),
        found.fhir_version,
        found.note,
    ) == (True, "4.0.1", "")


def test_the_capability_statement_that_medplum_does_not_give_is_a_note(medplum):
    with medplum(samples()["p5-nothing-known"].resources) as url:
        found = identify_server(FhirClient(url), until=time.monotonic() + SECONDS)
    assert found.note


@pytest.mark.parametrize("name", ["p2-low", LONG])
def test_at_the_terminal_hapi_gives_the_figures_of_prefetch(hapi, name):
    each = samples()[name]
    sent = from_prefetch(each)
    command = (
        "assess",
        "--fhir-server",
        hapi.url,
        "--as-of",
        TODAY.isoformat(),
        "--level",
        "L1",
    )
    for_programs = CliRunner().invoke(main, (*command, "--patient", each.id, "--json"))
    assert for_programs.exit_code == 0, for_programs.output
    assert with_order_unnamed(json.loads(for_programs.stdout)) == with_order_unnamed(
        sent
    )
    family = each.resources[0]["name"][0]["family"]
    for_people = CliRunner().invoke(main, (*command, "--find", family))
    assert for_people.exit_code == 0, for_people.output
    assert sent["cards"][0]["summary"] in words_in(for_people.output)


def with_order_unnamed(response: Mapping[str, Any]) -> Any:
    """The assessments, whatever id the order has that names the vertebra."""
    text = json.dumps(assessments_in(response))
    return json.loads(re.sub(r'draftOrders: ServiceRequest/[^"/]+', "the order", text))


def words_in(printed: str) -> str:
    """What a terminal shows, without frames and line breaks."""
    return " ".join(printed.replace("│", " ").split())
