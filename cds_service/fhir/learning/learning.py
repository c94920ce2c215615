"""Propose what a site's local codes may mean; a person confirms each line.

Raw JSON goes in. Proposals come out, those first that cost the most answers
(`answer_costs.py`). Nothing of a patient leaves: a text is shown only if it is the
code's own, and never with a word of a patient's name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.concepts import concepts_of
from cds_service.fhir.entries.words.open_concepts import MAY_BE_GRAVE, NOT_UNDERSTOOD
from cds_service.fhir.findings.values.quantities import PRINTABLE_UNIT
from cds_service.fhir.learning.answer_costs import (
    NO_COST,
    Answer,
    Key,
    Kind,
    Record,
    costs_of,
    is_answered,
)
from cds_service.fhir.learning.learned import (
    WITHHELD,
    Learned,
    Proposal,
    UnknownUnit,
    UnreadTitle,
)
from cds_service.fhir.learning.proposing import LearningRules, propose, spec_of
from cds_service.fhir.learning.seen_codes import WORD, CodeNotes, words_in
from cds_service.fhir.mapping.plain.plain_words import BRACES, REFERRALS, TRAINING
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.orders.meaning import AUGMENTATION_OR_LEVEL
from cds_service.fhir.orders.recognition import (
    SUPPORT_KINDS,
    recognise_augmentation,
    words_name_augmentation,
)
from cds_service.fhir.raw_json import Json, items, member, number, objects, text
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
_LETTERS = re.compile(r"^[^\W\d_]+")
# Systems of codes that are no site's own.
_SHARED_SYSTEM = re.compile(
    r"https?://(?:snomed\.info|loinc\.org|(?:www\.)?ama-assn\.org|www\.cms\.gov"
    r"|(?:terminology\.)?hl7\.org|fhir\.de|kyphoplasty-cds\.org)"
    r"|urn:oid:2\.16\.840\.1\.113883\.6\."
)


def learn(
    records: Iterable[Record],
    terminology: Terminology,
    specs: Mapping[str, FindingSpec],
    rules: LearningRules,
) -> Learned:
    """Propose a meaning for each local code of these records, and count its cost.

    Codes that we know already are left out.
    """
    notes = CodeNotes()
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
        key: propose(seen, terminology, specs, rules, names)
        for key, seen in notes.items()
        if not seen.is_known
    }
    fills = {
        key: frozenset(spec_of(proposal.proposed, specs).value_sets)
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
    notes: CodeNotes, terminology: Terminology, names: set[str]
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
        left = tuple(one for one in known.left_in(words) if WORD.search(one))
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
    names = words_in(text(member(resource, "subject", "display")))
    if resource.get("resourceType") == "Patient":
        for name in objects(resource.get("name")):
            parts = (name.get("family"), name.get("text"), *items(name.get("given")))
            names |= words_in(" ".join(map(text, parts)))
    return names


def _note(
    resource: Json,
    place: int,
    targets: Targets,
    terminology: Terminology,
    notes: CodeNotes,
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
    notes: CodeNotes,
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
    notes: CodeNotes, proposed: set[Key], terminology: Terminology
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
