"""Name on the card what was not read, or was seen and not used."""

import re
from collections.abc import Iterator, Mapping

from cds_service.cards.answer import Answer
from cds_service.cards.texts import escape_markdown
from cds_service.core.findings import Finding, Findings, Gap, Provenance
from cds_service.core.risk.grave_findings import (
    BEHIND,
    EXCLUDING,
    FRACTURE_NOT_CLEAR,
    RAISING_LISTED,
    SAMPLE_TAKEN,
)
from cds_service.core.risk.open_points import KEPT, is_settled
from cds_service.core.words.phrases import Otherwise, joined, say
from cds_service.core.words.wording import GAP_REASONS, grouped
from cds_service.fhir.orders.other_drafts import OTHER_DRAFTS

STEROID = "steroid-use"  # an input of the pooled model, which raises the figure
LONG_STEROID = "long-term-steroid"
STEROIDS = (STEROID, LONG_STEROID)
SARCOPENIA = "sarcopenia"  # an input that an entry may name, and measures decide
# Reasons of a gap that has a value; "undetermined" follows from other findings.
SEEN_NOT_USED = frozenset(
    {
        "stale",
        "future",
        "undated",
        "not-final",
        "no-value",
        "unit-unknown",
        "out-of-range",
        "conflicting",
        "other-method",
    }
)
# Findings whose entries another line of the card names.
OF_OTHER_LINES = (
    "recent-cancer",
    "bone-malignancy",
    "present-spinal-infection",
    "sepsis",
    "new-deficit",
)
# The line of an old cancer names only the organ and the year: it says enough for these
# findings, and for no other.
OLD_CANCER = "old-cancer"
OF_OLD_CANCER = frozenset({"malignancy", "bone-malignancy", "recent-cancer"})
# A treatment names no cancer: the card asks for one of the last years.
RECENT_CANCER, TREATED = "recent-cancer", "a treatment of cancer"
# A deficit that may be new is named as such, and not as one of any age.
NEW_DEFICIT, MAY_BE_NEW = "new-deficit", "may be new"
# Findings that stay open with any entry that was not understood. The card only counts
# such entries, and does not name them again for each of these findings.
COUNTING = frozenset(
    {"high-energy-cause", "unstable-fracture", *RAISING_LISTED}
    - {"present-spinal-infection", "new-deficit", "hip-fracture", "pelvic-fracture"}
)
# An entry that names one of these is named, whatever else it may be.
OF_STABILITY = frozenset({"unstable-fracture", "spinal-instability"})
REPORT, VALUE = "DiagnosticReport/", "Observation/"
# Types of entries that are counted together: neither diagnoses, reports nor values.
OTHER_TYPES = frozenset(
    {
        "ServiceRequest",
        "DeviceRequest",
        "SupplyRequest",
        "Procedure",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationAdministration",
        "MedicationDispense",
        "ImagingStudy",
        "Encounter",
        *OTHER_DRAFTS,
    }
)
NAMED_ALONE = {
    "Procedure": say("a procedure"),
    "ImagingStudy": say("an imaging study"),
    "Encounter": say("this stay"),
}
# Units of machines that people leave out: `{T-score}`, and the `1` of a bare number.
ANNOTATION = re.compile(r" ?\{([TZ]-?[Ss]core|score)\}|(?<=\d) 1(?= \(|:| is |$)")
# Other units, as people write them.
PRINTED = {"[hnsf'U]": "HU", "kg/m2": "kg/m²", "cm2": "cm²", "mm2/m2": "mm²/m²"}
IN_PRINT = re.compile("|".join(map(re.escape, sorted(PRINTED, key=len, reverse=True))))
NAMELESS = re.compile(r"^a value (?=\()|^a value(?= not used)")
UNREADABLE = re.compile(r"^\S+/\S+(?= is not readable)")
HYPHEN_MINUS = re.compile(r"(?<![\w-])-(?=\d)")


def not_known_line(answer: Answer) -> Iterator[tuple[str, str]]:
    """Make the line that names what was not read, or was seen and not used (E11)."""
    parts = not_known(answer)
    if parts:
        yield answer.texts.raw("headings.not-known"), joined(parts, "; ")


def not_known(answer: Answer) -> list[str]:
    """List what was not read, or was seen and not used."""
    return [*_unread(answer), *_not_excluded(answer), *_unused(answer)]


