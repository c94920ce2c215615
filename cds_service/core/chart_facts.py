"""The facts of the chart that a surgeon would miss: which hold, which leads, its words.

A fact is one file of `hooks/<service>/facts/` that names one signal. The first open
fact by rank leads the card and carries its colour (docs/cards.md). Rules here are pure:
the same signals, orders and overrides give the same facts.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from cds_service.core.closures import NOTHING_CLOSED, CardGround, Closures
from cds_service.core.data_file import DataTable
from cds_service.core.findings import Finding, SupportOrder
from cds_service.core.phrases import Sentence, placeholders, say
from cds_service.core.situation import Signal
from cds_service.core.wording import capital

Colour = Literal["warning", "info"]
DrugStateKind = Literal["none", "on", "unknown"]
# Words that every phrase and line may use. A phrase with an empty word does not fit.
COMMON_WORDS = frozenset(
    {
        *("because", "fact", "join", "place", "t", "age"),
        *("state", "review", "start", "start_one", "listed"),
        *("biopsy_ordered", "rehabilitation_ordered"),
        *("unstable", "unstable_bone", "leaving"),
    }
)
MAY_BE_EMPTY = frozenset({"join"})
LIST_NOT_READ = "bone-drug-unknown"
DIGEST_LENGTH = 12  # hexadecimal digits
# Phrases may ask for it as for a signal: rehabilitation is neither ordered nor closed,
# and nothing forbids it.
TRAINING_OPEN = "rehabilitation-open"


class Condition(DataTable):
    """The conditions for a phrase, or a line of the detail; all of them must hold.

    Attributes:
        state: state of bone treatment, by the drug fact that holds.
        fact: other facts of which one holds, by id.
        signal: other signals of which one holds.
        word: words of the fact's signal that must read so.
        closed: an order found closes the fact; otherwise the text is for an open one.
    """

    state: tuple[DrugStateKind, ...] = ()
    fact: tuple[str, ...] = ()
    unless_fact: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()
    unless_signal: tuple[str, ...] = ()
    word: Mapping[str, str] = Field(default_factory=dict)
    closed: bool = False


class Phrase(Condition):
    """One way to say a fact in a summary; the first that fits is taken."""

    say: str


class Line(Condition):
    """A line of the detail.

    Attributes:
        leads: only while the fact leads the card.
        behind: only while another one leads.
    """

    heading: str
    say: str
    leads: bool = True
    behind: bool = False

    def has_place(self, *, is_leading: bool) -> bool:
        """Tell if a fact that leads, or does not, has this line."""
        return not self.behind if is_leading else not self.leads


class DrugWords(DataTable):
    """The words of a fact on bone treatment, next to another fact that leads.

    Attributes:
        words: `no bone drug`, `on {drug}`.
        review: the act then: `change of drug?`.
    """

    kind: DrugStateKind
    words: str
    review: str = ""


class FactFile(DataTable):
    """One file of `hooks/<service>/facts/`.

    Attributes:
        id: that of the page on cards, `F8`.
        rank: the number before the file's name; the lowest leads.
        signal: what makes it hold.
        act: what its phrase asks for, by a name that overrides and the audit log keep.
        leads: it may lead a card; otherwise it only adds lines, or raises the risk.
        words: placeholders that its signal fills, besides the common ones.
        phrases: for the summary, the first that fits.
        joins: its short form behind another fact that leads; empty if it never joins.
        start: how a drug is started while it holds, instead of `start before
            discharge`.
        state: what it says of bone treatment.
        closed_by: kinds of order that close it.
        leads_when_closed: an order closes its colour alone: it still leads.
        keeps_card: while it is open, or leads although an order closed it, a card is
            shown whatever else is ordered.
        only_considered: only the override `considered` closes it, not an act arranged.
        settles_review: when no bone treatment review is open although none is ordered.
        forbids_risk: no figure while it holds.
        not_counted: what the model does not count, `hip`; empty if it counts it.
        raises: no figure is called below the usual while it holds.
        leaves_open: something was not read or not understood: the usual replaces every
            lower figure.
        at_end_of_life: it is said in a hospice too.
        guidelines: lines of `guidelines.toml` that speak for and against its act.
        source: where it comes from.
        owner: the role that answers for it.
        approved: when the owner last approved it.
        review_by: when it is to be reviewed again.
    """

    id: str
    rank: int = Field(default=0, ge=0)
    signal: str
    colour: Colour = "info"
    act: str = ""
    leads: bool = True
    words: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    joins: str = ""
    start: str = ""
    state: DrugWords | None = None
    lines: tuple[Line, ...] = ()
    closed_by: tuple[str, ...] = ()
    leads_when_closed: bool = False
    keeps_card: bool = False
    only_considered: bool = False
    settles_review: Condition | None = None
    forbids_risk: bool = False
    not_counted: str = ""
    raises: bool = False
    leaves_open: bool = False
    at_end_of_life: bool = False
    guidelines: tuple[str, ...] = ()
    source: str
    owner: str
    approved: date
    review_by: date

    @model_validator(mode="after")
    def _is_whole(self) -> "FactFile":
        if self.leads and not (self.phrases and self.act):
            raise ValueError("a fact that leads needs phrases and an act")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """List every text of the file that may have placeholders."""
        state = (self.state.words, self.state.review) if self.state else ()
        return (
            *(phrase.say for phrase in self.phrases),
            *(text for line in self.lines for text in (line.heading, line.say)),
            *(self.joins, self.start),
            *state,
        )


class RankedFact(NamedTuple):
    """A fact that holds for this patient.

    Attributes:
        key: what it rests on; an override of it ends when this changes.
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
        """Tell if it leads the card when no fact before it does."""
        if not self.file.leads:
            return False
        is_only_ordered = self.closed_by == "order" and self.file.leads_when_closed
        return self.is_open or is_only_ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFacts:
    """The facts that hold, by rank, and what follows for the whole card.

    Attributes:
        ranked: every fact that holds.
        common: words for every phrase.
        signals: names of all signals that hold, and `TRAINING_OPEN` while it is.
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
        """Return the fact that leads the card."""
        return next((fact for fact in self.ranked if fact.may_lead), None)

    @property
    def colour(self) -> Colour:
        """Return `warning` while one fact of that colour is open."""
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
        """Name the acts of open facts, even if an override closed lesser ones."""
        return frozenset(fact.file.act for fact in self.ranked if fact.is_open)

    @property
    def not_counted(self) -> tuple[str, ...]:
        """List what the model does not count, each once."""
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
        """Tell if a fact raises the risk: nothing is called below the usual."""
        return any(fact.file.raises for fact in self.ranked)

    @property
    def state(self) -> DrugWords | None:
        """Return bone treatment so far, by the first fact that says it."""
        return next((fact.file.state for fact in self.ranked if fact.file.state), None)

    def names(self) -> frozenset[str]:
        """Return names for rules: ids of facts that hold, and `leads-F14`."""
        leading = self.leading
        leads = {f"leads-{leading.id}"} if leading else set()
        return frozenset({fact.id for fact in self.ranked} | leads)

    def seconds(self) -> Iterator[str]:
        """Yield short forms of the open facts behind the leading one, by rank."""
        leading = self.leading
        for fact in self.ranked:
            is_behind = leading is not None and fact.file.rank >= leading.file.rank
            is_second = is_behind and fact is not leading and fact.is_open
            # What is known of bone drugs is said by the phrase itself.
            state = fact.file.state
            is_in_phrase = state is not None and state.kind != "none"
            if not is_second or is_in_phrase:
                continue
            if text := _filled(fact.file.joins, self._words(fact)):
                yield text

    def warnings_behind(self) -> Iterator[tuple[str, str]]:
        """Yield the warnings behind the leading fact: the short form, and the whole.

        An unstable fracture or spine comes last, whatever its fact's colour.
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
            join: the short form of a second fact; phrases without a place for it are
                left out, but for those that are made for that fact.
        """
        leading = self.leading
        if leading is None:
            return
        joined_fact = say(", {fact}", fact=join) if join else ""
        words = self._words(leading) | {"join": joined_fact}
        phrases = leading.file.phrases
        fitting = [phrase for phrase in phrases if self._fits(phrase, leading)]
        # A shorter phrase must not say as unknown what is known of bone drugs.
        of_state = [phrase for phrase in fitting if phrase.state] or fitting
        for phrase in of_state:
            names_it = any(words.get(one) == join for one in phrase.fact)
            if join and "{join}" not in phrase.say and not names_it:
                continue
            if text := _filled(phrase.say, words):
                yield capital(text)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of the detail, of the leading fact first; a heading once."""
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
        """Join the common words, those of the drug state, and those of the signal."""
        words = dict(self.common)
        drug_fact = next((other for other in self.ranked if other.file.state), None)
        starts = (other for other in self.ranked if other.is_open and other.file.start)
        start = next(starts, None)
        if start is not None:
            words["start"] = words["start_one"] = start.file.start
        if drug_fact is not None and drug_fact.file.state is not None:
            of_drug = _WithCapitals(words | _signal_words(drug_fact.signal))
            words["state"] = _sentence(drug_fact.file.state.words, of_drug)
            words["review"] = _sentence(drug_fact.file.state.review, of_drug)
        joined_facts = {}
        for other in self.ranked:
            if other is not fact:
                of_other = _WithCapitals(words | _signal_words(other.signal))
                joined_facts[other.id] = _sentence(other.file.joins, of_other)
        return words | joined_facts | _signal_words(fact.signal)


