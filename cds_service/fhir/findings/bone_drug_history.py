"""Read the history of bone drugs, and when each ended.

It has what was given, dispensed, reported, billed or only ordered.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from cds_service.core.bone_drugs import INJECTED, INTERVAL, KINDS
from cds_service.core.drug_courses import find_overdue, last_denosumab
from cds_service.core.drug_uses import DrugEntry, combine
from cds_service.core.findings import BoneDrugs, Dated, DrugUse, Finding, Gap, HowEnded
from cds_service.core.months import months_after, months_before
from cds_service.core.phrases import joined
from cds_service.core.vocabulary import BoneDrugSpec, DenosumabSpec, MedicationSpec
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    age_in_words,
    gap,
    known,
)
from cds_service.fhir.findings.drug_times import (
    begins_soon,
    continues_earlier,
    dated,
    end_of_period,
    end_of_supply,
    handed_over,
    is_for_home,
    supply,
    times,
)
from cds_service.fhir.findings.medication_list import (
    GIVEN,
    LONG_STANDING_MONTHS,
    NOT_TAKEN,
    TAKEN,
    TELLING_TOO,
    VOID,
    Use,
    future_uses,
    is_meant,
    is_of_now,
    not_on_list,
    source_of,
    uses_named_aside,
    uses_of,
    without_use,
)
from cds_service.fhir.findings.problem_list import conclude_no
from cds_service.fhir.findings.statements import Stated, find_stated
from cds_service.fhir.gathering.drugs import ANY_BONE_DRUG, Drug
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.picking import DEVICE_ORDERS
from cds_service.fhir.gathering.problem_words import in_doubt
from cds_service.fhir.raw_json import is_prohibition, member

LATE = timedelta(days=30)  # policy: so long after its end a supply may be renewed
STOPPED = frozenset({"stopped", "on-hold"})
# statuses of an intake that was not broken off
SURE = frozenset({"active", "completed"})
UNNAMED = "bone drug"
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
# Names of a group: another entry may name the drug itself.
UNSPECIFIC = frozenset({"other bisphosphonate"})
# Elements with the products used in an act: a drug there is more than a remark.
USED = {"Procedure": ("usedCode", "usedReference"), "ServiceRequest": ("orderDetail",)}
IN_ERROR = "entered-in-error"
# Types that record an ordered dose, even if it was not given.
PLANNED = frozenset({"MedicationAdministration", "Procedure"})


def read_history(spec: BoneDrugSpec, chart: Chart) -> BoneDrugs:
    """Read every bone drug on record, and why "none" may not be said of the lists.

    Args:
        spec: of `bone-drug`.
        chart: the patient's record.
    """
    entries = entries_of(spec, chart)
    uses = combine(entries, chart.today)
    unread_drugs = chart.unread_lists(spec)
    unread = unread_drugs or chart.unread_besides(TELLING_LISTS)
    silence = conclude_no(spec, chart, may_count=_may_be_bone_drug)
    unclear = "" if unread else _why_unclear(silence)
    if unread_drugs or unclear:  # it may have been taken for longer
        uses = tuple(replace(one, is_start_known=False) for one in uses)
    return BoneDrugs(
        uses=uses,
        entries=chart.listed(spec).entries,
        unread=unread,
        unclear=unclear,
    )


def _may_be_bone_drug(entry: Entry) -> bool:
    """Tell if an entry of the lists may be of a bone drug, however old it is.

    A dose of years ago may be that of denosumab, or of an anabolic drug.
    """
    is_void = entry.status in VOID and entry.origin != "context"
    return entry.drug is not None and not is_void


def entries_of(spec: BoneDrugSpec, chart: Chart) -> list[DrugEntry]:
    """Read each entry that names a bone drug, on any list.

    Drugs that were only proposed, prepared or declined count if no other entry names
    one.
    """
    listed = list(_listed(spec, chart))
    mentioned = _mentioned(spec, chart, listed)
    entries = [*listed, *mentioned, *_on_problem_list(spec, chart)]
    return entries or list(_only_meant(spec, chart))


def _why_unclear(silence: Finding | Gap) -> str:
    """Say why "none" may not be said of lists that were read; empty if it may."""
    if not isinstance(silence, Gap):
        return ""
    is_broken = silence.reason == "unreadable"  # a card says no number of an entry
    return "an entry could not be read" if is_broken else silence.detail


# --- the yes and no of the vocabulary, from the history


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
        return gap(spec, "undetermined", why, *sources), passed
    outcome = without_use(spec, chart, ours)
    meant = [one for one in named if not (one.is_taken or one.end)]
    if meant and isinstance(outcome, Finding):
        sources = [source for one in meant for source in one.provenance]
        why = "on the medication list; whether it is taken is not recorded"
        return gap(spec, "undetermined", why, *sources), passed
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
    return known(
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
        return gap(spec, "undetermined", why, *sources), passed
    unread = chart.unread(spec) if is_overdue else ""
    concern = f"A later dose may be missing: {unread}."
    outcome = known(
        spec,
        is_overdue,
        *sources,
        observed=last.last,
        concerns=(concern,) if unread else (),
        label=use.name,
    )
    return outcome, passed


def _is_denosumab(use: DrugUse) -> bool:
    """Tell if it is denosumab that was taken or ordered."""
    is_ordered = use.orders.is_standing or use.orders.newest is not None
    return use.kind == "denosumab" and (use.is_taken or is_ordered)


# --- one entry


def _listed(spec: MedicationSpec, chart: Chart) -> Iterator[DrugEntry]:
    """Yield the bone drugs among orders, administrations, statements and procedures."""
    for entry in chart.of_kind(*TAKEN):
        drug = entry.drug
        if drug is None or not drug.concepts & set(spec.value_sets):
            continue
        if not is_meant(entry):
            continue
        is_named = _is_not_given(entry) or entry.status == "not-taken"
        if entry.status in NOT_TAKEN and entry.origin != "context" and not is_named:
            continue
        yield _read(entry, drug, spec, chart)
    for use in uses_named_aside(chart, spec.value_sets):
        is_counted = _has_product_used(use) or is_of_now(use, spec, chart)
        if use.entry.kind not in TELLING_TOO and is_counted:
            yield _noted(use, spec, chart)


def _has_product_used(use: Use) -> bool:
    """Tell if an act names a product used in it: that is a dose, however long ago."""
    return any(use.entry.raw.get(name) for name in USED.get(use.entry.kind, ()))


def _only_meant(spec: MedicationSpec, chart: Chart) -> Iterator[DrugEntry]:
    """Yield the bone drugs that were proposed, prepared, withdrawn or declined.

    None of them was taken, but they are not "no bone drug" either: another list may
    have the dose. What is forbidden, or was entered in error, is left out.
    """
    for entry in chart.of_kind(*TAKEN):
        drug = entry.drug
        if drug is None or not drug.concepts & set(spec.value_sets):
            continue
        if entry.status != IN_ERROR and not is_prohibition(entry.raw):
            name = _name(drug, chart)
            yield DrugEntry(name, source_of(entry, drug, None, spec), is_plain=False)


def _mentioned(
    spec: MedicationSpec, chart: Chart, listed: Sequence[DrugEntry]
) -> Iterator[DrugEntry]:
    """Yield the drugs that the words of other entries name, however long ago.

    If a list of drugs has the drug, such words are an aside: they tell only that it may
    have been taken for longer.
    """
    listed_names = {one.name for one in listed}
    kinds = {KINDS[name] for name in listed_names & KINDS.keys()}
    for use in uses_named_aside(chart, spec.value_sets):
        if use.entry.kind not in TELLING_TOO:
            continue
        name = _name(use.drug, chart)
        is_group = name in UNSPECIFIC and KINDS[name] in kinds
        is_group |= name == ANY_BONE_DRUG and bool(listed_names)
        if name in listed_names or is_group:
            yield _noted(use, spec, chart)._replace(is_aside=True)
        elif use.entry.kind in DEVICE_ORDERS or is_of_now(use, spec, chart):
            yield _noted(use, spec, chart)


def _noted(use: Use, spec: MedicationSpec, chart: Chart) -> DrugEntry:
    """Read a drug that the entry of something else names, in words of open meaning."""
    day = Dated(use.day, use.day) if use.day else None
    return DrugEntry(
        _name(use.drug, chart),
        source_of(use.entry, use.drug, use.day, spec),
        begins=day,
        knows_start=False,
        is_understood=False,
    )


def _is_not_given(entry: Entry) -> bool:
    """Tell if a dose was planned, and refused or left out."""
    return entry.kind in PLANNED and entry.status == "not-done"


def _read(entry: Entry, drug: Drug, spec: MedicationSpec, chart: Chart) -> DrugEntry:
    """Read an entry of a bone drug; it is only a mention if it is in doubt."""
    name = _name(drug, chart)
    is_reported = entry.status in TAKEN[entry.kind] or entry.origin == "context"
    mention = DrugEntry(
        name,
        source_of(entry, drug, None, spec),
        is_plain=drug.is_plain and not drug.is_doubtful,
    )
    if _is_not_given(entry) and not drug.is_doubtful:
        return _planned(mention, entry, chart)
    if drug.is_doubtful or not is_reported:
        return mention
    if entry.kind == "MedicationRequest":
        drug_entry = _ordered(mention, entry, spec, chart)
    elif entry.kind == "MedicationStatement":
        drug_entry = _stated(mention, entry, spec, chart)
    elif entry.kind == "ServiceRequest":
        drug_entry = _billed(mention, entry, drug, spec, chart)
    else:
        drug_entry = _given(mention, entry, spec, chart)
    day = drug_entry.last or drug_entry.begins
    goes_on = continues_earlier(entry.raw, drug_entry.begins, chart)
    return drug_entry._replace(
        knows_start=drug_entry.knows_start and not goes_on,
        provenance=source_of(entry, drug, day.last if day else None, spec),
        is_understood=drug.is_understood,
        is_sure=drug_entry.is_intake and drug.is_understood and entry.status in SURE,
        may_be_dose=_may_be_dose(drug_entry, entry, drug),
    )


def _may_be_dose(drug_entry: DrugEntry, entry: Entry, drug: Drug) -> bool:
    """Tell if an entry is coded and done as a dose, but was not read whole."""
    is_done = entry.kind in GIVEN and entry.status == "completed"
    is_coded_intake = drug_entry.is_intake and bool(drug.code)
    return is_done and is_coded_intake and not drug.is_understood


def _name(drug: Drug, chart: Chart) -> str:
    """Return the name of a bone drug in our words, as exactly as it is known."""
    drugs = chart.terminology.drugs
    named = [
        ingredient
        for ingredient in drug.ingredients
        if "bone-drug" in drugs.groups_of(ingredient)
        and drugs.other_dose(ingredient) not in drug.ingredients
    ]
    exact = [one for one in named if not one.startswith("other ")]
    groups = [one for one in named if one != ANY_BONE_DRUG]
    return joined(exact or groups or named) or UNNAMED


def _effect(name: str, spec: MedicationSpec, day: Dated) -> date:
    """Return until when a dose of this day acts."""
    months = spec.look_back_months.get(name, spec.look_back_months["other"])
    return months_after(day.last, months)


def _given(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a dose, or a supply that was handed over."""
    raw = entry.raw
    if entry.kind == "MedicationDispense":
        day = handed_over(raw, chart)
        last, lasts = day, supply(raw.get("daysSupply"))
    else:
        prefix = "performed" if entry.kind == "Procedure" else "effective"
        day, last = times(raw, prefix, chart)
        lasts = None
    last = last or day
    taken = mention._replace(is_intake=True, begins=day, last=last)
    if last is None:
        return taken
    if lasts and taken.name not in INTERVAL:
        end = last.last + lasts
        ended = Dated(end, end)
        return taken._replace(until=end + LATE, ended=ended, how_ended="supply ended")
    return taken._replace(until=_effect(mention.name, spec, last))


