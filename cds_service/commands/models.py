"""`kyphoplasty-cds models`: the studies in force, for people, programs and tools.

The formats for tools are CHAI's Applied Model Card (`chai.xml.j2`), and coefficients
for OHDSI and R.
"""

import json
import sys
import zlib
from collections.abc import Mapping
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from cds_service.commands import options
from cds_service.commands.templates import TEMPLATES
from cds_service.commands.terminal import OpenConsole, table
from cds_service.core.models.contrary import NOT_RECORDED
from cds_service.loading import load_service

CONTRARY = "contraryEvidence"
# The last three digits of an OMOP covariateId name the analysis; from 900 on, none is
# standard.
OWN_ANALYSIS = 919
ALL_NEEDED = (
    "Only for patients of whom every input is known: predictGlm counts an absent"
    " covariate as 0."
)


@click.command()
@click.argument("study_id", metavar="[ID]", required=False)
@options.AS_JSON
@click.option(
    "--format",
    "tool",
    type=click.Choice(["chai", "plp"]),
    help=(
        "one model for another tool: CHAI Applied Model Card (XML), or OHDSI"
        " PatientLevelPrediction (JSON)"
    ),
)
@options.check_text
def models(*, study_id: str | None, as_json: bool, tool: str | None) -> None:
    """Print the studies in force: coefficients, intercepts, cohort, horizon, limits."""
    cards = load_service(options.chosen_site()[0]).model_cards
    if study_id is not None and study_id not in cards:
        raise click.BadParameter(
            f"no study {study_id}; there are {', '.join(cards)}", param_hint="ID"
        )
    if tool is not None:
        card = cards.get(study_id or "", {})
        if card.get("kind") != "logistic":
            raise click.UsageError("--format needs the ID of a study that has a model")
        if tool == "chai":
            click.echo(_chai_card(card), nl=False)
        else:
            options.print_json(_plp_model(card))
        return
    chosen = {study_id: cards[study_id]} if study_id else dict(cards)
    if as_json and study_id:
        options.print_json(chosen[study_id])
    elif as_json:
        options.print_json(list(chosen.values()))
    else:
        _print_model_cards(chosen)


def _print_model_cards(cards: Mapping[str, Mapping[str, Any]]) -> None:
    """Print each study's patients, result, coefficients and limits.

    Args:
        cards: by study; if there is only one, its source attributes are printed too.
    """
    console = OpenConsole(highlight=False)
    for card in cards.values():
        events = (
            f", {card['events']} with {card['outcome']}" if "events" in card else ""
        )
        horizon = (
            f" within {card['horizonMonths']} months" if "horizonMonths" in card else ""
        )
        console.print(
            Text(f"{card['id']} {card['version']}: {card['title']}", style="bold")
        )
        who = card["cohort"]["description"] if "cohort" in card else card["patients"]
        console.print(Text(f"{card['n']} patients{events}{horizon}: {who}"))
        console.print(Text(card["found"]))
        if "coefficients" in card:
            console.print(
                Text(
                    f"derived intercept {card['intercept']:.3f} (log odds):"
                    f" {card['interceptMethod']}"
                )
            )
            console.print(_coefficients(card["coefficients"]))
        forbidden = [f"never {use}" for use in card.get("neverFor", ())]
        for line in (*card["limits"], *forbidden):
            console.print(Text(f"- {line}"))
        if len(cards) == 1:
            attributes = [
                (key, attribute["status"], attribute["text"])
                for key, attribute in card["sourceAttributes"].items()
            ]
            console.print(
                table(
                    "source attributes, 45 CFR 170.315(b)(11)",
                    ("key", "status", "text"),
                    attributes,
                )
            )
        console.print()


