"""Tell if words call an event one of the past: old, in the history, or its sequela.

Such an entry is typed at admission. Its day of recording, which many systems fill in as
the onset, is only the latest on which the event may have been.
"""

from collections.abc import Callable, Iterable

from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import names, statements
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.raw_json import Json, member
from cds_service.fhir.site_calendar import SiteCalendar

LATE_EFFECT = "late-effect"
LONG_PAST = "long-past"
# Rules of `kinds/`: what words that call an event past say.
PAST_BY_WORDS = (LATE_EFFECT, LONG_PAST, "history")
NEW = ("newly-begun",)
# Words by which a disease is there now, whatever year stands beside its name.
BACK_OR_WORSE, STILL_THERE = ("back-or-worse",), ("still-there",)
# What the words of an old fracture name.
OLD_FRACTURE = frozenset({"old-fracture"})


def past_in_words(
    titles: Iterable[str], names_event: Callable[[str], bool], terminology: Terminology
) -> frozenset[str]:
    """Return which words call an event past: a late effect, an old one, or none.

    Words of another part of a title are of something else, "hip fracture, old stroke",
    unless they stand alone: "hip fracture, old". What is also called new is not past.

    Args:
        titles: the titles of the entry.
        names_event: tells if a part of a title names the event.
        terminology: the service's terminology.
    """
    kinds, past = terminology.kinds, (LATE_EFFECT, LONG_PAST)
    parts = [
        part for title in titles for whole in statements(title) for part in names(whole)
    ]
    if not any(kinds.named(part, past) for part in parts):
        return frozenset()
    if any(kinds.named(part, NEW) for part in parts):
        return frozenset()
    own = [part for part in parts if names_event(part)] or parts
    told = [kinds.named(part, past) for part in own]
    told += [
        frozenset({kind})
        for part in parts
        for kind in kinds.named(part, past)
        if not LETTER.search(kinds.without(part, kind))
    ]
    return frozenset().union(*told)


def is_onset_of_recording(condition: Json, calendar: SiteCalendar) -> bool:
    """Tell if an onset is the very day on which the condition was recorded."""
    period = condition.get("onsetPeriod")
    written = condition.get("onsetDateTime") or member(period, "start")
    onset = None if member(period, "end") else calendar.named_day(written)
    return onset is not None and onset == calendar.first_day(recorded_on(condition))
