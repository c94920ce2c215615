"""Signals of what the record leaves open: some withhold buttons, some lead a card.

While one of `OPEN_SIGNALS` holds, no button is pre-selected unless its rule names the
signal under `recommended-although`. So a new signal withholds every button, and a new
button is withheld by every signal.
"""

from collections.abc import Iterator, Sequence

from cds_service.core.facts.injury_words import MOST_IN_LINE, injuries_text
from cds_service.core.facts.leaving import ASPECT, Injury
from cds_service.core.facts.situation import (
    DOUBTED,
    Detector,
    Signal,
    SignalEntry,
    Situation,
    register,
    signal,
)
from cds_service.core.findings import Finding, Findings, Gap, UnreadList, is_diagnosis
from cds_service.core.risk.grave_findings import (
    EXCLUDING,
    INFECTIONS,
    KINDS,
    GraveFinding,
)
from cds_service.core.risk.open_points import is_settled
from cds_service.core.words.phrases import joined, say
from cds_service.core.words.unread_lists import unread_text

# What was not understood or could not be read may name any grave finding. Entries of
# the problem list are one signal; reports, orders, notes and broken resources another.
WORDS_OPEN, PROSE_OPEN = "words-open", "prose-open"
LISTS_UNREAD = "lists-unread"
NOT_READ = frozenset({"not-understood", "unreadable"})
# Lists that may fail without a button being withheld (E10): what was dispensed comes on
# top of the list of drugs, and no referral depends on the kidneys.
FORBID_NOTHING = frozenset({"dispenses", "kidney"})
OPEN_SIGNALS = (*KINDS, WORDS_OPEN, PROSE_OPEN, LISTS_UNREAD)
# Findings of the facts F1, F2, F6 and F7, in doubt if an entry names them without
# deciding if they hold.
CAUSES_IN_DOUBT = (
    "malignancy",
    "bone-malignancy",
    "recent-cancer",
    "present-spinal-infection",
    "sepsis",
)
INFECTION = "present-spinal-infection"
RECENT_CANCER = "recent-cancer"
# Those of which the fact on complications tells, if no other entry names them.
TOLD_APART = frozenset({"sepsis"})
# The same of F5.
DEFICITS_IN_DOUBT = ("new-deficit",)
# The lists that F1 to F9 are read from (E5), by prefetch key.
GRAVE_LISTS = (
    "conditions",
    "diagnosticReports",
    "procedures",
    "serviceRequests",
    "imagingStudies",
    "cultures",
    "encounter",
)
DRUG_LISTS = ("medications", "administrations", "statements", "dispenses")
MISSING = frozenset({"not-read", "incomplete", "empty"})


def _grave_detector(grave: tuple[GraveFinding, ...]) -> Detector:
    """Make the detector of grave findings that an entry or an order leaves open."""
    listed = [finding.name for finding in grave]
    withholding = [finding.name for finding in grave if finding.withholds]

    def detect(situation: Situation) -> Signal | None:
        findings = situation.findings
        certain = [name for name in withholding if findings.is_true(name)]
        names = [
            *certain,
            *(name for name in listed if _is_open_by_name(name, findings)),
            *(name for name in _reasons_of_orders(situation) if name in listed),
        ]
        if not names:
            return None
        because = joined(dict.fromkeys(map(situation.wording.name, names)))
        return Signal(because, tuple(findings.known[name] for name in certain))

    return detect


def _is_open(name: str, findings: Findings) -> bool:
    """Tell if an entry names this finding without deciding if it holds now.

    An old cancer has a line of its own on the card, and leaves nothing open, unless it
    may be in the bone now.
    """
    gap = findings.gaps.get(name)
    if gap is None or not gap.is_mentioned or is_settled(name, findings):
        return False
    named_elsewhere = _old_cancers(findings) if name == "malignancy" else set()
    return any(
        source.origin == "context" or source.resource not in named_elsewhere
        for source in gap.provenance
    )


