"""Conclude yes, no or a gap from what the problem list and other lists state.

"No" requires a list that was read and is not empty. `statements/` reads the entries.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from cds_service.core.findings import Finding, Gap, Provenance
from cds_service.core.vocabulary import ConditionSpec, FractureSpec, ListSpec, YesNoSpec
from cds_service.core.words.phrases import joined
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.entries.entry import BILLED_TYPES, Entry
from cds_service.fhir.entries.grave.grave_concepts import (
    SPINAL_OPERATION,
    UNJUDGED,
    UNJUDGED_ACT,
    UNREAD_PROSE,
    UNREAD_REASON,
    UNREAD_TITLE,
    VERTEBRA_REMOVED,
)
from cds_service.fhir.entries.listed import LISTED
from cds_service.fhir.entries.medication.drug_groups import (
    BROAD_ANTIBIOTIC,
    CANCER_DRUG,
    DEEP_INFECTION_DRUG,
    MEDICATION_TYPES,
    TELL_OF_DISEASE,
)
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.bystanders import names_operation, other_words_of
from cds_service.fhir.entries.words.open_concepts import MAY_BE_GRAVE, MAY_NEED_BRACE
from cds_service.fhir.entries.words.problem_words import in_doubt, words_but_denials
from cds_service.fhir.findings.chart import (
    LISTS,
    ON_DRUGS,
    Chart,
    FindingOrGap,
    make_finding,
    make_gap,
)
from cds_service.fhir.findings.courses.antibiotic_courses import find_long_antibiotic
from cds_service.fhir.findings.statements.asides import ACT_LASTS
from cds_service.fhir.findings.statements.current import (
    may_be_current,
    may_go_on,
    may_have_been,
)
from cds_service.fhir.findings.statements.stated import (
    PLACES,
    WORDED,
    Stated,
    place_of,
    reason_of_list,
)
from cds_service.fhir.findings.statements.statements import find_stated
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.raw_json import is_prohibition, member, objects, text, texts_of

# Drugs that leave a disease open by the length of their course, not by their name.
OF_COURSES = frozenset({DEEP_INFECTION_DRUG, BROAD_ANTIBIOTIC})
# Groups of drugs whose name next to a diagnosis is read apart.
OF_DRUGS_ALONE = TELL_OF_DISEASE | OF_COURSES
BY_WORDS = "Recognised by words, not by a code."
UNSTATED = "spinal-disease-unstated"  # the words of the entry name no more than a place
# Diseases of the spine: an entry that names one of them is not unstated.
SPINAL_DISEASES = AUGMENTATIONS | {
    "vertebral-fracture",
    "osteoporotic-vertebral-fracture",
    "earlier-vertebral-fracture",
    "unstable-fracture",
    "stable-burst-fracture",
    "spinal-instability",
    "prior-spinal-surgery",
    "neurological-deficit",
    "spinal-cord-disease",
    "malignancy",
    "pathological-fracture",
    "spinal-infection",
}
NOT_JUDGED = (
    "a diagnosis coded on the problem list is not known here; it may be anything"
)
NOT_READ = "a report, an order, a procedure or a note was not fully understood"
# Past by nature, or without an end: such an entry counts although it is not active. A
# stiff spine stays stiff, and no status closes the question of a tumour (rule E9).
OF_HISTORY = frozenset(
    {
        "ankylosed-spine",
        "cancer-implied",
        "healed-osteoporotic-fracture",
        "history-of-falling",
        "pathological-fracture",
    }
)
# ICD-10-CM: a fracture around a prosthesis of the hip (M97.0, before T84.04).
OF_PROSTHESIS = re.compile(r"M97\.0|T84\.04[01]")
# ICD-10: what one is born with, such as brittle bones (Q78.0), and Paget's disease.
LIFELONG = re.compile(r"(?:Q\d\d|M88)(?:\..*)?")
IN_USE = frozenset({"active", "in-progress", "completed"})
NEVER_MEANT = frozenset({"entered-in-error", "cancelled", "draft"})

# What an entry in words alone has, if they name nothing grave.
OF_COMPLAINTS = frozenset({MAY_BE_GRAVE, MAY_NEED_BRACE})


def find_condition(spec: ConditionSpec, chart: Chart) -> FindingOrGap:
    """Find if the patient has the condition, or why that is not known."""
    stated = find_stated(chart, spec, spec.value_sets)
    counted = [one for one in stated if one.problem is None and not one.is_past]
    set_aside = [
        statement.passed_over(spec)
        for statement in stated
        if statement.problem is not None or statement.is_past
    ]
    passed = (*chart.broken(spec), *set_aside)
    if counted:
        return stated_as_true(spec, counted, chart), passed
    return conclude_from_silence(spec, chart, stated), passed


def stated_as_true(spec: YesNoSpec, counted: Sequence[Stated], chart: Chart) -> Finding:
    """Return the finding "yes", with the newest entry first."""
    ordered = sorted(
        counted,
        key=lambda statement: (statement.day or date.min, statement.entry.reference),
        reverse=True,
    )
    labels = dict.fromkeys(
        label for statement in ordered if (label := label_of(statement, spec, chart))
    )
    return make_finding(
        spec,
        True,
        *(one.provenance(spec) for one in ordered),
        observed=ordered[0].day,
        concerns=() if any(one.code for one in ordered) else (BY_WORDS,),
        label=joined(labels, " and ") or _augmentation(counted),
    )


def label_of(stated: Stated, spec: ListSpec, chart: Chart) -> str:
    """Return what exactly an entry is, in our words; empty if it does not tell.

    Its codes come first, then the kind that its words say, then what they name, then
    what the reason of an operation does.
    """
    is_told = stated.entry.resource_type == "Procedure" and not stated.problem
    coded = frozenset(match.concept for match in stated.entry.matches)
    return (
        spec.label_of(coded)
        or kind_of(stated.entry, spec, chart)
        or spec.label_of(stated.entry.named)
        or (spec.label_of({stated.concept}) if is_told else "")
    )


def kind_of(entry: Entry, spec: ListSpec, chart: Chart) -> str:
    """Return the first of the finding's kinds that the words of an entry say."""
    kinds = kinds_in_words(entry, tuple(spec.kinds), chart)
    return next((label for name, label in spec.kinds.items() if name in kinds), "")


