"""Read study files; a fault names the file, the table and the key."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from cds_service.core.data_file import Faults, label, read_toml, validated
from cds_service.core.models.contrary import ContraryEvidence
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.pooled_study import PooledStudy
from cds_service.core.models.study import MarkerStudy, StrataStudy, Study
from cds_service.errors import DataFileError

POOLED = "pooled-2026"
AnyStudy = LogisticStudy | StrataStudy | MarkerStudy | PooledStudy | ContraryEvidence
KINDS: Mapping[str, type[AnyStudy]] = {
    "logistic": LogisticStudy,
    "strata": StrataStudy,
    "follow-up-marker": MarkerStudy,
    "pooled": PooledStudy,
    "contrary-evidence": ContraryEvidence,
}


def load_studies(folder: Path, units: Mapping[str, str]) -> Mapping[str, Study]:
    """Return every single study of the folder by id, in the order of ids.

    Args:
        folder: holds a TOML file for each study, named by its id, one for the pooled
            model, and `contrary-evidence.toml`.
        units: canonical unit of every finding of the vocabulary.
    """
    files = [_read(path, units) for path in sorted(folder.glob("*.toml"))]
    studies = {
        file.id: file
        for file in files
        if not isinstance(file, ContraryEvidence | PooledStudy)
    }
    if not studies:
        raise DataFileError(folder.name, "", "no study file here")
    return MappingProxyType(studies)


def load_pooled_study(folder: Path, units: Mapping[str, str]) -> PooledStudy:
    """Load the pooled model's file."""
    study = _read(folder / f"{POOLED}.toml", units)
    if not isinstance(study, PooledStudy):
        raise DataFileError(f"{POOLED}.toml", "kind", "pooled is expected")
    return study


def load_contrary_evidence(folder: Path) -> ContraryEvidence:
    """Load the evidence against the models."""
    evidence = _read(folder / "contrary-evidence.toml")
    if not isinstance(evidence, ContraryEvidence):
        raise DataFileError(
            "contrary-evidence.toml", "kind", "contrary-evidence is expected"
        )
    return evidence


def find_study_faults(folder: Path, units: Mapping[str, str], faults: Faults) -> None:
    """Add the faults of every study file."""
    for path in sorted(folder.glob("*.toml")):
        with faults:
            _read(path, units)


def _read(path: Path, units: Mapping[str, str] | None = None) -> AnyStudy:
    tables = read_toml(path)
    kind = tables.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataFileError(label(path), "kind", f"must be one of {', '.join(KINDS)}")
    if "digest" in tables:
        raise DataFileError(label(path), "digest", "is computed, not written")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = validated(KINDS[kind], {**tables, "digest": digest}, path, units)
    if file.id != path.stem:
        raise DataFileError(
            label(path), "id", f"{file.id!r} differs from the file name {path.stem!r}"
        )
    return file
