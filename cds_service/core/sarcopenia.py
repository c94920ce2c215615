"""Sarcopenia by measurement: muscle index with grip and gait, by the study's definition or the site's.

Low muscle index together with low grip or slow gait is yes; normal muscle index, or normal grip and gait, is no;
anything else does not decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.core.facts import Finding, Gap
from cds_service.core.wording import UNITS, say_number

MUSCLE, GRIP, GAIT = "appendicular-muscle-index", "grip-strength", "gait-speed"
MEASURES = (MUSCLE, GRIP, GAIT)
TITLES = {MUSCLE: "Muscle index", GRIP: "Grip", GAIT: "Gait speed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A measure is low below this value.

    Attributes:
        inclusive: the value itself is low as well.
    """

    men: float
    women: float
    inclusive: bool = False

    def is_low(self, value: float, sex: str | None) -> bool | None:
        """Whether the value is low; if the sex is unknown, only where both cut-offs agree."""
        limits = [self.of(sex)] if sex in ("male", "female") else [self.men, self.women]
        answers = {value < limit or (self.inclusive and value == limit) for limit in limits}
        return answers.pop() if len(answers) == 1 else None

    def of(self, sex: str | None) -> float:
        """The limit for this sex."""
        return self.women if sex == "female" else self.men


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """One definition of sarcopenia.

    Attributes:
        name: as people call it.
        cutoffs: by measure: kg/m2, kg, m/s; a measure without one does not count.
        muscle_by_bioimpedance: kg/m2; the same as by DXA where absent.
    """

    name: str
    cutoffs: Mapping[str, Limit]
    muscle_by_bioimpedance: Limit | None = None

    def cutoff(self, finding: Finding) -> Limit | None:
        """The limit for this finding, by the way it was measured."""
        if finding.name == MUSCLE and finding.method == "bioimpedance" and self.muscle_by_bioimpedance:
            return self.muscle_by_bioimpedance
        return self.cutoffs.get(finding.name)


_MUSCLE_DXA = Limit(men=7.0, women=5.4)
_AWGS_GRIP = Limit(men=28, women=18)
_AWGS_BIA = Limit(men=7.0, women=5.7)
STUDY = Ruler(  # sarcopenia-pvm-2022, Methods: AWGS 2014 values
    name="the study",
    cutoffs={
        MUSCLE: _MUSCLE_DXA,
        GRIP: Limit(men=26, women=18, inclusive=True),
        GAIT: Limit(men=0.8, women=0.8, inclusive=True),
    },
)
RULERS: Mapping[str, Ruler] = {
    "study": STUDY,
    "awgs-2019": Ruler(
        name="AWGS 2019",
        cutoffs={MUSCLE: _MUSCLE_DXA, GRIP: _AWGS_GRIP, GAIT: Limit(men=1.0, women=1.0)},
        muscle_by_bioimpedance=_AWGS_BIA,
    ),
    "ewgsop2": Ruler(
        name="EWGSOP2",
        cutoffs={
            MUSCLE: Limit(men=7.0, women=5.5),  # Cruz-Jentoft 2019, doi 10.1093/ageing/afy169
            GRIP: Limit(men=27, women=16),
            GAIT: Limit(men=0.8, women=0.8, inclusive=True),
        },
    ),
    # Gait is no longer diagnostic (doi 10.1038/s43587-025-01004-y); the other limits stand as in 2019.
    "awgs-2025": Ruler(
        name="AWGS 2025", cutoffs={MUSCLE: _MUSCLE_DXA, GRIP: _AWGS_GRIP}, muscle_by_bioimpedance=_AWGS_BIA
    ),
}


def is_low(ruler: Ruler, measured: Mapping[str, Finding], name: str, sex: str | None) -> bool | None:
    """Whether one measure is low by a ruler; None when it is not known or not used."""
    finding = measured.get(name)
    cutoff = ruler.cutoff(finding) if finding else None
    return None if finding is None or cutoff is None else cutoff.is_low(float(finding.value), sex)