def kinds_in_words(
    entry: Entry, among: tuple[str, ...], chart: Chart
) -> frozenset[str]:
    """Return those of these rules of `mappings/kinds/` that fit its words.

    What the words deny is none of them: `abscess, no discitis`.
    """
    terminology = chart.terminology
    titles = texts_of(entry.raw.get("code")) if among else ()
    words = (words_but_denials(one, terminology) for one in titles)
    kinds = terminology.kinds
    return frozenset().union(*(kinds.named(one, among) for one in words))


def _augmentation(counted: Sequence[Stated]) -> str:
    """Return `kyphoplasty` or `vertebroplasty` if all entries are one; else empty."""
    concepts = {one.concept for one in counted}
    names = ("kyphoplasty", "vertebroplasty")
    return next((name for name in names if concepts == {name}), "")


def conclude_from_silence(
    spec: ConditionSpec, chart: Chart, stated: Sequence[Stated]
) -> Finding | Gap:
    """Conclude "no" or a gap from lists without an entry that counts.

    It is a gap if, in this order,

    1. an entry names the condition without deciding it;
    2. a past entry leaves it open (`spec.past`), and did not end long ago;
    3. another entry, a drug or words leave it open (`spec.unclear`);
    4. a list was not read, not kept or not understood.

    Otherwise it is "no"; a past entry is then named next to it.

    Args:
        spec: the finding.
        chart: the patient's record.
        stated: its entries, of which none counts.
    """
    doubtful = [one for one in stated if one.is_undetermined]
    unclear = _unclear_gap(spec, chart)
    if unclear and all(_is_open_by_code(one, spec) for one in doubtful):
        doubtful = []  # the code of the entry explains better why it is open
    left_open = (
        _gap_of_doubtful(doubtful, spec, chart)
        or _gap_of_past(stated, spec, chart)
        or unclear
    )
    if left_open:
        return left_open
    conclusion = _conclude_no_if_all_read(spec, chart)
    if isinstance(conclusion, Finding) and _has_past_entry(stated, spec, chart):
        concern = (
            f"A past entry for {spec.title} is on the list;"
            " it is not counted as current."
        )
        return conclusion._replace(concerns=(*conclusion.concerns, concern))
    return conclusion


