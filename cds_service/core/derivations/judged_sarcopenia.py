"""Decide if there is sarcopenia: by measurement, else by an active diagnosis."""

from collections.abc import Sequence

from cds_service.core.derivations.findings_so_far import FindingsSoFar
from cds_service.core.derivations.sarcopenia import (
    GAIT,
    GRIP,
    MEASURES,
    MUSCLE,
    STUDY,
    Ruler,
    has_sarcopenia,
    is_low,
    sex_of,
    written,
)
from cds_service.core.findings import Finding, Gap, GapReason, Provenance
from cds_service.core.words.wording import with_unit

TITLES = {MUSCLE: "Muscle index", GRIP: "Grip", GAIT: "Gait speed"}


def find_sarcopenia(so_far: FindingsSoFar, name: str, ruler: Ruler) -> Finding | Gap:
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

    A suspicion, or another entry that names it without deciding it, is the reason. If
    nothing was measured, an unread problem list is.
    """
    listed = so_far.diagnosis
    if isinstance(listed, Gap):
        is_unread = listed.reason in ("not-read", "unreadable")
        is_named = listed.is_mentioned and not is_unread
        if is_named or (is_unread and not measured):
            return listed._replace(name=name)
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
