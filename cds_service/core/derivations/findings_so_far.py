"""Give derivations the findings that they read, and the findings that they can make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.core.derivations.sarcopenia import Ruler
from cds_service.core.findings import Finding, Gap, Provenance
from cds_service.core.orders import AugmentationOrder
from cds_service.core.vocabulary import FindingSpec


@dataclass(slots=True)
class FindingsSoFar:
    """The findings that derivations read and write.

    Attributes:
        ruler: the site's definition of sarcopenia.
        diagnosis: `sarcopenia` as the problem list gave it, before measurement.
    """

    known: dict[str, Finding]
    gaps: dict[str, Gap]
    specs: Mapping[str, FindingSpec]
    order: AugmentationOrder | None
    ruler: Ruler
    diagnosis: Finding | Gap | None

    def all_known(self, *names: str) -> tuple[Finding, ...] | None:
        """List these findings; None if one of them is a gap."""
        findings = tuple(self.known[name] for name in names if name in self.known)
        return findings if len(findings) == len(names) else None

    def put(self, result: Finding | Gap) -> None:
        """Store a finding or a gap; every name is in exactly one of the two."""
        self.known.pop(result.name, None)
        self.gaps.pop(result.name, None)
        if isinstance(result, Finding):
            self.known[result.name] = result
        else:
            self.gaps[result.name] = result


Derivation = Callable[[FindingsSoFar], Finding | Gap | None]


def is_newer(one: Finding, other: Finding) -> bool:
    """Tell if one is newer on every day that the two may mean."""
    return (one.observed or date.min) > (other.last_day or date.min)


def may_be_newer(one: Finding, other: Finding) -> bool:
    """Tell if one is newer on some of the days that the two may mean."""
    return (one.last_day or date.min) > (other.observed or date.min)


def compute(
    so_far: FindingsSoFar,
    name: str,
    value: float,
    parts: Sequence[Finding],
    *,
    dated_by: Finding | None = None,
    method: str = "",
) -> Finding | None:
    """Make a finding with the sources and concerns of its parts, if it is plausible.

    Args:
        dated_by: the part that gives the day; else the newest does.
    """
    spec = so_far.specs[name]
    if not spec.is_plausible(value):
        return None
    days = {part.observed for part in parts if part.observed}
    concerns = tuple(dict.fromkeys(text for part in parts for text in part.concerns))
    if dated_by is None and len(days) > 1:
        concerns = (*concerns, "The values it is computed from are of different days.")
    if dated_by is None or dated_by.observed is None:
        dated_by = max(parts, key=lambda part: part.observed or date.min)
    return Finding(
        name=name,
        value=value,
        unit=spec.unit,
        observed=dated_by.observed,
        provenance=tuple(
            dict.fromkeys(source for part in parts for source in part.provenance)
        ),
        concerns=concerns,
        method=method,
        may_reassure=all(part.may_reassure for part in parts),
        dated_to=dated_by.dated_to,
    )


def undetermined(name: str, detail: str, seen: tuple[Provenance, ...] = ()) -> Gap:
    return Gap(name=name, reason="undetermined", detail=detail, provenance=seen)
