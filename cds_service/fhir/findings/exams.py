"""Find the exam on which something can still be measured, by its metadata alone."""

from datetime import date

from cds_service.core.findings import Gap
from cds_service.core.vocabulary import ExamSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.exams.exam_concepts import EXAM_TYPES
from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    age_in_words,
    make_finding,
    make_gap,
)

DONE = {
    "DiagnosticReport": FINAL | {"partial", "preliminary"},
    "ImagingStudy": frozenset({"available"}),
    "Procedure": frozenset({"completed"}),
}


def find_exam(spec: ExamSpec, chart: Chart) -> FindingOrGap:
    """Find the newest such exam and its day; otherwise a gap, never "no".

    An exam may be recorded twice, and only one of its entries may name the contrast. So
    all exams of a day are left out if one of them is of a refused kind (`never`).
    """
    kinds = (*EXAM_TYPES, "Procedure") if "procedures" in spec.also_keys else EXAM_TYPES
    done = []
    for entry in chart.of_kind(*kinds):
        day = (
            _day_of(entry, chart) if entry.status in DONE[entry.resource_type] else None
        )
        if day is not None and day <= chart.not_after:
            done.append((day, entry))
    refused_days = {day for day, one in done if one.concepts & set(spec.never)}
    exams = [
        (day, entry)
        for day, entry in done
        if entry.concepts & set(spec.value_sets) and day not in refused_days
    ]
    newest = max((day for day, _ in exams), default=None)
    if newest is None:
        return _gap_without_exam(spec, chart, refused_days), ()
    printed = f"{spec.title.partition(' ')[0]} of {date_text(newest)}"
    sources = [one.source(spec, printed) for day, one in exams if day == newest]
    if spec.usable_days and (chart.today - newest).days > spec.usable_days:
        age = age_in_words(newest, chart.today)
        return make_gap(spec, "stale", f"{age} old, too old to use", *sources), ()
    return make_finding(spec, True, *sources, observed=newest), ()


def _gap_without_exam(spec: ExamSpec, chart: Chart, refused_days: set[date]) -> Gap:
    if refused_days:
        why = f"with contrast ({date_text(max(refused_days))})"
        return make_gap(spec, "other-method", why)
    if unread := chart.unread(spec):
        return make_gap(spec, "not-read", unread)
    return make_gap(spec, "absent", "none on record")


def _day_of(exam: Entry, chart: Chart) -> date | None:
    if exam.resource_type == "ImagingStudy":
        return chart.calendar.first_day(exam.raw.get("started"))
    element = "performed" if exam.resource_type == "Procedure" else "effective"
    done = chart.calendar.effective(exam.raw, element)
    return done.day if done else None
