"""Find the vertebrae that a text names, in any context, and group them.

Examples are `T12-L1`, `Th12`, `D11`, `L1,2` and `12. BWK`. Levels that are named
together form a group. `from_words.py` tells which of them count.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from cds_service.core.anatomy import SPINE
from cds_service.fhir.mapping.files.language import Language, Speller, Vertebrae, any_of
from cds_service.fhir.mapping.levels.sequences import ImageSequences
from cds_service.fhir.mapping.texts.kept_texts import kept_by_reader
from cds_service.fhir.mapping.texts.text_rules import (
    UNREAD_IN_NUMBER,
    folded,
    folded_pattern,
    in_figures,
    normal,
    spaced,
    within_limit,
    without_accents,
)
from cds_service.outgoing.deadline import check_time

LEVELS = SPINE
UNUSUAL = ("T13", "L6")  # levels that some people have, but no study covers
SACRUM = ("L5", "L1")  # `L5/1` means S1
_HEAD_TO_FOOT = (*LEVELS[:12], UNUSUAL[0], *LEVELS[12:], UNUSUAL[1])
# Names of vertebrae that are names of sequences as well.
SEQUENCES = frozenset({"T1", "T2"})
# characters: titles and notes of orders are shorter, and matching stays fast
LONGEST_TEXT = 2000
PAIR = 2  # vertebrae that are next to each other
MOST_GROUPS = 40  # groups of levels in one part of a text
LONGEST_NAME = 12  # characters of a name before its number, which are looked at
LONGEST_SPAN = 6  # `T1-L5` names a stretch of the spine, not what is treated
_BLANKS = re.compile(" {2,}")  # around a level that was rewritten


@dataclass(slots=True)
class Group:
    """Levels that are named together.

    Attributes:
        start, end: place of the group in its text.
        is_clear: the levels are all that the words mean.
    """

    start: int
    end: int
    levels: set[str] = field(default_factory=set)
    is_clear: bool = True


class _Continuation(NamedTuple):
    """Levels that continue a group.

    Attributes:
        levels: the levels; None if it is not clear which are meant.
        last: the level that is named last.
        end: index at which the continuation ends.
    """

    levels: set[str] | None
    last: str
    end: int


def in_order(levels: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Sort levels head to foot; anything else is left out."""
    if not levels:  # most texts name none
        return ()
    return tuple([level for level in _HEAD_TO_FOOT if level in levels])


