"""Tell which vertebral levels of a text count, as a last resort after all codes.

`level_names.py` finds the levels in groups. A word like "old" refers to the group next
to it; a word like "status post" refers to every group after it, up to the next comma.
The words are in `mappings/texts/`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import NamedTuple

from cds_service.fhir.mapping.files.language import Language, Vertebrae, any_of
from cds_service.fhir.mapping.levels.earlier_operations import EarlierOperations
from cds_service.fhir.mapping.levels.instrumented import InstrumentRules
from cds_service.fhir.mapping.levels.left import LeftPart, LeftRules
from cds_service.fhir.mapping.levels.level_names import (
    LONGEST_TEXT,
    MOST_GROUPS,
    Group,
    LevelNames,
    in_order,
)
from cds_service.fhir.mapping.levels.of_something_else import OtherRules
from cds_service.fhir.mapping.texts.clauses import remarks
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.fhir.mapping.texts.text_rules import (
    AUGMENTATIONS,
    Place,
    within_limit,
    without_accents,
)
from cds_service.fhir.site_calendar import year_of_answer
from cds_service.outgoing.deadline import check_time

# `L1?L2?`, `L1 ?`; in `L1 ?osteoporotic` the cause is in question.
_IN_QUESTION = r"\?|\s\?(?!\s*[^\W\d_]{3})"
# Words between the name of an operation, of which a part is read, and a level.
_APART = re.compile(r"\w*\W+\w")
_REMARK = re.compile(r"\(([^\d()]{1,20})\)")  # "(old)" after a level is about it
_SENTENCE = re.compile(r"[\n。]|\.(?=\s)")
_ENDED = re.compile(r"[\n。.,;，；、]")
# Behind a denial nothing may follow that says more: `no fracture line`.
_SAID = r"(?=\s*(?:$|[.,;:)\n。、，；]))"
# Characters between a vertebra and words that deny its fracture.
_NEAR = 40
_OLD, _OTHER, _NOT_THESE = "old-fracture", "other-at-level", "not-this-level"
_PERHAPS = "perhaps-this-level"
_AT_LEVEL = frozenset({_OTHER, _PERHAPS})
_ASIDE = frozenset({"aside"})
_ALONE = frozenset({"only-this-level"})
_IS_OLD = frozenset({_OLD})
_IN_DOUBT = frozenset({_PERHAPS})
# What words behind a list say of its vertebrae themselves.
_OF_LIST = _IS_OLD | _IN_DOUBT | AUGMENTATIONS
_DOUBTED = _IN_DOUBT | AUGMENTATIONS
_MARKS = frozenset({_OLD, _OTHER, _PERHAPS, _NOT_THESE}) | AUGMENTATIONS
MOST_MARKS = 10  # words of one kind in a part of a text

# finds where a text names each of these concepts
Places = Callable[[str, frozenset[str]], Mapping[str, Place]]


class _Part(NamedTuple):
    """A part of a text, with the levels in it."""

    clause: str
    groups: list[Group]


class LevelRules:
    """Reads the levels that a text names, by the words of all languages."""

    def __init__(
        self,
        languages: Sequence[Language],
        names: LevelNames,
        places: Places,
        known: Sequence[str] = (),
    ) -> None:
        """Compile the words.

        Args:
            languages: the files of `texts/`.
            names: finds the levels that a text names.
            places: finds the words that call a level old, or exclude it.
            known: plain words of reasons.
        """
        self._names, self._places = names, places
        self._kept = kept(self._treated_in)
        self._kept_of_fractures = kept(self._of_fractures_in)
        joints = [one.joints for one in languages]
        vertebrae = [one.vertebrae for one in languages]
        and_, with_ = (f"(?i:{any_of(joints, name)})" for name in ("and_", "with_"))
        or_ = f"(?i:{any_of(joints, 'or_')}|{any_of(vertebrae, 'versus')})"
        self._or = re.compile(rf"\s*,?\s*(?:{and_}\s*/\s*)?{or_}\s*")
        one_of, of_these, of_last = (
            any_of(vertebrae, name) for name in ("one_of", "one_of_after", "of_last")
        )
        self._one_of = re.compile(rf"(?:{one_of})\W*$", re.IGNORECASE)
        self._doubt = re.compile(rf"{_IN_QUESTION}|\s*(?:{of_these})", re.IGNORECASE)
        self._of_last = re.compile(rf"\s(?:{of_last})\W*$", re.IGNORECASE)
        self._joint = re.compile(rf"[,+&/]|{and_}")
        self._last_joint = _last_joint(vertebrae, and_)
        self._day = re.compile(any_of(vertebrae, "days"), re.IGNORECASE)
        self._accident = re.compile(any_of(vertebrae, "accidents"))
        self._nonunion = re.compile(any_of(vertebrae, "nonunion"), re.IGNORECASE)
        unbroken = any_of(vertebrae, "unbroken")
        self._unbroken = re.compile(rf"(?:{unbroken}){_SAID}", re.IGNORECASE)
        self._broken = re.compile(any_of(vertebrae, "broken"))
        # `and L2 with` behind a list: what follows goes with the whole list.
        self._list_with = re.compile(
            rf"{and_}\s*[^\W\d]{{1,4}}\s?\d{{1,2}}(?P<company>\s*,?\s*{with_})"
        )
        self._others = OtherRules(vertebrae, joints, known)
        self._instruments = InstrumentRules(vertebrae, (and_, with_))
        self._left = LeftRules(vertebrae, (and_, with_), names.named)
        self._earlier = EarlierOperations(names, places)

    def named(self, words: str) -> tuple[str, ...]:
        """List every level that a text names, in any context, from head to foot."""
        return self._names.named(words)

    def treated(self, words: str, year: int | None = None) -> tuple[str, ...]:
        """Return the levels that an order is to treat by its text, from head to foot.

        Levels of older fractures and operations, denied levels, and levels of bone
        density are left out. T13 and L6 are kept. `treat L1 only` leaves out the rest.

        Args:
            words: a text of the order.
            year: in which the order was written; None if unknown: that of the answer.
        """
        return self._kept(words, year or year_of_answer())

    def of_fractures(self, words: str) -> tuple[str, ...]:
        """Return the levels that the title of a fracture names, from head to foot.

        Those of another disease, `L4-L5 stenosis`, and of screws and rods are left out;
        those of old fractures are not. If nothing else is named, they count all the
        same: `L4 stenosis and fracture`.
        """
        kept = self._kept_of_fractures(words, year_of_answer())
        return kept or self._names.named(words)

    def _treated_in(self, words: str, year: int) -> tuple[str, ...]:
        check_time()
        levels, alone = set[str](), set[str]()
        for clause, groups in self._ordered(self._treated_parts(words, year)):
            levels.update(*(group.levels for group in groups))
            if len(groups) == 1 and self._places(clause, _ALONE):
                alone |= groups[0].levels
        return in_order(alone or levels)

    def _treated_parts(self, words: str, year: int) -> list[_Part]:
        """Return the parts of a text with the levels that no word of it excludes."""
        return [
            _Part(clause, [group for group in treated if group.is_clear])
            for clause, groups in self._statements(words, year)
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

    def _of_operation(self, part: _Part, *, is_joint: bool) -> list[Group]:
        """Return the levels of a part that are not of something else.

        Those next to the operation's name are its own: `kyphoplasty with RFA L3`.

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
        """Tell if a part without the operation's name may be about something else."""
        rest = part.clause
        for one in reversed(part.groups):
            rest = f"{rest[: one.start]} {rest[one.end :]}"
        return self._others.is_elsewhere(part.clause) or not self._others.is_known(rest)

    def _after_operations(self, part: _Part) -> set[int]:
        """Return the starts of the levels next to each name of an operation.

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
        """Return the starts of the levels ablated with an operation named after them.

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
        """Return the start of each level that has an ablation of its own."""
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

    def _of_fractures_in(self, words: str, year: int) -> tuple[str, ...]:
        check_time()
        fractures = self._without_company(words)
        return in_order(
            {
                level
                for clause, groups in self._statements(fractures, year, is_order=False)
                for group in self._treated(clause, groups, _AT_LEVEL)
                if not self._is_of_thing(clause, groups, group)
                for level in group.levels
            }
        )

    def _without_company(self, words: str) -> str:
        """Leave out what comes with a list of fractures, up to the next level.

        In `fractures of T11, T12 and L2 with facet arthrosis` no vertebra has the
        arthrosis alone.
        """
        if len(words) > LONGEST_TEXT:
            return words
        plain, begin = self._names.plain(words), 0
        for group in list(islice(self._names.all_groups(plain), MOST_GROUPS)):
            # In `L1 fracture, L4 and L5 with` the fracture is another's.
            *_, before = _ENDED.split(plain[begin : group.start])
            begin = group.end
            found = self._list_with.search(plain, group.start, group.end + _NEAR)
            is_behind = found is not None and found.start("company") == group.end
            if not is_behind or not self._names_break(before):
                continue
            end = _SENTENCE.search(plain, group.end)
            company = plain[group.end : end.start() if end else len(plain)]
            if not self._names.level.search(company) and not self._places(
                company, _OF_LIST
            ):
                last = group.end + len(company)
                plain = f"{plain[: group.end]}{' ' * len(company)}{plain[last:]}"
        return plain

    def _is_of_thing(self, clause: str, groups: list[Group], group: Group) -> bool:
        """Tell if another thing is named right next to levels: `herniated disc L5`."""
        begin = max((one.end for one in groups if one.end <= group.start), default=0)
        before, after = clause[begin : group.start], clause[group.end :]
        return self._others.is_named_next_to(before, after)

    def _statements(
        self, words: str, year: int, *, is_order: bool = True
    ) -> Iterator[tuple[str, list[Group]]]:
        """Yield each clause of a text with its levels, without those of screws."""
        plain = self._names.plain(words)
        plain = self._day.sub(lambda day: day[0].rstrip("."), plain)
        plain = self._without_nonunions(self._without_fixations(plain))
        plain = self._without_earlier(plain, year, is_order=is_order)
        plain = self._without_unbroken(plain)
        plain = _REMARK.sub(r"·\1 ", plain)
        for start, end in reversed([*self._in_doubt(plain)]):
            condition = plain[start:end].rstrip(", ")  # `L1 and, if needed, L2`
            if "," in plain[start + len(condition) : end]:
                plain = f"{plain[:start]}{condition} {plain[end:]}"
        for part in remarks(plain):
            for clause, groups in self._clauses(part):
                yield clause, list(self._split(clause, groups))

    def _split(self, clause: str, groups: list[Group]) -> Iterator[Group]:
        """Separate the last vertebra of a list if words after it are about that alone.

        `L1 and L2 if needed`; if the operation comes before the list, `L1, L3 old` too.
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

    def _group_of(self, clause: str, start: int, end: int) -> Group:
        return Group(start, end, set(self._names.named(clause[start:end])))

    def _is_about_last(self, clause: str, group: Group, *, is_first: bool) -> bool:
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
        """Return the levels that a text calls not treated, though others were.

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
        plain = self._names.plain(words)
        groups = list(islice(self._names.all_groups(plain), MOST_GROUPS))
        parts = self._left.parts(plain, groups, is_done=False)
        return frozenset[str]().union(*(one.levels for one in parts))

    def before_left_word(self, words: str) -> str | None:
        """Return what a text says before its first word for what was left."""
        return self._left.before_mark(words[:LONGEST_TEXT])

    def without_left_words(self, words: str, *, is_done: bool) -> str:
        """Leave out the words that say of some levels that they were not treated.

        A word for "not done" that remains is about the whole. None remains in
        `kyphoplasty L1, L3 aborted`, which was done.
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
        plain = self._names.plain(words)
        groups = list(islice(self._names.all_groups(plain), MOST_GROUPS))
        parts = self._left.parts(plain, groups, is_done=is_done)
        left = frozenset[str]().union(*(one.levels for one in parts))
        named = set[str]().union(*(group.levels for group in groups))
        return (plain, parts) if left and named - left else (words, [])

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
            level = self._names.level.search(words, end)
            last = level.start() if level else len(words)
            sentence = _SENTENCE.search(words, end, last)
            last = sentence.start() if sentence else last
            earlier = [one.end() for one in self._names.level.finditer(words[:begin])]
            is_of_next = level is not None and sentence is None
            first = begin if is_of_next else max(earlier, default=0)
            around = f"{words[first:begin]}|{words[end:last]}"
            if self._nonunion.search(around):
                words = f"{words[:begin]}{' ' * (end - begin)}{words[end:]}"
            start = max(end, start + 1)
        return words

    def _without_unbroken(self, words: str) -> str:
        """Blank out the levels whose fracture is denied: `L4 oedema, no fracture`.

        The vertebra that the operation is named with is ordered all the same.
        """
        denials = [one.start() for one in self._unbroken.finditer(words)]
        if not denials:
            return words
        groups = list(islice(self._names.all_groups(words), MOST_GROUPS))
        for at, group in enumerate(groups):
            after = [start for start in denials if 0 <= start - group.end <= _NEAR]
            between = words[group.end : after[0]] if after else ""
            is_apart = self._names.level.search(between) or _SENTENCE.search(between)
            if not after or is_apart or self._names_break(between):
                continue
            start = self._first_denied(words, groups, at)
            words = f"{words[:start]}{' ' * (group.end - start)}{words[group.end :]}"
        return words

    def _first_denied(self, words: str, groups: Sequence[Group], at: int) -> int:
        """Return where the levels of a list begin whose fracture is denied behind it.

        Behind a fracture or the operation it is the last alone: `fracture L1, L4
        oedema, no fracture`. A lone one next to the operation is ordered all the same.
        """
        group = groups[at]
        before = words[groups[at - 1].end if at else 0 : group.start]
        *_, before = _SENTENCE.split(before)
        is_ordered = bool(self._operations(before))
        joints = [*self._last_joint.finditer(words, group.start, group.end)]
        if joints and (is_ordered or self._names_break(before)):
            return joints[-1].end()
        return group.end if is_ordered else group.start

    def _without_earlier(self, words: str, year: int, *, is_order: bool) -> str:
        """Blank out the levels of an earlier operation, next to those of this one.

        An order need not name this one: a note on it may say the levels of both.
        """
        if len(set(self._names.named(words))) <= 1:
            return words
        operations = self._operations(words)
        if len(operations) > 1:
            return self._earlier.without(words, operations, year)
        if operations and is_order:
            return self._earlier.without_dated(words, operations[0], year)
        return words

    def _names_break(self, words: str) -> bool:
        return bool(self._broken.search(without_accents(words).lower()))

    def _without_fixations(self, words: str) -> str:
        """Blank out the levels that screws and rods join, if others are named.

        A lone vertebra is the one that is ordered: `kyphoplasty and fixation L1`.
        """
        if not self._instruments.has_fixation(words):
            return words
        groups = list(islice(self._names.all_groups(words), MOST_GROUPS))
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
        while named := self._places(words[start:], AUGMENTATIONS):
            first, end = min(named.values())
            places.append((start + first, start + end))
            start += max(end, 1)
        return places

    def _clauses(self, part: str) -> Iterator[tuple[str, list[Group]]]:
        """Split a text at commas, except those inside a group of levels.

        `L1, L2` stays whole, `L1, L4-5 stenosis` does not.
        """
        pieces = part.split(",")[:MOST_GROUPS] if "," in part else []
        for at in range(1, len(pieces)):
            is_named = self._names.level.search(pieces[at])
            if is_named and self._places(pieces[at], _AT_LEVEL):
                head = ",".join(pieces[:at])
                tail = part[sum(map(len, pieces[:at])) + at :]
                yield from self._clauses(head)
                yield from self._clauses(tail)
                return
        groups = list(islice(self._names.groups(part), MOST_GROUPS))
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

    def _treated(
        self, clause: str, groups: list[Group], marks: frozenset[str]
    ) -> list[Group]:
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
            old: Group | None = min(groups, key=lambda group: _distance(group, mark))
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

    def _decided(self, clause: str, groups: list[Group]) -> list[Group]:
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

    def _is_in_question(self, clause: str, group: Group) -> bool:
        """Tell if the words around levels say that they may not be meant."""
        if self._doubt.match(clause, group.end):
            return True
        if len(group.levels) == 1:
            return False
        is_one_of = bool(self._one_of.search(clause[: group.start]))
        return is_one_of or self._is_partly_other(clause, group)

    def _is_partly_other(self, clause: str, group: Group) -> bool:
        """Tell if words after a list may be about its end: `L1 and L4-L5 laminectomy`.

        So they are if the operation is named before the list. What it is for, or done
        with, is about the whole list.
        """
        joint = self._joint.search(clause.lower(), group.start, group.end)
        if joint is None or not self._names.to.search(clause, joint.end(), group.end):
            return False
        mark = self._places(clause, _AT_LEVEL).get(_OTHER)
        if mark is None or not 0 <= mark[0] - group.end <= 1:
            return False
        if self._places(clause[mark[0] : mark[1]], _ASIDE):
            return False
        return bool(self._places(clause[: group.start], AUGMENTATIONS))

    def in_question(self, words: str) -> bool:
        """Tell if a text leaves open which of the levels that it names are meant."""
        year = year_of_answer()
        parts = self._treated_parts(words, year)
        named, ordered = (_levels_of(one) for one in (parts, self._ordered(parts)))
        return ordered < named or any(
            len(self._decided(clause, groups)) < len(groups)
            or len(self._treated(clause, groups, _DOUBTED)) < len(groups)
            for clause, groups in self._statements(words, year)
        )

    def _named_by(self, mark: Place, groups: list[Group], clause: str) -> Group | None:
        """Return the group that a mark before it is about: `old fracture T8`.

        There is none if a joint is between them: `pain and L2`.
        """
        later = next((group for group in groups if group.start >= mark[1]), None)
        if later and self._joint.search(clause.lower(), mark[1], later.start):
            return None
        return later


def _levels_of(parts: list[_Part]) -> set[str]:
    return {level for part in parts for group in part.groups for level in group.levels}


def _distance(group: Group, mark: Place) -> tuple[int, bool]:
    """Return a sort key: the distance in characters, then groups after the mark."""
    start, end = mark
    if group.end <= start:
        return start - group.end, True
    return max(group.start - end, 0), False


def _last_joint(vertebrae: Sequence[Vertebrae], and_: str) -> re.Pattern[str]:
    """Return a pattern for a joint in a list: `L1, L3`, `L1 and L3`, `L1 L3`.

    `L4/5` is one segment.
    """
    thoracic, lumbar = any_of(vertebrae, "thoracic"), any_of(vertebrae, "lumbar")
    joint = rf"\s*(?:[,&+、・]|{and_})\s*(?:{and_}\s*)?|\s+"
    return re.compile(rf"(?<=\d)(?:{joint})(?=(?:{thoracic})[0-9]|(?:{lumbar})[0-9])")