def _gap_of_doubtful(
    doubtful: Sequence[Stated], spec: ConditionSpec, chart: Chart
) -> Gap | None:
    """Return the gap of entries that do not decide; None if there are none."""
    if not doubtful:
        return None
    why = doubtful[0].passed_over(spec).detail
    sources = (one.provenance(spec) for one in doubtful)
    newest = max(one.day or chart.today for one in doubtful)
    return make_gap(spec, "undetermined", why, *sources)._replace(observed=newest)


def _gap_of_past(
    stated: Sequence[Stated], spec: ConditionSpec, chart: Chart
) -> Gap | None:
    """Return the gap of past entries that leave the finding open; None without one."""
    if not spec.past:
        return None
    over = [
        one for one in stated if one.is_past and not _is_long_over(one, spec, chart)
    ]
    sources = (one.provenance(spec) for one in over)
    return make_gap(spec, "undetermined", spec.past, *sources) if over else None


def _has_past_entry(
    stated: Sequence[Stated], spec: ConditionSpec, chart: Chart
) -> bool:
    """Tell if a past entry, or one of the patient's history, names the condition."""
    if any(one.is_past for one in stated):
        return True
    return any(not one.problem for one in find_stated(chart, spec, spec.history))


def _is_open_by_code(stated: Stated, spec: ConditionSpec) -> bool:
    """Tell if only words name it, next to a code that leaves it open.

    The code of a pathological fracture of unstated cause tells why it is open.
    """
    concepts = {match.concept for match in stated.entry.matches}
    return stated.problem == WORDED and not concepts.isdisjoint(spec.unclear)


def _is_long_over(stated: Stated, spec: ConditionSpec, chart: Chart) -> bool:
    """Tell if a past entry ended so long ago that it leaves nothing open."""
    if spec.past_days is None:
        return False
    raw = stated.entry.raw
    end = text(raw.get("abatementDateTime")) or text(
        member(raw, "abatementPeriod", "end")
    )
    last = chart.calendar.last_day(end) or stated.day
    return last is None or (chart.today - last).days > spec.past_days


def _unclear_gap(spec: ConditionSpec, chart: Chart) -> Gap | None:
    """Return the gap if entries forbid a "no" and make no "yes"; else None.

    Entries of the finding's lists come first, then drugs, then words that name a drug.
    """
    reasons = dict(spec.unclear)
    if spec.only_codes_exclude:
        reasons[UNJUDGED] = NOT_JUDGED
    if not reasons:
        return None
    asked = tuple(one for one in reasons if one not in OF_DRUGS_ALONE)
    unsure = [
        statement
        for statement in find_stated(chart, spec, asked)
        if statement.code or not _is_settled(statement, spec, chart)
    ]
    counted = [
        statement
        for statement in unsure
        if (may_go_on(statement, chart) or statement.concept in OF_HISTORY)
        and (statement.problem is None or statement.is_undetermined)
    ]
    if counted:
        first = counted[0]
        why = reason_of_list(reasons[first.concept], first.entry)
        sources = (one.provenance(spec) for one in counted)
        return make_gap(spec, "undetermined", why, *sources)
    return (
        _gap_of_drugs(spec, chart)
        or _gap_of_long_antibiotic(spec, chart)
        or _gap_of_telling_words(spec, chart)
    )


def _gap_of_drugs(spec: ConditionSpec, chart: Chart) -> Gap | None:
    """Return the gap if a drug in use, or one that tells of a disease, leaves it open.

    None if there is no such drug.
    """
    for entry in chart.of_kind(*MEDICATION_TYPES, *BILLED_TYPES, *DEVICE_ORDERS):
        named = sorted(_drugs_of(entry, chart) & spec.unclear.keys() - OF_COURSES)
        if named and (is_in_use(entry) or _tells_of_disease(entry, named)):
            place = place_of(entry)
            why = spec.unclear[named[0]].replace(ON_DRUGS, place, 1)
            return make_gap(spec, "undetermined", why, entry.source(spec, place))
    return None


