"""The engine for one machine: processes on all cores.

Each process holds one share of the patients in memory.

The first step finds the patients who were treated or are to be. The second sorts their
lines into parts by patient, the third scores each share, and the last merges the
shares. Every step leaves whole files in the work folder, so that a killed run goes on
with those that are missing.
"""

import gc
import heapq
import json
import multiprocessing
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

from rich.console import Console
from rich.progress import track

from cds_service.call import Service
from cds_service.errors import CdsError
from cds_service.population import bulk
from cds_service.population.job import (
    Job,
    Report,
    WrongJob,
    load,
    types_read,
    write_results,
)
from cds_service.population.scoring import (
    Result,
    find_treated,
    look_for,
    may_treat,
    score,
)

# Size of an export that one process scores before others have started.
SMALL_BYTES = 4 * 1024 * 1024

Step = Callable[[int], None]
Maker = Callable[[Job, Path, Service], Step]


def score_locally(job: Job, out: Path | None, worklist: Path | None) -> Report:
    """Score the export on this machine and write the results.

    Args:
        job: what to score.
        out: where the lines go; standard output if None, and then a killed run begins
            anew.
        worklist: where the worklist goes.

    Raises:
        CdsError: a process was killed, or fell over.
        WrongJob: the procedure is not an augmentation, or the work folder is somebody's
            own.
    """
    service = load(job.site)
    # This refuses a wrong procedure before anything is read.
    job.run((), service)
    with _work_folder(out, job.digest(service)) as folder:
        chunks, buckets = bulk.chunks_of(job.files), bulk.bucket_count(job.files)
        parts = [_part(folder, place) for place in range(len(chunks))]
        if not job.is_for_all:
            lists = [part.with_suffix(".treated") for part in parts]
            _share_out("finding", _finding_step, lists, job, folder, service)
        sorted_parts = [part.with_suffix(".json") for part in parts]
        _share_out("reading", _sorting_step, sorted_parts, job, folder, service)
        reports = _reports(job, folder)
        bulk.write_shared(reports, folder / bulk.SHARED_FILE)
        shares = [_share(folder, bucket) for bucket in range(buckets)]
        _share_out("scoring", _scoring_step, shares, job, folder, service)
        ownerless = sum(
            (Counter(part.ownerless) for part in reports.values()), Counter[str]()
        )
        report = Report(
            bad=bulk.bad_lines(chunks, reports.values()), ownerless=ownerless
        )
        write_results(heapq.merge(*map(_results, shares)), job, out, worklist, report)
    return report


@contextmanager
def _work_folder(out: Path | None, digest: str) -> Iterator[Path]:
    """Yield the folder of parts, next to `out`.

    The same run finds its earlier files there; those of another run are removed.
    """
    if out is None:
        with tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-") as name:
            yield Path(name)
        return
    folder = out.with_name(f"{out.name}.work")
    key = folder / "run"
    if folder.is_symlink() or (
        folder.exists() and not key.is_file() and any(folder.iterdir())
    ):
        raise WrongJob(
            f"{folder} holds no earlier run and would be emptied: move it, or name"
            " another --out"
        )
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


def _reports(job: Job, folder: Path) -> dict[Path, bulk.PartReport]:
    """Return the reports of the parts that were written to the end."""
    reports = {}
    for place in range(len(bulk.chunks_of(job.files))):
        part = _part(folder, place)
        report = bulk.read_report(part)
        if report is not None:
            reports[part] = report
    return reports


def _finding_step(job: Job, folder: Path, service: Service) -> Step:
    """Return the step that finds the treated patients of a chunk."""
    run, chunks = job.run((), service), bulk.chunks_of(job.files)

    def step(place: int) -> None:
        patients = {
            find_treated(line, run)
            for lines in bulk.batches_in(chunks[place])
            if may_treat(b"".join(lines))
            for line in lines
        }
        file = _part(folder, place).with_suffix(".treated")
        with bulk.replaced(file) as target:
            target.write(json.dumps(sorted(patients - {""})).encode())

    return step


def _treated(job: Job, folder: Path) -> frozenset[str] | None:
    """Read the patients whom that step found; None if the order is for all."""
    if job.is_for_all:
        return None
    files = folder.glob("*.treated")
    return frozenset(
        patient for file in files for patient in json.loads(file.read_bytes())
    )


def _sorting_step(job: Job, folder: Path, service: Service) -> Step:
    """Return the step that sorts a chunk into its part."""
    chunks = bulk.chunks_of(job.files)
    choice = bulk.LineChoice(
        buckets=bulk.bucket_count(job.files),
        types=types_read(service, with_worklist=job.with_worklist),
        look=look_for(service),
        bases=job.run((), service).bases,
        treated=_treated(job, folder),
    )

    def step(place: int) -> None:
        bulk.write_part(chunks[place], _part(folder, place), choice)

    return step


def _scoring_step(job: Job, folder: Path, service: Service) -> Step:
    """Return the step that scores a share of the patients."""
    reports = _reports(job, folder)
    run = job.run(
        (kind for report in reports.values() for kind in report.kinds), service
    )
    shared = bulk.SharedResources(folder / bulk.SHARED_FILE)

    def step(bucket: int) -> None:
        with bulk.replaced(_share(folder, bucket)) as target:
            for patient, lines in bulk.read_bucket(reports, bucket).items():
                result = score(patient, [*lines, *shared.of(lines)], run)
                target.write("\t".join(result).encode() + b"\n")

    return step


def _results(share: Path) -> Iterator[Result]:
    with share.open(encoding="utf-8") as lines:
        for line in lines:
            yield Result(*line.rstrip("\n").split("\t"))


# --- processes


def _share_out(
    name: str,
    maker: Maker,
    files: Sequence[Path],
    job: Job,
    folder: Path,
    service: Service,
) -> None:
    """Do the steps whose files are not there yet, on all cores.

    A terminal shows the progress.
    """
    places = [place for place, file in enumerate(files) if not file.exists()]
    is_small = sum(file.stat().st_size for file in job.files) < SMALL_BYTES
    count = 1 if is_small else min(len(os.sched_getaffinity(0)), len(places))
    console, before = Console(stderr=True), len(files) - len(places)
    with ExitStack() as stack:
        if count > 1:
            # A forked process has the service that is loaded already.
            fork = multiprocessing.get_context("fork")
            pool = stack.enter_context(
                ProcessPoolExecutor(count, fork, _begin, (maker, job, folder, service))
            )
            steps = pool.map(_do, places)
        else:
            steps = map(maker(job, folder, service), places)
        quiet = not console.is_terminal
        try:
            for _ in track(
                steps, name, len(files), before, console=console, disable=quiet
            ):
                pass
        except BrokenProcessPool:
            advice = (
                "A worker process ended before its work was done; run the same command"
                " again to go on."
            )
            raise CdsError(advice) from None


# The step of this worker process, once it is prepared.
_steps: list[Step] = []


def _begin(maker: Maker, job: Job, folder: Path, service: Service) -> None:
    """Prepare this worker process for its step.

    It ends with the command, even if that is killed.
    """
    Thread(target=_end_with_parent, daemon=True).start()
    _steps.append(maker(job, folder, service))
    # What is loaded stays, so the garbage collector may pass over it.
    gc.freeze()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _do(place: int) -> None:
    _steps[-1](place)