class LevelNames:
    """Finds the levels that a text names, by the words of all languages.

    Attributes:
        level: a level in figures: `T12`.
        to: what joins the ends of a range.
    """

    def __init__(self, languages: Sequence[Language]) -> None:
        """Compile the words of the files of `texts/`."""
        self._speller = Speller(languages)
        vertebrae = [one.vertebrae for one in languages]
        joints = [one.joints for one in languages]
        and_, to = (f"(?i:{any_of(joints, name)})" for name in ("and_", "to"))
        self.level = _named_level(vertebrae)
        self._sequences = ImageSequences(vertebrae)
        self._numbered = [
            (_numbered(language, and_, to), language.ordinals)
            for language in vertebrae
            if language.numbered
        ]
        self._name_before = re.compile(
            rf"(?<![A-Za-z0-9])(?<!\d\.)(?<!\d\. )(?=[A-Z])"
            rf"(?:{any_of(vertebrae, 'thoracic')}"
            rf"|{any_of(vertebrae, 'lumbar')})$",
            re.IGNORECASE,
        )
        self.to = re.compile(rf"\s*(?:[-‐–—−~〜]|{to})\s*")
        self._and = re.compile(rf"\s*(?:[,/&+、・]|{and_})?\s*(?:(?:{and_})\s*)?")
        self._upon = re.compile(rf"\s+(?i:{any_of(vertebrae, 'upon')})\s+")
        followers = f"(?i:{any_of(vertebrae, 'followers')})"
        self._bare = _bare_number(and_, to, followers)
        self._unread = re.compile(r"[\-–/,]([0-9]+)")
        dash = rf"[-‐-―~〜]|{to}"
        self._lumbar_region = _lumbar_region(vertebrae, dash, and_)
        self._dash = re.compile(dash, re.IGNORECASE)
        self._regions = _regions(vertebrae)
        before = any_of(vertebrae, "sequence_before")
        self._sequence = re.compile(rf"\b(?:{before})\s+$", re.IGNORECASE)
        self._signal = re.compile(any_of(vertebrae, "signals"), re.IGNORECASE)

    @kept_by_reader
    def named(self, words: str) -> tuple[str, ...]:
        """List every level that a text names, in any context, from head to foot.

        In an unclear list the clear part counts.
        """
        check_time()
        plain = self._speller.spell_out(in_figures(within_limit(words))[:LONGEST_TEXT])
        return in_order(
            {
                level
                for group in self.groups(self.with_figures(plain))
                for level in group.levels
            }
        )

    def without_named(self, words: str) -> str:
        """Return a text without the levels that it names, in any context."""
        check_time()
        plain = self.with_figures(
            self._speller.spell_out(in_figures(within_limit(words))[:LONGEST_TEXT])
        )
        for group in reversed([*self.groups(plain)]):
            plain = f"{plain[: group.start]} {plain[group.end :]}"
        return plain

    def ranges(self, words: str) -> frozenset[frozenset[str]]:
        """Return the levels of each range that a text names: both of `T11-T12`."""
        check_time()
        plain = self.with_figures(in_figures(within_limit(words))[:LONGEST_TEXT])
        return frozenset(
            frozenset(group.levels)
            for group in self.groups(plain)
            if (first := self.level.match(plain, group.start))
            and self.to.match(plain, first.end())
        )

    def regions(self, words: str) -> frozenset[str]:
        """Return the parts of the spine that a text names: `thoracic`."""
        plain = folded(words[:LONGEST_TEXT])
        return frozenset(
            name for name, words in self._regions.items() if words.search(plain)
        )

    def lumbar_region(self, words: str) -> frozenset[int]:
        """Return the numbers of the lumbar vertebrae in the words of a measurement.

        Four for `L1-L4`, two for `L2, L3`.
        """
        regions: list[frozenset[int]] = []
        for match in self._lumbar_region.finditer(without_accents(words)):
            numbers = sorted(int(one) for one in re.findall("[1-5]", match["levels"]))
            if len(numbers) == 2 and self._dash.search(match["levels"]):
                numbers = list(range(numbers[0], numbers[1] + 1))
            regions.append(frozenset(numbers))
        return max(regions, key=len, default=frozenset())

    def plain(self, words: str) -> str:
        """Return a text spelled out, with its levels in figures."""
        plain = self._speller.spell_out(spaced(normal(words[:LONGEST_TEXT])))
        return self.with_figures(plain)

    def with_figures(self, words: str) -> str:
        """Rewrite a number before its name as a level: `12. BWK` is `T12`.

        The names of sequences are marked, so that they are no levels.
        """
        words = self._sequences.marked(words)
        for pattern, ordinals in self._numbered:
            words = self._rewritten(words, pattern, ordinals)
        return _BLANKS.sub(" ", words)

    def _rewritten(
        self, words: str, pattern: re.Pattern[str], ordinals: Sequence[str]
    ) -> str:
        """Rewrite numbers before a name as levels.

        A number behind a name is that one's, `Fraktur LWK 1. BWK 12 alt`, unless that
        one has a number before it, `12. BWK 1. LWK`.
        """
        parts, end, last_left = list[str](), 0, 0
        for match in pattern.finditer(words):
            start = match.start("numbers")
            first = max(start - LONGEST_NAME, 0)
            is_next = last_left > 0 and not words[last_left:start].strip(" -")
            if is_next or self._name_before.search(words, first, start):
                last_left = match.end()
                continue
            parts += words[end : match.start()], _in_figures(match, ordinals)
            end = match.end()
        return "".join((*parts, words[end:]))

    def groups(self, part: str) -> Iterator[Group]:
        """Yield the groups of levels; `T2` in `L3 oedema on T2` is a sequence."""
        groups = self.all_groups(part)
        if not self._signal.search(part):
            yield from groups
            return
        all_ = [*islice(groups, MOST_GROUPS)]
        levels = [one for one in all_ if not self._is_sequence(one, part)]
        yield from levels or all_

    def _is_sequence(self, group: Group, part: str) -> bool:
        """Tell if a lone T1 or T2 follows a word such as `on`."""
        is_lone = len(group.levels) == 1 and group.levels <= SEQUENCES
        return is_lone and bool(self._sequence.search(part, 0, group.start))

    def all_groups(self, part: str) -> Iterator[Group]:
        position = 0
        is_of_signals = bool(self._signal.search(part))
        while first := self.level.search(part, position):
            last = _level(first)
            group = Group(first.start(), first.end(), {last})
            before = Group(group.start, group.start)  # without the member named last
            while following := self._following(part, group.end, last):
                # `bright on T2, L4`: no list goes from there to a lumbar vertebra
                is_apart = following.last[0] != last[0] and part[group.end] == ","
                if is_of_signals and is_apart and self._is_sequence(group, part):
                    break
                is_range = last in (following.levels or ())
                if is_range and before.levels & (following.levels or set()):
                    group = before  # `L1, T12-L2`: no list names a vertebra twice
                    break
                if not is_range:
                    before = replace(group, levels=set(group.levels))
                levels, last, group.end = following
                if levels is None:
                    group.is_clear = False
                elif group.is_clear and levels and group.levels:
                    group.levels |= levels
                elif group.is_clear:
                    group.levels = set()
            more = self._unread.match(part, group.end)
            if more and f"{last[0]}{more[1]}" in LEVELS:
                group.is_clear = False  # the list goes on in an unclear way
            yield group
            position = group.end

    def _following(self, part: str, end: int, last: str) -> _Continuation | None:
        """Return what continues a group that ends here; None if nothing does.

        It is a range, another level, or a number without a name.

        Args:
            part: a part of a text.
            end: index at which the group ends so far.
            last: the level that was named last.
        """
        for joints, is_range in ((self.to, True), (self._and, False)):
            joint = joints.match(part, end)
            match = self.level.match(part, joint.end()) if joint else None
            if joint is None or match is None:
                continue
            level = _level(match)
            is_loose = " " in joint[0] and not joint[0].strip().isalpha()
            if is_range and is_loose and _is_above(level, last):
                return None  # `L2 - L1 intact`: a dash between two statements
            levels = _span(last, level) if is_range else {level}
            return _Continuation(levels, level, match.end())
        slipped = self._slipped_upon(part, end, last)
        return slipped or self._following_number(part, end, last)

    def _slipped_upon(self, part: str, end: int, last: str) -> _Continuation | None:
        """Return the neighbour upon which a vertebra slips: `L4 on L5`."""
        joint = self._upon.match(part, end)
        match = self.level.match(part, joint.end()) if joint else None
        level = _level(match) if match else ""
        if match is None or len(_span(last, level)) != PAIR or level == last:
            return None
        return _Continuation({level}, level, match.end())

    def _following_number(self, part: str, end: int, last: str) -> _Continuation | None:
        bare = self._bare.match(part, end)
        if bare is None:
            return None
        level = f"{last[0]}{bare['number']}"
        if level not in LEVELS:
            return None
        if bare["dash"] and _is_above(level, last):
            return None  # `L3 - 1 unit`
        if bare["tight"] or bare["dash"] or bare["to"]:
            levels = _span(last, level)
        else:
            levels = {level}
            # `T12/1` means L1, and `T12/2/3` may be a day.
            if _is_above(level, last) and not _span(level, last):
                return _Continuation(None, level, bare.end())
        if (last, level) == SACRUM:
            return _Continuation(None, level, bare.end())
        return _Continuation(levels, level, bare.end())


