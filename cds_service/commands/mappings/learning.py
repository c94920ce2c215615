"""`kyphoplasty-cds mappings learn`: ranks what was not understood, and proposes it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from cds_service.commands import options
from cds_service.commands.mappings.learn_sources import (
    records_of_files,
    records_of_server,
)
from cds_service.commands.mappings.ticks import write_ticks
from cds_service.commands.terminal import OpenConsole, clean
from cds_service.core.data_file import data_root
from cds_service.errors import CdsError
from cds_service.fhir.learning.learned import Learned, Proposal, concept_map, times
from cds_service.fhir.learning.learning import learn
from cds_service.fhir.learning.proposing import load_learning
from cds_service.loading import load_service
from cds_service.site.folder import SiteFolder

NEVER_NO = "a list that holds one of these rules nothing out"
UNREAD_TITLES = (
    "titles of mapped codes with words that are not known: the order is not counted, or"
    " its button not chosen, until a clinician lists them as plain words"
)
MOST_SHOWN = 40  # codes that no word explains
OTHERS: Mapping[str, str] = {
    "measure": (
        "measurements whose words are not known here; map by hand those that"
        " mappings/codesystem/measures.json has"
    ),
    "order": (
        "orders whose words are not known here; map by hand those that"
        " mappings/codesystem/orders.json has"
    ),
    "problem": f"on problem lists and not understood: {NEVER_NO}",
    "drug": f"on medication lists and not understood: {NEVER_NO}",
}


@click.command("learn")
@click.argument("sources", metavar="FILE|FOLDER|FHIR-SERVER…", nargs=-1, required=True)
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
@click.option(
    "--ticks",
    type=options.NEW_FILE,
    help="write a table to tick, for `mappings confirm`",
)
@options.AS_JSON
@options.check_text
def learn_mappings(
    *,
    sources: tuple[str, ...],
    site: Path | None,
    client: str | None,
    out: Path | None,
    ticks: Path | None,
    as_json: bool,
    **look: Any,
) -> None:
    """Rank what was not understood by what it cost, and propose its meaning.

    A file holds a recorded call, a chart as a Bundle, or lines: calls, a Bulk Data
    export, an `audit export`. A folder holds such files.

    Nothing is applied.
    """
    folder, _ = options.chosen_site(site, client)
    learned = _learn_from(sources, folder, **look)
    if out is not None:
        _write_map(out, learned)
    if ticks is not None:
        write_ticks(ticks, learned)
    if as_json:
        options.print_json(to_json(learned))
    else:
        _print_learned(learned)
    if out is not None:
        options.print_note(
            f"{out}: read each line, take out what is wrong, and set status to active"
        )
    if ticks is not None:
        options.print_note(
            f"{ticks}: write yes or no into tick, line by line; then"
            " `mappings confirm` makes map lines and tests of it"
        )


def _learn_from(
    sources: Sequence[str],
    site: SiteFolder | None,
    *,
    patients: Sequence[str],
    limit: int,
    token: str | None,
) -> Learned:
    """Return what the local codes of these sources may mean.

    Args:
        sources: files, folders and bases of FHIR servers, which a person named.
        site: codes that it maps already are left out.
        patients: ids on the server; the first `limit` of its patients if there are
            none.
        limit: how many patients of a server are looked at.
        token: for the one server that is named.

    Raises:
        CdsError: a source cannot be read.
        DataFileError: our data or the site folder is wrong.
    """
    service = load_service(site)
    own = site.overlays("mappings") if site else ()
    folders = [data_root("mappings"), *own]
    rules = load_learning(folders, service.terminology)
    servers = [
        source for source in sources if source.startswith(("http://", "https://"))
    ]
    if token is not None and len(servers) > 1:
        raise CdsError(
            "--token-file: the token is for one server; name the others in another run"
        )
    files = [Path(source) for source in sources if source not in servers]
    looks = (records_of_server(server, patients, limit, token) for server in servers)
    records = chain(records_of_files(files), *looks)
    return learn(records, service.terminology, service.finding_specs, rules)


def to_json(learned: Learned) -> dict[str, Any]:
    """Return what was learned as JSON; a cost has `answers` and `mended`."""

    def line(proposal: Proposal) -> dict[str, Any]:
        return {**asdict(proposal), "cost": proposal.cost._asdict()}

    return {
        "answers": learned.answers,
        "proposals": [line(proposal) for proposal in learned.proposals],
        "others": [line(proposal) for proposal in learned.others],
        "units": [asdict(unit) for unit in learned.units],
        "titles": [asdict(title) for title in learned.titles],
    }


def _write_map(file: Path, learned: Learned) -> None:
    """Write the proposals as a ConceptMap whose id is the file's name.

    Raises:
        CdsError: the file is there already: it may hold what a person has confirmed.
    """
    document = concept_map(file.stem, learned)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise CdsError(f"{file}: cannot be written ({error.strerror})") from None


def _print_learned(learned: Learned) -> None:
    """Print the proposals by system of codes, then what is left to a person."""
    console = OpenConsole(highlight=False, soft_wrap=True)
    if learned.answers:
        noun = "answer" if learned.answers == 1 else "answers"
        console.print(f"{learned.answers} {noun}; what cost the most comes first")
    _print_proposals(learned, console)
    for unknown in learned.units:
        codes = ", ".join(unknown.codes)
        charts = f"in {unknown.records} of the calls and charts"
        frequency = f"seen {times(unknown.seen)} {charts}, under {codes}"
        cure = "add the spelling to a copy of mappings/units.toml"
        console.print(
            Text(clean(f"unit {unknown.unit}: not known, {frequency}; {cure}"))
        )
    _print_titles(learned, console)
    for kind, what in OTHERS.items():
        listed = [other for other in learned.others if other.kind == kind]
        if listed:
            console.print(Text(what, style="bold"))
        for other in listed[:MOST_SHOWN]:
            units = " or ".join(filter(None, other.units))
            cost = "; ".join(_cost(other, learned.answers))
            frequency = ", ".join(filter(None, (f"seen {times(other.seen)}", cost)))
            name = f"{other.system}|{other.code}  {other.text}"
            unit = f" in {units}" if units else ""
            console.print(Text(clean(f"  {name}{unit}, {frequency}")))
        if len(listed) > MOST_SHOWN:
            console.print(
                Text(f"  and {len(listed) - MOST_SHOWN} more (--json lists them)")
            )


def _print_titles(learned: Learned, console: OpenConsole) -> None:
    """Print the words of titles that a mapped code does not explain."""
    if learned.titles:
        console.print(Text(UNREAD_TITLES, style="bold"))
    for title in learned.titles:
        words = ", ".join(title.left)
        console.print(
            Text(
                clean(
                    f"  {title.system}|{title.code}  {title.text}, seen"
                    f" {times(title.seen)}, {title.concept}: {words}, for a file in"
                    f" mappings/{title.folder}/"
                )
            )
        )


def _print_proposals(learned: Learned, console: OpenConsole) -> None:
    by_system: dict[str, list[Proposal]] = {}  # the system that cost most comes first
    for proposal in learned.proposals:
        by_system.setdefault(proposal.system, []).append(proposal)
    for system, proposals in by_system.items():
        console.print(Text(clean(system) or "(no system)", style="bold"))
        for proposal in proposals:
            unit = (
                f", in {proposal.unit} where no unit is written"
                if proposal.unit
                else ""
            )
            meaning = f"seen {times(proposal.seen)}: {proposal.proposed}{unit}"
            why = "; ".join((*_cost(proposal, learned.answers), *proposal.why))
            console.print(Text(clean(f"  {proposal.code}  {proposal.text}, {meaning}")))
            console.print(Text(clean(f"      {why}"), style="dim"))
    if not learned.proposals:
        console.print("nothing to propose")


def _cost(proposal: Proposal, answers: int) -> Iterator[str]:
    """Yield how many answers a code has cost; nothing if none."""
    if proposal.cost.answers:
        alone = (
            f", {proposal.cost.mended} of them alone" if proposal.cost.mended else ""
        )
        yield f"cost {proposal.cost.answers} of {answers} answers{alone}"
