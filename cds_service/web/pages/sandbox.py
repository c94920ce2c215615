"""`/sandbox`: a CDS Hooks client for people, to try the service without an EHR.

The page itself (`static/sandbox.js`) calls the real service. These routes provide the
rest: a FHIR server with sample patients, a patient search, and a view of what the
service finds in a record. They are there in open mode only, since they call FHIR
servers for anybody who opens the page.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as PlainResponse

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service
from cds_service.core.vocabulary import is_after_surgery
from cds_service.core.words.wording import GAP_REASONS, date_text
from cds_service.errors import NotAllowed
from cds_service.fhir.mapping.codes.code_systems import CPT, HCPCS, ORDERS
from cds_service.fhir.parsing import BrokenResource, parse_resource
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.lookup import (
    FoundPatient,
    LookUpFailed,
    find_patients,
    list_patients,
)
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import JsonTextError, decode_json, plain_numbers
from cds_service.protocol.messages import parse_request
from cds_service.samples import Sample, load_samples, requests
from cds_service.samples.fhir_search import hold
from cds_service.samples.fhir_server import FhirApp
from cds_service.site.clients import capabilities_of
from cds_service.site.folder import Site
from cds_service.site.profiles import (
    GENERIC,
    Profile,
    load_profile,
    profile_folders,
    profile_names,
    value_of,
)
from cds_service.web.cds_api import (
    Dependencies,
    answer_admitted,
    json_response,
    respond,
)
from cds_service.web.fhir_access import (
    allowed_fhir_server,
    check_fhir_server,
    open_reader,
)

# Scripts, styles and calls of this origin only; the only image is the icon.
SANDBOX_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_OPEN = (
    "The sandbox is there in open mode only: this service has a site folder that names"
    " its callers."
)
BUILT_IN = "/sandbox/fhir"
# Kinds of orders that this page signs.
DRAFTED = ("ServiceRequest", "DeviceRequest", "SupplyRequest", "MedicationRequest")
# All results on one page: another worker, asked for a second page, would not know the
# search.
PAGE_SIZE = 1000
NOT_EXPLAINED = (
    " Only the sample site folder explains its local codes; this service has none."
)


def is_open(site: Site | None) -> bool:
    """Tell if the service asks for no token: no site folder, or one without clients."""
    return site is None or not site.clients


def sandbox_routes(dependencies: Dependencies) -> Blueprint:
    routes = Blueprint("sandbox", __name__, url_prefix="/sandbox")

    @routes.before_request
    def refuse_when_closed() -> tuple[str, int] | None:
        if is_open(dependencies.site):
            return None
        if request.path == "/sandbox":
            return render_template("sandbox-closed.html", why=NOT_OPEN), 404
        raise NotAllowed(NOT_OPEN)

    @routes.after_request
    def allow_own_script(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = SANDBOX_POLICY
        return response

    _page_routes(routes, dependencies)
    _form_routes(routes, dependencies)

    @routes.route("/fhir", defaults={"path": ""}, methods=["GET", "POST"])
    @routes.route("/fhir/<path:path>", methods=["GET", "POST"])
    def fhir(path: str) -> PlainResponse:
        # WSGI wants a path as Latin-1: one character for each byte.
        octets = f"/fhir/{path}".encode().decode("latin-1")
        environ = {**request.environ, "SCRIPT_NAME": "/sandbox", "PATH_INFO": octets}
        return Response.from_app(_samples_on(_today(dependencies))[1], environ)

    return routes


def _form_routes(routes: Blueprint, dependencies: Dependencies) -> None:
    """Add what the page asks for while its form is filled."""

    @routes.get("/choices")
    def choices() -> Response:
        return json_response(_order_choices())

    @routes.post("/patients")
    def patients() -> Response:
        wanted = _member("find", needed=False)
        return json_response(_search(dependencies, _member("server"), wanted))

    @routes.post("/record")
    def record() -> Response:
        server, patient = _member("server"), _member("patient")
        found = _describe_record(dependencies, server=server, patient_id=patient)
        return json_response(found)

    @routes.post("/discharge")
    def discharge() -> Response:
        patient, signed = _member("patient"), _orders(dependencies.service.calendar)
        return json_response(_discharge(dependencies, patient, signed))


def _page_routes(routes: Blueprint, dependencies: Dependencies) -> None:
    """Add the page, and the service as it answers an EHR of a chosen profile."""

    @routes.get("")
    def page() -> str | tuple[str, int]:
        hook = next(iter(dependencies.service.hooks.values()))
        name = request.args.get("ehr", GENERIC)
        titles = _titles(dependencies)
        if name not in titles:
            return render_template("sandbox-unknown.html", name=name, ehrs=titles), 404
        profile = _profile(name, dependencies)
        service_path = f"/cds-services/{hook.id}"
        return render_template(
            "sandbox.html",
            servers=_servers(dependencies),
            feedback=f"{service_path}/feedback",
            leaving=f"/cds-services/{dependencies.service.leaving_hook.id}",
            samples=_built_in(dependencies),
            call=service_path if name == GENERIC else f"/sandbox/as/{name}",
            ehrs=titles,
            ehr=name,
            limits=_shown_limits(profile),
            takes_comments=dependencies.service.policy.feedback.user_comments,
        )

    @routes.post("/as/<name>")
    def call_as(name: str) -> Response:
        capabilities = capabilities_of(_profile(name, dependencies))
        hook = next(iter(dependencies.service.hooks.values()))
        return respond(
            dependencies,
            lambda exchange: answer_admitted(
                dependencies, hook, exchange, capabilities
            ),
        )


def _folders(dependencies: Dependencies) -> tuple[Path, ...]:
    """List the folders of profiles: ours, then the site's."""
    site = dependencies.settings.site
    own = [site / "mappings"] if site else []
    return profile_folders(own)


