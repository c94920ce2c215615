"""Find the imaging reports since an operation that were not understood, or not made."""

import re
from collections.abc import Collection, Iterator
from datetime import date

from cds_service.fhir.entries.concepts import is_silent_report
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.awaited_reports import (
    AWAITED,
    NO_REPORT,
    is_plain_exam,
    is_without_words,
)
from cds_service.fhir.entries.exams.unread_in_report import (
    is_check_understood,
    is_echo_understood,
)
from cds_service.fhir.entries.grave.grave_concepts import UNREAD_PROSE
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.harm.harm_codes import is_acute_coded, is_harm_coded
from cds_service.fhir.entries.harm.unusual_titles import are_plain_echoes
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.titles.operations import name_augmentation
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import SiteCalendar

# Parts of a report that have a title each, in which somebody may say what was found.
NAMED_PARTS = ("presentedForm", "media", "result", "imagingStudy")
_FILE_TYPE = re.compile(r"(?i)\.(?:pdf|docx?|rtf|txt|html?|dcm|jpe?g|png|tiff?)$")


def unread_reports_since(
    record: PatientRecord,
    since: date,
    terminology: Terminology,
    treated: Collection[str],
) -> frozenset[str]:
    """Return the imaging reports of this day or later that were not understood.

    They are those that the signing counts under *Not known*, without the checks that
    only say where the cement lies, and deny what could have come. A report without a
    day may be as recent. Those of pathology are read with the biopsies.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        terminology: the service's terminology.
        treated: the treated vertebrae, in which cement is to be expected.
    """
    return frozenset(
        report.reference
        for report in record.of_key("diagnosticReports")
        if is_made_since(report, since, terminology.calendar)
        and (
            _is_unread(report, terminology, treated)
            or _has_unusual_result(report.raw, terminology)
        )
        and not is_pathology(report.raw, terminology)
    )


def grave_reports_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the reports of this day or later whose coded result is grave.

    A code says it whatever the words say: if they differ, somebody reads both.
    """
    return frozenset(
        report.reference
        for report in record.of_key("diagnosticReports")
        if text(report.raw.get("status")) not in NO_REPORT
        and any(
            is_acute_coded(result, terminology)
            for result in codeables(report.raw, "conclusionCode")
        )
        and is_made_since(report, since, terminology.calendar)
    )


def awaited_reports_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the reports of this day or later that say nothing yet of the spine.

    They are of a CT or an MRI, or of an X-ray whose title says more than what was
    examined. One that is a file alone is not among them, unless it is `registered`:
    somebody can read it.

    Args:
        record: the patient's.
        since: the day of the operation, or the first that counts.
        terminology: the service's terminology.
    """
    reports = record.of_key("diagnosticReports")
    told = [one.raw for one in reports if not is_without_words(one.raw)]
    return frozenset(
        report.reference
        for report in reports
        if AWAITED in report.concepts
        and not any(_is_of_one_exam(report.raw, other) for other in told)
        and is_made_since(report, since, terminology.calendar)
        and not _is_of_operation(report.raw, terminology)
        and not is_pathology(report.raw, terminology)
    )


def _is_of_one_exam(report: Json, other: Json) -> bool:
    """Tell if another report is of the same order, or of that title and time."""
    if text(other.get("status")) in NO_REPORT:
        return False
    orders, others = (
        {text(order.get("reference")) for order in objects(one.get("basedOn"))}
        for one in (report, other)
    )
    if orders and others:
        return bool((orders & others) - {""})
    titles = texts_of(report.get("code"))
    time = report.get("effectiveDateTime")
    is_titled_alike = bool(titles) and titles == texts_of(other.get("code"))
    return is_titled_alike and bool(time) and time == other.get("effectiveDateTime")


def _is_of_operation(report: Json, terminology: Terminology) -> bool:
    """Tell if the images are those by which the operation itself was guided."""
    titles = texts_of(report.get("code"))
    return any(name_augmentation(title, terminology) for title in titles)


def is_pathology(report: Json, terminology: Terminology) -> bool:
    """Tell if a report is of pathology, by its category or title."""
    named = codeables(report, "category", "code")
    return any("pathology-report" in terminology.concepts(one) for one in named)


def is_made_since(report: Entry, since: date, calendar: SiteCalendar) -> bool:
    """Tell if a report may have been made or issued on this day or later."""
    raw = report.raw
    times = (
        raw.get("effectiveDateTime"),
        member(raw, "effectivePeriod", "end"),
        member(raw, "effectivePeriod", "start"),
        raw.get("issued"),
    )
    return calendar.may_be_since(times, since)


def _is_unread(
    report: Entry, terminology: Terminology, treated: Collection[str]
) -> bool:
    """Tell if the signing does not understand a report, and it is no plain check."""
    if in_doubt(UNREAD_PROSE) not in report.concepts:
        return False
    if is_plain_echo(report.raw, terminology):
        return UNREAD_PROSE in grave_concepts_of(report.raw, terminology)
    if is_silent_report(report.raw):
        # An X-ray follows every operation, and many sites send it as a file alone.
        is_x_ray = is_plain_exam(report.raw, report.concepts, terminology)
        return not is_x_ray or _may_name_finding(report.raw, terminology)
    if not is_check_understood(report.raw, terminology, treated):
        return True
    # Its codes or its reasons may leave open what its prose does not.
    return UNREAD_PROSE in grave_concepts_of(report.raw, terminology)


def is_plain_echo(report: Json, terminology: Terminology) -> bool:
    """Tell if a report of an echo of the heart is a file alone, or found nothing."""
    titles = texts_of(report.get("code"))
    if not titles or not are_plain_echoes(titles, terminology):
        return False
    if not is_silent_report(report):
        return is_echo_understood(report, terminology)
    names = [*_names_of_parts(report)]
    return not names or are_plain_echoes([*titles, *names], terminology)


def _has_unusual_result(report: Json, terminology: Terminology) -> bool:
    """Tell if a coded result is neither grave by its code nor everyday."""
    return text(report.get("status")) not in NO_REPORT and any(
        is_harm_coded(result, terminology) and not is_acute_coded(result, terminology)
        for result in codeables(report, "conclusionCode")
    )


def _may_name_finding(report: Json, terminology: Terminology) -> bool:
    """Tell if the code of an X-ray, or a title in it, may say what was found.

    Each must be of words by which an examination is called, and of no others.
    """
    code = report.get("code")
    if terminology.identifies("conditions", code):
        return True
    titles = [*texts_of(code), *_names_of_parts(report)]
    return not all(_is_bare_title(title, terminology) for title in titles)


def _names_of_parts(report: Json) -> Iterator[str]:
    """Yield what the files, pictures and results of a report are called."""
    parts = {name: report[name] for name in NAMED_PARTS if name in report}
    for words in words_in(parts):
        yield _FILE_TYPE.sub("", words)


def _is_bare_title(title: str, terminology: Terminology) -> bool:
    """Tell if a title only says what was examined, and how."""
    studies, findings = terminology.plain.studies.alone, terminology.plain.findings
    return studies.are_all(title) and not any(
        findings.words_in(word) == [word] for word in studies.words_in(folded(title))
    )
