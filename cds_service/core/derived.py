"""Findings computed from other findings or from the order.

There is one function for each name; they run in the order of this file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise
from operator import truediv

from cds_service.core.findings import (
    UNREAD_REASON,
    AugmentationOrder,
    Finding,
    Findings,
    Gap,
    GapReason,
    Origin,
    Provenance,
    Value,
)
from cds_service.core.sarcopenia import (
    GAIT,
    GRIP,
    MEASURES,
    MUSCLE,
    RULERS,
    STUDY,
    Ruler,
    has_sarcopenia,
    is_low,
    sex_of,
    written,
)
from cds_service.core.vocabulary import ConditionSpec, FindingSpec, ListSpec
from cds_service.core.wording import number_text, with_unit

# kg/m2. If a recorded and a computed BMI differ by more, their measurements differ.
BMI_TOLERANCE = 1.0
# MNA points of 30: A from 24, C below 17 (studies/sarcopenia-pvm-2022.toml).
MNA_WELL_NOURISHED, MNA_MALNOURISHED = 24.0, 17.0
MNA_SHORT_MALNOURISHED = 7.0  # points of 14 of the short form; up to here malnourished
NO_LEVEL = "the order does not say which level"
TITLES = {MUSCLE: "Muscle index", GRIP: "Grip", GAIT: "Gait speed"}
# Findings for which only these concepts count as a mention; for others, all of their
# value sets do.
MENTIONED_ALONE = {
    "prior-vertebral-fracture": frozenset({"earlier-vertebral-fracture"})
}
# Findings that raise the risk and that an order may mention.
MENTIONABLE = (
    "prior-vertebral-fracture",
    "hip-fracture",
    "severe-kidney-disease",
    "repeated-falls",
    "dementia",
    "severe-frailty",
    "parkinson",
)
# Findings that the reason of an order may state.
GIVEN_AS_REASON = (
    "malignancy",
    "active-cancer",
    "recent-cancer",
    "bone-malignancy",
    "spinal-infection",
    "present-spinal-infection",
    "sepsis",
    "unstable-fracture",
    "stable-burst-fracture",
    "spinal-instability",
    "neurological-deficit",
    "new-deficit",
    "high-energy-cause",
    "end-of-life",
)


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
DERIVATIONS: dict[str, Derivation] = {}


def derives(name: str) -> Callable[[Derivation], Derivation]:
    """Register a derivation; it returns None to leave the finding or gap as it is."""

    def register(derivation: Derivation) -> Derivation:
        DERIVATIONS[name] = derivation
        return derivation

    return register


def derive(
    findings: Findings,
    specs: Mapping[str, FindingSpec],
    order: AugmentationOrder | None,
    *,
    sarcopenia_criteria: str,
) -> Findings:
    """Add the derived findings; each name of `specs` is then a finding or a gap.

    Args:
        findings: as read from the record.
        specs: the vocabulary.
        order: None if no augmentation is being signed.
        sarcopenia_criteria: the site's ruler, a key of `RULERS`.

    Raises:
        KeyError: no such ruler.
    """
    so_far = FindingsSoFar(
        known=dict(findings.known),
        gaps=dict(findings.gaps),
        specs=specs,
        order=order,
        ruler=RULERS[sarcopenia_criteria],
        diagnosis=findings.known.get("sarcopenia", findings.gaps.get("sarcopenia")),
    )
    for name, derivation in DERIVATIONS.items():
        result = derivation(so_far) if name in specs else None
        if result is not None:
            so_far.put(result)
    for name in specs.keys() - so_far.known.keys() - so_far.gaps.keys():
        so_far.put(_undetermined(name, "what it follows from is not known"))
    known, gaps = dict(sorted(so_far.known.items())), dict(sorted(so_far.gaps.items()))
    return replace(findings, known=known, gaps=gaps)


# What the order makes doubtful: a T-score that includes the fractured level, HU
# measured in it.
DERIVATIONS["bmd-t-score"] = lambda so_far: doubt_t_score(
    so_far.known.get("bmd-t-score"), so_far.order
)
DERIVATIONS["ct-attenuation"] = lambda so_far: judge_ct_level(
    so_far.known.get("ct-attenuation"), so_far.order
)


@derives("bmi")
def _bmi(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute weight / height² if no BMI is recorded; if two differ, the newer counts.

    If both are of the same day, it is not clear which is right: a gap.
    """
    recorded, parts = so_far.known.get("bmi"), so_far.all_known("weight", "height")
    if parts is None and recorded is not None:
        return _without_height(recorded, so_far.known.get("weight"))
    if parts is None:
        return _gap_with_value(so_far, "bmi", ("weight", "height"), _body_mass_index)
    weight, height = parts
    value = _body_mass_index(float(weight.value), float(height.value))
    computed = _compute(so_far, "bmi", value, parts, dated_by=weight)
    if recorded is None or computed is None:
        return computed
    if abs(float(recorded.value) - float(computed.value)) <= BMI_TOLERANCE:
        is_lower = float(computed.value) < float(recorded.value)
        return computed if is_lower and _may_be_newer(computed, recorded) else None
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
    if not (_is_newer(recorded, computed) or _is_newer(computed, recorded)):
        return _lower(recorded, computed)
    newer = max(recorded, computed, key=lambda bmi: bmi.observed or date.min)
    return newer._replace(
        concerns=(f"{detail}; the newer is used.", *newer.concerns), may_reassure=False
    )


