"""Every patient through two FHIR servers that share nothing, HAPI FHIR and Medplum, as through prefetch.

`make servers` fetches them; without Java and Maven, or Node and npm, their tests are skipped.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import EvidenceUnavailable, FhirReadError
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.lookup import identify_server
from cds_service.loading import load_service
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.samples import SITE_FOLDER, Sample
from cds_service.samples.requests import order_sign_request
from cds_service.service import Ports, Service, ServiceHook, answer
from cds_service.site.folder import load_site
from tests.integration.servers.charts import LONG, samples
from tests.integration.servers.installation import require
from tests.integration.servers.medplum import MEDPLUM, run_medplum
from tests.live_service import TODAY, LiveService, assessments_of
from tests.signings import kyphoplasty, searchset

SERVICE_ID = "kyphoplasty-order-sign"
SECONDS = 60.0  # for the record: these tests ask what is read, not how fast
LONG_LIST = 130  # more than any template's _count


class Forgetful:
    """An audit log that keeps nothing."""

    def append(self, entry: Any, _until: Any = None) -> None:
        """Nothing is kept."""


def service_for(sample: Sample) -> Service:
    return _site_service() if sample.needs_site else _open_service()


@cache
def _open_service() -> Service:
    return load_service()


@cache
def _site_service() -> Service:
    return load_service(load_site(SITE_FOLDER))


def hook_for(sample: Sample) -> ServiceHook:
    return service_for(sample).hooks[SERVICE_ID]


def request_for(sample: Sample, *, fhir_server: str | None = None, full: bool = False) -> dict[str, Any]:
    """The order-sign of this chart, over full prefetch or none."""
    plan = hook_for(sample).discovery["prefetch"] if full else None
    return order_sign_request(sample, fhir_server=fhir_server, plan=plan)


def answered(sample: Sample, request: Mapping[str, Any]) -> dict[str, Any]:
    """The service's answer on the day of the chart."""
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    server = request.get("fhirServer")
    ports = Ports(
        clock=lambda: now,
        fhir=FhirClient(server) if server else None,
        audit=Forgetful(),
        deadline=Deadline.after(SECONDS),
        base_url="http://localhost",
    )
    response = answer(service_for(sample), hook_for(sample), parse_request(request, "order-sign"), ports)
    return response.to_json()


def from_prefetch(sample: Sample) -> dict[str, Any]:
    return answered(sample, request_for(sample, full=True))


def first_page(url: str, sample: Sample, key: str) -> dict[str, Any]:
    """What an EHR in front of this server sends along for one key: the first page, with its links."""
    template = hook_for(sample).discovery["prefetch"][key]
    query = template.replace("{{context.patientId}}", quote(sample.id))
    fetched = FhirClient(url).fetch(query, until=time.monotonic() + SECONDS)
    return dict(fetched.documents[0])


@pytest.fixture
def medplum():
    """Starts Medplum with the record of one patient."""
    require(MEDPLUM)
    return run_medplum


# --- every patient, the same answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", samples())
def test_hapi_gives_every_patient_the_answer_that_prefetch_gives(hapi, name):
    each = samples()[name]
    assert answered(each, request_for(each, fhir_server=hapi.url)) == from_prefetch(each)


@pytest.mark.parametrize("name", samples())
def test_medplum_gives_every_patient_the_answer_that_prefetch_gives(medplum, name):
    each = samples()[name]
    with medplum(each.resources) as url:
        assert answered(each, request_for(each, fhir_server=url)) == from_prefetch(each)


@pytest.mark.parametrize("name", samples())
def test_prefetch_of_first_pages_is_read_on_at_hapi(hapi, name):
    each = samples()[name]
    pages = {key: first_page(hapi.url, each, key) for key in hook_for(each).discovery["prefetch"]}
    request = {**request_for(each, fhir_server=hapi.url), "prefetch": pages}
    assert answered(each, request) == from_prefetch(each)


@pytest.mark.parametrize("name", ["p2-low", LONG])
def test_over_http_the_record_read_at_hapi_gives_the_figures_of_prefetch(hapi, tmp_path, name):
    each = samples()[name]
    with LiveService(tmp_path) as service, service.on(TODAY):
        live = assessments_of(service.cards(request_for(each, fhir_server=hapi.url)))
        sent = assessments_of(service.cards(request_for(each, full=True)))
    assert live == sent


# --- pages -----------------------------------------------------------------------------------------------------------


def test_hapi_answers_in_pages_so_that_these_tests_read_on(hapi):
    page = first_page(hapi.url, samples()[LONG], "body")
    assert "next" in {link["relation"] for link in page["link"]}


