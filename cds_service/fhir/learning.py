"""Proposes what a site's local codes may mean, from resources that carry them; a person confirms each line.

Pure: raw JSON in, proposals out. Nothing of a patient leaves: a text is shown when it is the code's own, and never with
a word of a patient's name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cds_service.core.vocabulary import FindingSpec
from cds_service.errors import DataFileError
from cds_service.fhir.facts.quantities import PRINTABLE_UNIT
from cds_service.fhir.mapping.code_systems import LONGEST_CODE, MEASURES, ORDERS
from cds_service.fhir.mapping.mapping_files import UNIT_PROPERTY
from cds_service.fhir.mapping.overlay import label, required
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import folded
from cds_service.fhir.orders.order_text import name_augmentation, name_support
from cds_service.fhir.orders.recognition import AUGMENTATION, SUPPORT_KINDS
from cds_service.fhir.raw_json import items, member, number, objects, text, texts_of

Json = Mapping[str, Any]
# The element with the code of each type, and what an order of that type may be.
ORDER_CODES: Mapping[str, tuple[str, frozenset[str]]] = {
    "ServiceRequest": ("code", SUPPORT_KINDS | AUGMENTATION),
    "Procedure": ("code", AUGMENTATION),
    "DeviceRequest": ("codeCodeableConcept", frozenset({"brace"})),
    "SupplyRequest": ("itemCodeableConcept", frozenset({"brace"})),
}
LEAST_TO_GUESS = 3  # values from which a unit that nobody wrote may be proposed
WITHHELD = "(text not shown)"
_WORD = re.compile(r"[^\W\d_]{2,}")
_ESCAPE = re.compile(r"\\.")
_SHOWABLE = re.compile(r"[^\x00-\x1f\x7f<>]{1,80}")


class _Words(BaseModel):
    """One rule of `learning.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: re.Pattern[str]
    none: re.Pattern[str] | None = Field(default=None, alias="not")
    codes: Mapping[str, re.Pattern[str]] = Field(min_length=1)

    def find(self, said: str) -> tuple[str, str]:
        """The code that a folded text names, and which words of ours name it; both empty if it names none."""
        if not self.words.search(said) or (self.none and self.none.search(said)):
            return "", ""
        code = next((code for code, own in self.codes.items() if own.search(said)), "")
        patterns = (self.words.pattern, self.codes[code].pattern) if code else ()
        ours = dict.fromkeys(word for one in patterns for word in re.findall("[a-z]+", _ESCAPE.sub(" ", one)))
        return code, " ".join(word for word in ours if re.search(rf"\b{word}" + ("" if len(word) > 2 else r"\b"), said))


class LearningRules(BaseModel):
    """`mappings/learning.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = Field(alias="schema", ge=1, le=1)
    measures: tuple[_Words, ...]
    orders: tuple[_Words, ...]


def load_learning(folders: Sequence[Path], terminology: Terminology) -> LearningRules:
    """The rules in force.

    Raises:
        DataFileError: the file is missing or wrong, or names a code that we do not have.
    """
    path, rules = required(folders, "learning.toml", LearningRules)
    for code in (code for rule in (*rules.measures, *rules.orders) for code in rule.codes):
        if code not in terminology.names:
            raise DataFileError(label(path), "codes", f"{code} is no code of ours")
    return rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A local code, and what it may mean.

    Attributes:
        kind: `measure` or `order`.
        text: the code's own text, or the words of it that we know.
        units: as the records write them, the most frequent first; empty text for none.
        seen: resources or components with this code.
        patients: in whose records it was seen.
        proposed: a code of ours; empty if no word says what it is.
        unit: UCUM unit to be implied where the record has none; empty if none is needed or none can be told.
        why: what speaks for it, as phrases.
    """

    kind: str
    system: str
    code: str
    text: str
    units: tuple[str, ...]
    seen: int
    patients: int
    proposed: str = ""
    unit: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownUnit:
    """A spelling of a unit that `units.toml` lacks, under codes that we know or propose."""

    unit: str
    seen: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned: proposals by code, local codes that no word explains, units that nobody knows."""

    proposals: tuple[Proposal, ...]
    others: tuple[Proposal, ...]
    units: tuple[UnknownUnit, ...]


@dataclass(slots=True)
class _Seen:
    kind: str
    system: str
    code: str
    kinds: frozenset[str] = frozenset()
    count: int = 0
    patients: set[str] = field(default_factory=set)
    displays: Counter[str] = field(default_factory=Counter)
    texts: dict[str, set[str]] = field(default_factory=dict)
    units: Counter[str] = field(default_factory=Counter)
    values: list[tuple[float, str]] = field(default_factory=list)

    @property
    def words(self) -> tuple[str, ...]:
        """Displays and texts, the most frequent first."""
        return tuple(dict.fromkeys([*(one for one, _ in self.displays.most_common()), *self.texts]))

    def note(self, codeable: Any, coding: Json, whose: str) -> None:
        """One more of it."""
        self.count += 1
        self.patients.add(whose)
        if display := text(coding.get("display")).strip():
            self.displays[display] += 1
        for said in texts_of(codeable):
            self.texts.setdefault(said.strip(), set()).add(whose)

    def shown(self, names: frozenset[str], matched: str) -> str:
        """A text that belongs to the code: its display, or what stands the same with two patients."""
        common = [said for said, whose in self.texts.items() if len(whose) > 1]
        for said in (*(one for one, _ in self.displays.most_common()), *common):
            if _SHOWABLE.fullmatch(said) and not names & _words(said):
                return said
        return f"(… {matched} …)" if matched else WITHHELD


