"""The commands of `kyphoplasty-cds`: where each is, and the service itself.

Exit codes: 0 done, 1 the answer is bad, 2 wrong use or configuration.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from cds_service import __version__
from cds_service.commands.options import FHIR_SERVERS, say_errors
from cds_service.settings import describe_settings, read_settings

ROOM = "cds_service.commands"
# Of each command: `module:function`, and what help says of it, so that help loads no command.
Places = Mapping[str, tuple[str, str]]
AUDIT: Places = {
    "add-reviewer": ("accounts:add_reviewer", "Create an account for the review pages, /audit."),
    "checkpoint": ("audit:make_checkpoint", "Sign the head of the log: a short note to keep elsewhere."),
    "export": (
        "audit:export",
        "Export entries as NDJSON, CSV or FHIR AuditEvents, or feedback in the columns of HTI-1.",
    ),
    "list": ("audit:list_entries", "List entries, newest first."),
    "migrate": ("audit:migrate", "Create or update the tables of the log."),
    "purge": ("audit:purge", "Delete the payloads of entries older than RETENTION_DAYS."),
    "remove-reviewer": ("accounts:remove_reviewer", "Close an account and end its sessions."),
    "report": ("counting:report", "Count what silent answers would have shown, per 100 procedures."),
    "show": ("audit:show_entry", "Show one entry, by id or number."),
    "verify": ("audit:verify", "Check whether entries were changed, inserted, removed, reordered or cut off."),
}
MAPPINGS: Places = {
    "check": ("checking:check_mappings", "Check studies, hooks, mappings and a site folder with its keys."),
    "gaps": ("counting:list_gaps", "List codes of near misses and findings that are not known, from the audit log."),
    "learn": (
        "learning:learn_mappings",
        "Propose what local codes mean, from a recorded request or a look at a FHIR server.",
    ),
    "views": (
        "views:print_views",
        "Print what is read from Observations and Conditions as SQL-on-FHIR ViewDefinitions.",
    ),
}
MAIN: Places = {
    "assess": ("assessing:assess_on_server", "Sign a kyphoplasty for a patient of any FHIR R4 server."),
    "demo": ("demo:demo", "Sign sample orders against a running service and print the cards."),
    "explain": ("explaining:explain", "Print what each step makes of one request."),
    "integration-sheet": ("integration_sheet:print_integration_sheet", "Print what an EHR's build ticket asks."),
    "models": ("models:models", "Print the studies in force: coefficients, intercepts, cohort, horizon, limits."),
    "outcomes": ("following:find_outcomes", "Make OUTCOMES.csv from a FHIR Bulk Data export."),
    "preview": ("book:preview", "Print the committee's book: everything in force on one page."),
    "probe": ("calling:probe_service", "Send a synthetic kyphoplasty order of no patient through a running service."),
    "score": ("scoring:score", "Assess every patient of a FHIR Bulk Data export, one line each."),
    "validate": ("validating:validate_models", "Measure the models in force on local outcomes."),
}
STUDIES: Places = {"build": ("building:build_studies", "Rebuild the tables of reduced models from the study files.")}


class LazyGroup(click.Group):
    """A group whose commands are loaded when they are called, as click's documentation shows it; help loads none."""

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._places])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        module, _, function = self._places[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"{ROOM}.{module}"), function)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        said = {name: one.get_short_help_str(100) for name, one in self.commands.items()}
        said |= {name: text for name, (_, text) in self._places.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(said.items()))


class _SettingsHelp(click.Command):
    """`serve --help` ends with the environment variables."""

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write("Settings (environment):\n")
        for line in describe_settings().splitlines():
            formatter.write(f"  {line}\n")


@click.group(cls=LazyGroup, places=MAIN, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kyphoplasty-cds")
def main() -> None:
    """CDS Hooks service: rehabilitation and bracing advice when a kyphoplasty order is signed."""


@main.command(cls=_SettingsHelp)
@click.option("--host", default="127.0.0.1", show_default=True, help="another address needs nginx in front")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free port")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@FHIR_SERVERS
@say_errors
def serve(host: str, port: int, workers: int, fhir_servers: tuple[str, ...]) -> None:
    """Run the service.

    Beyond loopback put nginx in front (deploy/nginx/nginx.conf): slow clients and overload are its part.
    """
    from cds_service.web.server import run_server  # noqa: PLC0415 - Flask and gunicorn are loaded for this command only

    run_server(read_settings(fhir_servers=fhir_servers), host=host, port=port, workers=workers)


@main.group(cls=LazyGroup, places=STUDIES)
def studies() -> None:
    """Studies and their reduced models."""


@main.group(cls=LazyGroup, places=MAPPINGS)
def mappings() -> None:
    """Codes, hooks and site folders."""


@main.group(cls=LazyGroup, places=AUDIT)
def audit() -> None:
    """The audit log: what was shown to whom, and why."""


if __name__ == "__main__":
    main()
