"""`kyphoplasty-cds studies build`: the tables of reduced models from the study files."""

import sys

import click

from cds_service.commands import options


@click.command("build")
@click.option("--check", is_flag=True, help="compare with the shipped tables, write nothing")
@options.say_errors
def build_studies(*, check: bool) -> None:
    """Rebuild the tables of reduced models from the study files (about a minute)."""
    from cds_service.studies.reduced_models import build_tables, differing_tables  # noqa: PLC0415 - loads scikit-learn

    if not check:
        build_tables(click.echo)
        return
    differing = differing_tables(click.echo)
    for name in differing:
        click.echo(
            f"error: the table of {name} is not what its study file gives; run: kyphoplasty-cds studies build", err=True
        )
    sys.exit(1 if differing else 0)
