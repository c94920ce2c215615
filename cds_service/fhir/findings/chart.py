"""The record as the finding readers see it, with the dates that limit what counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from cds_service.core.findings import (
    Finding,
    Gap,
    GapReason,
    PassedOver,
    Provenance,
    UnreadList,
    Value,
    months_text,
)
from cds_service.core.months import months_between
from cds_service.core.vocabulary import FindingSpec, QuantitySpec, ReadSpec, YesNoSpec
from cds_service.fhir.entries.entry import BILLED_TYPES, Entry
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.open_concepts import (
    NOT_UNDERSTOOD,
    OF_RECORD,
    UNCODED,
    UNKNOWN_DRUG,
    UNNAMED,
)
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.gathering.record import PatientRecord, ReadOutcome
from cds_service.fhir.gathering.record_state import (
    GIVEN_HERE,
    diseases_by_key,
    is_unread,
)
from cds_service.fhir.gathering.subjects import identifiers_of
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.raw_json import (
    Json,
    content,
    in_order,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.site_calendar import Moment
from cds_service.outgoing.deadline import Deadline

Item = TypeVar("Item")
ByConcept = Mapping[str, Sequence[tuple[int, Item]]]
FindingOrGap = tuple[Finding | Gap, tuple[PassedOver, ...]]


class ListWords(NamedTuple):
    """A list of the record, by the type of its entries, as cards refer to it.

    Attributes:
        where: its place: `not on the problem list`. Lists of one place are read as one.
    """

    kind: str
    where: str
    name: str


ON_DRUGS = "on the medication list"
# by prefetch key
LISTS: Mapping[str, ListWords] = {
    "conditions": ListWords("Condition", "on the problem list", "problem list"),
    "medications": ListWords("MedicationRequest", ON_DRUGS, "medication list"),
    "administrations": ListWords(
        "MedicationAdministration", ON_DRUGS, "list of administered drugs"
    ),
    "statements": ListWords(
        "MedicationStatement", ON_DRUGS, "list of drugs the patient reports"
    ),
    "dispenses": ListWords("MedicationDispense", ON_DRUGS, "list of dispensed drugs"),
    "serviceRequests": ListWords(
        "ServiceRequest", "among the orders", "list of orders"
    ),
    "procedures": ListWords("Procedure", "among the procedures", "list of procedures"),
}
# Names of the other lists, in the reason why one is not reliable. By prefetch key.
OTHER_LISTS = {
    "diagnosticReports": "imaging and other reports",
    "pathology": "pathology reports",
    "imagingStudies": "imaging studies",
    "cultures": "results of cultures",
    "deviceRequests": "list of device orders",
    "supplyRequests": "list of supply orders",
    "encounter": "visit or stay",
    "appointments": "appointments",
}
STATING = frozenset({"Condition", "Procedure"})
# The lists whose entries may name a condition, in the order in which they are named.
TELLING = (
    "Condition",
    "Procedure",
    "Encounter",
    "DiagnosticReport",
    "ImagingStudy",
    "ServiceRequest",
    *sorted(DEVICE_ORDERS),
    "Appointment",
    "Observation",
    *sorted(MEDICATION_TYPES),
)
CORRECTED = ("corrected", "amended")
# A finding names so many broken resources. The record counts all of them.
MOST_BROKEN = 20


class Problem(NamedTuple):
    """A reason against an entry or a value, and the same in words."""

    reason: GapReason
    why: str


@dataclass(frozen=True)
class Reading:
    """One value of one Observation or component, as found.

    Attributes:
        match: the most specific of the concepts asked for.
        holder: the Observation or component with the value.
        entry: entry of the Observation, which holds status, time, body site and method.
    """

    match: Match
    holder: Json
    entry: Entry

    @property
    def is_component(self) -> bool:
        """Tell if it is a part of a panel."""
        return self.holder is not self.entry.raw

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return text and displays of the value's code."""
        return tuple(texts_of(self.holder.get("code")))

    @cached_property
    def panel_words(self) -> tuple[str, ...]:
        """Return text and displays of the panel's code; none if it is no component."""
        code = self.entry.raw.get("code") if self.is_component else None
        return tuple(texts_of(code))

    @cached_property
    def site_words(self) -> tuple[str, ...]:
        """Return text and displays of the body site."""
        return tuple(texts_of(self.entry.raw.get("bodySite")))

    @cached_property
    def method_words(self) -> tuple[str, ...]:
        """Return text and displays of the method."""
        return tuple(texts_of(self.entry.raw.get("method")))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Return the texts of the notes."""
        notes = objects(self.entry.raw.get("note"))
        return tuple(text(note.get("text")) for note in notes)

    def provenance(self, spec: FindingSpec, printed: str) -> Provenance:
        """Return the source of this value."""
        return self.entry.source(spec, printed, self.match.code)


class Listing(NamedTuple):
    """The contents of the lists that a finding comes from.

    Attributes:
        entries: entries of the patient; the parts of a medication list count together.
        not_understood: entries that neither a code nor words identify.
        is_kept: somebody keeps one of these lists: it has an entry of more than work,
            home or money. Doses given in a ward are no list that is kept.
    """

    entries: int
    not_understood: list[Entry]
    is_kept: bool


class CountedDays(NamedTuple):
    """The days of the site that decide what of a record counts.

    For an order that was written on 2 May and is signed on 4 May at 10:00, and the same
    order looked at in December, as of 4 May:

    |             | signed now    | looked at later      |
    |-------------|---------------|----------------------|
    | today       | 4 May         | 4 May                |
    | not_after   | 4 May         | 2 May                |
    | read_on     | 4 May         | 4 May                |
    | written     | 2 May         | 2 May                |
    | until       | 4 May, 10:00  | None                 |

    Attributes:
        today: ages of the patient and of values are counted from it.
        not_after: what is dated later does not count.
        read_on: the day on which the record was read; an entry dated later has a wrong
            day. Without a limit when a whole population is scored.
        written: the day of the order; an augmentation done since may be the ordered
            one.
        until: the moment after which nothing counts; None if the whole day counts.
        operated_on: the day of the augmentation, once it is done.
    """

    today: date
    not_after: date
    read_on: date
    written: date
    until: datetime | None = None
    operated_on: date | None = None


class Ordered(NamedTuple):
    """Names in the words of the augmentation order that no finding reads.

    Attributes:
        reference: the order, `ServiceRequest/1`.
        t_scores: T-scores below zero.
    """

    reference: str = ""
    t_scores: tuple[float, ...] = ()


class Chart:
    """One patient's record, indexed, with the dates that decide what counts.

    Attributes:
        birth: the patient's day of birth; None if it is not recorded to the day.
        kinds: resources by type, sorted, so that nothing depends on the order in which
            they were read.
        readings: values of Observations by concept, each with its position in the
            sorted record.
        mentions: entries of the types in `TELLING` by the concepts that they state or
            name, each with its position.
        unknown: entries that neither a code nor words identify, by type.
        uncoded: those, and the entries that only free words identify.
        ordered: what the words of the order name.
    """

    ordered = Ordered()

    def __init__(
        self,
        record: PatientRecord,
        terminology: Terminology,
        days: CountedDays,
        *,
        treated: tuple[str, ...] = (),
        region: frozenset[str] = frozenset(),
        deadline: Deadline | None = None,
    ) -> None:
        """Index the record in a fixed order.

        Resources that a corrected copy replaces are left out.

        Args:
            record: one patient's.
            terminology: the service's, including the site's codes.
            days: the days that decide what counts.
            treated: levels that the order treats, if they are known; a fracture there
                is the present one.
            region: the vertebrae of the region that the order names, if it names no
                level; one of them is treated.
            deadline: of the answer; None for batch runs.

        Raises:
            DeadlinePassed: the record is too long for the time there is.
        """
        self.record = record
        self.terminology = terminology
        self.treated, self.region = treated, region
        self.deadline = deadline
        self.calendar = terminology.calendar
        self.birth = self.calendar.named_day(member(record.patient, "birthDate"))
        self.today, self.not_after = days.today, days.not_after
        self.read_on, self.written = days.read_on, days.written
        self._until, self.operated_on = days.until, days.operated_on
        self.check_time()
        self.kinds = _by_kind(record.entries)
        self.readings = _readings_by_concept(self.kinds.get("Observation", ()))
        telling = (one for kind in TELLING for one in self.kinds.get(kind, ()))
        self.mentions = _by_concept((_mentioned(one), one) for one in telling)
        self.unknown = _with_any_concept(self.kinds, OF_RECORD | {NOT_UNDERSTOOD})
        self.uncoded = _with_any_concept(self.kinds, UNCODED)
        self._broken = _broken_by_kind(record.unreadable)
        self._listed: dict[tuple[tuple[str, ...], bool], Listing] = {}
        self._read_whole = frozenset(
            [key for key, read in record.reads.items() if not _fault(key, read)]
        )

    def check_time(self) -> None:
        """Check that there is time left; readers of long lists ask for each resource.

        Raises:
            DeadlinePassed: there is none.
        """
        if self.deadline is not None:
            self.deadline.check()

    def is_ahead(self, when: Moment) -> bool:
        """Tell if a moment lies wholly after the signing."""
        if when.day > self.not_after:
            return True
        if self._until is None or not when.instant:
            return False
        return datetime.fromisoformat(when.instant) > self._until

    def of_kind(self, *kinds: str) -> list[Entry]:
        """List the resources of these types."""
        return [
            entry
            for kind in sorted(kinds)
            if kind in self.kinds
            for entry in self.kinds[kind]
        ]

    def readings_of(self, concepts: Sequence[str]) -> list[Reading]:
        """List the values of these concepts, each once.

        A value of several concepts comes under the last of them: the value sets of a
        finding are listed from general to specific.
        """
        if self.readings.keys().isdisjoint(concepts):  # most findings of most records
            return []
        return _of_concepts(self.readings, concepts)

    def mentions_of(self, concepts: Iterable[str]) -> list[Entry]:
        """List the entries that state or name one of these concepts, in order."""
        return _of_concepts(self.mentions, concepts)

    def unread(self, spec: ReadSpec) -> str:
        """Say why the lists of a finding are not reliable; empty if they are."""
        return "; ".join(one.why for one in self.unread_lists(spec))

    def unread_lists(self, spec: ReadSpec) -> tuple[UnreadList, ...]:
        """Return the lists of a finding that are not reliable.

        A list that need not be asked for counts only if it was asked for.
        """
        keys = spec.keys
        if self._read_whole.issuperset(keys):
            return ()
        reads = self.record.reads
        asked = [
            key
            for key in keys
            if key not in spec.unasked_keys or (key in reads and is_unread(reads[key]))
        ]
        faults = (_fault(key, reads.get(key)) for key in asked)
        return tuple(fault for fault in faults if fault)

    def unread_among(self, keys: Iterable[str]) -> tuple[UnreadList, ...]:
        """Return those of these lists that were asked for and not read whole."""
        reads = self.record.reads
        asked = (key for key in keys if key in reads and is_unread(reads[key]))
        faults = (_fault(key, reads[key]) for key in asked)
        return tuple(fault for fault in faults if fault)

    def listed(self, spec: YesNoSpec) -> Listing:
        """Return the contents of a finding's lists; many findings have the same lists.

        If only codes exclude, entries that words alone describe are not understood.
        """
        asked = spec.keys, spec.only_codes_exclude
        if asked not in self._listed:
            unknown = self.uncoded if spec.only_codes_exclude else self.unknown
            self._listed[asked] = self._read_lists(spec.keys, unknown)
        return self._listed[asked]

    def _read_lists(
        self, keys: tuple[str, ...], unknown: Mapping[str, Sequence[Entry]]
    ) -> Listing:
        where, reads = LISTS[keys[0]].where, self.record.reads
        lists = [key for key in keys if key in LISTS]
        of_place = [key for key in lists if LISTS[key].where == where and key in reads]
        kinds = sorted(LISTS[key].kind for key in lists)
        not_understood = [entry for kind in kinds for entry in unknown.get(kind, ())]
        if where == ON_DRUGS:  # a drug may be billed as a procedure or an order
            not_understood += [
                entry
                for entry in self.of_kind(*sorted(BILLED_TYPES & {*kinds}))
                if entry.concepts >= UNKNOWN_DRUG
                and NOT_UNDERSTOOD not in entry.concepts
            ]
        diseases = diseases_by_key(self.record)
        is_kept = any(diseases[key] > 0 for key in of_place if key not in GIVEN_HERE)
        entries = sum(reads[key].entries for key in of_place)
        return Listing(entries, not_understood, is_kept)

    def broken(self, spec: ReadSpec) -> tuple[PassedOver, ...]:
        """List the broken resources that may be of a finding, `MOST_BROKEN` at most."""
        if not self._broken:
            return ()
        wanted = set(spec.asked_concepts)
        is_measured = isinstance(spec, QuantitySpec)
        if isinstance(spec, YesNoSpec) and spec.closed_world:
            wanted.add(NOT_UNDERSTOOD)
        names: list[str] = []
        for (concepts, key), same in self._broken.items():
            is_unnamed = concepts == UNNAMED and key in spec.keys
            if concepts & wanted or (is_unnamed and is_measured):
                names += same[:MOST_BROKEN]
        return tuple(_broken_of(spec, name) for name in sorted(names)[:MOST_BROKEN])


def _broken_by_kind(
    unreadable: Iterable[Unreadable],
) -> dict[tuple[frozenset[str], str], list[str]]:
    """Return the names of broken resources, in order, by their concepts and list."""
    by_kind: dict[tuple[frozenset[str], str], list[str]] = {}
    for one in sorted(unreadable, key=lambda one: one.reference):
        by_kind.setdefault((one.concepts, one.key), []).append(one.reference)
    return by_kind


def _broken_of(spec: ReadSpec, name: str) -> PassedOver:
    source = Provenance(name, "fhir", code="", printed="", rule=spec.rule)
    return PassedOver(spec.name, "unreadable", f"{name} is not readable", source)


def _fault(key: str, read: ReadOutcome | None) -> UnreadList | None:
    """Return the list and why it is not reliable; None if it was read whole."""
    if read is not None and read.state != "failed" and not read.is_cut:
        return None
    name = LISTS[key].name if key in LISTS else OTHER_LISTS.get(key, "")
    start = f"{name} " if name else ""
    if read is None or read.state == "failed":
        note = read.note if read else "not asked"
        detail = f" ({note})" if note else ""
        return UnreadList(key, f"{start}could not be read{detail}", is_failed=True)
    return UnreadList(key, f"{start}incomplete")


def _by_kind(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Sort the entries by type, in a fixed order, without copies."""
    ordered = in_order(
        entries, name=lambda entry: entry.reference, raw=lambda entry: entry.raw
    )
    single: list[Entry] = []
    for same in ordered:
        if len(same) == 1:
            single += same
        else:  # one resource may have been returned for two keys
            single += {content(one.raw): one for one in same}.values()
    by_kind: dict[str, list[Entry]] = {}
    for entry in _without_replaced(single):
        by_kind.setdefault(entry.resource_type, []).append(entry)
    return by_kind


