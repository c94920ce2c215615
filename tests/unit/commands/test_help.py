"""`--help`: it says what each command says of itself, and loads none of them."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from cds_service.cli import COMMANDS, SECTIONS, main

HEAVY = {"flask", "numpy", "rich", "scipy", "sklearn", "sqlalchemy"}
GROUPS = {
    "" if group == "main" else group: places for group, places in COMMANDS.items()
}


@pytest.mark.parametrize("group", GROUPS)
def test_help_loads_no_command(group):
    asked = ["kyphoplasty-cds", *filter(None, [group]), "--help"]
    told = f"import atexit, runpy, sys; atexit.register(lambda: print({HEAVY} & set(sys.modules))); sys.argv = {asked}"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{told}; runpy.run_module('cds_service.cli', run_name='__main__')",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Usage:")
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("group", GROUPS)
def test_help_of_a_group_is_that_of_its_commands(group):
    found = main.get_command(click.Context(main), group) if group else main
    for name, (_, said) in GROUPS[group].items():
        own = found.get_command(click.Context(found), name).help
        assert own.startswith(said.removesuffix(".")), name


def test_help_groups_every_command_under_one_heading():
    shown = [name for names in SECTIONS.values() for name in names]
    assert sorted(shown) == sorted(main.list_commands(click.Context(main)))
    told = CliRunner().invoke(main, ["--help"]).output
    for heading in SECTIONS:
        assert f"\n{heading}:\n" in told
    assert "\nCommands:\n" not in told
