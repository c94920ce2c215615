"""Tell which antibiotics are given for weeks: perhaps against an infected bone."""

from datetime import date
from itertools import chain

from cds_service.fhir.entries.medication.drugs import (
    DEEP_INFECTION_DRUG,
    INFECTION_DRUGS,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE

HOURS_OF_A_DAY = 24
# Policy: an antibiotic of two weeks may be against an infected bone; one that is given
# against much else, of four weeks and at most four months.
LONG_COURSE = 14 * HOURS_OF_A_DAY
BROAD_COURSE = (28 * HOURS_OF_A_DAY, 120 * HOURS_OF_A_DAY)
ELSEWHERE = ("antibiotic-elsewhere",)


def is_long_antibiotic(
    title: str, written: date | None, terminology: Terminology
) -> bool:
    """Tell if a title orders weeks of an antibiotic: "Cefazolin 6/52"."""
    if len(title) > LONGEST_TITLE:
        return False
    groups_of = terminology.drugs.groups_of
    named = [groups_of(one) for one in terminology.drug_words(title)]
    groups = INFECTION_DRUGS.intersection(chain.from_iterable(named))
    if not groups:
        return False
    hours = terminology.durations.longest(title)
    last = terminology.durations.last_day(title, written) if written else None
    if written and last:
        hours = max(hours, ((last - written).days + 1) * float(HOURS_OF_A_DAY))
    if DEEP_INFECTION_DRUG in groups and hours >= LONG_COURSE:
        return True
    least, most = BROAD_COURSE
    is_elsewhere = terminology.kinds.named(title, ELSEWHERE)
    return least <= hours <= most and not is_elsewhere
