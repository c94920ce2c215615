"""Propose what a site's local codes may mean; a person confirms each line.

Raw JSON goes in. Proposals come out, those first that cost the most answers
(`answer_costs.py`). Nothing of a patient leaves: a text is shown only if it is the
code's own, and never with a word of a patient's name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile, label
from cds_service.core.vocabulary import FindingSpec, QuantitySpec
from cds_service.errors import DataFileError
from cds_service.fhir.answer_costs import (
    NO_COST,
    Answer,
    Cost,
    Key,
    Kind,
    Record,
    costs_of,
    is_answered,
)
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.concepts import concepts_of
from cds_service.fhir.entries.words.open_concepts import MAY_BE_GRAVE, NOT_UNDERSTOOD
from cds_service.fhir.findings.values.quantities import PRINTABLE_UNIT
from cds_service.fhir.mapping.codes.code_systems import LONGEST_CODE, MEASURES, ORDERS
from cds_service.fhir.mapping.codes.mapping_files import UNIT_PROPERTY
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.plain.plain_words import BRACES, REFERRALS, TRAINING
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.orders.meaning import AUGMENTATION_OR_LEVEL
from cds_service.fhir.orders.order_text import name_augmentation, name_support
from cds_service.fhir.orders.recognition import (
    SUPPORT_KINDS,
    recognise_augmentation,
    words_name_augmentation,
)
from cds_service.fhir.raw_json import (
    Json,
    items,
    member,
    number,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import BundleEntry, Targets

# The element with the code of each type, and what an order of that type may be.
ORDER_CODES: Mapping[str, tuple[str, frozenset[str]]] = {
    "ServiceRequest": ("code", SUPPORT_KINDS | AUGMENTATION_OR_LEVEL),
    "Procedure": ("code", AUGMENTATION_OR_LEVEL),
    "DeviceRequest": ("codeCodeableConcept", frozenset({"brace"})),
    "SupplyRequest": ("itemCodeableConcept", frozenset({"brace"})),
}
LIST_CODES: Mapping[str, tuple[Kind, str]] = {
    "Condition": ("problem", "code"),
    "MedicationRequest": ("drug", "medicationCodeableConcept"),
    "MedicationStatement": ("drug", "medicationCodeableConcept"),
}
LEAST_TO_GUESS = 3  # values, before a unit is proposed that no record writes
WITHHELD = "(text not shown)"
NO_SYSTEM = "the code has no system, so no map can name it: ask the EHR's team"
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTERS = re.compile(r"^[^\W\d_]+")
# Systems of codes that are no site's own.
_SHARED_SYSTEM = re.compile(
    r"https?://(?:snomed\.info|loinc\.org|(?:www\.)?ama-assn\.org|www\.cms\.gov"
    r"|(?:terminology\.)?hl7\.org|fhir\.de|kyphoplasty-cds\.org)"
    r"|urn:oid:2\.16\.840\.1\.113883\.6\."
)
_SHOWABLE = re.compile(r"[^\x00-\x1f\x7f<>]{1,80}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A local code, and what it may mean.

    Attributes:
        kind: for `problem` and `drug`, nothing is proposed: the code is of an entry
            that is not understood, so that its list denies nothing.
        text: the code's own text.
        units: those of the records, the most frequent first; an empty text for none.
        seen: number of resources or components with this code.
        cost: number of answers that lacked something without it.
        proposed: a code of ours; empty if no word says what it is.
        unit: UCUM unit to be implied if the record has none; empty if none is needed
            or none can be told.
        why: the reasons for the proposal, as phrases.
    """

    kind: Kind
    system: str
    code: str
    text: str
    units: tuple[str, ...]
    seen: int
    cost: Cost = NO_COST
    proposed: str = ""
    unit: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownUnit:
    """A spelling of a unit that `units.toml` lacks, under a code known or proposed.

    Attributes:
        unit: the unit as written.
        seen: number of values with it.
        records: number of calls or charts with such a value.
        codes: the codes of these values.
    """

    unit: str
    seen: int
    records: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadTitle:
    """The title of a local code that a map knows, with words that no list has.

    Attributes:
        system, code: the local code.
        text: its title, as a proposal shows it.
        concept: what the map says that it orders.
        folder: of `mappings/`, where a site's file of these words belongs.
        left: the words that are not known.
        seen: number of resources with this code.
    """

    system: str
    code: str
    text: str
    concept: str
    folder: str
    left: tuple[str, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class Learned:
    """The result of learning; each list begins with what cost the most answers.

    Attributes:
        proposals: codes whose words say what they may mean.
        others: codes that no word explains.
        units: units that are not known.
        answers: number of calls that were due an answer, and of charts.
        titles: those of local codes that a map knows, the most frequent first.
    """

    proposals: tuple[Proposal, ...]
    others: tuple[Proposal, ...]
    units: tuple[UnknownUnit, ...]
    answers: int = 0
    titles: tuple[UnreadTitle, ...] = ()


@dataclass(slots=True)
class _Seen:
    """A code as the records have it.

    Attributes:
        may_be: what an order with this code may ask for.
        is_known: one of our maps or value sets has the code.
        ordered: what such a code orders.
        texts: each text of the code, with the patients in whose records it is.
        values: each number with its unit as written.
        records_of_unit: for each unit, the places of the records that have it.
    """

    kind: Kind
    system: str
    code: str
    may_be: frozenset[str] = frozenset()
    is_known: bool = False
    ordered: str = ""
    count: int = 0
    displays: Counter[str] = field(default_factory=Counter)
    texts: dict[str, set[str]] = field(default_factory=dict)
    values: list[tuple[float, str]] = field(default_factory=list)
    records_of_unit: dict[str, set[int]] = field(default_factory=dict)

    @property
    def units(self) -> Counter[str]:
        return Counter(unit for _, unit in self.values)

    def own_text(self, names: set[str]) -> str:
        """Return a text that is the code's own, and holds none of these names.

        It is the code's display, or a text that is the same for two patients.
        """
        common = [wording for wording, whose in self.texts.items() if len(whose) > 1]
        for wording in (*_by_count(self.displays), *common):
            if _SHOWABLE.fullmatch(wording) and not names & _words(wording):
                return wording
        return WITHHELD


class _Notes(dict[Key, _Seen]):
    """Local codes as they are met."""

    def add(
        self, kind: Kind, codeable: Any, resource: Json, *, known: bool = False
    ) -> list[_Seen]:
        """Note each coding of a CodeableConcept, and return its notes."""
        whose = text(member(resource, "subject", "reference"))
        noted = []
        for coding in objects(member(codeable, "coding")):
            system = text(coding.get("system")).strip()
            code = text(coding.get("code")).strip()
            if not code or len(system) + len(code) > LONGEST_CODE:
                continue
            seen = self.of(kind, system, code, known=known)
            seen.count += 1
            if display := text(coding.get("display")).strip():
                seen.displays[display] += 1
            for words in texts_of(codeable):
                seen.texts.setdefault(words.strip(), set()).add(whose)
            noted.append(seen)
        return noted

    def of(self, kind: Kind, system: str, code: str, *, known: bool = False) -> _Seen:
        """Return the note on this code; a new one if it was not met before."""
        new = _Seen(kind, system, code, is_known=known)
        return self.setdefault((kind, system, code), new)


def learn(
    records: Iterable[Record],
    terminology: Terminology,
    specs: Mapping[str, FindingSpec],
    rules: LearningRules,
) -> Learned:
    """Propose a meaning for each local code of these records, and count its cost.

    Codes that we know already are left out.
    """
    notes = _Notes()
    names: set[str] = set()
    answers = []
    for place, record in enumerate(records):
        answer = Answer()
        targets = Targets(BundleEntry(one) for one in record.resources)
        for resource in record.resources:
            names |= _names_in(resource)
            _note(resource, place, targets, terminology, notes, answer)
        for kind, system, code in record.missed:
            notes.of(kind, system, code).count += 1
            answer.miss(kind, [(kind, system, code)])
        if is_answered(record, terminology):
            _note_order(record, terminology, answer)
            answers.append(answer)
    proposed = {
        key: _propose(seen, terminology, specs, rules, names)
        for key, seen in notes.items()
        if not seen.is_known
    }
    fills = {
        key: frozenset(_spec_of(proposal.proposed, specs).value_sets)
        for key, proposal in proposed.items()
        if proposal.kind == "measure" and proposal.proposed
    }
    costs = costs_of(answers, fills)
    priced = [
        replace(proposal, cost=costs.get(key, NO_COST))
        for key, proposal in proposed.items()
    ]
    ordered = sorted(priced, key=_rank)
    known = {key for key, proposal in proposed.items() if proposal.proposed}
    return Learned(
        tuple(proposal for proposal in ordered if proposal.proposed),
        tuple(proposal for proposal in ordered if not proposal.proposed),
        _unknown_units(notes, known, terminology),
        len(answers),
        _unread_titles(notes, terminology, names),
    )


def _unread_titles(
    notes: _Notes, terminology: Terminology, names: set[str]
) -> tuple[UnreadTitle, ...]:
    """List titles of mapped codes with words that leave such an order open."""
    plain = terminology.plain
    lists = {
        "brace": (BRACES, plain.braces),
        "rehabilitation": (TRAINING, plain.training),
        "bone-treatment": (REFERRALS, plain.referrals),
    }
    unread = []
    for seen in notes.values():
        title = seen.own_text(names) if seen.ordered in lists else WITHHELD
        if title == WITHHELD:
            continue
        folder, known = lists[seen.ordered]
        words = folded(title)
        named = terminology.text_places(words, frozenset({seen.ordered}))
        for start, end in named.values():
            # A name may be a part of a word: "physiotherap".
            words = f"{words[:start]} {_LETTERS.sub('', words[end:], count=1)}"
        left = tuple(one for one in known.left_in(words) if _WORD.search(one))
        if left:
            unread.append(
                UnreadTitle(
                    system=seen.system,
                    code=seen.code,
                    text=title,
                    concept=seen.ordered,
                    folder=folder,
                    left=left,
                    seen=seen.count,
                )
            )
    return tuple(sorted(unread, key=lambda one: (-one.seen, one.system, one.code)))


def _rank(proposal: Proposal) -> tuple[Any, ...]:
    """Return the sort key: the costliest first, then what alone would mend most."""
    return (
        -proposal.cost.answers,
        -proposal.cost.mended,
        proposal.kind,
        proposal.proposed,
        -proposal.seen,
        proposal.system,
        proposal.code,
    )


def _names_in(resource: Json) -> set[str]:
    """Return the words of a patient's name in a resource, which no text may show."""
    names = _words(text(member(resource, "subject", "display")))
    if resource.get("resourceType") == "Patient":
        for name in objects(resource.get("name")):
            parts = (name.get("family"), name.get("text"), *items(name.get("given")))
            names |= _words(" ".join(map(text, parts)))
    return names


def _note(
    resource: Json,
    place: int,
    targets: Targets,
    terminology: Terminology,
    notes: _Notes,
    answer: Answer,
) -> None:
    """Note the codes of one resource, and what its answer lacks or has by them."""
    kind = text(resource.get("resourceType"))
    if kind == "Observation":
        for holder in (resource, *objects(resource.get("component"))):
            _note_measure(holder, resource, place, terminology, notes, answer)
    elif kind in ORDER_CODES:
        element, may_be = ORDER_CODES[kind]
        codeable = resource.get(element)
        matches = terminology.matches(codeable)
        for seen in notes.add("order", codeable, resource, known=bool(matches)):
            seen.may_be |= may_be
            if matches and not _SHARED_SYSTEM.match(seen.system):
                seen.ordered = matches[0].concept
    elif kind in LIST_CODES:
        listed, element = LIST_CODES[kind]
        if _is_open(resource, element, targets, terminology):
            seen_codes = notes.add(listed, resource.get(element), resource)
            answer.miss(listed, [(listed, one.system, one.code) for one in seen_codes])


def _is_open(
    resource: Json, element: str, targets: Targets, terminology: Terminology
) -> bool:
    """Tell if an entry of a list is not understood, so that the list denies nothing.

    A standard code that leaves a tumour or an infection open needs no map: its meaning
    is known.
    """
    concepts = concepts_of(read_code(resource, terminology), targets, terminology)
    is_standard = terminology.identifies("conditions", resource.get(element))
    return NOT_UNDERSTOOD in concepts or (MAY_BE_GRAVE in concepts and not is_standard)


def _note_order(record: Record, terminology: Terminology, answer: Answer) -> None:
    """Note the orders of a call of which none was taken for an augmentation."""
    drafts = record.drafts or ()
    if any(recognise_augmentation(one, terminology) for one in drafts):
        return
    named = [one for one in drafts if words_name_augmentation(one, terminology)]
    keys: list[Key] = [
        ("order", text(coding.get("system")).strip(), text(coding.get("code")).strip())
        for order in named
        for coding in objects(member(order, _order_element(order), "coding"))
    ]
    if keys:
        answer.miss("order", keys)


def _order_element(resource: Json) -> str:
    return ORDER_CODES.get(text(resource.get("resourceType")), ("code",))[0]


def _note_measure(
    holder: Json,
    resource: Json,
    place: int,
    terminology: Terminology,
    notes: _Notes,
    answer: Answer,
) -> None:
    quantity, codeable = holder.get("valueQuantity"), holder.get("code")
    value = number(member(quantity, "value"))
    known = terminology.concepts(codeable)
    noted = notes.add("measure", codeable, resource, known=bool(known))
    if value is None:
        return
    answer.known |= known
    unit = text(member(quantity, "unit")) or text(member(quantity, "code"))
    for seen in noted:
        seen.values.append((value, unit))
        seen.records_of_unit.setdefault(unit, set()).add(place)
        answer.measures.add((seen.kind, seen.system, seen.code))


def _unknown_units(
    notes: _Notes, proposed: set[Key], terminology: Terminology
) -> tuple[UnknownUnit, ...]:
    """List spellings that are not known, those of most records first."""
    units: dict[str, Counter[str]] = {}
    records: dict[str, set[int]] = {}
    used = [seen for key, seen in notes.items() if seen.is_known or key in proposed]
    for seen in used:
        for unit, count in seen.units.items():
            is_known = terminology.units.canonical(unit) is not None
            if PRINTABLE_UNIT.fullmatch(unit) and not is_known:
                units.setdefault(unit, Counter())[seen.code] += count
                records.setdefault(unit, set()).update(seen.records_of_unit[unit])
    listed = (
        UnknownUnit(
            unit=unit,
            seen=sum(of.values()),
            records=len(records[unit]),
            codes=tuple(sorted(of)),
        )
        for unit, of in units.items()
    )
    return tuple(
        sorted(listed, key=lambda unit: (-unit.records, -unit.seen, unit.unit))
    )


def _words(words: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(words)}


def _by_count(counted: Counter[str]) -> list[str]:
    return [one for one, _ in counted.most_common()]


def _propose(
    seen: _Seen,
    terminology: Terminology,
    specs: Mapping[str, FindingSpec],
    rules: LearningRules,
    names: set[str],
) -> Proposal:
    code, unit = "", ""
    why: tuple[str, ...] = ()
    for words in dict.fromkeys([*_by_count(seen.displays), *seen.texts]):
        if seen.kind == "order":
            code = _name_order(words, seen.may_be, terminology, rules)
        elif seen.kind == "measure" and (named := _code_named(rules.measures, words)):
            spec = _spec_of(named, specs)
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
            for unit in _by_count(seen.units)
            if not unit or PRINTABLE_UNIT.fullmatch(unit)
        ),
        seen=seen.count,
        proposed=code,
        unit=unit,
        why=(f"words of {code}", *why) if code else (),
    )


