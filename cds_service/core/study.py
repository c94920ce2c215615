"""Read study files, and check what their schema cannot.

The types are defined in `study_schema.py` and `study_parts.py` and re-exported here. A wrong file stops the start
with its name, the table and the key.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from cds_service.core.study_parts import (
    ContraryEvidence,
    ContraryFinding,
    Criterion,
    Cutoff,
    Measured,
    Outcome,
    Requirement,
)
from cds_service.core.study_schema import (
    Example,
    LogisticStudy,
    MarkerChange,
    MarkerStudy,
    Predictor,
    PrintedError,
    ReducedCheck,
    Statistics,
    StrataStudy,
    StratumCounts,
    Study,
    Term,
)
from cds_service.errors import DataFileError

__all__ = [
    "ContraryEvidence",
    "ContraryFinding",
    "Criterion",
    "Cutoff",
    "Example",
    "LogisticStudy",
    "MarkerChange",
    "MarkerStudy",
    "Measured",
    "Outcome",
    "Predictor",
    "ReducedCheck",
    "Requirement",
    "Statistics",
    "StrataStudy",
    "StratumCounts",
    "Study",
    "Term",
    "find_study_faults",
    "load_contrary_evidence",
    "load_studies",
]

Fault = tuple[str, str]  # key, message
KINDS: Mapping[str, type[LogisticStudy | StrataStudy | MarkerStudy | ContraryEvidence]] = {
    "logistic": LogisticStudy,
    "strata": StrataStudy,
    "follow-up-marker": MarkerStudy,
    "contrary-evidence": ContraryEvidence,
}


def load_studies(folder: Path, units: Mapping[str, str]) -> Mapping[str, Study]:
    """Every study of the folder by id, in the order of ids.

    Args:
        folder: holds one TOML file for each study, named by its id, and `contrary-evidence.toml`.
        units: canonical unit of every finding of the vocabulary.

    Raises:
        DataFileError: the first fault found, with file and key.
    """
    studies = {}
    for path in sorted(folder.glob("*.toml")):
        read = _read(path)
        for fault in _faults(read, path.stem, units):
            raise DataFileError(path.name, *fault)
        if not isinstance(read, ContraryEvidence):
            studies[read.id] = read
    if not studies:
        raise DataFileError(folder.name, "", "no study file here")
    return MappingProxyType(studies)


def load_contrary_evidence(folder: Path) -> ContraryEvidence:
    """The findings that speak against the models.

    Raises:
        DataFileError: `contrary-evidence.toml` is missing or wrong.
    """
    path = folder / "contrary-evidence.toml"
    read = _read(path)
    if not isinstance(read, ContraryEvidence):
        raise DataFileError(path.name, "kind", "contrary-evidence is expected")
    return read


def find_study_faults(folder: Path, units: Mapping[str, str]) -> list[DataFileError]:
    """Every fault of every study file, for a checking command that reports them all."""
    found: list[DataFileError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            read = _read(path)
        except DataFileError as error:
            found.append(error)
        else:
            found.extend(DataFileError(path.name, *fault) for fault in _faults(read, path.stem, units))
    return found


def _read(path: Path) -> Study | ContraryEvidence:
    try:
        raw = path.read_bytes()
        tables = tomllib.loads(raw.decode())
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(path.name, "", f"cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise DataFileError(path.name, "", f"is not TOML: {error}") from error
    kind = tables.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataFileError(path.name, "kind", f"must be one of {', '.join(KINDS)}")
    if "digest" in tables:
        raise DataFileError(path.name, "digest", "is computed, not written")
    return _validate(path.name, KINDS[kind], {**tables, "digest": hashlib.sha256(raw).hexdigest()})


def _validate(
    file: str,
    model: type[LogisticStudy | StrataStudy | MarkerStudy | ContraryEvidence],
    tables: Mapping[str, Any],
) -> Study | ContraryEvidence:
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataFileError(file, _key(first["loc"]), first["msg"]) from error


def _key(location: Sequence[int | str]) -> str:
    """A location in a file for people: `predictors[2].unit`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")


def _faults(read: Study | ContraryEvidence, stem: str, units: Mapping[str, str]) -> Iterator[Fault]:
    if read.id != stem:
        yield "id", f"{read.id!r} differs from the file name {stem!r}"
    if isinstance(read, ContraryEvidence):
        return
    yield from _criteria_faults(read, units)
    if isinstance(read, LogisticStudy):
        yield from _logistic_faults(read, units)
    elif isinstance(read, StrataStudy):
        yield from _strata_faults(read, units)
    else:
        yield from _marker_faults(read, units)


def _criteria_faults(study: Study, units: Mapping[str, str]) -> Iterator[Fault]:
    for at, criterion in enumerate(study.applicability):
        key = f"applicability[{at}]"
        if criterion.finding not in units:
            yield f"{key}.finding", f"no finding {criterion.finding!r}"
        if not _is_one_requirement(criterion.require):
            yield f"{key}.require", "exactly one of equals, bounds"
    for at, cutoff in enumerate(study.cutoffs):
        yield from _unit_faults(f"cutoffs[{at}]", cutoff.finding, cutoff.unit, units)
        if (cutoff.at_or_above is None) == (cutoff.at_or_below is None):
            yield f"cutoffs[{at}]", "exactly one of at_or_above, at_or_below"


def _is_one_requirement(require: Requirement) -> bool:
    bounds = (require.at_least, require.above, require.at_most, require.below)
    return (require.equals is not None) != any(bound is not None for bound in bounds)


def _unit_faults(key: str, finding: str, unit: str, units: Mapping[str, str]) -> Iterator[Fault]:
    if finding not in units:
        yield f"{key}.finding", f"no finding {finding!r}"
    elif unit != units[finding]:
        yield f"{key}.unit", f"{unit!r} differs from the canonical unit {units[finding]!r} of {finding}"