def _is_met(
    needed: Collection[str], excluded: Collection[str], names: frozenset[str]
) -> bool:
    """Tell if one of the needed names holds, if any is, and no excluded one."""
    is_there = not needed or not names.isdisjoint(needed)
    return is_there and names.isdisjoint(excluded)


def _signal_words(signal: Signal) -> dict[str, str]:
    return {"because": signal.because, **signal.words}


class _WithCapitals(dict[str, str]):
    """Words by name: `Fact` gives `fact` with a capital, an unknown name nothing."""

    def __missing__(self, name: str) -> str:
        lower = name[:1].lower() + name[1:]
        return capital(self[lower]) if lower != name and lower in self else ""


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Return the text with its words, or nothing if one of them is not known."""
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
    is_dying = "end-of-life" in by_name
    ranks = {file.id: file.rank for file in files}
    ranked_facts = tuple(
        _ranked_fact(file, by_name[file.signal], ordered, closures, ranks)
        for file in files
        if file.signal in by_name and (file.at_end_of_life or not is_dying)
    )
    names = frozenset(by_name) | {fact.id for fact in ranked_facts}
    is_open = {
        kind: kind not in ordered and not closures.closes_act(kind)
        for kind in ("bone-treatment", "rehabilitation")
    }
    is_training_open = is_open["rehabilitation"] and names.isdisjoint(no_training)
    signal_names = {*by_name, TRAINING_OPEN} if is_training_open else {*by_name}
    facts = ChartFacts(
        ranked=ranked_facts, common=common, signals=frozenset(signal_names)
    )
    if "deceased" in by_name:
        is_shown = False
    elif is_dying:
        is_shown = any(fact.is_open for fact in ranked_facts)
    else:
        is_shown = (
            facts.colour == "warning"
            or any(_keeps_card(fact) for fact in ranked_facts)
            or LIST_NOT_READ in by_name
            or is_training_open
            # If training is forbidden, the card says why, even if a review is ordered.
            or (is_open["rehabilitation"] and facts.leading is not None)
            or (is_open["bone-treatment"] and not facts.is_review_settled())
        )
    return replace(facts, is_shown=is_shown)


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
        grounds = closures.grounds_of_act(file.act)
        is_act_closed = any(_reaches(ground, file, signal, ranks) for ground in grounds)
    if is_act_closed or closures.closes_fact(file.id, key):
        return RankedFact(file, signal, key, "override")
    if any(kind in ordered for kind in file.closed_by):
        return RankedFact(file, signal, key, "order")
    return RankedFact(file, signal, key)


def _reaches(
    ground: CardGround, file: FactFile, signal: Signal, ranks: Mapping[str, int]
) -> bool:
    """Tell if an act that was closed on this card is closed for this fact too.

    A fact that does not warn is closed. One that warns may be new, or graver than what
    the clinician saw: it is closed only if the overridden card warned too, with a fact
    that ranks at least as high; if it was this fact, only while it says no more.
    """
    if file.colour != "warning":
        return True
    if ground.fact == file.id and not _is_said_in(ground.key, signal):
        return False
    return ground.is_warning and ranks.get(ground.fact, file.rank + 1) <= file.rank


def _is_said_in(key: str, signal: Signal) -> bool:
    """Tell if a fact with this key said what the signal says now.

    The words may differ in how they write an old day; then the entries are compared.
    """
    evidence = _evidence_text(signal)
    return key.startswith(signal.because) or bool(evidence and key.endswith(evidence))


def _keeps_card(fact: RankedFact) -> bool:
    return fact.file.keeps_card and fact.may_lead


def _key(signal: Signal) -> str:
    """Return what a fact rests on; an override of it ends if this changes.

    It changes with a value, and with an entry that a value rests on: a paraplegia next
    to a weak leg that was considered.
    """
    return f"{signal.because} {_evidence_text(signal)}".strip()


def _evidence_text(signal: Signal) -> str:
    return " ".join(sorted(map(_name_and_day, signal.evidence)))


def _name_and_day(evidence: Finding | SupportOrder) -> str:
    """Write a finding with a digest of its sources, `new-deficit=2026-05-03#1f0c…`.

    An order has none: `brace=2026-05-03`.
    """
    if isinstance(evidence, SupportOrder):
        return f"{evidence.kind}={evidence.authored or ''}"
    sources = {source.code or source.resource for source in evidence.provenance}
    digest = sha256(" ".join(sorted(sources)).encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{evidence.name}={evidence.observed or ''}#{digest}"