def _is_open_by_name(name: str, findings: Findings) -> bool:
    """Tell the same, but for diagnoses that were not understood (E10).

    `words-open` counts those, whatever else their titles name.
    """
    gap = findings.gaps.get(name)
    is_of_words = (
        gap is not None
        and gap.is_unnamed
        and all(one.is_diagnosis for one in gap.provenance)
    )
    return not is_of_words and _is_open(name, findings)


def _old_cancers(findings: Findings) -> set[str]:
    """Return the entries of an old cancer that is not known to be in the bone."""
    old_cancer = findings.known.get("old-cancer")
    if old_cancer is None or not old_cancer.may_reassure:
        return set()
    return {source.resource for source in old_cancer.provenance}


def _reasons_of_orders(situation: Situation) -> Iterator[str]:
    """Yield what the orders of this signing, and those in force, name as reasons."""
    for order in situation.support.orders:
        yield from order.purpose.reasons
    yield from situation.support.other.signed_reasons


def _words_open(situation: Situation) -> Signal | None:
    """Find entries of the problem list that were not understood."""
    gaps = _unread_gaps(situation)
    return Signal() if any(map(_is_of_problem_list, gaps)) else None


def _prose_open(situation: Situation) -> Signal | None:
    """Find reports, orders and notes that were not understood."""
    gaps = _unread_gaps(situation)
    return None if all(map(_is_of_problem_list, gaps)) else Signal()


def _lists_unread(situation: Situation) -> Signal | None:
    """Find lists that were not read whole: each may forbid a button (E10)."""
    return Signal() if situation.lists_cut - FORBID_NOTHING else None


@signal("entries-broken")
def _entries_broken(situation: Situation) -> Signal | None:
    """Find a broken entry that may be another cause of the fracture."""
    return Signal() if _broken_entries(situation.findings) else None


@signal("recent-entry-unread")
def _recent_entry_unread(situation: Situation) -> Signal | None:
    """Find what of the last weeks was not understood, at a discharge.

    A diagnosis, or an imaging report, an order or a procedure since the operation, may
    be of a deficit or an infection, and so may a new one of a nerve root, or with a
    code that is not everyday. One without a day may be as recent, and so may a broken
    diagnosis. Broken entries of a fracture, a fall or a brace count as well.
    """
    leaving = situation.leaving
    if leaving is None:
        return None
    recent = _unread_diagnoses(situation) - leaving.long_known - leaving.everyday
    recent |= leaving.reports.unread | leaving.unread_acts | leaving.broken
    recent |= leaving.diagnoses.nerve_roots | leaving.diagnoses.unusual
    asked = recent - leaving.diagnoses.sphincters - _named_by_facts(situation.findings)
    if not asked:
        return None
    harmful = asked & leaving.names_harm
    harm = "some" if harmful else "none"
    if harmful == asked:
        harm = "all"
    because = _asked_text(len(asked), harm)
    entries = situation.entries_of(asked)
    return Signal(because, words={"harm": harm}, entries=entries)


def _asked_text(number: int, harm: str) -> str:
    """Say of entries that they are not understood, or what they are understood as."""
    count = str(number)
    if harm == "some":
        return say(
            "{count} recent entries name harm or were not understood", count=count
        )
    if harm == "all" and number == 1:
        return say("1 recent entry names an injury or grave illness")
    if harm == "all":
        return say(
            "{count} recent entries name an injury or grave illness", count=count
        )
    if number == 1:
        return say("1 recent entry not understood")
    return say("{count} recent entries not understood", count=count)


@signal("complication-named")
def _complication_named(situation: Situation) -> Signal | None:
    """Find a complication that the operation names, or grave illness in codes since.

    A deficit, a tumour, a sepsis or an infection of the spine has a fact of its own.
    """
    leaving = situation.leaving
    if leaving is None:
        return None
    reports, diagnoses = leaving.reports.grave, leaving.diagnoses
    names = []
    if leaving.complicated:
        names.append(say("complication of the operation named"))
    if reports:
        names.append(say("grave result of an examination"))
    by_facts = _named_by_facts(situation.findings)
    is_sure = bool(diagnoses.illnesses - by_facts)
    illnesses = (diagnoses.illnesses | diagnoses.perhaps_ill) - by_facts
    if is_sure:
        names.append(say("grave illness since the operation"))
    elif illnesses:
        names.append(say("grave illness perhaps since the operation"))
    entries = situation.entries_of(leaving.complicated | reports | illnesses)
    return Signal(joined(names, " and "), entries=entries) if names else None