def _logistic_faults(study: LogisticStudy, units: Mapping[str, str]) -> Iterator[Fault]:
    cohort = study.cohort
    if not 0 < cohort.events < cohort.n:
        yield "cohort.events", "must lie between 0 and n"
    names = study.input_names
    for at, predictor in enumerate(study.predictors):
        key = f"predictors[{at}]"
        yield from _unit_faults(key, predictor.finding, predictor.unit, units)
        if predictor.finding in names[:at]:
            yield f"{key}.finding", f"{predictor.finding} stands here twice"
        yield from _coefficient_faults(key, predictor)
        yield from _group_faults(key, predictor, cohort.n, cohort.events)
    if len({tuple(predictor.groups) for predictor in study.predictors}) > 1:
        yield "predictors", "either all inputs have groups event and no_event, or all have the group all"
    for at, auxiliary in enumerate(study.auxiliaries):
        yield from _unit_faults(f"auxiliaries[{at}]", auxiliary.finding, auxiliary.unit, units)
    if not any(fault for predictor in study.predictors for fault in _coefficient_faults("", predictor)):
        yield from _figure_faults(study)


def _figure_faults(study: LogisticStudy) -> Iterator[Fault]:
    """Examples and checks must speak of the study's own inputs and columns."""
    for table, examples in (("examples", study.examples), ("cross_checks", study.cross_checks)):
        for at, example in enumerate(examples):
            for name in set(example.inputs) - set(study.input_names):
                yield f"{table}[{at}].inputs", f"{name!r} is no input of this study"
    for at, check in enumerate(study.reduced_checks):
        if set(check.coefficients) != {term.name for term in study.terms if term.finding in check.known}:
            yield f"reduced_checks[{at}].coefficients", "do not fit the known inputs"


def _coefficient_faults(key: str, predictor: Predictor) -> Iterator[Fault]:
    has_levels = bool(predictor.levels)
    if has_levels == (predictor.beta is not None):
        yield key, "exactly one of beta, levels"
    if has_levels != (predictor.reference is not None):
        yield f"{key}.reference", "a category needs its reference word, nothing else has one"
    if has_levels:
        for at, level in enumerate(predictor.levels):
            yield from _error_faults(f"{key}.levels[{at}]", level, level.beta)
            yield from _misprint_faults(f"{key}.levels[{at}]", level.printed, level.why)
    elif predictor.beta is not None:
        yield from _error_faults(key, predictor, predictor.beta)
        yield from _misprint_faults(key, predictor.printed, predictor.why)


def _error_faults(key: str, printed: PrintedError, beta: float) -> Iterator[Fault]:
    if sum(form is not None for form in (printed.ci, printed.se, printed.wald)) != 1:
        yield key, "exactly one of ci, se, wald"
    elif printed.ci is not None and not printed.ci[0] < beta < printed.ci[1]:
        yield f"{key}.ci", f"does not contain beta {beta}"


def _misprint_faults(key: str, printed: float | None, why: str | None) -> Iterator[Fault]:
    if (printed is None) != (why is None):
        yield f"{key}.printed", "a corrected misprint needs printed and why"


def _group_faults(key: str, predictor: Predictor, n: int, events: int) -> Iterator[Fault]:
    sizes = {"event": events, "no_event": n - events, "all": n}
    if set(predictor.groups) not in ({"event", "no_event"}, {"all"}):
        yield key, "exactly one of event with no_event, all"
    for name, group in predictor.groups.items():
        yield from _distribution_faults(f"{key}.{name}", group, sizes[name], predictor.words)


def _distribution_faults(key: str, group: Statistics, size: int, words: tuple[str, ...]) -> Iterator[Fault]:
    forms = (group.mean is not None or group.sd is not None, group.count is not None, group.counts is not None)
    if sum(forms) != 1 or (group.mean is None) != (group.sd is None):
        yield key, "exactly one of mean with sd, count, counts"
    elif bool(words) != (group.counts is not None):
        yield key, "a category has counts, nothing else has"
    elif group.count is not None and group.count > size:
        yield f"{key}.count", f"{group.count} is above the group's {size} patients"
    elif group.counts is not None and set(group.counts) != set(words):
        yield f"{key}.counts", f"must name {', '.join(words)}"
    elif group.counts is not None and sum(group.counts.values()) != size:
        yield f"{key}.counts", f"add to {sum(group.counts.values())}, the group has {size} patients"


def _strata_faults(study: StrataStudy, units: Mapping[str, str]) -> Iterator[Fault]:
    yield from _unit_faults("strata", study.finding, study.unit, units)
    for at, stratum in enumerate(study.strata):
        if (stratum.above, stratum.at_most).count(None) != 1:
            yield f"strata[{at}]", "exactly one of above, at_most"
        if set(stratum.events) != set(study.outcomes):
            yield f"strata[{at}].events", f"must name {', '.join(study.outcomes)}"
        if any(count > stratum.n for count in stratum.events.values()):
            yield f"strata[{at}].events", f"above the stratum's {stratum.n} patients"
    if sum(stratum.n for stratum in study.strata) != study.cohort.n:
        yield "strata", f"do not add to the cohort's {study.cohort.n} patients"


def _marker_faults(study: MarkerStudy, units: Mapping[str, str]) -> Iterator[Fault]:
    for at, change in enumerate(study.markers):
        yield from _unit_faults(f"markers[{at}]", change.finding, change.unit, units)
        for group in (change.refractured, change.not_refractured):
            if not group.q1 <= group.median <= group.q3:
                yield f"markers[{at}]", "quartiles are not in order"
