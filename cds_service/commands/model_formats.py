"""Model cards for others' tools: CHAI's Applied Model Card (`chai.xml.j2`), and coefficients for OHDSI and R."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

OWN_ANALYSIS = 919  # the last three digits of an OMOP covariateId name the analysis; 900 and up are no standard ones
ALL_NEEDED = "Only for patients of whom every input is known: predictGlm counts an absent covariate as 0."


def chai_card(card: Mapping[str, Any]) -> str:
    """A study's card as Applied Model Card 0.2, XML.

    Args:
        card: of a logistic study, as `/models/{id}` gives it.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("chai.xml.j2").render(
        card=card,
        said={key: one["text"] for key, one in card["sourceAttributes"].items()},
        contrary="\n".join(f"- {one['statement']} {one['url']}" for one in card["contraryEvidence"]),
        bias="\n".join(f"- {one['domain']}: {one['judgement']}. {one['text']}" for one in card["riskOfBias"]),
        inputs="\n".join(
            f"- {name}: {one['coding']}, unit {one['unit']}" for name, one in card["coefficients"].items()
        ),
        measured=_measured(card),
    )


def _measured(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The paper's figures, as JSON that CHAI's own cards hold; where it reports none, that none was measured."""
    found = [
        (f"{one['measure']}, {one['set']}", _metric(one["value"], one.get("interval")))
        for one in card["validation"]["measured"]
        if "value" in one
    ]
    return found or [("Measures of performance reported", _metric(0))]


def _metric(value: float, interval: list[float] | None = None) -> str:
    if interval is None:
        return json.dumps({"kind": "single", "value": value})
    low, high = interval
    return json.dumps({"kind": "estimate_ci", "estimate": value, "lower": low, "upper": high, "level": 95})


def plp_model(card: Mapping[str, Any]) -> dict[str, Any]:
    """The model in use when all inputs are known, as arguments of PatientLevelPrediction's `createGlmModel`.

    In R: `m <- jsonlite::fromJSON(file); createGlmModel(m$coefficients, intercept = m$intercept, mapping = m$mapping)`.

    Args:
        card: of a logistic study, as `/models/{id}` gives it.
    """
    in_use = card["inUse"]
    return {
        "coefficients": [
            {"covariateId": covariate_id(name), "coefficient": value} for name, value in in_use["coefficients"].items()
        ],
        "intercept": in_use["intercept"],
        "mapping": "logistic",
        "covariates": [
            {
                "covariateId": covariate_id(name),
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


def covariate_id(name: str) -> float:
    """A covariateId of our own, from the name, since no standard covariate measures these.

    It is written with a decimal point: R reads a whole number as integer, which createGlmModel refuses.
    """
    return float(zlib.crc32(name.encode()) % 1_000_000 * 1000 + OWN_ANALYSIS)