def _unused(answer: Answer) -> Iterator[str]:
    """Name values of the model's inputs that were seen and could not be used."""
    findings = answer.findings
    for name in dict.fromkeys(point.name for point in answer.assessment.open_points):
        gap = findings.gaps.get(name)
        if gap is None:
            yield from _passed_over(answer, name)
            continue
        if gap.reason not in SEEN_NOT_USED:
            continue
        title = answer.wording.name(name)
        if gap.reason == "stale" and gap.observed:
            yield answer.texts.say("notices.stale", name=title, year=gap.observed.year)
            continue
        why = _as_people_write(gap.why or gap.detail).rstrip(".")
        notice = why
        if title.lower() not in why.lower():
            notice = answer.texts.say("notices.not-used", name=title, why=why)
        short_why = GAP_REASONS[gap.reason]
        short = answer.texts.say("notices.not-used", name=title, why=short_why)
        yield Otherwise(escape_markdown(notice), short)


def _passed_over(answer: Answer, name: str) -> Iterator[str]:
    """Name values that were seen and not used, if another value was used."""
    values = [
        value
        for value in answer.findings.passed_over
        if value.name == name and value.reason in SEEN_NOT_USED
    ]
    if name not in answer.findings.known or not values:
        return
    whys = dict.fromkeys(
        _as_people_write(_reason(value.detail)).rstrip(".") for value in values
    )
    title, path = answer.wording.name(name), "notices.another-not-used"
    notice = answer.texts.say(path, name=title, why=", ".join(whys))
    short_why = joined(dict.fromkeys(GAP_REASONS[value.reason] for value in values))
    short = answer.texts.say(path, name=title, why=short_why)
    yield Otherwise(escape_markdown(notice), short)


def _reason(detail: str) -> str:
    """Read `preliminary` in `-7.77 {T-score} (17 Nov 2026) not used: preliminary`."""
    return detail.partition(" not used: ")[2] or detail


def _not_excluded(answer: Answer) -> Iterator[str]:
    """Name entries that would forbid a figure if they were certain."""
    not_understood = _not_understood(answer.findings)
    reports = {entry for entry in not_understood if entry.startswith(REPORT)}
    others = {entry for entry in not_understood if _kind_of(entry) in OTHER_TYPES}
    values = {entry for entry in not_understood if entry.startswith(VALUE)}
    listed = not_understood - reports - others - values
    open_names, named = _open_names(answer, listed, others | values)
    # An entry that is named is not counted again among those not understood, nor is an
    # old cancer in words alone that were understood.
    if unnamed := listed - named - _old_cancers(answer.findings, is_in_words=True):
        count = _entry_count(len(unnamed))
        yield answer.texts.say("notices.not-understood", entries=count)
    if unnamed := reports - named:
        count = _report_count(len(unnamed))
        yield answer.texts.say("notices.report-not-understood", reports=count)
    if unnamed := others - named:
        count = _count_by_type(unnamed)
        yield answer.texts.say("notices.aside-not-understood", entries=count)
    if unnamed := values - named:
        titles = joined(_titles_of_values(unnamed, answer))
        yield answer.texts.say("notices.value-not-understood", values=titles)
    open_names += _open_apart(answer.findings)
    for why, names in grouped(open_names).items():
        title = joined(names)
        notice = answer.texts.say("notices.not-excluded", name=title, why=why)
        short = say("{name} not excluded", name=title)
        yield Otherwise(escape_markdown(notice), short)


def _by_rank(findings: Findings) -> tuple[str, ...]:
    """List the findings that may be open; the first that has an entry names it."""
    names = (*EXCLUDING, *RAISING_LISTED, *STEROIDS, SARCOPENIA)
    malignancy = findings.gaps.get("malignancy")
    if malignancy and (malignancy.why or malignancy.detail).startswith(TREATED):
        names = (RECENT_CANCER, *(name for name in names if name != RECENT_CANCER))
    deficit = findings.gaps.get(NEW_DEFICIT)
    if deficit is None or MAY_BE_NEW not in deficit.detail:
        return names
    return (NEW_DEFICIT, *(name for name in names if name != NEW_DEFICIT))