def _without_height(recorded: Finding, weight: Finding | None) -> Finding | None:
    """Let a BMI not reassure if a newer weight without a height may say more."""
    if weight is None or not _may_be_newer(weight, recorded):
        return None
    concern = "A newer weight is on record, without a height."
    return recorded._replace(concerns=(*recorded.concerns, concern), may_reassure=False)


def _is_newer(one: Finding, other: Finding) -> bool:
    """Tell if one is newer on every day that the two may mean."""
    return (one.observed or date.min) > (other.last_day or date.min)


def _may_be_newer(one: Finding, other: Finding) -> bool:
    """Tell if one is newer on some of the days that the two may mean."""
    return (one.last_day or date.min) > (other.observed or date.min)


def _lower(one: Finding, other: Finding) -> Finding:
    """Return the lower of two values if it is not known which is the newer."""
    lower = min(one, other, key=lambda finding: float(finding.value))
    concern = (
        "Which of two recorded values is the newer is not known; the lower counts."
    )
    return lower._replace(concerns=(*lower.concerns, concern), may_reassure=False)


def _body_mass_index(weight: float, height: float) -> float:
    """Compute kg/m2 from kg and m; the muscle index has the same formula."""
    return weight / height**2


@derives("appendicular-muscle-index")
def _muscle_index(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute lean mass / height², kg/m2, unless an index as new is recorded."""
    parts = so_far.all_known("appendicular-lean-mass", "height")
    if parts is None:
        return _gap_with_value(
            so_far, MUSCLE, ("appendicular-lean-mass", "height"), _body_mass_index
        )
    lean, height = parts
    value = _body_mass_index(float(lean.value), float(height.value))
    computed = _compute(so_far, MUSCLE, value, parts, dated_by=lean, method=lean.method)
    return _if_newer(computed, so_far.known.get(MUSCLE))


def _if_newer(computed: Finding | None, recorded: Finding | None) -> Finding | None:
    """Return a computed value if none is recorded, or only an older one."""
    if computed is None or recorded is None or _is_newer(computed, recorded):
        return computed
    return _lower(computed, recorded) if _may_be_newer(computed, recorded) else None


@derives("psoas-muscle-area")
def _psoas_muscle_area(so_far: FindingsSoFar) -> Finding | Gap | None:
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
DERIVATIONS["plvi"] = lambda so_far: _computed_if_missing(
    so_far, "plvi", PLVI_PARTS, truediv
)


@derives("paraspinal-ratio-change")
def _ratio_change(so_far: FindingsSoFar) -> Finding | Gap | None:
    """Compute the change of area / signal in % between the same two days.

    Source: studies/muscle-change-2021.toml.
    """
    parts = so_far.all_known("paraspinal-csa-change", "paraspinal-signal-change")
    if parts is None:
        return _undetermined(
            "paraspinal-ratio-change", "needs the change of area and of signal"
        )
    area, signal = parts
    if (area.since, area.observed) != (signal.since, signal.observed):
        return _undetermined(
            "paraspinal-ratio-change", "area and signal are not of the same two days"
        )
    if float(signal.value) <= -100:
        return _undetermined("paraspinal-ratio-change", "the signal is gone")
    ratio = (1 + float(area.value) / 100) / (1 + float(signal.value) / 100)
    change = _compute(so_far, "paraspinal-ratio-change", (ratio - 1) * 100, parts)
    return None if change is None else change._replace(since=area.since)


@derives("mna-category")
def _mna_category(so_far: FindingsSoFar) -> Finding | Gap | None:
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
    may_be_newer = _may_be_newer if is_worse else _is_newer
    if (
        recorded is not None
        and recorded.value != word
        and may_be_newer(recorded, score)
    ):
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


# By the study's ruler for the model, by the site's for its referrals.
DERIVATIONS["sarcopenia"] = lambda so_far: _sarcopenia(so_far, "sarcopenia", STUDY)
DERIVATIONS["sarcopenia-site"] = lambda so_far: _sarcopenia(
    so_far, "sarcopenia-site", so_far.ruler
)


def _sarcopenia(so_far: FindingsSoFar, name: str, ruler: Ruler) -> Finding | Gap:
    """Decide by measurement; if it does not decide, an active diagnosis says yes."""
    known, verdict = so_far.known, has_sarcopenia(ruler, so_far.known)
    measured = [known[measure] for measure in MEASURES if measure in known]
    diagnosis = so_far.diagnosis if isinstance(so_far.diagnosis, Finding) else None
    if verdict is None:
        if diagnosis:
            return diagnosis._replace(name=name)
        return _undecided(so_far, name, ruler, measured)
    certain_findings = {
        key: finding
        for key, finding in known.items()
        if finding.may_reassure or key not in MEASURES
    }
    concerns = [concern for finding in measured for concern in finding.concerns]
    concerns += filter(None, (_grey_zone(so_far, finding) for finding in measured))
    muscle = known.get(MUSCLE)
    if ruler is STUDY and muscle is not None and muscle.method == "bioimpedance":
        concerns.append(
            "The muscle index was measured by bioimpedance; the study used DXA."
        )
    stated = _stated(so_far.diagnosis)
    if stated and not verdict:
        concerns.append(
            f"Sarcopenia is named {stated[0].printed}; "
            "the measurements say otherwise and are used."
        )
    days = [finding.observed for finding in measured if finding.observed]
    sources = [
        *(source for finding in measured for source in finding.provenance),
        *stated,
    ]
    return Finding(
        name=name,
        value=verdict,
        unit="1",
        observed=max(days, default=None),
        provenance=tuple(dict.fromkeys(sources)),
        concerns=tuple(dict.fromkeys(concerns)),
        may_reassure=has_sarcopenia(ruler, certain_findings) is verdict,
    )


def _stated(diagnosis: Finding | Gap | None) -> tuple[Provenance, ...]:
    """Return where the diagnosis was stated: on the problem list, or in a reason."""
    if isinstance(diagnosis, Gap):
        return diagnosis.provenance if diagnosis.reason == "undetermined" else ()
    return diagnosis.provenance if diagnosis and diagnosis.value is True else ()


def _undecided(
    so_far: FindingsSoFar, name: str, ruler: Ruler, measured: Sequence[Finding]
) -> Gap:
    """Return the gap, with the measures that are missing.

    If nothing was measured, an unread problem list is the reason.
    """
    unread = so_far.diagnosis
    if (
        isinstance(unread, Gap)
        and unread.reason in ("not-read", "unreadable")
        and not measured
    ):
        return unread._replace(name=name)
    words = {MUSCLE: "muscle index", GRIP: "grip", GAIT: "gait"}
    used = [measure for measure in MEASURES if measure in ruler.limits]
    missing = [measure for measure in used if measure not in so_far.known]
    why = "the measurements do not decide without the sex"
    if missing:
        why = f"not known: {', '.join(words[measure] for measure in missing)}"
    gaps = [so_far.gaps[measure] for measure in missing if measure in so_far.gaps]
    is_unread = any(gap.reason == "not-read" for gap in gaps)
    sources = tuple(source for finding in measured for source in finding.provenance)
    reason: GapReason = "not-read" if is_unread else "undetermined"
    return Gap(name, reason, f"no diagnosis, and {why}", sources)


def _grey_zone(so_far: FindingsSoFar, finding: Finding) -> str:
    """Write that a measure is low by one ruler and not by the other; else nothing.

    `Grip 27 kg: low by AWGS 2019, not by the study's 26 kg;
    the estimate counts it as normal.`
    """
    by_site, by_study = (
        is_low(ruler, so_far.known, finding.name) for ruler in (so_far.ruler, STUDY)
    )
    if by_study is None or bool(by_site) == by_study:
        return ""
    spec, unit = so_far.specs.get(finding.name), finding.unit
    decimals = spec.decimals if spec else 1
    study_limit = STUDY.limits[finding.name].of(sex_of(so_far.known))
    limit = f"the study's {with_unit(written(study_limit, decimals), unit)}"
    number = with_unit(written(float(finding.value), decimals), unit)
    value = f"{TITLES[finding.name]} {number}"
    if by_study:
        low = f"low by {limit}, not by {so_far.ruler.name}"
        return f"{value}: {low}; the estimate counts it as low."
    low = f"low by {so_far.ruler.name}, not by {limit}"
    return f"{value}: {low}; the estimate counts it as normal."


# What the order says, and the reason for the gap if it does not say it. Levels are
# listed from head to foot, `T12,L1`. Codes for additional levels add to the number. The
# junction is any treated level from T10 to L2.
OF_ORDER: Mapping[str, tuple[Callable[[AugmentationOrder], Value | None], str]] = {
    "procedure": (
        lambda order: order.procedure,
        "the order does not say which procedure",
    ),
    "treated-levels": (lambda order: ",".join(order.levels.names), NO_LEVEL),
    "level-count": (
        lambda order: float(order.levels.count) if order.levels.count else None,
        "the order does not say how many",
    ),
    "tl-junction": (lambda order: order.levels.is_at_junction, NO_LEVEL),
}


def _by_order(name: str, so_far: FindingsSoFar) -> Finding | Gap:
    read_value, why = OF_ORDER[name]
    order = so_far.order
    value = read_value(order) if order else None
    finding = from_order(name, order, value, why)
    is_unsure = name == "level-count" and order and not order.levels.is_count_sure
    if not is_unsure or not isinstance(finding, Finding):
        return finding
    if float(finding.value) > 1:
        concerns = (*finding.concerns, COUNT_UNSURE)
        return finding._replace(concerns=concerns, may_reassure=False)
    return _undetermined(name, COUNT_UNSURE, finding.provenance)


DERIVATIONS |= {name: partial(_by_order, name) for name in OF_ORDER}


def _by_reason(name: str, so_far: FindingsSoFar) -> Finding | Gap | None:
    """Take a diagnosis given as a reason of the order, even if the list denies it."""
    spec = so_far.specs[name]
    is_told = name in so_far.known and so_far.known[name].value is True
    if is_told or not isinstance(spec, ListSpec):
        return None
    return from_reason(spec, so_far.order)


DERIVATIONS |= {name: partial(_by_reason, name) for name in GIVEN_AS_REASON}


def _by_mention(name: str, so_far: FindingsSoFar) -> Gap | None:
    """Leave open what the order's words mention and no list states."""
    spec, order = so_far.specs.get(name), so_far.order
    is_told = name in so_far.known and so_far.known[name].value is True
    if order is None or is_told or not isinstance(spec, ListSpec):
        return None
    # The treated fracture is in the same value sets as an earlier one.
    concepts = MENTIONED_ALONE.get(name, frozenset(spec.value_sets))
    if order.doubts.isdisjoint(concepts):
        return None
    return _undetermined(name, MENTIONED, _sources(order, "words of the order"))


DERIVATIONS |= {name: partial(_by_mention, name) for name in MENTIONABLE}


@derives("egfr")
def _filtration(so_far: FindingsSoFar) -> Finding | None:
    """Let an older filtration settle no dialysis that may have been done since."""
    disease = so_far.gaps.get("severe-kidney-disease")
    egfr = so_far.known.get("egfr")
    if disease is None or disease.observed is None:
        return None
    if egfr is None or disease.observed <= (egfr.observed or date.min):
        return None
    concern = "A newer entry may be of dialysis or severe kidney disease."
    return egfr._replace(concerns=(*egfr.concerns, concern), may_reassure=False)


def _compute(
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
    computed = _compute(so_far, name, value, parts)
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


def _undetermined(name: str, detail: str, seen: tuple[Provenance, ...] = ()) -> Gap:
    return Gap(name=name, reason="undetermined", detail=detail, provenance=seen)


# --- what the order says or makes doubtful

RAISED_BY_FRACTURE = (
    "The lumbar T-score may include the fractured level, which raises it."
)
# head to foot
SPINE = (
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
)
# as reasons of an order and on problem lists
OSTEOPOROSIS = ("osteoporosis", "osteoporotic-vertebral-fracture")
# a T-score from here up does not fit osteoporosis: denser bone than in the young
DENSE = 1.0
# Words of an order that were not understood may name these.
MAY_BE_NAMED = frozenset({"malignancy", "spinal-infection"})
COUNT_UNSURE = "whether more levels are treated is not clear"
NOT_UNDERSTOOD = "a reason of the order was not understood"
MENTIONED = "the order's words mention it"
NO_LEVEL_MEASURED = "Which vertebra was measured is not recorded."
# the levels that DXA of the spine measures
LUMBAR = frozenset({"L1", "L2", "L3", "L4"})


def from_order(
    name: str, order: AugmentationOrder | None, value: Value | None, why: str
) -> Finding | Gap:
    """Make a finding from the order, or a gap with `why`.

    If no code gave it, a concern says that it is from words.
    """
    if order is None:
        return _undetermined(name, "no augmentation is being ordered")
    if value is None or value == "":
        return _undetermined(name, why, _sources(order, ""))
    words = order.recognised_by if name == "procedure" else order.levels.source
    concerns: tuple[str, ...] = ()
    if words == "text":
        concerns = ("Recognised by words of the order, not by a code.",)
    printed = value if isinstance(value, str) else ",".join(order.levels.names)
    return Finding(
        name,
        value,
        "1",
        observed=None,
        provenance=_sources(order, printed),
        concerns=concerns,
    )


def from_reason(
    spec: ListSpec, order: AugmentationOrder | None
) -> Finding | Gap | None:
    """Find a diagnosis among the reasons of the order: true, a gap, or None.

    It is a gap if another reason leaves it open, if the order only mentions it, or if
    words that were not understood may name it.
    """
    if order is None:
        return None
    sources = _sources(order, "reason of the order")
    if order.reasons & set(spec.value_sets):
        return Finding(
            spec.name,
            True,
            "1",
            observed=None,
            provenance=sources,
            label=spec.label_of(order.reasons),
        )
    unclear = spec.unclear if isinstance(spec, ConditionSpec) else {}
    for concept, why in unclear.items():
        if concept in order.reasons:
            return _undetermined(spec.name, why, sources)
    if order.doubts.isdisjoint((*spec.value_sets, *unclear)):
        why = _unread_in(spec, order)
        return _undetermined(spec.name, why, sources) if why else None
    return _undetermined(spec.name, MENTIONED, _sources(order, "words of the order"))


def _unread_in(spec: ListSpec, order: AugmentationOrder) -> str:
    """Return why words not understood may name this disease; empty if they do not."""
    if spec.name in MAY_BE_NAMED and order.unread:
        return f"the order's {', '.join(order.unread)} not understood"
    is_open = spec.name == "malignancy" and UNREAD_REASON in order.doubts
    return NOT_UNDERSTOOD if is_open else ""


def minus_missing_text(printed: str) -> str:
    """Write the concern about a T-score that does not fit the diagnosis."""
    return f"T-score {printed}: is a minus sign missing?"


def judge_ct_level(
    ct: Finding | None, order: AugmentationOrder | None
) -> Finding | Gap | None:
    """Doubt HU that are not measured next to the fracture or at L1.

    A collapsed body reads denser than its neighbours.
    """
    if ct is None or order is None or not (ct.site == "" or ct.site[0] in "TL"):
        return None
    measured = frozenset(filter(None, ct.site.split(", ")))
    treated = frozenset(order.levels.names)
    place = ct.site.replace(", ", " and ")
    if measured and measured <= treated:
        printed = ct.provenance[0].printed
        detail = f"{printed} not used: measured at {place}, the fractured level"
        return Gap(
            ct.name, "other-method", detail, ct.provenance, ct.value, ct.observed
        )
    neighbours = {
        neighbour
        for level, neighbour in (*pairwise(SPINE), *pairwise(reversed(SPINE)))
        if level in treated
    }
    if measured and treated and measured <= (neighbours | {"L1"}) - treated:
        return None
    if not measured and ct.concerns:
        return ct._replace(may_reassure=False)
    concern = NO_LEVEL_MEASURED
    if measured:
        concern = f"Measured at {place}, not known to be beside the fracture."
    return ct._replace(concerns=(*ct.concerns, concern), may_reassure=False)


def doubt_t_score(
    t_score: Finding | None, order: AugmentationOrder | None
) -> Finding | Gap | None:
    """Doubt a T-score by the order: its sign, or the fracture in the bone measured.

    A collapsed body reads denser than it is.
    """
    if t_score is None or order is None:
        return None
    concerns = t_score.concerns
    is_dense = float(t_score.value) >= DENSE
    if is_dense:
        printed = t_score.provenance[0].printed.partition(" ")[0]
        doubt = minus_missing_text(printed or f"{float(t_score.value):g}")
        if order.reasons & set(OSTEOPOROSIS):
            return Gap(t_score.name, "out-of-range", doubt, t_score.provenance)
        concerns = (*concerns, doubt)
    if t_score.site == "lumbar spine" and LUMBAR & set(order.levels.names):
        concerns = (*concerns, RAISED_BY_FRACTURE)
    return t_score._replace(
        concerns=concerns, may_reassure=t_score.may_reassure and not is_dense
    )


def _sources(order: AugmentationOrder, printed: str) -> tuple[Provenance, ...]:
    references: tuple[str, ...] = order.references
    origin: Origin = "fhir"
    if not order.performed:
        references = tuple(
            f"context.draftOrders: {reference}" for reference in references
        )
        origin = "context"
    return tuple(
        Provenance(reference, origin, order.code, printed, rule="")
        for reference in references
    )
