"""What one entry states of a finding, and the reasons for which it does not count."""

from datetime import date
from typing import NamedTuple

from cds_service.core.findings import PassedOver, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.certainty import is_later_encounter, is_sequela
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.findings.chart import ON_DRUGS, Chart, Problem
from cds_service.fhir.onset import recorded_on

SUSPECTED = Problem("undetermined", "suspected, not confirmed")
# The entry is on the list, so its day must be wrong.
LATER_THAN_TODAY = Problem("undetermined", "dated in the future")
LATER_THAN_ORDER = Problem("undetermined", "dated after the order was written")
LATER = Problem("future", "dated after the order")
NOT_BEFORE_ORDER = Problem("future", "not before the order")
WORDED = Problem("undetermined", "named in words, without a code that is known here")
OLD_BY_WORDS = Problem("stale", "of an earlier year by its words")
DOUBTED = Problem("undetermined", "its words leave it in doubt")
UNFINISHED = Problem("undetermined", "whether it was done is not recorded")
NAMED_ASIDE = Problem("undetermined", "named there")
FIRST_STAGE = Problem("absent", "the first stage of the treatment that goes on now")
# Where an entry is kept, and the word before its day.
PLACES = {
    "Condition": ("on the problem list", "since"),
    "Procedure": ("among the procedures", "on"),
    "DiagnosticReport": ("in a report", "of"),
    "ImagingStudy": ("in an imaging study", "of"),
    "Encounter": ("in the record of this stay", "of"),
    "Appointment": ("with an appointment", "of"),
    "Observation": ("with a measured value", "of"),
    **dict.fromkeys(("ServiceRequest", *DEVICE_ORDERS), ("in an order", "of")),
    **dict.fromkeys(MEDICATION_TYPES, (ON_DRUGS, "of")),
}


class Stated(NamedTuple):
    """One list entry that is relevant to a finding.

    Attributes:
        code: `system|code`; empty if only words name the concept.
        day: when it began, was done or was recorded; None if that is not known.
        problem: why it does not count, as a reason and a phrase; None if it does.
        is_past: it was true once.
        worded: the month or year in its title that gave the day, as FHIR writes it.
    """

    entry: Entry
    concept: str
    code: str
    day: date | None
    problem: Problem | None = None
    is_past: bool = False
    worded: str = ""

    @property
    def concepts(self) -> frozenset[str]:
        """Return the concepts of its codes, else of its words."""
        if not self.code:
            return self.entry.named
        return frozenset(match.concept for match in self.entry.matches)

    @property
    def is_undetermined(self) -> bool:
        """Tell if it proves neither yes nor no."""
        return self.problem is not None and self.problem.reason == "undetermined"

    @property
    def is_later_encounter(self) -> bool:
        """Tell if its ICD-10-CM code is of a later encounter for a fracture."""
        return is_later_encounter(self.code)

    @property
    def is_sequela(self) -> bool:
        """Tell if its ICD-10-CM code is of a sequela, which begins after the fracture.

        Its day is the latest on which the fracture may have been.
        """
        return is_sequela(self.code)

    def provenance(self, spec: FindingSpec) -> Provenance:
        """Return its source: `on the problem list since 3 May 2019`."""
        place, since = PLACES[self.entry.resource_type]
        printed = f"{place} {since} {date_text(self.day)}" if self.day else place
        return self.entry.source(spec, printed, self.code)

    def passed_over(self, spec: FindingSpec) -> PassedOver:
        """Return the statement for a card that it was not counted, and why."""
        reason, why = self.problem or ("absent", "resolved or in the past")
        provenance = self.provenance(spec)
        return PassedOver(
            spec.name, reason, f"{provenance.printed}, not counted: {why}", provenance
        )


def place_of(entry: Entry) -> str:
    """Say where an entry is kept; what is signed now is on no list yet."""
    kind = "ServiceRequest" if entry.origin == "context" else entry.resource_type
    return PLACES[kind][0]


def reason_of_list(why: str, entry: Entry) -> str:
    """Adapt a reason worded for the problem list to the list that holds the entry."""
    return why.replace(PLACES["Condition"][0], place_of(entry), 1)


def dated_ahead(day: date | None, chart: Chart) -> Problem | None:
    """Report a day after the signing, or after an order that is looked at later."""
    if day is None or day <= chart.not_after:
        return None
    if day > chart.read_on:
        return LATER_THAN_TODAY
    return LATER_THAN_ORDER if day <= chart.today else LATER


def latest_day(entry: Entry, prefix: str, day: date, chart: Chart) -> date:
    """Return the last day that its date may mean: `2026` may be any day of it."""
    written = entry.raw.get(f"{prefix}DateTime") or recorded_on(entry.raw)
    return max(day, chart.calendar.last_day(written) or day)