def _open_names(
    answer: Answer, listed: set[str], others: set[str]
) -> tuple[list[tuple[str, str]], set[str]]:
    """List why findings are open, each with its title, and the entries named so far.

    A finding is left out if all its entries are named already for another finding, such
    as an old cancer. Two are not left out: a steroid, of which no other finding tells,
    and an infection that a sample of the spine looks for besides a tumour.

    Args:
        answer: the answer.
        listed: entries of the problem list that were not understood.
        others: orders, drugs, procedures and values that were not understood.
    """
    findings = answer.findings
    named = _named_elsewhere(answer)
    old_cancers = _old_cancers(findings)
    named_for_steroids: set[str] = set()
    open_names: list[tuple[str, str]] = []
    for name in _by_rank(findings):
        gap = _open_gap(name, findings)
        if gap is None:
            continue
        title = answer.wording.name(name)
        references = {source.resource for source in gap.provenance}
        entries = {_entry_named(source, title) for source in gap.provenance}
        counted = _only_counted(name, gap, listed, others)
        named_before = named | (counted & listed)
        if name in OF_OLD_CANCER:
            named_before |= old_cancers
        if name in STEROIDS:
            named_before = named_for_steroids.copy()
            named_for_steroids |= entries
        why = gap.why or gap.detail
        is_of_sample = name == "spinal-infection" and why.startswith(SAMPLE_TAKEN)
        is_named = entries <= named_before or references <= named_before
        if is_named and not is_of_sample:
            continue
        named |= entries - counted
        why = _as_people_write(why).replace(", not counted:", ":").rstrip(".")
        open_names.append((why, title))
    return open_names, named


def _open_apart(findings: Findings) -> Iterator[tuple[str, str]]:
    """Yield why a death, and another bone drug, are open, each with its title."""
    death = findings.gaps.get("deceased")
    if death is not None and death.reason == "unreadable":
        yield death.detail, say("death of the patient")
    drugs = findings.bone_drugs
    if drugs.uses and drugs.unclear:
        yield drugs.unclear, say("another bone drug")


def _only_counted(name: str, gap: Gap, listed: set[str], others: set[str]) -> set[str]:
    """Return the entries that the card counts, and does not name for this finding."""
    if name not in COUNTING:
        return set()
    # An entry of the list that names the fracture may not be anything else.
    if FRACTURE_NOT_CLEAR in (gap.why, gap.detail):
        return others
    if name in OF_STABILITY and not gap.is_unnamed:
        return others
    return others | listed


def _open_gap(name: str, findings: Findings) -> Gap | None:
    """Return the gap of a finding that entries leave open, and that nothing settles."""
    gap = findings.gaps.get(name)
    if gap is None or gap.reason != "undetermined" or not gap.provenance:
        return None
    if is_settled(name, findings):
        return None
    if name == STEROID and findings.is_true(LONG_STEROID):
        return None
    if name == SARCOPENIA and not _is_by_entry(gap):
        return None
    return gap


def _is_by_entry(gap: Gap) -> bool:
    """Tell if an entry, and not an undecided measurement, leaves a finding open."""
    return any(one.rule == f"findings/{gap.name}.toml" for one in gap.provenance)


def _entry_named(source: Provenance, title: str) -> str:
    """Name an entry; an order of the signing once for each finding that it mentions."""
    is_signed = source.origin == "context"
    return f"{source.resource} {title}" if is_signed else source.resource


def _titles_of_values(entries: set[str], answer: Answer) -> list[str]:
    """Name the values of these Observations; one that is no finding is `a value`."""
    findings = answer.findings
    outcomes: Mapping[str, Finding | Gap] = {**findings.gaps, **findings.known}
    sources = [
        *((value.name, value.provenance) for value in findings.passed_over),
        *(
            (name, source)
            for name, outcome in outcomes.items()
            if name not in (*EXCLUDING, *RAISING_LISTED)
            for source in outcome.provenance
        ),
    ]
    titles = {
        source.resource: answer.wording.name(name)
        for name, source in sources
        if source.rule == f"findings/{name}.toml"
    }
    return sorted({titles.get(entry, say("a value")) for entry in entries})


def _not_understood(findings: Findings) -> set[str]:
    """List the entries that were not understood, and that may forbid a figure.

    Complaints are left out: whoever reads the card knows what pain may be.
    """
    entries: set[str] = set()
    for name in EXCLUDING:
        gap = findings.gaps.get(name)
        if gap is not None and gap.reason == "not-understood":
            entries |= {
                source.resource for source in gap.provenance if not source.is_complaint
            }
    return entries


