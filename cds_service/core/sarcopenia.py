"""Sarcopenia by measurement: muscle index with grip and gait, by the study's definition or the site's.

Low muscle index together with low grip or slow gait is yes; normal muscle index, or normal grip and gait, is no;
anything else does not decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cds_service.core.data_file import Closed, read_toml, validated
from cds_service.core.facts import Finding, Gap
from cds_service.core.wording import UNITS, say_number

MUSCLE, GRIP, GAIT = "appendicular-muscle-index", "grip-strength", "gait-speed"
MEASURES = (MUSCLE, GRIP, GAIT)
TITLES = {MUSCLE: "Muscle index", GRIP: "Grip", GAIT: "Gait speed"}


class Limit(Closed):
    """A measure is low below this value, in kg/m2, kg or m/s.

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


class Ruler(Closed):
    """One definition of sarcopenia.

    Attributes:
        name: as people call it.
        limits: by measure; a measure without one does not count.
        muscle_by_bioimpedance: of the muscle index; the same as by DXA where absent.
    """

    name: str
    limits: Mapping[str, Limit]
    muscle_by_bioimpedance: Limit | None = None

    def limit(self, finding: Finding) -> Limit | None:
        """The limit for this finding, by the way it was measured."""
        if finding.name == MUSCLE and finding.method == "bioimpedance" and self.muscle_by_bioimpedance:
            return self.muscle_by_bioimpedance
        return self.limits.get(finding.name)


_FILE = Path(__file__).with_name("rulers.toml")
RULERS = {name: validated(Ruler, table, _FILE) for name, table in read_toml(_FILE).items()}
STUDY = RULERS["study"]


def is_low(ruler: Ruler, measured: Mapping[str, Finding], name: str, sex: str | None) -> bool | None:
    """Whether one measure is low by a ruler; None when it is not known or not used."""
    finding = measured.get(name)
    limit = ruler.limit(finding) if finding else None
    return None if finding is None or limit is None else limit.is_low(float(finding.value), sex)


def judge(ruler: Ruler, measured: Mapping[str, Finding], sex: str | None) -> bool | None:
    """Sarcopenia by measurement; None when what is known does not decide."""
    muscle, grip, gait = (is_low(ruler, measured, name, sex) for name in MEASURES)
    if muscle is False:
        return False
    if muscle and (grip or gait):
        return True
    is_strong = grip is False and (gait is False or GAIT not in ruler.limits)
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
    missing = [words[one] for one in MEASURES if one in ruler.limits and one not in facts.measured]
    why = f"not known: {', '.join(missing)}" if missing else "the measurements do not decide without the sex"
    seen = tuple(source for one in facts.measured.values() for source in one.provenance)
    is_unread = bool(facts.unread & ruler.limits.keys())
    return Gap(name, "not-read" if is_unread else "undetermined", f"no diagnosis, and {why}", seen)


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
    limit = f"the study's {written(STUDY.limits[finding.name].of(facts.sex), decimals)}{unit}"
    value = f"{TITLES[finding.name]} {written(float(finding.value), decimals)}{unit}"
    if is_low_by_study:
        return f"{value}: low by {limit}, not by {facts.site_ruler.name}; the estimate counts it as low."
    return f"{value}: low by {facts.site_ruler.name}, not by {limit}; the estimate counts it as normal."


def written(value: float, decimals: int) -> str:
    """The number without a trailing `.0`, with enough digits that 5.44 does not print as 5.4."""
    digits = next((n for n in range(decimals + 2) if abs(round(value, n) - value) < 1e-9), decimals + 1)
    return say_number(value, digits)
