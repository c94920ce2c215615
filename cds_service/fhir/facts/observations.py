"""Observations and their components as readings: which concept, in which state, when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from cds_service.core.facts import GapReason, Origin, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.facts.chart import Chart, Entry, Raw
from cds_service.fhir.mapping.terminology import Match
from cds_service.fhir.raw_json import first_day, member, moment, objects, text, texts_of, utc_day

FINAL = frozenset({"final", "amended", "corrected"})
RETRACTED = frozenset({"entered-in-error", "cancelled"})


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When a value was true.

    Attributes:
        day: in UTC; a year or a month alone counts as its first day.
        instant: in UTC, ISO 8601; empty when only the day is known.
    """

    day: date
    instant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one Observation or component, as found.

    Attributes:
        holder: the Observation or component with the value.
        observation: the Observation: status, time, body site and method are read there.
    """

    match: Match
    holder: Raw
    observation: Raw
    origin: Origin

    @property
    def resource(self) -> str:
        return f"Observation/{text(self.observation.get('id'))}"

    @property
    def status(self) -> str:
        return text(self.observation.get("status"))

    @property
    def words(self) -> tuple[str, ...]:
        """Text and displays of the code of the value."""
        return tuple(texts_of(self.holder.get("code")))

    @property
    def moment(self) -> Moment | None:
        return effective_moment(self.observation)

    def provenance(self, spec: FindingSpec, printed: str) -> Provenance:
        """Where this value comes from."""
        return Provenance(
            resource=self.resource, origin=self.origin, code=self.match.code, printed=printed, rule=spec.rule
        )


def find_readings(chart: Chart, concepts: Sequence[str]) -> tuple[Reading, ...]:
    """Every value of these concepts, components included; a later concept of the list is the more specific one."""
    return tuple(reading for entry in chart.of_kind("Observation") for reading in _readings(entry, concepts))


def _readings(entry: Entry, concepts: Sequence[str]) -> Iterable[Reading]:
    for holder, matches in ((entry.raw, entry.matches), *entry.components):
        found = [match for match in matches if match.concept in concepts]
        is_panel = holder is entry.raw and bool(entry.components or holder.get("hasMember"))
        if found and (_has_answer(holder) or not is_panel):
            best = max(found, key=lambda match: (concepts.index(match.concept), match.unit))
            yield Reading(match=best, holder=holder, observation=entry.raw, origin=entry.origin)


def _has_answer(holder: Raw) -> bool:
    return any(name.startswith(("value", "dataAbsentReason")) for name in holder)


def effective_moment(raw: Raw, prefix: str = "effective") -> Moment | None:
    """`<prefix>[x]` of every kind: a period counts by its end, a timing by its last event. Never `issued`."""
    period, timing = raw.get(f"{prefix}Period"), raw.get(f"{prefix}Timing")
    events = member(timing, "event")
    times = (
        raw.get(f"{prefix}DateTime"),
        raw.get(f"{prefix}Instant"),
        *(member(one, edge) for one in (period, member(timing, "repeat", "boundsPeriod")) for edge in ("end", "start")),
        *sorted(events if isinstance(events, list) else (), key=str, reverse=True),
    )
    return next((found for time in times if (found := read_moment(time))), None)


def read_moment(value: Any) -> Moment | None:
    """A FHIR date, dateTime or instant of any precision; None for anything else."""
    day = utc_day(value) or first_day(value)
    if day is None:
        return None
    at = moment(value)
    if at is None:
        return Moment(day)
    return Moment(day, (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)).isoformat())


def time_problem(reading: Reading, chart: Chart) -> tuple[GapReason, str] | None:
    """Undated, or dated after the order."""
    when = reading.moment
    if when is None:
        return "undated", "no date"
    return ("future", "dated after the order") if when.day > chart.not_after else None


def status_problem(reading: Reading) -> tuple[GapReason, str] | None:
    """Not final, or said to be absent."""
    if reading.status not in FINAL:
        return "not-final", reading.status if reading.status in ("preliminary", "registered") else "not final"
    if reading.holder.get("dataAbsentReason"):
        return "no-value", "recorded as absent"
    return None


def site_key(reading: Reading) -> str:
    """Body site as recorded, to tell two sites apart."""
    site = reading.observation.get("bodySite")
    codings = sorted(f"{text(one.get('system'))}|{text(one.get('code'))}" for one in objects(member(site, "coding")))
    return " ".join(codings) or text(member(site, "text")).strip().lower()
