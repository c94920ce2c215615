"""The commands of `kyphoplasty-cds`; each a few lines that call the modules below.

Exit codes: 0 done, 1 the answer is bad, 2 wrong use or configuration.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click

from cds_service import __version__
from cds_service.commands.accounts import add_reviewer, remove_reviewer
from cds_service.commands.audit import audit
from cds_service.commands.exit_codes import say_errors as _say_errors
from cds_service.commands.exit_codes import tell
from cds_service.commands.going_live import add_commands
from cds_service.commands.sites import CLIENT, SITE, chosen_site
from cds_service.errors import DataFileError
from cds_service.settings import describe_settings, read_settings


class _SettingsHelp(click.Command):
    """`serve --help` ends with the environment variables."""

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write("Settings (environment):\n")
        for line in describe_settings().splitlines():
            formatter.write(f"  {line}\n")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kyphoplasty-cds")
def main() -> None:
    """CDS Hooks service: rehabilitation and bracing advice when a kyphoplasty order is signed."""


main.add_command(audit)
audit.add_command(add_reviewer)
audit.add_command(remove_reviewer)


@main.command(cls=_SettingsHelp)
@click.option("--host", default="127.0.0.1", show_default=True, help="another address needs nginx in front")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free port")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--fhir-server",
    "fhir_servers",
    multiple=True,
    metavar="URL",
    help="a server that open mode may call besides loopback",
)
@_say_errors
def serve(host: str, port: int, workers: int, fhir_servers: tuple[str, ...]) -> None:
    """Run the service.

    Beyond loopback put nginx in front (deploy/nginx/nginx.conf): slow clients and overload are its part.
    """
    from cds_service.web.server import run_server  # noqa: PLC0415 - Flask and gunicorn are loaded for this command only

    run_server(read_settings(fhir_servers=fhir_servers), host=host, port=port, workers=workers)


@main.command()
@click.option("--patient", metavar="ID", help="one sample patient; default: all")
@click.option("--keep", is_flag=True, help="keep the servers running and print their addresses")
@_say_errors
def demo(patient: str | None, keep: bool) -> None:  # noqa: FBT001 - click gives flags by name
    """Sign sample orders against a running service and print the cards."""
    from cds_service.commands.demo import run_demo  # noqa: PLC0415

    sys.exit(run_demo(patient=patient, keep=keep))


@main.command()
@click.argument("request_file", metavar="REQUEST.json", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="the day that counts as today")
@click.option(
    "--fhir-server",
    "fhir_servers",
    multiple=True,
    metavar="URL",
    help="a server that open mode may call besides loopback",
)
@SITE
@CLIENT
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@_say_errors
def explain(request_file: Path, as_of: Any, fhir_servers: tuple[str, ...], as_json: bool, **whose: Any) -> None:  # noqa: FBT001
    """Print what each step makes of one request."""
    from cds_service.commands.explaining import explain_request, print_explanation  # noqa: PLC0415

    today: date | None = as_of.date() if as_of else None
    settings = read_settings(fhir_servers=fhir_servers, deadline_seconds=20)
    folder, capabilities = chosen_site(whose["site"], whose["client"])
    explanation = explain_request(request_file, settings, today, folder, capabilities)
    if as_json:
        click.echo(json.dumps(explanation, ensure_ascii=False, indent=2))
    else:
        print_explanation(explanation)


@main.command("assess")
@click.option("--fhir-server", required=True, metavar="URL", help="base of a FHIR R4 server")
@click.option("--patient", metavar="ID", help="the patient's FHIR id")
@click.option("--find", metavar="NAME", help="look the patient up by name or identifier")
@click.option("--procedure", metavar="CODE", help="CPT number or SYSTEM|CODE; default: a kyphoplasty")
@click.option("--level", "levels", multiple=True, metavar="L1 …", help="vertebrae to be treated, T1 to L5")
@click.argument("more_levels", nargs=-1, metavar="")
@click.option(
    "--token-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="file with a bearer token"
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="the day that counts as today, for old sample data")
@SITE
@CLIENT
@click.option("--json", "as_json", is_flag=True, help="print the CDS Hooks response")
@_say_errors
def assess_on_server(as_json: bool, site: Path | None, client: str | None, **words: Any) -> None:  # noqa: FBT001
    """Sign a kyphoplasty for a patient of any FHIR R4 server, and print the cards."""
    from cds_service.commands.assessing import WrongWish, assess_patient, read_wish  # noqa: PLC0415
    from cds_service.commands.terminal import make_console, print_response  # noqa: PLC0415

    try:
        wish = read_wish(**words)
        folder, capabilities = chosen_site(site, client)
        settings, is_terminal = read_settings(deadline_seconds=20), sys.stderr.isatty()
        response = assess_patient(wish, settings, folder, tell, capabilities=capabilities, progress=is_terminal)
    except WrongWish as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps(response.to_json(), ensure_ascii=False, indent=2))
    else:
        print_response(make_console(), response.to_json())


@main.command()
@click.argument("paths", nargs=-1, metavar="PATH…", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="default: standard output")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="the day that counts as today")
@click.option("--procedure", metavar="CODE", help="for all: CPT number or SYSTEM|CODE; default: each patient's own")
@click.option("--level", "levels", multiple=True, metavar="L1", help="for all: vertebrae to be treated, T1 to L5")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True)
@click.option(
    "--worklist",
    type=click.Path(path_type=Path, dir_okay=False),
    help="augmented patients who wait for bone treatment or wear a brace too long: .csv, .ndjson or .json (FHIR)",
)
@click.option(
    "--fhir-server", metavar="URL", help="the server that made the export: absolute references under it count"
)
@click.option("--export-url", metavar="BASE", help="only print the address that asks this server for the export")
@_say_errors
def score(**words: Any) -> None:
    """Assess every patient of a FHIR Bulk Data export, one line each.

    A killed run with --out goes on where it stopped when the same command is given again.
    """
    from cds_service.commands.scoring import run_score  # noqa: PLC0415

    run_score(**words, site=read_settings().site)


@main.group()
def studies() -> None:
    """Studies and their reduced models."""


@studies.command("build")
@click.option("--check", is_flag=True, help="compare with the shipped tables, write nothing")
@_say_errors
def build_studies(check: bool) -> None:  # noqa: FBT001
    """Rebuild the tables of reduced models from the study files (about a minute)."""
    from cds_service.studies.reduced_models import build_reduced_tables, differing_tables  # noqa: PLC0415 - loads scikit-learn

    if not check:
        build_reduced_tables(click.echo)
        return
    differing = differing_tables(click.echo)
    for name in differing:
        click.echo(
            f"error: the table of {name} is not what its study file gives; run: kyphoplasty-cds studies build", err=True
        )
    sys.exit(1 if differing else 0)


@main.command()
@click.argument("study_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@click.option(
    "--format",
    "tool",
    type=click.Choice(["chai", "plp"]),
    help="one model for another tool: CHAI Applied Model Card (XML), or OHDSI PatientLevelPrediction (JSON)",
)
@_say_errors
def models(study_id: str | None, as_json: bool, tool: str | None) -> None:  # noqa: FBT001
    """Print the studies in force: coefficients, intercepts, cohort, horizon, limits."""
    from cds_service.commands.explaining import print_model_cards  # noqa: PLC0415
    from cds_service.commands.model_formats import chai_card, plp_model  # noqa: PLC0415
    from cds_service.loading import load_service  # noqa: PLC0415

    cards = load_service(chosen_site()[0]).model_cards
    if study_id is not None and study_id not in cards:
        raise click.BadParameter(f"no study {study_id}; there are {', '.join(cards)}", param_hint="ID")
    if tool is not None:
        card = cards.get(study_id or "", {})
        if "coefficients" not in card:
            raise click.UsageError("--format needs the ID of a study that is a model")
        click.echo(
            chai_card(card) if tool == "chai" else json.dumps(plp_model(card), ensure_ascii=False, indent=2),
            nl=tool == "plp",
        )
        return
    chosen = {study_id: cards[study_id]} if study_id else dict(cards)
    if as_json:
        click.echo(json.dumps(chosen[study_id] if study_id else list(chosen.values()), ensure_ascii=False, indent=2))
    else:
        print_model_cards(chosen)


@main.command("validate")
@click.argument("outcomes", metavar="OUTCOMES.csv", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="F.html", help="write a page with plots"
)
@click.option(
    "--refit",
    "refit_to",
    type=click.Path(path_type=Path),
    metavar="F",
    help="write a recalibration for the site folder",
)
@_say_errors
def validate_models(outcomes: Path, as_json: bool, report: Path | None, refit_to: Path | None) -> None:  # noqa: FBT001
    """Measure the models in force on local outcomes (docs/validate.md has the columns)."""
    from cds_service.commands.exit_codes import needs_population  # noqa: PLC0415

    with needs_population():
        from cds_service.commands.validating import run_validate  # noqa: PLC0415 - loads statsmodels
    run_validate(outcomes, chosen_site()[0], as_json=as_json, report=report, refit_to=refit_to)


@main.command("outcomes")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="F", help="default: standard output")
@click.option(
    "--months", default=12, show_default=True, type=click.IntRange(1, 240), help="within which a fracture counts"
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="the day of the export; nothing later counts")
@_say_errors
def find_outcomes(paths: tuple[Path, ...], out: Path | None, months: int, as_of: Any) -> None:
    """Make OUTCOMES.csv from a FHIR Bulk Data export: first augmentations, inputs of that day, later fractures."""
    from cds_service.commands.following import run_outcomes  # noqa: PLC0415

    run_outcomes(paths, chosen_site()[0], out=out, months=months, as_of=as_of)


@main.group()
def mappings() -> None:
    """Codes, hooks and site folders."""


add_commands(main, mappings)


@mappings.command("views")
@_say_errors
def print_views() -> None:
    """Print what is read from Observations and Conditions as SQL-on-FHIR ViewDefinitions, a JSON array."""
    from cds_service.commands.views import view_definitions  # noqa: PLC0415
    from cds_service.loading import load_service  # noqa: PLC0415

    service = load_service(chosen_site()[0])
    views = view_definitions(service.finding_specs, service.terminology)
    click.echo(json.dumps(views, ensure_ascii=False, indent=2))


@mappings.command("check")
@click.option("--site", type=click.Path(path_type=Path, exists=True, file_okay=False), help="a site folder")
@_say_errors
def check_mappings(site: Path | None) -> None:
    """Check studies, hooks, mappings and a site folder with its keys. Prints one line per fault: file, table, key."""
    from cds_service.callers.keys import find_key_faults  # noqa: PLC0415
    from cds_service.loading import find_faults, load_service  # noqa: PLC0415
    from cds_service.site.folder import load_site, what_was_read  # noqa: PLC0415

    folder = site or read_settings().site
    faults = find_faults(folder)
    with suppress(DataFileError):  # a folder that cannot be loaded is among the faults
        faults += find_key_faults(load_site(folder)) if folder else ()
    for fault in faults:
        click.echo(f"error: {fault}", err=True)
    if faults:
        sys.exit(2)
    read = load_site(folder) if folder else None
    service = load_service(read)
    for line in what_was_read(read):
        click.echo(line)
    counts = (
        f"{len(service.studies)} studies, {len(service.finding_specs)} findings, {len(service.hooks)} service"
        f" with {sum(len(hook.rules) for hook in service.hooks.values())} rules"
    )
    click.echo(f"all data files are whole: {counts}")


if __name__ == "__main__":
    main()
