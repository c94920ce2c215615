"""Find the orders that forbid or pause training, or limit walking and weight.

The words are in `kinds/` (`training-held`, `moving-limited`). An order of activity
(`activity-named`) may limit it as well if it has any word that is not of getting up and
walking (`plain-activity-words/`).
"""

from collections.abc import Iterator

from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.grave.short_rest import REST, is_for_a_time
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text, texts_of

HELD = frozenset({"training-held"})
UNREAD = "activity-unread"
# The patient may not walk alone: training goes on, but no page says "walk".
AIDED = "walks-aided"
REHABILITATION = frozenset({"rehabilitation"})
# What is read as an order of its own kind.
JUDGED = REHABILITATION | {"bed-rest"}
# Rules of `kinds/`.
BY_THERAPIST = ("ended-by-therapist",)
MOVING_FORBIDDEN = frozenset({"moving-forbidden"})
TRAINING_HELD, MOVING = ("training-held", "moving-limited"), ("moving-named",)
RESTING = ("rest-told",)
PATIENT_MOVED = ("patient-moved",)
WALKS_AIDED = (AIDED,)
ACTIVITY, OF_ACTIVITY = ("activity-named",), ("activity-category",)


def held_by(coded: Coded, terminology: Terminology) -> frozenset[str]:
    """Return the concepts of such an order; nothing if it is another one."""
    aided = frozenset({AIDED} if walks_aided(coded.raw, terminology) else ())
    if holds_training(coded, terminology):
        return HELD | aided
    is_unread = is_unread_activity(coded, terminology)
    return aided | {UNREAD} if is_unread else aided


def holds_training(coded: Coded, terminology: Terminology) -> bool:
    """Tell if an order forbids or pauses training, or limits walking or weight."""
    order = coded.raw
    if is_prohibition(order):
        named = _named(order)
        if not _named_by_codes(coded, terminology).isdisjoint(REHABILITATION):
            return True
        return any(
            terminology.text_concepts(words, REHABILITATION)
            or terminology.kinds.named(words, TRAINING_HELD + MOVING)
            for one in named
            for words in texts_of(one)
        )
    is_brief = is_for_a_time(order, coded.concepts)
    if not is_brief and any(
        terminology.kinds.named(words, RESTING)
        for words in _noted(order)
        if not terminology.own_words.fullmatch(words)
    ):
        return True
    return any(
        terminology.kinds.named(words, TRAINING_HELD)
        for words in _words_of(order, terminology)
        # Lying flat for some hours is routine.
        if not (is_brief and terminology.kinds.named(words, REST))
    )


def moving_forbidden_by(order: Json, terminology: Terminology) -> frozenset[str]:
    """Return what an order with `doNotPerform` forbids, if it is to move the patient.

    It says "do not mobilise" by an element. One for some hours is routine, and one
    that is not in force any more forbids nothing.
    """
    if text(order.get("status")) in VOID or is_for_a_time(order, frozenset()):
        return frozenset()
    titles = (words for one in _named(order) for words in texts_of(one))
    is_moving = any(terminology.kinds.named(one, PATIENT_MOVED) for one in titles)
    return MOVING_FORBIDDEN if is_moving else frozenset()


def walks_aided(order: Json, terminology: Terminology) -> bool:
    """Tell if an order says not to walk alone, or only with help."""
    return not is_prohibition(order) and any(
        terminology.kinds.named(words, WALKS_AIDED)
        for words in _words_of(order, terminology)
    )


def is_ended_by_therapist(order: Json, terminology: Terminology) -> bool:
    """Tell if such an order only keeps a patient in bed until a therapist has come.

    Training begins with that visit.
    """
    if is_prohibition(order):
        return False
    limits = [
        words
        for words in _words_of(order, terminology)
        if terminology.kinds.named(words, TRAINING_HELD)
        or terminology.text_concepts(words, MOVING_FORBIDDEN)
    ]
    is_ended = [terminology.kinds.named(words, BY_THERAPIST) for words in limits]
    return bool(is_ended) and all(is_ended)


def _words_of(order: Json, terminology: Terminology) -> Iterator[str]:
    """Yield the titles, notes and instructions of an order, without our own words."""
    titles = (words for one in _named(order) for words in texts_of(one))
    for words in (*titles, *_noted(order)):
        if words and not terminology.own_words.fullmatch(words):
            yield words


def _noted(order: Json) -> list[str]:
    """List the notes and the instruction of an order."""
    notes = [text(note.get("text")) for note in objects(order.get("note"))]
    return [*notes, text(order.get("patientInstruction"))]


def is_unread_activity(coded: Coded, terminology: Terminology) -> bool:
    """Tell if an order of activity has a word that is not plain.

    An order of rehabilitation or of bed rest is read as such.
    """
    order = coded.raw
    titles = [words for one in _named(order) for words in texts_of(one)]
    is_judged = not _named_by_codes(coded, terminology).isdisjoint(JUDGED) or any(
        terminology.text_concepts(words, JUDGED) for words in titles
    )
    if is_judged or is_prohibition(order):
        return False
    categories = (
        words for one in objects(order.get("category")) for words in texts_of(one)
    )
    is_of_activity = any(
        terminology.kinds.named(words, OF_ACTIVITY) for words in categories
    )
    return any(
        not terminology.plain.activities.are_all(words, is_title=True)
        for words in titles
        if is_of_activity or terminology.kinds.named(words, ACTIVITY)
    )


def _named_by_codes(coded: Coded, terminology: Terminology) -> frozenset[str]:
    """Return the concepts of the codes that say what is ordered."""
    return coded.concepts | terminology.concepts(coded.raw.get("orderDetail"))


def _named(order: Json) -> list[Json]:
    """Return the codes that say what is ordered."""
    return [*objects(order.get("code")), *objects(order.get("orderDetail"))]
