"""Find diagnoses of known words that are no news at a discharge.

The list of an admission holds the diseases of years, each in words of its own:
"Gonarthrose bds.", "CKD 3a", "breast cancer 2009, in remission". They support no "no".
Entries of the record in, references out; junk never raises.
"""

from datetime import date

from cds_service.fhir.certainty import certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.harm_in_acts import CARRYING
from cds_service.fhir.entries.listed import is_withheld
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.everyday_diseases import EverydayTitle
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.order_reasons import FORBIDDING
from cds_service.fhir.orders.since.everyday import says_no_more
from cds_service.fhir.raw_json import Json, member, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

# A cancer of more calendar years before counts as old (rule E9).
OLD_YEARS = 5
_HARM = FORBIDDING | CARRYING
NEVER_QUIET = frozenset({*_HARM, *map(in_doubt, _HARM)})
# Of a cancer that its words call old; one of the bone is never quiet.
_ELSEWHERE = frozenset({"malignancy-elsewhere", "cancer-ever"})
OLD_CANCERS = frozenset({*_ELSEWHERE, *map(in_doubt, _ELSEWHERE)})
BACK = frozenset({"recurrence", "relapse"})


def known_by_words(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the diagnoses of known words that are everyday, or of before.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        terminology: the service's terminology.
    """
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if _says_its_title_alone(entry.raw, terminology)
        and _is_no_news(entry, since, birth, terminology)
    )


def _says_its_title_alone(condition: Json, terminology: Terminology) -> bool:
    """Tell if no code of ICD-10, note or status says more than the title does."""
    codes = terminology.complication_codes
    codings = terminology.codings(condition.get("code"))
    return not (
        any(codes.is_judged(one[0]) for one in codings)
        or condition.get("note")
        or any(words_in(condition.get("extension")))
        or clinical_status(condition) & BACK
        or certainty_of(condition) not in ("stated", "past")
        or is_withheld(condition, terminology)
        or not says_no_more(condition, terminology)
    )


def _is_no_news(
    entry: Entry, since: date, birth: date | None, terminology: Terminology
) -> bool:
    read = terminology.everyday_diseases.read
    titles = [read(title) for title in texts_of(entry.raw.get("code"))]
    known = [title for title in titles if title is not None]
    if not known or len(known) < len(titles):
        return False
    is_dated = any(title.is_dated for title in known)
    never = NEVER_QUIET - OLD_CANCERS if is_dated else NEVER_QUIET
    if not entry.concepts.isdisjoint(never):
        return False
    if not all(_is_old(title, since) for title in known if title.is_dated):
        return False
    if not any(title.is_of_before for title in known):
        return True
    return _is_of_before(entry.raw, since, birth, terminology.calendar)


def _is_old(title: EverydayTitle, since: date) -> bool:
    """Tell if a title gives years, and all of them are more than five before."""
    return bool(title.years) and max(title.years) < since.year - OLD_YEARS


def _is_of_before(
    condition: Json, since: date, birth: date | None, calendar: SiteCalendar
) -> bool:
    """Tell if a diagnosis was recorded on this day at the latest, and began so.

    The list of an admission is often recorded on the day of the operation.
    """
    if text(condition.get("onsetString")):
        return False
    recorded = calendar.last_day(recorded_on(condition))
    onset = begun(condition, birth, calendar)[1]
    days = [day for day in (recorded, onset) if day is not None]
    return bool(days) and max(days) <= since
