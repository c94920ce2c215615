"""Reads yes/no findings from medication requests, administrations and statements, while each drug still counts."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from cds_service.core.facts import Finding, Gap, PassedOver, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import say_date
from cds_service.fhir.facts.chart import Chart, Entry, FindingOrGap, age_in_words, gap, known, months_before
from cds_service.fhir.facts.drugs import Drug
from cds_service.fhir.facts.problem_list import find_stated, say_no, stated_as_true
from cds_service.fhir.raw_json import Moment, effective_moment, is_prohibition, member, read_moment, text

TAKEN = {
    "MedicationRequest": frozenset({"active", "completed", "stopped", "on-hold"}),  # what is signed now is a draft
    "MedicationAdministration": frozenset({"completed", "in-progress", "stopped"}),
    "MedicationStatement": frozenset({"active", "completed", "stopped", "on-hold"}),
    "Procedure": frozenset({"completed"}),
    "ServiceRequest": frozenset({"active", "completed"}),
}
GIVEN = frozenset({"MedicationAdministration", "Procedure"})
NOT_ORDERED = frozenset({"proposal", "option"})  # a `plan` is what the patient reports (US Core)
NOT_TAKEN = frozenset(
    {"draft", "cancelled", "entered-in-error", "not-done", "not-taken", "intended", "preparation", "revoked"}
)
LONG_ACTING = ("zoledronate", "denosumab")  # given at intervals: a stopped prescription does not end their effect
LONG_STANDING_MONTHS = 24


class Use(NamedTuple):
    """One recorded use of a drug.

    Attributes:
        day: when it was prescribed, given or last taken; None if not recorded.
        is_active: on the list now, whatever its day.
        is_ended: stopped or on hold.
    """

    entry: Entry
    drug: Drug
    day: date | None
    is_active: bool
    is_ended: bool

    def provenance(self, spec: FindingSpec) -> Provenance:
        """Its source: `on the medication list since 3 May 2019`."""
        verb = "given" if self.entry.kind in GIVEN else "on the medication list"
        verb = "ordered" if self.entry.kind == "ServiceRequest" else verb
        verb = "among the orders being signed" if self.entry.origin == "context" else verb
        joint = "on" if verb in ("given", "ordered") else "since"
        printed = f"{verb} {joint} {say_date(self.day)}" if self.day else verb
        return self.entry.source(spec, printed, self.drug.code)


def find_medication(spec: FindingSpec, chart: Chart) -> FindingOrGap:
    """Find whether such a drug is taken, or why that is not known."""
    ours = [one for one in _uses(chart) if one.drug.concepts & set(spec.value_sets)]
    passed = (*chart.broken(spec), *_future(spec, ours, chart))
    counted = [one for one in ours if _counts(one, spec, chart)]
    stated_ones = find_stated(chart, spec, spec.value_sets)
    said = [one for one in stated_ones if one.entry.kind == "Condition" and not one.is_past]
    if counted:
        return _taken(spec, chart, counted), passed
    if stated := [one for one in said if one.problem is None]:
        return stated_as_true(spec, stated, chart), passed
    if doubtful := [one for one in said if one.problem and one.problem[0] == "undetermined"]:
        seen = (one.provenance(spec) for one in doubtful)
        return gap(spec, "undetermined", doubtful[0].passed_over(spec).detail, *seen), passed
    return _not_taken(spec, chart, ours), passed


def find_denosumab_overdue(spec: FindingSpec, chart: Chart) -> FindingOrGap:
    """Find whether denosumab is overdue and no other bone drug followed; `observed` is the day of the last dose."""
    uses = _uses(chart)
    doses = [one for one in uses if "denosumab" in one.drug.concepts]
    passed = (*chart.broken(spec), *_future(spec, doses, chart))
    dated = [one for one in doses if one.day is not None and one.day <= chart.not_after and not _is_asserted(one)]
    if not doses:
        return _not_on_list(spec, chart, ["denosumab"]), passed
    if not dated:
        seen = (one.provenance(spec) for one in doses)
        return gap(spec, "undetermined", "the day of the last denosumab dose is not recorded", *seen), passed
    running = [one for one in dated if one.entry.kind in GIVEN or not one.is_ended]  # what was ended may not be given
    last = max(running or dated, key=_by_day)
    given = max((one for one in dated if one.entry.kind in GIVEN), key=_by_day, default=None)
    if given is None or last is given:
        return _overdue(spec, chart, uses, last), passed
    outcome = _overdue(spec, chart, uses, given)
    if outcome.value is True and outcome.observed:  # a prescription is no dose
        why = f"last dose {say_date(outcome.observed)}; prescribed since, whether it was given is not recorded"
        return gap(spec, "undetermined", why, given.provenance(spec), last.provenance(spec)), passed
    return outcome, passed


def _by_day(use: Use) -> tuple[date, str, str]:
    return use.day or date.min, use.entry.kind, use.entry.reference


def _overdue(spec: FindingSpec, chart: Chart, uses: Sequence[Use], last: Use) -> Finding:
    assert last.day is not None  # noqa: S101 - chosen among dated doses
    is_late = last.day < months_before(chart.today, spec.look_back_months["denosumab"])
    others = [one for one in uses if "bone-drug" in one.drug.concepts and "denosumab" not in one.drug.concepts]
    # Only what was begun since followed the dose: what was on the list before and never taken off did not.
    followed = [one for one in others if one.day and one.day > last.day and _counts(one, spec, chart)]
    concerns: list[str] = []
    if is_late and not followed:
        if last.entry.kind not in GIVEN:
            concerns.append("The last dose is taken from the prescription; when it was given is not recorded.")
        if unread := chart.unread(spec):
            concerns.append(f"A later dose may be missing: {unread}.")
    seen = (one.provenance(spec) for one in (last, *followed))
    is_overdue = is_late and not followed
    return known(spec, is_overdue, *seen, observed=last.day, concerns=tuple(concerns), label="denosumab")


def _is_asserted(use: Use) -> bool:
    """Whether its day is only that on which somebody said that it is taken: no dose was given then."""
    return use.entry.kind == "MedicationStatement" and not any(one.startswith("effective") for one in use.entry.raw)


def _counts(use: Use, spec: FindingSpec, chart: Chart) -> bool:
    """Whether the drug is current, or was taken within the months for which it counts."""
    if use.day is not None and use.day > chart.not_after:
        return False
    if "systemic-steroid" in spec.value_sets and use.entry.kind == "MedicationAdministration":
        return False  # a dose given around an operation is no steroid treatment
    if spec.taken_months:
        return use.is_active and use.day is not None and use.day <= months_before(chart.today, spec.taken_months)
    if use.is_active:
        return True
    kind = next((name for name in LONG_ACTING if name in use.drug.concepts), "other")
    if use.day is None or (use.is_ended and kind == "other"):
        return False
    months = spec.look_back_months.get(kind, spec.look_back_months["other"])
    return use.day >= months_before(chart.today, months)


def _taken(spec: FindingSpec, chart: Chart, counted: Sequence[Use]) -> Finding:
    ordered = sorted(counted, key=lambda one: (one.day or date.min, one.entry.reference), reverse=True)
    newest = ordered[0]
    concerns: list[str] = []
    if newest.day and newest.is_active and newest.day < months_before(chart.today, LONG_STANDING_MONTHS):
        age = age_in_words(newest.day, chart.today)
        concerns.append(f"The prescription is {age} old; whether the {spec.title} is still taken is not recorded.")
    if all(one.drug.is_by_name for one in ordered):
        concerns.append("The drug was recognised by its name, not by a code.")
    seen, label = (one.provenance(spec) for one in ordered), _label(newest.drug, spec, chart)
    return known(spec, True, *seen, observed=newest.day, concerns=tuple(concerns), label=label)


def _label(drug: Drug, spec: FindingSpec, chart: Chart) -> str:
    """The ingredient that makes it one of these drugs; empty if only the group is known."""
    groups = chart.terminology.drugs.groups_of
    named = [one for one in drug.ingredients if not one.startswith("other ") and {*groups(one)} & {*spec.value_sets}]
    return ", ".join(named)


def _not_taken(spec: FindingSpec, chart: Chart, ours: Sequence[Use]) -> Finding | Gap:
    past = sorted((one for one in ours if one.day and one.day <= chart.not_after), key=lambda one: one.day or date.min)
    outcome = _not_on_list(spec, chart, spec.value_sets, how="not current" if past else "not")
    if not past or isinstance(outcome, Gap):
        return outcome
    last = past[-1].day
    concern = f"A {spec.title} was last recorded on {say_date(last)}." if last else ""
    return outcome._replace(concerns=(*outcome.concerns, concern))


def _not_on_list(spec: FindingSpec, chart: Chart, concepts: Sequence[str], *, how: str = "not") -> Finding | Gap:
    """No, unless such a drug is listed without a clear status or day, or an unidentified entry may be one."""
    ours = [
        _use(entry, entry.drug, chart)
        for entry in chart.of_kind(*TAKEN)
        if entry.drug is not None and entry.drug.concepts & set(concepts)
    ]
    unsaid = [one for one in ours if _is_unsaid(one.entry, one.drug)]
    undated = [one for one in ours if one.day is None and _is_taken(one.entry)]
    undated = [one for one in undated if _counts(one._replace(day=chart.not_after), spec, chart)]  # as if of today
    taken = [one for one in ours if one.day and _is_taken(one.entry)]
    after = [one for one in taken if one.day and chart.not_after < one.day <= chart.today]
    ahead = [one for one in taken if one.day and one.day > chart.read_on]
    for open_ones, why in (
        (unsaid, "whether it is taken is not recorded"),
        (undated, "when it was taken is not recorded"),
        (after, "dated after the order was written"),
        (ahead, "dated in the future"),
    ):
        if open_ones:
            seen = (one.provenance(spec) for one in open_ones)
            return gap(spec, "undetermined", f"on the medication list; {why}", *seen)
    return say_no(spec, chart, how=how, may_count=lambda entry: _may_be_taken(entry, spec, chart))


def _may_be_taken(entry: Entry, spec: FindingSpec, chart: Chart) -> bool:
    """Whether an unidentified entry may be a drug that still counts."""
    if entry.drug is None or not (_is_taken(entry) or _is_unsaid(entry, entry.drug)):
        return False
    use = _use(entry, entry.drug, chart)
    longest = max(spec.look_back_months.values())
    return use.is_active or use.day is None or use.day >= months_before(chart.today, longest)


def _future(spec: FindingSpec, uses: Iterable[Use], chart: Chart) -> tuple[PassedOver, ...]:
    return tuple(
        PassedOver(spec.name, "future", f"{seen.printed}, not counted: dated after the order", seen)
        for one in uses
        if one.day is not None and one.day > chart.not_after
        for seen in [one.provenance(spec)]
    )


def _uses(chart: Chart) -> list[Use]:
    """Every drug that was ordered, given or reported, without retracted entries and proposals."""
    return [
        _use(entry, entry.drug, chart) for entry in chart.of_kind(*TAKEN) if entry.drug is not None and _is_taken(entry)
    ]


def _is_unsaid(entry: Entry, drug: Drug) -> bool:
    is_told = entry.status in TAKEN[entry.kind] or entry.origin == "context"
    return drug.is_doubtful if is_told else entry.status not in NOT_TAKEN


def _is_taken(entry: Entry) -> bool:
    if entry.drug is not None and entry.drug.is_doubtful:
        return False
    is_meant = text(entry.raw.get("intent")) not in NOT_ORDERED and not is_prohibition(entry.raw)
    return is_meant and (entry.status in TAKEN[entry.kind] or entry.origin == "context")


def _use(entry: Entry, drug: Drug, chart: Chart) -> Use:
    if entry.kind in ("MedicationRequest", "ServiceRequest"):
        when = read_moment(entry.raw.get("authoredOn"))
    else:
        when = _taken_at(entry, chart) or read_moment(entry.raw.get("dateAsserted"))
    ended = read_moment(member(entry.raw, "effectivePeriod", "end"))
    is_over = ended is not None and ended.day < chart.not_after
    is_running = entry.status == "active" or entry.origin == "context"
    is_active = is_running and entry.kind not in GIVEN and not is_over
    return Use(entry, drug, when.day if when else None, is_active, entry.status in ("stopped", "on-hold"))


def _taken_at(entry: Entry, chart: Chart) -> Moment | None:
    """When the drug was last taken; for an open-ended period, its start."""
    when = effective_moment(entry.raw, "performed" if entry.kind == "Procedure" else "effective")
    if when is None or when.day <= chart.not_after:
        return when
    return read_moment(member(entry.raw, "effectivePeriod", "start")) or when
