"""Finds numbers of the worksheet in the words of reports, by `report-numbers.toml`."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import Field

from cds_service.core.data_file import DataFile, DataTable
from cds_service.fhir.mapping.language import Pattern, either, ignoring_case

_RANGE_AT = 20  # characters before a number in which a range begins
_NUMBER = r"(?<![\w.,\-–−])(?P<number>[-−–+]?\d{1,4}(?:[.,]\d{1,3})?)"
_AREA = rf"{_NUMBER}\s*(?P<unit>cm2|cm²|mm2|mm²)"
# What may come before a number, besides letters and digits. A sign (`<40`, `± 12`,
# `~40`) makes it a limit, a spread or a guess, so what is not known here is one.
_PLAIN_BEFORE = frozenset(":=,;.()[]|•*")
# either one and a bit, or more than a thousand
_OF_TWO_MEANINGS = re.compile(r"[-−–+]?[1-9]\d{0,2},\d{3}")
_NEAR = r"[^\d;]{0,40}?"
# What may come between name and number: words of the site, a span of levels.
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
        reviewed: a person whom a site names, who reads these languages, has read the
            file.
        to: words between the two numbers of a range.
        total: words by which a hip next to a neck is the whole hip.
        units: units of the fields that are known by the unit after the number.
        names: names of the fields that are known by the words before the number.
        areas: the same, before a number in mm² or cm².
        dxa: words of each site of a T-score.
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
        value: in the form that the field takes.
        start, end: where number and unit are in the sentence.
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
        """Yield the numbers of a sentence, also the upper ends of ranges.

        Limits, spreads and numbers with two meanings do not count.
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
    """Put the words of each key of a table into the form, by the key as written."""
    lists: Mapping[str, Words] = table.model_dump(by_alias=True)
    return {field: form.replace("%s", either(words)) for field, words in lists.items()}


def _is_plain(sentence: str, match: re.Match[str]) -> bool:
    """Tell if a number says one value, and neither a limit nor a spread."""
    start = match.start("number")
    last = sentence[max(0, start - _RANGE_AT) : start].rstrip()[-1:]
    is_clear = _OF_TWO_MEANINGS.fullmatch(match["number"]) is None
    return is_clear and (not last or last.isalnum() or last in _PLAIN_BEFORE)


def _value(match: re.Match[str]) -> str:
    number = match["number"].replace("−", "-").replace("–", "-").replace(",", ".")
    unit = match.groupdict().get("unit", "").replace("²", "2")
    return f"{number} {unit}".strip()