def _planned(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a dose that was not given as an order, with its day if it is injected.

    The day of an order is not that on which a tablet is taken.
    """
    if mention.name not in INJECTED:
        return mention
    prefix = "performed" if entry.kind == "Procedure" else "effective"
    day, _ = times(entry.raw, prefix, chart)
    return mention._replace(begins=day)


def _billed(
    mention: DrugEntry, entry: Entry, drug: Drug, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read an order of an injection, as a dose if it was given.

    It was given if the order is completed and has a day or a billing code. The day of
    writing is that of the dose only if the order states no time of its own, which may
    be still to come.
    """
    authored = dated(entry.raw.get("authoredOn"), chart)
    order = mention._replace(begins=authored, is_current=True)
    if entry.origin == "context":
        return mention._replace(is_current=True, is_draft=True)
    if entry.status != "completed":
        return order
    day, last = times(entry.raw, "occurrence", chart)
    has_time = any(name.lstrip("_").startswith("occurrence") for name in entry.raw)
    if day is None and drug.code and not has_time:
        day = last = authored
    if day is None:
        return order
    last = last or day
    until = _effect(mention.name, spec, last)
    return mention._replace(is_intake=True, begins=day, last=last, until=until)


def _stated(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a statement: of a period, of a day, or without either."""
    period = entry.raw.get("effectivePeriod")
    begins, ended = (dated(member(period, name), chart) for name in ("start", "end"))
    if begins is None and ended is None:
        day, _ = times(entry.raw, "effective", chart)
        if day is None:
            return _asserted(mention, entry, chart)
        return _on_day(mention, entry, day, spec)
    if begins and begins == ended:
        return _on_day(mention, entry, begins, spec)
    is_current = entry.status == "active" and ended is None
    # No end of a period is the day of an injection. The start is not the last day of an
    # intake that is over and has no end on record.
    taken_on = ended or (begins if entry.status == "active" else None)
    dose = None if mention.name in INTERVAL else taken_on
    return mention._replace(
        is_intake=True,
        begins=begins,
        last=dose,
        until=_effect(mention.name, spec, dose) if dose else None,
        ended=ended,
        how_ended=None if is_current else _how(entry),
        is_current=is_current,
    )


def _how(entry: Entry) -> HowEnded:
    return "stopped" if entry.status in STOPPED else "ended"


def _on_day(
    mention: DrugEntry, entry: Entry, day: Dated, spec: MedicationSpec
) -> DrugEntry:
    """Read a report of one day: that of an injection, or of the start at home."""
    if mention.name in INTERVAL and entry.status in STOPPED:
        return mention._replace(is_intake=True, ended=day, how_ended="stopped")
    taken = mention._replace(is_intake=True, begins=day, last=day)
    taken = taken._replace(until=_effect(mention.name, spec, day))
    if mention.name in INTERVAL or entry.status == "completed":
        return taken
    if entry.status in STOPPED:
        return taken._replace(how_ended="stopped")
    return taken._replace(is_current=True)


def _asserted(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a report that gives no day of intake.

    The day of the report is not that of an injection.
    """
    is_active, is_interval = entry.status == "active", mention.name in INTERVAL
    if not is_active:
        return mention if is_interval else mention._replace(how_ended=_how(entry))
    day = dated(entry.raw.get("dateAsserted"), chart)
    if day is None or is_interval:
        return mention._replace(is_current=True)
    return mention._replace(
        is_intake=True, begins=day, last=day, is_current=True, knows_start=False
    )


def _ordered(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read an order: in force, or ended by its status, its period or its supply."""
    is_due = begins_soon(entry.raw, chart) and is_for_home(entry.raw, chart)
    if entry.origin == "context":
        return mention._replace(is_current=True, is_draft=True, is_due=is_due)
    authored = dated(entry.raw.get("authoredOn"), chart)
    if authored is None and chart.calendar.moment(entry.raw.get("authoredOn")):
        return mention  # dated after the order
    is_due = is_due and entry.status == "active"
    # An order written as somebody reported it is of a drug taken already, since an
    # unknown day. Words that were not understood may say so, too: "continue home
    # medication".
    is_reported = (
        entry.raw.get("reportedBoolean") is True or "reportedReference" in entry.raw
    )
    knows_start = mention.is_plain and not is_reported
    order = mention._replace(begins=authored, is_due=is_due, knows_start=knows_start)
    is_new = authored and _effect(mention.name, spec, authored) >= chart.today
    is_open = entry.status == "active" or (entry.status == "completed" and bool(is_new))
    if mention.name in INTERVAL:
        return order._replace(is_current=is_open)
    return _until_its_end(order, entry, chart, is_open=is_open)


def _until_its_end(
    order: DrugEntry, entry: Entry, chart: Chart, *, is_open: bool
) -> DrugEntry:
    """Return the order with its end by period or supply, if that is over."""
    period = end_of_period(entry.raw, chart)
    supplied = end_of_supply(entry.raw, order.begins, chart)
    end = max((day for day in (period, supplied) if day), default=None)
    ended = Dated(end, end) if end and end <= chart.today else None
    if entry.status in STOPPED:
        return order._replace(how_ended="stopped", ended=ended)
    if end and end + LATE >= chart.today:
        return order._replace(is_current=True)
    if ended:
        by_supply = end == supplied and entry.status == "active"
        how: HowEnded = "supply ended" if by_supply else "ended"
        return order._replace(how_ended=how, ended=ended)
    if is_open:
        return order._replace(is_current=True)
    return order._replace(how_ended="ended")


def _on_problem_list(spec: MedicationSpec, chart: Chart) -> Iterable[DrugEntry]:
    """Yield what the problem list says of bone drugs: no day, and no drug by name."""
    for stated in find_stated(chart, spec, spec.value_sets):
        is_open = stated.problem is None or stated.is_undetermined
        # `_mentioned` reads what is only named
        is_mentioned = in_doubt(stated.concept) in stated.entry.concepts
        if stated.entry.kind == "Condition" and is_open and not is_mentioned:
            yield _from_problem(stated, spec)


def _from_problem(stated: Stated, spec: MedicationSpec) -> DrugEntry:
    mention = DrugEntry(UNNAMED, stated.provenance(spec))
    if stated.is_past:
        return mention._replace(how_ended="ended")
    return mention._replace(is_current=stated.problem is None)
