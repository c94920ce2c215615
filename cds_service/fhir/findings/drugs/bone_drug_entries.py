"""Read each entry of a bone drug: a dose, a report, an order or a mention.

A dose was given, dispensed or billed. `bone_drug_history.py` combines the entries.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from cds_service.core.drugs.bone_drugs import (
    GROUPS,
    INJECTED,
    INTERVAL,
    KINDS,
    MAY_MEAN,
)
from cds_service.core.drugs.drug_uses import Clarity, DrugEntry
from cds_service.core.findings import Dated, DrugAllergy, HowEnded
from cds_service.core.months import months_after
from cds_service.core.vocabulary import BoneDrugSpec, MedicationSpec
from cds_service.core.words.phrases import joined
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drugs import (
    ANY_BONE_DRUG,
    Drug,
    is_given_once,
    words_aside,
)
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.medication.reasons_against_drugs import allergy_in
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.dosage_ends import (
    DosageEnd,
    end_of_dosages,
    first_of_dosages,
)
from cds_service.fhir.findings.courses.drug_times import (
    MOST_DAYS,
    begins_soon,
    continues_earlier,
    dated,
    duration_of,
    end_of_period,
    end_of_supply,
    first_and_last_day,
    handed_over,
)
from cds_service.fhir.findings.drugs.drug_supplies import with_supply
from cds_service.fhir.findings.drugs.home_orders import is_for_home
from cds_service.fhir.findings.drugs.medication_list import (
    NOT_TAKEN,
    TAKEN,
    TELLING_TOO,
    is_meant,
    is_of_now,
    uses_named_aside,
)
from cds_service.fhir.findings.drugs.use import GIVEN, Use, source_of
from cds_service.fhir.findings.statements import Stated, find_stated
from cds_service.fhir.raw_json import Json, is_prohibition, member, number

LATE = timedelta(days=30)  # policy: so long after its end a supply may be renewed
STOPPED = frozenset({"stopped", "on-hold"})
# Statuses of an intake that was not broken off.
SURE = frozenset({"active", "completed"})
UNNAMED = "bone drug"
NOT_PLAIN = Clarity(is_plain=False)
# Names of a group: another entry may name the drug itself.
UNSPECIFIC = frozenset({"other bisphosphonate"})
# By type, the elements with what was used in an act: a drug there is no mere remark.
USED = {"Procedure": ("usedCode", "usedReference"), "ServiceRequest": ("orderDetail",)}
# Beginnings of references to orders of a drug.
ORDERS = ("MedicationRequest/", "ServiceRequest/")
IN_ERROR = "entered-in-error"
# Elements with the day of a dose, on a day that may be still to come.
DAYS_OF_DOSES = (
    "effectiveDateTime",
    "effectivePeriod",
    "performedDateTime",
    "performedPeriod",
    "performedString",
    "performedAge",
    "performedRange",
    "whenHandedOver",
    "whenPrepared",
)
# Types that record an ordered dose, even if it was not given.
PLANNED = frozenset({"MedicationAdministration", "Procedure"})


def entries_of(spec: BoneDrugSpec, chart: Chart) -> list[DrugEntry]:
    """Read each entry that names a bone drug, on any list.

    Drugs that were only proposed, prepared or declined count if no other entry names
    one.
    """
    listed = list(_listed(spec, chart))
    listed += _forbidden_now(spec, chart, listed)
    mentioned = _mentioned(spec, chart, listed)
    entries = [*listed, *mentioned, *_on_problem_list(spec, chart)]
    return entries or list(_only_meant(spec, chart))


def allergies_of(spec: BoneDrugSpec, chart: Chart) -> tuple[DrugAllergy, ...]:
    """Read the allergies for which a bone drug was stopped or left out."""
    allergies = []
    for entry, drug in _bone_drugs(spec, chart):
        name = _name(drug, chart)
        kind = KINDS.get(name, "other")
        own = {*drug.ingredients, *(one for one in KINDS if KINDS[one] == kind)}
        verdict = allergy_in(entry.raw, own, chart.terminology)
        if verdict:
            is_sure = verdict == "stated"
            drug_name = GROUPS.get(name, name)
            allergies.append(DrugAllergy(drug_name, kind, entry.reference, is_sure))
    return tuple(allergies)


def _listed(spec: MedicationSpec, chart: Chart) -> Iterator[DrugEntry]:
    """Yield the bone drugs on the lists of drugs, and those that other drugs name."""
    for entry, drug in _bone_drugs(spec, chart):
        if not is_meant(entry):
            continue
        is_refused = _is_not_given(entry) or entry.status == "not-taken"
        is_void = entry.status in NOT_TAKEN and not is_refused
        if is_void and entry.origin != "context":
            continue
        yield _read(entry, drug, spec, chart)
    for use in uses_named_aside(chart, spec.value_sets):
        is_counted = _has_product_used(use) or is_of_now(use, spec, chart)
        if use.entry.kind not in TELLING_TOO and is_counted:
            yield _noted(use, spec, chart)


def _forbidden_now(
    spec: MedicationSpec, chart: Chart, listed: Sequence[DrugEntry]
) -> list[DrugEntry]:
    """Read what this signing forbids: of a drug that is taken it is the stop.

    A drug that was only ordered is in doubt then. One that is on no list was never
    taken, and nothing of it ends.
    """
    today = Dated(chart.today, chart.today)
    entries = []
    for entry, drug in _bone_drugs(spec, chart):
        if entry.origin != "context" or not is_prohibition(entry.raw):
            continue
        forbidden = _name(drug, chart)
        source = source_of(entry, drug, chart.today, spec)
        meant = sorted({one.name for one in listed if _is_meant_by(forbidden, one)})
        for name in meant:
            is_taken = any(one.name == name and _is_of_intake(one) for one in listed)
            mention = DrugEntry(name, source, clarity=NOT_PLAIN)
            stop = mention._replace(how_ended="stopped", ended=today)
            doubt = mention._replace(begins=today).not_understood()
            entries.append(stop if is_taken else doubt)
    return entries


def _is_meant_by(forbidden: str, entry: DrugEntry) -> bool:
    """Tell if an entry is of the drug that is forbidden, or of a group of drugs."""
    if forbidden not in MAY_MEAN:
        return entry.name == forbidden
    kind = MAY_MEAN[forbidden]
    return kind is None or entry.name == forbidden or KINDS.get(entry.name) == kind


def _is_of_intake(entry: DrugEntry) -> bool:
    """Tell if an entry has a drug as taken; an order is no dose (E8)."""
    is_order = entry.provenance.resource.startswith(ORDERS)
    return entry.is_intake or (entry.is_current and not is_order)


def _bone_drugs(spec: MedicationSpec, chart: Chart) -> Iterator[tuple[Entry, Drug]]:
    """Yield the orders, doses, statements and billed acts of a bone drug."""
    for entry in chart.of_kind(*TAKEN):
        if entry.drug and entry.drug.concepts & set(spec.value_sets):
            yield entry, entry.drug


def _has_product_used(use: Use) -> bool:
    """Tell if an act names a product used in it: that is a dose, however long ago."""
    return any(use.entry.raw.get(name) for name in USED.get(use.entry.kind, ()))


def _only_meant(spec: MedicationSpec, chart: Chart) -> Iterator[DrugEntry]:
    """Yield the bone drugs that were proposed, prepared, withdrawn or declined.

    None of them was taken, but they are not "no bone drug" either: another list may
    have the dose. What is forbidden, or was entered in error, is left out.
    """
    for entry, drug in _bone_drugs(spec, chart):
        if entry.status != IN_ERROR and not is_prohibition(entry.raw):
            name = _name(drug, chart)
            source = source_of(entry, drug, None, spec)
            yield DrugEntry(name, source, clarity=NOT_PLAIN)


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
        clarity=Clarity(is_understood=False),
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
        clarity=Clarity(is_plain=drug.is_plain and not drug.is_doubtful),
    )
    if _is_not_given(entry) and not drug.is_doubtful:
        return _planned(mention, entry, chart)
    is_ended = drug.is_ended and entry.origin != "context"
    if KINDS.get(name) == "denosumab" and _may_be_given(entry, drug, chart):
        clarity = mention.clarity._replace(may_be_given=True)
        mention = mention._replace(last=_day_given(entry, chart), clarity=clarity)
    if drug.is_doubtful or not is_reported:
        return mention
    if is_ended and name not in INTERVAL:
        return _ended(mention, entry, chart)
    drug_entry = _read_by_kind(mention, entry, drug, spec, chart)
    day = drug_entry.last or drug_entry.begins
    goes_on = continues_earlier(entry.raw, drug_entry.begins, chart)
    is_understood = drug.is_understood and drug_entry.clarity.is_understood
    if is_ended:
        # What was injected acts on, and its day counts.
        drug_entry = drug_entry._replace(is_current=False, is_due=False)
    if drug_entry.is_intake:
        drug_entry = with_supply(drug_entry, entry, chart)
    return drug_entry._replace(
        knows_start=drug_entry.knows_start and not goes_on,
        provenance=source_of(entry, drug, day.last if day else None, spec),
        clarity=drug_entry.clarity._replace(
            is_understood=is_understood,
            is_sure=drug_entry.is_intake and is_understood and entry.status in SURE,
            may_be_dose=_may_be_dose(drug_entry, entry, drug),
        ),
    )


def _may_be_given(entry: Entry, drug: Drug, chart: Chart) -> bool:
    """Tell if an entry is of a dose, but not if or when it was given.

    Of statements only one with a day may be of a dose (E8), of orders a billed one.
    Words may say that nothing was given.
    """
    if drug.is_doubtful:
        return False
    is_open = entry.status not in {*TAKEN[entry.kind], *NOT_TAKEN}
    if entry.kind == "MedicationStatement":
        return is_open and _day_given(entry, chart) is not None
    if entry.kind == "ServiceRequest":
        return entry.status == "unknown" and bool(drug.code)
    if entry.kind not in GIVEN:
        return False
    words = words_aside(entry.raw)
    if any(map(chart.terminology.clauses.is_not_done, words)):
        return False
    return is_open or not any(entry.raw.get(name) for name in DAYS_OF_DOSES)


def _day_given(entry: Entry, chart: Chart) -> Dated | None:
    """Return the last day of which an entry records a dose."""
    if entry.kind == "MedicationDispense":
        return handed_over(entry.raw, chart)
    prefixes = {"Procedure": "performed", "ServiceRequest": "occurrence"}
    prefix = prefixes.get(entry.kind, "effective")
    first, last = first_and_last_day(entry.raw, prefix, chart)
    return last or first


def _read_by_kind(
    mention: DrugEntry, entry: Entry, drug: Drug, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read the days of an order, a statement, a billed act or a dose."""
    if entry.kind == "MedicationRequest":
        return _ordered(mention, entry, spec, chart)
    if entry.kind == "MedicationStatement":
        return _stated(mention, entry, spec, chart)
    if entry.kind == "ServiceRequest":
        return _billed(mention, entry, drug, spec, chart)
    return _given(mention, entry, spec, chart)