def _named_elsewhere(answer: Answer) -> set[str]:
    """List the entries that another line of the card names.

    A deficit or an infection is named there only while it is new. What was considered
    has no line any more.
    """
    findings = answer.findings
    considered = {
        name
        for fact in answer.facts.ranked
        if fact.file.only_considered and fact.closed_by == "override"
        for name in BEHIND.get(fact.file.signal, ())
    }
    entries: set[str] = set()
    for name in (*EXCLUDING, *OF_OTHER_LINES):
        if name in ("neurological-deficit", "spinal-infection") or name in considered:
            continue
        finding = findings.known.get(name)
        if finding is not None and finding.value is True:
            entries |= {source.resource for source in finding.provenance}
    return entries


def _old_cancers(findings: Findings, *, is_in_words: bool = False) -> set[str]:
    """List the entries of old cancers; none if one may be in the bone now.

    Args:
        findings: what the record says.
        is_in_words: leaves out those with a code, and those whose other words were not
            understood.
    """
    finding = findings.known.get(OLD_CANCER)
    if finding is None or finding.value is not True or not finding.may_reassure:
        return set()
    if not is_in_words:
        return {one.resource for one in finding.provenance}
    return {one.resource for one in finding.provenance if not one.code} - finding.unread


def _unread(answer: Answer) -> list[str]:
    """Name what of the record could not be read, or was cut."""
    texts, record = answer.texts, answer.record_state
    parts = _by_note(answer, "notices.unread", record.unread)
    parts += _by_note(answer, "notices.incomplete", record.incomplete)
    parts += [
        texts.say("notices.empty", name=texts.raw(f"lists.{key}"))
        for key in record.empty
        if key in KEPT
    ]
    if record.unreadable:
        count = _entry_count(record.unreadable)
        parts.append(texts.say("notices.unreadable", entries=count))
    if record.foreign:
        count = _entry_count(record.foreign)
        parts.append(texts.say("notices.foreign", entries=count))
    short = say("the record was not read whole")
    notes = [escape_markdown(note).rstrip(".") for note in record.notes]
    return [*parts, *(Otherwise(note, short) for note in notes)]


def record_notices(answer: Answer) -> tuple[str, ...]:
    """Name what could not be read or was cut, for a card that is shown alone."""
    parts = _unread(answer)
    if not parts:
        return ()
    return (answer.texts.say("notices.partial", what=joined(parts, "; ")),)


def _by_note(answer: Answer, path: str, notes: Mapping[str, str]) -> list[str]:
    """Make one phrase for each reason, with all parts of the record it holds for.

    Other languages leave the reason out.
    """
    names_by_note = grouped(
        (note, answer.texts.raw(f"lists.{key}")) for key, note in notes.items()
    )
    phrases: list[str] = []
    for note, names in names_by_note.items():
        lists = joined(names)
        full = answer.texts.say(path, name=lists, note=escape_markdown(note))
        short = say("{names} not read, or not whole", names=lists)
        phrases.append(Otherwise(full, short))
    return phrases


def _entry_count(count: int) -> str:
    return say("1 entry") if count == 1 else say("{count} entries", count=count)


def _report_count(count: int) -> str:
    if count == 1:
        return say("a report")
    return say("{count} reports", count=count)


def _count_by_type(entries: set[str]) -> str:
    """Write `an order` for one entry, `3 entries` for several."""
    if len(entries) > 1:
        return _entry_count(len(entries))
    kind = _kind_of(next(iter(entries)))
    if kind in NAMED_ALONE:
        return NAMED_ALONE[kind]
    return say("a drug") if kind.startswith("Medication") else say("an order")


def _kind_of(entry: str) -> str:
    """Return the type in `ServiceRequest/1`, or in `Task (entry 2)` without an id."""
    return entry.partition("/")[0].partition(" ")[0]


def _as_people_write(detail: str) -> str:
    """Write the detail of a gap for people: no machine units, no hyphen for minus."""
    text = UNREADABLE.sub("in an entry that", detail)
    text = ANNOTATION.sub("", text)
    text = NAMELESS.sub("", text)
    text = IN_PRINT.sub(lambda match: PRINTED[match[0]], text)
    text = text.replace(" not used:", ":")
    return HYPHEN_MINUS.sub("−", text)
