"""Find what limits walking in the words of entries that are no orders of activity.

A report, the stay, a drug or the reason of an order may be the only one to tell of a
leg that may not bear weight, of a joint out of place, or of a patient who lies in bed.
Words that call it over, deny it or tell it of somebody else limit nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from cds_service.core.orders import TrainingLimit
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.leg_injuries import (
    LEG_INJURED,
    TENDON_TORN,
    is_named,
)
from cds_service.fhir.entries.walking_limits import WALKS_NOT, is_stated
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.orders.injuries.injury_times import NO_MORE, moment_of
from cds_service.fhir.orders.training.broken_legs_in_words import words_beside
from cds_service.fhir.raw_json import member, objects, texts_of
from cds_service.fhir.site_calendar import is_dated_before

# Rules of `kinds/`.
WEIGHT_TOLD, OF_ANOTHER = "weight-told", ("limit-of-another",)
BROUGHT, LONG_PAST = "brought-in-chair", ("long-past",)
DATED = ("past-alone",)
STAY = "Encounter"
_PARTS = re.compile(r"[,，、()（）:：]")
# No end of a sentence.
_ABBREVIATED = re.compile(r"\b(li|re|lt|rt|bds|z|st|ca|max|min)\. ?", re.IGNORECASE)
# "Bedbound prior to admission" tells of now.
_BEFORE = re.compile(r"\b(?:prior|previous) to\b", re.IGNORECASE)


def limits_in_words(
    words: Iterable[str], since: date, terminology: Terminology
) -> frozenset[TrainingLimit]:
    """Return what words tell of walking now, as far as they say.

    Args:
        words: of one entry.
        since: a year before that of this day is one of the past.
        terminology: the service's terminology.
    """
    told = (_ABBREVIATED.sub(r"\1 ", one[:LONGEST_TEXT]) for one in words if one)
    return frozenset(
        limit
        for sentence in sentences_once(told)
        for limit, (rule, is_told) in _RULES.items()
        if is_told(sentence, rule, terminology)
        and not _is_over(sentence, rule, since, terminology)
    )


def words_of(entry: Entry) -> Iterator[str]:
    """Yield what an entry says next to its title, and what a stay is called."""
    yield from words_beside(entry.raw)
    if entry.resource_type == STAY:
        for name in ("type", "serviceType"):
            for title in objects(entry.raw.get(name)):
                yield from texts_of(title)


def day_told(entry: Entry, terminology: Terminology) -> date | None:
    """Return the last day of which an entry may tell; None if none is known."""
    calendar, raw = terminology.calendar, entry.raw
    if entry.resource_type == "Condition":
        return calendar.last_day(recorded_on(raw))
    if entry.resource_type == STAY:
        named = member(raw, "period", "end") or member(raw, "period", "start")
        return calendar.last_day(named)
    moment = moment_of(entry, calendar)
    return moment.day if moment else None


def may_tell(entry: Entry) -> bool:
    """Tell if an entry stands: not cancelled, and no diagnosis that is denied or over.

    A stay of no known day tells of now only while it goes on.
    """
    if entry.status in NO_MORE:
        return False
    if entry.resource_type == "Condition":
        return certainty_of(entry.raw) not in ("denied", "past")
    if entry.resource_type == STAY and entry.status == "finished":
        return bool(member(entry.raw, "period"))
    return True


def _is_called(sentence: str, rule: str, terminology: Terminology) -> bool:
    return bool(terminology.kinds.named(sentence, (rule,)))


def _is_bound(sentence: str, rule: str, terminology: Terminology) -> bool:
    """Tell if a patient lies or sits, and was not only brought in a chair."""
    rest = terminology.kinds.without(sentence, BROUGHT)
    return is_stated(rest, rule, terminology)


# The rule of `kinds/` that names each limit, and what tells if a sentence states it.
_RULES: Mapping[TrainingLimit, tuple[str, Callable[[str, str, Terminology], bool]]] = {
    "weight-told": (WEIGHT_TOLD, _is_called),
    "joint-out": (LEG_INJURED, is_named),
    "leg-injury": (TENDON_TORN, is_named),
    "bound": (WALKS_NOT, _is_bound),
}


def _is_over(sentence: str, rule: str, since: date, terminology: Terminology) -> bool:
    """Tell if a sentence calls what a rule names old, or tells it of somebody else.

    It does so, too, by an earlier year, and below a heading such as `Past history:`.
    """
    kinds = terminology.kinds
    parts = _PARTS.split(sentence)
    own = [part for part in parts if kinds.named(part, (rule,))]
    if own and all(kinds.named(part, OF_ANOTHER) for part in own):
        return True
    if _heads_the_past(sentence, parts, terminology):
        return True
    dated = [part for part in parts if kinds.named(part, DATED)]
    words = ", ".join([*own, *dated]) if own else sentence
    words = _BEFORE.sub(" ", words)
    return (
        is_dated_before(words, since.year)
        or bool(kinds.named(words, LONG_PAST))
        or bool(terminology.text_concepts(words, OLD_FRACTURE))
    )


def _heads_the_past(sentence: str, parts: list[str], terminology: Terminology) -> bool:
    """Tell if a sentence begins with a heading such as `Past history:`."""
    is_headed = sentence[len(parts[0]) : len(parts[0]) + 1] in (":", "：")
    return bool(is_headed and terminology.kinds.named(parts[0], LONG_PAST))
