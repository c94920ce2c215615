"""Read the vocabulary, `mappings/findings/*.toml`, and check its names."""

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from cds_service.core.data_file import Faults, label, read_toml, validated_by_kind
from cds_service.core.vocabulary import (
    FINDING_FILE,
    NO_UNIT,
    AnswerSpec,
    ChangeSpec,
    EventSpec,
    FindingSpec,
    ListSpec,
    QuantitySpec,
    ReadSpec,
    explain_key,
    is_after_surgery,
)
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.fhir.mapping.terminology import Code, Terminology

# Keys of a finding that name concepts.
CONCEPT_KEYS = (
    "value_sets",
    "panels",
    "never",
    "unclear",
    "told_by_code",
    "history",
    "falls",
    "fractures",
)

NEW_UNIT = (
    ": give it a row there under [spellings]; a site's units.toml replaces ours, so"
    " begin it with a copy of our whole file"
)


def load_finding_specs(*folders: Path) -> Mapping[str, FindingSpec]:
    """Load every finding in the vocabulary by name, sorted.

    A site's file replaces ours of the same name.

    Raises:
        DataFileError: a file is wrong; the message names it and the key.
    """
    files = files_in_force(folders, "findings", ".toml")
    specs: dict[str, FindingSpec] = {}
    faults = Faults()
    for name, path in files.items():
        with faults:
            content = read_toml(path)
            ours = folders[0] / "findings" / path.name
            _check_kept("kind", content.get("kind"), path, ours)
            specs[name] = spec = validated_by_kind(
                FINDING_FILE, content, path, explain_key
            )
            _check_kept("unit", spec.unit, path, ours)
            if spec.name != name:
                message = f"is {spec.name!r}, the file is called {name!r}"
                raise DataFileError(label(path), "name", message)
            if isinstance(spec, ChangeSpec) and spec.of not in files:
                message = f"{spec.of} is not a finding"
                raise DataFileError(f"findings/{name}.toml", "of", message)
    faults.stop()
    return specs


def _check_kept(key: str, value: object, path: Path, ours: Path) -> None:
    """Refuse a site's file that gives a finding of ours another kind or unit.

    A finding of another kind would be read without its own rules: as a plain condition,
    an earlier fracture may be the one that is treated now. In another unit, it would be
    compared with limits of definitions and facts that are in our unit.
    """
    if path == ours or not ours.exists():
        return
    own = read_toml(ours).get(key, NO_UNIT)
    if value != own:
        message = f"must be {own!r}, as in our {path.stem}"
        raise DataFileError(label(path), key, message)


def check_specs(specs: Mapping[str, FindingSpec], terminology: Terminology) -> None:
    """Check that every concept, concept map and unit that a finding names exists.

    Raises:
        DataFileError: names the file and key of each that does not.
    """
    faults = Faults()
    with faults:
        terminology.names_of_measures.check(specs)
    for spec in specs.values():
        _check_spec(spec, terminology, faults)
    with faults:
        _check_implied_units(specs, terminology)
    faults.stop()


def _check_spec(spec: FindingSpec, terminology: Terminology, faults: Faults) -> None:
    for key in CONCEPT_KEYS:
        for concept in getattr(spec, key, ()):
            with faults:
                if concept not in terminology.names:
                    message = (
                        f"{concept} is neither a value set nor a code of ours: add"
                        f" valueset/{concept}.json, or mend the name"
                    )
                    raise DataFileError(spec.rule, key, message)
    if isinstance(spec, AnswerSpec):
        with faults:
            if spec.answers is not None and spec.answers not in terminology.map_ids:
                message = f"{spec.answers} is not a concept map"
                raise DataFileError(spec.rule, "answers", message)
    if isinstance(spec, ListSpec):
        with faults:
            rules = (*spec.kinds,)
            if isinstance(spec, EventSpec):
                rules += (*spec.open_kinds, *spec.unless_kinds, *spec.told_by_acts)
            _check_rules(spec, "kinds", rules, terminology.kinds.names)
    if isinstance(spec, QuantitySpec):
        _check_quantity(spec, terminology, faults)


def _check_quantity(
    spec: QuantitySpec, terminology: Terminology, faults: Faults
) -> None:
    if spec.method is not None:
        with faults:
            names = terminology.methods.names
            _check_rules(spec, "method", spec.method.ways, names)
    for unit in filter(None, spec.accept_units):
        with faults:
            canonical = terminology.units.canonical(unit)
            if canonical != unit:
                meant = f"; did you mean {canonical}?" if canonical else NEW_UNIT
                message = f"{unit} is not a unit of units.toml{meant}"
                raise DataFileError(spec.rule, "accept_units", message)
            if terminology.units.convert(0.0, unit, spec.unit) is None:
                message = (
                    f"units.toml does not lead from {unit} to {spec.unit}: add its"
                    " factor there, or take the unit out"
                )
                raise DataFileError(spec.rule, "accept_units", message)


def _check_rules(
    spec: FindingSpec, key: str, rules: Iterable[str], names: Container[str]
) -> None:
    """Check that `kinds/` has these rules; of the key `method`, `methods.toml`."""
    if missing := next((rule for rule in rules if rule not in names), None):
        file = "kinds/" if key == "kinds" else "methods.toml"
        raise DataFileError(spec.rule, key, f"{missing} is not in {file}")


def _check_implied_units(
    specs: Mapping[str, FindingSpec], terminology: Terminology
) -> None:
    """Check that each finding accepts the units that a site's maps imply for it."""
    for code, concept, unit in terminology.implied_units():
        accepted = [
            spec.accept_units
            for spec in specs.values()
            if isinstance(spec, QuantitySpec) and concept in spec.value_sets
        ]
        if accepted and not any(
            terminology.units.canonical(unit) in units for units in accepted
        ):
            raise DataFileError(
                "conceptmap",
                f"group.element.{code}",
                f"{concept} is not measured in {unit!r}",
            )


def asked_codes(
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    key: str,
    *,
    after_surgery: bool = False,
) -> tuple[Code, ...]:
    """Return the codes that the query of one prefetch key asks for, sorted.

    Args:
        after_surgery: include the findings that are known only after the procedure.
    """
    asked = (
        spec
        for spec in specs.values()
        if isinstance(spec, ReadSpec)
        and spec.key == key
        and (after_surgery or not is_after_surgery(spec))
    )
    concepts = {concept for spec in asked for concept in spec.asked_concepts}
    return tuple(
        sorted({code for concept in concepts for code in terminology.codes(concept)})
    )
