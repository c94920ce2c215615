"""`kyphoplasty-cds integration-sheet`: what an EHR's build ticket asks, from the configuration in force."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click
import jinja2
from markdown_it import MarkdownIt

from cds_service.cards.texts import REASON_SYSTEM, TOPIC_SYSTEM
from cds_service.commands import options
from cds_service.fhir.gathering.exams import EXAM_TYPES
from cds_service.fhir.orders.recognition import AUGMENTATION
from cds_service.loading import load_service
from cds_service.service import Service, ServiceHook
from cds_service.settings import Settings, read_settings
from cds_service.site.clients import Client
from cds_service.site.folder import Site, SiteFolder

FOLDER = Path(__file__).parent
EXAMPLE = "https://cds.example.org"
CONTACTS = (
    "clinical owner of the rules",
    "EHR build analyst",
    "interface (network, certificates, keys)",
    "service, on call",
    "privacy officer",
    "security officer",
    "who decides on silent, live and off",
)
# Types that are read by id where an order or a drug refers to one, and why.
BY_ID = {
    "Medication": "the drug that a medication entry refers to",
    "Device": "the brace that a device order refers to",
}
PREFETCH_NOTES = {
    "full": "What is missing is read from `fhirServer` with the token of the request.",
    "patient": "The rest is read from `fhirServer`, only for an order that concerns the service.",
    "none": "The record is read from `fhirServer`, only for an order that concerns the service.",
}
WHY = {  # of keys that hold no finding
    "serviceRequests": "what is ordered already",
    "deviceRequests": "braces that are ordered already",
    "supplyRequests": "braces that are ordered as supplies",
}


@click.command("integration-sheet")
@options.SITE
@options.CLIENT
@click.option("--format", "kind", type=click.Choice(["md", "html"]), default="md", show_default=True)
@options.OUT
@options.say_errors
def print_integration_sheet(site: Path | None, client: str | None, kind: str, out: TextIO) -> None:
    """Print what an EHR's build ticket asks, from the configuration in force."""
    folder, _ = options.chosen_site(site, client)
    sheet = integration_sheet(read_settings(), folder, datetime.now(UTC).date(), client)
    out.write(as_html(sheet, "Integration sheet") if kind == "html" else sheet)


def integration_sheet(settings: Settings, site: SiteFolder | None, today: date, issuer: str | None = None) -> str:
    """The sheet as Markdown, for all clients or for this one.

    Raises:
        DataFileError: the site folder or our data is wrong.
    """
    service = load_service(site)
    hook = next(iter(service.hooks.values()))
    base = settings.public_url or EXAMPLE
    table = site.site if site else None
    clients = [one for one in table.clients if issuer in (None, one.issuer)] if table else []
    environment = jinja2.Environment(  # noqa: S701 - Markdown; cells are escaped by `cell`
        loader=jinja2.FileSystemLoader(FOLDER), trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"cell": _cell, "pairs": _pairs}
    page = environment.get_template("integration-sheet.md.j2").render(
        site_name=table.site.name if table else "no site folder",
        day=today.isoformat(),
        digests=", ".join(f"{part} {one[:12]}" for part, one in service.digests.items() if part != "version"),
        hook=hook,
        service=service,
        settings=settings,
        mode=_mode(table),
        local_codes=_local_codes(service),
        base=base,
        host=urlsplit(base).hostname,
        port=urlsplit(base).port or (443 if base.startswith("https") else 80),
        is_closed=table is not None and table.service.discovery == "closed",
        outgoing=_outgoing(table, clients),
        clients=clients,
        deadline=f"{settings.deadline_seconds:g}",
        scopes=tuple(_scopes(hook)),
        prefetch_note=PREFETCH_NOTES[settings.prefetch],
        prefetch=[_prefetch_row(key, text, service) for key, text in hook.discovery["prefetch"].items()],
        topic_system=TOPIC_SYSTEM,
        reason_system=REASON_SYSTEM,
        max_body=f"{settings.max_body_bytes / 2**20:g}",
        contacts=CONTACTS,
    )
    return page.strip() + "\n"


def as_html(markdown: str, title: str) -> str:
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    page = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True).get_template("sheet.html.j2")
    return page.render(title=title, body=body)


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split()).replace("|", "\\|")


def _pairs(table: Mapping[str, Any]) -> str:
    said = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in table.items()}
    return "; ".join(f"{key}: {value or 'none'}" for key, value in said.items())


def _mode(site: Site | None) -> str:
    if site is None:
        return "open, without a site folder: for trials on one machine"
    mode = site.service.mode
    pilots = len(site.service.pilot_users)
    return f"{mode}, shown to {pilots} pilot users alone" if pilots and mode == "live" else mode


def _local_codes(service: Service) -> list[tuple[str, str, str]]:
    return sorted((*code, concept) for concept in AUGMENTATION for code in service.terminology.local_codes(concept))


def _outgoing(site: Site | None, clients: Iterable[Client]) -> list[str]:
    """The addresses that this service calls for these clients."""
    if site is None:
        return []
    addresses = [one for client in clients for one in (*client.fhir_servers, client.jwks_url) if one]
    if site.review:
        addresses += [site.review.issuer, *site.review.servers]
    return list(dict.fromkeys(addresses))


def _scopes(hook: ServiceHook) -> Iterator[tuple[str, str]]:
    kinds: dict[str, list[str]] = {}
    for one in hook.plan.templates:
        kinds.setdefault(one.resource_type, []).append(one.key)
    for kind, keys in kinds.items():
        optional = all(one.is_optional for one in hook.plan.templates if one.resource_type == kind)
        note = "; the record is whole without it" if optional else ""
        note += "; metadata alone: whether an exam exists" if kind in EXAM_TYPES else ""
        yield f"{kind}.read", f"prefetch {', '.join(keys)}{note}"
    for kind, why in BY_ID.items():
        yield f"{kind}.read", f"by id: {why}"


def _prefetch_row(key: str, query: str, service: Service) -> Mapping[str, Any]:
    """The query without its codes, how many these are, and the findings that are read from it."""
    head, mark, rest = query.partition("code=")
    codes, _, tail = rest.partition("&")
    titles = [spec.title for spec in service.finding_specs.values() if key in (spec.key, *spec.also_keys)]
    why = ", ".join(titles) or WHY.get(key, "")
    return {
        "key": key,
        "query": f"{head}{mark}…&{tail}" if mark else query,
        "codes": len(codes.split(",")) if mark else 0,
        "why": why,
    }
