"""Turns the record into findings: for each name in the vocabulary, `extract_findings` calls the reader for its kind.

The rules are in `mappings/findings/<name>.toml`; the readers are in the modules that are imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from cds_service.core.facts import Finding, Findings, Gap, PassedOver
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.facts.answers import find_answer
from cds_service.fhir.facts.bone_density import find_t_score
from cds_service.fhir.facts.changes import find_change
from cds_service.fhir.facts.chart import Chart, Outcome, gap, open_chart
from cds_service.fhir.facts.demographics import find_demographic
from cds_service.fhir.facts.earlier_fracture import find_earlier_fracture
from cds_service.fhir.facts.exams import find_exam
from cds_service.fhir.facts.grip import find_grip
from cds_service.fhir.facts.measurements import find_quantity, pick_newest
from cds_service.fhir.facts.medication_list import find_denosumab_overdue, find_medication
from cds_service.fhir.facts.problem_list import find_condition
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.outgoing.deadline import Deadline

Reader = Callable[[FindingSpec, Chart], Outcome]


def extract_findings(
    record: PatientRecord,
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    *,
    today: date,
    not_after: date,
    read_on: date | None = None,
    treated: tuple[str, ...] = (),
    deadline: Deadline | None = None,
) -> Findings:
    """Read every finding in the vocabulary as known or as a gap, whatever the order of the resources.

    Args:
        record: one patient's record.
        specs: the vocabulary.
        terminology: the service's terminology, including the site's codes.
        today: the day from which ages of the patient and of values are counted.
        not_after: values dated later do not count.
        read_on: the day on which the record was read, if it is not today.
        treated: levels that the order treats; a fracture there is the present one.
        deadline: of the answer; None where nobody waits.

    Raises:
        DeadlinePassed: the record is too long for the time there is.
    """
    chart = open_chart(
        record, terminology, today=today, not_after=not_after, read_on=read_on, treated=treated, deadline=deadline
    )
    known: dict[str, Finding] = {}
    gaps: dict[str, Gap] = {}
    passed: list[PassedOver] = []
    for name, spec in sorted(specs.items()):
        outcome, passed_over = _find(spec, chart, specs)
        if passed_over:
            passed += dict.fromkeys(passed_over)
        if isinstance(outcome, Finding):
            known[name] = outcome
        else:
            gaps[name] = outcome
    return Findings(known, gaps, tuple(passed))


def _find(spec: FindingSpec, chart: Chart, specs: Mapping[str, FindingSpec]) -> Outcome:
    if spec.after_surgery:
        return gap(spec, "absent", "known only after surgery"), ()
    if spec.kind == "change":
        return find_change(spec, chart, specs)
    return READERS[spec.kind](spec, chart)


def _find_quantity(spec: FindingSpec, chart: Chart) -> Outcome:
    reader = PICKS.get(spec.pick)
    return reader(spec, chart) if reader else find_quantity(spec, chart, pick_newest)


def _find_condition(spec: FindingSpec, chart: Chart) -> Outcome:
    return (
        find_earlier_fracture(spec, chart) if spec.name == "prior-vertebral-fracture" else find_condition(spec, chart)
    )


def _find_medication(spec: FindingSpec, chart: Chart) -> Outcome:
    return find_denosumab_overdue(spec, chart) if spec.name == "denosumab-overdue" else find_medication(spec, chart)


def _leave(spec: FindingSpec, chart: Chart) -> Outcome:
    """A placeholder for findings that come from the order or from other findings (core/derived.py)."""
    del chart
    return gap(spec, "undetermined", "what it follows from is not known"), ()


PICKS: Mapping[str, Reader] = {"t-score": find_t_score, "grip": find_grip}
READERS: Mapping[str, Reader] = {
    "quantity": _find_quantity,
    "boolean": find_answer,
    "category": find_answer,
    "condition": _find_condition,
    "exam": find_exam,
    "medication": _find_medication,
    "demographic": find_demographic,
    "order": _leave,
    "derived": _leave,
}
