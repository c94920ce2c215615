"""Read yes/no findings from drugs, as long as each counts.

Drugs are in orders, administrations, dispenses, statements and billed acts. The words
of other entries leave a finding open.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cds_service.core.findings import Finding, Gap, PassedOver
from cds_service.core.months import months_before
from cds_service.core.vocabulary import MedicationSpec
from cds_service.core.words.phrases import joined
from cds_service.core.words.wording import date_text
from cds_service.fhir.certainty import PAST, certainty_of, clinical_status
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import STEROID
from cds_service.fhir.entries.medication.drugs import Drug
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    age_in_words,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.courses.drug_times import end_of_dosage, end_of_steroid
from cds_service.fhir.findings.drugs.runs_of_doses import (
    LONG_STANDING_MONTHS,
    doses_repeated,
    is_recent,
    may_be_run,
    runs_of_doses,
)
from cds_service.fhir.findings.drugs.use import DOSES, GIVEN, Use, use_of
from cds_service.fhir.findings.problem_list import conclude_no, stated_as_true
from cds_service.fhir.findings.statements.current import may_go_on
from cds_service.fhir.findings.statements.stated import Stated, reason_of_list
from cds_service.fhir.findings.statements.statements import find_stated
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)

# Statuses that count, by type. What is signed now is a draft, and counts by its origin.
TAKEN = {
    "MedicationRequest": frozenset({"active", "completed", "stopped", "on-hold"}),
    # A dose that was broken off does not count.
    "MedicationAdministration": frozenset({"completed"}),
    "MedicationDispense": frozenset({"completed"}),
    "MedicationStatement": frozenset({"active", "completed", "stopped", "on-hold"}),
    "Procedure": frozenset({"completed"}),
    "ServiceRequest": frozenset({"active", "completed"}),
}
# Words of an order for days, of one dose, or of doses when needed.
LIMITED = frozenset({"limited-course"})
# a `plan` is what the patient reports (US Core)
NOT_ORDERED = frozenset({"proposal", "option"})
NOT_TAKEN = frozenset(
    {
        "draft",
        "intended",
        "preparation",
        "cancelled",
        "entered-in-error",
        "not-done",
        "not-taken",
        "revoked",
        "declined",
        "unfulfilled",
    }
)
# Statuses of what is on no list yet, or no longer.
NO_ENTRY = frozenset({"entered-in-error", "draft"})
# Other types that may name a drug: "Osteoporosis, Prolia given in March".
TELLING_TOO = (
    "Condition",
    "Encounter",
    "DiagnosticReport",
    "ImagingStudy",
    "Observation",
    "Appointment",
    *DEVICE_ORDERS,
)
# Given at intervals: a stopped prescription does not end their effect.
LONG_ACTING = ("zoledronate", "denosumab")


def find_medication(spec: MedicationSpec, chart: Chart) -> FindingOrGap:
    """Find if such a drug is taken, or why that is not known."""
    ours = [one for one in uses_of(chart) if one.drug.concepts & set(spec.value_sets)]
    passed = (*chart.broken(spec), *future_uses(spec, ours))
    counted = [one for one in ours if _counts(one, spec, chart)]
    if STEROID in spec.value_sets:
        runs = (one for one in runs_of_doses(ours) if is_recent(one, chart))
        counted += [use for one in runs for use in one]
    if counted:
        return _taken(spec, chart, counted), passed
    return without_use(spec, chart, ours), passed


def _day(use: Use) -> date:
    return use.day or date.min


def without_use(
    spec: MedicationSpec, chart: Chart, ours: Sequence[Use]
) -> Finding | Gap:
    """Conclude from the problem list, or from silence, if no use counts now."""
    states = _states(chart, spec, spec.value_sets)
    stated = [one for one in states if one.problem is None]
    if stated:
        return stated_as_true(spec, stated, chart)
    doubtful = [one for one in states if one.is_undetermined]
    if doubtful:
        sources = (one.provenance(spec) for one in doubtful)
        return make_gap(
            spec, "undetermined", doubtful[0].passed_over(spec).detail, *sources
        )
    return _implied(spec, chart) or _not_taken(spec, chart, ours)


def _implied(spec: MedicationSpec, chart: Chart) -> Gap | None:
    """Return the gap for diagnoses that follow from such a drug; None if none does."""
    states = _states(chart, spec, tuple(spec.unclear))
    if not states:
        return None
    why = reason_of_list(spec.unclear[states[0].concept], states[0].entry)
    return make_gap(
        spec, "undetermined", why, *(one.provenance(spec) for one in states)
    )


def _states(
    chart: Chart, spec: MedicationSpec, concepts: Sequence[str]
) -> list[Stated]:
    """List the diagnoses that name or imply such a drug, on any list."""
    return [
        stated
        for stated in find_stated(chart, spec, concepts)
        if may_go_on(stated, chart)
        and (
            stated.entry.resource_type == "Condition"
            or in_doubt(stated.concept) in stated.entry.concepts
        )
    ]


def _counts(use: Use, spec: MedicationSpec, chart: Chart) -> bool:
    """Tell if the drug is current, or taken within the months that count."""
    if use.is_ahead:
        return False
    if STEROID in spec.value_sets:
        verdict = _counts_as_steroid(use, chart)
        if verdict is not None:
            return verdict
    if use.is_active:
        return not _is_void(use, spec, chart)
    kind = next((name for name in LONG_ACTING if name in use.drug.concepts), "other")
    if use.day is None or (use.is_ended and kind == "other"):
        return False
    months = spec.look_back_months.get(kind, spec.look_back_months["other"])
    return use.day >= months_before(chart.today, months)


def _counts_as_steroid(use: Use, chart: Chart) -> bool | None:
    """Tell if a steroid counts, by its kind of entry or its own length; else None.

    Short courses are common: no look-back makes them longer.
    """
    if use.entry.resource_type in (*DOSES, "ServiceRequest"):
        return False  # a dose given around an operation is no steroid treatment
    if end := end_of_steroid(use.entry.raw, chart):
        return not use.is_ended and end >= chart.not_after
    return False if is_limited(use.entry.raw, chart) else None


def is_limited(order: Json, chart: Chart) -> bool:
    """Tell if an order itself gives days, one dose, or doses when needed."""
    if is_as_needed(order):
        return True
    # A note next to a dosage may be about another dose: "rescue pack at home".
    dosages = dosages_of(order) or objects(order.get("note"))
    words = [
        *texts_of(order.get("medicationCodeableConcept")),
        *(text(one.get("text")) for one in dosages),
    ]
    return any(chart.terminology.text_concepts(one, LIMITED) for one in words)


def is_as_needed(order: Json) -> bool:
    """Tell if the elements of each dosage say that it is taken when needed."""
    dosages = dosages_of(order)
    return bool(dosages) and all(
        one.get("asNeededBoolean") is True or bool(one.get("asNeededCodeableConcept"))
        for one in dosages
    )


def _taken(spec: MedicationSpec, chart: Chart, counted: Sequence[Use]) -> Finding:
    ordered = sorted(
        counted,
        key=lambda use: (use.day or date.min, use.entry.reference),
        reverse=True,
    )
    newest = ordered[0]
    concerns: list[str] = []
    long_ago = months_before(chart.today, LONG_STANDING_MONTHS)
    if newest.day and newest.is_active and newest.day < long_ago:
        age = age_in_words(newest.day, chart.today)
        concerns.append(
            f"The prescription is {age} old; whether the {spec.title} is still taken is"
            " not recorded."
        )
    if all(one.drug.is_by_name for one in ordered):
        concerns.append("The drug was recognised by its name, not by a code.")
    sources = (one.provenance(spec) for one in ordered)
    label = label_of(newest.drug, spec, chart)
    return make_finding(
        spec, True, *sources, observed=newest.day, concerns=tuple(concerns), label=label
    )


def label_of(drug: Drug, spec: MedicationSpec, chart: Chart) -> str:
    """Return the ingredient that makes it one of these drugs; empty if not known."""
    groups = chart.terminology.drugs.groups_of
    named = [
        ingredient
        for ingredient in drug.ingredients
        if not ingredient.startswith("other ")
        and {*groups(ingredient)} & {*spec.value_sets}
    ]
    return joined(named)


def _not_taken(
    spec: MedicationSpec, chart: Chart, ours: Sequence[Use]
) -> Finding | Gap:
    past = sorted((one for one in ours if one.day and not one.is_ahead), key=_day)
    how = "not current" if past else "not"
    outcome = not_on_list(spec, chart, spec.value_sets, how=how)
    if not past or isinstance(outcome, Gap):
        return outcome
    last = past[-1].day
    concern = f"A {spec.title} was last recorded on {date_text(last)}." if last else ""
    return outcome._replace(concerns=(*outcome.concerns, concern))


def not_on_list(
    spec: MedicationSpec, chart: Chart, concepts: Sequence[str], *, how: str = "not"
) -> Finding | Gap:
    """Conclude "no", unless such a drug, or one not identified, may be taken.

    It may be if an entry of one has no clear status or day, or only words name one.

    Args:
        spec: the finding.
        chart: the patient's record.
        concepts: of the drugs.
        how: `not`, or `not current` if the list has it as past.
    """
    for uses, why in _open_uses(spec, chart, concepts):
        if uses:
            sources = (one.provenance(spec) for one in uses)
            is_listed = any(one.entry.resource_type not in TELLING_TOO for one in uses)
            detail = f"on the medication list; {why}" if is_listed else why
            return make_gap(spec, "undetermined", detail, *sources)
    return conclude_no(
        spec, chart, how=how, may_count=lambda entry: may_be_taken(entry, spec, chart)
    )


def _open_uses(
    spec: MedicationSpec, chart: Chart, concepts: Sequence[str]
) -> Iterator[tuple[list[Use], str]]:
    """Yield the uses that forbid a "no", each group with the reason of its gap."""
    noted = [
        use
        for use in uses_named_aside(chart, concepts)
        if is_of_now(use, spec, chart) and not _is_long_over(use, concepts, chart)
    ]
    elsewhere = [one for one in noted if one.entry.resource_type in TELLING_TOO]
    yield elsewhere, "named in words alone; whether it is taken is not recorded"
    yield noted, "named next to another drug; whether it is taken is not recorded"
    ours = [
        use_of(entry, entry.drug, chart)
        for entry in chart.of_kind(*TAKEN)
        if entry.drug is not None and entry.drug.concepts & set(concepts)
    ]
    yield from _open_intakes(ours, spec, chart, is_steroid=STEROID in concepts)


def _open_intakes(
    ours: Sequence[Use], spec: MedicationSpec, chart: Chart, *, is_steroid: bool
) -> Iterator[tuple[list[Use], str]]:
    """Yield the entries of our drugs that forbid a "no", by the reason."""
    open_uses = [one for one in ours if _is_intake_open(one.entry, one.drug)]
    yield open_uses, "whether it is taken is not recorded"
    taken = [one for one in ours if _is_taken(one.entry)]
    # Without a day each is judged as one of today.
    undated = [
        use
        for use in taken
        if use.day is None and _counts(use._replace(day=chart.not_after), spec, chart)
    ]
    yield undated, "when it was taken is not recorded"
    dated_uses = [one for one in taken if one.day]
    if is_steroid:
        yield from _open_steroids(taken, dated_uses, spec, chart)
    after = [one for one in dated_uses if one.is_ahead and _day(one) <= chart.today]
    yield after, "dated after the order was written"
    ahead = [one for one in dated_uses if _day(one) > chart.read_on]
    yield ahead, "dated in the future"


def _open_steroids(
    taken: Sequence[Use],
    dated_uses: Sequence[Use],
    spec: MedicationSpec,
    chart: Chart,
) -> Iterator[tuple[list[Use], str]]:
    """Yield the entries of steroids whose end is not clear, by the reason."""
    active = [one for one in dated_uses if one.is_active]
    lapsed = [one for one in active if _is_lapsed(one, spec, chart)]
    yield lapsed, "its course is over, whether it is still taken is not recorded"
    limited = [
        one
        for one in active
        if not end_of_steroid(one.entry.raw, chart) and is_limited(one.entry.raw, chart)
    ]
    yield limited, "for days or as needed; how often it was taken is not recorded"
    paused = [one for one in taken if _is_paused(one, spec, chart)]
    yield paused, "on hold or stopped; until when it was taken is not recorded"
    since = months_before(chart.today, spec.look_back_months["other"])
    repeated = doses_repeated(dated_uses, since)
    yield repeated, "given again and again; for how long is not recorded"
    perhaps = may_be_run(dated_uses, since, chart)
    yield perhaps, "given in a ward; since when or until when is not recorded"


def _is_long_over(use: Use, concepts: Sequence[str], chart: Chart) -> bool:
    """Tell if a steroid is told of a disease that ended years ago.

    If it had gone on, something newer would say so.
    """
    if STEROID not in concepts or use.entry.resource_type != "Condition":
        return False
    ended = chart.calendar.effective(use.entry.raw, "abatement")
    is_past = bool(clinical_status(use.entry.raw) & PAST)
    since = months_before(chart.today, LONG_STANDING_MONTHS)
    return is_past and ended is not None and ended.day < since


def _is_lapsed(use: Use, spec: MedicationSpec, chart: Chart) -> bool:
    """Tell if the supply or the length of a steroid on the list is over.

    Refills may be recorded elsewhere.
    """
    if STEROID not in spec.value_sets or end_of_dosage(use.entry.raw, chart):
        return False
    if end := end_of_steroid(use.entry.raw, chart):
        return end < chart.not_after
    return _is_void(use, spec, chart)


def _is_void(use: Use, spec: MedicationSpec, chart: Chart) -> bool:
    """Tell if a steroid could not be filled any more in the months that count.

    The status of an order stays `active` until somebody closes it.
    """
    if STEROID not in spec.value_sets:
        return False
    valid = member(use.entry.raw, "dispenseRequest", "validityPeriod", "end")
    last = chart.calendar.last_day(valid)
    since = months_before(chart.today, spec.look_back_months["other"])
    return last is not None and last < since


def _is_paused(use: Use, spec: MedicationSpec, chart: Chart) -> bool:
    """Tell if a steroid is on hold or was stopped, and nothing says since when.

    Without any day it may have been yesterday. A pause counts as going on, however old
    it is. An order that was stopped years ago does not count: if the drug had gone on,
    a newer order would be on record.
    """
    if STEROID not in spec.value_sets or not use.is_ended or use.is_ahead:
        return False
    if end_of_steroid(use.entry.raw, chart):
        return False
    since = months_before(chart.today, LONG_STANDING_MONTHS)
    is_lately = use.day is None or use.day >= since
    return use.entry.status == "on-hold" or is_lately


def may_be_taken(entry: Entry, spec: MedicationSpec, chart: Chart) -> bool:
    """Tell if an unidentified entry may be a drug that still counts."""
    drug = entry.drug
    if drug is None:
        return False
    is_forbidden = is_prohibition(entry.raw)
    if is_forbidden and entry.origin == "context":
        # What is forbidden now is no other drug than it says.
        return bool(drug.concepts & set(spec.value_sets))
    is_told = _is_taken(entry) or _is_intake_open(entry, drug) or is_forbidden
    return is_told and is_of_now(use_of(entry, drug, chart), spec, chart)


def is_of_now(use: Use, spec: MedicationSpec, chart: Chart) -> bool:
    """Tell if a use may be active, has no day, or is within the months that count."""
    longest = max(spec.look_back_months.values())
    return (
        use.is_active
        or _may_be_active(use.entry, chart)
        or use.day is None
        or use.day >= months_before(chart.today, longest)
    )


def _may_be_active(entry: Entry, chart: Chart) -> bool:
    """Tell if a list leaves open whether a drug is taken, and names no end of it."""
    if entry.resource_type not in TAKEN or entry.resource_type in GIVEN:
        return False
    ended = chart.calendar.last_day(member(entry.raw, "effectivePeriod", "end"))
    is_over = ended is not None and ended < chart.not_after
    return entry.status not in TAKEN[entry.resource_type] | NOT_TAKEN and not is_over


def uses_named_aside(chart: Chart, concepts: Sequence[str]) -> list[Use]:
    """Return the entries of something else whose words name such a drug.

    They are notes on other drugs and acts, problems and reports. What was entered in
    error or ruled out, and drafts of other signings, are left out.
    """
    uses = []
    for entry in chart.of_kind(*TAKEN, *TELLING_TOO):
        named = frozenset(one for one in concepts if in_doubt(one) in entry.concepts)
        is_void = entry.status in NO_ENTRY and entry.origin != "context"
        if not named or is_void:
            continue
        if entry.resource_type == "Condition" and certainty_of(entry.raw) == "denied":
            continue
        ingredients = sorted(
            ingredient
            for ingredient in chart.terminology.drugs.ingredients
            if in_doubt(ingredient) in entry.concepts
        )
        drug = Drug(
            named, tuple(ingredients), code="", is_by_name=True, is_understood=False
        )
        uses.append(use_of(entry, drug, chart))
    return uses


def future_uses(spec: MedicationSpec, uses: Iterable[Use]) -> tuple[PassedOver, ...]:
    sources = (use.provenance(spec) for use in uses if use.is_ahead)
    why = "not counted: dated after the order"
    return tuple(
        PassedOver(spec.name, "future", f"{source.printed}, {why}", source)
        for source in sources
    )


def uses_of(chart: Chart) -> list[Use]:
    """List every drug that was ordered, given or reported.

    Retracted entries and proposals are left out.
    """
    return [
        use_of(entry, entry.drug, chart)
        for entry in chart.of_kind(*TAKEN)
        if entry.drug is not None and _is_taken(entry)
    ]


def _is_intake_open(entry: Entry, drug: Drug) -> bool:
    """Tell if status or words of an entry leave open whether the drug is taken."""
    is_reported = (
        entry.status in TAKEN[entry.resource_type] or entry.origin == "context"
    )
    is_open = drug.is_doubtful or not drug.is_understood
    return is_open if is_reported else entry.status not in NOT_TAKEN


def _is_taken(entry: Entry) -> bool:
    """Tell if an entry was understood, and its drug was ordered, given or reported."""
    drug = entry.drug
    if drug is not None and (drug.is_doubtful or not drug.is_understood):
        return False
    is_reported = (
        entry.status in TAKEN[entry.resource_type] or entry.origin == "context"
    )
    return is_reported and is_meant(entry)


def is_meant(entry: Entry) -> bool:
    """Tell if it is no proposal and no prohibition."""
    is_proposal = text(entry.raw.get("intent")) in NOT_ORDERED
    return not is_proposal and not is_prohibition(entry.raw)
