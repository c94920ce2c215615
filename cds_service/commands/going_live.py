"""The commands of a go-live: `mappings learn`, `mappings gaps`, `integration-sheet`, `preview`, `probe`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cds_service.commands.audit import DAY, log_database, record_read
from cds_service.commands.exit_codes import say_errors, tell
from cds_service.commands.sites import CLIENT, SITE, chosen_site
from cds_service.settings import read_settings

if TYPE_CHECKING:
    from cds_service.commands.calling import CallingCard

OLD_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
PROBE_ISSUER = "kyphoplasty-cds-probe"
NEW_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("learn")
@click.argument("sources", metavar="REQUEST.json|FHIR-SERVER…", nargs=-1, required=True)
@SITE
@CLIENT
@click.option("--patient", "patients", multiple=True, metavar="ID", help="of the server; default: its first patients")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="how many patients")
@click.option("--token-file", type=OLD_FILE, help="file with a bearer token")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="write a ConceptMap to confirm")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@say_errors
def learn_mappings(
    sources: tuple[str, ...],
    site: Path | None,
    client: str | None,
    patients: tuple[str, ...],
    limit: int,
    token_file: Path | None,
    out: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Propose what local codes mean, from a recorded request or a look at a FHIR server. Nothing is applied."""
    from cds_service.commands.assessing import read_token  # noqa: PLC0415
    from cds_service.commands.learning import learn_from, print_learned, write_map  # noqa: PLC0415

    token = read_token(token_file) if token_file else None
    folder, _ = chosen_site(site, client)
    learned = learn_from(sources, read_settings(), folder, patients=patients, limit=limit, token=token, say=tell)
    if out is not None:
        write_map(out, learned)
    if as_json:
        click.echo(json.dumps(asdict(learned), ensure_ascii=False, indent=2))
    else:
        print_learned(learned)
    if out is not None:
        click.echo(f"{out}: read each line, take out what is wrong, and set status to active", err=True)


@click.command("gaps")
@click.option("--from", "since", type=DAY, metavar="DAY", help="UTC; default: the last 30 days")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@say_errors
def list_gaps(since: datetime | None, as_json: bool) -> None:  # noqa: FBT001
    """List codes of near misses and findings that are not known, from the audit log. Codes only, no patient."""
    from cds_service.commands.gaps import count_gaps, print_gaps  # noqa: PLC0415 - SQLAlchemy is loaded for it only

    begins = (since or datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    with log_database() as database:
        record_read(database, "gaps", {"since": begins}, None)
        gaps = count_gaps(database, begins)
    if as_json:
        click.echo(json.dumps(gaps.to_json(), ensure_ascii=False, indent=2))
    else:
        print_gaps(gaps)


@click.command("integration-sheet")
@SITE
@CLIENT
@click.option("--format", "kind", type=click.Choice(["md", "html"]), default="md", show_default=True)
@click.option("--out", type=NEW_FILE, help="write it there instead of printing it")
@say_errors
def print_integration_sheet(site: Path | None, client: str | None, kind: str, out: Path | None) -> None:
    """Print what an EHR's build ticket asks, from the configuration in force."""
    from cds_service.commands.integration_sheet import as_html, integration_sheet  # noqa: PLC0415

    folder, _ = chosen_site(site, client)
    sheet = integration_sheet(read_settings(), folder, datetime.now(UTC).date(), client)
    text = as_html(sheet, "Integration sheet") if kind == "html" else sheet
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


@click.command("preview")
@SITE
@CLIENT
@click.option("--out", type=NEW_FILE, help="write the book there instead of printing it")
@click.option("--check", "url", metavar="URL", help="play the ten test patients against this running service instead")
@click.option("--key", "key_file", type=NEW_FILE, help="key that signs the tokens of --check; made at first need")
@click.option("--issuer", default=PROBE_ISSUER, show_default=True, help="iss of these tokens")
@say_errors
def preview(site: Path | None, client: str | None, out: Path | None, url: str | None, **who: Any) -> None:
    """Print the committee's book: everything in force on one page, with ten test patients and their cards."""
    from cds_service.commands.book import check_service, committee_book  # noqa: PLC0415 - loads Flask

    settings = read_settings()
    (folder, capabilities), today = chosen_site(site, client), datetime.now(UTC).date()
    if url is None:
        book = committee_book(settings, folder, today, capabilities)
        click.echo(book, nl=False) if out is None else out.write_text(book, encoding="utf-8")
        return
    differing = 0
    for patient, differences in check_service(url, settings, folder, _calling_card(None, **who), today, capabilities):
        click.echo(f"{patient.id}: {'differs' if differences else 'as in the book'}")
        for line in differences:
            click.echo(f"  {line}")
        differing += bool(differences)
    sys.exit(1 if differing else 0)


def _calling_card(token_file: Path | None, key_file: Path | None, issuer: str) -> CallingCard:
    from cds_service.commands.assessing import WrongWish  # noqa: PLC0415
    from cds_service.commands.calling import read_calling_card  # noqa: PLC0415

    try:
        return read_calling_card(token_file, key_file, issuer)
    except WrongWish as error:
        raise click.UsageError(str(error)) from None


@click.command("probe")
@click.argument("url", metavar="URL")
@SITE
@click.option("--procedure", metavar="CODE", help="CPT number or SYSTEM|CODE that the EHR sends")
@click.option("--token-file", type=OLD_FILE, help="file with a token for this one call")
@click.option("--key", "key_file", type=NEW_FILE, help="key that signs the token; made at first need")
@click.option("--issuer", default=PROBE_ISSUER, show_default=True, help="iss of the tokens")
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@say_errors
def probe_service(url: str, site: Path | None, as_json: bool, **words: Any) -> None:  # noqa: FBT001
    """Send a synthetic kyphoplasty order of no patient through a running service, and say what came back."""
    from cds_service.commands.assessing import WrongWish  # noqa: PLC0415
    from cds_service.commands.probing import probe, say_probed  # noqa: PLC0415

    who = _calling_card(words["token_file"], words["key_file"], words["issuer"])
    try:
        found = probe(url, chosen_site(site)[0], who, procedure=words["procedure"])
    except WrongWish as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=2) if as_json else say_probed(found))
    sys.exit(1 if found.fault else 0)


def add_commands(main: click.Group, mappings: click.Group) -> None:
    """Put these commands where people type them."""
    for command in (learn_mappings, list_gaps):
        mappings.add_command(command)
    for command in (print_integration_sheet, preview, probe_service):
        main.add_command(command)
