"""The engine for one machine: processes on all cores, a share of the patients in memory at a time.

First the lines are sorted into parts by patient, then each share is scored, then the shares are merged. Every step
leaves whole files in the work folder, so that a killed run goes on with what is missing.
"""

import heapq
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cds_service.errors import CdsError
from cds_service.population.bulk import (
    PartReport,
    SharedResources,
    bad_lines,
    bucket_count,
    chunks_of,
    read_bucket,
    read_report,
    replaced,
    write_part,
    write_shared,
)
from cds_service.population.job import (
    Job,
    Report,
    Result,
    WrongJob,
    load,
    report_of,
    result_of,
    types_read,
    write_results,
)
from cds_service.population.scoring import Look
from cds_service.service import Service

SMALL_BYTES = 4 * 1024 * 1024  # of an export that one process scores before others have started
POLL_SECONDS = 0.2

Step = Callable[[int], None]
Maker = Callable[[Job, Path, Service], Step]


class WorkerEnded(CdsError):
    """A worker process ended before its work was done."""


def score_locally(job: Job, out: Path | None, worklist: Path | None) -> Report:
    """Score the export on this machine and write the results.

    Args:
        job: what to score.
        out: where the lines go; standard output when None, and then a killed run begins anew.
        worklist: where the worklist goes.

    Raises:
        WorkerEnded: a process was killed, or fell over.
        WrongJob: the procedure is no augmentation, or the work folder is somebody's own.
    """
    service = load(job.site)
    job.run((), service)  # refuses a wrong procedure before anything is read
    with _work_folder(out, job.digest(service)) as folder:
        chunks, buckets = chunks_of(job.files), bucket_count(job.files)
        parts = [_part(folder, place) for place in range(len(chunks))]
        _share_out("reading", _reading, [part.with_suffix(".json") for part in parts], job, folder, service)
        reports = _reports(job, folder)
        write_shared(reports, _shared(folder))
        shares = [_share(folder, bucket) for bucket in range(buckets)]
        _share_out("scoring", _scoring, shares, job, folder, service)
        report = report_of(bad_lines(chunks, reports.values()), [one.ownerless for one in reports.values()])
        write_results(heapq.merge(*map(_results, shares)), job, out, worklist, report)
    return report


@contextmanager
def _work_folder(out: Path | None, digest: str) -> Iterator[Path]:
    """The folder of parts: beside `out`, where the same run finds what it left; emptied where another run left it."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-") as name:
            yield Path(name)
        return
    folder = out.with_name(f"{out.name}.work")
    key = folder / "run"
    if folder.is_symlink() or (folder.exists() and not key.is_file() and any(folder.iterdir())):
        raise WrongJob(f"{folder} holds no earlier run and would be emptied: move it, or name another --out")
    if not key.is_file() or key.read_text(encoding="utf-8") != digest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)  # it holds the patients' data
        key.write_text(digest, encoding="utf-8")
    yield folder
    shutil.rmtree(folder)


def _part(folder: Path, chunk: int) -> Path:
    return folder / f"{chunk:05}.part"


def _share(folder: Path, bucket: int) -> Path:
    return folder / f"{bucket:05}.scored"


def _shared(folder: Path) -> Path:
    return folder / "shared.sqlite3"


def _reports(job: Job, folder: Path) -> dict[Path, PartReport]:
    parts = (_part(folder, place) for place in range(len(chunks_of(job.files))))
    return {part: report for part in parts if (report := read_report(part)) is not None}


def _reading(job: Job, folder: Path, service: Service) -> Step:
    """The step that sorts a chunk into its part."""
    run, chunks, buckets = job.run((), service), chunks_of(job.files), bucket_count(job.files)
    look, types = Look(service), types_read(service, with_worklist=job.with_worklist)

    def step(place: int) -> None:
        write_part(chunks[place], _part(folder, place), buckets, types, look, run.bases)

    return step


def _scoring(job: Job, folder: Path, service: Service) -> Step:
    """The step that scores a share of the patients."""
    reports = _reports(job, folder)
    run = job.run((kind for report in reports.values() for kind in report.kinds), service)
    shared = SharedResources(_shared(folder))

    def step(bucket: int) -> None:
        with replaced(_share(folder, bucket)) as target:
            for patient, lines in read_bucket(reports, bucket).items():
                found = result_of(patient, [*lines, *shared.of(lines)], run)
                target.write("\t".join(found).encode() + b"\n")

    return step


def _results(share: Path) -> Iterator[Result]:
    with share.open(encoding="utf-8") as lines:
        for line in lines:
            yield Result(*line.rstrip("\n").split("\t"))


# --- processes -------------------------------------------------------------------------------------------------------


def _share_out(name: str, maker: Maker, files: Sequence[Path], job: Job, folder: Path, service: Service) -> None:
    """Do the steps whose files are not there yet, on all cores, and show on a terminal how long it will take."""
    places = [place for place, file in enumerate(files) if not file.exists()]
    is_small = sum(file.stat().st_size for file in job.files) < SMALL_BYTES
    count = 1 if is_small else min(len(os.sched_getaffinity(0)), len(places))
    with _progress() as progress:
        task = progress.add_task(name, total=len(files), completed=len(files) - len(places))
        if count > 1:
            for done in _side_by_side(maker, places, job, folder, count, files):
                progress.update(task, completed=done)
            return
        step = maker(job, folder, service)
        for place in places:
            step(place)
            progress.advance(task)


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _side_by_side(
    maker: Maker, places: Sequence[int], job: Job, folder: Path, count: int, files: Sequence[Path]
) -> Iterator[int]:
    """Do the steps in so many processes; yields how many files there are, from time to time."""
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_work, args=(maker, job, folder, places[first::count], os.getpid()), daemon=True)
        for first in range(count)
    ]
    for worker in workers:
        worker.start()
    try:
        while any(worker.is_alive() for worker in workers):
            wait([worker.sentinel for worker in workers], POLL_SECONDS)
            if any(worker.exitcode for worker in workers):
                raise WorkerEnded(
                    "A worker process ended before its work was done; run the same command again to go on."
                )
            yield sum(file.exists() for file in files)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _work(maker: Maker, job: Job, folder: Path, places: Sequence[int], parent: int) -> None:
    """The life of a worker: its steps, as long as the command that wants them runs."""
    step = maker(job, folder, load(job.site))
    for place in places:
        if os.getppid() != parent:
            return
        step(place)
