"""Rank the facts of the chart that a surgeon would miss, and find their words.

A fact is one file of `hooks/<service>/facts/`, which names one signal. The first open
fact by rank leads the card (docs/cards.md). The same signals, orders and overrides give
the same facts.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, NamedTuple

from cds_service.core.earlier_cards.closures import (
    ENTRY_MARK,
    NOTHING_CLOSED,
    CardGround,
    Closures,
)
from cds_service.core.facts.fact_file import (
    Colour,
    Condition,
    DrugWords,
    FactFile,
    Phrase,
)
from cds_service.core.facts.situation import DOUBTED, Signal, SignalEntry
from cds_service.core.findings import Finding
from cds_service.core.orders import SupportOrder
from cds_service.core.risk.grave_findings import BEHIND
from cds_service.core.words.phrases import Sentence, placeholders, say
from cds_service.core.words.wording import capital

# Words that every phrase and line may use. A phrase with an empty word does not fit.
COMMON_WORDS = frozenset(
    {
        "because",
        "fact",
        "join",
        "place",
        "t",
        "age",
        "state",
        "review",
        "start",
        "start_one",
        "listed",
        "biopsy_ordered",
        "rehabilitation_ordered",
        "unstable",
        "unstable_bone",
        "limits",
        "leaving",
    }
)
MAY_BE_EMPTY = frozenset({"join"})
LIST_NOT_READ = "bone-drug-unknown"
DIGEST_LENGTH = 12  # hexadecimal digits
# A name that phrases use like a signal's: rehabilitation is neither ordered nor closed,
# and nothing forbids it.
TRAINING_OPEN = "rehabilitation-open"


class RankedFact(NamedTuple):
    """A fact that holds for this patient.

    Attributes:
        key: the values it rests on; an override of it ends when they change.
        closed_by: `order`, `override`, or empty while its act is open.
    """

    file: FactFile
    signal: Signal
    key: str
    closed_by: Literal["", "order", "override"] = ""

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def is_open(self) -> bool:
        """Tell if its act is open."""
        return not self.closed_by

    @property
    def may_lead(self) -> bool:
        """Tell if it leads the card unless a fact before it does."""
        if not self.file.leads:
            return False
        if self.closed_by == "order":
            return self.file.leads_when_closed
        return self.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFacts:
    """The facts that hold, by rank, with their consequences for the whole card.

    Attributes:
        ranked: every fact that holds, the lowest rank first.
        common: words for every phrase, by placeholder.
        signals: names of all signals that hold, and `TRAINING_OPEN` if training is.
        is_shown: the first card is shown at all (E5).
    """

    ranked: tuple[RankedFact, ...] = ()
    common: Mapping[str, str] = field(default_factory=dict)
    signals: frozenset[str] = frozenset()
    is_shown: bool = True

    def holds(self, fact: str) -> bool:
        """Tell if the fact of this id holds, open or closed."""
        return any(ranked_fact.id == fact for ranked_fact in self.ranked)

    @property
    def leading(self) -> RankedFact | None:
        """Return the fact that leads the card; None if none may."""
        return next((fact for fact in self.ranked if fact.may_lead), None)

    @property
    def colour(self) -> Colour:
        """Return `warning` while a fact of that colour that may lead is open (E4)."""
        is_warned = any(
            fact.is_open and fact.file.leads and fact.file.colour == "warning"
            for fact in self.ranked
        )
        return "warning" if is_warned else "info"

    @property
    def forbids_risk(self) -> bool:
        """Tell if no figure is made for such a fracture."""
        return any(fact.file.forbids_risk for fact in self.ranked)

    @property
    def open_acts(self) -> frozenset[str]:
        """Name the acts of open facts."""
        return frozenset(fact.file.act for fact in self.ranked if fact.is_open)

    @property
    def not_counted(self) -> tuple[str, ...]:
        """Name the facts that the model does not count, each once."""
        names = (fact.file.not_counted for fact in self.ranked)
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def is_at_least(self) -> bool:
        """Tell if a figure is a lower limit: the model does not count every fact."""
        return bool(self.not_counted)

    @property
    def leaves_open(self) -> bool:
        """Tell if something was not read or understood: no lower figure is said."""
        return any(fact.file.leaves_open for fact in self.ranked)

    @property
    def raises(self) -> bool:
        """Tell if a fact raises the risk: no figure is called below the usual."""
        return any(fact.file.raises for fact in self.ranked)

    @property
    def state(self) -> DrugWords | None:
        """Return the words on bone treatment so far, of the first fact that has any."""
        fact = self._drug_fact
        return fact.file.state if fact else None

    @property
    def _drug_fact(self) -> RankedFact | None:
        return next((fact for fact in self.ranked if fact.file.state), None)

    def signals_by_name(self) -> dict[str, Signal]:
        """Return signals for rules: `F14` if that fact holds, `leads-F14` if it leads.

        Each has the evidence and the words of the fact's own signal.
        """
        leading = self.leading
        named = {fact.id: fact for fact in self.ranked}
        if leading is not None:
            named[f"leads-{leading.id}"] = leading
        return {name: fact.signal._replace(name=name) for name, fact in named.items()}

    def short_forms_behind(self) -> Iterator[str]:
        """Yield short forms of the open facts behind the leading one, by rank."""
        leading = self.leading
        for fact in self.ranked:
            is_behind = leading is not None and fact.file.rank >= leading.file.rank
            is_second = is_behind and fact is not leading and fact.is_open
            # A bone drug that is taken is named by the phrase itself.
            state = fact.file.state
            is_in_phrase = state is not None and state.kind != "none"
            if not is_second or is_in_phrase:
                continue
            if text := _filled(fact.file.joins, self._words(fact)):
                yield text

    def warnings_behind(self) -> Iterator[tuple[str, str]]:
        """Yield each warning behind the leading fact, in its short and its long form.

        An unstable fracture or spine comes last, whatever the colour of its fact.
        """
        leading = self.leading
        for fact in self.ranked:
            is_warning = fact.may_lead and fact.file.colour == "warning"
            if is_warning and fact is not leading:
                short = _filled(fact.file.joins, self._words(fact))
                yield short or fact.signal.because, fact.signal.because
        if unstable := self.common.get("unstable_bone", ""):
            yield unstable, unstable

    def phrases(self, join: str = "") -> Iterator[str]:
        """Yield the leading fact's phrases that fit, the best first.

        Args:
            join: the short form of a second fact, which every phrase then has to say.
        """
        leading = self.leading
        if leading is None:
            return
        words = self._words(leading)
        words["join"] = say(", {fact}", fact=join) if join else ""
        for phrase in self._fitting_phrases(leading):
            if join and not _says_second(phrase, join, words):
                continue
            if text := _filled(phrase.say, words):
                yield capital(text)

    def _fitting_phrases(self, fact: RankedFact) -> list[Phrase]:
        """Return the phrases of a fact that fit, in the order of its file.

        If any of them tells the state of bone treatment, none may leave it out.
        """
        fitting = [phrase for phrase in fact.file.phrases if self._fits(phrase, fact)]
        with_state = [phrase for phrase in fitting if phrase.state]
        return with_state or fitting

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield heading and text of each line of the detail, each heading once.

        The lines of the leading fact come first.
        """
        leading = self.leading
        texts: dict[str, str] = {}
        for fact in sorted(self.ranked, key=lambda fact: fact is not leading):
            words = self._words(fact)
            for line in fact.file.lines:
                has_place = line.has_place(is_leading=fact is leading)
                if not has_place or not self._fits(line, fact):
                    continue
                heading = _filled(line.heading, words)
                text = _filled(line.say, words)
                if heading and text:
                    texts.setdefault(heading, text)
        yield from texts.items()

    def is_review_settled(self) -> bool:
        """Tell if no bone treatment review is open, although none is ordered."""
        return any(
            fact.file.settles_review is not None
            and self._fits(fact.file.settles_review, fact)
            for fact in self.ranked
        )

    def _fits(self, condition: Condition, fact: RankedFact) -> bool:
        kind = self.state.kind if self.state else None
        if condition.state and kind not in condition.state:
            return False
        if condition.closed != (fact.closed_by == "order"):
            return False
        words = fact.signal.words
        if any(words.get(name) != text for name, text in condition.word.items()):
            return False
        facts = frozenset(ranked_fact.id for ranked_fact in self.ranked)
        if not _is_met(condition.fact, condition.unless_fact, facts):
            return False
        return _is_met(condition.signal, condition.unless_signal, self.signals)

    def _words(self, fact: RankedFact) -> dict[str, str]:
        """Return the words for a fact's texts, by placeholder.

        They are the common words, those on bone treatment, the short forms of other
        facts by their ids, and the words of the fact's signal.
        """
        words = dict(self.common)
        starts = (other.file.start for other in self.ranked if other.is_open)
        if start := next(filter(None, starts), ""):
            words["start"] = words["start_one"] = start
        drug_fact = self._drug_fact
        if drug_fact is not None and drug_fact.file.state is not None:
            of_drug = _WithCapitals(words | _signal_words(drug_fact.signal))
            words["state"] = _sentence(drug_fact.file.state.words, of_drug)
            words["review"] = _sentence(drug_fact.file.state.review, of_drug)
        short_forms = {}
        for other in self.ranked:
            if other is not fact:
                of_other = _WithCapitals(words | _signal_words(other.signal))
                short_forms[other.id] = _sentence(other.file.joins, of_other)
        return words | short_forms | _signal_words(fact.signal)


