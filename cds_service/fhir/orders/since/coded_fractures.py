"""Find what reports name by a coded result, and read it as a diagnosis of its day."""

import re
from collections.abc import Iterator
from datetime import date

from cds_service.fhir.certainty import is_later_encounter
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.condition_concepts import concepts_of_condition
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.fractures.healed_fractures import SEVERAL
from cds_service.fhir.entries.reports import day_of_report
from cds_service.fhir.entries.words.past_by_words import LONG_PAST, NEW, OLD_FRACTURE
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE, folded
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.since.reports import is_made_since, is_pathology
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import years_in

# "s/p fall hip fracture": the fall is past, and its fracture may be new.
FALLS = frozenset({"fall", "fall-from-height", "history-of-falling"})
# So may a fracture after an accident or next to an implant, or in another part.
EVENT = ("accident-or-implant",)  # a rule of `kinds/`
_APART = re.compile(r":|\s[-–—]\s")


def coded_results_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> Iterator[Entry]:
    """Yield the coded results of reports of this day or later, as diagnoses.

    A code of a later visit, and what words call old, is no news. Each diagnosis has the
    reference of its report, and was recorded on the day of it.

    Args:
        record: the patient's.
        since: the first day that counts.
        terminology: the service's terminology.
    """
    for report in record.of_key("diagnosticReports"):
        is_report = report.status not in NO_REPORT
        is_recent = is_made_since(report, since, terminology.calendar)
        if is_report and is_recent and not is_pathology(report.raw, terminology):
            day = day_of_report(report, terminology.calendar)
            for code in codeables(report.raw, "conclusionCode"):
                if not _is_known(code, since, terminology):
                    yield _as_diagnosis(report, code, day, terminology)


def _is_known(code: Json, since: date, terminology: Terminology) -> bool:
    codes = (text(coding.get("code")) for coding in objects(code.get("coding")))
    is_old = any(
        terminology.text_concepts(words, OLD_FRACTURE)
        or _is_status_after(words, terminology)
        for words in texts_of(code)
        if not _names_year_from(words, since)
    )
    return is_old or any(map(is_later_encounter, codes))


def _names_year_from(title: str, since: date) -> bool:
    """Tell if a title names this year: "hip fracture 2026" is not old."""
    return any(year >= since.year for year in years_in(title))


def _is_status_after(title: str, terminology: Terminology) -> bool:
    """Tell if a title says that one fracture is past: "status post hip fracture".

    The words for it begin or end the title, which says no more: what is next to them,
    "hip fracture, s/p stroke", may be new.
    """
    kinds = terminology.kinds
    if len(title) > LONGEST_TITLE or not kinds.named(title, (LONG_PAST,)):
        return False
    whole, rest = folded(title).strip(), kinds.without(folded(title), LONG_PAST).strip()
    is_outside = whole.endswith(rest) or whole.startswith(rest)
    is_one = len(terminology.clauses.cut_at_asides(title)) == 1
    is_of_more = (
        kinds.named(title, NEW)
        or terminology.text_concepts(title, FALLS)
        or SEVERAL.search(rest)
        or kinds.named(title, EVENT)
        or _APART.search(rest)
    )
    return is_one and is_outside and not is_of_more


def _as_diagnosis(
    report: Entry, code: Json, day: date | None, terminology: Terminology
) -> Entry:
    recorded = {"recordedDate": day.isoformat()} if day else {}
    diagnosis: Json = {"resourceType": "Condition", "code": code, **recorded}
    concepts = concepts_of_condition(read_code(diagnosis, terminology), terminology)
    return report._replace(raw=diagnosis, concepts=concepts)