def _ended(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a drug taken at home that its entry calls ended, on no known day."""
    is_order = entry.kind == "MedicationRequest"
    authored = dated(entry.raw.get("authoredOn"), chart) if is_order else None
    return mention._replace(begins=authored, knows_start=False)


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


def _acts_until(name: str, spec: MedicationSpec, day: Dated) -> date:
    """Return the last day on which a dose of this day acts."""
    months = spec.look_back_months.get(name, spec.look_back_months["other"])
    return months_after(day.last, months)


def _given(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a dose, or a supply that was handed over."""
    raw = entry.raw
    if entry.kind == "MedicationDispense":
        day = handed_over(raw, chart)
        last, lasts = day, _length_of_supply(raw, day, chart)
    else:
        prefix = "performed" if entry.kind == "Procedure" else "effective"
        day, last = first_and_last_day(raw, prefix, chart)
        lasts = None
    last = last or day
    taken = mention._replace(is_intake=True, begins=day, last=last)
    if last is None:
        return taken
    if lasts and taken.name not in INTERVAL:
        end = last.last + lasts
        ended = Dated(end, end)
        return taken._replace(until=end + LATE, ended=ended, how_ended="supply ended")
    return taken._replace(until=_acts_until(mention.name, spec, last))


def _length_of_supply(raw: Json, day: Dated | None, chart: Chart) -> timedelta | None:
    """Return how long a supply lasts, by its days or by dosages that are over."""
    if days := duration_of(raw.get("daysSupply")):
        return days
    end = end_of_dosages(raw, day.last, chart) if day else None
    ended = _over_by(end, chart) if end and not end.is_open else None
    if day is None or ended is None:
        return None
    return ended.last - day.last if ended.last > day.last else None


def _planned(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a dose that was not given as an order, with its day if it is injected.

    The day of an order is not that on which a tablet is taken.
    """
    if mention.name not in INJECTED:
        return mention
    prefix = "performed" if entry.kind == "Procedure" else "effective"
    day, _ = first_and_last_day(entry.raw, prefix, chart)
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
    day, last = first_and_last_day(entry.raw, "occurrence", chart)
    has_time = any(name.lstrip("_").startswith("occurrence") for name in entry.raw)
    if day is None and drug.code and not has_time:
        day = last = authored
    if day is None:
        return order
    last = last or day
    until = _acts_until(mention.name, spec, last)
    return mention._replace(is_intake=True, begins=day, last=last, until=until)


def _stated(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a statement, to the end of its intake or of its dosages."""
    drug_entry = _reported(mention, entry, spec, chart)
    return _until_dosages_end(drug_entry, entry, spec, chart)


def _until_dosages_end(
    taken: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """End what a list has as taken with its dosages, as with a period of intake."""
    if not taken.is_current:
        return taken
    is_injected = taken.name in INJECTED
    asserted = dated(entry.raw.get("dateAsserted"), chart)
    begins = taken.begins or asserted
    end = end_of_dosages(entry.raw, begins.last if begins else None, chart)
    is_once = is_given_once(entry.raw, chart.terminology)
    if is_once and not is_injected and taken.begins != asserted:
        end = DosageEnd(taken.begins)
    ended = _over_by(end, chart)
    if end.is_open and (ended or not end.day):
        return taken.not_understood()
    # A length may be that for which one injection acts.
    is_of_course = end.is_fixed or taken.name not in INTERVAL
    is_dose = is_injected and not (is_of_course and _is_later(ended, taken.begins))
    if ended is None or is_dose:
        return taken
    last = None if taken.name in INTERVAL else ended
    is_one_dose = taken.begins == ended and last is not None
    # The day of a list may be later than the end of what it lists.
    is_begun_before = taken.begins is not None and taken.begins.first <= ended.first
    return taken._replace(
        is_intake=True,
        begins=taken.begins if is_begun_before else first_of_dosages(entry.raw, chart),
        last=last,
        until=_acts_until(taken.name, spec, last) if last else None,
        knows_start=taken.knows_start and is_begun_before,
        ended=ended,
        how_ended="last given" if is_one_dose else "ended",
        is_current=False,
    )


def _is_later(ended: Dated | None, begins: Dated | None) -> bool:
    """Tell if dosages ended after the day on which they began: not a single dose."""
    return ended is not None and (begins is None or ended.last > begins.last)


def _over_by(end: DosageEnd, chart: Chart) -> Dated | None:
    """Return the day on which dosages ended; None if it is still to come."""
    if end.day is None or end.day.first > chart.today:
        return None
    return Dated(end.day.first, min(end.day.last, chart.not_after))


def _reported(
    mention: DrugEntry, entry: Entry, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a statement of a period, of a day, or without either.

    One that begins after the order is of no intake yet, whoever calls it active.
    """
    if _begins_ahead(entry, chart):
        return mention
    period = entry.raw.get("effectivePeriod")
    begins, ended = (dated(member(period, name), chart) for name in ("start", "end"))
    if begins is None and ended is None:
        day, _ = first_and_last_day(entry.raw, "effective", chart)
        if day is None:
            return _asserted(mention, entry, chart)
        return _on_day(mention, entry, day, spec, chart)
    if begins and begins == ended:
        return _on_day(mention, entry, begins, spec, chart)
    is_current = entry.status == "active" and ended is None
    # The last day on which it was taken is the end of the period; while it is active
    # and has no end, the start is the last day that is known. Neither is known to be
    # the day of an injection.
    taken_on = ended or (begins if entry.status == "active" else None)
    last = None if mention.name in INTERVAL else taken_on
    return mention._replace(
        is_intake=True,
        begins=begins,
        last=last,
        until=_acts_until(mention.name, spec, last) if last else None,
        ended=ended,
        how_ended=None if is_current else _how_ended(entry),
        is_current=is_current,
    )


def _begins_ahead(entry: Entry, chart: Chart) -> bool:
    """Tell if a statement's day, or the start of its period, is after the order."""
    raw = entry.raw
    written = raw.get("effectiveDateTime") or member(raw, "effectivePeriod", "start")
    begins = chart.calendar.moment(written)
    return begins is not None and chart.is_ahead(begins)


def _how_ended(entry: Entry) -> HowEnded:
    return "stopped" if entry.status in STOPPED else "ended"


def _on_day(
    mention: DrugEntry, entry: Entry, day: Dated, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read a report of one day.

    Of a drug that is injected at intervals it is the day of a dose, or the day on which
    the drug was stopped; on a list of what is taken it says only that the drug goes on.
    A tablet goes on from that day, unless its status says otherwise: what is completed
    was one dose, or is over. Of what is still taken the day may be that on which
    somebody asked: no start is known by it.
    """
    if mention.name in INTERVAL and entry.status in STOPPED:
        return mention._replace(is_intake=True, ended=day, how_ended="stopped")
    until = _acts_until(mention.name, spec, day)
    taken = mention._replace(is_intake=True, begins=day, last=day, until=until)
    if entry.status == "active":
        taken = taken._replace(knows_start=False)
    if mention.name in INTERVAL:
        if _is_of_medication_list(entry) and until >= chart.today:
            return taken._replace(last=None, until=None, is_current=True)
        return taken
    if entry.status == "completed" and mention.name not in INJECTED:
        return taken._replace(until=None, ended=day, how_ended="last given")
    if entry.status in STOPPED:
        return taken._replace(how_ended="stopped")
    return taken._replace(is_current=entry.status != "completed")


def _is_of_medication_list(entry: Entry) -> bool:
    """Tell if an active report says how a drug is used: `every 6 months`.

    Its day is that of the list. While a dose of that day would still act, it proves
    none; later it shows how long ago the newest one may have been.
    """
    return entry.status == "active" and bool(entry.raw.get("dosage"))


def _asserted(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a report that gives no day of intake.

    The day of the report is not that of an injection.
    """
    is_interval = mention.name in INTERVAL
    if entry.status != "active":
        return mention if is_interval else mention._replace(how_ended=_how_ended(entry))
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
    raw = entry.raw
    is_reported = raw.get("reportedBoolean") is True or "reportedReference" in raw
    # An order that was written down as reported is of a drug that the patient takes
    # already, since an unknown day. Words that were not understood may say the same:
    # "continue home medication".
    mention = mention._replace(knows_start=mention.clarity.is_plain and not is_reported)
    is_due = begins_soon(raw, chart) and is_for_home(raw, chart) and not is_reported
    if entry.origin == "context" and entry.status in STOPPED:
        today = Dated(chart.today, chart.today)
        return mention._replace(how_ended="stopped", ended=today)
    if entry.origin == "context":
        return mention._replace(is_current=True, is_draft=True, is_due=is_due)
    authored = dated(raw.get("authoredOn"), chart)
    if authored is None and chart.calendar.moment(raw.get("authoredOn")):
        # Its day is after that of the order that is being signed.
        return mention
    is_active = entry.status == "active"
    order = mention._replace(begins=authored, is_due=is_due and is_active)
    may_still_act = (
        authored and _acts_until(mention.name, spec, authored) >= chart.today
    )
    is_filled = entry.status == "completed" and bool(may_still_act)
    is_open = is_active or is_filled
    if mention.name in INTERVAL:
        return order._replace(is_current=is_open, until=end_of_period(raw, chart))
    return _until_its_end(order, entry, chart, is_open=is_open)


def _until_its_end(
    order: DrugEntry, entry: Entry, chart: Chart, *, is_open: bool
) -> DrugEntry:
    """Return the order with its end by dosage, period or supply, if that is over."""
    by_dosage = _end_by_dosages(order, entry, chart)
    if by_dosage.day or by_dosage.is_open:
        return order._replace(
            how_ended=None if by_dosage.is_open else "ended",
            ended=by_dosage.day,
            is_by_dosage=True,
            is_due=False,
            clarity=order.clarity._replace(is_understood=not by_dosage.is_open),
        )
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


def _end_by_dosages(order: DrugEntry, entry: Entry, chart: Chart) -> DosageEnd:
    """Return the end that an order gives its drug, if that is over or not clear.

    There is none if the order was stopped, which says more, or if its supply lasts
    longer than a length of its dosages.
    """
    begins = order.begins.last if order.begins else None
    repeats = number(member(entry.raw, "dispenseRequest", "numberOfRepeatsAllowed"))
    supplies = 1 + min(max(int(repeats or 0), 0), MOST_DAYS)
    end = end_of_dosages(entry.raw, begins, chart, supplies=supplies)
    supplied = end_of_supply(entry.raw, order.begins, chart)
    is_supplied = supplied is not None and supplied > chart.today
    ended = _over_by(end, chart)
    # Each injection may have its own order.
    is_dose = order.name in INJECTED and not _is_later(ended, order.begins)
    is_to_come = end.day is not None and ended is None
    if entry.status in STOPPED or is_dose or is_to_come:
        return DosageEnd()
    if is_supplied and not end.is_fixed:
        return DosageEnd()
    return end._replace(day=ended)


def _on_problem_list(spec: MedicationSpec, chart: Chart) -> Iterable[DrugEntry]:
    """Yield what the problem list says of bone drugs: no day, and no drug by name."""
    for stated in find_stated(chart, spec, spec.value_sets):
        is_open = stated.problem is None or stated.is_undetermined
        # A drug that the entry names besides its title is read by `_mentioned`.
        is_mentioned = in_doubt(stated.concept) in stated.entry.concepts
        if stated.entry.kind == "Condition" and is_open and not is_mentioned:
            yield _from_problem(stated, spec)


def _from_problem(stated: Stated, spec: MedicationSpec) -> DrugEntry:
    mention = DrugEntry(UNNAMED, stated.provenance(spec))
    if stated.is_past:
        return mention._replace(how_ended="ended")
    return mention._replace(is_current=stated.problem is None)
