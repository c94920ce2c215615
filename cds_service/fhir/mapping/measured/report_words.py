"""Read the words of reports of bone density and pathology, by `reports.toml`.

The file has the words. Their order is here: a name before a number, a class next to its
limits.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from pydantic import Field

from cds_service.core.data_file import DataFile, DataTable
from cds_service.fhir.mapping.files.language import Pattern, either, ignoring_case
from cds_service.fhir.mapping.texts.kept_texts import kept_by_reader
from cds_service.fhir.mapping.texts.text_rules import normal

# The limits of the WHO's classes, and any number below zero.
_LIMIT = re.compile(r"[-−–] ?(?:1(?:[.,]0)?|2[.,]5)(?![\w.,]*\d)")
_POROTIC, _NORMAL = -2.5, -1.0
_NEGATIVE = re.compile(r"[-−–] ?\d")
# No letter or digit before; Chinese, Japanese and Korean write no space there.
_NO_WORD = r"(?<![^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])(?<![.,])"
_WORD = re.compile(r"[^\W\d_]+")
# Sentences of the words of a diagnosis.
_ASIDE = re.compile(r"[;\n。；]|\.(?=\s)")
# `T -4.0`; without a decimal it may be a vertebra.
_BARE_T = re.compile(r"(?<![^\W_])T ?[:=]? ?[-−–] ?\d[.,]\d")
# A dash before a count: `osteoporosis - 2 fractures`.
_DASH = re.compile(r"[-−–] ")
_LOWEST = 8  # no T-score is lower than this below zero
_LIMITS = 2  # of osteopenia: -1.0 and -2.5
_PART = re.compile(r"(?<=[;\n。；，、])|(?<=[,.])(?=\s)")


class _TScore(DataTable):
    after_t: tuple[Pattern, ...]
    before_t: tuple[Pattern, ...]


class ReportsFile(DataFile):
    """`reports.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        t_score: names of a T-score.
        osteopenia, normal, osteoporosis: the WHO's classes.
        compared: words between a class and its limit.
        minus: words for the sign of a number.
        below: words after a number that make it one below zero.
        alarming: words for a low density or a high risk, without a number.
        density: names of a measurement of bone density, and of what it shows.
        other_values, other_units: what is before or after a number below zero that is
            no T-score.
        pathology: words in titles of pathologists' reports that name no organ but bone.
    """

    reviewed: bool
    t_score: _TScore = Field(alias="t-score")
    osteopenia: tuple[Pattern, ...]
    normal: tuple[Pattern, ...]
    osteoporosis: tuple[Pattern, ...]
    compared: tuple[Pattern, ...]
    minus: tuple[Pattern, ...]
    below: tuple[Pattern, ...]
    alarming: tuple[Pattern, ...]
    density: tuple[Pattern, ...]
    other_values: tuple[Pattern, ...] = Field(alias="other-values")
    other_units: tuple[Pattern, ...] = Field(alias="other-units")
    pathology: tuple[Pattern, ...]


class ReportWords:
    """The words of the file; each pattern is compiled when it is first asked."""

    def __init__(self, content: ReportsFile) -> None:
        """Keep the words."""
        self._content = content

    def line(self, words: str) -> re.Match[str] | None:
        """Match a line of a report with its number and unit: `T-score: -2.7 SD (L)`.

        After them, only a flag for low or high, the name in brackets, the class of this
        number and the Z-score may follow. The groups of the match are `number`, a word
        for its sign (`minus`), `unit` and the `place` between the name and the number;
        None if the line says anything else.
        """
        match = self._line.fullmatch(normal(words))
        if match is None or not match["class"]:
            return match
        compact = match["number"].replace(" ", "").replace(",", ".")
        number = float(re.sub("[−–]", "-", compact))
        number = -number if match["minus"] else number
        return match if match[_class_of(number)] else None

    def names_place(self, words: str) -> bool:
        """Tell if a line has a place before its number: `T-Wert LWS -2,7`."""
        match = self.line(words)
        return match is not None and bool(match["place"])

    def below_zero(self, words: str) -> list[float]:
        """Return the negative numbers of prose: `neck -3.1`, `T = -3,1`, `minus 3.1`.

        The end of a range (`L1 - 4`), a part of a date (`2021-11-03`) and a change in
        per cent do not count.
        """
        line = normal(words)
        return [
            -float(match["number"].replace(",", "."))
            for pattern in (self._negative, self._below)
            for match in pattern.finditer(line)
        ]

    def t_scores_aside(self, words: str, *, is_of_bone: bool = False) -> list[float]:
        """Return the T-scores below zero that words of a diagnosis or an order name.

        Such words are mostly of something else. Density of bone or a T-score must be
        named with the number, unless the diagnosis is of thin bone.
        """
        numbers: list[float] = []
        for part in _ASIDE.split(normal(words)):
            names = self._density.search(part) or self._t_score.search(part)
            if (is_of_bone or names or _BARE_T.search(part)) and not (
                self._is_osteopenia_defined(part)
            ):
                numbers += self._t_scores_in(part)
        return numbers

    def _t_scores_in(self, part: str) -> Iterator[float]:
        for pattern in (self._negative, self._below):
            start = 0
            for match in pattern.finditer(part):
                before, after = part[start : match.start()], part[match.end() :]
                start = match.end()
                number = match["number"].replace(",", ".")
                is_dash = "." not in number and _DASH.match(match[0])
                is_other = self._other_value.search(before)
                if is_other or is_dash or self._other_unit.match(after):
                    continue
                if float(number) <= _LOWEST:
                    yield -float(number)

    def _is_osteopenia_defined(self, part: str) -> bool:
        return self._classes[0].search(part) is not None and (
            len(_LIMIT.findall(part)) == len(_NEGATIVE.findall(part)) == _LIMITS
        )

    @cached_property
    def _density(self) -> re.Pattern[str]:
        return ignoring_case(either(self._content.density))

    @cached_property
    def _other_value(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{either(self._content.other_values)})", re.IGNORECASE)

    @cached_property
    def _other_unit(self) -> re.Pattern[str]:
        return re.compile(rf" ?(?:{either(self._content.other_units)})", re.IGNORECASE)

    @cached_property
    def _line(self) -> re.Pattern[str]:
        names, content = self._content.t_score, self._content
        classes = "|".join(
            rf"(?P<{name}>(?:{either(words)})[^\W\d_]*)"
            for name, words in (
                ("osteopenia", content.osteopenia),
                ("normal", content.normal),
                ("osteoporosis", content.osteoporosis),
            )
        )
        minus = either(content.minus)
        return re.compile(
            rf"\s*(?:(?:T(?:[-_ ]?(?:{either(names.after_t)}))?"
            rf"|(?:{either(names.before_t)})[- ]T)"
            r"(?:,? (?P<place>(?:[^\W\d_][^\d:=+−–-]{1,30})??"
            r"(?:L[1-4] ?[-–] ?L?[1-4])?))?"
            rf"\s*[:=]?\s*(?=[-−–+\d]|(?:{minus}) ?\d))?"
            rf"(?:(?P<minus>{minus}) ?(?=\d))?"
            r"(?P<number>[-−–+]?\s*\d{1,2}(?:[.,]\d{1,3})?)"
            r"\s*(?P<unit>[A-Za-z{}\[\]][A-Za-z0-9{}\[\]/^²_-]*?)??"
            r"\s*(?:[(\[]?\b(?:L|LL|H|HH|low|abnormal)\b[)\]]?|\*)?"
            rf"\s*(?:[(\[]\s*T(?:[-_ ]?(?:{either(names.after_t)}))?\s*[)\]])?"
            r"\s*(?:[(\[,;]\s*Z(?:[-_ ]?(?:score|wert|值|値|スコア))?\s*[:=]?\s*"
            r"[-−–+]?\s?\d{1,2}(?:[.,]\d{1,3})?(?:\s?SD)?\s*[)\]]?)?"
            rf"\s*(?:[(\[]?(?P<class>{classes})[)\]]?)?\s*",
            re.IGNORECASE,
        )

    @cached_property
    def _negative(self) -> re.Pattern[str]:
        return re.compile(
            rf"{_NO_WORD}(?<!\d )(?:[-−–] ?|(?:{either(self._content.minus)}) )"
            r"(?P<number>\d{1,2}(?:[.,]\d{1,2})?)(?![\w.,]*\d|\w| ?%)",
            re.IGNORECASE,
        )

    @cached_property
    def _below(self) -> re.Pattern[str]:
        # Not 1.0 and 2.5: reports write the limits of the WHO's classes like this too.
        return re.compile(
            rf"{_NO_WORD}(?!1(?:[.,]0)? |2[.,]5 )"
            r"(?P<number>\d{1,2}(?:[.,]\d{1,2})?) ?"
            rf"(?:{either(self._content.below)})",
            re.IGNORECASE,
        )

    def is_alarming(self, words: str) -> bool:
        """Tell if words call a density very low, or the risk of a fracture high."""
        return self._alarming.search(normal(words)) is not None

    @cached_property
    def _alarming(self) -> re.Pattern[str]:
        return ignoring_case(either(self._content.alarming))

    @kept_by_reader
    def names_t_score(self, words: str) -> bool:
        """Tell if words name a T-score; most are the title of a value and its unit."""
        return self._t_score.search(normal(words)) is not None

    def is_plain_pathology(self, title: str) -> bool:
        """Tell if the title of a pathologist's report names no organ besides bone."""
        words = _WORD.findall(normal(title))
        return all(map(self._pathology.fullmatch, words))

    @cached_property
    def _pathology(self) -> re.Pattern[str]:
        return ignoring_case(either(self._content.pathology))

    def without_definition(self, words: str) -> str:
        """Leave out the definition of the WHO's classes that a report prints.

        A part belongs to the definition if it names one class, its limits and no other
        negative number. The definition is left out only if it has all three classes:
        otherwise `osteoporosis (T-score < -2.5)` is about the patient.
        """
        parts = _PART.split(words)
        defined = [one for one in parts if self._is_definition(one)]
        if not all(any(map(one.search, defined)) for one in self._classes):
            return words
        return "".join(one for one in parts if one not in defined)

    def _is_definition(self, part: str) -> bool:
        limits = _LIMIT.findall(part)
        return (
            sum(one.search(part) is not None for one in self._classes) == 1
            and bool(limits)
            and len(limits) == len(_NEGATIVE.findall(part))
            and (len(limits) == 2 or self._compared.search(part) is not None)
        )

    @cached_property
    def _t_score(self) -> re.Pattern[str]:
        names = self._content.t_score
        return re.compile(
            rf"(?<![^\W_])T[-\u2010-\u2015_ ]{{0,2}}(?:{either(names.after_t)})"
            rf"|(?:{either(names.before_t)})[- ]T(?![^\W_])",
            re.IGNORECASE,
        )

    @cached_property
    def _classes(self) -> tuple[re.Pattern[str], ...]:
        content = self._content
        lists = (content.osteopenia, content.normal, content.osteoporosis)
        return tuple(ignoring_case(either(one)) for one in lists)

    @cached_property
    def _compared(self) -> re.Pattern[str]:
        return ignoring_case(either(self._content.compared))


def _class_of(number: float) -> str:
    """Return the WHO's class of a T-score."""
    if number <= _POROTIC:
        return "osteoporosis"
    return "osteopenia" if number < _NORMAL else "normal"
