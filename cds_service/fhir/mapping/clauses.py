"""Cuts a text into the parts in which words belong together, and reads each part.

Each kind of text has its own borders: a comma divides a title, and no note. Lengths of
time are cut at words too (`then`, `followed by`), in `durations.py`.

How a part says what it names is decided here alone: denied, suspected, withdrawn, not
done. The words for it are in `mappings/texts/`; what is named, the vocabularies know
that stand on top: concepts, drugs, vertebrae.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from cds_service.fhir.mapping.text_rules import (
    KEPT_TEXTS,
    LONGEST_KEPT,
    Place,
    folded,
)

# A full stop that ends something, and no decimal point: `1.5`.
_FULL_STOP = r"\.(?=\s|$)"
_SENTENCE = re.compile(rf"[;\n。；]|{_FULL_STOP}")
_REMARK = re.compile(rf"[;\n。；()]|{_FULL_STOP}")
# `Kyphoplasty L1 - after a fall`; the dash of `L1-L3` has no spaces.
_CLAUSE = re.compile(rf"[;\n。；(),，]|{_FULL_STOP}|\s[-–—]\s")
_NAME = re.compile(r"[,;\n、，；]")
# A full stop after a word of four letters or more: shorter ones are abbreviations (`Z.
# n.`, `St. n.`, `fam.`). Items may be numbered: `1. Diabetes 2. Demenz`.
_STATEMENT = re.compile(
    r"(?<=[^\W\d_]{4})\.(?=\s|$)|[;\n。；]|(?:^|\s)\d{1,2}[.)、](?=\s*[^\W\d])"
)


def sentences(note: str) -> list[str]:
    """Cut a note."""
    return _SENTENCE.split(note)


def remarks(text: str) -> list[str]:
    """Cut words about vertebrae: a bracket may be of another one."""
    return _REMARK.split(text)


def clauses(title: str) -> list[str]:
    """Cut the title of an order: what is ordered, why and how."""
    return _CLAUSE.split(title)


def statements(text: str) -> list[str]:
    """Cut an entry of a problem list, which may state several things."""
    return _STATEMENT.split(text)


def names(text: str) -> list[str]:
    """Cut several names of one entry."""
    return _NAME.split(text)


# --- how a clause says what it names

# `no`, `without`, `kein`; of somebody else, feared, looked for
DENIED = frozenset({"denial"})
# of `@` for a name, no more than that it is not so: `no @`, `@ ruled out`
ONLY_DENIED = frozenset({"whole-denial"})
# of a drug or an act: stopped, declined, planned
NOT_DONE = frozenset({"not-done"})
# of an order: cancelled, refused, done elsewhere
WITHDRAWN = frozenset({"withdrawn"})
# Where a denial may end. The Chinese mark between names is a comma in Japanese, where
# it stands after a verb.
BORDER = r"[,:()（），]|(?<=[\u3040-\u30ff無])、|\s[-–—]\s"
# `metastasis: none`, where nothing before the colon denies
_COLON = ":"
_FIGURE = re.compile(r"\d")  # of a vertebra, most often
MOST_ASIDES = 20
# characters; in longer prose no denial is looked for, since each costs a search
LONGEST_STATEMENT = 500
_LETTER = re.compile(r"[^\W\d_]")

Places = Callable[[str, frozenset[str] | None], Mapping[str, Place]]
NOTHING: frozenset[str] = frozenset()


class Joints(NamedTuple):
    """What stands between words.

    Attributes:
        several: between two names.
        aside: before an aside: what is denied after it is what follows it.
        suspicion: words that call a diagnosis suspected.
        contrast: `but`, `other than`: no denial holds beyond it.
        turned: a denial that denies none of what it stands with: `no change of`, `not
            excluded`.
        found: `is`, `known`: of what is there, so that it is none of a list of what is
            denied.
        relatives: of whom all of a sentence speaks.
        border: where a denial may end.
        in_list: between the last two of a list: `no fracture, abscess or metastasis`;
            its group `and_` if it only adds.
    """

    several: re.Pattern[str]
    aside: re.Pattern[str]
    suspicion: re.Pattern[str]
    contrast: re.Pattern[str]
    turned: re.Pattern[str]
    found: re.Pattern[str]
    relatives: re.Pattern[str]
    border: re.Pattern[str]
    in_list: re.Pattern[str]


class Clause:
    """A part of a text, read once: each question is answered when it is first asked.

    Attributes:
        text: folded.
    """

    def __init__(self, text: str, reader: "ClauseReader") -> None:
        """Take a part of a folded text."""
        self.text, self._reader = text, reader

    @cached_property
    def plain(self) -> str:
        """It without the words that call something suspected."""
        return self._reader.without_suspicion(self.text)

    @property
    def is_suspected(self) -> bool:
        """Whether it calls something suspected."""
        return self.plain != self.text

    @property
    def is_suspicion_alone(self) -> bool:
        """Whether it says no more than `suspected`, of what other words name."""
        return self.is_suspected and not _LETTER.search(self.plain)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where it names which concepts, in `plain`."""
        return self._reader.places(self.plain, None)

    @property
    def named(self) -> frozenset[str]:
        """The concepts that it names, in whatever way."""
        return frozenset(self.places)

    @cached_property
    def denies_at(self) -> int | None:
        """Where its first word of denial stands; None if there is none."""
        place = self._reader.places(self.text, DENIED).get("denial")
        return place[0] if place else None

    @cached_property
    def ruled_out(self) -> Mapping[str, Place]:
        """Where it names concepts that other words of it rule out: `no diabetes`."""
        return self._reader.ruled_out(self.text)

    @cached_property
    def is_denied(self) -> bool:
        """Whether it denies all that it names: `no known diabetes`."""
        return not self.is_suspected and self._denies(self.places.values())

    @cached_property
    def is_only_denial(self) -> bool:
        """Whether it says no more than that all that it names is not so.

        Asked of words that are to exclude a disease.
        """
        if len(self.text) > LONGEST_STATEMENT:
            return False
        named = self.places
        if self.is_suspected:
            named = self._reader.places(self.text, None)
        return self._denies([*named.values(), *self.ruled_out.values()])

    @cached_property
    def before_denial(self) -> frozenset[str]:
        """The concepts that it names before an aside that denies something."""
        if len(self.text) > LONGEST_STATEMENT:
            return NOTHING
        joints = self._reader.joints.aside.finditer(self.text, 1)
        begun = (
            self.text[: one.start()]
            for one in islice(joints, MOST_ASIDES)
            if self._reader.denies(self.text[one.end() :])
        )
        found = (self._reader.places(one, None) for one in begun)
        return frozenset().union(*found)

    def _denies(self, places: Collection[Place]) -> bool:
        """Whether it denies what it names at these places, and says no more."""
        if not places or len(self.text) > LONGEST_STATEMENT:
            return False
        start, end = (min(at for at, _ in places), max(at for _, at in places))
        if self._reader.joints.several.search(self.text, start, end):
            return False
        rest = f"{self.text[:start]}@{self.text[end:]}"
        return bool(self._reader.places(rest, ONLY_DENIED))