def learn(
    resources: Iterable[Json], terminology: Terminology, specs: Mapping[str, FindingSpec], rules: LearningRules
) -> Learned:
    """What the local codes of these resources may mean; codes that we know already are left out."""
    found: dict[tuple[str, str, str], _Seen] = {}
    unknown: dict[str, Counter[str]] = {}
    names: set[str] = set()
    for resource in resources:
        kind = text(resource.get("resourceType"))
        names |= _words(text(member(resource, "subject", "display")))
        if kind == "Patient":
            names |= _names_of(resource)
        elif kind == "Observation":
            _note_observation(resource, terminology, found, unknown)
        elif kind in ORDER_CODES:
            element, kinds = ORDER_CODES[kind]
            for coding, seen in _unknown_codings("order", resource.get(element), terminology, found):
                seen.note(resource.get(element), coding, _whose(resource))
                seen.kinds |= kinds
    proposed = [_propose(one, terminology, specs, rules, frozenset(names)) for one in found.values()]
    ordered = sorted(proposed, key=lambda one: (one.kind, one.proposed, -one.seen, one.system, one.code))
    for one in ordered:
        for unit in one.units if one.proposed else ():
            if unit and _showable_unit(unit) and terminology.units.canonical(unit) is None:
                seen = found[one.kind, one.system, one.code]
                unknown.setdefault(unit, Counter())[one.code] += seen.units[unit]
    units = (UnknownUnit(unit=unit, seen=sum(of.values()), codes=tuple(sorted(of))) for unit, of in unknown.items())
    return Learned(
        tuple(one for one in ordered if one.proposed),
        tuple(one for one in ordered if not one.proposed),
        tuple(sorted(units, key=lambda one: (-one.seen, one.unit))),
    )


def _names_of(patient: Json) -> set[str]:
    parts = [part for name in objects(patient.get("name")) for part in (name.get("family"), name.get("text"))]
    parts += [part for name in objects(patient.get("name")) for part in items(name.get("given"))]
    return {word for one in parts for word in _words(text(one))}


def _words(said: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(said)}


def _whose(resource: Json) -> str:
    return text(member(resource, "subject", "reference"))


def _note_observation(
    resource: Json,
    terminology: Terminology,
    found: dict[tuple[str, str, str], _Seen],
    unknown: dict[str, Counter[str]],
) -> None:
    for holder in (resource, *objects(resource.get("component"))):
        codeable, quantity = holder.get("code"), holder.get("valueQuantity")
        unit = text(member(quantity, "unit")) or text(member(quantity, "code"))
        if known := terminology.matches(codeable):
            if unit and _showable_unit(unit) and terminology.units.canonical(unit) is None:
                unknown.setdefault(unit, Counter())[known[0].code.rpartition("|")[2]] += 1
            continue
        value = number(member(quantity, "value"))
        for coding, seen in _unknown_codings("measure", codeable, terminology, found):
            seen.note(codeable, coding, _whose(resource))
            if value is not None:
                seen.units[unit] += 1
                seen.values.append((value, unit))


def _unknown_codings(
    kind: str, codeable: Any, terminology: Terminology, found: dict[tuple[str, str, str], _Seen]
) -> Iterator[tuple[Json, _Seen]]:
    """The codings of a CodeableConcept none of whose codes we know."""
    if terminology.matches(codeable):
        return
    for coding in objects(member(codeable, "coding")):
        system, code = text(coding.get("system")).strip(), text(coding.get("code")).strip()
        if code and len(system) + len(code) <= LONGEST_CODE:
            yield coding, found.setdefault((kind, system, code), _Seen(kind, system, code))


def _propose(
    seen: _Seen, terminology: Terminology, specs: Mapping[str, FindingSpec], rules: LearningRules, names: frozenset[str]
) -> Proposal:
    code, matched, unit = "", "", ""
    why: tuple[str, ...] = ()
    for said in seen.words:
        if seen.kind == "measure":
            code, matched = _first(rules.measures, said)
            judged = _judge_values(seen, _spec_of(code, specs), terminology) if code else None
            if judged is None:
                code = ""
            else:
                unit, why = judged
        else:
            code, matched = _name_order(said, seen.kinds, terminology, rules)
        if code:
            break
    if code and not seen.system:
        why = (*why, "the code has no system, so no map can name it: ask the EHR's team")
    return Proposal(
        kind=seen.kind,
        system=seen.system,
        code=seen.code,
        text=seen.shown(names, matched),
        units=tuple(unit for unit, _ in seen.units.most_common() if not unit or _showable_unit(unit)),
        seen=seen.count,
        patients=len(seen.patients),
        proposed=code,
        unit=unit,
        why=(f"words: {matched}", *why) if code else (),
    )


