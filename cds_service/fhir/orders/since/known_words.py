"""Find diagnoses of known words that are no news at a discharge.

The list of an admission holds the diseases of years, each in words of its own:
"Gonarthrose bds.", "CKD 3a", "breast cancer 2009, in remission". They support no "no".
"""

import re
from datetime import date

from cds_service.fhir.certainty import AGAIN, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.bones import CARRYING
from cds_service.fhir.entries.listed import is_withheld
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.entries.words.unread_in_reasons import is_title_plain
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.harmless.everyday_diseases import EverydayTitle
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.order_reasons import FORBIDDING
from cds_service.fhir.orders.since.everyday import SAYS_NO_MORE, says_no_more
from cds_service.fhir.raw_json import Json, member, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import WRITTEN_YEAR, SiteCalendar, years_in

# A cancer of more calendar years before counts as old (rule E9).
OLD_YEARS = 5
_HARM = FORBIDDING | CARRYING
NEVER_QUIET = frozenset({*_HARM, *map(in_doubt, _HARM)})
# Of a cancer that its words call old; one of the bone is never quiet.
_ELSEWHERE = frozenset({"malignancy-elsewhere", "cancer-ever"})
OLD_CANCERS = frozenset({*_ELSEWHERE, *map(in_doubt, _ELSEWHERE)})
# Cancers that may be in the bone from the first, and so are asked about.
_OF_MARROW = re.compile(
    r"l[iy]n?m?(?:ph|f)om|chloniak|hodgkin|leu[ck]|bialacz"
    r"|白血病|リンパ腫|淋巴瘤|림프종|백혈병"
)


def known_by_words(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the diagnoses of known words that are everyday, or older.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        terminology: the service's terminology.
    """
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if (
            _says_its_title_alone(entry.raw, terminology)
            and _is_no_news(entry, since, birth, terminology)
        )
        or (
            _is_coded_of_before(entry, terminology)
            and _is_of_before(entry.raw, since, birth, terminology.calendar)
        )
    )


def cancers_telling_more(
    record: PatientRecord,
    since: date,
    stays: frozenset[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return cancers recorded since then that name harm, or a year and unknown words.

    The year is the cancer's: "breast cancer 2009, discitis" tells of now. A code of the
    cancer says nothing of the other words.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        stays: those in which the operation was done: what has no day is of them.
        terminology: the service's terminology.
    """
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(OLD_CANCERS)
        and certainty_of(entry.raw) != "denied"
        and _is_recorded_after(entry.raw, since, stays, terminology.calendar)
        and _tells_more_than_cancer(entry, terminology)
    )


def _tells_more_than_cancer(entry: Entry, terminology: Terminology) -> bool:
    if not entry.concepts.isdisjoint(NEVER_QUIET - OLD_CANCERS):
        return True
    titles = texts_of(entry.raw.get("code"))
    return any(
        WRITTEN_YEAR.search(one) and _read(one, entry, terminology) is None
        for one in titles
    )


def _is_recorded_after(
    condition: Json, since: date, stays: frozenset[str], calendar: SiteCalendar
) -> bool:
    recorded = calendar.first_day(recorded_on(condition))
    if recorded is not None:
        return recorded > since
    return last_name(text(member(condition, "encounter", "reference"))) in stays


def _says_its_title_alone(condition: Json, terminology: Terminology) -> bool:
    """Tell if no code of ICD-10, note or status says more than the title does."""
    codes = terminology.complication_codes
    codings = terminology.codings(condition.get("code"))
    is_coded = any(codes.is_judged(one[0]) for one in codings)
    return not is_coded and _says_no_more_than_code(condition, terminology)


def _says_no_more_than_code(condition: Json, terminology: Terminology) -> bool:
    """Tell if no note, status, severity or site says more than the code does."""
    return not (
        condition.get("note")
        or any(words_in(condition.get("extension")))
        or clinical_status(condition) & AGAIN
        or certainty_of(condition) not in ("stated", "past")
        or is_withheld(condition, terminology)
        or not says_no_more(condition, terminology)
    )


def _is_coded_of_before(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a code is no news once it is known, and nothing else says more."""
    condition, codes = entry.raw, terminology.complication_codes
    judged = [
        one
        for one in terminology.codings(condition.get("code"))
        if codes.is_judged(one[0])
    ]
    return (
        bool(judged)
        and all(codes.is_of_before(*one) for one in judged)
        and entry.concepts <= SAYS_NO_MORE
        and _says_no_more_than_code(condition, terminology)
        and all(
            terminology.harmless.is_of_ward(title)
            or is_title_plain(title, terminology)
            or terminology.everyday_diseases.read(title) is not None
            for title in texts_of(condition.get("code"))
        )
    )


def _is_no_news(
    entry: Entry, since: date, birth: date | None, terminology: Terminology
) -> bool:
    written = texts_of(entry.raw.get("code"))
    titles = [_read(title, entry, terminology) for title in written]
    known = [title for title in titles if title is not None]
    if not known or len(known) < len(titles):
        return False
    is_dated = any(title.is_dated for title in known)
    never = NEVER_QUIET - OLD_CANCERS if is_dated else NEVER_QUIET
    if not entry.concepts.isdisjoint(never):
        return False
    _, onset = begun(entry.raw, birth, terminology.calendar)
    if not all(_is_old(title, onset, since) for title in known if title.is_dated):
        return False
    if not any(title.is_of_before for title in known):
        return True
    return _is_of_before(entry.raw, since, birth, terminology.calendar)


def _read(title: str, entry: Entry, terminology: Terminology) -> EverydayTitle | None:
    """Read a title of known words; that of an old cancer has some of its own."""
    diseases = terminology.everyday_diseases
    if (read := diseases.read(title)) is not None:
        return read
    if entry.concepts.isdisjoint(OLD_CANCERS) or _OF_MARROW.search(folded(title)):
        return None
    if not diseases.is_of_old_cancer(title):
        return None
    years = frozenset(years_in(title))
    return EverydayTitle(is_of_before=False, is_dated=True, years=years)


def _is_old(title: EverydayTitle, onset: date | None, since: date) -> bool:
    """Tell if the years of a title, or without any that of the onset, are old.

    They are more than five before.
    """
    years = title.years or ({onset.year} if onset else ())
    return bool(years) and max(years) < since.year - OLD_YEARS


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