def _gap_of_long_antibiotic(spec: ConditionSpec, chart: Chart) -> Gap | None:
    """Return the gap if an antibiotic is given for so long that it leaves it open."""
    if DEEP_INFECTION_DRUG not in spec.unclear:
        return None
    entry = find_long_antibiotic(chart)
    if entry is None:
        return None
    place = place_of(entry)
    why = spec.unclear[DEEP_INFECTION_DRUG].replace(ON_DRUGS, place, 1)
    return make_gap(spec, "undetermined", why, entry.source(spec, place))


def _gap_of_telling_words(spec: ConditionSpec, chart: Chart) -> Gap | None:
    """Return the gap if words name a drug that tells of this disease; else None.

    However old they are, and whatever became of what they describe, the disease goes
    on.
    """
    groups = sorted(TELL_OF_DISEASE & spec.unclear.keys())
    if not groups:
        return None
    for entry in chart.of_kind(*PLACES):
        named = [one for one in groups if in_doubt(one) in entry.concepts]
        if named and entry.status not in NEVER_MEANT and not _is_denied(entry):
            place = f"named {place_of(entry)}"
            why = spec.unclear[named[0]].replace(ON_DRUGS, place, 1)
            return make_gap(spec, "undetermined", why, entry.source(spec, place))
    return None


def _is_denied(entry: Entry) -> bool:
    """Tell if an entry is a diagnosis that its status or code denies."""
    return entry.resource_type == "Condition" and certainty_of(entry.raw) == "denied"


def _drugs_of(entry: Entry, chart: Chart) -> frozenset[str]:
    """Return the drug of an entry with its groups, else the groups that words name."""
    if entry.drug and entry.drug.concepts:
        return entry.drug.concepts
    groups = chart.terminology.drugs.groups
    return frozenset(one for one in groups if in_doubt(one) in entry.concepts)


def is_in_use(entry: Entry) -> bool:
    """Tell if a drug is taken, was lately given, or is ordered in this signing."""
    return entry.origin == "context" or entry.status in IN_USE


def _tells_of_disease(entry: Entry, named: Sequence[str]) -> bool:
    """Tell if a drug that was paused or stopped tells of a disease that goes on.

    A drug against cancer is paused for the operation itself, and stopped when it has
    done its work or has failed.
    """
    told = {CANCER_DRUG, *TELL_OF_DISEASE}
    return entry.status not in NEVER_MEANT and not told.isdisjoint(named)


def _conclude_no_if_all_read(spec: ConditionSpec, chart: Chart) -> Finding | Gap:
    """Conclude "no", unless a report, an order or a procedure was not understood."""
    conclusion = conclude_no(
        spec, chart, may_count=lambda entry: _may_matter(entry, spec, chart)
    )
    asked: list[str] = []
    if spec.only_codes_exclude or isinstance(spec, FractureSpec):
        asked += [UNREAD_PROSE, UNREAD_REASON]
    elif spec.reports_exclude:
        asked.append(UNREAD_PROSE)
    if spec.only_codes_exclude:
        asked += [UNREAD_TITLE, SPINAL_OPERATION, VERTEBRA_REMOVED]
    if spec.acts_exclude:
        asked.append(UNJUDGED_ACT)
    is_open = isinstance(conclusion, Gap) and conclusion.reason != "not-understood"
    if is_open or not asked:
        return conclusion
    reports = find_stated(chart, spec, tuple(asked))
    unread = [
        one
        for one in reports
        if one.is_undetermined and not _is_ordinary_operation(one, chart)
    ]
    if not unread:
        return conclusion
    sources = [one.provenance(spec) for one in unread]
    if isinstance(conclusion, Gap):
        # An entry of the list that was not understood hides none of these.
        sources = [*conclusion.provenance, *sources]
    return make_gap(spec, "not-understood", NOT_READ, *sources)


