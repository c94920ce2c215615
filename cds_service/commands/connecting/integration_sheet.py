"""`kyphoplasty-cds integration-sheet`: what an EHR's build ticket asks.

It is filled from the configuration in force.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click
from markdown_it import MarkdownIt

from cds_service.call import Service, ServiceHook
from cds_service.cards.texts import REASON_SYSTEM, TOPIC_SYSTEM
from cds_service.commands import options
from cds_service.commands.connecting.ehr_fit import (
    Fit,
    buttons,
    called_hook,
    differences,
    fact_words,
    fits,
    questions,
    value_words,
)
from cds_service.commands.templates import TEMPLATES
from cds_service.core.vocabulary import ReadSpec
from cds_service.fhir.entries.exams.exam_concepts import EXAM_TYPES
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.orders.meaning import AUGMENTATION_OR_LEVEL
from cds_service.loading import calendar_of, load_service
from cds_service.settings import Settings, read_settings
from cds_service.site.clients import Client
from cds_service.site.folder import Site, SiteFolder
from cds_service.site.profiles import value_of

EXAMPLE = "https://cds.example.org"
IF_KEPT = "; grant it if the EHR keeps any: what is refused reassures nobody"


@click.command("integration-sheet")
@options.SITE
@options.CLIENT
@click.option(
    "--format",
    "kind",
    type=click.Choice(["md", "html", "prefetch"]),
    default="md",
    show_default=True,
    help="prefetch: each key, a tab and its whole query, to paste",
)
@options.OUT
@options.check_text
def print_integration_sheet(
    site: Path | None, client: str | None, kind: str, out: TextIO
) -> None:
    """Print what an EHR's build ticket asks, from the configuration in force."""
    folder, _ = options.chosen_site(site, client)
    if kind == "prefetch":
        out.write(_prefetch_to_paste(load_service(folder), folder, client))
        return
    sheet = integration_sheet(
        read_settings(), folder, options.today_at(calendar_of(folder)), client
    )
    if kind == "html":
        sheet = as_html(sheet, "Integration sheet")
    out.write(sheet)


def _prefetch_to_paste(
    service: Service, site: SiteFolder | None = None, issuer: str | None = None
) -> str:
    """Return whole prefetch templates: a line for each, with key and query.

    They are under the name of their service; the one that the EHRs call comes first.
    """
    seconds = read_settings().deadline_seconds
    ehrs = [
        fit
        for fit in (fits(site, service, seconds) if site else ())
        if issuer in (None, fit.client.issuer)
    ]
    first = _leading_hook(service, ehrs)
    lines = []
    for hook in sorted(service.hooks.values(), key=lambda hook: hook.id != first.id):
        lines.append(f"# {hook.id}, hook {hook.hook}")
        templates = hook.discovery.get("prefetch", {})
        lines += [f"{key}\t{query}" for key, query in templates.items()]
    return "\n".join(lines) + "\n"


def _leading_hook(service: Service, ehrs: Iterable[Fit]) -> ServiceHook:
    """Return the service that all of these EHRs call, or that of signings."""
    called = {called_hook(fit).id for fit in ehrs}
    name = called.pop() if len(called) == 1 else service.signing_hook.id
    return service.hooks[name]


def integration_sheet(
    settings: Settings, site: SiteFolder | None, today: date, issuer: str | None = None
) -> str:
    """Return the sheet as Markdown, for all clients or for this one.

    Raises:
        DataFileError: the site folder or our data is wrong.
    """
    service = load_service(site)
    table = site.site if site else None
    ehrs = _fits_of(issuer, site, service, settings)
    # Markdown; cells are escaped by `cell`
    environment = TEMPLATES.overlay(autoescape=False)
    environment.filters |= {"cell": _cell, "pairs": _pairs}
    page = environment.get_template("integration-sheet.md.j2").render(
        site_name=table.site.name if table else "no site folder",
        day=today.isoformat(),
        settings=settings,
        site=table,
        is_closed=table is not None and table.service.discovery == "closed",
        deadline=f"{settings.deadline_seconds:g}",
        max_body=f"{settings.max_body_bytes / 2**20:g}",
        topic_system=TOPIC_SYSTEM,
        reason_system=REASON_SYSTEM,
        **_address(settings.public_url or EXAMPLE),
        **_service_on_sheet(service, _leading_hook(service, ehrs)),
        **_clients_on_sheet(issuer, table, ehrs, today),
    )
    return page.strip() + "\n"


def _clients_of(table: Site | None, issuer: str | None) -> list[Client]:
    """Return the clients of the site: all, or the one of this issuer."""
    if table is None:
        return []
    return [client for client in table.clients if issuer in (None, client.issuer)]


def _fits_of(
    issuer: str | None, site: SiteFolder | None, service: Service, settings: Settings
) -> list[Fit]:
    """Return how the EHRs of these clients fit the service."""
    if site is None:
        return []
    clients = _clients_of(site.site, issuer)
    every = fits(site, service, settings.deadline_seconds)
    return [fit for fit in every if fit.client in clients]