def judge(ruler: Ruler, measured: Mapping[str, Finding], sex: str | None) -> bool | None:
    """Sarcopenia by measurement; None when what is known does not decide."""
    muscle, grip, gait = (is_low(ruler, measured, name, sex) for name in MEASURES)
    if muscle is False:
        return False
    if muscle and (grip or gait):
        return True
    is_strong = grip is False and (gait is False or GAIT not in ruler.cutoffs)
    return False if is_strong else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleFacts:
    """What is known of a patient's muscle.

    Attributes:
        measured: those of `MEASURES` that are known.
        diagnosis: what the problem list says; a gap or None where it says nothing.
        sex: male, female or None.
        site_ruler: the site's definition, for the grey zone between it and the study's.
        decimals: of each measure, for people.
        unread: measures that could not be read.
    """

    measured: Mapping[str, Finding]
    diagnosis: Finding | Gap | None
    sex: str | None
    site_ruler: Ruler
    decimals: Mapping[str, int]
    unread: frozenset[str] = frozenset()


def sarcopenia_by(ruler: Ruler, name: str, facts: MuscleFacts) -> Finding | Gap:
    """Measurement decides; where it does not, an active diagnosis says yes."""
    verdict = judge(ruler, facts.measured, facts.sex)
    diagnosis = facts.diagnosis if isinstance(facts.diagnosis, Finding) else None
    if verdict is None:
        return diagnosis._replace(name=name) if diagnosis else _undecided(name, ruler, facts)
    parts = tuple(facts.measured.values())
    certain = {name: one for name, one in facts.measured.items() if one.may_reassure}
    concerns = [concern for one in parts for concern in one.concerns]
    concerns += grey_zone(facts)
    muscle = facts.measured.get(MUSCLE)
    if ruler is STUDY and muscle is not None and muscle.method == "bioimpedance":
        concerns.append("The muscle index was measured by bioimpedance; the study used DXA.")
    if diagnosis is not None and diagnosis.value is True and not verdict:
        concerns.append("Sarcopenia is on the problem list; the measurements say otherwise and are used.")
    sources = [source for one in (*parts, *([diagnosis] if diagnosis else [])) for source in one.provenance]
    return Finding(
        name=name,
        value=verdict,
        unit="1",
        observed=max((one.observed for one in parts if one.observed), default=None),
        provenance=tuple(dict.fromkeys(sources)),
        concerns=tuple(dict.fromkeys(concerns)),
        may_reassure=judge(ruler, certain, facts.sex) is verdict,
    )


def _undecided(name: str, ruler: Ruler, facts: MuscleFacts) -> Gap:
    """What is missing to decide; if nothing was measured, an unread list stays the reason."""
    unread = facts.diagnosis
    if isinstance(unread, Gap) and unread.reason in ("not-read", "unreadable") and not facts.measured:
        return unread._replace(name=name)
    words = {MUSCLE: "muscle index", GRIP: "grip", GAIT: "gait"}
    missing = [words[one] for one in MEASURES if one in ruler.cutoffs and one not in facts.measured]
    why = f"not known: {', '.join(missing)}" if missing else "the measurements do not decide without the sex"
    seen = tuple(source for one in facts.measured.values() for source in one.provenance)
    is_unread = bool(facts.unread & ruler.cutoffs.keys())
    return Gap(
        name=name, reason="not-read" if is_unread else "undetermined", detail=f"no diagnosis, and {why}", seen=seen
    )


def grey_zone(facts: MuscleFacts) -> list[str]:
    """One sentence for each measure that is low by one ruler and not by the other.

    `Grip 27 kg: low by AWGS 2019, not by the study's 26 kg; the estimate counts it as normal.`
    """
    sentences = []
    for name in facts.measured:
        by_site, by_study = (is_low(one, facts.measured, name, facts.sex) for one in (facts.site_ruler, STUDY))
        if by_study is not None and (by_site or False) != by_study:
            sentences.append(_grey(facts, facts.measured[name], is_low_by_study=by_study))
    return sentences


def _grey(facts: MuscleFacts, finding: Finding, *, is_low_by_study: bool) -> str:
    unit, decimals = UNITS.get(finding.unit, f" {finding.unit}"), facts.decimals.get(finding.name, 1)
    limit = f"the study's {written(STUDY.cutoffs[finding.name].of(facts.sex), decimals)}{unit}"
    value = f"{TITLES[finding.name]} {written(float(finding.value), decimals)}{unit}"
    if is_low_by_study:
        return f"{value}: low by {limit}, not by {facts.site_ruler.name}; the estimate counts it as low."
    return f"{value}: low by {facts.site_ruler.name}, not by {limit}; the estimate counts it as normal."


def written(value: float, decimals: int) -> str:
    """The number without a trailing `.0`, with enough digits that 5.44 does not print as 5.4."""
    digits = next((n for n in range(decimals + 2) if abs(round(value, n) - value) < 1e-9), decimals + 1)
    return say_number(value, digits)
