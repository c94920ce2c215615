"""Tell if an order of a review, a biopsy or rehabilitation was read whole.

Only an order that was read whole closes a fact.

"Rheumatology (gout)" is no review of bone treatment, "cancelled" is no order, a biopsy
of the skin is not that of a vertebra, and "Stroke rehabilitation" does not train the
back. Everything counts as not read until a rule here names its element, or its words
are the order's own name and plain words (`mappings/plain-referral-words/`,
`mappings/plain-training-words/`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.fhir.billing_marks import without_billing_mark
from cds_service.fhir.element_names import MODIFIERS
from cds_service.fhir.entries.held_training import REHABILITATION
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.mapping.remainders import without_names
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE
from cds_service.fhir.narratives import says_more
from cds_service.fhir.orders.drafts import Order, codeables
from cds_service.fhir.orders.recognition import REVIEW, SPECIALIST
from cds_service.fhir.orders.unread.unread_elements import OF_ANY_ORDER
from cds_service.fhir.raw_json import Json, items, member, objects, text

# The kinds that close a fact.
CLOSING = REHABILITATION | {"biopsy", REVIEW}
_NAMES = frozenset({"biopsy", REVIEW, SPECIALIST})
# Elements that are no part of what is ordered. Of their words only those count that
# withdraw the order; its status is judged elsewhere.
_BY_RULE = OF_ANY_ORDER | {
    "instantiatesCanonical",
    "instantiatesUri",
    "basedOn",
    "occurrenceDateTime",
    "occurrencePeriod",
    "occurrenceTiming",
    "relevantHistory",
    "replaces",
    "category",
    "extension",
    "contained",
    "specimen",
    "doNotPerform",
}
_CODED = ("code", "reasonCode", "bodySite")
_NO_WORDS = frozenset(
    {
        "system",
        "version",
        "code",
        "userSelected",
        "id",
        "reference",
        "type",
        "time",
        "authorString",
        "identifier",
        "value",
    }
)
# Elements with words, inside those of `_BY_RULE`.
_WORDED = frozenset({"display", "valueString", "valueMarkdown", "text"})
# The reasons for which a bone is treated, or a sample of it is taken.
_REASONS = frozenset(
    {
        "osteoporosis",
        "vertebral-fracture",
        "osteoporotic-vertebral-fracture",
        "healed-osteoporotic-fracture",
        "pathological-fracture",
        "hip-fracture",
        "bone-metastasis",
        "myeloma",
        "malignancy",
        "unstable-fracture",
        "spinal-infection",
        "discitis",
        "vertebral-osteomyelitis",
    }
)
# The same for which the back is trained. A broken hip or a tumour has training of its
# own.
_REASONS_TO_TRAIN = frozenset(
    {
        "osteoporosis",
        "vertebral-fracture",
        "osteoporotic-vertebral-fracture",
        "healed-osteoporotic-fracture",
        "repeated-falls",
        "sarcopenia",
    }
)
_UNREAD = "\0"  # in place of what is neither words nor read
MOST_NAMES = 4  # a title names its order once or twice


class _ReadingRules(NamedTuple):
    """The way in which orders of a kind are read.

    Attributes:
        names: concepts whose names are the order's own.
        reasons: concepts for which it is ordered.
        plain: what may be next to them.
    """

    names: frozenset[str]
    reasons: frozenset[str]
    plain: PlainWords


def is_read_whole(kind: str, order: Order, terminology: Terminology) -> bool:
    """Tell if nothing in an order was left unread that may withdraw it.

    A kyphoplasty with a biopsy always counts as read whole. If an order closes no fact,
    only its notes are read: it counts if none of them withdraws it.

    Args:
        kind: what the order is taken for, as in `SupportOrder`.
        order: the order.
        terminology: the service's terminology.
    """
    if kind not in CLOSING:
        return not _is_withdrawn(order.resource, terminology)
    if order.meaning.augmentation:
        return True
    reading = _reading_of(kind, terminology)
    texts = {*filter(None, _left_in(order.resource, reading, terminology))}
    return all(_is_plain(words, reading, terminology) for words in texts)


def is_visit_understood(words: str, terminology: Terminology) -> bool:
    """Tell if a visit is described by names of its purpose and plain words alone.

    It may name training, or the dose of a bone drug, as well.
    """
    names = _NAMES | REHABILITATION
    remainder = words
    if len(words) <= LONGEST_TITLE:
        remainder = without_names(words, names, terminology, most=MOST_NAMES)
    plain = terminology.plain
    without_dose = " ".join(plain.doses.left_in(remainder))
    return plain.training.are_all(remainder) or any(
        map(plain.referrals.are_all, (remainder, without_dose))
    )


def names_lasting_training(words: str, terminology: Terminology) -> bool:
    """Tell if an order's words name training, and nothing that may be of the ward."""
    plain = terminology.plain
    # A name of training may have such a word in it: "PT daily".
    if plain.staying.names_any(words):
        return False
    reading = _ReadingRules(REHABILITATION, frozenset(), plain.lasting)
    return _is_plain(words, reading, terminology)


