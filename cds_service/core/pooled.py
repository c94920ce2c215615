"""A patient's refracture figure from the pooled model, `studies/pooled-2026.toml`.

Steps 4 to 7 of the method in docs/pooled.md. Nothing is drawn or fitted here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cds_service.core.study import Interval

Bone = Literal["t", "hu"]
PooledBand = Literal["below", "not-different", "above"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledBaseline:
    """The incidence in force, with its uncertainty between hospitals.

    Attributes:
        incidence: 0..1, within `horizon`; the pooled one, or a site's weighted with it.
        log_odds: of the incidence.
        variance: of these log odds, for this hospital's average.
        source: whose; a site's is always weighted with the pooled one by precision.
        usual: the step of the ladder nearest to the incidence, `1 in 6`.
        horizon: in words, `about 2 years`.
        events: of the site's own patients; None without a site.
        patients: whom the site followed; None without a site.
        months: for how long it counted; None without a site.
    """

    incidence: float
    log_odds: float
    variance: float
    source: Literal["pooled", "site"]
    usual: str
    horizon: str
    events: int | None = None
    patients: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledFigure:
    """What the pooled model says of one patient. Inputs are named as in its file.

    Attributes:
        risk: 0..1 within the baseline's horizon, unrounded.
        log_odds: of the risk.
        is_personal: enough is known for an own figure: age, and one of
            `personal_needs`. Otherwise the usual one is said.
        words: the figure as it is said, `about 1 in 8`; without an own figure
            `usual 1 in 6`, or `at least the usual 1 in 6`.
        usual: the same for the average, `1 in 6`.
        in_summary: an own figure that is not said lower than the usual.
        band: against the average of the same hospital, by the figure and its raising
            facts. That nothing is left open is for the caller to judge.
        new_hospital: 95 %, 0..1, in a hospital of which nothing is known.
        same_hospital: 95 %, 0..1, around the average of the same hospital.
        above_share: share of hospitals in which the patient lies above the average.
        bone: the bone input that the figure rests on; None if neither is known.
        used: known inputs that entered, after holding; yes is 1, no is 0.
        held: those whose value lies outside what is held, with the value used.
        effects: log odds against the average patient, by known input.
        missing: inputs not known, averaged over the population.
    """

    risk: float
    log_odds: float
    is_personal: bool
    words: str
    usual: str
    in_summary: bool
    band: PooledBand
    new_hospital: Interval
    same_hospital: Interval
    above_share: float
    bone: Bone | None
    used: Mapping[str, float]
    held: Mapping[str, float]
    effects: Mapping[str, float]
    missing: tuple[str, ...]
    baseline: PooledBaseline
