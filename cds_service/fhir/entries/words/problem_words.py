"""Read what the words of an entry state, and what they leave in doubt.

One entry may hold several statements (`Diabetes. Verdacht auf Demenz`), a suspicion
(`Dementia?`), or a name and the denial of something else (`Bone metastases, no cord
compression`). A report is prose: it repeats the question and answers it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cds_service.fhir.certainty import certainty_of, has_unread_status, lacks_status
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.both import GRAVE_IF_BOTH
from cds_service.fhir.mapping.texts.clauses import (
    LONGEST_STATEMENT,
    Clause,
    sentences_once,
)
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.raw_json import Json, objects, text, texts_of

MOST_STATEMENTS = 20
# Reports are prose: what one sentence denies, the next one may find.
MOST_SENTENCES = 100
MOST_PARTS = 300  # of a text, cut into what it denies and what it does not
HISTORIES = ("history",)
# Codes of which the meaning is another person: a husband's death, an organ given.
ANOTHER_PERSON = "another-person"
# Their titles name what relatives had, often without saying so again.
FAMILY_HISTORY = "family-history"
OF_RELATIVES = ("of-relatives",)  # a rule of `kinds/`
ASKED = "asked-of-report"  # another
PLAINLY_DENIED = "plainly-denied"  # another


class NamedConcepts(NamedTuple):
    """Concepts that an entry's words name.

    Attributes:
        stated: named without reserve.
        suspected: named as a suspicion.
        unclear: named in a statement that also denies something, without saying clearly
            what.
        of_another: named of another person, as far as the words can tell.
    """

    stated: frozenset[str]
    suspected: frozenset[str]
    unclear: frozenset[str]
    of_another: frozenset[str]


def in_doubt(concept: str) -> str:
    """Return the name of a concept that words leave in doubt: `diabetes?`."""
    return f"{concept}?"


def is_of_relatives(
    condition: Json, of_categories: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if every category says that a diagnosis is one of the patient's family.

    Next to another category it may be the patient's own.

    Args:
        condition: the diagnosis.
        of_categories: what the codes of its categories name.
        terminology: the service's terminology.
    """
    categories = objects(condition.get("category"))
    is_coded = FAMILY_HISTORY in of_categories
    return bool(categories) and all(
        (is_coded and FAMILY_HISTORY in terminology.concepts(one))
        or any(terminology.kinds.named(word, OF_RELATIVES) for word in texts_of(one))
        for one in categories
    )


def is_denial(words: str, terminology: Terminology) -> bool:
    """Tell if a text only denies what it names: `No diabetes. No dementia`.

    Each of its statements must say nothing else.
    """
    parts = terminology.clauses.read(words)
    return bool(parts) and all(part.is_only_denial for part in parts)


def has_grave_stem(words: str, terminology: Terminology) -> bool:
    """Tell if a part of a word that is not denied tells of something grave.

    A deficit in plain speech may have a denial in it: "no longer able to walk".
    """
    stems = terminology.grave_stems
    return stems.are_in(words) and (
        stems.deficits.are_in(words)
        or any(map(stems.are_in, undenied_parts(words, terminology)))
    )


def undenied_parts(words: str, terminology: Terminology) -> list[str]:
    """Return what a text says before each of its denials, folded.

    There is none in a text that only denies. "No new palsies" says that there are old
    ones, and "no evidence against a metastasis" denies none.
    """
    clauses = terminology.clauses
    stems = terminology.grave_stems
    words = stems.without_undenied(stems.deficits.without_advice(words))
    if is_denial(words, terminology):
        return []
    words = without_plainly_denied(words, terminology)
    # What was taken out left blanks.
    stretches = [
        " ".join(stretch.split())
        for sentence in sentences_once([words])
        for part in clauses.cut_behind_denials(sentence)
        for stretch in clauses.cut_at_denials(clauses.without_turned_denials(part))
    ]
    parts = [clauses.without_denied(folded(stretch)) for stretch in stretches]
    return [part[: clauses.whole(part).denies_at] for part in parts]