def _profile(name: str, dependencies: Dependencies) -> Profile:
    """Load the profile that a page or a call names.

    Raises:
        NotFound: there is none of this name.
    """
    folders = _folders(dependencies)
    if name not in profile_names(folders):
        raise NotFound
    return load_profile(name, folders)


def _titles(dependencies: Dependencies) -> Mapping[str, str]:
    """Return the titles of the profiles by name, the general one first."""
    folders = _folders(dependencies)
    names = sorted(profile_names(folders), key=lambda name: (name != GENERIC, name))
    return {name: load_profile(name, folders).title for name in names}


def _shown_limits(profile: Profile) -> Mapping[str, Any]:
    """Return what this EHR shows, sends and drops, for the page to imitate.

    A limit that is not known counts as no limit.
    """
    answer = profile.answer
    return {
        "title": profile.title,
        "cards": value_of(answer.cards),
        "summaryLength": value_of(answer.summary_length),
        "shown": value_of(answer.shown) or "label",
        "detail": value_of(answer.detail) or "gfm",
        "orderDetails": value_of(answer.order_details) or "kept",
        "reasons": value_of(answer.reasons) or "shown",
        "feedback": value_of(profile.feedback.sends) is not False,
        "drops": value_of(answer.drops) or (),
        "actions": value_of(answer.actions) or (),
    }


def _built_in(dependencies: Dependencies) -> str:
    """Return the base URL of the built-in server as this service reaches it."""
    is_here = parse_base(dependencies.base_url).is_loopback
    base_url = dependencies.base_url if is_here else request.host_url.rstrip("/")
    return base_url + BUILT_IN


def _servers(dependencies: Dependencies) -> list[Mapping[str, str]]:
    named = [{"url": url, "name": url} for url in dependencies.settings.fhir_servers]
    return [
        {"url": _built_in(dependencies), "name": "Sample patients (built in)"},
        *named,
    ]


def _search(dependencies: Dependencies, server: str, wanted: str) -> dict[str, Any]:
    """Search patients on an allowed server; without a name or id, list the first."""
    if server == _built_in(dependencies):
        samples, _ = _samples_on(_today(dependencies))
        listed = _listed(samples, wanted, has_site=dependencies.site is not None)
        return {"patients": list(listed)}
    base = allowed_fhir_server(
        server, dependencies.site, dependencies.settings.fhir_servers
    )
    fhir = FhirClient(base.url, connections=dependencies.connections)
    until = time.monotonic() + dependencies.settings.gather_budget_seconds
    try:
        patients = (
            find_patients(fhir, wanted, until=until)
            if wanted
            else list_patients(fhir, until=until)
        )
    except LookUpFailed as error:
        return {"patients": [], "note": str(error)}
    return {"patients": [_patient(patient) for patient in patients]}


