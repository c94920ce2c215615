"""Decide on sarcopenia by muscle index, grip and gait, as a study or a site defines it.

Low muscle index together with low grip or slow gait is yes. Normal muscle index, or
normal grip and gait, is no. Anything else does not decide.
"""

from collections.abc import Mapping
from pathlib import Path

from cds_service.core.data_file import Closed, read_toml, validated
from cds_service.core.findings import Finding
from cds_service.core.words.wording import number_text

MUSCLE, GRIP, GAIT = "appendicular-muscle-index", "grip-strength", "gait-speed"
MEASURES = (MUSCLE, GRIP, GAIT)


class Limit(Closed):
    """The value below which a measure is low, in kg/m2, kg or m/s.

    Attributes:
        inclusive: the value itself is low as well.
    """

    men: float
    women: float
    inclusive: bool = False

    def is_low(self, value: float, sex: str | None) -> bool | None:
        """Tell if a value is low; None without the sex, unless both limits agree."""
        limits = [self.of(sex)] if sex in ("male", "female") else [self.men, self.women]
        answers = {
            value < limit or (self.inclusive and value == limit) for limit in limits
        }
        return answers.pop() if len(answers) == 1 else None

    def of(self, sex: str | None) -> float:
        """Return the limit for this sex."""
        return self.women if sex == "female" else self.men


class Ruler(Closed):
    """One definition of sarcopenia.

    Attributes:
        name: its name on cards, `AWGS 2019`.
        limits: by measure; a measure without one does not count.
        muscle_by_bioimpedance: limit of the muscle index by bioimpedance; the same as
            by DXA if absent.
    """

    name: str
    limits: Mapping[str, Limit]
    muscle_by_bioimpedance: Limit | None = None

    def limit(self, finding: Finding) -> Limit | None:
        """Return the limit for this finding, by the way it was measured."""
        is_bioimpedance = finding.name == MUSCLE and finding.method == "bioimpedance"
        if is_bioimpedance and self.muscle_by_bioimpedance:
            return self.muscle_by_bioimpedance
        return self.limits.get(finding.name)


_FILE = Path(__file__).with_name("rulers.toml")
RULERS = {
    name: validated(Ruler, table, _FILE) for name, table in read_toml(_FILE).items()
}
STUDY = RULERS["study"]


def sex_of(known: Mapping[str, Finding]) -> str | None:
    """Return male or female; None if the sex is not known."""
    sex = known.get("sex")
    return str(sex.value) if sex else None


def is_low(ruler: Ruler, known: Mapping[str, Finding], name: str) -> bool | None:
    """Tell if one measure is low by a ruler; None if it is not known or not used."""
    finding = known.get(name)
    limit = ruler.limit(finding) if finding else None
    if finding is None or limit is None:
        return None
    return limit.is_low(float(finding.value), sex_of(known))


def has_sarcopenia(ruler: Ruler, known: Mapping[str, Finding]) -> bool | None:
    """Decide on sarcopenia by measurement; None if what is known does not decide."""
    muscle, grip, gait = (is_low(ruler, known, name) for name in MEASURES)
    if muscle is False:
        return False
    if muscle and (grip or gait):
        return True
    is_strong = grip is False and (gait is False or GAIT not in ruler.limits)
    return False if is_strong else None


def written(value: float, decimals: int) -> str:
    """Write a number with as many decimals as it has, at most one more than usual.

    So a value next to a limit does not read as the limit: 5.44 is not written 5.4.

    Args:
        decimals: the usual number of decimals.
    """
    for digits in range(decimals + 1):
        if abs(round(value, digits) - value) < 1e-9:
            return number_text(value, digits)
    return number_text(value, decimals + 1)
