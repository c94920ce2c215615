"""Read vertebral levels from words, as a last resort after all codes.

Examples are `T12-L1`, `Th12`, `D11`, `L1,2` and `12. BWK`.

Levels that are named together form a group. A word like "old" refers to the group next
to it; a word like "status post" refers to every group after it, up to the next comma.
The words are in `mappings/texts/`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice, pairwise
from typing import NamedTuple

from cds_service.core.anatomy import SPINE
from cds_service.fhir.mapping.clauses import remarks
from cds_service.fhir.mapping.files.language import Language, Speller, Vertebrae, any_of
from cds_service.fhir.mapping.kept_texts import kept
from cds_service.fhir.mapping.levels.instrumented import InstrumentRules
from cds_service.fhir.mapping.levels.left import LeftPart, LeftRules
from cds_service.fhir.mapping.levels.of_something_else import OtherRules
from cds_service.fhir.mapping.text_rules import (
    AUGMENTATIONS,
    BROKEN,
    Place,
    folded,
    folded_pattern,
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
# characters: titles and notes of orders are shorter, and matching stays fast
LONGEST_TEXT = 2000
PAIR = 2  # vertebrae that are next to each other
MOST_GROUPS = 40  # groups of levels in one part of a text
LONGEST_SPAN = 6  # `T1-L5` names a stretch of the spine, not what is treated

# `L1?L2?`, `L1 ?`; in `L1 ?osteoporotic` the cause is in question.
_IN_QUESTION = r"\?|\s\?(?!\s*[^\W\d_]{3})"
_BLANKS = re.compile(" {2,}")  # around a level that was rewritten
# Words between the name of an operation, of which a part is read, and a level.
_APART = re.compile(r"\w*\W+\w")
_REMARK = re.compile(r"\(([^\d()]{1,20})\)")  # "(old)" after a level is about it
_SENTENCE = re.compile(r"[\n。]|\.(?=\s)")
_OLD, _OTHER, _NOT_THESE = "old-fracture", "other-at-level", "not-this-level"
_PERHAPS = "perhaps-this-level"
_AT_LEVEL = frozenset({_OTHER, _PERHAPS})
_ASIDE = frozenset({"aside"})
_ALONE = frozenset({"only-this-level"})
_IS_OLD = frozenset({_OLD})
_IN_DOUBT = frozenset({_PERHAPS})
_DOUBTED = _IN_DOUBT | AUGMENTATIONS
_MARKS = frozenset({_OLD, _OTHER, _PERHAPS, _NOT_THESE}) | AUGMENTATIONS
MOST_MARKS = 10  # words of one kind in a part of a text

# finds where a text names each of these concepts
Places = Callable[[str, frozenset[str]], Mapping[str, Place]]


@dataclass(slots=True)
class _Group:
    """Levels that are named together.

    Attributes:
        start, end: place of the group in its text.
        is_clear: the levels are all that the words mean.
    """

    start: int
    end: int
    levels: set[str] = field(default_factory=set)
    is_clear: bool = True


class _Part(NamedTuple):
    """A part of a text, with the levels in it."""

    clause: str
    groups: list[_Group]


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


# Names of vertebrae that are names of sequences as well.
SEQUENCES = frozenset({"T1", "T2"})


class LevelRules:
    """Reads the levels that a text names, by the words of all languages."""

    def __init__(
        self, languages: Sequence[Language], places: Places, known: Sequence[str] = ()
    ) -> None:
        """Compile the words.

        Args:
            languages: the files of `texts/`.
            places: finds the words that call a level old, or exclude it.
            known: plain words of reasons.
        """
        self._places, self._speller = places, Speller(languages)
        self._kept = kept(self._treated_in)
        self._kept_of_fractures = kept(self._of_fractures_in)
        joints = [one.joints for one in languages]
        vertebrae = [one.vertebrae for one in languages]
        thoracic, lumbar = any_of(vertebrae, "thoracic"), any_of(vertebrae, "lumbar")
        and_, to = (f"(?i:{any_of(joints, name)})" for name in ("and_", "to"))
        followers = f"(?i:{any_of(vertebrae, 'followers')})"
        not_after = any_of(vertebrae, "not_after")
        # A name in Latin letters begins a word; Chinese is written without spaces.
        self._level = re.compile(
            r"(?:(?<![A-Za-z0-9])|(?![A-Za-z]))"
            rf"(?:(?P<thoracic>{thoracic})|(?:{lumbar}))"
            rf"0?(?P<number>[1-9][0-9]?)(?![A-Za-z0-9{BROKEN}]|\d|\.[0-9])"
            rf"(?!{not_after})"
        )
        self._numbered = [
            (_numbered(language, and_, to), language.ordinals)
            for language in vertebrae
            if language.numbered
        ]
        self._to = re.compile(rf"\s*(?:[-‐–—−~〜]|{to})\s*")
        or_ = f"(?i:{any_of(joints, 'or_')}|{any_of(vertebrae, 'versus')})"
        self._or = re.compile(rf"\s*,?\s*(?:{and_}\s*/\s*)?{or_}\s*")
        self._and = re.compile(rf"\s*(?:[,/&+、・]|{and_})?\s*(?:(?:{and_})\s*)?")
        upon = any_of(vertebrae, "upon")
        self._upon = re.compile(rf"\s+(?i:{upon})\s+")
        one_of, of_these = (
            any_of(vertebrae, "one_of"),
            any_of(vertebrae, "one_of_after"),
        )
        self._one_of = re.compile(rf"(?:{one_of})\W*$", re.IGNORECASE)
        self._doubt = re.compile(rf"{_IN_QUESTION}|\s*(?:{of_these})", re.IGNORECASE)
        self._bare = _bare_number(and_, to, followers)
        self._unread = re.compile(r"[\-–/,]([0-9]+)")
        # `L1-L4`, `L1~4`, `LWK 2 bis 4`, `腰椎1-4`, `L2, L3`. A number with decimals is
        # a value, not a level.
        dash, name, number = rf"[-‐-―~〜]|{to}", rf"(?:{lumbar}|第)", r"[1-5](?![\d.])"
        self._lumbar_region = re.compile(
            rf"(?:(?<![A-Za-z0-9])|(?![A-Za-z])){name}"
            rf"(?P<levels>{number}(?: ?(?:{dash}|[/,、+&]|{and_}) ?{name}?{number})*)",
            re.IGNORECASE,
        )
        self._dash = re.compile(dash, re.IGNORECASE)
        self._joint = re.compile(rf"[,+&/]|{and_}")
        self._day = re.compile(any_of(vertebrae, "days"), re.IGNORECASE)
        self._regions = _regions(vertebrae)
        before = any_of(vertebrae, "sequence_before")
        self._sequence = re.compile(rf"\b(?:{before})\s+$", re.IGNORECASE)
        self._signal = re.compile(any_of(vertebrae, "signals"), re.IGNORECASE)
        self._accident = re.compile(any_of(vertebrae, "accidents"))
        self._nonunion = re.compile(any_of(vertebrae, "nonunion"), re.IGNORECASE)
        self._others = OtherRules(vertebrae, joints, known)
        with_ = f"(?i:{any_of(joints, 'with_')})"
        # `L1, L3`, `L1 and L3`, `L1 L3`; `L4/5` is one segment.
        joint = rf"\s*(?:[,&+、・]|{and_})\s*(?:{and_}\s*)?|\s+"
        self._last_joint = re.compile(
            rf"(?<=\d)(?:{joint})(?=(?:{thoracic})[0-9]|(?:{lumbar})[0-9])"
        )
        self._of_last = re.compile(
            rf"\s(?:{any_of(vertebrae, 'of_last')})\W*$", re.IGNORECASE
        )
        self._instruments = InstrumentRules(vertebrae, (and_, with_))
        self._left = LeftRules(vertebrae, (and_, with_), self.named)

    def treated(self, words: str) -> tuple[str, ...]:
        """Return the levels that an order is to treat by its text, from head to foot.

        Levels of older fractures and operations, denied levels, and levels of bone
        density are left out. T13 and L6 are kept. `treat L1 only` leaves out the rest.
        """
        return self._kept(words)

    def of_fractures(self, words: str) -> tuple[str, ...]:
        """Return the levels that the title of a fracture names, from head to foot.

        Those of another disease, `L4-L5 stenosis`, and of screws and rods are left out;
        those of old fractures are not. If nothing else is named, they count all the
        same: `L4 stenosis and fracture`.
        """
        return self._kept_of_fractures(words) or self.named(words)

    def _treated_in(self, words: str) -> tuple[str, ...]:
        check_time()
        levels, alone = set[str](), set[str]()
        for clause, groups in self._ordered(self._treated_parts(words)):
            levels.update(*(group.levels for group in groups))
            if len(groups) == 1 and self._places(clause, _ALONE):
                alone |= groups[0].levels
        return in_order(alone or levels)

    def _treated_parts(self, words: str) -> list[_Part]:
        """Return the parts of a text with the levels that no word of it excludes."""
        return [
            _Part(clause, [group for group in treated if group.is_clear])
            for clause, groups in self._statements(words)
            if (treated := self._treated(clause, self._decided(clause, groups), _MARKS))
        ]

    def _ordered(self, parts: list[_Part]) -> list[_Part]:
        """Leave out levels of something else: `kyphoplasty L1; catheter tip at T6`.

        If no part names the operation with levels of its own, all count.
        """
        operations = [one for one in parts if self._is_of_operation(one)]
        if not operations:
            return parts
        # `Kyphoplasty T8 RFA, L1 RFA`: the ablation is done with the cement.
        is_joint = any(
            self._after_operations(one) & self._ablated(one) for one in operations
        )
        return [
            _Part(one.clause, self._of_operation(one, is_joint=is_joint))
            for one in parts
        ]

    def _of_operation(self, part: _Part, *, is_joint: bool) -> list[_Group]:
        """Return the levels of a part that are no other thing's.

        What the operation's name is next to is its own: `kyphoplasty with RFA L3`.

        Args:
            part: the part of the text.
            is_joint: what is ablated is treated too.
        """
        is_named = self._is_of_operation(part)
        after = self._ablated(part) if is_joint else set[int]()
        if not is_named and self._is_elsewhere(part):
            return [one for one in part.groups if one.start in after]
        after |= self._after_operations(part) if is_named else set[int]()
        own = [
            one
            for at, one in enumerate(part.groups)
            if one.start in after or not self._is_of_another(part, at)
        ]
        return own or (part.groups if is_named else [])

    def _is_elsewhere(self, part: _Part) -> bool:
        """Tell if a part without the operation's name may be another thing's."""
        rest = part.clause
        for one in reversed(part.groups):
            rest = f"{rest[: one.start]} {rest[one.end :]}"
        return self._others.is_elsewhere(part.clause) or not self._others.is_known(rest)

    def _after_operations(self, part: _Part) -> set[int]:
        """Return where the levels begin that each name of an operation is next to.

        They follow it, unless others are before it: `L1 kyphoplasty, L3 ablation`.
        """
        starts = set[int]()
        for begin, end in self._operations(part.clause):
            before = [
                one.start
                for at, one in enumerate(part.groups)
                if 0 <= begin - one.end <= 1
                and not self._is_of_another(part, at, is_before=True)
            ]
            after = [one.start for one in part.groups if one.start >= end]
            # `kyphoplasty L3` has a level of its own.
            if not after or _APART.match(part.clause[end : after[0]]):
                before += self._ablated_with(part, begin)
            starts.update(before or after[:1])
        return starts

    def _ablated_with(self, part: _Part, begin: int) -> list[int]:
        """Return where the levels begin that are ablated with an operation behind them.

        Args:
            part: the part of the text.
            begin: where the name of the operation begins.
        """
        starts = list[int]()
        for at, group in enumerate(part.groups):
            first = part.groups[at - 1].end if at else 0
            before, between = part.clause[first : group.start], ""
            if group.end <= begin:
                between = part.clause[group.end : begin]
            if between and self._others.is_ablated_with(before, between):
                starts.append(group.start)
        return starts

    def _is_of_another(self, part: _Part, at: int, *, is_before: bool = False) -> bool:
        """Tell if words next to levels say that they are of something else.

        Args:
            part: the part of the text.
            at: the place of the levels among its groups.
            is_before: only words before the levels count.
        """
        group = part.groups[at]
        begin = part.groups[at - 1].end if at else 0
        before = part.clause[begin : group.start]
        after = "" if is_before else part.clause[group.end :]
        return self._others.is_next_to(before, after)

    def _ablated(self, part: _Part) -> set[int]:
        """Return where each level begins that has an ablation of its own."""
        clause, starts = part.clause, set[int]()
        for begin, end in self._operations(clause):
            clause = f"{clause[:begin]}{' ' * (end - begin)}{clause[end:]}"
        for at, group in enumerate(part.groups):
            begin = part.groups[at - 1].end if at else 0
            before, after = clause[begin : group.start], clause[group.end :]
            if len(group.levels) == 1 and self._others.is_ablated(before, after):
                starts.add(group.start)
        return starts

    def _is_of_operation(self, part: _Part) -> bool:
        is_named = bool(self._places(part.clause, AUGMENTATIONS))
        return is_named and any(group.levels for group in part.groups)

    def _of_fractures_in(self, words: str) -> tuple[str, ...]:
        check_time()
        return in_order(
            {
                level
                for clause, groups in self._statements(words)
                for group in self._treated(clause, groups, _AT_LEVEL)
                for level in group.levels
            }
        )

    def _statements(self, words: str) -> Iterator[tuple[str, list[_Group]]]:
        """Yield each clause of a text with its levels, without those of screws."""
        plain = self._speller.spell_out(spaced(normal(words[:LONGEST_TEXT])))
        plain = self._with_figures(plain)
        plain = self._day.sub(lambda day: day[0].rstrip("."), plain)
        plain = self._without_nonunions(self._without_fixations(plain))
        plain = _REMARK.sub(r"·\1 ", plain)
        for start, end in reversed([*self._in_doubt(plain)]):
            condition = plain[start:end].rstrip(", ")  # `L1 and, if needed, L2`
            if "," in plain[start + len(condition) : end]:
                plain = f"{plain[:start]}{condition} {plain[end:]}"
        for part in remarks(plain):
            for clause, groups in self._clauses(part):
                yield clause, list(self._split(clause, groups))

    def _split(self, clause: str, groups: list[_Group]) -> Iterator[_Group]:
        """Cut off the last of a list that words after it are about.

        `L1 and L2 if needed`; of what was ordered before the list, `L1, L3 old` too.
        """
        for group in groups:
            joints = [*self._last_joint.finditer(clause, group.start, group.end)]
            is_first = group is groups[0]
            if not joints or not self._is_about_last(clause, group, is_first=is_first):
                yield group
                continue
            first = self._group_of(clause, group.start, joints[-1].start())
            last = self._group_of(clause, joints[-1].end(), group.end)
            yield from (first, last)

    def _group_of(self, clause: str, start: int, end: int) -> _Group:
        return _Group(start, end, set(self.named(clause[start:end])))

    def _is_about_last(self, clause: str, group: _Group, *, is_first: bool) -> bool:
        """Tell if the words after a list are about its last vertebra alone.

        Of a list behind others they are about all: `kyphoplasty L1 - T12, L2 intact`.
        """
        doubts = [start for start, _ in self._in_doubt(clause)]
        if any(0 <= start - group.end <= 1 for start in doubts):
            return True
        after = without_accents(clause[group.end :])
        is_of_last = self._of_last.match(after) or self._others.is_broken_part(after)
        if not is_first or not is_of_last:
            return False
        return bool(self._places(clause[: group.start], AUGMENTATIONS))

    def left(self, words: str, *, is_done: bool) -> frozenset[str]:
        """Return the levels that were not treated, though others were, by a text.

        Args:
            words: a title.
            is_done: of something that was done: what it plans was not.
        """
        _, parts = self._left_parts(words, is_done=is_done)
        return frozenset[str]().union(*(one.levels for one in parts))

    def left_in_note(self, words: str) -> frozenset[str]:
        """Return the levels that a note on what was done calls left.

        A note may name no other level. What it plans may have been done.
        """
        if not self._left.may_leave(words[:LONGEST_TEXT], is_done=False):
            return frozenset()
        plain = self._plain(words)
        groups = list(islice(self._all_groups(plain), MOST_GROUPS))
        parts = self._left.parts(plain, groups, is_done=False)
        return frozenset[str]().union(*(one.levels for one in parts))

    def before_left_word(self, words: str) -> str | None:
        """Return what a text says before its first word for what was left."""
        return self._left.before_mark(words[:LONGEST_TEXT])

    def without_left_words(self, words: str, *, is_done: bool) -> str:
        """Leave out the words that say of some levels that they were not treated.

        So no word is left of what was not done but of the whole: `kyphoplasty L1, L3
        aborted` was done.
        """
        plain, parts = self._left_parts(words, is_done=is_done)
        if not parts:
            return words
        for start, end in sorted(mark for one in parts for mark in one.marks):
            plain = f"{plain[:start]}{' ' * (end - start)}{plain[end:]}"
        return plain

    def _left_parts(self, words: str, *, is_done: bool) -> tuple[str, list[LeftPart]]:
        """Return a text with its levels in figures, and its parts on what was left.

        If nothing else is named, all was left, and a title says that of the whole.
        """
        if not self._left.may_leave(words[:LONGEST_TEXT], is_done=is_done):
            return words, []
        plain = self._plain(words)
        groups = list(islice(self._all_groups(plain), MOST_GROUPS))
        parts = self._left.parts(plain, groups, is_done=is_done)
        left = frozenset[str]().union(*(one.levels for one in parts))
        named = set[str]().union(*(group.levels for group in groups))
        return (plain, parts) if left and named - left else (words, [])

    def _plain(self, words: str) -> str:
        """Return a text spelled out, with its levels in figures."""
        plain = self._speller.spell_out(spaced(normal(words[:LONGEST_TEXT])))
        return self._with_figures(plain)

    def _without_nonunions(self, words: str) -> str:
        """Blank out what calls a fracture old that has not healed.

        `L1 old fracture, painful nonunion` is treated. The words belong together unless
        another level or the end of a sentence is between them.
        """
        if not self._nonunion.search(words):
            return words
        start = 0
        for _ in range(MOST_MARKS):
            place = self._places(words[start:], _IS_OLD).get(_OLD)
            if place is None:
                break
            begin, end = (start + one for one in place)
            level = self._level.search(words, end)
            last = level.start() if level else len(words)
            sentence = _SENTENCE.search(words, end, last)
            last = sentence.start() if sentence else last
            earlier = [one.end() for one in self._level.finditer(words[:begin])]
            is_of_next = level is not None and sentence is None
            first = begin if is_of_next else max(earlier, default=0)
            around = f"{words[first:begin]}|{words[end:last]}"
            if self._nonunion.search(around):
                words = f"{words[:begin]}{' ' * (end - begin)}{words[end:]}"
            start = max(end, start + 1)
        return words

    def _without_fixations(self, words: str) -> str:
        """Blank out the levels that screws and rods join, if others are named.

        A lone vertebra is the one that is ordered: `kyphoplasty and fixation L1`.
        """
        if not self._instruments.has_fixation(words):
            return words
        groups = list(islice(self._all_groups(words), MOST_GROUPS))
        if len(set[str]().union(*(group.levels for group in groups))) <= 1:
            return words
        operations = self._operations(words)
        for group in self._instruments.of_fixation(words, groups, operations):
            blank = " " * (group.end - group.start)
            words = f"{words[: group.start]}{blank}{words[group.end :]}"
        return within_limit(words)

    def _operations(self, words: str) -> list[Place]:
        """Return each place at which a text names an augmentation."""
        places, start = list[Place](), 0
        while found := self._places(words[start:], AUGMENTATIONS):
            first, end = min(found.values())
            places.append((start + first, start + end))
            start += max(end, 1)
        return places

    def named(self, words: str) -> tuple[str, ...]:
        """List every level that a text names, in any context, from head to foot.

        Of an unclear list the clear part counts.
        """
        check_time()
        plain = self._speller.spell_out(within_limit(words)[:LONGEST_TEXT])
        return in_order(
            {
                level
                for group in self._groups(self._with_figures(plain))
                for level in group.levels
            }
        )

    def without_named(self, words: str) -> str:
        """Return a text without the levels that it names, in any context."""
        check_time()
        plain = self._with_figures(
            self._speller.spell_out(within_limit(words)[:LONGEST_TEXT])
        )
        for group in reversed([*self._groups(plain)]):
            plain = f"{plain[: group.start]} {plain[group.end :]}"
        return plain

    def ranges(self, words: str) -> frozenset[frozenset[str]]:
        """Return the levels of each range that a text names: both of `T11-T12`."""
        check_time()
        plain = self._with_figures(within_limit(words)[:LONGEST_TEXT])
        return frozenset(
            frozenset(group.levels)
            for group in self._groups(plain)
            if (first := self._level.match(plain, group.start))
            and self._to.match(plain, first.end())
        )

    def regions(self, words: str) -> frozenset[str]:
        """Return the parts of the spine that a text names: `thoracic`."""
        plain = folded(words[:LONGEST_TEXT])
        return frozenset(
            name for name, words in self._regions.items() if words.search(plain)
        )

    def _with_figures(self, words: str) -> str:
        """Rewrite a number before its name as a level: `12. BWK` is `T12`."""
        for pattern, ordinals in self._numbered:
            words = pattern.sub(partial(_in_figures, ordinals), words)
        return _BLANKS.sub(" ", words)

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

    def _clauses(self, part: str) -> Iterator[tuple[str, list[_Group]]]:
        """Split a text at commas, except those inside a group of levels.

        `L1, L2` stays whole, `L1, L4-5 stenosis` does not.
        """
        pieces = part.split(",")[:MOST_GROUPS] if "," in part else []
        for at in range(1, len(pieces)):
            if self._level.search(pieces[at]) and self._places(pieces[at], _AT_LEVEL):
                head = ",".join(pieces[:at])
                tail = part[sum(map(len, pieces[:at])) + at :]
                yield from self._clauses(head)
                yield from self._clauses(tail)
                return
        groups = list(islice(self._groups(part), MOST_GROUPS))
        ends = [
            comma.start()
            for comma in re.finditer(",", part)
            if not any(group.start <= comma.start() < group.end for group in groups)
        ]
        begin = 0
        for end in (*ends, len(part)):
            inside = [
                replace(group, start=group.start - begin, end=group.end - begin)
                for group in groups
                if begin <= group.start < end
            ]
            yield part[begin:end], inside
            begin = end

    def _groups(self, part: str) -> Iterator[_Group]:
        """Yield the groups of levels; `T2` in `L3 oedema on T2` is a sequence."""
        groups = self._all_groups(part)
        if not self._signal.search(part):
            yield from groups
            return
        all_ = [*islice(groups, MOST_GROUPS)]
        levels = [one for one in all_ if not self._is_sequence(one, part)]
        yield from levels or all_

    def _is_sequence(self, group: _Group, part: str) -> bool:
        """Tell if a lone T1 or T2 follows a word such as `on`."""
        is_lone = len(group.levels) == 1 and group.levels <= SEQUENCES
        return is_lone and bool(self._sequence.search(part, 0, group.start))

    def _all_groups(self, part: str) -> Iterator[_Group]:
        position = 0
        is_of_signals = bool(self._signal.search(part))
        while first := self._level.search(part, position):
            last = _level(first)
            group = _Group(first.start(), first.end(), {last})
            before = _Group(group.start, group.start)  # without the member named last
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
        for joints, is_range in ((self._to, True), (self._and, False)):
            joint = joints.match(part, end)
            match = self._level.match(part, joint.end()) if joint else None
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
        match = self._level.match(part, joint.end()) if joint else None
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

    def _treated(
        self, clause: str, groups: list[_Group], marks: frozenset[str]
    ) -> list[_Group]:
        """Return the groups of a clause that no word of these concepts excludes."""
        if not groups:
            return []
        places = self._places(clause, marks)
        if (mark := places.get(_NOT_THESE)) and not self._accident.search(
            clause.lower(), mark[1]
        ):
            groups = [group for group in groups if group.start < mark[0]]
        marked = [places[name] for name in (_OLD, _OTHER) if name in places]
        if _PERHAPS in places:
            marked += self._in_doubt(clause)
        for mark in marked:
            if not groups:
                break
            is_named = any(
                end <= groups[0].start
                for name, (_, end) in places.items()
                if name in AUGMENTATIONS
            )
            old: _Group | None = min(groups, key=lambda group: _distance(group, mark))
            # The first level, as in "kyphoplasty L1, old fracture", is the ordered one.
            if is_named and old is groups[0] and groups[0].end <= mark[0]:
                old = self._named_by(mark, groups[1:], clause)
            groups = [group for group in groups if group is not old]
        return groups

    def _in_doubt(self, clause: str) -> Iterator[Place]:
        """Yield each place at which words call a level conditional."""
        start = 0
        for _ in range(MOST_MARKS):
            # A word may look back at the figure before it.
            blank = re.sub(r"\D", "|", clause[:start]) + clause[start:]
            if not (mark := self._places(blank, _IN_DOUBT).get(_PERHAPS)):
                return
            yield mark
            start = max(mark[1], start + 1)

    def _decided(self, clause: str, groups: list[_Group]) -> list[_Group]:
        """Leave out what is named as one of two, or in question: `T12 or L1`, `L1?`."""
        undecided = {
            place
            for place, (one, other) in enumerate(pairwise(groups))
            if self._or.fullmatch(clause, one.end, other.start)
        }
        return [
            group
            for place, group in enumerate(groups)
            if not undecided & {place, place - 1}
            and not self._is_in_question(clause, group)
        ]

    def _is_in_question(self, clause: str, group: _Group) -> bool:
        """Tell if the words around levels say that they may not be meant."""
        if self._doubt.match(clause, group.end):
            return True
        if len(group.levels) == 1:
            return False
        is_one_of = bool(self._one_of.search(clause[: group.start]))
        return is_one_of or self._is_partly_other(clause, group)

    def _is_partly_other(self, clause: str, group: _Group) -> bool:
        """Tell if words after a list may be about its end: `L1 and L4-L5 laminectomy`.

        So they are if the operation is named before the list. What it is for, or done
        with, is about the whole list.
        """
        joint = self._joint.search(clause.lower(), group.start, group.end)
        if joint is None or not self._to.search(clause, joint.end(), group.end):
            return False
        mark = self._places(clause, _AT_LEVEL).get(_OTHER)
        if mark is None or not 0 <= mark[0] - group.end <= 1:
            return False
        if self._places(clause[mark[0] : mark[1]], _ASIDE):
            return False
        return bool(self._places(clause[: group.start], AUGMENTATIONS))

    def in_question(self, words: str) -> bool:
        """Tell if a text leaves open which of the levels that it names are meant."""
        parts = self._treated_parts(words)
        named, ordered = (_levels_of(one) for one in (parts, self._ordered(parts)))
        return ordered < named or any(
            len(self._decided(clause, groups)) < len(groups)
            or len(self._treated(clause, groups, _DOUBTED)) < len(groups)
            for clause, groups in self._statements(words)
        )

    def _named_by(
        self, mark: Place, groups: list[_Group], clause: str
    ) -> _Group | None:
        """Return the group that a mark before it is about: `old fracture T8`.

        There is none if a joint is between them: `pain and L2`.
        """
        later = next((group for group in groups if group.start >= mark[1]), None)
        if later and self._joint.search(clause.lower(), mark[1], later.start):
            return None
        return later


def _levels_of(parts: list[_Part]) -> set[str]:
    return {level for part in parts for group in part.groups for level in group.levels}


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


def _in_figures(ordinals: Sequence[str], match: re.Match[str]) -> str:
    region = "T" if match["thoracic"] else "L"
    numbers = re.findall(
        "|".join(("[1-9][0-9]?", *reversed(ordinals))), match["numbers"].lower()
    )
    figures = (
        next(
            (at for at, word in enumerate(ordinals, 1) if re.fullmatch(word, number)),
            number,
        )
        for number in numbers
    )
    joint = "-" if match["to"] else ", "
    return f" {joint.join(f'{region}{figure}' for figure in figures)} "


def _distance(group: _Group, mark: Place) -> tuple[int, bool]:
    """Return a sort key: the distance in characters, then groups after the mark."""
    start, end = mark
    if group.end <= start:
        return start - group.end, True
    return max(group.start - end, 0), False


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