def _first(rules: Iterable[_Words], said: str) -> tuple[str, str]:
    return next((named for rule in rules if (named := rule.find(folded(said)))[0]), ("", ""))


def _name_order(said: str, kinds: frozenset[str], terminology: Terminology, rules: LearningRules) -> tuple[str, str]:
    """What an order of this title asks for, by the rules that read orders, and which words of ours say so."""
    named = name_augmentation(said, terminology) & kinds
    named = named or name_support(said, kinds & SUPPORT_KINDS, terminology)
    code, matched = _first(rules.orders, said) if named & AUGMENTATION else ("", "")
    if not code:
        code = "vertebral-augmentation" if len(named) > 1 and named <= AUGMENTATION else min(named, default="")
    return code, matched or f"those of {code}"


def _spec_of(code: str, specs: Mapping[str, FindingSpec]) -> FindingSpec:
    return next(spec for spec in specs.values() if spec.kind == "quantity" and code in spec.value_sets)


def _judge_values(seen: _Seen, spec: FindingSpec, terminology: Terminology) -> tuple[str, tuple[str, ...]] | None:
    """The unit to be implied, and what the values say for it; None if they speak against it."""
    if not seen.values:
        return "", ("no number seen",)
    units = [terminology.units.canonical(unit) if unit else "" for _, unit in seen.values]
    stated = Counter(unit for unit in units if unit)
    if any(unit not in spec.accept_units for unit in stated):
        return None
    bare = [value for (value, _), unit in zip(seen.values, units, strict=True) if unit == ""]
    implied, guess = _unit_of_bare(bare, stated, spec, terminology)
    used = [
        (value, unit or implied or spec.unit)
        for (value, _), unit in zip(seen.values, units, strict=True)
        if unit or (unit == "" and (implied or "" in spec.accept_units))
    ]
    fitting = [value for value, unit in used if _is_plausible(value, unit, spec, terminology)]
    if used and len(fitting) * 2 <= len(used):
        return None
    written = ", ".join(sorted(stated)) or ("one that we do not know" if None in units else "none")
    low, high = spec.range or (0.0, 0.0)
    within = f"{len(fitting)} of {len(used)} values within {low:g} to {high:g} {spec.unit}"
    return implied, (f"unit: {written}{guess}", *((within,) if used else ()))


def _unit_of_bare(
    bare: Sequence[float], stated: Counter[str], spec: FindingSpec, terminology: Terminology
) -> tuple[str, str]:
    """The unit of values that were written without one, and how it was told."""
    if not bare or "" in spec.accept_units:
        return "", ""
    if stated:
        return (next(iter(stated)), ", implied where none is written") if len(stated) == 1 else ("", "")
    fitting = [
        unit for unit in spec.accept_units if all(_is_plausible(value, unit, spec, terminology) for value in bare)
    ]
    if len(fitting) == 1 and len(bare) >= LEAST_TO_GUESS:
        return fitting[0], f"; the values fit {fitting[0]} alone, ask whether it is meant"
    return "", f"; the values fit {' or '.join(fitting) or 'no unit'}: ask and write it in dependsOn, else none is used"


def _is_plausible(value: float, unit: str, spec: FindingSpec, terminology: Terminology) -> bool:
    converted = terminology.units.convert(value, unit, spec.unit)
    return converted is not None and spec.range is not None and spec.range[0] <= converted <= spec.range[1]


def _showable_unit(unit: str) -> bool:
    return bool(PRINTABLE_UNIT.fullmatch(unit))


def times(count: int) -> str:
    """How often: `once`, `12 times`."""
    return "once" if count == 1 else f"{count} times"


def concept_map(name: str, learned: Learned) -> dict[str, Any]:
    """The proposals as a ConceptMap of a site folder.

    Its status is draft: the service refuses it until a person has read each line and made it active.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in learned.proposals:
        if not one.system:
            continue
        depends = [{"property": UNIT_PROPERTY, "value": one.unit}]
        target = {
            "code": one.proposed,
            "equivalence": "equivalent",
            "comment": f"proposal, seen {times(one.seen)}; {'; '.join(one.why)}",
            **({"dependsOn": depends} if one.unit else {}),
        }
        shown = {"display": one.text} if one.text != WITHHELD else {}
        groups.setdefault((one.system, MEASURES if one.kind == "measure" else ORDERS), []).append(
            {"code": one.code, **shown, "target": [target]}
        )
    lines = [{"source": source, "target": to, "element": found} for (source, to), found in groups.items()]
    return {
        "resourceType": "ConceptMap",
        "id": name,
        "title": "Proposal by `mappings learn`: read each line, take out what is wrong, then set status to active",
        "status": "draft",
        **({"group": lines} if lines else {}),
    }
