"""Cut a text into the parts in which words belong together, and read each part.

Each kind of text has its own borders: a comma divides a title but not a sentence.
Lengths of time are cut at words too (`then`, `followed by`), in
`fhir/mapping/durations/durations.py`.

This module alone decides if a part denies, suspects or withdraws what it names, or says
that it was not done. The words for that are in `mappings/texts/`. Other modules know
the names of concepts, drugs and vertebrae.

A denial acts in two ways. Next to a name, `no diabetes`, it is one of the words with
which the concept's own rule does not match (`none` in `mappings/texts/`): the concept
is ruled out, and not named. Farther away, `no known diabetes`, it leaves the concept
named, and the clause denies it.

| clause                  | `named`  | `ruled_out` | and                           |
|-------------------------|----------|-------------|-------------------------------|
| `diabetes`              | diabetes |             |                               |
| `diabetes?`             | diabetes |             | `is_suspected`                |
| `no known diabetes`     | diabetes |             | `is_denied`, `is_only_denial` |
| `no diabetes`           |          | diabetes    | `is_only_denial`              |
| `mother had dementia`   |          | dementia    |                               |
| `wife has dementia`     | dementia |             | `of_another`: dementia        |
| `diabetes, no dementia` | diabetes | dementia    | `before_denial`: diabetes     |
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from string import ascii_lowercase
from typing import NamedTuple

from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.texts.both import GRAVE_IF_BOTH
from cds_service.fhir.mapping.texts.excepted_denials import ExceptedDenials
from cds_service.fhir.mapping.texts.kept_texts import kept_by_reader
from cds_service.fhir.mapping.texts.text_rules import Place, folded
from cds_service.outgoing.deadline import check_time

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


# `Metastasis? No metastasis`; in French the mark is apart.
_QUESTION = re.compile(r"(?<=[\w)])(?P<apart>\s{0,3})(?:[?？]+(?=\s|$)|？+)")
MOST_QUESTIONS = 20


def sentences(note: str) -> list[str]:
    """Cut a note into sentences."""
    return _SENTENCE.split(note)


def sentences_once(texts: Iterable[str]) -> list[str]:
    """Cut texts into sentences, each of them once; those repeat that say nothing."""
    return list(dict.fromkeys(one for text in texts for one in sentences(text)))


def remarks(text: str) -> list[str]:
    """Cut words about vertebrae; a bracket may be about another vertebra."""
    return _REMARK.split(text)


def clauses(title: str) -> list[str]:
    """Cut the title of an order into what is ordered, why and how."""
    return _CLAUSE.split(title)


def statements(text: str) -> list[str]:
    """Cut an entry of a problem list, which may state several things."""
    return _STATEMENT.split(text)


def names(text: str) -> list[str]:
    """Cut an entry into its several names."""
    return _NAME.split(text)


# --- denial, suspicion and withdrawal in a clause

# `no`, `without`, `kein`; also words for a disease that another person has, or that is
# feared or looked for
DENIED = frozenset({"denial"})
# a text that only denies the name for which `@` is written: `no @`, `@ ruled out`
ONLY_DENIED = frozenset({"whole-denial"})
# of a drug or an act: stopped, declined, planned
NOT_DONE = frozenset({"not-done"})
# of an order: cancelled, refused, done elsewhere
WITHDRAWN = frozenset({"withdrawn"})
# Where a denial may end. `、` divides names in Chinese; after a Japanese verb it is a
# comma, and so it is between a name and another vertebra: `L1無転移、L3転移`.
BORDER = (
    r"[,:()（），]|(?<=[\u3040-\u30ff無])、|\s[-–—]\s"
    r"|(?<=[^\W\da-z椎])、(?=\s?(?:第?\d{1,2}[胸腰頚颈]|[胸腰頚颈]椎?\d|(?:th|[tldc])-?\d))"
)
# In `metastasis: none` it is no border.
_COLON = ":"
_ASIDE = re.compile(r"[,:;(，、（]|\s[-–—]\s")  # between a disease and a person
_WORD = re.compile(r"[^\W\d_]{2}")
_WORDS = re.compile(r"[^\W\d_]+")
_WORD_OR_FIGURE = re.compile(r"[^\W_]")
_ITEM = re.compile(r"[,/、，]")  # between the items of a denied list
# As many words divide a disease from a person; `her late husband` has two.
DIVIDING_WORDS = 3
_FIGURE = re.compile(r"\d")  # of a vertebra, most often
MOST_ASIDES = 20
# characters; longer prose is not searched for denials, since each search costs time
LONGEST_STATEMENT = 500

FindPlaces = Callable[[str, frozenset[str] | None], Mapping[str, Place]]
NOTHING: frozenset[str] = frozenset()


class JointPatterns(NamedTuple):
    """Words and marks that join or divide other words, of all languages together.

    Attributes:
        several: words between two names.
        aside: words before an aside; a denial in the aside is about the aside alone.
        suspicion: words that call a diagnosis suspected.
        contrast: `but`, `other than`: a denial ends there, and a text with one does
            more than deny.
        turned: a denial by which something is there: `no change of`, `not excluded`.
        excepted: takes out the `no` of `no metastases except L2`.
        found: `is`, `known`: words for what is there. What they name is not part of a
            list of denied things.
        relatives: words for a relative of the patient. The whole sentence is then about
            the relative.
        persons: words for another person, one who cares for the patient or has died
            included.
        border: where a denial may end.
        in_list: the word between the last two of a list: `no fracture, abscess or
            metastasis`. The match has the group `and_` if the word is an `and`.
        denying: words that deny the name after them: `no evidence of`.
        denied: words that deny the name before them: `ruled out`.
        shown: words after a denied name that limit nothing: `on MRI`.
    """

    several: re.Pattern[str]
    aside: re.Pattern[str]
    suspicion: re.Pattern[str]
    contrast: re.Pattern[str]
    turned: re.Pattern[str]
    excepted: ExceptedDenials
    found: re.Pattern[str]
    relatives: re.Pattern[str]
    persons: re.Pattern[str]
    border: re.Pattern[str]
    in_list: re.Pattern[str]
    denying: re.Pattern[str]
    denied: re.Pattern[str]
    shown: re.Pattern[str]


class TitleReading(NamedTuple):
    """The names in a title: stated, denied or doubted, each denial read for itself.

    Attributes:
        stated: concepts without a denial.
        denied: concepts that are denied, and nothing is said of them but that.
        doubted: concepts after a denial that may be of something else: `without
            treatment of discitis`.
        words: its words outside denials.
        is_clear: each of its denials denies names that are known, and no more.
    """

    stated: frozenset[str]
    denied: frozenset[str]
    doubted: frozenset[str]
    words: str
    is_clear: bool = True


class Clause:
    """One statement of a text, or a whole text that is read as one.

    What is slow to find is found once, when it is first asked for.

    Attributes:
        text: its words, folded.
    """

    def __init__(self, text: str, reader: "ClauseReader") -> None:
        """Take the folded words of one statement."""
        self.text, self._reader = text, reader

    @cached_property
    def plain(self) -> str:
        """Return the text without the words that call something suspected."""
        return self._reader.without_suspicion(self.text)

    @property
    def is_suspected(self) -> bool:
        """Tell if it calls something suspected."""
        return self.plain != self.text

    @property
    def is_plainly_suspected(self) -> bool:
        """Tell if it begins or ends with `suspected`, and is without an aside."""
        joints = self._reader.joints
        if joints.aside.search(self.text, 1):
            return False
        words = list(islice(joints.suspicion.finditer(self.text), MOST_ASIDES))
        return any(
            not LETTER.search(self.text[: word.start()])
            or not LETTER.search(self.text[word.end() :])
            for word in words
        )

    @property
    def is_suspicion_alone(self) -> bool:
        """Tell if it only says `suspected`, of something that other words name."""
        return self.is_suspected and not LETTER.search(self.plain)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Find the place in `plain` of each concept that it names."""
        return self._reader.places(self.plain, None)

    @property
    def named(self) -> frozenset[str]:
        """Return the concepts that it names: denied, suspected or stated."""
        return frozenset(self.places)

    @cached_property
    def denies_at(self) -> int | None:
        """Find the index in `text` of its first word of denial; None without one."""
        place = self._reader.places(self.text, DENIED).get("denial")
        return place[0] if place else None

    @cached_property
    def ruled_out(self) -> Mapping[str, Place]:
        """Find the place of each concept that its words rule out: `no diabetes`."""
        return self._reader.ruled_out(self.text)

    @cached_property
    def is_denied(self) -> bool:
        """Tell if it denies all that it names, and no more: `no known diabetes`."""
        return not self.is_suspected and self._denies(self.places.values())

    @cached_property
    def of_another(self) -> frozenset[str]:
        """Return the concepts that are another person's alone: `wife has dementia`.

        A concept before the person is the patient's if words divide the two: `dementia,
        daughter informed`, but not `dementia of her husband` or `dementia (husband)`.
        A grave one is the patient's, too, if both have it, or if words of the patient
        name it.
        """
        persons = self._reader.joints.persons
        person = persons.search(self.plain)
        if person is None:
            return NOTHING
        begins = person.start()
        rest = persons.sub(" ", self.plain[begins:])
        says_more = bool(_WORD.search(rest))
        others = frozenset(
            name
            for name, (_, end) in self.places.items()
            if end > begins
            or not _is_apart(self.plain[end:begins], says_more=says_more)
        )
        return others - self._of_both if others & GRAVE_IF_BOTH else others

    @cached_property
    def _of_both(self) -> frozenset[str]:
        """Return what is grave in its words about the patient next to a relative."""
        part = self._reader.part_of_patient(self.plain)
        named = self._reader.places(part, None) if part else ()
        return GRAVE_IF_BOTH.intersection(named)

    @cached_property
    def is_only_denial(self) -> bool:
        """Tell if it denies all that it names or rules out, and says no more.

        Only such a clause may exclude a disease.
        """
        if len(self.text) > LONGEST_STATEMENT:
            return False
        if self._reader.are_denials(self.text):
            return True
        named = self.places
        if self.is_suspected:
            named = self._reader.places(self.text, None)
        return self._denies([*named.values(), *self.ruled_out.values()])

    @cached_property
    def before_denial(self) -> frozenset[str]:
        """Return the concepts that it names before an aside that denies something."""
        if len(self.text) > LONGEST_STATEMENT:
            return NOTHING
        named: set[str] = set()
        joints = self._reader.joints.aside.finditer(self.text, 1)
        for joint in islice(joints, MOST_ASIDES):
            before, aside = self.text[: joint.start()], self.text[joint.end() :]
            if self._reader.denies(aside):
                named |= self._reader.places(before, None).keys()
        return frozenset(named)

    @cached_property
    def title_reading(self) -> TitleReading:
        """Read its denials one by one: `L1 fracture without cord compression`."""
        return self._reader.read_title(self.text)

    @cached_property
    def named_apart(self) -> frozenset[str]:
        """Return what its words outside denials name, if each denial is understood.

        What `no cord compression` denies is no matter of the fracture before it.
        """
        reading = self.title_reading
        if not (reading.is_clear and reading.denied):
            return NOTHING
        return reading.stated & self._reader.places(reading.words, None).keys()

    def _denies(self, places: Collection[Place]) -> bool:
        """Tell if it denies what it names at these places, and says no more."""
        if not places or len(self.text) > LONGEST_STATEMENT:
            return False
        # A name may be known by a part of its word: `parapleg`, `querschnitt`. Chinese
        # is written without spaces, so only Latin letters belong to it.
        start = _start_of_word(self.text, min(begins for begins, _ in places))
        end = _end_of_word(self.text, max(ends for _, ends in places))
        if self._reader.joints.several.search(self.text, start, end):
            return False
        # `no metastasis except L1` states what it excepts.
        if self._reader.joints.contrast.search(self.text):
            return False
        remainder = f"{self.text[:start]}@{self.text[end:]}"
        return bool(self._reader.places(remainder, ONLY_DENIED))


