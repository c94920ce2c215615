"""Sarcopenia by muscle index, grip and gait, as the study or the site defines it.

Low muscle index together with low grip or slow gait is yes; normal muscle index, or
normal grip and gait, is no; anything else does not decide.
"""

from collections.abc import Mapping
from pathlib import Path

from cds_service.core.data_file import Closed, read_toml, validated
from cds_service.core.findings import Finding
from cds_service.core.wording import number_text

MUSCLE, GRIP, GAIT = "appendicular-muscle-index", "grip-strength", "gait-speed"
MEASURES = (MUSCLE, GRIP, GAIT)


class Limit(Closed):
    """A measure is low below this value, in kg/m2, kg or m/s.

    Attributes:
        inclusive: the value itself is low as well.
    """

    men: float
    women: float
    inclusive: bool = False

    def is_low(self, value: float, sex: str | None) -> bool | None:
        """Tell a low value; if the sex is unknown, only if both cut-offs agree."""
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
        name: as people call it.
        limits: by measure; a measure without one does not count.
        muscle_by_bioimpedance: limit of the muscle index by bioimpedance; the same as
            by DXA if absent.
    """

    name: str
    limits: Mapping[str, Limit]
    muscle_by_bioimpedance: Limit | None = None

    def limit(self, finding: Finding) -> Limit | None:
        """Return the limit for this finding, by the way it was measured."""
        if (
            finding.name == MUSCLE
            and finding.method == "bioimpedance"
            and self.muscle_by_bioimpedance
        ):
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
    """Write the number without an idle `.0`; 5.44 does not print as 5.4."""
    digits = next(
        (
            count
            for count in range(decimals + 2)
            if abs(round(value, count) - value) < 1e-9
        ),
        decimals + 1,
    )
    return number_text(value, digits)