@signal("septic-complication")
def _septic_complication(situation: Situation) -> Signal | None:
    """Find a sepsis that a complication of the operation names, and nothing else."""
    return Signal() if _is_complication("sepsis", situation.findings) else None


def _is_complication(name: str, findings: Findings) -> bool:
    """Tell if complications alone leave this finding open."""
    gap = findings.gaps.get(name)
    if gap is None or not gap.is_mentioned:
        return False
    return all(source.resource.endswith(ASPECT) for source in gap.provenance)


@signal("recent-injury")
def _recent_injury(situation: Situation) -> Signal | None:
    """Find a fall since the operation, or another broken bone, at a discharge.

    One that was not understood is asked about as such.
    """
    injuries = [one for one in _understood_injuries(situation) if not one.is_before]
    return _injury_signal(injuries, situation)


@signal("injury-treated")
def _injury_treated(situation: Situation) -> Signal | None:
    """Find a broken hip or thigh that was repaired before the patient's operation."""
    injuries = [one for one in _understood_injuries(situation) if one.is_before]
    return _injury_signal(injuries, situation)


def _understood_injuries(situation: Situation) -> list[Injury]:
    leaving = situation.leaving
    if leaving is None:
        return []
    unread = _unread_diagnoses(situation) - leaving.long_known - leaving.everyday
    return [one for one in leaving.injuries if one.reference not in unread]


def _injury_signal(injuries: Sequence[Injury], situation: Situation) -> Signal | None:
    """Name the injuries: the first alone, as many as a summary holds, and more."""
    if not injuries:
        return None
    today = situation.today
    is_treated = all(one.treated_on for one in injuries)
    words = {
        "first": injuries_text(injuries, today, most=1),
        "all": injuries_text(injuries, today, most=MOST_IN_LINE),
        "treated": "yes" if is_treated else "",
    }
    entries = [*situation.entries_of(one.reference for one in injuries)]
    # A repair that turns out not to have been done opens what was answered with it.
    entries += [
        SignalEntry(f"{one.reference} untreated")
        for one in injuries
        if not one.treated_on
    ]
    return Signal(injuries_text(injuries, today), words=words, entries=tuple(entries))


def _unread_diagnoses(situation: Situation) -> set[str]:
    """Return the diagnoses that were not understood, or are broken."""
    gaps = _unread_gaps(situation)
    unread = {source.resource for gap in gaps for source in gap.provenance}
    unread |= _broken_entries(situation.findings)
    return {name for name in unread if is_diagnosis(name)}


def _broken_entries(findings: Findings) -> set[str]:
    """Return the broken entries that may be a deficit or another cause."""
    asked = {*EXCLUDING, *CAUSES_IN_DOUBT, *DEFICITS_IN_DOUBT}
    return {
        value.provenance.resource
        for value in findings.passed_over
        if value.reason == "unreadable" and value.name in asked
    }


def _named_by_facts(findings: Findings) -> set[str]:
    """Return the entries that a fact on a deficit or on the cause names.

    That of an old cancer has a line that says nothing of what else it tells.
    """
    old_cancers = _old_cancers(findings)
    return {
        source.resource
        for name in (*CAUSES_IN_DOUBT, *DEFICITS_IN_DOUBT)
        for outcome in (findings.known.get(name), findings.gaps.get(name))
        if outcome and (isinstance(outcome, Finding) or outcome.is_mentioned)
        for source in outcome.provenance
        if name != "malignancy" or source.resource not in old_cancers
    }


def _unread_gaps(situation: Situation) -> list[Gap]:
    gaps = (situation.findings.gaps.get(name) for name in EXCLUDING)
    return [gap for gap in gaps if gap and gap.reason in NOT_READ]


