"""Results of studies without a model: the rate of a stratum, a change between MRIs."""

import math
from dataclasses import dataclass
from datetime import date

from cds_service.core.findings import Findings
from cds_service.core.models.study import (
    MarkerChange,
    MarkerStudy,
    StrataStudy,
    StratumCounts,
)
from cds_service.core.models.study_tables import Z_95, Outcome


@dataclass(frozen=True, slots=True)
class Stratum:
    """The rate of an outcome among the study's patients on this side of the cut-off."""

    study: StrataStudy
    counts: StratumCounts
    outcome: Outcome

    @property
    def rate(self) -> float:
        """Return the share of these patients with the outcome, 0..1."""
        return self.counts.events[self.outcome] / self.counts.n

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval of the rate, 0..1."""
        return wilson_interval(self.counts.events[self.outcome], self.counts.n)


@dataclass(frozen=True, slots=True)
class Change:
    """One measure's change between two days.

    Attributes:
        label: `muscle area`.
        change: %, against the earlier value.
        is_in_range: at or beyond the near end of the interquartile range in patients
            who had refractured, and outside that of the others.
    """

    label: str
    change: float
    is_in_range: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Two comparable MRIs next to those of a follow-up study; no probability.

    Attributes:
        first: day of the earlier values, before the kyphoplasty.
        last: day of the newest values, after it.
        concerns: details of the measurements that are not recorded, as whole sentences.
    """

    first: date
    last: date
    changes: tuple[Change, ...]
    concerns: tuple[str, ...]

    @property
    def in_range(self) -> tuple[Change, ...]:
        """List the changes as in patients who had refractured; no others are said."""
        return tuple(change for change in self.changes if change.is_in_range)


def wilson_interval(events: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion, 0..1; counts may be weighted."""
    share, square = events / n, Z_95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    error = math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    margin = Z_95 * error / (1 + square / n)
    return max(0.0, middle - margin), min(1.0, middle + margin)


def stratum_of(study: StrataStudy, outcome: Outcome, value: float) -> Stratum | None:
    """Find the stratum of a value; None if the study does not cover the outcome."""
    counts = next((stratum for stratum in study.strata if stratum.holds(value)), None)
    if counts is None or outcome not in study.outcomes:
        return None
    return Stratum(study, counts, outcome)


def place_in_strata(
    study: StrataStudy, outcome: Outcome, findings: Findings
) -> Stratum | None:
    """Return the stratum of a patient; None if the measure is not known."""
    value = findings.number(study.finding)
    return None if value is None else stratum_of(study, outcome, value)


def compare_with_marker(study: MarkerStudy, findings: Findings) -> Marker | None:
    """Compare the changes between two MRIs with the study; None if they cannot be.

    The study compared one MRI before a kyphoplasty with one after it, within its range
    of days. Measures of other days than the newest pair are left out.
    """
    augmented_on = _kyphoplasty_day(findings)
    measured = [
        (marker, findings.known[marker.finding])
        for marker in study.markers
        if marker.finding in findings.known
    ]
    day_pairs = [
        (finding.observed, finding.since)
        for _, finding in measured
        if finding.observed and finding.since
    ]
    if not day_pairs or augmented_on is None:
        return None
    last, first = max(day_pairs)
    shortest, longest = study.interval_range_days
    is_around = first < augmented_on < last
    if not is_around or not shortest <= (last - first).days <= longest:
        return None
    compared = [
        (marker, finding)
        for marker, finding in measured
        if (finding.observed, finding.since) == (last, first)
    ]
    return Marker(
        first=first,
        last=last,
        changes=tuple(
            _place_change(marker, float(finding.value))
            for marker, finding in compared
            if not isinstance(finding.value, str)
        ),
        concerns=tuple(
            dict.fromkeys(
                concern for _, finding in compared for concern in finding.concerns
            )
        ),
    )


def _kyphoplasty_day(findings: Findings) -> date | None:
    """Return the day of an earlier augmentation that is known as a kyphoplasty."""
    if not findings.is_true("prior-augmentation"):
        return None
    augmentation = findings.known["prior-augmentation"]
    return augmentation.observed if augmentation.label == "kyphoplasty" else None


def _place_change(marker: MarkerChange, percent: float) -> Change:
    """Compare a change, in %, with both groups; a worse change counts as in range."""
    refractured, others = marker.refractured, marker.not_refractured
    is_as_bad = percent >= refractured.q1
    if refractured.median < others.median:
        is_as_bad = percent <= refractured.q3
    is_usual = others.q1 <= percent <= others.q3
    return Change(marker.label, percent, is_in_range=is_as_bad and not is_usual)
