"""Find what limits walking besides orders of activity and broken bones.

That is: a patient who lies or sits, a leg that is lost or was operated on, a foot that
gives way, a device that carries the patient, a boot or cast, and a note on the weight
that a leg may bear. Diagnoses, orders and procedures are read alike. The codes are in
`complication-codes.toml`, the words in `kinds/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds_service.fhir.entries.fractures.leg_injuries import is_named
from cds_service.fhir.entries.harm.act_words import names_of_reasons
from cds_service.fhir.entries.held_training import AIDED, HELD
from cds_service.fhir.mapping.codes.complication_codes import LimitOfWalking
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text, texts_of

WALKS_NOT, LEG_LOST, LEG_OPERATED = "walks-not", "leg-lost", "leg-operated"
CARRIED, LEG_SPLINTED, CHARCOT = "carried", "leg-splinted", "charcot-foot"
# The list of codes of each, and of words.
CODED: Mapping[str, LimitOfWalking] = {
    WALKS_NOT: "walks_not",
    LEG_LOST: "leg_lost",
    LEG_OPERATED: "leg_operated",
    CARRIED: "carried",
    LEG_SPLINTED: "leg_splinted",
    CHARCOT: "charcot_foot",
}
# What the words of a diagnosis, an order or a procedure may say of the patient.
OF_PATIENT = (WALKS_NOT, LEG_LOST, CHARCOT)
# Rules of `kinds/`.
WEIGHT_LIMITED, WALKS_BESIDE = ("training-held",), ("walks-beside",)
ARRANGED = ("aid-arranged",)


def limits_of_diagnosis(condition: Json, terminology: Terminology) -> frozenset[str]:
    """Return what a diagnosis says of walking, by its code, its titles and notes."""
    limits = _named_by(condition.get("code"), OF_PATIENT, terminology)
    limits |= _titled(_notes_of(condition), (WALKS_NOT,), terminology)
    return limits | _held_in_words(condition, terminology)


def limits_of_operation(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return what a procedure says of walking, with its reasons and notes."""
    kinds = (*OF_PATIENT, LEG_OPERATED, CARRIED)
    limits = _named_by(procedure.get("code"), kinds, terminology)
    limits |= _titled(_said_of_patient(procedure), OF_PATIENT, terminology)
    return limits | _held_in_words(procedure, terminology)


def limits_of_order(order: Json, terminology: Terminology) -> frozenset[str]:
    """Return what an order that is none of a device says of who walks.

    A wheelchair counts in its title alone: in a note it may be the way to a clinic. One
    that is arranged is an order of the device, if it comes.
    """
    if is_prohibition(order):
        return frozenset()
    titles = [*objects(order.get("code")), *objects(order.get("orderDetail"))]
    said = (*_said_of_patient(order), text(order.get("patientInstruction")))
    limits = _named_by(titles, OF_PATIENT, terminology)
    limits |= _titled(said, OF_PATIENT, terminology)
    is_beside = any(
        terminology.kinds.named(words, (*WALKS_BESIDE, *ARRANGED))
        for words in (*texts_of(order.get("code")), *said)
    )
    return limits if is_beside else limits | _named_by(titles, (CARRIED,), terminology)


def limits_of_device(
    order: Json, titles: Sequence[Json], terminology: Terminology
) -> frozenset[str]:
    """Return what the order of a device says of walking.

    Args:
        order: of a device or a supply.
        titles: what the device is called, with its codes.
        terminology: the service's terminology.
    """
    named = {words for title in titles for words in texts_of(title)}
    limits = frozenset[str]()
    texts = (*named, *_notes_of(order))
    if not any(terminology.kinds.named(words, WALKS_BESIDE) for words in texts):
        limits |= _coded(titles, (CARRIED, LEG_SPLINTED), terminology)
        limits |= _titled(named, (CARRIED, LEG_SPLINTED), terminology)
    if any(terminology.kinds.named(words, (AIDED,)) for words in texts):
        limits |= {AIDED}
    return limits | _held_in(_told_after(order), terminology)


def splints_of_order(order: Json, terminology: Terminology) -> frozenset[str]:
    """Return `leg-splinted` if an order that is none of a device asks for one."""
    titles = [*objects(order.get("code")), *objects(order.get("orderDetail"))]
    if is_prohibition(order):
        return frozenset()
    return limits_of_device(order, titles, terminology) & {LEG_SPLINTED}


def _named_by(
    code: Any, kinds: tuple[str, ...], terminology: Terminology
) -> frozenset[str]:
    codes = objects(code)
    titles = {words[:LONGEST_TITLE] for one in codes for words in texts_of(one)}
    return _coded(code, kinds, terminology) | _titled(titles, kinds, terminology)


def _coded(
    codes: Any, kinds: tuple[str, ...], terminology: Terminology
) -> frozenset[str]:
    listed, codings = terminology.complication_codes, terminology.codings(codes)
    return frozenset(
        kind
        for kind in kinds
        if any(listed.limits_walking(CODED[kind], *one) for one in codings)
    )


def _titled(
    titles: Iterable[str], kinds: tuple[str, ...], terminology: Terminology
) -> frozenset[str]:
    return frozenset(
        kind
        for kind in kinds
        if any(is_stated(words, kind, terminology) for words in titles)
    )


def is_stated(words: str, kind: str, terminology: Terminology) -> bool:
    """Tell if words state a kind of `kinds/`, such as `non-ambulatory`.

    A denial within its name denies nothing.
    """
    kinds = terminology.kinds
    if not words or not kinds.named(words, (kind,)):
        return False
    if is_named(words, kind, terminology):
        return True
    rest = terminology.clauses.whole(kinds.without(words, kind))
    return rest.denies_at is None


def _said_of_patient(act: Json) -> list[str]:
    """List the reasons and notes of an act."""
    return [*names_of_reasons(act), *_notes_of(act)]


def _notes_of(entry: Json) -> list[str]:
    return [text(note.get("text")) for note in objects(entry.get("note"))]


def _held_in_words(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return `training-held` if a title, a note or what is to follow limits weight."""
    titles = [words[:LONGEST_TITLE] for words in texts_of(entry.get("code"))]
    return _held_in((*titles, *_told_after(entry)), terminology)


def _told_after(entry: Json) -> list[str]:
    """List the notes of an entry, and what is to follow."""
    follow_up = [
        words for one in objects(entry.get("followUp")) for words in texts_of(one)
    ]
    return [*_notes_of(entry), *follow_up]


def _held_in(texts: Iterable[str], terminology: Terminology) -> frozenset[str]:
    is_held = any(
        words
        and terminology.kinds.named(words, WEIGHT_LIMITED)
        and not terminology.own_words.fullmatch(words)
        for words in texts
    )
    return HELD if is_held else frozenset()