def _named_level(vertebrae: Sequence[Vertebrae]) -> re.Pattern[str]:
    """Return a pattern for a name with its number: `LWK 2`.

    A name in Latin letters begins a word; Chinese is written without spaces.
    """
    thoracic, lumbar, not_after = (
        any_of(vertebrae, name) for name in ("thoracic", "lumbar", "not_after")
    )
    return re.compile(
        r"(?:(?<![A-Za-z0-9])|(?![A-Za-z]))"
        rf"(?:(?P<thoracic>{thoracic})|(?:{lumbar}))"
        rf"0?(?P<number>[1-9][0-9]?)(?![A-Za-z0-9{UNREAD_IN_NUMBER}]|\d|\.[0-9])"
        rf"(?!{not_after})"
    )


def _lumbar_region(
    vertebrae: Sequence[Vertebrae], dash: str, and_: str
) -> re.Pattern[str]:
    """Return a pattern for a lumbar region: `L1-L4`, `LWK 2 bis 4`, `腰椎1-4`.

    It may be a list, `L2, L3`. A number with decimals is a value, not a level.
    """
    name, number = rf"(?:{any_of(vertebrae, 'lumbar')}|第)", r"[1-5](?![\d.])"
    return re.compile(
        rf"(?:(?<![A-Za-z0-9])|(?![A-Za-z])){name}"
        rf"(?P<levels>{number}(?: ?(?:{dash}|[/,、+&]|{and_}) ?{name}?{number})*)",
        re.IGNORECASE,
    )