def _reading_of(kind: str, terminology: Terminology) -> _ReadingRules:
    plain = terminology.plain
    if kind in REHABILITATION:
        return _ReadingRules(REHABILITATION, _REASONS_TO_TRAIN, plain.training)
    return _ReadingRules(_NAMES, _REASONS, plain.referrals)


def _is_withdrawn(order: Json, terminology: Terminology) -> bool:
    notes = {text(one.get("text")) for one in objects(order.get("note"))}
    return any(
        terminology.clauses.is_withdrawn(words)
        for words in notes
        if not terminology.own_words.fullmatch(words)
    )


def _left_in(
    order: Json, reading: _ReadingRules, terminology: Terminology
) -> Iterator[str]:
    """Yield the words of an order, and a mark for what is neither words nor read."""
    for path, value in leaves_of(order):
        parts = path.split(".")
        if MODIFIERS.intersection(parts):
            yield _UNREAD
        elif parts[0] in _BY_RULE or parts[0].startswith("_") or "extension" in parts:
            is_worded = parts[-1] in _WORDED
            if is_worded and terminology.clauses.is_withdrawn(text(value)):
                yield _UNREAD
        elif parts[0] in ("text", *_CODED) or parts[-1] in _NO_WORDS:
            continue
        else:
            yield value if isinstance(value, str) else _UNREAD
    if says_more(order, reading.plain):
        yield _UNREAD
    for element in _CODED:
        for codeable in codeables(order, element):
            yield from _words_of(element, codeable, reading, terminology)


def _words_of(
    element: str, codeable: Json, reading: _ReadingRules, terminology: Terminology
) -> Iterator[str]:
    """Yield the words of a code, without the names of codes that are understood."""
    yield without_billing_mark(text(codeable.get("text")))
    for coding in items(codeable.get("coding")):
        if not _is_understood(element, coding, reading, terminology):
            # A code of the order's own system may come without any words, and so may
            # one whose words need only be plain.
            is_plain = element == "code" or _is_complaint(coding, reading, terminology)
            bare = "" if is_plain else _UNREAD
            display = text(member(coding, "display"))
            yield without_billing_mark(display) or bare


def _is_understood(
    element: str, coding: object, reading: _ReadingRules, terminology: Terminology
) -> bool:
    codeable = {"coding": [coding]}
    if element == "bodySite":
        return terminology.is_spinal_site(codeable)
    known = reading.names | reading.reasons
    return bool(terminology.concepts(codeable) & known)


def _is_complaint(
    coding: object, reading: _ReadingRules, terminology: Terminology
) -> bool:
    """Tell if a code names a complaint for which the back is trained.

    Words next to it may still name another part of the body.
    """
    is_training = reading.names == REHABILITATION
    return is_training and terminology.trains_back({"coding": [coding]})


def _is_plain(words: str, reading: _ReadingRules, terminology: Terminology) -> bool:
    """Tell if words are names of such orders and plain words, or of our templates."""
    if terminology.own_words.fullmatch(words):
        return True
    remainder = words
    if len(words) <= LONGEST_TITLE:
        remainder = without_names(words, reading.names, terminology, most=MOST_NAMES)
    return reading.plain.are_all(remainder)