def _coefficients(coefficients: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [
        (
            name,
            f"{coefficient['value']:g}",
            " to ".join(f"{end:.2g}" for end in coefficient["interval"]),
            coefficient["unit"],
            coefficient["source"],
        )
        for name, coefficient in coefficients.items()
    ]
    return table(
        "coefficients (log odds)",
        ("finding", "value", "95 % interval", "unit", "printed in"),
        rows,
    )


# --- for others' tools; `card` is that of a logistic study, as `/models/{id}` gives it


def _chai_card(card: Mapping[str, Any]) -> str:
    """Write a study's card as Applied Model Card 0.2, XML."""
    return TEMPLATES.get_template("chai.xml.j2").render(
        card=card,
        said={
            key: attribute["text"]
            for key, attribute in card["sourceAttributes"].items()
        },
        contrary="\n".join(
            f"- {entry['statement']} {entry['url']}"
            for entry in card["contraryEvidence"]
        ),
        bias="\n".join(
            f"- {domain['domain']}: {domain['judgement']}. {domain['text']}"
            for domain in card["riskOfBias"]
        ),
        inputs="\n".join(
            f"- {name}: {coefficient['coding']}, unit {coefficient['unit']}"
            for name, coefficient in card["coefficients"].items()
        ),
        measured=_measured(card),
    )


def _measured(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the paper's figures, as JSON that CHAI's own cards hold.

    If it reports none, they say that none was measured.
    """
    figures = [
        (
            f"{figure['measure']}, {figure['set']}",
            _metric(figure["value"], figure.get("interval")),
        )
        for figure in card["validation"]["measured"]
        if "value" in figure
    ]
    return figures or [("Measures of performance reported", _metric(0))]


def _metric(value: float, interval: list[float] | None = None) -> str:
    if interval is None:
        return json.dumps({"kind": "single", "value": value})
    low, high = interval
    return json.dumps(
        {
            "kind": "estimate_ci",
            "estimate": value,
            "lower": low,
            "upper": high,
            "level": 95,
        }
    )


def _plp_model(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model in use when all inputs are known.

    It is given as arguments of PatientLevelPrediction's `createGlmModel`.

    In R: `m <- jsonlite::fromJSON(file); createGlmModel(m$coefficients, intercept =
    m$intercept, mapping = m$mapping)`.
    """
    in_use = card["inUse"]
    return {
        "coefficients": [
            {"covariateId": _covariate_id(name), "coefficient": value}
            for name, value in in_use["coefficients"].items()
        ],
        "intercept": in_use["intercept"],
        "mapping": "logistic",
        "covariates": [
            {
                "covariateId": _covariate_id(name),
                "covariateName": name,
                "analysisId": OWN_ANALYSIS,
                "unit": card["coefficients"][name]["unit"],
                "coding": card["coefficients"][name]["coding"],
                "knownAtOrderSign": card["coefficients"][name]["knownAtOrderSign"],
            }
            for name in in_use["coefficients"]
        ],
        "model": {
            "id": card["id"],
            "version": card["version"],
            "outcome": card["outcome"],
            "horizonMonths": card["horizonMonths"],
            "incidence": card["incidence"],
            "citation": card["source"]["citation"],
            "doi": card["source"]["doi"],
            "limits": [ALL_NEEDED, *card["limits"]],
        },
    }


def _covariate_id(name: str) -> float:
    """Make a covariateId of our own, from the name.

    No standard covariate measures these.

    It is written with a decimal point: R reads a whole number as integer, which
    createGlmModel refuses.
    """
    return float(zlib.crc32(name.encode()) % 1_000_000 * 1000 + OWN_ANALYSIS)


# --- `kyphoplasty-cds studies quotes`


@click.command("quotes")
@options.AS_JSON
@options.check_text
def print_quotes(*, as_json: bool) -> None:
    """Print the evidence against the models, each with the words of its source."""
    cards = load_service(options.chosen_site()[0]).model_cards
    entries = {
        entry["id"]: entry for card in cards.values() for entry in card[CONTRARY]
    }
    if as_json:
        options.print_json([entries[name] for name in sorted(entries)])
        return
    console = OpenConsole(highlight=False)
    for name in sorted(entries):
        entry = entries[name]
        lines = (
            ("we say", entry["statement"]),
            ("it says", entry["quote"]),
            ("source", f"{entry['citation']}, {entry['url']}"),
        )
        console.print(table(name, ("", ""), lines))
    missing = sum(entry["quote"] == NOT_RECORDED for entry in entries.values())
    console.print(f"{len(entries)} entries, {missing} without the source's words")


# --- `kyphoplasty-cds studies build`: the tables from the study files


@click.command("build")
@click.option(
    "--check", is_flag=True, help="compare with the shipped tables, write nothing"
)
@options.check_text
def build_studies(*, check: bool) -> None:
    """Rebuild the tables from the study files (about a minute).

    Reduced models, and the pooled model.
    """
    # Loads scikit-learn.
    from cds_service.studies.building import (  # noqa: PLC0415
        build_all,
        differing_tables,
    )

    if not check:
        build_all(click.echo)
        return
    differing = differing_tables(click.echo)
    for name in differing:
        click.echo(
            f"error: the table of {name} is not what its study file gives; run:"
            " kyphoplasty-cds studies build",
            err=True,
        )
    sys.exit(1 if differing else 0)
