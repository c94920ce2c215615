"""Read the history of bone drugs, and conclude from it.

The conclusions are if a bone drug is taken, and if denosumab is overdue.
`bone_drug_entries.py` reads the entries.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from cds_service.core.drugs.bone_drugs import KINDS
from cds_service.core.drugs.drug_courses import closed_by, find_overdue, last_denosumab
from cds_service.core.drugs.drug_uses import combine
from cds_service.core.findings import BoneDrugs, DrugUse, Finding, Gap, Provenance
from cds_service.core.months import months_before
from cds_service.core.vocabulary import BoneDrugSpec, DenosumabSpec, MedicationSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    age_in_words,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.drugs.bone_drug_entries import allergies_of, entries_of
from cds_service.fhir.findings.drugs.bone_drug_entry import UNNAMED
from cds_service.fhir.findings.drugs.label_cautions import cautions_in
from cds_service.fhir.findings.drugs.low_calcium import low_calcium_in
from cds_service.fhir.findings.drugs.medication_list import (
    NO_ENTRY,
    future_uses,
    not_on_list,
    uses_of,
    without_use,
)
from cds_service.fhir.findings.drugs.runs_of_doses import LONG_STANDING_MONTHS
from cds_service.fhir.findings.drugs.use import Use
from cds_service.fhir.findings.problem_list import conclude_no

# Other lists than those of drugs, which may name one: "Osteoporosis, Prolia given in
# March"; "Fracture under alendronate"; a supply of Prolia. By prefetch key.
TELLING_LISTS = (
    "conditions",
    "deviceRequests",
    "supplyRequests",
    "diagnosticReports",
    "pathology",
    "imagingStudies",
    "encounter",
    "appointments",
)


def read_history(spec: BoneDrugSpec, chart: Chart) -> BoneDrugs:
    """Read every bone drug on record, and why "none" may not be said of the lists.

    Args:
        spec: of `bone-drug`.
        chart: the patient's record.
    """
    entries = entries_of(spec, chart)
    uses = combine(entries, chart.today)
    unread_drugs = chart.unread_lists(spec)
    unread = unread_drugs or chart.unread_among(TELLING_LISTS)
    silence = conclude_no(spec, chart, may_count=_may_be_bone_drug)
    unclear = "" if unread else _why_unclear(silence)
    if unread_drugs or unclear:  # it may have been taken for longer
        uses = tuple(
            replace(one, is_start_known=False, on_record_since=None) for one in uses
        )
    return BoneDrugs(
        uses=uses,
        entries=chart.listed(spec).entries,
        unread=unread,
        unclear=unclear,
        allergies=allergies_of(spec, chart),
        cautions=(*cautions_in(chart), *low_calcium_in(chart)),
    )


def _may_be_bone_drug(entry: Entry) -> bool:
    """Tell if an entry of the lists may be of a bone drug, however old it is.

    A dose of years ago may be that of denosumab, or of an anabolic drug.
    """
    is_void = entry.status in NO_ENTRY and entry.origin != "context"
    return entry.drug is not None and not is_void


def _why_unclear(silence: Finding | Gap) -> str:
    """Say why "none" may not be said of lists that were read; empty if it may."""
    if not isinstance(silence, Gap):
        return ""
    is_broken = silence.reason == "unreadable"  # a card says no number of an entry
    return "an entry could not be read" if is_broken else silence.detail


# --- the findings that follow from the history


def find_bone_drug(
    spec: BoneDrugSpec, chart: Chart, history: BoneDrugs
) -> FindingOrGap:
    """Find if a bone drug is taken or ordered; an order without a dose is a concern."""
    ours = [one for one in uses_of(chart) if one.drug.concepts & set(spec.value_sets)]
    passed = (*chart.broken(spec), *future_uses(spec, ours))
    named = [one for one in history.uses if one.name != UNNAMED]
    current = [one for one in named if one.is_running or one.orders.is_standing]
    if current:
        return _current(spec, current, ours, chart), passed
    open_ones = [one for one in named if one.orders.newest and not one.end]
    if open_ones:
        sources = [source for one in open_ones for source in one.provenance]
        why = "ordered once; whether it was given is not recorded"
        return make_gap(spec, "undetermined", why, *sources), passed
    outcome = without_use(spec, chart, ours)
    meant = [one for one in named if not (one.is_taken or one.end)]
    if meant and isinstance(outcome, Finding):
        sources = [source for one in meant for source in one.provenance]
        why = "on the medication list; whether it is taken is not recorded"
        return make_gap(spec, "undetermined", why, *sources), passed
    return outcome, passed


def _current(
    spec: MedicationSpec, current: Sequence[DrugUse], ours: Sequence[Use], chart: Chart
) -> Finding:
    """Return "yes", with concerns about what is only ordered."""
    ordered = sorted(current, key=_newest, reverse=True)
    leading, day = ordered[0], _newest(ordered[0])
    concerns = [
        f"No dose of {use.name} is on record, only an order."
        for use in ordered
        if not use.is_taken
    ]
    is_old = date.min < day < months_before(chart.today, LONG_STANDING_MONTHS)
    if is_old and not leading.is_taken:
        concerns.append(f"The prescription is {age_in_words(day, chart.today)} old.")
    if all(one.drug.is_by_name for one in ours):
        concerns.append("The drug was recognised by its name, not by a code.")
    sources = (source for one in ordered for source in one.provenance)
    return make_finding(
        spec,
        True,
        *sources,
        observed=day if day > date.min else None,
        concerns=tuple(concerns),
        label=leading.name,
    )


def _newest(use: DrugUse) -> date:
    days = [day.last for day in (use.doses.last, use.orders.newest) if day]
    return max(days, default=date.min)


def find_denosumab_overdue(
    spec: DenosumabSpec, chart: Chart, history: BoneDrugs
) -> FindingOrGap:
    """Find if denosumab is overdue and no bone drug followed.

    `observed` is the day of the last dose.
    """
    names = [name for name, kind in KINDS.items() if kind == "denosumab"]
    doses = [one for one in uses_of(chart) if one.drug.concepts & set(names)]
    passed = (*chart.broken(spec), *future_uses(spec, doses))
    overdue = find_overdue(history, chart.today)
    use = overdue or next(filter(_is_denosumab, history.uses), None)
    if use is None:
        return not_on_list(spec, chart, names), passed
    sources = [one._replace(rule=spec.rule) for one in use.provenance]
    last = last_denosumab(use, chart.today)
    is_overdue = use is overdue
    limit = months_before(chart.today, spec.look_back_months["denosumab"])
    if last is None or (not is_overdue and last.first < limit <= last.last):
        why = "the day of the last denosumab dose is not recorded"
        return make_gap(spec, "undetermined", why, *sources), passed
    followed_by = closed_by(use, history, chart.today)
    sources += _doses_since(followed_by, last.last, spec, chart)
    unread = chart.unread(spec) if is_overdue else ""
    concern = f"A later dose may be missing: {unread}."
    outcome = make_finding(
        spec,
        is_overdue,
        *sources,
        observed=last.last,
        concerns=(concern,) if unread else (),
        label=use.name,
    )
    return outcome, passed


def _doses_since(
    drugs: Iterable[DrugUse], last: date, spec: DenosumabSpec, chart: Chart
) -> Iterator[Provenance]:
    """Name the entries of these drugs since a day, else all of theirs."""
    uses = uses_of(chart)
    for drug in drugs:
        later = [
            use.provenance(spec)
            for use in uses
            if drug.name in use.drug.concepts
            and not (use.is_ahead or use.entry.resource_type.endswith("Request"))
            and use.day
            and use.day > last
        ]
        yield from later or [one._replace(rule=spec.rule) for one in drug.provenance]


def _is_denosumab(use: DrugUse) -> bool:
    """Tell if it is denosumab that was taken or ordered."""
    is_ordered = use.orders.is_standing or use.orders.newest is not None
    return use.kind == "denosumab" and (use.is_taken or is_ordered)
