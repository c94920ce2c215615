"""A large export of invented patients, 40 resources each, to measure `score` on.

    python -m tests.population_load FOLDER PATIENTS [ONE_IN]
    kyphoplasty-cds score FOLDER --as-of 2026-11-20 --out scored.ndjson

Of 40 resources 24 are laboratory values and vital signs that no finding reads. One
patient in `ONE_IN` had a kyphoplasty, every one without it; the others had another
operation.
"""

import json
import random
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.chart_builders import TODAY, Resource, drug, measured, patient, problem
from tests.codes import LOINC, codeable
from tests.population_builders import done, whose

LABORATORY = (
    "2160-0",
    "718-7",
    "2345-7",
    "6690-2",
    "777-3",
    "2951-2",
    "2823-3",
    "8480-6",
    "8462-4",
    "8867-4",
)
PROBLEMS = ("I10", "E78.5", "E11.9", "M81.0", "I48.91", "J44.9", "N18.30", "K21.9")
DRUGS = ("losartan", "alendronate", "denosumab", "prednisolone")
CHARTS = 3000
TREATMENT, OTHER = "22514", "27130"  # CPT: kyphoplasty, hip replacement
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
MEASURES = (
    ("bmd-t-score", -2.6, 0.6),
    ("weight", 62, 10),
    ("height", 1.6, 0.1),
    ("grip-strength", 18, 5),
)


def chart(draw: random.Random) -> list[Resource]:
    """One patient's 40 resources."""
    index = draw.randint(1, 700)
    found = [
        patient(draw.choice(["male", "female"]), draw.randint(60, 95)),
        done(index),
    ]
    for number in range(24):
        code = codeable(LOINC, draw.choice(LABORATORY), display="Laboratory value")
        found.append(
            _observed(
                "bmi",
                draw.gauss(100, 20),
                f"lab{number}",
                draw.randint(0, 900),
                code=code,
            )
        )
    for name, mean, sd in MEASURES:
        found.append(
            _observed(
                name, draw.gauss(mean, sd), f"o-{name}", index + draw.randint(0, 200)
            )
        )
    found += [
        problem(one, days=draw.randint(10, 2000)) for one in draw.sample(PROBLEMS, 5)
    ]
    for number, name in enumerate(draw.choices(DRUGS, (8, 1, 1, 1), k=5)):
        found.append(drug(name, number=f"m{number}", days=draw.randint(5, 900)))
    return found


def _observed(
    name: str, value: float, number: str, days: int, **members: Any
) -> Resource:
    stamp = (TODAY - timedelta(days=days)).isoformat()
    usual = {
        "meta": {"versionId": "1", "lastUpdated": f"{stamp}T10:00:00.000Z"},
        "category": [codeable(CATEGORY, "laboratory", display="Laboratory")],
        "encounter": {"reference": f"Encounter/{number}"},
        "issued": f"{stamp}T10:00:00.000Z",
    }
    return measured(name, round(value, 2), number=number, days=days, **usual, **members)


def write(folder: Path, count: int, one_in: int = 1) -> None:
    """The export, one file per type; one patient in so many was treated."""
    draw = random.Random(1)
    charts = [
        [
            (raw["resourceType"], json.dumps(raw, separators=(",", ":")))
            for raw in whose("PATIENT-ID", chart(draw))
        ]
        for _ in range(CHARTS)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files: dict[str, Any] = {}
        for number in range(count):
            for kind, written in charts[number % CHARTS]:
                text = written.replace(TREATMENT, OTHER) if number % one_in else written
                if kind not in files:
                    files[kind] = stack.enter_context(
                        (folder / f"{kind}.ndjson").open("w", encoding="utf-8")
                    )
                files[kind].write(text.replace("PATIENT-ID", f"{number:07}") + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:]))
