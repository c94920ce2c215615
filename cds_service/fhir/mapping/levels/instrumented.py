"""Leave out of a text the vertebrae that screws and rods join.

A kyphoplasty of L1 with a fixation of T12-L2 treats one fracture: the other vertebrae
hold the screws. The words are in `mappings/texts/`.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

from cds_service.fhir.mapping.files.language import Vertebrae, any_of
from cds_service.fhir.mapping.texts.text_rules import STROKES

# Between two statements of a title, in any language.
BORDERS = r"[;,/()，、。；\n]|[+&]|\.(?=\s|$)|\s[-‐–—]\s"
# Marks after which a bare name of an operation goes on: `Fixation (T12-L2)`.
_GOES_ON = frozenset(",(，、")
LONGEST_JOINT = 6  # characters, with its spaces

Kind = Literal["augmentation", "fixation", "levels"]


class Place(Protocol):
    """A place in a text, which names one level or more."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class _Item(NamedTuple):
    start: int
    end: int
    kind: Kind


class InstrumentRules:
    """Tells which of the levels of a text are those of screws and rods."""

    def __init__(self, languages: Sequence[Vertebrae], joints: Sequence[str]) -> None:
        """Compile the words.

        Args:
            languages: the words about vertebrae of each language.
            joints: the words for "and" and "with".
        """
        self._fixations = re.compile(any_of(languages, "fixations"))
        apart = any_of(languages, "apart")
        self._borders = re.compile("|".join((BORDERS, *joints, apart)))
        broken = any_of(languages, "broken")
        self._broken_before = re.compile(rf"(?:{broken})\w*(?: \w{{1,5}})?\W{{0,3}}$")
        self._broken_after = re.compile(rf"\W{{0,3}}(?:[^\W\d]+\W+)?\w*?(?:{broken})")

    def has_fixation(self, words: str) -> bool:
        """Tell if a text names screws, rods or a fusion."""
        return bool(self._fixations.search(flat(words)))

    def of_fixation(
        self, words: str, groups: Sequence[Place], operations: Sequence[tuple[int, int]]
    ) -> list[Place]:
        """Return the places whose levels a fixation joins.

        Each operation takes the levels next to it within its statement: those behind
        it, or before it if the statement begins with levels. A vertebra that is called
        broken is never one that only holds screws.

        Args:
            words: a text.
            groups: the levels that it names.
            operations: where it names an augmentation.
        """
        plain = flat(words)
        places = {(one.start, one.end): one for one in groups}
        levels = [_Item(*place, "levels") for place in places]
        joined = list[Place]()
        bare = -1  # where a fixation without levels ended
        for start, end in self._statements(plain, levels):
            items = self._items(plain, start, end, levels, operations)
            is_more = all(one.kind == "levels" for one in items)
            if items and is_more and bare >= 0:
                between = plain[bare:start].strip()
                items = [one for one in items if not self._is_broken(plain, one)]
                if between and set(between) <= _GOES_ON:
                    joined += [places[one.start, one.end] for one in items]
            taken = self._taken(plain, items)
            held = [levels for verb, levels in taken if verb.kind == "fixation"]
            others = [levels for verb, levels in taken if verb.kind != "fixation"]
            # `BWK 12 auf LWK 2`: a joint that no list of levels knows
            for before, one in pairwise(items):
                is_next = before in held and one.start - before.end <= LONGEST_JOINT
                is_free = one.kind == "levels" and one not in (*held, *others)
                if is_next and is_free and not self._is_broken(plain, one):
                    held.append(one)
            joined += [places[one.start, one.end] for one in held]
            is_bare = bool(items) and items[-1].kind == "fixation" and not taken
            if items:
                bare = end if is_bare else -1
        return joined

    def _statements(self, plain: str, levels: Sequence[_Item]) -> list[tuple[int, int]]:
        """Cut a text at borders that are within no list of levels."""
        cuts = [0]
        for border in self._borders.finditer(plain):
            at = border.start()
            if not any(one.start <= at < one.end for one in levels):
                cuts += [at, border.end()]
        cuts.append(len(plain))
        return [*zip(cuts[::2], cuts[1::2], strict=True)]

    def _items(
        self,
        plain: str,
        start: int,
        end: int,
        levels: Sequence[_Item],
        operations: Sequence[tuple[int, int]],
    ) -> list[_Item]:
        """Return the levels and the operations of a statement, in their order."""
        fixations = [
            _Item(*found.span(), "fixation")
            for found in self._fixations.finditer(plain, start, end)
        ]
        augmentations = [_Item(*place, "augmentation") for place in operations]
        items = [
            one
            for one in (*levels, *augmentations, *fixations)
            if start <= one.start < end
        ]
        items.sort()
        # `instrumentation with pedicle screws`: two words for one thing
        return [
            one
            for before, one in pairwise([None, *items])
            if one is not None
            and (one.kind == "levels" or before is None or one.kind != before.kind)
        ]

    def _taken(self, plain: str, items: Sequence[_Item]) -> list[tuple[_Item, _Item]]:
        """Return each operation of a statement with the levels that belong to it."""
        taken = list[tuple[_Item, _Item]]()
        is_levels_first = bool(items) and items[0].kind == "levels"
        for at, verb in enumerate(items):
            if verb.kind == "levels":
                continue
            sides = [items[at + 1 : at + 2], items[at - 1 : at] if at else []]
            if is_levels_first:
                sides.reverse()
            for one in (one for side in sides for one in side):
                is_free = all(one is not other for _, other in taken)
                is_held = verb.kind == "fixation" and self._is_broken(plain, one)
                if one.kind == "levels" and is_free and not is_held:
                    taken.append((verb, one))
                    break
        return taken

    def _is_broken(self, plain: str, levels: _Item) -> bool:
        """Tell if a word for a fracture is next to levels: `L1 burst fracture`."""
        before, after = plain[: levels.start], plain[levels.end :]
        return bool(
            self._broken_before.search(before[-40:])
            or self._broken_after.match(after[:40])
        )


def flat(words: str) -> str:
    """Return a text in lower case and without accents, each letter at its place."""
    return words.lower() if words.isascii() else "".join(map(_flat, words))


def _flat(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter.translate(STROKES))[0]
    lower = (base if base.isascii() else letter).lower()
    return lower if len(lower) == 1 else letter
