"""Define the commands of `kyphoplasty-cds`; all but `serve` are loaded when called.

Exit codes: 0 done, 1 the answer is bad, 2 wrong use or configuration.
"""

import gc
import tomllib
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from cds_service import __version__
from cds_service.commands import options
from cds_service.settings import describe_settings, read_settings

PACKAGE = "cds_service.commands"
COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = tomllib.loads(
    Path(__file__)
    .with_name("commands")
    .joinpath("commands.toml")
    .read_text(encoding="utf-8")
)
# Headings of `--help`; a command under none of them comes last, under "Commands".
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Run and try": ("serve", "demo", "sandbox", "doctor", "probe", "assess", "explain"),
    "Set up a site": ("mappings", "integration-sheet", "preview"),
    "Evidence and measures": ("models", "studies", "measures", "import"),
    "Look back": ("audit", "loop", "outcomes", "score", "validate"),
}


class LazyGroup(click.Group):
    """A group whose commands are loaded when they are called; help loads none.

    Click's documentation shows it.
    """

    def __init__(
        self,
        *args: Any,
        places: str,
        sections: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._places, self._sections = COMMANDS[places], sections or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._places])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        module, _, function = self._places[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"{PACKAGE}.{module}"), function)
        return command

    def format_commands(
        self, _ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        lines = {
            name: command.get_short_help_str(100)
            for name, command in self.commands.items()
        }
        lines |= {name: text for name, (_, text) in self._places.items()}
        for heading, names in self._sections.items():
            if named := [(name, lines.pop(name)) for name in names if name in lines]:
                with formatter.section(heading):
                    formatter.write_dl(named)
        if lines:
            with formatter.section("Commands"):
                formatter.write_dl(sorted(lines.items()))


class _Program(LazyGroup):
    """The group of all commands; each tells in one sentence what ended it."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        options.check_output()
        with options.one_sentence():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with options.one_sentence():
            return super().invoke(ctx)


class _SettingsHelp(click.Command):
    """`serve --help` ends with the environment variables."""

    def format_epilog(
        self, _ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        formatter.write_paragraph()
        formatter.write("Settings (environment):\n")
        for line in describe_settings().splitlines():
            formatter.write(f"  {line}\n")


@click.group(
    cls=_Program,
    places="main",
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="kyphoplasty-cds")
def main() -> None:
    """CDS Hooks service: advice when a kyphoplasty order is signed.

    Rehabilitation, bracing and bone treatment, with the patient's risk.
    """


@main.command(cls=_SettingsHelp)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="address to listen on; one beyond loopback needs nginx in front",
)
@options.port("0 picks a free port")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@options.FHIR_SERVERS
@options.check_text
def serve(host: str, port: int, workers: int, fhir_servers: tuple[str, ...]) -> None:
    """Run the service.

    Beyond loopback put nginx in front (deploy/nginx/nginx.conf): it holds off slow
    clients and overload.
    """
    # What is loaded now stays. The workers collect garbage, as the documentation of
    # `gc.freeze` advises for a process that forks.
    gc.disable()
    # Flask and gunicorn are loaded for this command only.
    from cds_service.web.server import run_server  # noqa: PLC0415

    run_server(
        read_settings(fhir_servers=fhir_servers), host=host, port=port, workers=workers
    )


@main.group(cls=LazyGroup, places="studies")
def studies() -> None:
    """Studies and their reduced models."""


@main.group(cls=LazyGroup, places="mappings")
def mappings() -> None:
    """Codes, hooks and site folders."""


@main.group(cls=LazyGroup, places="audit")
def audit() -> None:
    """The audit log: what was shown to whom, and why."""


if __name__ == "__main__":
    main()
