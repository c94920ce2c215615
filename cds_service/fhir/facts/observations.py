"""Observations and their components as readings: which concept, in which state, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cds_service.core.facts import GapReason, Origin, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.facts.chart import Chart, Held, Raw, of_concepts
from cds_service.fhir.facts.moments import Moment
from cds_service.fhir.mapping.terminology import Match
from cds_service.fhir.raw_json import member, objects, text, texts_of

FINAL = frozenset({"final", "amended", "corrected"})
RETRACTED = frozenset({"entered-in-error", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one Observation or component, as found.

    Attributes:
        holder: the Observation or component with the value.
        observation: the Observation: status, time, body site and method are read there.
        resource: its name, `Observation/12`.
        status: of the Observation.
        moment: of the Observation; None where it says none.
    """

    match: Match
    holder: Raw
    observation: Raw
    resource: str
    status: str
    origin: Origin
    moment: Moment | None

    @property
    def words(self) -> tuple[str, ...]:
        """Text and displays of the code of the value."""
        return tuple(texts_of(self.holder.get("code")))

    def provenance(self, spec: FindingSpec, printed: str) -> Provenance:
        """Where this value comes from."""
        return Provenance(
            resource=self.resource, origin=self.origin, code=self.match.code, printed=printed, rule=spec.rule
        )


def find_readings(chart: Chart, concepts: Sequence[str]) -> tuple[Reading, ...]:
    """Every value of these concepts, components included; a later concept of the list is the more specific one."""
    return tuple([_reading(held, concepts) for held in of_concepts(chart.values, concepts)])


def _reading(held: Held, concepts: Sequence[str]) -> Reading:
    matches = [match for match in held.matches if match.concept in concepts]
    best = max(matches, key=lambda match: (concepts.index(match.concept), match.unit))
    entry = held.entry
    return Reading(
        match=best,
        holder=held.holder,
        observation=entry.raw,
        resource=entry.reference,
        status=text(entry.raw.get("status")),
        origin=entry.origin,
        moment=entry.moment,
    )


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
