"""`kyphoplasty-cds models`: the studies in force, for people, for programs, and for others' tools."""

from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cds_service.commands.model_formats import chai_card, plp_model
from cds_service.commands.options import AS_JSON, chosen_site, print_json, say_errors
from cds_service.commands.terminal import table
from cds_service.loading import load_service


@click.command()
@click.argument("study_id", metavar="[ID]", required=False)
@AS_JSON
@click.option(
    "--format",
    "tool",
    type=click.Choice(["chai", "plp"]),
    help="one model for another tool: CHAI Applied Model Card (XML), or OHDSI PatientLevelPrediction (JSON)",
)
@say_errors
def models(*, study_id: str | None, as_json: bool, tool: str | None) -> None:
    """Print the studies in force: coefficients, intercepts, cohort, horizon, limits."""
    cards = load_service(chosen_site()[0]).model_cards
    if study_id is not None and study_id not in cards:
        raise click.BadParameter(f"no study {study_id}; there are {', '.join(cards)}", param_hint="ID")
    if tool is not None:
        card = cards.get(study_id or "", {})
        if "coefficients" not in card:
            raise click.UsageError("--format needs the ID of a study that is a model")
        if tool == "chai":
            click.echo(chai_card(card), nl=False)
        else:
            print_json(plp_model(card))
        return
    chosen = {study_id: cards[study_id]} if study_id else dict(cards)
    if as_json:
        print_json(chosen[study_id] if study_id else list(chosen.values()))
    else:
        print_model_cards(chosen)


def print_model_cards(cards: Mapping[str, Mapping[str, Any]]) -> None:
    """The studies for people: who was studied, what was found, with which coefficients and limits.

    Args:
        cards: by study; of one alone the source attributes are printed too.
    """
    console = Console(highlight=False)
    for card in cards.values():
        events = f", {card['events']} with {card['outcome']}" if "events" in card else ""
        horizon = f" within {card['horizonMonths']} months" if "horizonMonths" in card else ""
        console.print(Text(f"{card['id']} {card['version']}: {card['title']}", style="bold"))
        console.print(Text(f"{card['n']} patients{events}{horizon}: {card['cohort']['description']}"))
        console.print(Text(card["found"]))
        if "coefficients" in card:
            console.print(Text(f"derived intercept {card['intercept']:.3f} (log odds): {card['interceptMethod']}"))
            console.print(_coefficients(card["coefficients"]))
        for limit in card["limits"]:
            console.print(Text(f"- {limit}"))
        if len(cards) == 1:
            attributes = [(key, one["status"], one["text"]) for key, one in card["sourceAttributes"].items()]
            console.print(table("source attributes, 45 CFR 170.315(b)(11)", ("key", "status", "text"), attributes))
        console.print()


def _coefficients(coefficients: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [
        (
            name,
            f"{one['value']:g}",
            " to ".join(f"{end:.2g}" for end in one["interval"]),
            one["unit"],
            one["source"],
        )
        for name, one in coefficients.items()
    ]
    return table("coefficients (log odds)", ("finding", "value", "95 % interval", "unit", "printed in"), rows)
