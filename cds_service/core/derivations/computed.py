"""Findings computed from measured values: indices, areas, changes, categories."""

from collections.abc import Callable
from datetime import date
from operator import truediv

from cds_service.core.derivations.findings_so_far import (
    FindingsSoFar,
    compute,
    is_newer,
    may_be_newer,
    undetermined,
)
from cds_service.core.derivations.sarcopenia import MUSCLE
from cds_service.core.findings import Finding, Gap
from cds_service.core.words.wording import number_text

# kg/m2. If a recorded and a computed BMI differ by more, their measurements differ.
BMI_TOLERANCE = 1.0
# MNA points of 30: A from 24, C below 17 (studies/sarcopenia-pvm-2022.toml).
MNA_WELL_NOURISHED, MNA_MALNOURISHED = 24.0, 17.0
MNA_SHORT_MALNOURISHED = 7.0  # points of 14 of the short form; up to here malnourished


def body_mass_index(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute weight / height² if no BMI is recorded; if two differ, the newer counts.

    If both are of the same day, it is not clear which is right: a gap.
    """
    recorded, parts = so_far.known.get("bmi"), so_far.all_known("weight", "height")
    if parts is None and recorded is not None:
        return _without_height(recorded, so_far.known.get("weight"))
    if parts is None:
        return _gap_with_value(so_far, "bmi", ("weight", "height"), _per_height_squared)
    weight, height = parts
    value = _per_height_squared(float(weight.value), float(height.value))
    computed = compute(so_far, "bmi", value, parts, dated_by=weight)
    if recorded is None or computed is None:
        return computed
    if abs(float(recorded.value) - float(computed.value)) <= BMI_TOLERANCE:
        is_lower = float(computed.value) < float(recorded.value)
        return computed if is_lower and may_be_newer(computed, recorded) else None
    return _newer_of_different(recorded, computed)


def _newer_of_different(recorded: Finding, computed: Finding) -> Finding | Gap:
    """Return the newer BMI of two that differ; the lower if that is not known."""
    numbers = " and ".join(
        number_text(float(bmi.value), 1) for bmi in (recorded, computed)
    )
    detail = f"Recorded BMI and BMI from weight and height differ ({numbers})"
    if recorded.observed == computed.observed:
        return Gap(
            "bmi", "conflicting", detail, (*recorded.provenance, *computed.provenance)
        )
    if not (is_newer(recorded, computed) or is_newer(computed, recorded)):
        return _lower(recorded, computed)
    newer = max(recorded, computed, key=lambda bmi: bmi.observed or date.min)
    return newer._replace(
        concerns=(f"{detail}; the newer is used.", *newer.concerns), may_reassure=False
    )


def _without_height(recorded: Finding, weight: Finding | None) -> Finding | None:
    """Let a BMI not reassure if a newer weight without a height may say more."""
    if weight is None or not may_be_newer(weight, recorded):
        return None
    concern = "A newer weight is on record, without a height."
    return recorded._replace(concerns=(*recorded.concerns, concern), may_reassure=False)


def _lower(one: Finding, other: Finding) -> Finding:
    """Return the lower of two values if it is not known which is the newer."""
    lower = min(one, other, key=lambda finding: float(finding.value))
    concern = (
        "Which of two recorded values is the newer is not known; the lower counts."
    )
    return lower._replace(concerns=(*lower.concerns, concern), may_reassure=False)


def _per_height_squared(weight: float, height: float) -> float:
    """Compute kg/m2 from kg and m; the muscle index has the same formula."""
    return weight / height**2


def muscle_index(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute lean mass / height², kg/m2, unless an index as new is recorded."""
    parts = so_far.all_known("appendicular-lean-mass", "height")
    if parts is None:
        return _gap_with_value(
            so_far, MUSCLE, ("appendicular-lean-mass", "height"), _per_height_squared
        )
    lean, height = parts
    value = _per_height_squared(float(lean.value), float(height.value))
    computed = compute(so_far, MUSCLE, value, parts, dated_by=lean, method=lean.method)
    return _if_newer(computed, so_far.known.get(MUSCLE))


def _if_newer(computed: Finding | None, recorded: Finding | None) -> Finding | None:
    """Return a computed value if none is recorded, or only an older one."""
    if computed is None or recorded is None or is_newer(computed, recorded):
        return computed
    return _lower(computed, recorded) if may_be_newer(computed, recorded) else None


def psoas_muscle_area(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute total area x (1 - fat / 100) if it is not recorded.

    Source: studies/residual-pain-2025.toml.

    Muscle larger than the whole psoas is an error in the record: neither value counts
    then.
    """
    total = so_far.known.get("psoas-total-area")
    muscle = so_far.known.get("psoas-muscle-area")
    if total and muscle and float(muscle.value) > float(total.value) + 1e-6:
        area = number_text(float(muscle.value), 1)
        whole = number_text(float(total.value), 1)
        detail = f"psoas muscle {area} cm² is larger than the whole psoas, {whole} cm²"
        gap = Gap(
            "psoas-muscle-area",
            "conflicting",
            detail,
            (*total.provenance, *muscle.provenance),
        )
        so_far.put(gap._replace(name="psoas-total-area"))
        return gap
    parts = ("psoas-total-area", "psoas-fat-fraction")
    return _computed_if_missing(
        so_far, "psoas-muscle-area", parts, lambda area, fat: area * (1 - fat / 100)
    )


# Psoas area of both sides / L4 vertebral area (studies/psoas-plvi-2024.toml).
PLVI_PARTS = ("psoas-total-area", "l4-vertebral-area")


def psoas_to_vertebra(so_far: FindingsSoFar) -> Finding | Gap | None:
    return _computed_if_missing(so_far, "plvi", PLVI_PARTS, truediv)


def ratio_change(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute the change of area / signal in % between the same two days.

    Source: studies/muscle-change-2021.toml.
    """
    parts = so_far.all_known("paraspinal-csa-change", "paraspinal-signal-change")
    if parts is None:
        return undetermined(
            "paraspinal-ratio-change", "needs the change of area and of signal"
        )
    area, signal = parts
    if (area.since, area.observed) != (signal.since, signal.observed):
        return undetermined(
            "paraspinal-ratio-change", "area and signal are not of the same two days"
        )
    if float(signal.value) <= -100:
        return undetermined("paraspinal-ratio-change", "the signal is gone")
    ratio = (1 + float(area.value) / 100) / (1 + float(signal.value) / 100)
    change = compute(so_far, "paraspinal-ratio-change", (ratio - 1) * 100, parts)
    return None if change is None else change._replace(since=area.since)


def mna_category(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Rate A from 24 points, B from 17, C below.

    The score overrides a category that is not newer.
    """
    score, recorded = so_far.known.get("mna-score"), so_far.known.get("mna-category")
    if score is None:
        return _malnourished_by_both(so_far.gaps.get("mna-score"))
    points = float(score.value)
    word = "C"
    if points >= MNA_WELL_NOURISHED:
        word = "A"
    elif points >= MNA_MALNOURISHED:
        word = "B"
    concerns = score.concerns
    is_worse = recorded is not None and str(recorded.value) > word  # A, B, C
    overrides = may_be_newer if is_worse else is_newer
    if recorded is not None and recorded.value != word and overrides(recorded, score):
        detail = f"{points:g} points do not fit the newer category {recorded.value}"
        so_far.put(Gap("mna-score", "conflicting", detail, score.provenance))
        return recorded._replace(may_reassure=False)
    if recorded is not None and recorded.value != word:
        misfit = f"The recorded category {recorded.value} does not fit the score"
        concerns = (*concerns, f"{misfit}; the score is used.")
    return Finding(
        "mna-category",
        word,
        "1",
        score.observed,
        score.provenance,
        concerns,
        may_reassure=score.may_reassure,
    )


def _malnourished_by_both(score: Gap | None) -> Finding | None:
    """Return category C if even the short form would say so with these points."""
    is_open = score is not None and score.reason == "other-method"
    if score is None or not is_open or score.value is None:
        return None
    if float(score.value) > MNA_SHORT_MALNOURISHED:
        return None
    return Finding("mna-category", "C", "1", score.observed, score.provenance)


def filtration(so_far: FindingsSoFar) -> Finding | None:
    """Let an older filtration settle no dialysis that may have been done since."""
    disease = so_far.gaps.get("severe-kidney-disease")
    egfr = so_far.known.get("egfr")
    if disease is None or disease.observed is None:
        return None
    if egfr is None or disease.observed <= (egfr.observed or date.min):
        return None
    concern = "A newer entry may be of dialysis or severe kidney disease."
    return egfr._replace(concerns=(*egfr.concerns, concern), may_reassure=False)


def _computed_if_missing(
    so_far: FindingsSoFar,
    name: str,
    names: tuple[str, str],
    formula: Callable[[float, float], float],
) -> Finding | Gap | None:
    """Compute a finding from two others, or a gap with a value from unusable parts.

    A recorded value that is as new as both of them stays.
    """
    parts = so_far.all_known(*names)
    if parts is None:
        return _gap_with_value(so_far, name, names, formula)
    value = formula(*[float(part.value) for part in parts])
    computed = compute(so_far, name, value, parts)
    return _if_newer(computed, so_far.known.get(name))


def _gap_with_value(
    so_far: FindingsSoFar,
    name: str,
    parts: tuple[str, str],
    formula: Callable[[float, float], float],
) -> Gap | None:
    """Add to the gap a value computed from parts that are not all usable, if newer.

    A gap without a reason of its own takes that of the unusable part: too old, or
    measured in another way.
    """
    gap = so_far.gaps.get(name)
    results = [so_far.known.get(part) or so_far.gaps.get(part) for part in parts]
    first, second = results
    if (
        gap is None
        or first is None
        or second is None
        or not (first.observed and second.observed)
    ):
        return None
    values = [result.value for result in (first, second)]
    if (
        not all(isinstance(value, int | float) for value in values)
        or (gap.observed or date.min) >= first.observed
    ):
        return None
    value = formula(*[float(value) for value in values if value is not None])
    spec = so_far.specs[name]
    if not spec.is_plausible(value):
        return None
    missing = next((result for result in results if isinstance(result, Gap)), None)
    if missing is None:
        return None
    if gap.reason in ("absent", "undetermined"):
        gap = gap._replace(
            reason=missing.reason, detail=missing.detail, provenance=missing.provenance
        )
    return gap._replace(value=value, observed=first.observed)