def _discharge(
    dependencies: Dependencies, patient: str, signed: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Make the discharge call of a built-in sample, after its orders were carried out.

    Raises:
        NotFound: no sample has this id.
    """
    samples, _ = _samples_on(_today(dependencies))
    sample = next((candidate for candidate in samples if candidate.id == patient), None)
    if sample is None:
        raise NotFound
    service = dependencies.service
    return requests.discharge_request(
        sample,
        signed,
        plan=service.leaving_hook.discovery["prefetch"],
        today=_today(dependencies),
        terminology=service.terminology,
    )


def _orders(calendar: SiteCalendar) -> list[Mapping[str, Any]]:
    """Read the orders of the request's JSON body; they must be valid R4."""
    orders = _body().get("orders")
    if not isinstance(orders, list):
        raise BadRequest
    return [_order(order, calendar) for order in orders]


def _order(raw: Any, calendar: SiteCalendar) -> Mapping[str, Any]:
    kind = raw.get("resourceType") if isinstance(raw, dict) else None
    if kind not in DRAFTED or not raw.get("id"):
        raise BadRequest
    try:
        return parse_resource(raw, kind, calendar)
    except BrokenResource:
        raise BadRequest from None


def _body() -> Mapping[str, Any]:
    """Read the request's JSON object; empty if the request holds anything else.

    Raises:
        BadRequest: the JSON is malformed, or no CDS call could hold it.
    """
    try:
        body = plain_numbers(decode_json(request.get_data())) if request.is_json else {}
    except JsonTextError:
        raise BadRequest from None
    return body if isinstance(body, dict) else {}


def _member(name: str, *, needed: bool = True) -> str:
    """Read a text member of the request's JSON body.

    Patients are searched by POST, since the URLs of GET requests end up in logs.

    Raises:
        BadRequest: a member that is needed is missing, empty or no text.
    """
    value = _body().get(name)
    text = value.strip() if isinstance(value, str) else ""
    if needed and not text:
        raise BadRequest
    return text


def _today(dependencies: Dependencies) -> date:
    return dependencies.service.calendar.day_of(dependencies.clock())


@lru_cache(maxsize=1)
def _samples_on(day: date) -> tuple[Sequence[Sample], FhirApp]:
    """Load the samples as of this day, and a FHIR server that holds them.

    Their dates are distances from the day.
    """
    samples = load_samples(day)
    resources = chain.from_iterable(sample.resources for sample in samples)
    return samples, FhirApp(hold(resources), PAGE_SIZE, deque(maxlen=0))


def _listed(
    samples: Iterable[Sample], wanted: str, *, has_site: bool
) -> Iterator[dict[str, Any]]:
    """List the samples whose title, story or id contains all these words.

    Args:
        wanted: the words; without any, all samples are listed.
        has_site: a site folder is in force, which may explain local codes.
    """
    words = wanted.casefold().split()
    for sample in samples:
        text = f"{sample.id} {sample.title} {sample.story}".casefold()
        if all(word in text for word in words):
            note = NOT_EXPLAINED if sample.needs_site and not has_site else ""
            yield {
                "id": sample.id,
                "title": sample.title,
                "story": sample.story + note,
                "draftOrders": sample.draft_orders,
            }


# --- a record in words


def _patient(patient: FoundPatient) -> dict[str, str]:
    born = f"born {patient.birth_date}" if patient.birth_date else ""
    details = (patient.gender, born, patient.id)
    return {
        "id": patient.id,
        "title": patient.name or "no name",
        "story": ", ".join(filter(None, details)),
    }


def _order_choices() -> dict[str, Any]:
    """Return the levels, procedures and support orders that the page offers."""
    levels = [
        {"level": level, "region": requests.region_of(level), "coding": coding}
        for level, coding in requests.level_codings().items()
    ]
    procedures = {
        name: {region: {"system": CPT, "code": code} for region, code in codes.items()}
        for name, codes in requests.CPT_CODES.items()
    }
    return {
        "levels": levels,
        "procedures": procedures,
        "brace": {"system": HCPCS, "code": "L0456"},
        "bedRest": {
            "system": ORDERS,
            "code": "bed-rest",
            "display": "Bed rest",
        },
    }


def _describe_record(
    dependencies: Dependencies, *, server: str, patient_id: str
) -> dict[str, Any]:
    """Describe what the service finds in a record when a kyphoplasty is signed.

    It runs the flow of a real call, and takes the description from the audit entry.

    Raises:
        CdsError: for the reasons for which the service would refuse the request.
    """
    hook = dependencies.service.signing_hook
    order = requests.augmentation_order(patient_id, None, (), _today(dependencies))
    hook_request = parse_request(
        requests.order_sign_body(patient_id, server, [order]), hook.hook
    )
    check_fhir_server(
        hook_request, dependencies.site, dependencies.settings.fhir_servers
    )
    log = OneEntry()
    ports = Ports(
        clock=dependencies.clock,
        fhir=open_reader(hook_request, dependencies.connections),
        audit=log,
        deadline=Deadline.after(dependencies.settings.deadline_seconds),
        base_url=dependencies.base_url,
    )
    dependencies.flow(dependencies.service, hook, hook_request, ports)
    content = log.entry.content if log.entry is not None else {}
    return _in_words(dependencies.service, content)


def _in_words(service: Service, content: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the content of an answer's audit entry, as far as it is of the record.

    Findings of the order, and of the time after surgery, are left out.
    """
    of_record = {
        name
        for name, spec in service.finding_specs.items()
        if spec.kind != "order" and not is_after_surgery(spec)
    }
    findings = [
        finding
        for finding in content.get("findings", ())
        if finding["name"] in of_record
    ]
    gaps = [gap for gap in content.get("gaps", ()) if gap["name"] in of_record]
    return {
        "findings": [_finding(service, finding) for finding in findings],
        "gaps": [
            {
                "title": service.wording.name(gap["name"]),
                "reason": GAP_REASONS[gap["reason"]],
            }
            for gap in gaps
        ],
        "record": content.get("record", {}),
    }


def _finding(service: Service, finding: Mapping[str, Any]) -> dict[str, str]:
    value, name, day = finding["value"], finding["name"], finding["date"]
    return {
        "title": service.wording.name(name),
        "value": _value_text(service, name, value, finding["unit"]),
        "date": date_text(date.fromisoformat(day)) if day else "",
        "source": ", ".join(source["resource"] for source in finding["sources"]),
    }


def _value_text(service: Service, name: str, value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return service.wording.number(name, value, unit)
    return str(value)