def _address(base: str) -> Mapping[str, Any]:
    """Return the base of the service, and the parts that a firewall asks for."""
    parts = urlsplit(base)
    port = parts.port or (443 if base.startswith("https") else 80)
    return {"base": base, "host": parts.hostname, "port": port}


def _service_on_sheet(service: Service, hook: ServiceHook) -> Mapping[str, Any]:
    """Return what the sheet says of the service, and of the hook that leads it."""
    digests = [
        f"{part} {digest[:12]}"
        for part, digest in service.digests.items()
        if part != "version"
    ]
    return {
        "service": service,
        "digests": ", ".join(digests),
        "hook": hook,
        "others": [other for other in service.hooks.values() if other is not hook],
        "local_codes": sorted(
            (*code, concept)
            for concept in AUGMENTATION_OR_LEVEL
            for code in service.terminology.local_codes(concept)
        ),
        "scopes": tuple(_scopes(service.hooks.values())),
        "prefetch": [
            _prefetch_row(key, text, service)
            for key, text in hook.discovery["prefetch"].items()
        ],
    }


def _clients_on_sheet(
    issuer: str | None, table: Site | None, ehrs: Sequence[Fit], today: date
) -> Mapping[str, Any]:
    """Return what the sheet says of clients, their EHRs, and our calls to others."""
    clients = _clients_of(table, issuer)
    return {
        "clients": clients,
        "outgoing": _outgoing(table, clients),
        "called": {fit.client.issuer: called_hook(fit).id for fit in ehrs},
        "ehrs": [_ehr_on_sheet(fit, today) for fit in ehrs],
    }


def _ehr_on_sheet(fit: Fit, today: date) -> Mapping[str, Any]:
    """Return what the sheet says of one EHR: facts, questions, buttons, scopes."""
    words = fact_words()
    facts = [fact for fact in fit.profile.facts() if fact.value is not None]
    names = value_of(fit.profile.request.scope_names) or {}
    kinds = {
        template.resource_type
        for hook in fit.service.hooks.values()
        for template in hook.plan.templates
    }
    return {
        "issuer": fit.client.issuer,
        "profile": fit.profile,
        "differences": list(differences(fit, today)),
        "facts": [
            {
                "title": words[fact.name].title,
                "value": value_words(fact),
                "source": "this site" if fact.is_of_site else fact.source_name,
            }
            for fact in facts
            if fact.name not in ("request.scope-names", "request.needs")
        ],
        "questions": list(questions(fit.profile)),
        "buttons": list(buttons(fit)),
        "needs": value_of(fit.profile.request.needs) or (),
        "scope_names": names,
        "unnamed": sorted((kinds | {"Medication", "Device"}) - names.keys()),
    }


def as_html(markdown: str, title: str) -> str:
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return TEMPLATES.get_template("sheet.html.j2").render(title=title, body=body)


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split()).replace("|", "\\|")


def _pairs(table: Mapping[str, Any]) -> str:
    cells = {
        key: ", ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in table.items()
    }
    return "; ".join(f"{key}: {value or 'none'}" for key, value in cells.items())


def _outgoing(site: Site | None, clients: Iterable[Client]) -> list[str]:
    """Return the addresses that this service calls for these clients."""
    if site is None:
        return []
    addresses = [
        address
        for client in clients
        for address in (
            *client.fhir_servers,
            *client.key_urls,
            client.jwks_index,
            *client.jwks_origins,
        )
        if address
    ]
    if site.review:
        addresses += [site.review.issuer, *site.review.servers]
    return list(dict.fromkeys(addresses))


def _scopes(hooks: Iterable[ServiceHook]) -> Iterator[tuple[str, str]]:
    """Yield what all services read, each type once."""
    templates = {
        template.key: template for hook in hooks for template in hook.plan.templates
    }
    kinds: dict[str, list[Template]] = {}
    for template in templates.values():
        kinds.setdefault(template.resource_type, []).append(template)
    for kind, of_kind in kinds.items():
        is_optional = all(template.is_optional for template in of_kind)
        note = IF_KEPT if is_optional else ""
        note += "; no images" if kind in EXAM_TYPES else ""
        keys = ", ".join(template.key for template in of_kind)
        yield f"{kind}.read", f"prefetch {keys}{note}"


def _prefetch_row(key: str, query: str, service: Service) -> Mapping[str, Any]:
    """Return the query without its codes, their number, and its findings."""
    head, mark, parameters = query.partition("code=")
    codes, _, tail = parameters.partition("&")
    titles = [
        spec.title
        for spec in service.finding_specs.values()
        if isinstance(spec, ReadSpec) and key in spec.keys
    ]
    return {
        "key": key,
        "query": f"{head}{mark}…&{tail}" if mark else query,
        "codes": len(codes.split(",")) if mark else 0,
        "why": ", ".join(titles),
    }
