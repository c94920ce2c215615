"""Read the reasons to keep a brace, or to rest in bed, that the order itself names.

Other fractures and operations are in `injuries/other_injuries.py`;
`core/braces/brace_reasons.py` adds the findings.
"""

from collections.abc import Sequence

from cds_service.core.braces.brace_reasons import KEEP_REASONS
from cds_service.core.orders import REASON_NOT_UNDERSTOOD, REST_MEANT
from cds_service.fhir.entries.fractures.bones import CARRYING
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.orders.order_reasons import FORBIDDING, Reason, is_understood
from cds_service.fhir.orders.worded_ends import texts_on_time
from cds_service.fhir.raw_json import Json

_CONCEPTS = frozenset(KEEP_REASONS)
GRAVE_REASONS = FORBIDDING | CARRYING
# Rules of `kinds/`.
RESTING, ORDINARY_REST = ("rest-meant",), ("rest-usual",)
_OF_BONE = FRACTURED | {"osteoporosis"} | _CONCEPTS


def reasons_of_order(
    order: Json, reasons: Sequence[Reason], terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of `KEEP_REASONS` that a brace order names.

    A reason's code may name them, or any of its words.
    """
    named = (reason.concepts for reason in reasons)
    words = [word for reason in reasons for word in reason.words]
    words += [word for word, _ in texts_on_time(order)]
    worded = (terminology.text_concepts(word, _CONCEPTS) for word in words)
    return (frozenset[str]().union(*named) & _CONCEPTS).union(*worded)


def reasons_of_rest(
    order: Json, reasons: Sequence[Reason], terminology: Terminology
) -> frozenset[str]:
    """Return for what else an order of bed rest says that it is meant.

    That is a grave illness, a broken bone that carries the body, `REST_MEANT` for what
    surgeons and wards keep a patient in bed for, or `REASON_NOT_UNDERSTOOD` for any
    other reason that is not known to be ordinary.
    """
    own = [word for reason in reasons for word in reason.words]
    words = [*own, *(word for word, _ in texts_on_time(order))]
    named = frozenset[str]().union(*(one.concepts for one in reasons))
    told = frozenset().union(
        *(terminology.text_concepts(word, GRAVE_REASONS) for word in words)
    )
    found = (named & GRAVE_REASONS) | told
    codes = terminology.complication_codes
    is_coded = any(
        codes.is_rest_meant(*coding)
        for one in reasons
        for coding in terminology.codings(one.code)
    )
    is_told = any(terminology.kinds.named(word, RESTING) for word in words)
    if is_coded or is_told:
        found |= {REST_MEANT}
    is_open = any(
        not terminology.is_complaint(one.code)
        and not terminology.kinds.named("; ".join(one.words), ORDINARY_REST)
        and not is_understood(one, terminology)
        for one in reasons
    )
    return found | ({REASON_NOT_UNDERSTOOD} if is_open and not found else frozenset())


def names_other_purpose(
    order: Json, reasons: Sequence[Reason], terminology: Terminology
) -> bool:
    """Tell if a brace order says what it is for, and that is another disease.

    It names scoliosis, say, and neither a fracture, bone loss nor pain.
    """
    words = [
        *(word for reason in reasons for word in reason.words),
        *(word for word, is_title in texts_on_time(order) if not is_title),
    ]
    if any(_may_be_of_fracture(one, terminology) for one in reasons) or any(
        _words_may_be_of_fracture(word, terminology) for word in words
    ):
        return False
    return any(terminology.excludes(one.code) for one in reasons) or any(
        _is_disease(part, terminology) for word in words for part in clauses(word)
    )


def _may_be_of_fracture(reason: Reason, terminology: Terminology) -> bool:
    return bool(reason.concepts) or terminology.is_complaint(reason.code)


def _words_may_be_of_fracture(words: str, terminology: Terminology) -> bool:
    bound = terminology.plain.bound
    is_of_bone = terminology.text_concepts(words, _OF_BONE)
    return bool(is_of_bone) or bound.names_broken(words) or bound.names_pain(words)


def _is_disease(words: str, terminology: Terminology) -> bool:
    """Tell if words are the name of a harmless disease, and not words of a brace."""
    plain = terminology.plain
    return bool(words.strip()) and (
        plain.titles.are_all(words) and not plain.braces.are_all(words)
    )