def _says_second(phrase: Phrase, second: str, words: Mapping[str, str]) -> bool:
    """Tell if a phrase says a second fact: it has `{join}`, or was written for it.

    Args:
        phrase: of the leading fact.
        second: the short form of the second fact.
        words: for placeholders; under the id of a fact is its short form.
    """
    if "{join}" in phrase.say:
        return True
    return any(words.get(fact) == second for fact in phrase.fact)


def _is_met(
    needed: Collection[str], excluded: Collection[str], names: frozenset[str]
) -> bool:
    """Tell if one of the needed names holds, or none is needed, and no excluded one."""
    has_needed = not needed or not names.isdisjoint(needed)
    return has_needed and names.isdisjoint(excluded)


def _signal_words(signal: Signal) -> dict[str, str]:
    return {"because": signal.because, **signal.words}


class _WithCapitals(dict[str, str]):
    """Words by name; `Fact` is `fact` with a capital, an unknown name is empty."""

    def __missing__(self, name: str) -> str:
        lower = name[:1].lower() + name[1:]
        return capital(self[lower]) if lower != name and lower in self else ""


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Fill the placeholders of a text; return nothing if the word for one is empty."""
    by_name = _WithCapitals(words)
    needed = placeholders(text) - MAY_BE_EMPTY
    if any(not by_name[name] for name in needed):
        return ""
    return _sentence(text, by_name)


def _sentence(text: str, words: _WithCapitals) -> str:
    return Sentence(text, {name: words[name] for name in placeholders(text)})


def rank_facts(
    files: Sequence[FactFile],
    signals: Sequence[Signal],
    ordered: Collection[str],
    *,
    common: Mapping[str, str],
    closures: Closures = NOTHING_CLOSED,
    no_training: Collection[str] = (),
) -> ChartFacts:
    """Find the facts that hold, and decide if the first card is shown.

    Args:
        signals: all that hold.
        ordered: kinds of order that were found and count (E6).
        common: words for every phrase.
        closures: what overrides in force close.
        no_training: facts and signals under which rehabilitation is not offered.
    """
    by_name = {signal.name: signal for signal in signals}
    is_at_end_of_life = "end-of-life" in by_name
    ranks = {file.id: file.rank for file in files}
    ranked_facts = tuple(
        _ranked_fact(file, by_name[file.signal], ordered, closures, ranks)
        for file in files
        if file.signal in by_name and (file.at_end_of_life or not is_at_end_of_life)
    )
    ranked_facts = _without_what_was_considered(ranked_facts)
    names = frozenset(by_name) | {fact.id for fact in ranked_facts}
    open_kinds = {
        kind
        for kind in ("bone-treatment", "rehabilitation")
        if kind not in ordered and not closures.closes_act(kind)
    }
    is_training_open = "rehabilitation" in open_kinds and names.isdisjoint(no_training)
    signal_names = {*by_name, TRAINING_OPEN} if is_training_open else {*by_name}
    facts = ChartFacts(
        ranked=ranked_facts, common=common, signals=frozenset(signal_names)
    )
    return replace(facts, is_shown=_is_shown(facts, open_kinds))


def _without_what_was_considered(
    facts: tuple[RankedFact, ...],
) -> tuple[RankedFact, ...]:
    """Close doubts that rest on nothing but the entries of facts that were considered.

    "Breast cancer" leaves open if it is in the bone: that was asked with the fact (E7).
    What another entry, or the order itself, leaves open stays open.
    """
    considered = [
        fact
        for fact in facts
        if fact.file.only_considered and fact.closed_by == "override"
    ]
    if not considered:
        return facts
    names = {name for fact in considered for name in BEHIND.get(fact.file.signal, ())}
    entries = {
        source.resource
        for fact in considered
        for evidence in fact.signal.evidence
        if isinstance(evidence, Finding)
        for source in evidence.provenance
    }
    return tuple(
        fact._replace(closed_by="override")
        if _is_doubt_within(fact.signal, names, entries)
        else fact
        for fact in facts
    )


def _is_doubt_within(
    signal: Signal, names: Collection[str], entries: Collection[str]
) -> bool:
    doubted = signal.words.get(DOUBTED, "").split()
    if not doubted or not signal.entries or not names:
        return False
    told = {entry.name for entry in signal.entries}
    return set(doubted) <= set(names) and told <= set(entries)


def _is_shown(facts: ChartFacts, open_kinds: Collection[str]) -> bool:
    """Tell if the first card is shown (E5): the first line that applies decides.

    Args:
        open_kinds: `bone-treatment` and `rehabilitation`, if neither an order nor an
            override closes them.
    """
    if "deceased" in facts.signals:
        return False
    if "end-of-life" in facts.signals:
        return any(fact.is_open for fact in facts.ranked)
    if facts.colour == "warning" or any(map(_keeps_card, facts.ranked)):
        return True
    if LIST_NOT_READ in facts.signals or TRAINING_OPEN in facts.signals:
        return True
    # If training is forbidden, the card says why, even if a review is ordered.
    if "rehabilitation" in open_kinds and facts.leading is not None:
        return True
    return "bone-treatment" in open_kinds and not facts.is_review_settled()


def _ranked_fact(
    file: FactFile,
    signal: Signal,
    ordered: Collection[str],
    closures: Closures,
    ranks: Mapping[str, int],
) -> RankedFact:
    key = _key(signal)
    is_act_closed = False
    if not file.only_considered and file.act:
        grounds = [*closures.grounds_of_act(file.act)]
        if file.per_entry:
            is_act_closed = _is_shown_on(grounds, file, signal)
        else:
            is_act_closed = any(
                _reaches(ground, file, signal, ranks) for ground in grounds
            )
    if is_act_closed or closures.closes_fact(file.id, key):
        return RankedFact(file, signal, key, "override")
    if any(kind in ordered for kind in file.closed_by):
        return RankedFact(file, signal, key, "order")
    return RankedFact(file, signal, key)


def _is_shown_on(grounds: Sequence[CardGround], file: FactFile, signal: Signal) -> bool:
    """Tell if cards that were overridden showed each entry of this fact as it is now.

    Cards of a signing keep no digest of what an entry says: the entry alone counts.
    """
    facts = {file.id, *file.shown_by}
    keys = [ground.key for ground in grounds if ground.fact in facts]
    if not signal.entries:
        return _key(signal) in keys
    marks = {mark for key in keys for mark in key.split()}
    return all(
        not marks.isdisjoint({_mark(entry), _mark(entry._replace(content=""))})
        for entry in signal.entries
    )


def _mark(entry: SignalEntry) -> str:
    """Write a digest of an entry: no name of it and no word is kept."""
    digest = sha256(" ".join(entry).encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{ENTRY_MARK}{digest}"


def _reaches(
    ground: CardGround, file: FactFile, signal: Signal, ranks: Mapping[str, int]
) -> bool:
    """Tell if an act that was closed on that card is closed for this fact too.

    | this fact  | the overridden card     | is the act closed for this fact?  |
    |------------|-------------------------|-----------------------------------|
    | no warning | any                     | yes                               |
    | a warning  | no warning              | no                                |
    | a warning  | warned of a lesser fact | no: the clinician did not see it  |
    | a warning  | warned of a graver fact | yes                               |
    | a warning  | warned of the same fact | yes, if it says no more than then |

    A graver fact has a lower rank, or the same.

    Args:
        ground: the card that was overridden.
        ranks: ranks of all facts, by id.
    """
    if file.colour != "warning":
        return True
    if ground.fact == file.id and not _is_said_in(ground.key, signal):
        return False
    return ground.is_warning and ranks.get(ground.fact, file.rank + 1) <= file.rank


def _is_said_in(key: str, signal: Signal) -> bool:
    """Tell if a fact with this key said already what the signal says now.

    An old day may be written in another way now; then the entries are compared.
    """
    evidence = _evidence_text(signal)
    return key.startswith(signal.because) or bool(evidence and key.endswith(evidence))


def _keeps_card(fact: RankedFact) -> bool:
    return fact.file.keeps_card and fact.may_lead


def _key(signal: Signal) -> str:
    """Return the values that a fact rests on; an override of it ends if they change.

    The key changes with a value, and with an entry behind it: a paraplegia is new next
    to a weak leg that was considered.
    """
    marks = " ".join(sorted(map(_mark, signal.entries)))
    parts = (signal.because, marks, _evidence_text(signal))
    return " ".join(filter(None, parts))


def _evidence_text(signal: Signal) -> str:
    return " ".join(sorted(map(_name_and_day, signal.evidence)))


def _name_and_day(evidence: Finding | SupportOrder) -> str:
    """Write a finding with a digest of its sources, `new-deficit=2026-05-03#1f0c…`.

    An order is written without one, `brace=2026-05-03`.
    """
    if isinstance(evidence, SupportOrder):
        return f"{evidence.kind}={evidence.written.day or ''}"
    sources = {source.code or source.resource for source in evidence.provenance}
    digest = sha256(" ".join(sorted(sources)).encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{evidence.name}={evidence.observed or ''}#{digest}"
