"""List near misses: what looks like an order or a value of ours, by an unknown code.

An upgrade of an EHR that changes its codes shows here first. Only codes leave this
module: they belong to the hospital, and texts may be about a patient. Those of orders
are found in `orders/missed_orders.py`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

Kind = Literal[
    "order-by-words",  # answered by its words: no code was known
    "order-not-taken",  # its words name an augmentation, and it was not taken for one
    "t-score",  # a T-score by its words or unit, under a code that we do not know
    "order-unread",  # an order that no code and no plain words explain
    "problem",  # an entry of the problem list that no code and no exact name explains
    "brace-unread",  # an element that kept the end of a brace from being pre-selected
]
MOST = 20  # of one request
NO_CODE, NOT_SHOWN = "(no code)", "(not shown)"
# Without a day, which may be one of birth, and without `^`, which HL7 v2 writes between
# the parts of a name.
_CODE = re.compile(r"(?!.*[0-9]{4}-[0-9]{2}-[0-9]{2})[\w.:/#-]{1,64}", re.ASCII)


class NearMiss(NamedTuple):
    """One code of the hospital, or the name of an element in R4.

    Attributes:
        system: the code's system; empty if it has none.
    """

    kind: Kind
    system: str
    code: str


def missed_t_scores(
    observations: Iterable[Json], terminology: Terminology
) -> tuple[NearMiss, ...]:
    """List the unknown codes of values whose name or unit is that of a T-score."""
    misses: dict[NearMiss, None] = {}
    for observation in observations:
        for holder in (observation, *objects(observation.get("component"))):
            code, quantity = holder.get("code"), holder.get("valueQuantity")
            if not quantity:
                continue
            units = [text(member(quantity, name)) for name in ("unit", "code")]
            texts = [*texts_of(code), *filter(None, units)]
            words = "\n".join([one[:LONGEST_TITLE] for one in texts])
            is_t_score = terminology.reports.names_t_score(words)
            if is_t_score and not terminology.concepts(code):
                misses |= dict.fromkeys(misses_of("t-score", [code]))
    return tuple(misses)[:MOST]


def missed_problems(conditions: Iterable[Json]) -> tuple[NearMiss, ...]:
    """List the codes of entries of the problem list that were not understood."""
    misses = dict.fromkeys(
        near
        for condition in conditions
        for near in misses_of("problem", [condition.get("code")])
    )
    return tuple(misses)[:MOST]


def misses_of(kind: Kind, titles: Iterable[Any]) -> Iterator[NearMiss]:
    """Yield the codes of titles that were not understood, or that they have none."""
    codings = [
        coding
        for title in titles
        for coding in objects(member(title, "coding"))
        if text(coding.get("code"))
    ]
    for coding in codings:
        system = text(coding.get("system")).strip()
        code = text(coding.get("code")).strip()
        yield NearMiss(kind, _shown(system) if system else "", _shown(code))
    if not codings:
        yield NearMiss(kind, "", NO_CODE)


def _shown(written: str) -> str:
    """Return a code or system as written, if it is written like one.

    Anything else may be words about a patient.
    """
    return written if _CODE.fullmatch(written) else NOT_SHOWN
