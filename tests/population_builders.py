"""Patients of an export, each with their own id, as lines of NDJSON by type."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cds_service.cli import main
from tests.chart_builders import PATIENT, TODAY, Resource, days_ago, of_patient
from tests.codes import CPT, SCT, codeable

Json = dict[str, Any]


def whose(patient: str, resources: Iterable[Resource]) -> list[Json]:
    """The same resources of another patient: every `pat-1` in ids and references becomes theirs."""
    found = []
    for raw in resources:
        renamed = json.loads(
            json.dumps(raw).replace(f"Patient/{PATIENT}", f"Patient/{patient}")
        )
        renamed["id"] = (
            patient if raw["resourceType"] == "Patient" else f"{patient}-{raw['id']}"
        )
        found.append(renamed)
    return found


def write_export(folder: Path, resources: Iterable[Mapping[str, Any]]) -> Path:
    """One file per type, as a server writes them."""
    folder.mkdir(exist_ok=True)
    by_type: dict[str, list[str]] = {}
    for raw in resources:
        by_type.setdefault(raw["resourceType"], []).append(json.dumps(raw))
    for kind, lines in by_type.items():
        (folder / f"{kind}.ndjson").write_text(
            "".join(f"{line}\n" for line in lines), encoding="utf-8"
        )
    return folder


def done(days: int, number: str = "done", **members: Any) -> Resource:
    """A kyphoplasty of L1 so many days ago; `**members` replace elements, None leaves one out."""
    said = {
        "status": "completed",
        "code": codeable(CPT, "22514"),
        "performedDateTime": days_ago(days),
    }
    return of_patient(
        "Procedure",
        number,
        **{**said, "bodySite": [codeable(SCT, "66794005")], **members},
    )


def write_csv(path, rows):
    head = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, head, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def validate(*arguments):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def worklist(export: Path, file: Path) -> str:
    options = [
        "--as-of",
        TODAY.isoformat(),
        "--out",
        str(file.with_suffix(".out")),
        "--worklist",
        str(file),
    ]
    result = CliRunner().invoke(main, ["score", str(export), *options])
    assert result.exit_code == 0, result.output
    return file.read_text(encoding="utf-8")
