"""Whether the figures are worth what they say, where the truth is known.

python -m tests.simulation [--patients N] [--studies N] [--hospitals N]
[--only studies|elsewhere|pooled ...] [--write]

Draws patients from worlds in which the printed tables are true (`worlds.py`) and asks
the live code (`judging.py`), then from hospitals where they are not (`elsewhere.py`).
Then hospitals for the pooled model (`pooled_worlds.py`), whose table as given stays:
the rerun stands next to it. With --write the figures go to
`cds_service/studies/simulation.json` and `pooled-simulation.json`, from where the model
cards show them, and the report to `docs/simulation.md`. The same numbers give the same
figures.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

import click
import numpy as np

from cds_service.call import Service
from cds_service.core.data_file import read_json
from cds_service.core.models.prediction import LogisticModel
from cds_service.loading import PACKAGE, POOLED_SIMULATION, load_service
from tests.simulation.elsewhere import differences, judge_elsewhere, worlds_for
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
from tests.simulation.pooled_worlds import (
    POOLED_WORLDS,
    STUDY,
    WORLDS_BEYOND,
    PooledWorld,
    judge_world,
)
from tests.simulation.report import pooled_failures, report, summary
from tests.simulation.worlds import WORLDS, Population, World, populate

SEED = 2025
PARTS = ("studies", "elsewhere", "pooled")
SIZE = 40_000  # patients of a world
FIGURES = PACKAGE / "studies" / "simulation.json"
REPORT = PACKAGE.parent / "docs" / "simulation.md"


def simulate(
    models: Mapping[str, LogisticModel], patients: int, studies: int
) -> dict[str, Any]:
    """Every study in every world."""
    return {
        "seed": SEED,
        "patients": patients,
        "low": LOW,
        "studies": studies,
        "worlds": {name: world.differs for name, world in WORLDS.items()},
        "models": {
            name: _judge(model, patients, studies) for name, model in models.items()
        },
    }


def _judge(model: LogisticModel, patients: int, studies: int) -> dict[str, Any]:
    found: dict[str, Any] = {"version": model.study.version, "worlds": {}}
    for name, world in WORLDS.items():
        place = populate(model.study, world, size=SIZE, seed=SEED)
        found["worlds"][name] = _in_world(place, model, patients, studies)
        click.echo(f"{model.study.id}: {name}", err=True)
        if world == World(differs=world.differs):
            found |= _more(place, model, patients)
    return found


def add_elsewhere(
    found: dict[str, Any], models: Mapping[str, LogisticModel], patients: int
) -> None:
    """Add to each study what its figures are worth in hospitals unlike its own."""
    found["elsewhere"] = {"patients": patients, "worlds": differences()}
    for name, model in models.items():
        found["models"][name]["elsewhere"] = {
            world: judge_elsewhere(other, model, patients, SIZE, SEED)
            for world, other in worlds_for(model.study).items()
        }
        click.echo(f"{name}: elsewhere", err=True)


def _in_world(
    place: Population, model: LogisticModel, patients: int, studies: int
) -> dict[str, Any]:
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
    printed = [
        one
        for one in model.study.validation.measured
        if one.measure == "AUC" and one.events
    ]
    found["printedAuc"] = [
        {
            "set": one.set,
            "n": one.n,
            "events": one.events,
            "printed": one.value,
            **_ours(place, model, one, random),
        }
        for one in printed
    ]
    return found


def _ours(
    place: Population, model: LogisticModel, one: Any, random: np.random.Generator
) -> dict[str, Any]:
    alone = next((name for word, name in ALONE.items() if word in one.set), None)
    if alone is not None:
        return {"ours": auc_of_one(place, alone)}
    median, low, high = chance_of_auc(place, model, one.n, one.events, random)
    return {"ours": median, "chance": [low, high]}


def rerun_pooled(service: Service, hospitals: int, patients: int) -> dict[str, Any]:
    """The table of the pooled model once more, by the live code."""
    rows = _judge_pooled(POOLED_WORLDS, service, hospitals, patients)
    return {
        "hospitals": hospitals,
        "patients": patients,
        "seed": SEED,
        "differs": DIFFERS,
        "rows": rows,
        "beyond": _judge_pooled(WORLDS_BEYOND, service, hospitals, patients),
    }


def _judge_pooled(
    worlds: Sequence[PooledWorld], service: Service, hospitals: int, patients: int
) -> list[dict[str, Any]]:
    rows = []
    study = service.models[STUDY]
    for world in worlds:
        rows.append(
            judge_world(world, service.pooled, study, hospitals, patients, SEED)
        )
        click.echo(
            f"{service.pooled.study.id}: {rows[-1]['world']}, {rows[-1]['incidence']}",
            err=True,
        )
    return rows


DIFFERS = (
    "In the rerun every input of the pooled model is known; of the study's inputs, T-score, BMI and sarcopenia. A"
    " site's incidence is that of its simulated patients, weighted with the pooled one. Which inputs were known in the"
    " table as given is not recorded."
)
ALONE = {"total psoas area alone": "psoas-total-area", "fat": "es-mf-fat-fraction"}


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--studies", type=int, default=60)
    parser.add_argument(
        "--hospitals", type=int, default=300, help="of the pooled model's worlds"
    )
    parser.add_argument("--of-hospital", type=int, default=300, help="patients of each")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=PARTS,
        default=PARTS,
        help="leave the rest as it is",
    )
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    service = load_service()
    found = read_json(FIGURES)
    if "studies" in chosen.only:
        elsewhere = {name: one["elsewhere"] for name, one in found["models"].items()}
        again = simulate(service.models, chosen.patients, chosen.studies)
        found = again | {"elsewhere": found["elsewhere"]}
        for name, one in found["models"].items():
            one["elsewhere"] = elsewhere.get(name, {})
    if "elsewhere" in chosen.only:
        add_elsewhere(found, service.models, chosen.patients)
    for one in found["models"].values():
        one["summary"] = summary(one)
    pooled = read_json(POOLED_SIMULATION)
    if "pooled" in chosen.only:
        pooled["rerun"] = rerun_pooled(service, chosen.hospitals, chosen.of_hospital)
    pooled["failures"] = pooled_failures(pooled["rerun"])
    text = report(found, pooled)
    if chosen.write:
        POOLED_SIMULATION.write_text(
            json.dumps(pooled, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        FIGURES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        REPORT.write_text(text, encoding="utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
