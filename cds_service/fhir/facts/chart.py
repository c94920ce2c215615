"""The record as the readers of findings see it: plain JSON in a fixed order, with the days that limit what counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_service.core.facts import Finding, Gap, GapReason, Origin, PassedOver, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.gathering.record import PatientRecord, Sourced
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.raw_json import content, in_order, member, objects, text

Raw = Mapping[str, Any]
Outcome = tuple[Finding | Gap, tuple[PassedOver, ...]]

# What people call a list, and the type of its entries.
LISTS: Mapping[str, tuple[str, str]] = {
    "conditions": ("on the problem list", "problem list"),
    "medications": ("on the medication list", "medication list"),
    "administrations": ("on the medication list", "list of administered drugs"),
    "statements": ("on the medication list", "list of drugs the patient reports"),
    "procedures": ("among the procedures", "list of procedures"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource as plain JSON.

    Attributes:
        concepts: by which it was gathered.
        matches: concepts of its code.
        components: with the concepts of theirs.
    """

    raw: Raw
    origin: Origin
    concepts: frozenset[str] = frozenset()
    matches: tuple[Match, ...] = ()
    components: tuple[tuple[Raw, tuple[Match, ...]], ...] = ()

    @property
    def kind(self) -> str:
        return text(self.raw.get("resourceType"))

    @property
    def reference(self) -> str:
        return f"{self.kind}/{text(self.raw.get('id'))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One patient's record with the rules' days.

    Attributes:
        entries: sorted, so that nothing depends on the order in which they were read.
        today: ages of values count to this day.
        not_after: what is dated later does not count.
    """

    entries: tuple[Entry, ...]
    record: PatientRecord
    terminology: Terminology
    today: date
    not_after: date

    def of_kind(self, *kinds: str) -> Iterable[Entry]:
        """Resources of these types."""
        return (entry for entry in self.entries if entry.kind in kinds)

    def unread(self, spec: FindingSpec) -> str:
        """Why the lists or answers that hold a finding cannot be relied on, as a phrase; empty when they can."""
        reasons = (self._unread(key) for key in (spec.key, *spec.also_keys))
        return "; ".join(reason for reason in reasons if reason)

    def _unread(self, key: str) -> str:
        read = self.record.reads.get(key)
        name = f"{LISTS[key][1]} " if key in LISTS else ""
        if read is None or read.state == "failed":
            note = read.note if read else "not asked"
            return f"{name}could not be read" + (f" ({note})" if note else "")
        return f"{name}incomplete" if read.note.startswith("incomplete") else ""

    def is_incomplete(self, key: str) -> bool:
        """Whether the answer to this key was cut, so that a newer value may exist."""
        read = self.record.reads.get(key)
        return read is not None and read.note.startswith("incomplete")

    def entries_read(self, spec: FindingSpec) -> int:
        """How many entries of the patient the lists of a finding hold."""
        reads = (self.record.reads.get(key) for key in (spec.key, *self._of_same_list(spec)))
        return sum(read.entries for read in reads if read is not None and read.state == "given")

    def _of_same_list(self, spec: FindingSpec) -> tuple[str, ...]:
        """Further keys whose entries are counted with the first: the parts of one medication list."""
        place = LISTS.get(spec.key, ("", ""))[0]
        return tuple(key for key in spec.also_keys if LISTS.get(key, ("", ""))[0] == place)

    def broken(self, spec: FindingSpec) -> tuple[PassedOver, ...]:
        """Resources of a finding's concepts that could not be parsed."""
        wanted = frozenset(spec.asked_concepts)
        return tuple(
            PassedOver(
                name=spec.name,
                reason="unreadable",
                detail=f"{one.reference} is not readable",
                provenance=Provenance(resource=one.reference, origin="fhir", code="", printed="", rule=spec.rule),
            )
            for one in sorted(self.record.unreadable, key=lambda one: one.reference)
            if one.concepts & wanted
        )


def open_chart(record: PatientRecord, terminology: Terminology, *, today: date, not_after: date) -> Chart:
    """The record in plain JSON, sorted, without resources that a corrected copy replaces."""
    entries = [_entry(one, terminology) for one in record.resources]
    ordered = in_order(entries, name=lambda entry: entry.reference, raw=lambda entry: entry.raw)
    kept = _without_replaced(tuple(entry for same in ordered for entry in _each_once(same)))
    return Chart(entries=kept, record=record, terminology=terminology, today=today, not_after=not_after)


def _each_once(same: Sequence[Entry]) -> Iterable[Entry]:
    """Those that differ; one that answered two keys stands here twice."""
    return {content(entry.raw): entry for entry in same}.values() if len(same) > 1 else same


def _entry(sourced: Sourced, terminology: Terminology) -> Entry:
    raw = sourced.raw
    components = tuple((part, terminology.matches(part.get("code"))) for part in objects(raw.get("component")))
    return Entry(raw, sourced.origin, sourced.concepts, terminology.matches(raw.get("code")), components)


def _without_replaced(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Entries without those whose business identifier a corrected or amended one bears as well."""
    corrected = {
        (entry.kind, name): entry.reference
        for entry in entries
        if entry.raw.get("status") in ("corrected", "amended")
        for name in _identifiers(entry.raw)
    }
    return tuple(
        entry
        for entry in entries
        if entry.raw.get("status") in ("corrected", "amended")
        or not any((entry.kind, name) in corrected for name in _identifiers(entry.raw))
    )


def _identifiers(raw: Raw) -> tuple[tuple[str, str], ...]:
    pairs = ((text(member(one, "system")), text(member(one, "value"))) for one in objects(raw.get("identifier")))
    return tuple(pair for pair in pairs if pair[1])


def gap(spec: FindingSpec, reason: GapReason, detail: str, *seen: Provenance) -> Gap:
    """The gap of a finding."""
    return Gap(name=spec.name, reason=reason, detail=detail, seen=seen)


def in_words(day: date) -> str:
    """`1 May 2026`."""
    return f"{day.day} {day:%b} {day.year}"


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or the last day of that month."""
    month = day.year * 12 + day.month - 1 - months
    year, place = divmod(month, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, place + 1, last)
        except ValueError:
            continue
    raise ValueError("a month has a first day")


def age_in_words(observed: date, today: date) -> str:
    """Whole months, or whole years from two years on: `14 months`, `3 years`."""
    months = (today.year - observed.year) * 12 + today.month - observed.month - (today.day < observed.day)
    count, unit = (months // 12, "year") if months >= 24 else (months, "month")
    return f"{count} {unit}" + ("" if count == 1 else "s")