def _spec_of(concept: str, specs: Mapping[str, FindingSpec]) -> QuantitySpec:
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
    seen: _Seen, spec: QuantitySpec, terminology: Terminology
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


def times(count: int) -> str:
    """Write how often: `once`, `12 times`."""
    return "once" if count == 1 else f"{count} times"


def concept_map(name: str, learned: Learned) -> dict[str, Any]:
    """Return the proposals as a ConceptMap of a site folder.

    Its status is draft: the service refuses it until a person has read each line and
    made it active.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for proposal in learned.proposals:
        if not proposal.system:
            continue
        why = "; ".join(proposal.why)
        target: dict[str, Any] = {
            "code": proposal.proposed,
            "equivalence": "equivalent",
            "comment": f"proposal, seen {times(proposal.seen)}; {why}",
        }
        if proposal.unit:
            depends = {"property": UNIT_PROPERTY, "value": proposal.unit}
            target["dependsOn"] = [depends]
        element: dict[str, Any] = {"code": proposal.code}
        if proposal.text != WITHHELD:
            element["display"] = proposal.text
        element["target"] = [target]
        ours = MEASURES if proposal.kind == "measure" else ORDERS
        groups.setdefault((proposal.system, ours), []).append(element)
    lines = [
        {"source": source, "target": to, "element": elements}
        for (source, to), elements in groups.items()
    ]
    document: dict[str, Any] = {
        "resourceType": "ConceptMap",
        "id": name,
        "title": (
            "Proposal by `mappings learn`: read each line, take out what is wrong, then"
            " set status to active"
        ),
        "status": "draft",
    }
    if lines:
        document["group"] = lines
    return document