def _is_ordinary_operation(stated: Stated, chart: Chart) -> bool:
    """Tell if an order asks for an ordinary operation, which looks for nothing."""
    if stated.concept != UNREAD_TITLE:
        return False
    return names_operation(objects(stated.entry.raw.get("code")), chart.terminology)


def _may_matter(entry: Entry, spec: ConditionSpec, chart: Chart) -> bool:
    """Tell if an entry of unknown meaning leaves the finding open.

    If a past entry of the finding leaves it open, so does a past one that may be that.
    One with a code of a system that we read is of something else.
    """
    if may_be_current(entry) or _is_lifelong(entry, chart):
        return True
    if _has_broken_lately(entry, chart):
        return True
    if not spec.past:
        return False
    code = entry.raw.get("code")
    is_coded = chart.terminology.identifies(LISTED[entry.resource_type], code)
    return may_have_been(entry) and not is_coded


def _has_broken_lately(entry: Entry, chart: Chart) -> bool:
    """Tell if a bone around a prosthesis of the hip broke within the last two years.

    The codes of such a fracture are in no value set. Healed, it says of the bone what
    it said before.
    """
    codings = chart.terminology.codings(entry.raw.get("code"))
    if not any(OF_PROSTHESIS.match(code) for _, code in codings):
        return False
    when = chart.calendar.effective(entry.raw, "onset")
    day = when.day if when else chart.calendar.last_day(recorded_on(entry.raw))
    is_late = day is None or chart.today - day <= ACT_LASTS
    return is_late and certainty_of(entry.raw) != "denied"


def _is_lifelong(entry: Entry, chart: Chart) -> bool:
    """Tell if no status closes a diagnosis: by its code it does not end."""
    if entry.resource_type != "Condition" or not may_have_been(entry):
        return False
    codings = chart.terminology.codings(entry.raw.get("code"))
    return any(LIFELONG.fullmatch(code) for _, code in codings)


def _is_settled(stated: Stated, spec: ConditionSpec, chart: Chart) -> bool:
    """Tell if the code of an entry, or another name in it, settles its open words."""
    entry = stated.entry
    if stated.concept == UNSTATED:
        named = {concept.removesuffix("?") for concept in entry.named}
        is_named = not SPINAL_DISEASES.isdisjoint(named)
        return is_named or chart.terminology.identifies(
            LISTED[entry.resource_type], entry.raw.get("code")
        )
    return any(match.concept in spec.told_by_code for match in entry.matches)


def conclude_no(
    spec: YesNoSpec,
    chart: Chart,
    *,
    how: str = "not",
    may_count: Callable[[Entry], bool] = may_be_current,
) -> Finding | Gap:
    """Conclude "no" from absence, or say in a gap why that is not possible.

    "No" needs a list that was read completely, is not empty, and whose entries were all
    identified.

    Args:
        spec: the finding.
        chart: the patient's record.
        how: `not`, or `not current` if the list has it as past.
        may_count: tells if an entry that was not identified would count if it were of
            this finding.
    """
    unread = chart.unread(spec)
    if not spec.closed_world:
        unsaid = make_gap(spec, "undetermined", "not coded, and silence says nothing")
        return make_gap(spec, "not-read", unread) if unread else unsaid
    broken, named, listing = chart.broken(spec), LISTS[spec.key], chart.listed(spec)
    strange = [entry for entry in listing.not_understood if may_count(entry)]
    if unread:
        # Entries that leave the question open are named all the same.
        sources = (
            *(one.provenance for one in broken),
            *(one.source(spec, named.where) for one in strange),
        )
        return make_gap(spec, "not-read", unread, *sources)
    if broken:
        return make_gap(
            spec, "unreadable", broken[0].detail, *(one.provenance for one in broken)
        )
    # Words that nobody understood may be of anything, and are to be named as such.
    is_open = bool(strange) and spec.key == "conditions"
    if not listing.is_kept and not is_open:
        is_social = listing.entries and spec.key == "conditions"
        what = "has nothing but social entries" if is_social else "empty"
        return make_gap(spec, "undetermined", f"{named.name} {what}")
    if strange:
        return _not_understood(
            spec, strange, listing.entries, named.where, chart.terminology
        )
    return make_finding(spec, False, _whole_list(spec, chart, how))