def _is_of_problem_list(gap: Gap) -> bool:
    return gap.reason == "not-understood" and all(
        one.is_diagnosis for one in gap.provenance
    )


def _doubt_detector(names: tuple[str, ...]) -> Detector:
    """Make the detector of findings that an entry names without deciding them."""

    def detect(situation: Situation) -> Signal | None:
        findings = situation.findings
        doubted = [
            name
            for name in names
            if (
                _is_open(name, findings)
                or _has_sphincters(name, situation)
                or (name == INFECTION and _long_antibiotics(situation))
            )
            and not (name in TOLD_APART and _is_complication(name, findings))
        ]
        if not doubted:
            return None
        titles = joined(dict.fromkeys(map(situation.wording.name, doubted)), " and ")
        gaps = filter(None, map(findings.gaps.get, doubted))
        sources = {source.resource for gap in gaps for source in gap.provenance}
        leaving = situation.leaving
        if leaving and any(_has_sphincters(name, situation) for name in doubted):
            sources |= leaving.diagnoses.sphincters
        if INFECTION in doubted:
            sources |= _long_antibiotics(situation)
        entries = situation.entries_of(sources)
        because = say("{name} not excluded", name=titles)
        return Signal(because, words={DOUBTED: " ".join(doubted)}, entries=entries)

    return detect


def _long_antibiotics(situation: Situation) -> set[str]:
    """Return the entries since the operation of a course of weeks, at a discharge.

    An older course was known when the operation was ordered.
    """
    leaving = situation.leaving
    gap = situation.findings.gaps.get("spinal-infection")
    if leaving is None or gap is None or situation.findings.is_true(INFECTION):
        return set()
    return {one.resource for one in gap.provenance} & leaving.antibiotics


def _has_sphincters(name: str, situation: Situation) -> bool:
    """Tell if bladder or bowel trouble since the operation may be this finding.

    When an order is signed only that of the last weeks counts (F5).
    """
    leaving = situation.leaving
    if leaving is None or name not in DEFICITS_IN_DOUBT:
        return False
    return bool(leaving.diagnoses.sphincters) and not situation.findings.is_true(name)


def _named_detector(names: tuple[str, ...]) -> Detector:
    """Make the detector of findings that were lately named and not decided.

    They are in a report or a diagnosis of the last months, or in the words of the order
    itself. The cement waits for the decision.
    """

    def detect(situation: Situation) -> Signal | None:
        named = [name for name in names if is_named_lately(name, situation)]
        if not named:
            return None
        titles = joined(dict.fromkeys(map(situation.wording.name, named)), " and ")
        gaps = [situation.findings.gaps[name] for name in named]
        sources = {source.resource for gap in gaps for source in gap.provenance}
        because = say("{name} not excluded", name=titles)
        entries = situation.entries_of(sources)
        return Signal(because, words={DOUBTED: " ".join(named)}, entries=entries)

    return detect


def is_named_lately(name: str, situation: Situation) -> bool:
    """Tell if a recent report, a diagnosis or the order names it and leaves it open."""
    gap = situation.findings.gaps.get(name)
    if gap is None or not _is_open(name, situation.findings):
        return False
    # An entry that was not understood may be anything: it names nothing.
    if gap.may_be_old or gap.is_unnamed or gap.is_spoken_of:
        return False
    is_of_order = any(source.origin == "context" for source in gap.provenance)
    sources = {source.resource for source in gap.provenance}
    is_recent = not sources.isdisjoint(situation.told_lately)
    return is_of_order or is_recent


@signal("deficit-told")
def _deficit_told(situation: Situation) -> Signal | None:
    """Find entries since the operation that name a deficit, at a discharge.

    None of them is a diagnosis that states it: that is F5.
    """
    leaving = situation.leaving
    if leaving is None:
        return None
    told = leaving.deficits - _stated_deficits(situation.findings)
    if not told:
        return None
    title = situation.wording.name("new-deficit")
    because = say("{name} not excluded", name=title)
    return Signal(because, entries=situation.entries_of(told))


