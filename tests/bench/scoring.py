"""What `score` costs beside a plain pass of orjson over the same export.

    python -m tests.population_load EXPORT 20000 100
    uv run --with orjson python -m tests.bench.scoring EXPORT

Processor time of all processes, best of the rounds: other work on the machine adds to
wall time, and less to this. What is loaded once is not counted.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import click

from cds_service.population import job, local
from cds_service.population.bulk import export_files

AS_OF = date(2026, 11, 20)
ROUNDS = 5


def processor_time() -> float:
    """Seconds of this process and of those that it waited for."""
    both = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def cost(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    before = processor_time()
    work()
    return processor_time() - before


def main(folder: Path) -> None:
    """Print both, side by side."""
    decode = import_module("orjson").loads
    service = job.load(None)
    files = export_files([folder], job.types_read(service))
    # loaded once, as by the command
    local.load = lambda _site: service  # type: ignore[attr-defined]

    def plainly() -> None:
        for file in files:
            with file.open("rb") as lines:
                for line in lines:
                    decode(line)

    def scored() -> job.Report:
        with tempfile.TemporaryDirectory() as place:
            asked = job.Job(files=files, as_of=AS_OF)
            return local.score_locally(asked, Path(place) / "out", None)

    report = scored()
    assessed = report.patients - sum(report.not_assessed.values())
    click.echo(f"{report.patients} patients, {assessed} assessed")
    rounds = [(cost(scored), cost(plainly)) for _ in range(ROUNDS)]
    for name, seconds in zip(("score", "orjson"), map(min, *rounds), strict=True):
        each = seconds / report.patients
        click.echo(
            f"{name:7} {each * 1000:.3f} ms a patient, {2 / each:,.0f}/s of two cores"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
