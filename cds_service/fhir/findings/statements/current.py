"""Tell if a diagnosis or an act may be current, or may have been."""

from cds_service.fhir.certainty import PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.words.problem_words import may_be_active
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.statements.stated import Stated

NOT_DONE = frozenset({"not-done", "entered-in-error", "preparation"})


def may_be_current(entry: Entry) -> bool:
    """Tell if a diagnosis is neither denied nor past, or an act may have been done."""
    if entry.resource_type == "Procedure":
        return entry.status not in NOT_DONE
    return (
        certainty_of(entry.raw) not in ("denied", "past")
        and not clinical_status(entry.raw) & PAST
    )


def may_go_on(stated: Stated, chart: Chart) -> bool:
    """Tell if an entry is current, or a diagnosis whose status is not understood."""
    is_diagnosis = stated.entry.resource_type == "Condition"
    return not stated.is_past or (
        is_diagnosis and may_be_active(stated.entry.raw, chart.terminology)
    )


def may_have_been(entry: Entry) -> bool:
    """Tell if a diagnosis is not denied, or an act may have been done."""
    if entry.resource_type == "Procedure":
        return entry.status not in NOT_DONE
    return certainty_of(entry.raw) != "denied"
