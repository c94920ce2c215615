"""The engine for exports beyond one machine.

Spark brings the lines of a patient together, `score` does the rest.

In a cluster every executor has this package, and reads the files at the same paths as
the driver. Bad lines are rare: the driver looks up their numbers, since Spark reads
files in pieces and counts no lines.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as column

from cds_service.call import Service
from cds_service.population.bulk import (
    BadLine,
    LineError,
    bucket_count,
    chunks_of,
    lines_in,
    shared_names,
    take_line,
)
from cds_service.population.job import Job, Report, load, types_read, write_results
from cds_service.population.scoring import Result, Run, find_treated, look_for, score

Batches = Iterator[pa.RecordBatch]
WHOLE_FILE = 1 << 62  # bytes
BATCH = 1000  # rows
READ = pa.schema(
    [
        ("kind", pa.string()),
        # lines of the kind that name no patient, for one task
        ("ownerless", pa.int64()),
        ("bad_file", pa.string()),
        ("patient", pa.string()),
        ("name", pa.string()),  # of a shared resource
        # of the shared resources that a line refers to
        ("names", pa.list_(pa.string())),
        ("line", pa.binary()),
        # True if the line may be the patient's augmentation, or one order is for all.
        ("treats", pa.bool_()),
    ]
)
READ_DDL = (
    "kind string, ownerless long, bad_file string, patient string, name string,"
    " names array<string>, line binary, treats boolean"
)
SCORED = pa.schema([(name, pa.string()) for name in Result._fields])
SCORED_DDL = ", ".join(f"{name} string" for name in Result._fields)


def score_on_spark(job: Job, out: Path | None, worklist: Path | None) -> Report:
    """Score the export on Spark and write the results.

    It uses the session in force, else one of this machine.

    Args:
        job: what to score.
        out: where the lines go; standard output if None.
        worklist: where the worklist goes.

    Raises:
        WrongJob: the procedure is not an augmentation.
    """
    # This refuses a wrong procedure before anything is read.
    job.run((), load(job.site))
    session = spark_session()
    shares = max(bucket_count(job.files), session.sparkContext.defaultParallelism)
    session.conf.set("spark.sql.shuffle.partitions", shares)
    text = session.read.text([_uri(file) for file in job.files], lineSep="\n")
    lines = text.select(
        column.col("_metadata.file_path").alias("file"),
        column.col("value").cast("binary"),
    )
    read = lines.mapInArrow(_reading(job), READ_DDL).persist(StorageLevel.DISK_ONLY)
    counts = read.filter("kind is not null").groupBy("kind").sum("ownerless").collect()
    exported = frozenset(kind for kind, _ in counts)
    bad_files = {
        unquote(urlsplit(row.bad_file).path)
        for row in read.filter("bad_file is not null").collect()
    }
    together = (
        _together(read).repartition("patient").sortWithinPartitions("patient", "line")
    )
    scored = together.mapInArrow(_scoring(job, exported), SCORED_DDL).persist(
        StorageLevel.DISK_ONLY
    )
    report = Report(
        bad=_bad_lines(job, bad_files),
        ownerless=Counter({kind: count for kind, count in counts if count}),
    )
    results = (Result(*row) for row in scored.orderBy("patient").toLocalIterator())
    write_results(results, job, out, worklist, report)
    scored.unpersist()
    read.unpersist()
    return report


def spark_session() -> SparkSession:
    """Return the session in force, else one on this machine.

    It spills and serves patients' records. Its files are for this user alone, and its
    ports are on loopback unless the environment says otherwise.
    """
    # Spark's workers have to use the same Python.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("kyphoplasty-cds score").config(
        "spark.ui.enabled", "false"
    )
    builder = builder.config(
        "spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower()
    )
    # Java takes the mask over, and hands it to the workers.
    before = os.umask(0o077)
    try:
        session = builder.getOrCreate()
    finally:
        os.umask(before)
    session.sparkContext.setLogLevel("ERROR")
    return session


def _uri(file: Path) -> str:
    """Write a file's address for Spark, with the signs of patterns escaped."""
    return "file://" + re.sub(r"([\\\[\]{}*?])", r"\\\1", str(file.resolve()))


def _together(read: DataFrame) -> DataFrame:
    """Join each patient's own lines with the shared resources that they refer to.

    A patient who neither was treated nor is to be has one empty line.
    """
    everyone = read.filter("patient is not null")
    treated = everyone.filter("treats").select("patient").distinct()
    own = everyone.join(treated, "patient", "left_semi")
    others = everyone.join(treated, "patient", "left_anti").select("patient").distinct()
    shared = read.filter("name is not null").select("name", "line")
    wanted = own.select("patient", column.explode("names").alias("name")).distinct()
    return (
        own.select("patient", "line")
        .union(wanted.join(shared, "name").select("patient", "line"))
        .union(others.withColumn("line", column.lit(b"")))
    )


@cache
def _service(job: Job) -> Service:
    """Return all that is in force, once in each worker of Spark."""
    return load(job.site)


@cache
def _run(job: Job, exported: frozenset[str]) -> Run:
    return job.run(exported, _service(job))


def _reading(job: Job) -> Callable[[Batches], Batches]:
    """Return the function that makes rows of `READ` from lines, for Spark's workers."""

    def read(batches: Batches) -> Batches:
        service, run = _service(job), _run(job, frozenset())
        look = look_for(service)
        types = types_read(service, with_worklist=job.with_worklist)

        def rows() -> Iterator[dict[str, Any]]:
            kinds: Counter[str] = Counter()
            for file, written in _pairs(batches, "file", "value"):
                if not (line := written.strip()):
                    continue
                try:
                    (kind, patient, name), content = take_line(line, look, run.bases)
                except LineError:
                    yield {"bad_file": file}
                    continue
                kinds[kind] += 0
                if name:
                    yield {"name": name, "line": content}
                elif kind in types and patient:
                    yield {
                        "patient": patient,
                        "names": shared_names(content),
                        "line": content,
                        "treats": job.is_for_all or bool(find_treated(line, run)),
                    }
                elif kind in types:
                    kinds[kind] += 1
            yield from (
                {"kind": kind, "ownerless": count}
                for kind, count in kinds.items()
                if kind
            )

        yield from _batches(rows(), READ)

    return read


def _scoring(job: Job, exported: frozenset[str]) -> Callable[[Batches], Batches]:
    """Return the function that scores the patients of a batch, for Spark's workers."""

    def score_all(batches: Batches) -> Batches:
        run = _run(job, exported)
        groups = groupby(_pairs(batches, "patient", "line"), key=itemgetter(0))
        results = (
            score(patient, [line for _, line in pairs if line], run)
            for patient, pairs in groups
        )
        yield from _batches((result._asdict() for result in results), SCORED)

    return score_all


def _pairs(batches: Batches, *names: str) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def _batches(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> Batches:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            yield pa.RecordBatch.from_pylist(waiting, schema)
            waiting = []
    if waiting:
        yield pa.RecordBatch.from_pylist(waiting, schema)


def _bad_lines(job: Job, paths: set[str]) -> list[BadLine]:
    """Return the bad lines of these files, by number."""
    bad: list[BadLine] = []
    look = look_for(load(job.site))
    for chunk in chunks_of(
        (file for file in job.files if str(file.resolve()) in paths), WHOLE_FILE
    ):
        for number, line in enumerate(map(bytes.strip, lines_in(chunk)), start=1):
            try:
                if line:
                    take_line(line, look)
            except LineError as error:
                bad.append(BadLine(str(chunk.file), number, str(error)))
    return bad