def _with_any_concept(
    kinds: Mapping[str, Sequence[Entry]], concepts: frozenset[str]
) -> dict[str, list[Entry]]:
    """Return the entries with one of these concepts, by type."""
    chosen = {
        kind: [one for one in entries if one.concepts & concepts]
        for kind, entries in kinds.items()
    }
    return {kind: entries for kind, entries in chosen.items() if entries}


def _mentioned(entry: Entry) -> frozenset[str]:
    """Return the concepts that an entry states or names.

    Reports, orders and drugs state nothing by their code: only what they name next to
    it counts.
    """
    if entry.resource_type not in STATING:
        return entry.named
    return entry.named.union([match.concept for match in entry.matches])


def _by_concept(named: Iterable[tuple[Iterable[str], Item]]) -> ByConcept[Item]:
    index: dict[str, list[tuple[int, Item]]] = {}
    for place, (concepts, item) in enumerate(named):
        for concept in concepts:
            index.setdefault(concept, []).append((place, item))
    return index


def _of_concepts(index: ByConcept[Item], concepts: Iterable[str]) -> list[Item]:
    named = [places for concept in concepts if (places := index.get(concept))]
    if len(named) <= 1:
        return [one for places in named for _, one in places]
    items = {place: one for places in named for place, one in places}
    return [items[place] for place in sorted(items)]