def without_plainly_denied(words: str, terminology: Terminology) -> str:
    """Return words without the complaints that a denial behind them denies."""
    return terminology.kinds.without(words, PLAINLY_DENIED)


def words_but_denials(title: str, terminology: Terminology) -> str:
    """Return the folded words of a title without what they deny.

    A title that only denies keeps all its words: what it is of, its code says.
    """
    words = terminology.clauses.whole(title).title_reading.words
    return words if words.strip() else title


def is_taken_as_active(condition: Json, terminology: Terminology) -> bool:
    """Tell if an entry without a clinical status may be read as active.

    It is certain, and no element says that it is over, nor any word, as `history of
    dementia` does. A grave fact must not be lost because its status is missing.
    """
    is_stated = certainty_of(condition) == "stated"
    if not (lacks_status(condition) and is_stated):
        return False
    return not _is_called_history(condition, terminology)


def may_be_active(condition: Json, terminology: Terminology) -> bool:
    """Tell if no status that is understood, nor any word, says that an entry is over.

    What reads as active if it is worse is no weaker if its status is not understood.
    """
    if not has_unread_status(condition):
        return False
    if certainty_of(condition) in ("denied", "past"):
        return False
    return not _is_called_history(condition, terminology)


def _is_called_history(condition: Json, terminology: Terminology) -> bool:
    notes = (text(note.get("text")) for note in objects(condition.get("note")))
    words = (*texts_of(condition.get("code")), *notes)
    return any(terminology.kinds.named(word, HISTORIES) for word in words)


def read_problem_words(
    coded: frozenset[str], texts: Iterable[str], terminology: Terminology
) -> NamedConcepts:
    """Read the texts and displays of one entry together.

    A text that only says `suspected` applies to all of them.

    Args:
        coded: the concepts of its codes.
        texts: its texts and displays.
        terminology: the service's terminology.
    """
    readings = [_read_text(words, coded, terminology) for words in texts]
    stated = frozenset[str]().union(*(one.stated for one in readings))
    suspected = frozenset[str]().union(*(one.suspected for one in readings))
    unclear = frozenset[str]().union(*(one.unclear for one in readings))
    of_another = frozenset[str]().union(*(one.of_another for one in readings))
    if any(one.calls_all_suspected for one in readings):
        suspected |= stated | coded
    return NamedConcepts(
        stated=stated - suspected,
        suspected=suspected,
        unclear=unclear - stated - suspected,
        of_another=of_another - stated,
    )


@dataclass(slots=True)
class _TextReading:
    """The concepts that one text names, while its clauses are read one by one.

    Attributes:
        coded: the concepts of the entry's codes.
        denied: named in a clause that denies all it names.
        calls_all_suspected: a clause only says `suspected`, of the whole entry.
    """

    coded: frozenset[str]
    stated: set[str] = field(default_factory=set)
    suspected: set[str] = field(default_factory=set)
    unclear: set[str] = field(default_factory=set)
    of_another: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    calls_all_suspected: bool = False

    def add(self, clause: Clause) -> None:
        """Add what a clause names, by what it says of it."""
        self.suspected |= _against_code(clause, self.coded)
        if clause.is_suspected:
            self.suspected |= clause.named
            if clause.named and clause.is_plainly_suspected:
                # The words may be wider than the code: `suspected metastasis`.
                self.suspected |= self.coded
            self.calls_all_suspected |= clause.is_suspicion_alone
        elif clause.is_denied or clause.is_only_denial:
            self.denied |= clause.named
            self.suspected |= clause.named & self.coded
        elif FAMILY_HISTORY not in self.coded:
            others = _of_another(clause, self.coded)
            reading = clause.title_reading
            # What a code of the same entry says is in doubt then.
            self.suspected |= (others | reading.denied) & self.coded
            self.of_another |= others - self.coded
            self.denied |= reading.denied & clause.named
            self.suspected |= reading.doubted & clause.named - others - self.coded
            self.stated |= clause.named - others - reading.denied - reading.doubted
            self.stated |= clause.named_apart - others
            self.unclear |= clause.before_denial - others - reading.denied

    def add_whole(self, whole: Clause) -> None:
        """Add what only the uncut text names, since a full stop cut a name in two."""
        if FAMILY_HISTORY in self.coded:
            return
        more = whole.named - self.stated - self.denied - self.of_another
        more -= whole.title_reading.denied | self.suspected
        others = more & _of_another(whole, self.coded)
        self.of_another |= others
        (self.suspected if whole.is_suspected else self.stated).update(more - others)


