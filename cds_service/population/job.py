"""One run of `score`, for both engines: its options, its input and its results."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs, quote, urlencode

from cds_service import __version__
from cds_service.call import Service
from cds_service.errors import CdsError
from cds_service.fhir.references import NO_BASE, bases_of
from cds_service.loading import load_service
from cds_service.population.bulk import SHARED, BadLine, replaced, type_of
from cds_service.population.scoring import Result, Run
from cds_service.population.worklist import ALSO_READ, Row, write_worklist
from cds_service.samples.requests import augmentation_order, fault_of_order
from cds_service.site.folder import load_site


class WrongJob(CdsError):
    """The command line does not describe a valid run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The request of the command line; a worker process makes its `Run` from it.

    Attributes:
        files: files of the export, in order.
        as_of: the day that counts as today.
        procedure: a CPT number or `system|code` for all; None for each patient's own.
        levels: vertebrae for all.
        fhir_server: base of the server that made the export, under which absolute
            references count.
    """

    files: tuple[Path, ...]
    as_of: date
    procedure: str | None = None
    levels: tuple[str, ...] = ()
    fhir_server: str | None = None
    site: Path | None = None
    with_worklist: bool = False

    @property
    def is_for_all(self) -> bool:
        """Tell if one order counts for every patient, treated or not."""
        return bool(self.procedure or self.levels)

    def digest(self, service: Service) -> str:
        """Hash all that the result follows from: options, files, data in force."""
        stats = []
        for file in self.files:
            stat = file.stat()
            stats.append((str(file.resolve()), stat.st_size, stat.st_mtime_ns))
        parts = [
            self.as_of,
            self.procedure,
            self.levels,
            self.fhir_server,
            self.with_worklist,
            stats,
        ]
        return sha256(
            repr([*parts, sorted(service.digests.items()), __version__]).encode()
        ).hexdigest()

    def run(self, exported: Iterable[str], service: Service | None = None) -> Run:
        """Return the settings that all patients share.

        Args:
            exported: types of the lines that were read.
            service: all that is in force; loaded if None.

        Raises:
            WrongJob: the procedure is not an augmentation that the service knows.
        """
        service = service or load(self.site)
        # A type with a file was exported, even if the file is empty.
        named = frozenset(filter(None, map(type_of, self.files)))
        order = None
        if self.is_for_all:
            order = augmentation_order(
                "for-all", self.procedure, self.levels, self.as_of
            )
            order = {
                name: part for name, part in order.items() if name != "subject"
            } | {"id": "for-all"}
            if fault := fault_of_order(order, service.terminology):
                raise WrongJob(fault)
        return Run(
            service=service,
            hook=service.signing_hook,
            as_of=self.as_of,
            exported=named | frozenset(exported),
            order=order,
            with_worklist=self.with_worklist,
            bases=bases_of([self.fhir_server]) if self.fhir_server else NO_BASE,
        )


def load(site: Path | None) -> Service:
    """Return all that is in force, with the site's folder if there is one."""
    return load_service(load_site(site) if site else None)


def types_read(service: Service, *, with_worklist: bool = False) -> frozenset[str]:
    """Return the resource types that a run reads."""
    hook = service.signing_hook
    needed = frozenset(
        template.resource_type for template in hook.plan.needed.templates
    )
    return SHARED | needed | (ALSO_READ if with_worklist else frozenset())


def export_address(base: str, service: Service, *, with_worklist: bool = False) -> str:
    """Make the address of `$export` (FHIR Bulk Data Access 2.0).

    It has `_type`, and `_typeFilter` for the Observations that are read.

    Args:
        base: base of the server, for all its patients; or a Group on it (`…/Group/12`),
            for that group's.
        service: all that is in force, with the site's codes.
        with_worklist: ask for the types of the worklist too.
    """
    hook = service.signing_hook
    templates = hook.plan.needed.templates
    visits = sorted(ALSO_READ) if with_worklist else ()
    types = dict.fromkeys(
        [*(template.resource_type for template in templates), *sorted(SHARED), *visits]
    )
    queries = (
        parse_qs(template.text.partition("?")[2])
        for template in templates
        if template.resource_type == "Observation"
    )
    codes = dict.fromkeys(
        code
        for query in queries
        for codes in query["code"]
        for code in codes.split(",")
    )
    whose = "" if base.split("/")[-2:-1] == ["Group"] else "/Patient"
    parameters = {
        "_type": ",".join(types),
        "_typeFilter": f"Observation?{urlencode({'code': ','.join(codes)})}",
    }
    return f"{base}{whose}/$export?{urlencode(parameters, quote_via=quote)}"


# --- what comes out


@dataclass(slots=True, kw_only=True)
class Report:
    """The counts to print at the end.

    Attributes:
        not_assessed: patients by the reason.
        ownerless: number of resources that name no certain patient, by type.
    """

    patients: int = 0
    not_assessed: Counter[str] = field(default_factory=Counter)
    bad: Sequence[BadLine] = ()
    ownerless: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Return the lines for the terminal: bad lines first, then counts."""
        yield from map(str, self.bad)
        for kind, count in sorted(self.ownerless.items()):
            yield (
                f"{count} {kind} name no patient by a plain reference and are left out"
                " (absolute references count under --fhir-server)"
            )
        for why, count in sorted(self.not_assessed.items()):
            yield f"{count} patients not assessed: {why}"
        skipped = f", {len(self.bad)} bad lines" if self.bad else ""
        yield (
            f"{self.patients} patients,"
            f" {self.patients - sum(self.not_assessed.values())} assessed{skipped}"
        )


def write_results(
    results: Iterable[Result],
    job: Job,
    out: Path | None,
    worklist: Path | None,
    report: Report,
) -> None:
    """Write a line for each patient as results come, and the worklist."""
    rows: list[tuple[str, Row]] = []
    with _target(out) as target:
        for result in results:
            target.write(result.line.encode() + b"\n")
            why_not, waiting = json.loads(result.why_and_rows)
            report.patients += 1
            if why_not:
                report.not_assessed[why_not] += 1
            rows += [(result.patient, Row(*row)) for row in waiting]
    if worklist is not None:
        write_worklist(rows, worklist, job.as_of)


@contextmanager
def _target(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with replaced(out) as target:
            yield target
