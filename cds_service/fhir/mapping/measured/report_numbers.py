"""Find numbers for the worksheet in the words of reports, by `report-numbers.toml`."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import Field

from cds_service.core.data_file import DataFile, DataTable
from cds_service.fhir.mapping.files.language import Pattern, either, ignoring_case

_RANGE_AT = 20  # characters before a number that are searched for a range or a sign
_NUMBER = r"(?<![\w.,\-–−])(?P<number>[-−–+]?\d{1,4}(?:[.,]\d{1,3})?)"
_AREA = rf"{_NUMBER}\s*(?P<unit>cm2|cm²|mm2|mm²)"
# Signs that may come before a number, as letters and digits may. Any other (`<40`,
# `± 12`, `~40`) may make it a limit, a spread or a guess.
_PLAIN_BEFORE = frozenset(":=,;.()[]|•*")
# `1,234` is one and a bit, or more than a thousand
_OF_TWO_MEANINGS = re.compile(r"[-−–+]?[1-9]\d{0,2},\d{3}")
_NEAR = r"[^\d;]{0,40}?"
# Text between name and number: words for the site, a span of levels.
_PLACE = r"(?:[^\d;+−–-]|[TL]\d(?:\s*[-–]\s*[TL]?\d)?){0,40}?"

Words = tuple[Pattern, ...]


class _Units(DataTable):
    hu: Words


class _Names(DataTable):
    t_score: Words


class _Areas(DataTable):
    psoas_right: Words
    psoas_left: Words
    mf_right: Words
    mf_left: Words
    back_area: Words


class _Sites(DataTable):
    neck: Words
    hip: Words
    spine: Words


class ReportNumbersFile(DataFile):
    """`report-numbers.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        to: words between the two numbers of a range.
        total: words by which a hip next to a neck is the whole hip.
        units: units after the number, by field.
        names: names before the number, by field.
        areas: names before a number in mm² or cm², by field.
        dxa: words for each site of a T-score.
    """

    reviewed: bool
    to: Words = Field(min_length=1)
    total: Words = Field(min_length=1)
    units: _Units
    names: _Names
    areas: _Areas
    dxa: _Sites


class Number(NamedTuple):
    """A number in a sentence.

    Attributes:
        field: field of the worksheet.
        value: the number in the form that the field takes.
        start, end: place of number and unit in the sentence.
    """

    field: str
    value: str
    start: int
    end: int


class ReportNumbers:
    """The words of the file, compiled."""

    def __init__(self, content: ReportNumbersFile) -> None:
        """Compile the words."""
        forms = {
            **_each(content.units, rf"{_NUMBER}\s*(?:%s)\b"),
            **_each(content.names, rf"(?:%s){_PLACE}{_NUMBER}"),
            **_each(content.areas, rf"(?:%s){_NEAR}{_AREA}"),
        }
        self._numbers = {field: ignoring_case(form) for field, form in forms.items()}
        self._dxa = {
            site: ignoring_case(words)
            for site, words in _each(content.dxa, "%s").items()
        }
        self._range = ignoring_case(rf"\d\s*(?:-|–|{either(content.to)})\s*$")
        self._total = ignoring_case(either(content.total))

    def find(self, sentence: str) -> Iterator[Number]:
        """Yield the numbers of a sentence, upper ends of ranges included.

        Limits, spreads and numbers with two meanings are left out.
        """
        for field, pattern in self._numbers.items():
            for match in pattern.finditer(sentence):
                if _is_plain(sentence, match):
                    yield Number(
                        field, _value(match), match.start("number"), match.end()
                    )

    def ends_range(self, sentence: str, number: Number) -> bool:
        """Tell if a number is the upper end of a range."""
        before = sentence[max(0, number.start - _RANGE_AT) : number.start]
        return self._range.search(before) is not None

    def site_of(self, sentence: str) -> str:
        """Return the one site of DXA that a sentence names; empty if it names more."""
        sites = [site for site, words in self._dxa.items() if words.search(sentence)]
        if sites[:2] == ["neck", "hip"] and not self._total.search(sentence):
            sites.remove("hip")  # "neck of the hip"
        return sites[0] if len(sites) == 1 else ""


def _each(table: DataTable, form: str) -> Mapping[str, str]:
    """Fill the words of each key of a table into the form, by key."""
    lists: Mapping[str, Words] = table.model_dump(by_alias=True)
    return {field: form.replace("%s", either(words)) for field, words in lists.items()}


def _is_plain(sentence: str, match: re.Match[str]) -> bool:
    """Tell if a number is a value with one meaning, no limit and no spread."""
    start = match.start("number")
    last = sentence[max(0, start - _RANGE_AT) : start].rstrip()[-1:]
    is_clear = _OF_TWO_MEANINGS.fullmatch(match["number"]) is None
    return is_clear and (not last or last.isalnum() or last in _PLAIN_BEFORE)


def _value(match: re.Match[str]) -> str:
    number = match["number"].replace("−", "-").replace("–", "-").replace(",", ".")
    unit = match.groupdict().get("unit", "").replace("²", "2")
    return f"{number} {unit}".strip()