def _read_text(
    words: str, coded: frozenset[str], terminology: Terminology
) -> _TextReading:
    reading = _TextReading(coded)
    parts = terminology.clauses.read(words)
    for clause in parts[:MOST_STATEMENTS]:
        reading.add(clause)
    if len(parts) > 1:
        # One of the full stops may be that of an abbreviation.
        reading.add_whole(terminology.clauses.whole(words))
    return reading


def _of_another(clause: Clause, coded: frozenset[str]) -> frozenset[str]:
    """Return the concepts that a clause, or the entry's code, is about in another."""
    return clause.named if ANOTHER_PERSON in coded else clause.of_another


def _against_code(clause: Clause, coded: frozenset[str]) -> frozenset[str]:
    """Return the concepts of the entry's code that a clause denies.

    There are none if the clause names all concepts of the code itself.
    """
    if not coded - clause.named or len(clause.text) > LONGEST_STATEMENT:
        return frozenset()
    if clause.denies_at is None:
        return frozenset()
    return coded & clause.ruled_out.keys()


def named_in(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return what prose names and does not deny, sentence by sentence.

    Only the beginning of a long report is read.
    """
    clauses, stems = terminology.clauses, terminology.grave_stems
    prose, left = list[str](), LONGEST_TEXT
    for one in words:
        told = stems.deficits.without_advice(one[: max(left, 0)])
        fearless = stems.without_fears(told)
        prose.append(told if fearless is None else fearless)
        left -= len(one) + 1
    parts = [
        (number, part)
        for number, sentence in _numbered_sentences(prose)[:MOST_SENTENCES]
        for cut in _asked_and_said(sentence, terminology)
        for part in clauses.cut_at_contrasts(cut)
    ][:MOST_PARTS]
    turned = (_named_in_turned_denials(one, terminology) for _, one in parts)
    stretches = [
        (number, stretch)
        for number, part in parts
        for stretch in clauses.cut_at_denials(clauses.without_turned_denials(part))
    ]
    verdicts = [
        _Told(number, one, _verdict_on(one, terminology))
        for number, one in stretches[:MOST_PARTS]
    ]
    stated = frozenset[str]().union(*turned, *(one.verdict.stated for one in verdicts))
    return stated | _left_open(verdicts, terminology)


def _asked_and_said(sentence: str, terminology: Terminology) -> list[str]:
    """Cut a sentence behind its questions, each with a question mark."""
    cut = terminology.clauses.cut_after_questions(sentence)
    return [_with_mark(one, terminology) for one in cut]


def _with_mark(words: str, terminology: Terminology) -> str:
    """Write a question in words with a mark: "転移の有無" as "転移?".

    It names what it asks for, and nothing else: "search for metastases in known
    myeloma" states what is known.
    """
    kinds = terminology.kinds
    if len(words) > LONGEST_STATEMENT or not kinds.named(words, (ASKED,)):
        return words
    asked = kinds.without(words, ASKED)
    return f"{asked}?" if terminology.clauses.are_bare_names(asked) else words


def _numbered_sentences(texts: Iterable[str]) -> list[tuple[int, str]]:
    """Cut texts into sentences, each of them once, with the number of its text."""
    seen = dict[str, int]()
    for number, one in enumerate(texts):
        for sentence in sentences_once([one]):
            seen.setdefault(sentence, number)
    return [(number, sentence) for sentence, number in seen.items()]


def _left_open(told: Sequence["_Told"], terminology: Terminology) -> frozenset[str]:
    """Return what is suspected and not denied by plain words.

    A report repeats the question, `rule out metastasis`, and answers it. Within one
    text, an answer settles no question behind it, nor one that names its thing twice:
    "metastasis of L1 in known bone metastases?".
    """
    left = set[str]()
    for place, asked in enumerate(told):
        suspected = asked.verdict.suspected
        if not suspected:
            continue
        repeated = terminology.clauses.named_twice(asked.words)
        answers = (
            one.verdict.denied - repeated
            for behind, one in enumerate(told)
            if (behind >= place or one.text != asked.text)
            and not suspected.isdisjoint(one.verdict.denied)
            and (one is asked or _is_answer(one.words, asked.words, terminology))
        )
        left |= suspected - frozenset[str]().union(*answers)
    return frozenset(left)


def _is_answer(denial: str, question: str, terminology: Terminology) -> bool:
    """Tell if a denial consists of plain words, and is of no vertebra but those asked.

    "No metastasis in the liver" says nothing of the spine.
    """
    if not terminology.plain.reports.are_all(denial):
        return False
    # Names of vertebrae are known in capitals.
    denied = {*terminology.levels.named(denial.upper())}
    asked = {*terminology.levels.named(question.upper())}
    return not denied or (bool(asked) and asked <= denied)


def _named_in_turned_denials(part: str, terminology: Terminology) -> frozenset[str]:
    """Return what denials name and do not deny: `no metastatic progression`."""
    concepts = [
        terminology.text_concepts(denial) | terminology.ruled_out(denial)
        for denial in terminology.clauses.turned_denials(part)
    ]
    return frozenset[str]().union(*concepts)


class _Verdict(NamedTuple):
    """The concepts that a sentence states, suspects and denies."""

    stated: frozenset[str]
    suspected: frozenset[str]
    denied: frozenset[str]


class _Told(NamedTuple):
    """What a part of a sentence tells.

    Attributes:
        text: the number of its text.
        words: its words, folded.
        verdict: what they state, suspect and deny.
    """

    text: int
    words: str
    verdict: _Verdict


def _verdict_on(sentence: str, terminology: Terminology) -> _Verdict:
    """Return what a sentence states, suspects and denies.

    It states what precedes a denial: `discitis, no abscess`.
    """
    reading = read_problem_words(frozenset(), [sentence], terminology)
    # Prose may tell what a relative reports: it counts as it is written.
    stated = reading.stated | reading.unclear | reading.of_another
    whole = terminology.clauses.whole(sentence)
    if whole.is_only_denial:
        return _Verdict(stated, reading.suspected, whole.named | whole.ruled_out.keys())
    named = frozenset[str]().union(*reading)
    if not named:
        return _Verdict(stated, reading.suspected, frozenset())
    denies_at = whole.denies_at
    if denies_at is None and not is_denial(sentence, terminology):
        return _Verdict(stated, reading.suspected, frozenset())
    before = folded(sentence)[: denies_at or 0]
    asserted = frozenset[str]().union(
        *read_problem_words(frozenset(), [before], terminology),
        _grave_of_patient(sentence, terminology),
    )
    denied = (named - asserted) | whole.ruled_out.keys()
    return _Verdict(stated & asserted, reading.suspected & asserted, denied)


def _grave_of_patient(sentence: str, terminology: Terminology) -> frozenset[str]:
    """Return what is grave in words about the patient next to a relative."""
    part = terminology.clauses.part_of_patient(folded(sentence))
    if not part:
        return frozenset()
    reading = read_problem_words(frozenset(), [part], terminology)
    return reading.stated & GRAVE_IF_BOTH
