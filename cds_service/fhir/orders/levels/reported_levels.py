"""Name the vertebrae that a report of these weeks calls freshly broken, all at once.

A final report that states them plainly counts as the problem list does (F10, F13). One
that doubts, denies, or calls any of them old in the same sentence leaves them open.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from cds_service.fhir.entries.fractures.bones import VERTEBRAL
from cds_service.fhir.entries.reports import FINAL, day_of_report
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.entries.words.problem_words import read_problem_words
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import text
from cds_service.fhir.site_calendar import years_in

# Policy: a fracture is operated on within these weeks.
OF_THESE_WEEKS = timedelta(days=90)
# Policy: vertebrae that broke within a month of each other broke at once.
AT_ONCE = timedelta(days=31)
# Rules of `kinds/` and of `texts/`.
FRESH, NO_BODY = ("fresh-fracture",), ("process-of-vertebra",)


def levels_broken_at_once(
    record: PatientRecord,
    terminology: Terminology,
    today: date,
    treated: Collection[str],
) -> frozenset[str]:
    """Return the vertebrae of the report that names most of them.

    Args:
        record: the patient's.
        terminology: the service's terminology.
        today: the day of the answer.
        treated: the levels of the order. A report of more than a month ago counts if
            it names one of them.
    """
    found = frozenset[str]()
    for entry in record.of_key("diagnosticReports"):
        if entry.status not in FINAL:
            continue
        day = day_of_report(entry, terminology.calendar)
        if day is None or not timedelta() <= today - day <= OF_THESE_WEEKS:
            continue
        conclusion = text(entry.raw.get("conclusion"))
        named = frozenset(_fresh_levels(conclusion, day.year, terminology))
        is_of_now = today - day <= AT_ONCE or not named.isdisjoint(treated)
        if is_of_now and len(named) > len(found):
            found = named
    return found


def _fresh_levels(
    conclusion: str, year: int, terminology: Terminology
) -> Iterator[str]:
    """Yield the vertebrae whose bodies are freshly broken, and in no earlier year."""
    if len(conclusion) > LONGEST_TEXT:
        return
    for sentence in sentences(conclusion):
        if not terminology.kinds.named(sentence, FRESH):
            continue
        if any(one < year for one in years_in(sentence)):
            continue
        if terminology.kinds.named(sentence, NO_BODY):
            continue
        if terminology.text_concepts(sentence, OLD_FRACTURE):
            continue
        reading = read_problem_words(frozenset(), [sentence], terminology)
        in_doubt = reading.suspected | reading.unclear | reading.of_another
        if VERTEBRAL & reading.stated and not VERTEBRAL & in_doubt:
            yield from terminology.levels.of_fractures(sentence)