def _stated_deficits(findings: Findings) -> set[str]:
    """Return the entries by which a new deficit is known."""
    known = findings.known.get("new-deficit")
    return {source.resource for source in known.provenance} if known else set()


def _told_detector(names: tuple[str, ...], also_by: tuple[str, ...] = ()) -> Detector:
    """Make the detector of causes that entries since the operation name.

    One that is certain has a fact of its own, and so has a cancer of long ago. What all
    entries together exclude is not told.

    Args:
        names: the findings.
        also_by: others that stay open by the same words.
    """

    def detect(situation: Situation) -> Signal | None:
        leaving, findings = situation.leaving, situation.findings
        if leaving is None:
            return None
        told = [
            name
            for name in names
            if name in leaving.causes
            and not findings.is_true(name)
            and any(_may_be(one, findings) for one in (name, *also_by))
            and not (name == RECENT_CANCER and _is_cancer_known(findings))
            and not (name in TOLD_APART and _is_complication(name, findings))
        ]
        if not told:
            return None
        # A cancer leaves open if it is in the bone: the graver name comes first. It
        # stands alone if it was told: "metastases" are of bone or of a cancer.
        open_too = (one for one in also_by if _is_open(one, findings))
        is_graver = bool(also_by) and told[0] == names[0]
        named = told[:1] if is_graver else [*open_too, *told]
        titles = joined(dict.fromkeys(map(situation.wording.name, named)), " and ")
        entries = frozenset[str]().union(*(leaving.causes[name] for name in told))
        because = say("{name} not excluded", name=titles)
        return Signal(because, entries=situation.entries_of(entries))

    return detect


def _may_be(name: str, findings: Findings) -> bool:
    """Tell if entries leave it open; an infection is, unless the record denies it.

    Of a tumour a title may have letters alone that mean another thing: "HCC".
    """
    if name in INFECTIONS:
        return not findings.is_false(name)
    return _is_open(name, findings)


def _is_cancer_known(findings: Findings) -> bool:
    """Tell if a cancer has a fact of its own, or a line as one of long ago."""
    return findings.is_true("bone-malignancy") or bool(_old_cancers(findings))


register("infection-told", _told_detector(("present-spinal-infection", "sepsis")))
register(
    "tumour-told",
    _told_detector(("bone-malignancy", RECENT_CANCER), also_by=("malignancy",)),
)
register("cause-named", _named_detector(CAUSES_IN_DOUBT))
register("deficit-named", _named_detector(DEFICITS_IN_DOUBT))
register("cause-in-doubt", _doubt_detector(CAUSES_IN_DOUBT))
register("deficit-in-doubt", _doubt_detector(DEFICITS_IN_DOUBT))


@signal("grave-lists-unread")
def _grave_lists_unread(situation: Situation) -> Signal | None:
    """Find lists not read whole that may hold a tumour, an infection or a deficit."""
    missing = _missing_lists(GRAVE_LISTS, situation)
    unread = [
        UnreadList(key, why, is_failed=why == "not-read")
        for key, why in missing.items()
        if why != "empty"
    ]
    if unread:
        return Signal(unread_text(unread))
    return Signal(say("no disease on the problem list")) if missing else None


@signal("drug-lists-unread")
def _drug_lists_unread(situation: Situation) -> Signal | None:
    """Find a list of drugs that was not read whole.

    If no other list has a bone drug either, F26 says so and ranks before F32, the fact
    of this signal.
    """
    if not _missing_lists(DRUG_LISTS, situation):
        return None
    return Signal(say("medication list not wholly readable"))


def _missing_lists(keys: tuple[str, ...], situation: Situation) -> dict[str, str]:
    """Return those of these lists that are unread, cut or empty, with the reason."""
    points = situation.assessment.open_points
    return {
        point.name: point.why
        for point in points
        if point.name in keys and point.why in MISSING
    }


for _name, _grave in KINDS.items():
    register(_name, _grave_detector(_grave))
register(WORDS_OPEN, _words_open)
register(PROSE_OPEN, _prose_open)
register(LISTS_UNREAD, _lists_unread)
