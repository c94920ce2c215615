"""Propose what one local code may mean, by its words and the values under it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile, label
from cds_service.core.vocabulary import FindingSpec, QuantitySpec
from cds_service.errors import DataFileError
from cds_service.fhir.findings.values.quantities import PRINTABLE_UNIT
from cds_service.fhir.learning.learned import Proposal
from cds_service.fhir.learning.seen_codes import SeenCode, most_frequent
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.orders.meaning import AUGMENTATION_OR_LEVEL
from cds_service.fhir.orders.recognition import SUPPORT_KINDS
from cds_service.fhir.orders.titles.operations import name_augmentation
from cds_service.fhir.orders.titles.supports import name_support

LEAST_TO_GUESS = 3  # values, before a unit is proposed that no record writes
NO_SYSTEM = "the code has no system, so no map can name it: ask the EHR's team"


class _Words(Closed):
    """One rule of `learning.toml`."""

    words: re.Pattern[str]
    none: re.Pattern[str] | None = Field(default=None, alias="not")
    codes: Mapping[str, re.Pattern[str]] = Field(min_length=1)


class LearningRules(DataFile):
    """`mappings/learning.toml`."""

    measures: tuple[_Words, ...]
    orders: tuple[_Words, ...]


def load_learning(folders: Sequence[Path], terminology: Terminology) -> LearningRules:
    """Load the rules in force.

    Raises:
        DataFileError: the file is missing or wrong, or names a code that we do not
            have.
    """
    path, rules = required(folders, "learning.toml", LearningRules)
    for rule in (*rules.measures, *rules.orders):
        for code in rule.codes:
            if code not in terminology.names:
                raise DataFileError(label(path), "codes", f"{code} is no code of ours")
    return rules


def propose(
    seen: SeenCode,
    terminology: Terminology,
    specs: Mapping[str, FindingSpec],
    rules: LearningRules,
    names: set[str],
) -> Proposal:
    code, unit = "", ""
    why: tuple[str, ...] = ()
    for words in dict.fromkeys([*most_frequent(seen.displays), *seen.texts]):
        if seen.kind == "order":
            code = _name_order(words, seen.may_be, terminology, rules)
        elif seen.kind == "measure" and (named := _code_named(rules.measures, words)):
            spec = spec_of(named, specs)
            if (judged := _judge_values(seen, spec, terminology)) is not None:
                code, (unit, why) = named, judged
        if code:
            break
    if code and not seen.system:
        why = (*why, NO_SYSTEM)
    return Proposal(
        kind=seen.kind,
        system=seen.system,
        code=seen.code,
        text=seen.own_text(names),
        units=tuple(
            unit
            for unit in most_frequent(seen.units)
            if not unit or PRINTABLE_UNIT.fullmatch(unit)
        ),
        seen=seen.count,
        proposed=code,
        unit=unit,
        why=(f"words of {code}", *why) if code else (),
    )


def spec_of(concept: str, specs: Mapping[str, FindingSpec]) -> QuantitySpec:
    """Return the finding that is read from this concept."""
    return next(
        spec
        for spec in specs.values()
        if isinstance(spec, QuantitySpec) and concept in spec.value_sets
    )


def _code_named(rules: Iterable[_Words], title: str) -> str:
    """Return the code of ours that a text names by these rules; empty if none."""
    words = folded(title)
    for rule in rules:
        is_excluded = rule.none is not None and rule.none.search(words)
        if is_excluded or not rule.words.search(words):
            continue
        for code, own_words in rule.codes.items():
            if own_words.search(words):
                return code
    return ""


def _name_order(
    title: str, may_be: frozenset[str], terminology: Terminology, rules: LearningRules
) -> str:
    """Return our code for an order of this title, by the rules that read orders.

    The result is empty if the order asks for nothing of ours.
    """
    named = name_augmentation(title, terminology) & may_be
    named = named or name_support(title, may_be & SUPPORT_KINDS, terminology)
    if named & AUGMENTATION_OR_LEVEL and (code := _code_named(rules.orders, title)):
        return code
    if len(named) > 1 and named <= AUGMENTATION_OR_LEVEL:
        return "vertebral-augmentation"
    return min(named, default="")


def _judge_values(
    seen: SeenCode, spec: QuantitySpec, terminology: Terminology
) -> tuple[str, tuple[str, ...]] | None:
    """Return the unit to be implied, and the reasons that the values give.

    The result is None if units or values do not fit the finding.
    """
    if not seen.values:
        return "", ("no number seen",)
    # A unit is empty if none is written, and None if it is not known.
    read = [
        (value, terminology.units.canonical(unit) if unit else "")
        for value, unit in seen.values
    ]
    stated = sorted({unit for _, unit in read if unit})
    if not set(stated) <= set(spec.accept_units):
        return None
    unitless = [value for value, unit in read if unit == ""]
    implied, guess = _unit_of_bare(unitless, stated, spec, terminology)
    bare = implied or (spec.unit if "" in spec.accept_units else None)
    used: list[tuple[float, str]] = []
    for value, written_unit in read:
        unit = bare if written_unit == "" else written_unit
        if unit:
            used.append((value, unit))
    fitting = [
        value for value, unit in used if _is_plausible(value, unit, spec, terminology)
    ]
    if used and len(fitting) * 2 <= len(used):
        return None
    written = ", ".join(stated)
    if not written:
        is_unknown = any(unit is None for _, unit in read)
        written = "one that we do not know" if is_unknown else "none"
    reasons = [f"unit: {written}{guess}"]
    if used:
        low, high = spec.range
        within = f"within {low:g} to {high:g} {spec.unit}"
        reasons.append(f"{len(fitting)} of {len(used)} values {within}")
    return implied, tuple(reasons)


def _unit_of_bare(
    bare: Sequence[float],
    stated: Sequence[str],
    spec: QuantitySpec,
    terminology: Terminology,
) -> tuple[str, str]:
    """Return the unit of values that were written without one, and how it was found."""
    if not bare or "" in spec.accept_units or len(stated) > 1:
        return "", ""
    if stated:
        return stated[0], ", implied where none is written"
    fitting = [
        unit
        for unit in spec.accept_units
        if all(_is_plausible(value, unit, spec, terminology) for value in bare)
    ]
    if len(fitting) == 1 and len(bare) >= LEAST_TO_GUESS:
        unit = fitting[0]
        return unit, f"; the values fit {unit} alone, ask whether it is meant"
    units = " or ".join(fitting) or "no unit"
    ask = "ask and write it in dependsOn, else none is used"
    return "", f"; the values fit {units}: {ask}"


def _is_plausible(
    value: float, unit: str, spec: QuantitySpec, terminology: Terminology
) -> bool:
    converted = terminology.units.convert(value, unit, spec.unit)
    return converted is not None and spec.is_plausible(converted)
