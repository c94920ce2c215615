"""Finds, by metadata alone, whether the record shows a CT or MRI on which something can still be measured."""

from __future__ import annotations

from datetime import date

from cds_service.core.facts import Finding, Gap, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import say_date
from cds_service.fhir.facts.chart import Chart, Entry, Outcome, age_in_words, gap
from cds_service.fhir.facts.moments import effective_moment, read_moment
from cds_service.fhir.gathering.exams import EXAM_TYPES

DONE = {
    "DiagnosticReport": frozenset({"partial", "preliminary", "final", "amended", "corrected", "appended"}),
    "ImagingStudy": frozenset({"available"}),
}


def find_exam(spec: FindingSpec, chart: Chart) -> Outcome:
    """Find the newest such exam and its day; otherwise a gap, since a record without one proves nothing.

    An exam with contrast may be recorded twice, with only one record saying so; that whole day is left out.
    """
    done = [
        (day, one)
        for one in chart.of_kind(*EXAM_TYPES)
        if one.status in DONE[one.kind] and (day := _day_of(one)) is not None and day <= chart.not_after
    ]
    refused = {day for day, one in done if one.concepts & set(spec.never)}
    found = [(day, one) for day, one in done if one.concepts & set(spec.value_sets) and day not in refused]
    newest = max((day for day, _ in found), default=None)
    if newest is None:
        return _without(spec, chart, refused), ()
    seen = tuple(_provenance(spec, one, day) for day, one in found if day == newest)
    if spec.usable_days and (chart.today - newest).days > spec.usable_days:
        return gap(spec, "stale", f"{age_in_words(newest, chart.today)} old, too old to use", *seen), ()
    return Finding(spec.name, value=True, unit=spec.unit, observed=newest, provenance=seen), ()


def _without(spec: FindingSpec, chart: Chart, refused: set[date]) -> Gap:
    if refused:
        return gap(spec, "other-method", f"with contrast ({say_date(max(refused))})")
    if unread := chart.unread(spec):
        return gap(spec, "not-read", unread)
    return gap(spec, "absent", "none on record")


def _day_of(exam: Entry) -> date | None:
    started = read_moment(exam.raw.get("started")) if exam.kind == "ImagingStudy" else effective_moment(exam.raw)
    return started.day if started else None


def _provenance(spec: FindingSpec, exam: Entry, day: date) -> Provenance:
    printed = f"{spec.title.partition(' ')[0]} of {say_date(day)}"
    return Provenance(resource=exam.reference, origin=exam.origin, code="", printed=printed, rule=spec.rule)