def _start_of_word(text: str, at: int) -> int:
    while at > 0 and text[at - 1] in ascii_lowercase:
        at -= 1
    return at


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and text[at] in ascii_lowercase:
        at += 1
    return at


def _is_apart(between: str, *, says_more: bool) -> bool:
    """Tell if words between a disease and a person divide the two."""
    aside = _ASIDE.search(between)
    if aside is None:
        return False
    return says_more or len(_WORDS.findall(between, aside.end())) >= DIVIDING_WORDS


class ClauseReader:
    """Reads the statements of texts as clauses, by the words of all languages.

    Attributes:
        places: finds where a text names each of the given concepts; None: of all.
        ruled_out: finds where a text names each concept that its words rule out.
        are_denials: tells if a text consists of plain denials: `no bone metastases`.
        part_of_patient: returns what words with a relative say of the patient too.
    """

    def __init__(
        self,
        places: FindPlaces,
        ruled_out: Callable[[str], Mapping[str, Place]],
        are_denials: Callable[[str], bool],
        joints: JointPatterns,
        part_of_patient: Callable[[str], str],
    ) -> None:
        """Keep the vocabulary, and the joints between its words."""
        self.part_of_patient = part_of_patient
        self.places, self.ruled_out, self.joints = places, ruled_out, joints
        self.are_denials = are_denials

    @kept_by_reader
    def read(self, text: str) -> tuple[Clause, ...]:
        """Read each statement of a text; leave out what is empty between two marks."""
        check_time()
        parts = statements(folded(text))
        return tuple([Clause(part, self) for part in parts if part.strip()])

    @kept_by_reader
    def whole(self, text: str) -> Clause:
        """Read a text as one statement."""
        check_time()
        return Clause(folded(text), self)

    @kept_by_reader
    def without_suspicion(self, text: str) -> str:
        """Return the folded text without words of suspicion: `?`, `possible`."""
        return self.joints.suspicion.sub(" ", folded(text))

    @kept_by_reader
    def turned_denials(self, text: str) -> tuple[str, ...]:
        """Return the denials by which something is there: `no change of`."""
        return tuple([one[0] for one in self.joints.turned.finditer(folded(text))])

    @kept_by_reader
    def without_turned_denials(self, text: str) -> str:
        """Return the folded text without the denials by which something is there."""
        return self.joints.turned.sub(" ", self.without_excepted(text))

    def without_excepted(self, text: str) -> str:
        """Return the folded text with blanks for a denial of all but a place."""
        return self.joints.excepted.blanked(folded(text))

    @kept_by_reader
    def cut_at_contrasts(self, sentence: str) -> tuple[str, ...]:
        """Cut a sentence at each `but`: `no fracture, but metastases`.

        A turned denial stays whole: `discitis |excluded, but now confirmed`.
        """
        return tuple(self._cut(sentence, lambda _: True))

    @kept_by_reader
    def cut_behind_denials(self, sentence: str) -> tuple[str, ...]:
        """Cut a sentence at each `but` behind a denial.

        Other words of contrast stay: `found sitting neben dem Bett`.
        """
        return tuple(self._cut(sentence, self.denies))

    def _cut(self, sentence: str, ends: Callable[[str], bool]) -> Iterator[str]:
        """Yield the parts of a sentence, each up to a contrast at which it ends."""
        words = self.without_excepted(sentence)
        contrasts = [*self.joints.contrast.finditer(words)]
        turned = self.joints.turned.finditer(words) if contrasts else ()
        spans = [one.span() for one in turned]
        start = 0
        for contrast in contrasts:
            is_turned = any(a < contrast.start() < b for a, b in spans)
            part = words[start : contrast.start()]
            if not is_turned and ends(part):
                yield part
                start = contrast.end()
        yield words[start:]

    def cut_after_questions(self, sentence: str) -> list[str]:
        """Cut a sentence behind each question mark that an answer may follow.

        That is a mark behind a word, or one before a plain denial: `metastasis? |no
        metastasis`, but not `L1 fracture ? metastasis`.
        """
        cuts = [
            mark.end()
            for mark in islice(_QUESTION.finditer(sentence), MOST_QUESTIONS)
            if not mark["apart"] or self._begins_with_denial(sentence[mark.end() :])
        ]
        borders = zip([0, *cuts], [*cuts, len(sentence)], strict=True)
        return [sentence[start:end] for start, end in borders]

    def are_bare_names(self, text: str) -> bool:
        """Tell if a text only lists names: `metastasis or discitis`."""
        return all(map(self._bare_names, self._items(folded(text))))

    def named_twice(self, text: str) -> frozenset[str]:
        """Return the concepts that two parts of a text name, as one asks and one knows.

        Parts end at commas, at brackets, at each `with` and at each `known`.
        """
        words = [
            one
            for aside in self.cut_at_asides(text)
            for one in self.joints.found.split(aside)
            if one
        ]
        parts = [self.places(one, None).keys() for one in words]
        return frozenset(
            name
            for number, part in enumerate(parts)
            for later in parts[number + 1 :]
            for name in part & later
        )

    def _begins_with_denial(self, words: str) -> bool:
        first = self.cut_at_denials(words)[:1]
        return any(self.whole(one).is_only_denial for one in first)

    def cut_at_asides(self, sentence: str) -> list[str]:
        """Cut a sentence at its commas and brackets, and at each `with`."""
        return self.joints.aside.split(folded(sentence))

    def cut_at_denials(self, sentence: str) -> list[str]:
        """Cut a sentence into what it denies and what it does not.

        What follows a comma is denied only as part of a list. `|` shows the cuts:

        - `discitis|, no abscess`
        - `no fracture, abscess or metastasis`
        - `no fracture|, metastasis of T12`
        - `no fracture |and metastasis of T12`

        A sentence is not cut if it denies nothing or all that it names, or is about a
        relative.
        """
        words = folded(sentence)
        if not self.denies(words) or self.joints.relatives.search(words):
            return [words]
        if self.whole(words).is_only_denial:
            return [words]
        parts: list[str] = []
        denial = follows = ""
        for part in self._parts(words):
            if self.denies(part):
                parts += self._cut_after_list(denial, follows)
                denial, follows = part, ""
            else:
                follows += part
        parts += self._cut_after_list(denial, follows)
        return [part for part in parts if part.strip()]

    @kept_by_reader
    def read_title(self, text: str) -> TitleReading:
        """Read the denials in a title one by one, those next to another name too.

        A title about a relative, or too long, states all that it names.
        """
        words = folded(text)
        if len(words) > LONGEST_STATEMENT or self.joints.relatives.search(words):
            named = frozenset(self.places(words, None))
            return TitleReading(named, NOTHING, NOTHING, words, is_clear=False)
        turned = self.turned_denials(words)
        stated = {name for one in turned for name in self.places(one, None)}
        denied, doubted = set[str](), set[str]()
        kept_words = list[str]()
        is_clear = not turned
        parts = self.cut_at_contrasts(self.without_turned_denials(words))
        for part in parts:
            for stretch in self.cut_at_denials(part):
                reading = self._read_stretch(stretch)
                if reading.doubted and not any(map(LETTER.search, kept_words)):
                    reading = reading._replace(
                        stated=reading.stated | reading.doubted, words=stretch
                    )
                stated |= reading.stated
                denied |= reading.denied
                doubted |= reading.doubted
                is_clear = is_clear and reading.is_clear
                kept_words.append(reading.words)
        if len(parts) > 1:  # `no metastases except L1`
            doubted, denied = doubted | denied, set()
        doubted -= stated
        return TitleReading(
            frozenset(stated),
            frozenset(denied - stated - doubted),
            frozenset(doubted),
            " ".join((*turned, *kept_words)),
            is_clear,
        )

    def _read_stretch(self, stretch: str) -> TitleReading:
        """Read a stretch with one denial at most, of one name or of a list."""
        if self.whole(stretch).is_only_denial:
            denied = frozenset(self.places(stretch, None))
            return TitleReading(NOTHING, denied, NOTHING, "")
        rest, denied = self._without_denied(stretch)
        denying = self._denying_in(rest)
        before = rest[: denying.start()] if denying else rest
        stated = self.places(before, None).keys()
        if denying is None:
            is_clear = not self.denies(before)
            return TitleReading(frozenset(stated), denied, NOTHING, before, is_clear)
        listed = rest[denying.end() :]
        items = [self._bare_names(one) for one in self._items(listed)]
        bare = frozenset[str]().union(*items)
        doubted = frozenset(self.places(listed, None).keys() - bare)
        is_clear = all(items) and not self.denies(before)
        return TitleReading(frozenset(stated), denied | bare, doubted, before, is_clear)

    def _denying_in(self, words: str) -> re.Match[str] | None:
        """Find the first word that denies and is no part of a name, as in `无力`."""
        names = [*self.places(words, None).values()]
        return next(
            (
                word
                for word in self.joints.denying.finditer(words)
                if not any(start <= word.start() < end for start, end in names)
            ),
            None,
        )

    def without_denied(self, words: str) -> str:
        """Return folded words without the names that the words after them deny."""
        return self._without_denied(words)[0]

    def _without_denied(self, words: str) -> tuple[str, frozenset[str]]:
        """Return words without the names that the words after them deny."""
        denied = set[str]()
        for _ in range(MOST_ASIDES):
            for name, (start, end) in self.places(words, None).items():
                after = self.joints.denied.match(words, _end_of_word(words, end))
                if after:
                    denied.add(name)
                    before = words[: _start_of_word(words, start)]
                    words = folded(f"{before} {words[after.end() :]}")
                    break
            else:
                break
        return words, frozenset(denied)

    def _items(self, listed: str) -> list[str]:
        """Cut a list of denied things into its items."""
        shown = self.joints.shown.sub(" ", listed)
        return _ITEM.split(self.joints.in_list.sub(",", shown))

    def _bare_names(self, item: str) -> frozenset[str]:
        """Return the concepts of an item that consists of their name alone."""
        places = self.places(item, None)
        if not places:
            return NOTHING
        start = _start_of_word(item, min(begins for begins, _ in places.values()))
        end = _end_of_word(item, max(ends for _, ends in places.values()))
        is_bare = not _WORD_OR_FIGURE.search(f"{item[:start]} {item[end:]}")
        return frozenset(places) if is_bare else NOTHING

    def _parts(self, words: str) -> list[str]:
        """Cut at the borders; each stays with the part after it.

        A colon is a border only if a denial is somewhere before it.
        """
        parts: list[str] = []
        start = 0
        is_after_denial = False
        for border in self.joints.border.finditer(words):
            part = words[start : border.start()]
            is_after_denial = is_after_denial or self.denies(part)
            if border[0] == _COLON and not is_after_denial:
                continue
            parts.append(part)
            start = border.start()
        return [*parts, words[start:]]

    def _cut_after_list(self, denial: str, follows: str) -> list[str]:
        """Join a denial with the list that it begins, and cut off the rest.

        Args:
            denial: the part that denies; empty before the first denial.
            follows: the parts after it.
        """
        end = self._end_of_list(follows) if denial else 0
        return [denial + follows[:end], follows[end:]]

    def _end_of_list(self, follows: str) -> int:
        """Return the index at which a denied list of bare names ends; 0 without one.

        The list goes on to the border after its last `or`, or `and`. Only after an
        `and` must the name that follows be bare as well: `no fracture and metastasis of
        T12`.
        """
        joints = list(self.joints.in_list.finditer(follows))
        if not joints:
            return 0
        last = joints[-1]
        border = self.joints.border.search(follows, last.end())
        end = border.start() if border else len(follows)
        is_and = last.lastgroup == "and_"
        must_be_bare = follows[:end] if is_and else follows[: last.start()]
        return end if self._is_bare(must_be_bare) else 0

    def _is_bare(self, words: str) -> bool:
        """Tell if words only name things, not that or where they were found."""
        return not _FIGURE.search(words) and not self.joints.found.search(words)

    def denies(self, text: str) -> bool:
        """Tell if a word of a text denies something."""
        return bool(self.places(text, DENIED))

    def is_not_done(self, text: str) -> bool:
        """Tell if an act or a drug is said to be stopped, declined or only planned."""
        return bool(self.places(text, NOT_DONE))

    def is_withdrawn(self, text: str) -> bool:
        """Tell if the words of an order withdraw it."""
        return self.withdrawn_at(text) is not None

    def withdrawn_at(self, text: str) -> int | None:
        """Return the index at which an order's words withdraw it, or None."""
        place = self.places(text, WITHDRAWN).get("withdrawn")
        return place[0] if place else None
