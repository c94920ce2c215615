"""Reads `mappings/findings/*.toml`: the set of files is the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cds_service.core.data_file import label, read_toml, validated
from cds_service.core.vocabulary import FindingSpec
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.overlay import files_in_force
from cds_service.fhir.mapping.terminology import Code, Terminology


def load_finding_specs(*folders: Path) -> Mapping[str, FindingSpec]:
    """Load every finding in the vocabulary by name, sorted; a site's file replaces ours of the same name.

    Raises:
        DataFileError: a file is wrong; the message names it and the key.
    """
    specs = {name: _spec(path) for name, path in files_in_force(folders, "findings", ".toml").items()}
    for name, spec in specs.items():
        if spec.of is not None and spec.of not in specs:
            raise DataFileError(f"findings/{name}.toml", "of", f"{spec.of} is not a finding")
    return specs


def _spec(path: Path) -> FindingSpec:
    spec = validated(FindingSpec, read_toml(path), path)
    if spec.name != path.stem:
        raise DataFileError(label(path), "name", f"is {spec.name!r}, the file is called {path.stem!r}")
    return spec


def check_specs(specs: Mapping[str, FindingSpec], terminology: Terminology) -> None:
    """Check that every concept, concept map and unit that a finding names exists.

    Raises:
        DataFileError: names the file and key of the first that does not.
    """
    for spec in specs.values():
        for key in ("value_sets", "panels", "never", "unclear", "told_by_code", "history", "events"):
            for concept in getattr(spec, key):
                if concept not in terminology.names:
                    raise DataFileError(spec.rule, key, f"{concept} is neither a value set nor a code of ours")
        if spec.answers is not None and spec.answers not in terminology.map_ids:
            raise DataFileError(spec.rule, "answers", f"{spec.answers} is not a concept map")
        for way in spec.method.ways if spec.method else ():
            if way not in terminology.methods.names:
                raise DataFileError(spec.rule, "method", f"{way} is not in methods.toml")
        for unit in spec.accept_units:
            if unit and not terminology.units.can_convert(unit, spec.unit):
                raise DataFileError(spec.rule, "accept_units", f"units.toml does not lead from {unit} to {spec.unit}")


def asked_codes(specs: Mapping[str, FindingSpec], terminology: Terminology, key: str) -> tuple[Code, ...]:
    """The (system, code) pairs that the query of one prefetch key asks for, sorted, each once."""
    asked = (spec for spec in specs.values() if spec.key == key and not spec.after_surgery)
    concepts = {concept for spec in asked for concept in spec.asked_concepts}
    return tuple(sorted({code for concept in concepts for code in terminology.codes(concept)}))
