"""`kyphoplasty-cds mappings learn`: proposes map lines.

From a recorded request or a look at a FHIR server.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.text import Text

from cds_service.commands import options
from cds_service.commands.terminal import clean
from cds_service.core.data_file import data_root
from cds_service.errors import CdsError, FhirReadError
from cds_service.fhir.learning import (
    LIST_CODES,
    ORDER_CODES,
    Learned,
    concept_map,
    learn,
    load_learning,
    times,
)
from cds_service.fhir.raw_json import Json, text
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.lookup import identify_server
from cds_service.loading import load_service
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.protocol.messages import is_fhir_id
from cds_service.settings import read_settings
from cds_service.site.folder import SiteFolder

SECONDS = 60.0  # for the record of one patient; nobody waits for an answer here
TYPES = ("Observation", *ORDER_CODES, *LIST_CODES)
MOST_SHOWN = 40  # codes that no word explains
OTHERS: Mapping[str, str] = {
    "measure": "measurements that no word explains; map by hand what is one of ours",
    "order": "orders that no word explains; map by hand what is one of ours",
    "problem": (
        "on problem lists and not understood: no list with one of these says no to"
        " anything"
    ),
    "drug": (
        "on medication lists and not understood: no list with one of these says no to"
        " anything"
    ),
}


@click.command("learn")
@click.argument("sources", metavar="REQUEST.json|FHIR-SERVER…", nargs=-1, required=True)
@options.SITE
@options.CLIENT
@click.option(
    "--patient",
    "patients",
    multiple=True,
    type=options.FHIR_ID,
    help="of the server; default: its first patients",
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 500),
    help="how many patients",
)
@options.TOKEN_FILE
@click.option("--out", type=options.NEW_FILE, help="write a ConceptMap to confirm")
@options.AS_JSON
@options.say_errors
def learn_mappings(
    *,
    sources: tuple[str, ...],
    site: Path | None,
    client: str | None,
    out: Path | None,
    as_json: bool,
    **look: Any,
) -> None:
    """Propose what local codes mean. Nothing is applied.

    From a recorded request or a look at a FHIR server.
    """
    folder, _ = options.chosen_site(site, client)
    learned = learn_from(sources, folder, **look)
    if out is not None:
        write_map(out, learned)
    if as_json:
        options.print_json(asdict(learned))
    else:
        print_learned(learned)
    if out is not None:
        click.echo(
            f"{out}: read each line, take out what is wrong, and set status to active",
            err=True,
        )


def learn_from(
    sources: Sequence[str],
    site: SiteFolder | None,
    *,
    patients: Sequence[str],
    limit: int,
    token: str | None,
) -> Learned:
    """What the local codes of these sources may mean.

    Args:
        sources: files with a recorded request or a Bundle, bases of FHIR servers, which
            a person named.
        site: codes that it maps already are left out.
        patients: ids on the server; the first `limit` of its patients where there are
            none.

    Raises:
        CdsError: a source cannot be read.
        DataFileError: our data or the site folder is wrong.
    """
    service = load_service(site)
    folders = [data_root("mappings"), *(site.overlays("mappings") if site else ())]
    rules = load_learning(folders, service.terminology)
    servers = [one for one in sources if one.startswith(("http://", "https://"))]
    if token is not None and len(servers) > 1:
        raise CdsError(
            "--token-file: the token is for one server; name the others in another run"
        )
    resources = chain.from_iterable(
        (
            _of_server(one, patients, limit, token)
            if one in servers
            else _of_file(Path(one))
        )
        for one in sources
    )
    return learn(resources, service.terminology, service.finding_specs, rules)


def _of_file(file: Path) -> Iterator[Json]:
    """Every resource in a JSON document: of draft orders, prefetch, a Bundle."""
    try:
        document = decode_json(file.read_bytes())
    except OSError as error:
        raise CdsError(f"{file}: cannot be read ({error.strerror})") from None
    except JsonTextError as error:
        raise CdsError(f"{file}: {error}") from None
    yield from _resources([document])


def _resources(documents: Sequence[Any]) -> Iterator[Json]:
    waiting = [*documents]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "resourceType" in node:
                yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _of_server(
    base: str, patients: Sequence[str], limit: int, token: str | None
) -> Iterator[Json]:
    """Patient, Observations and orders of each patient.

    What the server refuses is said and left out.
    """
    try:
        address = parse_base(base).url
    except ValueError as error:
        raise CdsError(f"{base}: {error}") from None
    connections = Connections(max_record_bytes=read_settings().max_record_bytes)
    reader = FhirClient(address, token, connections=connections)
    identity = identify_server(reader, until=time.monotonic() + SECONDS)
    options.tell(f"{address}: {identity.software or 'unknown server'}")
    faults: dict[str, None] = {}
    for found in [{"id": one} for one in patients] or _first_patients(reader, limit):
        yield found
        patient = quote(text(found.get("id")), safe="")
        queries = [f"Patient/{patient}"] if "resourceType" not in found else []
        queries += [
            f"{kind}?{'subject' if kind == 'SupplyRequest' else 'patient'}={patient}"
            for kind in TYPES
        ]
        for query in queries:
            yield from _read(
                FhirClient(address, token, connections=connections), query, faults
            )
    for fault in faults:
        options.tell(fault)


def _first_patients(reader: FhirClient, limit: int) -> list[Json]:
    try:
        page = reader.first_page(
            f"Patient?_count={limit}", until=time.monotonic() + SECONDS
        )
    except FhirReadError as error:
        raise CdsError(
            f"The server was asked for patients: {error}; name some with --patient."
        ) from None
    patients = (
        one for one in _resources(page.documents) if one["resourceType"] == "Patient"
    )
    found = [one for one in patients if is_fhir_id(one.get("id"))][:limit]
    if not found:
        raise CdsError("The server listed no patients; name some with --patient.")
    return found


def _read(reader: FhirClient, query: str, faults: dict[str, None]) -> Iterator[Json]:
    kind = re.split(r"[/?]", query)[0]
    try:
        fetched = reader.fetch(query, until=time.monotonic() + SECONDS)
    except FhirReadError as error:
        faults[f"{kind}: {error}"] = None
        return
    if fetched.note:
        faults[f"{kind}: {fetched.note}"] = None
    yield from _resources(fetched.documents)


def write_map(file: Path, learned: Learned) -> None:
    """The proposals as a ConceptMap.

    Its id is the file's name, as the site folder wants it.

    Raises:
        CdsError: the file is there already: it may hold what a person has confirmed.
    """
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(
                json.dumps(
                    concept_map(file.stem, learned), ensure_ascii=False, indent=1
                )
                + "\n"
            )
    except OSError as error:
        raise CdsError(f"{file}: cannot be written ({error.strerror})") from None


def print_learned(learned: Learned) -> None:
    """The proposals by system of codes, then what is left to a person."""
    console = Console(highlight=False, soft_wrap=True)
    for system, proposals in groupby(
        sorted(learned.proposals, key=lambda one: one.system), lambda one: one.system
    ):
        console.print(Text(clean(system) or "(no system)", style="bold"))
        for one in proposals:
            unit = f", in {one.unit} where no unit is written" if one.unit else ""
            said = (
                f"  {one.code}  {one.text}, seen {times(one.seen)}:"
                f" {one.proposed}{unit}"
            )
            console.print(Text(clean(said)))
            console.print(Text(clean(f"      {'; '.join(one.why)}"), style="dim"))
    for unknown in learned.units:
        said = (
            f"unit {unknown.unit}: not known, seen {times(unknown.seen)} under"
            f" {', '.join(unknown.codes)}"
        )
        console.print(
            Text(clean(f"{said}; add the spelling to a copy of mappings/units.toml"))
        )
    if not learned.proposals:
        console.print("nothing to propose")
    for kind, what in OTHERS.items():
        listed = [one for one in learned.others if one.kind == kind]
        if listed:
            console.print(Text(what, style="bold"))
        for one in listed[:MOST_SHOWN]:
            unit = (
                f" in {' or '.join(filter(None, one.units))}" if any(one.units) else ""
            )
            console.print(
                Text(
                    clean(
                        f"  {one.system}|{one.code}  {one.text}{unit}, seen"
                        f" {times(one.seen)}"
                    )
                )
            )
        if len(listed) > MOST_SHOWN:
            console.print(
                Text(f"  and {len(listed) - MOST_SHOWN} more (--json lists them)")
            )