def test_a_search_that_hapi_no_longer_knows_leaves_the_list_incomplete(hapi):
    each = samples()[LONG]
    pages = {key: first_page(hapi.url, each, key) for key in hook_for(each).discovery["prefetch"]}
    (following,) = [link for link in pages["body"]["link"] if link["relation"] == "next"]
    following["url"] = f"{hapi.url}?_getpages=00000000-0000-4000-8000-000000000000&_getpagesoffset=10&_count=10"
    fetched = FhirClient(hapi.url).follow(pages["body"], until=time.monotonic() + SECONDS)
    assert (len(fetched.documents), "410" in fetched.note) == (1, True)
    request = {**request_for(each, fhir_server=hapi.url), "prefetch": pages}
    assert "incomplete" in json.dumps(answered(each, request))


def test_a_long_list_of_a_server_without_links_is_read_to_its_end(medplum):
    """Medplum's memory repository cuts at `_count` and gives no `next`; the diabetes is the last of the problems."""
    each = samples()["p5-nothing-known"]
    problems = [problem(number, each.id) for number in range(LONG_LIST)]
    problems[-1]["code"] = {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}
    with medplum([*each.resources, *problems]) as url:
        found = answered(each, request_for(each, fhir_server=url))
    inputs = [one for outcome in assessments_in(found) for model in outcome["models"] for one in model["inputs"]]
    assert {one["value"] for one in inputs if one["name"] == "diabetes"} == {True}
    assert "incomplete" not in json.dumps(found)


def problem(number: int, patient_id: str) -> dict[str, Any]:
    active = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "id": f"problem-{number}",
        "clinicalStatus": {"coding": [{"system": active, "code": "active"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}], "text": "Hypertension"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "onsetDateTime": "2020-01-01",
    }


def assessments_in(response: Mapping[str, Any]) -> list[dict[str, Any]]:
    return assessments_of(response["cards"])


# --- what the servers refuse, and what they say of themselves -----------------------------------------------------


def test_a_parameter_that_hapi_does_not_know_is_a_failed_read(hapi):
    with pytest.raises(FhirReadError, match="400"):
        FhirClient(hapi.url).fetch("Observation?no-such-parameter=1", until=time.monotonic() + SECONDS)


@pytest.mark.parametrize(("patient_id", "word"), [("nobody", "404"), ("discharged", "410")])
def test_a_patient_that_hapi_does_not_hold_is_no_patient_without_findings(hapi, patient_id, word):
    hapi.load([{"resourceType": "Patient", "id": "discharged"}])
    hapi.delete("Patient/discharged")
    gone = replace(samples()["p5-nothing-known"], id=patient_id, draft_orders=searchset(kyphoplasty(patient_id)))
    with pytest.raises(EvidenceUnavailable, match=word):
        answered(gone, request_for(gone, fhir_server=hapi.url))


def test_an_address_that_is_too_long_for_hapi_is_asked_by_form(hapi):
    codes = ["http://loinc.org|29463-7", *(f"http://loinc.org|{number}-0" for number in range(10_000, 10_500))]
    query = f"Observation?patient={samples()[LONG].id}&code={quote(','.join(codes), safe=',')}"
    fetched = FhirClient(hapi.url).fetch(query, until=time.monotonic() + SECONDS)
    assert {entry["resource"]["code"]["coding"][0]["code"] for entry in fetched.documents[0]["entry"]} == {"29463-7"}


def test_hapi_says_what_it_is(hapi):
    found = identify_server(FhirClient(hapi.url), until=time.monotonic() + SECONDS)
    assert (found.software.startswith("HAPI FHIR Server"), found.fhir_version, found.note) == (True, "4.0.1", "")


def test_the_capability_statement_that_medplum_does_not_give_is_a_note(medplum):
    with medplum(samples()["p5-nothing-known"].resources) as url:
        found = identify_server(FhirClient(url), until=time.monotonic() + SECONDS)
    assert found.note


@pytest.mark.parametrize("name", ["p2-low", LONG])
def test_at_the_terminal_hapi_gives_the_figures_of_prefetch(hapi, name):
    each = samples()[name]
    sent = from_prefetch(each)
    command = ("assess", "--fhir-server", hapi.url, "--as-of", TODAY.isoformat(), "--level", "L1")
    for_programs = CliRunner().invoke(main, (*command, "--patient", each.id, "--json"))
    assert for_programs.exit_code == 0, for_programs.output
    assert with_order_unnamed(json.loads(for_programs.stdout)) == with_order_unnamed(sent)
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