def _bare_number(and_: str, to: str, followers: str) -> re.Pattern[str]:
    """Return a pattern for a number without a name that continues a list of levels.

    - `L1-3`, `T11/12`, `L1,2`, `L1 and 3`: with a space before the number, no word may
      follow that makes it a count.
    - `T11 to 12`, `L1 - 3`: the number may as well be an hour, or the first of two (`L1
      to 2-3 weeks`), so the list has to end there.
    - `T9/10/11`, `L1, 3-5`: more numbers with the same joint, or a range at the end.
      `T9/10/26` may be a date.
    """
    few = "(?:1[0-2]|[1-9])"
    closed = rf"(?:\.?$|\s?(?:[;)&、·]|,(?![0-9])|{and_}|{followers}))"
    same = "|".join(
        rf"(?:(?P={joint}){few})+(?![A-Za-z0-9%]|[.:,/\-–][0-9])"
        for joint in ("tight", "list")
    )
    return re.compile(
        r"(?:(?:(?P<tight>[\-–])|(?P<list>[/+,&、・]))(?=\S)|\s?(?:[,&+、・"
        rf"]|{and_})\s?"
        rf"(?=[0-9]+\s?(?:$|[,;)/&+、·\-–]|{and_}|{followers}))"
        rf"|(?:(?P<dash>\s?[-‐–—−]\s)|\s?(?P<to>[~〜]|{to})\s?)"
        rf"(?=[0-9]+(?:{closed}|\s[-–—+/]\s(?![0-9]))))"
        r"(?P<number>[1-9][0-9]?)"
        r"(?![A-Za-z0-9%]|[.:][0-9]"
        rf"|(?!{same}|[\-–]{few}{closed})(?:[\-/][0-9]|,[0-9][0-9]))"
    )


def _regions(vertebrae: Sequence[Vertebrae]) -> dict[str, re.Pattern[str]]:
    """Compile the words for each part of the spine, of all languages."""
    words: dict[str, list[str]] = {}
    for language in vertebrae:
        for name, patterns in language.regions.items():
            words.setdefault(name, []).extend(map(folded_pattern, patterns))
    return {name: re.compile("|".join(patterns)) for name, patterns in words.items()}


def _numbered(words: Vertebrae, and_: str, to: str) -> re.Pattern[str]:
    """Return a pattern for numbers before a name: `12. BWK`, `1. bis 3. LWK`.

    It fits `11th and 12th thoracic vertebra` and `第1、第2、第3腰椎` too.
    """
    figure = "[1-9][0-9]?"
    ordinal = "|".join(sorted(words.ordinals, key=len, reverse=True)) or "(?!)"
    form = "|".join(words.numbered).replace("#", figure).replace("@", f"(?:{ordinal})")
    number = f"(?:{form}|{figure}|{ordinal})"
    thoracic, lumbar = "|".join(words.thoracic_after), "|".join(words.lumbar_after)
    return re.compile(
        rf"(?P<numbers>(?:{form})(?:\s?(?P<to>[-–~〜]|{to})\s?{number}"
        rf"|(?:\s?(?:[,/+&、・]|{and_})\s?{number}){{0,5}}))"
        rf"\s?(?:(?P<thoracic>{thoracic})|(?:{lumbar}))",
        re.IGNORECASE,
    )


def _in_figures(match: re.Match[str], ordinals: Sequence[str]) -> str:
    region = "T" if match["thoracic"] else "L"
    numbers = re.findall(
        "|".join(("[1-9][0-9]?", *reversed(ordinals))), match["numbers"].lower()
    )
    joint = "-" if match["to"] else ", "
    levels = (f"{region}{_figure_of(number, ordinals)}" for number in numbers)
    return f" {joint.join(levels)} "


def _figure_of(number: str, ordinals: Sequence[str]) -> str:
    """Return the figure of an ordinal in words; any other number stays as it is."""
    for figure, word in enumerate(ordinals, 1):
        if re.fullmatch(word, number):
            return str(figure)
    return number


def _level(match: re.Match[str]) -> str:
    region = "L" if match["thoracic"] is None else "T"
    return f"{region}{match['number']}"


def _is_above(level: str, last: str) -> bool:
    return (
        level in LEVELS and last in LEVELS and LEVELS.index(level) < LEVELS.index(last)
    )


def _span(first: str, last: str) -> set[str]:
    """Return all levels from one to another, in either order.

    A range of more than `LONGEST_SPAN` levels gives none. With T13 or L6 the two ends
    alone are returned.
    """
    if first not in LEVELS or last not in LEVELS:
        return {first, last}
    low, high = sorted((LEVELS.index(first), LEVELS.index(last)))
    return set(LEVELS[low : high + 1]) if high - low < LONGEST_SPAN else set()
