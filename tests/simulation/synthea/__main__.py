"""Outcomes that nobody here wrote: Synthea makes two exports with refractures at known rates (`module.py`).

python -m tests.simulation.synthea [--patients N] [--folder F]

`outcomes` must find the procedures and refractures, `validate` how far the figures are off, and `--refit` on the first
export must put them right on the second. Needs Java and Maven; Synthea comes from Maven
Central once.
"""

import csv
import json
import subprocess
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from cds_service.cli import main as command
from tests.simulation.synthea.module import TRUTH, module

HERE = Path(__file__).parent
READ = "Patient,Observation,Condition,Procedure,Encounter,MedicationRequest,MedicationAdministration,ServiceRequest"
STUDY = "sarcopenia-pvm-2022"
LEAST_FOUND = 174 / 206  # of the refractures of 600 patients each
TODAY = "20261101"  # of Synthea, so that another day makes the same patients


def generate(folder: Path, name: str, patients: int, seed: int) -> Path:
    """An export of patients between 74 and 84, made once."""
    export = folder / name / "fhir"
    if (export / "Patient.ndjson").exists():
        return export
    if not (folder / "lib").exists():
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={folder / 'lib'}"]
        subprocess.run(
            ["mvn", "--batch-mode", "--quiet", "-f", str(HERE / "pom.xml"), *copy],
            check=True,
        )
    modules = folder / "modules"
    modules.mkdir(exist_ok=True)
    (modules / "kyphoplasty_truth.json").write_text(
        json.dumps(module()), encoding="utf-8"
    )
    options = {
        "fhir.bulk_data": "true",
        "years_of_history": "0",
        "hospital.fhir.export": "false",
        "practitioner.fhir.export": "false",
        "fhir.included_resources": READ,
        "baseDirectory": str(folder / name),
    }
    subprocess.run(
        [
            *(
                "java",
                "-Xmx2g",
                "-cp",
                f"{folder / 'lib'}/*",
                "App",
                "-p",
                str(patients),
                "-a",
                "74-84",
            ),
            *(
                "-s",
                str(seed),
                "-cs",
                str(seed),
                "-r",
                TODAY,
                "-e",
                TODAY,
                "-d",
                str(modules),
            ),
            *("-m", "kyphoplasty_truth"),
            *(f"--exporter.{key}={value}" for key, value in options.items()),
            "Massachusetts",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return export


def lines_of(export: Path, kind: str) -> list[dict[str, Any]]:
    with (export / f"{kind}.ndjson").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def whose(resource: dict[str, Any]) -> str:
    return str(resource["subject"]["reference"].removeprefix("Patient/"))


def run(*arguments: str, site: Path | None = None) -> str:
    result = CliRunner().invoke(
        command, arguments, env={"KYPHOPLASTY_CDS_SITE": str(site)} if site else {}
    )
    if result.exit_code != 0:
        raise SystemExit(result.output)
    return result.stdout


def confirmed(export: Path, out: Path) -> Path:
    """The outcomes with every row confirmed, since nobody is there to look."""
    run("outcomes", str(export), "--out", str(out))
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "confirmed": "yes"} for row in rows)
    return out


def say_found(export: Path, out: Path) -> tuple[int, int, int]:
    """Procedures and refractures that were found, against those that happened.

    Returns:
        How many were found, how many there were, and how many were found wrongly.
    """
    rows = {
        row["id"]: row
        for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    }
    operated = {
        whose(one)
        for one in lines_of(export, "Procedure")
        if "kyphoplasty" in json.dumps(one)
    }
    true = {
        whose(one)
        for one in lines_of(export, "Observation")
        if TRUTH in json.dumps(one)
    }
    found = {name for name, row in rows.items() if row["outcome-refracture"] == "1"}
    unknown = sum(row["outcome-refracture"] == "" for row in rows.values())
    click.echo(
        f"procedures: {len(operated & rows.keys())} of {len(operated)} patients, {len(rows.keys() - operated)} wrong"
    )
    hit = len(true & found)
    click.echo(
        f"refractures: {hit} of {len(true)} found ({hit / len(true):.3f}), {hit} of {len(found)} true"
    )
    share = f"{hit / len(found):.3f}" if found else "none"
    click.echo(f"predictive value {share}; not followed for 12 months: {unknown}")
    missed = Counter(
        rows[name]["event"].split(": ", 1)[-1][:70]
        for name in true - found
        if name in rows
    )
    wrong = Counter(
        rows[name]["event"].split(": ", 1)[-1][:70] for name in found - true
    )
    click.echo(f"missed: {dict(missed)}; wrong: {dict(wrong)}")
    return hit, len(true), len(found - true)


def say_fit(name: str, out: Path, site: Path | None = None) -> None:
    found = json.loads(run("validate", str(out), "--json", site=site))["models"][STUDY]
    measures = ("observedExpected", "calibrationIntercept", "calibrationSlope", "auc")
    said = [f"{one} {found[one]['value']:.2f} ({found[one]['interval'][0]:.2f} to {found[one]['interval'][1]:.2f})"
            for one in measures if found[one]]  # fmt: skip
    click.echo(f"{name}: n {found['n']}, events {found['events']}, {', '.join(said)}")


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.simulation.synthea")
    parser.add_argument("--patients", type=int, default=600)
    parser.add_argument("--folder", type=Path, default=Path(".cache/synthea"))
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    exports = [
        generate(folder, name, chosen.patients, seed)
        for name, seed in (("first", 11), ("second", 12))
    ]
    first, second = (
        confirmed(export, folder / f"{export.parent.name}.csv") for export in exports
    )
    counts = []
    for export, out in zip(exports, (first, second), strict=True):
        counts.append(say_found(export, out))
    hit, true, wrong = map(sum, zip(*counts, strict=True))
    click.echo(f"of both: {hit} of {true} refractures found, {wrong} wrongly")
    if hit / true < LEAST_FOUND or wrong:
        raise SystemExit("fewer refractures were found than before, or wrong ones")
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "site.toml").write_text('[site]\nname = "Synthea"\n', encoding="utf-8")
    (site / "recalibration.toml").unlink(missing_ok=True)
    say_fit("first export", first)
    say_fit("second export", second)
    run("validate", str(first), "--refit", str(site))
    click.echo((site / "recalibration.toml").read_text(encoding="utf-8"))
    say_fit("second export, recalibrated on the first", second, site)


if __name__ == "__main__":
    main()