class ClauseReader:
    """Reads the clauses of texts, by the words of all languages.

    Attributes:
        places: where a text names which of these concepts; None: of all.
        ruled_out: where it names what other words of it rule out.
    """

    def __init__(
        self,
        places: Places,
        ruled_out: Callable[[str], Mapping[str, Place]],
        joints: Joints,
    ) -> None:
        """Keep the vocabulary, and what stands between its words."""
        self.places, self.ruled_out, self.joints = places, ruled_out, joints
        self._kept = lru_cache(KEPT_TEXTS)(self._read)
        self._kept_whole = lru_cache(KEPT_TEXTS)(self._whole)

    def read(self, text: str) -> tuple[Clause, ...]:
        """Read each statement of a text."""
        look = self._kept if len(text) <= LONGEST_KEPT else self._read
        return look(text)

    def whole(self, text: str) -> Clause:
        """Read a text as one statement."""
        look = self._kept_whole if len(text) <= LONGEST_KEPT else self._whole
        return look(text)

    def without_suspicion(self, text: str) -> str:
        """The folded text without the words that call something suspected.

        `?`, `Verdacht auf`, `possible`
        """
        return self.joints.suspicion.sub(" ", folded(text))

    def turns(self, text: str) -> list[str]:
        """The denials of a text that deny none of what they stand with."""
        return [found[0] for found in self.joints.turned.finditer(folded(text))]

    def without_turns(self, text: str) -> str:
        """The folded text without those denials."""
        return self.joints.turned.sub(" ", folded(text))

    def contrasts(self, sentence: str) -> list[str]:
        """Cut a sentence where no denial goes on: `no fracture, but metastases`."""
        words, parts, start = folded(sentence), list[str](), 0
        for turn in self.joints.contrast.finditer(words):
            parts.append(words[start : turn.start()])
            start = turn.end()
        return [*parts, words[start:]]

    def stretches(self, sentence: str) -> list[str]:
        """Cut a sentence into what it denies and what it does not.

        What follows a comma is denied only as one of a list: `no fracture, abscess or
        metastasis`, and not `no fracture, metastasis of T12`.
        """
        words = folded(sentence)
        if not self.denies(words) or self.joints.relatives.search(words):
            return [words]
        if self.whole(words).is_only_denial:
            return [words]
        found: list[str] = []
        denied = follows = ""
        for part in self._parts(words):
            if self.denies(part):
                found += self._ended(denied, follows)
                denied, follows = part, ""
            else:
                follows += part
        return [one for one in (*found, *self._ended(denied, follows)) if one.strip()]

    def _parts(self, words: str) -> list[str]:
        """Cut at borders, each before its part; not before `: none`."""
        parts, start, is_denied = list[str](), 0, False
        for border in self.joints.border.finditer(words):
            is_denied |= self.denies(words[start : border.start()])
            if is_denied or border[0] != _COLON:
                parts.append(words[start : border.start()])
                start = border.start()
        return [*parts, words[start:]]

    def _ended(self, denied: str, follows: str) -> list[str]:
        """A denial with the list that it goes on with, and what is beyond it."""
        if not denied:
            return [follows]
        end = self._end_of_list(follows)
        return [denied + follows[:end], follows[end:]]

    def _end_of_list(self, follows: str) -> int:
        """How far what follows a denial is a list of bare names that it denies."""
        joints = list(self.joints.in_list.finditer(follows))
        if not joints:
            return 0
        last = joints[-1]
        border = self.joints.border.search(follows, last.end())
        end = border.start() if border else len(follows)
        # `no fracture and metastasis of T12`: what `and` adds may be there
        listed = follows[:end] if last.lastgroup == "and_" else follows[: last.start()]
        return end if self._is_bare(listed) else 0

    def _is_bare(self, words: str) -> bool:
        """Whether words name things, and not that or where they were found."""
        return not _FIGURE.search(words) and not self.joints.found.search(words)

    def denies(self, text: str) -> bool:
        """Whether a word of a text denies something."""
        return bool(self.places(text, DENIED))

    def is_not_done(self, text: str) -> bool:
        """Whether an act or a drug is said to be stopped, declined or only planned."""
        return bool(self.places(text, NOT_DONE))

    def is_withdrawn(self, text: str) -> bool:
        """Whether the words of an order withdraw it."""
        return self.withdrawn_at(text) is not None

    def withdrawn_at(self, text: str) -> int | None:
        """Where the words of an order withdraw it; None if they do not."""
        place = self.places(text, WITHDRAWN).get("withdrawn")
        return place[0] if place else None

    def _read(self, text: str) -> tuple[Clause, ...]:
        return tuple([Clause(part, self) for part in statements(folded(text))])

    def _whole(self, text: str) -> Clause:
        return Clause(folded(text), self)