def _whole_list(spec: YesNoSpec, chart: Chart, how: str) -> Provenance:
    """Return the source of a "no": the list, and how many entries were read."""
    named, count = LISTS[spec.key], chart.listed(spec).entries
    read = "1 entry" if count == 1 else f"{count} entries"
    return Provenance(
        resource=f"{named.name} ({read})",
        origin=chart.record.reads[spec.key].origin,
        code="",
        printed=f"{how} {named.where} ({read} read)",
        rule=spec.rule,
    )


def _source_of_complaint(entry: Entry, spec: YesNoSpec, where: str) -> Provenance:
    """Return the source of a complaint of every ward, by an exact name.

    It is understood, and supports no "no".
    """
    source = entry.source(spec, f"a complaint {where}")
    return source._replace(is_complaint=True)


def _not_understood(
    spec: YesNoSpec,
    strange: Sequence[Entry],
    count: int,
    where: str,
    terminology: Terminology,
) -> Gap:
    """Return the gap `3 of 14 entries on the problem list could not be read`.

    Each of them may be anything. Drugs of this signing are named apart: they are on no
    list yet.
    """
    sources = [
        _source_of_complaint(entry, spec, where)
        if _is_complaint(entry, terminology)
        else entry.source(spec, where)
        for entry in strange
    ]
    is_of_drugs = where == ON_DRUGS
    listed = [entry for entry in strange if entry.origin != "context"]
    if is_of_drugs:
        listed = [one for one in listed if one.resource_type not in BILLED_TYPES]
        if not listed:
            why = _why_unlisted_drugs(strange)
            return make_gap(spec, "undetermined", why, *sources)
    counted = listed or strange
    if spec.only_codes_exclude:
        detail = f"{len(counted)} of {count} entries {where} not understood"
        return make_gap(spec, "not-understood", detail, *sources)
    what = _why_not_understood(counted, is_of_drugs=is_of_drugs)
    detail = f"{len(counted)} of {count} entries {where} {what}"
    return make_gap(spec, "undetermined", detail, *sources)._replace(is_unnamed=True)


def _why_unlisted_drugs(drugs: Sequence[Entry]) -> str:
    """Say why drugs that are on no list, but billed or ordered, leave a finding open.

    What was billed comes before what is ordered in this signing.
    """
    billed = [entry for entry in drugs if entry.origin != "context"]
    if billed:
        return _drugs_not_known(len(billed), "billed")
    if any(is_prohibition(entry.raw) for entry in drugs):
        return "a drug is forbidden in this signing"
    return _drugs_not_known(len(drugs), "ordered")


def _why_not_understood(entries: Sequence[Entry], *, is_of_drugs: bool) -> str:
    """Say why entries of a list are not understood, to follow their number."""
    if any(is_prohibition(one.raw) for one in entries):
        return "not clear: a drug is forbidden there"
    if is_of_drugs:
        return "are drugs that we do not know"
    if all(_is_bare_code(one) for one in entries):
        verb = "has" if len(entries) == 1 else "have"
        return f"{verb} a code without words that is not known here"
    return "could not be read"


def _is_complaint(entry: Entry, terminology: Terminology) -> bool:
    """Tell if a diagnosis has the names of complaints of every ward, and no more."""
    code = entry.raw.get("code")
    titles = texts_of(code)
    return (
        entry.resource_type == "Condition"
        and entry.concepts <= OF_COMPLAINTS
        and (
            terminology.excludes(code) or not terminology.identifies("conditions", code)
        )
        and not other_words_of(entry.raw)
        and bool(titles)
        and all(map(terminology.harmless.is_of_ward, titles))
    )


def _drugs_not_known(number: int, how: Literal["ordered", "billed"]) -> str:
    """Write `2 ordered drugs are not known here`."""
    drugs = f"1 {how} drug is" if number == 1 else f"{number} {how} drugs are"
    return f"{drugs} not known here"


def _is_bare_code(entry: Entry) -> bool:
    code = entry.raw.get("code")
    return not texts_of(code) and any(
        text(coding.get("code")) for coding in objects(member(code, "coding"))
    )
