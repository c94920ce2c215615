"""Find a recent cancer: of the last years, or an older one that is still there.

A cancer of long ago counts as recent if it is treated now, has spread or has come back.
Its day does not tell that. A drug against cancer, a metastasis, the stage or the word
"recurrent" does.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from cds_service.core.findings import BoneDrugs, DrugUse, Finding, Gap
from cds_service.core.vocabulary import ConditionSpec, EventSpec, RecentCancerSpec
from cds_service.fhir.entries.entry import BILLED_TYPES, Entry
from cds_service.fhir.entries.grave.grave_concepts import UNREAD_REASON
from cds_service.fhir.entries.medication.drug_groups import (
    CANCER_DRUG,
    MEDICATION_TYPES,
)
from cds_service.fhir.entries.words.cancer_acts import is_mostly_for_cancer
from cds_service.fhir.entries.words.cancer_words import (
    EXAM_AWAITED,
    SPREAD,
    only_denies_spread,
)
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import Chart, FindingOrGap, make_gap
from cds_service.fhir.findings.events import events
from cds_service.fhir.findings.events.happenings import happenings
from cds_service.fhir.findings.problem_list import is_in_use
from cds_service.fhir.findings.statements.asides import span_of_aside
from cds_service.fhir.findings.statements.current import NOT_DONE
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import member, objects, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR, with_whole_years

# Grave diseases of bone that an entry of an old cancer may also name.
IN_BONE = frozenset(
    map(
        in_doubt,
        (
            "malignancy",
            "bone-metastasis",
            "bone-malignancy-ever",
            "myeloma",
            "pathological-fracture",
        ),
    )
)
# What divides the parts of a note; a denial ends there.
DIVIDED = re.compile(r"[,;()，；、。（）]")
# A stage alone, as a code or a word: `IV`.
_STAGE = re.compile(r"(III|IV)[A-Ca-c]?\d?")
TREATMENT = "cancer-treatment"
WEEKS_APART = "a bone drug was given weeks apart, as against a tumour"


def find_recent_cancer(
    spec: RecentCancerSpec, chart: Chart, drugs: BoneDrugs
) -> FindingOrGap:
    """Find a cancer of the last years, or an older one that is there now."""
    outcome, passed = events.find_event(spec, chart)
    happened = [
        event
        for event in happenings(spec, chart, spec.value_sets)
        if not event.stated.problem
    ]
    if isinstance(outcome, Finding) or not happened:
        return outcome, passed
    present = [one for one in happened if _has_spread(one.stated.entry, chart)]
    if not present and (_is_treated(spec, chart) or _uses_weeks_apart(drugs)):
        present = happened
    return (events.yes(spec, chart, present) if present else outcome), passed


def find_old_cancer(spec: EventSpec, chart: Chart) -> FindingOrGap:
    """Find a cancer of long ago; it reassures nobody if it may be in the bone now.

    The line of an old cancer names the organ and the year, and not what else its entry
    says. A title with a word that is not known for an old cancer, "on letrozole", may
    tell of one that is treated now. Other words that were not understood are no
    malignancy: the card counts the entry.
    """
    outcome, passed = events.find_event(spec, chart)
    if isinstance(outcome, Gap):
        return _left_open_long_ago(spec, chart) or outcome, passed
    if outcome.value is not True:
        return outcome, passed
    named = {source.resource for source in outcome.provenance}
    entries = [
        entry
        for entry in chart.of_kind("Condition", "Procedure")
        if entry.reference in named
    ]
    may_reassure = all(
        IN_BONE.isdisjoint(entry.concepts) and _is_over_by_words(entry, spec, chart)
        for entry in entries
    )
    unread = frozenset(
        entry.reference
        for entry in entries
        if in_doubt(UNREAD_REASON) in entry.concepts
    )
    return outcome._replace(may_reassure=may_reassure, unread=unread), passed


def _left_open_long_ago(spec: EventSpec, chart: Chart) -> Gap | None:
    """Return the gap that old reports, orders and operations leave; None without one.

    One names a cancer, or is mostly done for one, and says of nobody that it is there.
    Its day is that of the newest.
    """
    since = chart.today - timedelta(days=spec.older_days or 0)
    concepts = (*spec.value_sets, *spec.unclear)
    asides = [
        (day, event.stated)
        for event in happenings(spec, chart, concepts)
        if event.stated.entry.resource_type != "Condition"
        and (day := span_of_aside(event.stated.entry, chart)[1])
        and day < since
    ]
    if not asides:
        return None
    newest, stated = max(asides, key=lambda one: (one[0], one[1].entry.reference))
    sources = (one.provenance(spec) for _, one in asides)
    detail = stated.passed_over(spec).detail
    gap = make_gap(spec, "undetermined", detail, *sources)
    return gap._replace(observed=newest)


def _is_over_by_words(entry: Entry, spec: EventSpec, chart: Chart) -> bool:
    """Tell if each word of its title is known, and no second cancer is without a year.

    The name of a code that is known says no more than the code does.
    """
    if entry.resource_type != "Condition":
        return True
    codings = objects(member(entry.raw, "code", "coding"))
    terminology, concepts = chart.terminology, {*spec.value_sets, *spec.history}
    named_by_codes = {
        text(one.get("display"))
        for one in codings
        if not concepts.isdisjoint(terminology.concepts({"coding": [one]}))
    }
    titles = {*texts_of(entry.raw.get("code"))} - named_by_codes
    return all(
        _is_known(_timeless(one, chart), terminology)
        and not _names_another(one, spec, chart)
        for one in titles
    )


def _is_known(title: str, terminology: Terminology) -> bool:
    """Tell if each part of a title is of an old cancer, or names what is harmless.

    An examination that is awaited is judged by what it looks for.
    """
    if len(title) > LONGEST_TEXT:
        return False
    everyday = terminology.everyday_diseases
    if everyday.is_of_old_cancer(title):
        return True
    parts = (part for one in sentences(title) for part in DIVIDED.split(one))
    return all(
        everyday.is_of_old_cancer(part)
        or terminology.harmless.is_harmless(part)
        or terminology.kinds.named(part, EXAM_AWAITED)
        for part in parts
    )


def _timeless(title: str, chart: Chart) -> str:
    years = chart.terminology.years
    return years.without_months(with_whole_years(title, chart.today))


def _names_another(title: str, spec: EventSpec, chart: Chart) -> bool:
    """Tell if parts of a title name cancers, and one of these has no year."""
    parts = [
        part
        for one in sentences(with_whole_years(title, chart.today))
        for part in DIVIDED.split(one)
        if not chart.terminology.text_concepts(part).isdisjoint(spec.value_sets)
    ]
    return len(parts) > 1 and not all(map(WRITTEN_YEAR.search, parts))


def _has_spread(entry: Entry, chart: Chart) -> bool:
    """Tell if its code, words or stage say that it has spread or come back."""
    if any(match.concept == "secondary-cancer" for match in entry.matches):
        return True
    kinds = chart.terminology.kinds
    return any(
        kinds.named(words, SPREAD)
        and kinds.named(_without_denials(words, chart), SPREAD)
        for words in _words_of(entry)
    )


def _without_denials(words: str, chart: Chart) -> str:
    """Leave out the parts of a text that only deny a spread: 未见转移."""
    if len(words) > LONGEST_TEXT:
        return words
    parts = [part for one in sentences(words) for part in DIVIDED.split(one)]
    kept = [one for one in parts if not only_denies_spread(one, chart.terminology)]
    return ", ".join(kept)


def _words_of(entry: Entry) -> Iterator[str]:
    yield from texts_of(entry.raw.get("code"))
    for stage in objects(entry.raw.get("stage")):
        summary = stage.get("summary")
        yield from texts_of(summary)
        codes = (text(one.get("code")) for one in objects(member(summary, "coding")))
        for word in (*texts_of(summary), *codes):
            if _STAGE.fullmatch(word.strip()):
                yield f"stage {word.strip()}"
    yield from (text(one.get("text")) for one in objects(entry.raw.get("note")))


def _is_treated(spec: RecentCancerSpec, chart: Chart) -> bool:
    """Tell if a drug against cancer is in use, or another treatment was recent.

    A treatment without a day counts as recent.
    """
    for entry in chart.of_kind(*MEDICATION_TYPES, *BILLED_TYPES):
        if entry.drug and CANCER_DRUG in entry.drug.concepts and is_in_use(entry):
            return True
    since = chart.today - timedelta(days=spec.within_days)
    for entry in chart.mentions_of((TREATMENT,)):
        if entry.resource_type != "Procedure" or entry.status in NOT_DONE:
            continue
        if not entry.matches and is_mostly_for_cancer(entry.raw, chart.terminology):
            continue
        done = chart.calendar.effective(entry.raw, "performed")
        if done is None or since <= done.day <= chart.not_after:
            return True
    return False


def _uses_weeks_apart(drugs: BoneDrugs) -> list[DrugUse]:
    return [use for use in drugs.uses if use.is_too_often]


def open_by_doses_weeks_apart(
    outcome: FindingOrGap, spec: ConditionSpec, drugs: BoneDrugs
) -> FindingOrGap:
    """Replace a "no" by a gap if a bone drug may be given against cancer.

    Doses weeks apart are those against a tumour. The code is the same as against
    osteoporosis, and no entry states the amount. This concerns the findings that any
    drug against cancer leaves open.
    """
    conclusion, passed = outcome
    is_no = isinstance(conclusion, Finding) and conclusion.value is False
    uses = _uses_weeks_apart(drugs)
    if not is_no or CANCER_DRUG not in spec.unclear or not uses:
        return outcome
    sources = (source for use in uses for source in use.provenance)
    return make_gap(spec, "undetermined", WEEKS_APART, *sources), passed
