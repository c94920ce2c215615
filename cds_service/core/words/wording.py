"""Values, shares and days as people write them: typographic minus, no idle zeros.

Only our own words and checked numbers pass through here, never text from a record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import read_toml
from cds_service.core.findings import YEARS_FROM, Finding
from cds_service.core.months import months_between
from cds_service.core.vocabulary import FindingSpec, ObservedSpec
from cds_service.core.words.phrases import (
    Amount,
    Changed,
    Day,
    DayForm,
    Joined,
    Verbatim,
    in_brackets,
    say,
)

_WORDS = read_toml(Path(__file__).with_name("words.toml"))
UNITS: Mapping[str, str] = _WORDS["units"]
GAP_REASONS: Mapping[str, str] = _WORDS["gap-reasons"]
HALF_A_YEAR = timedelta(days=183)  # nearer days need no year
WORDS = frozenset({"a"})  # units that are written as a word, which languages translate
# Units whose numbers are whole as often as not.
PLAIN = frozenset({"kg/m2", "{score}"})


def with_unit(number: str, unit: str) -> str:
    """Write a number with its unit, `14 kg`; a unit without words as it is."""
    plain = f" {unit}" if unit else ""
    symbol = UNITS.get(unit, plain)
    if unit in WORDS or "{" in unit:
        return number + symbol
    return Amount(number, symbol)


def join_words(words: Iterable[str]) -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    return Joined(words, ", ", " and ")


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Group names by the text that is said of them, in order."""
    names_by_text: dict[str, list[str]] = {}
    for text, name in pairs:
        names_by_text.setdefault(text, []).append(name)
    return names_by_text


def title_text(title: str) -> str:
    """Write the title of an order, `TLSO (L0456)`; its code is never translated."""
    name, _, code = title.partition(" (")
    return in_brackets(name, Verbatim(code.removesuffix(")"))) if code else title


def capital(text: str) -> str:
    """Begin the text with a capital, unless its second letter is one: `eGFR`."""
    return Changed(text, _capital)


def _capital(text: str) -> str:
    is_abbreviation = text[1:2].isupper()  # EGFR is a receptor
    return text if is_abbreviation else text[:1].upper() + text[1:]


def date_text(day: date) -> str:
    """Write `1 May 2026`."""
    return Day(day, "date")


def month_text(day: date) -> str:
    """Write `Nov 2024`."""
    return Day(day, "month")


def near_date_text(day: date, today: date) -> str:
    """Write `19 Nov` in today's year or within half a year, else `19 Nov 2024`."""
    precision: DayForm = "near" if is_near(day, today) else "date"
    return Day(day, precision)


def is_near(day: date, today: date) -> bool:
    """Tell if a day needs no year."""
    return day.year == today.year or abs(today - day) <= HALF_A_YEAR


def since_text(day: date, today: date) -> str:
    """Write `Mar 2026`, or `2021` if the day is two years away."""
    is_old = months_between(day, today) >= YEARS_FROM
    precision: DayForm = "year" if is_old else "month"
    return Day(day, precision)


Unit = Literal["day", "week", "month", "year"]
NUMBER_WORDS = ("two", "three", "four", "five", "six")
COUNTED: Mapping[Unit, tuple[str, str]] = {
    "day": ("{count} day", "{count} days"),
    "week": ("{count} week", "{count} weeks"),
    "month": ("{count} month", "{count} months"),
    "year": ("{count} year", "{count} years"),
}


def count_text(count: int, unit: Unit) -> str:
    """Write `1 month`, `4 months`."""
    singular, plural = COUNTED[unit]
    form = singular if count == 1 else plural
    return say(form, count=count)


def number_word(count: int) -> str:
    """Write a count from two up: in words as far as `NUMBER_WORDS` go."""
    place = count - 2
    return NUMBER_WORDS[place] if place < len(NUMBER_WORDS) else str(count)


def number_text(value: float, decimals: int) -> str:
    """Write the number with a true minus sign and at most so many decimals."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "−")


def percent_text(share: float, *, lowest: float = 0.0, highest: float = 1.0) -> str:
    """Write a share as whole percent, `38 %`; at the ends "under 2 %", "over 96 %".

    Args:
        lowest: floor of print (rule of three, evidence.md, step 9).
        highest: ceiling of print.
    """
    if share < lowest:
        return say("under {share}", share=f"{_round(lowest * 100)} %")
    if share > highest:
        return say("over {share}", share=f"{_round(highest * 100)} %")
    return f"{_round(share * 100)} %"


def range_text(
    interval: tuple[float, float], *, lowest: float = 0.0, highest: float = 1.0
) -> str:
    """Write an interval of shares as whole percent, `26–53 %`.

    One that lies wholly beyond a limit of print is written as `percent_text` does.
    """
    low, high = interval
    if high < lowest:
        return percent_text(high, lowest=lowest, highest=highest)
    if low > highest:
        return percent_text(low, lowest=lowest, highest=highest)
    return f"{_round(low * 100)}–{_round(high * 100)} %"


def _round(number: float) -> int:
    """Round half away from zero, as a reader would; Python rounds half to even."""
    return floor(number + 0.5)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of all findings, from `mappings/findings/`."""

    specs: Mapping[str, FindingSpec]

    def name(self, finding: str) -> str:
        """Return the name of a finding in running text."""
        return self.specs[finding].title

    def number(self, finding: str, value: float, unit: str) -> str:
        """Write a number with its unit; scores and BMI drop an idle `.0`."""
        text = number_text(value, self.specs[finding].decimals)
        if unit in PLAIN:
            text = text.removesuffix(".0")
        return with_unit(text, unit)

    def value(self, finding: Finding) -> str:
        """Return the finding's value with its unit, `10.0 cm²`, `yes`, `T12, L1`."""
        if isinstance(finding.value, bool):
            return say("yes") if finding.value else say("no")
        if isinstance(finding.value, str):
            return finding.value.replace(",", ", ")
        if finding.label:
            return with_unit(finding.label, finding.unit)
        return self.number(finding.name, float(finding.value), finding.unit)

    def is_old(self, finding: Finding, today: date) -> bool:
        """Tell a value older than fresh, which is never said without its day."""
        spec = self.specs[finding.name]
        if not isinstance(spec, ObservedSpec) or finding.observed is None:
            return False
        return not spec.is_fresh(finding.observed, today)

    def phrase(self, finding: Finding, *, dated: bool = False) -> str:
        """Write name, value and place: `T-score −3.2 (lumbar spine, 1 May 2026)`."""
        details = [finding.site]
        if dated and finding.observed:
            details.append(date_text(finding.observed))
        return self._phrase(finding, self.value(finding), *details)

    def measure(self, finding: Finding) -> str:
        """Write name and value: `grip 14.0 kg`."""
        return self._phrase(finding, self.value(finding))

    def short_measure(self, finding: Finding) -> str:
        """Write name and value without the unit of BMI."""
        return self._phrase(finding, self._short_value(finding))

    def short_phrase(self, finding: Finding) -> str:
        """Write name, value and place without the unit of BMI, as surgeons do."""
        return self._phrase(finding, self._short_value(finding), finding.site)

    def _short_value(self, finding: Finding) -> str:
        return self.value(finding).removesuffix(UNITS["kg/m2"])

    def _phrase(self, finding: Finding, value: str, *details: str) -> str:
        name = self.name(finding.name)
        if isinstance(finding.value, bool):
            return name if finding.value else say("no {name}", name=name)
        phrase = say("{name} {value}", name=name, value=value)
        return in_brackets(phrase, *details)
