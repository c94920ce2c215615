"""Whether the figures are worth what they say, where the truth is known.

python -m tests.simulation [--patients N] [--studies N] [--write]

Draws patients from worlds in which the printed tables are true (`worlds.py`) and asks the live code (`judging.py`).
With --write the figures go to `cds_service/studies/simulation.json`, from where the model cards show them, and the
report to `docs/simulation.md`. The same numbers give the same figures.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

import click
import numpy as np

from cds_service.core.prediction import LogisticModel
from cds_service.loading import PACKAGE, load_service
from tests.simulation.judging import (
    LOW,
    auc_of_one,
    chance_of_auc,
    judge_figures,
    judge_ranking,
    judge_selection,
    judge_site,
    judge_studies,
)
from tests.simulation.report import report, summary
from tests.simulation.worlds import WORLDS, Population, World, populate

SEED = 2025
SIZE = 40_000  # patients of a world
FIGURES = PACKAGE / "studies" / "simulation.json"
REPORT = PACKAGE.parent / "docs" / "simulation.md"


def simulate(models: Mapping[str, LogisticModel], patients: int, studies: int) -> dict[str, Any]:
    """Every study in every world."""
    return {
        "seed": SEED,
        "patients": patients,
        "low": LOW,
        "studies": studies,
        "worlds": {name: world.differs for name, world in WORLDS.items()},
        "models": {name: _judge(model, patients, studies) for name, model in models.items()},
    }


def _judge(model: LogisticModel, patients: int, studies: int) -> dict[str, Any]:
    found: dict[str, Any] = {"version": model.study.version, "worlds": {}}
    for name, world in WORLDS.items():
        place = populate(model.study, world, size=SIZE, seed=SEED)
        found["worlds"][name] = _in_world(place, model, patients, studies)
        click.echo(f"{model.study.id}: {name}", err=True)
        if world == World(differs=world.differs):
            found |= _more(place, model, patients)
    return {"summary": summary(found), **found}


def _in_world(place: Population, model: LogisticModel, patients: int, studies: int) -> dict[str, Any]:
    random = np.random.default_rng(SEED)
    return {
        "floor": place.floor,
        "effectiveShare": round(place.effective_share, 3),
        **judge_figures(place, model, patients, random),
        "ranking": round(judge_ranking(place, model, patients, random), 3),
        **judge_studies(place, studies, min(patients, 4000), random),
    }


def _more(place: Population, model: LogisticModel, patients: int) -> dict[str, Any]:
    random = np.random.default_rng(SEED)
    found = {
        "measuredWhenIll": judge_selection(place, model, patients, random),
        "siteAtHalfTheIncidence": judge_site(place, model, patients, random),
    }
    printed = [one for one in model.study.validation.measured if one.measure == "AUC" and one.events]
    found["printedAuc"] = [
        {"set": one.set, "n": one.n, "events": one.events, "printed": one.value, **_ours(place, model, one, random)}
        for one in printed
    ]
    return found


def _ours(place: Population, model: LogisticModel, one: Any, random: np.random.Generator) -> dict[str, Any]:
    alone = next((name for word, name in ALONE.items() if word in one.set), None)
    if alone is not None:
        return {"ours": auc_of_one(place, alone)}
    median, low, high = chance_of_auc(place, model, one.n, one.events, random)
    return {"ours": median, "chance": [low, high]}


ALONE = {"total psoas area alone": "psoas-total-area", "fat": "es-mf-fat-fraction"}


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--studies", type=int, default=60)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    models = load_service().models
    found = simulate(models, chosen.patients, chosen.studies)
    text = report(found)
    if chosen.write:
        FIGURES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        REPORT.write_text(text, encoding="utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