def _readings_by_concept(observations: Sequence[Entry]) -> ByConcept[Reading]:
    """Index every value under each of its concepts; of two codes, one with a unit."""
    index: dict[str, list[tuple[int, Reading]]] = {}
    read = frozenset(entry.reference for entry in observations)
    holders = [
        (entry, *held) for entry in observations for held in _held_by(entry, read)
    ]
    for place, (entry, holder, matches) in enumerate(holders):
        by_unit = sorted(matches, key=lambda match: match.unit)
        for match in {one.concept: one for one in by_unit}.values():
            reading = Reading(match, holder, entry)
            index.setdefault(match.concept, []).append((place, reading))
    return index


def _held_by(
    entry: Entry, read: frozenset[str]
) -> Iterable[tuple[Json, tuple[Match, ...]]]:
    """Return the values in an Observation; a panel has only those of its components.

    If no component is known, or no member was read, the panel is itself a value without
    a number.

    Args:
        entry: the Observation.
        read: the references of the Observations that were read.
    """
    members = objects(entry.raw.get("hasMember"))
    has_own = any(name.startswith(("value", "dataAbsentReason")) for name in entry.raw)
    parts = [matches for _, matches in entry.components]
    named = ("/".join(text(one.get("reference")).split("/")[-2:]) for one in members)
    is_unread = bool(members) and not parts and read.isdisjoint(named)
    is_panel = bool(parts or members)
    if not is_panel or has_own or is_unread or (parts and not any(parts)):
        yield entry.raw, entry.matches
    yield from entry.components


def _without_replaced(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Drop entries of which there is a corrected or amended copy."""
    corrected = {
        name
        for entry in entries
        if entry.status in CORRECTED
        for name in _names_of_copies(entry)
    }
    if not corrected:
        return entries
    return [
        entry
        for entry in entries
        if entry.status in CORRECTED or corrected.isdisjoint(_names_of_copies(entry))
    ]


def _names_of_copies(entry: Entry) -> set[tuple[Any, ...]]:
    """Return what all copies of an entry share: one key for each of its identifiers.

    A key has a business identifier, and what was measured where, on which day. The
    values of one examination may share an identifier, and the correction of one of them
    says nothing of the others.
    """
    # a display alone may name the site
    contents = (content(entry.raw.get(element)) for element in ("code", "bodySite"))
    what = (
        entry.resource_type,
        entry.concepts,
        entry.moment and entry.moment.day,
        *contents,
    )
    return {(*what, *one) for one in identifiers_of(entry.raw)}


def make_gap(
    spec: FindingSpec, reason: GapReason, detail: str, *sources: Provenance
) -> Gap:
    return Gap(name=spec.name, reason=reason, detail=detail, provenance=sources)


def make_finding(
    spec: FindingSpec,
    value: Value,
    *sources: Provenance,
    observed: date | None = None,
    concerns: tuple[str, ...] = (),
    label: str = "",
) -> Finding:
    """Return the finding with this value, in its unit."""
    return Finding(
        spec.name, value, spec.unit, observed, sources, concerns=concerns, label=label
    )


def age_in_words(observed: date, today: date) -> str:
    """Write an age in whole months, and in whole years from two years on."""
    return months_text(months_between(observed, today))
