"""Describe one file of `hooks/<service>/facts/`: what a surgeon would miss.

`chart_facts.py` compares the files with the signals of a patient.
"""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from cds_service.core.data_file import Approved, DataTable, NumberedFile

Colour = Literal["warning", "info"]
DrugStateKind = Literal["none", "on", "unknown"]  # bone treatment so far


class Condition(DataTable):
    """The conditions for a phrase, or a line of the detail; all of them must hold.

    Attributes:
        state: bone treatment so far is one of these; any, if empty.
        fact: ids of other facts, of which one must hold; none, if empty.
        unless_fact: ids of other facts, of which none may hold.
        signal: signals of which one must hold; none, if empty.
        unless_signal: signals of which none may hold.
        word: text that a word of the fact's signal must have, by the word's name.
        closed: True if an order must close the fact; False if none may. An override
            that closes it makes no difference.
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


class FactLine(Condition):
    """A line of the detail. By default it is said while its fact leads the card.

    Attributes:
        leads: if False, it is said while another fact leads, too.
        behind: it is said only while another fact leads.
    """

    heading: str
    say: str
    leads: bool = True
    behind: bool = False

    def has_place(self, *, is_leading: bool) -> bool:
        """Tell if the line is said of a fact that leads the card, or that does not."""
        if is_leading:
            return not self.behind
        return not self.leads


class DrugWords(DataTable):
    """The words of a fact on bone treatment, in the phrase of another fact that leads.

    Attributes:
        words: `no bone drug`, `on {drug}`.
        review: the act that belongs to them, `change of drug?`.
    """

    kind: DrugStateKind
    words: str
    review: str = ""


class FactWords(DataTable):
    """The words for a fact: in the summary, in the detail and next to other facts.

    Attributes:
        words: placeholders that its signal fills, besides the common ones.
        phrases: for the summary; the first that fits is said.
        joins: its short form behind another fact that leads; empty if it never joins.
        start: the words for starting a drug while it holds, in place of `start before
            discharge`.
        state: its words on bone treatment so far.
        lines: of the detail.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    joins: str = ""
    start: str = ""
    state: DrugWords | None = None
    lines: tuple[FactLine, ...] = ()

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


class FactClosing(DataTable):
    """The orders and overrides that close a fact, and what stays open then.

    Attributes:
        closed_by: kinds of order that close it.
        leads_when_closed: an order closes its colour alone; it still leads.
        only_considered: the override `considered` alone closes it, no act arranged.
        per_entry: an override of its act closes what it was shown for. A new or changed
            entry opens it again.
        shown_by: ids of other facts whose cards showed the entry for the same question.
        keeps_card: while it may lead, a card is shown whatever else is ordered.
        settles_review: the condition under which no bone treatment review is open,
            although none is ordered.
    """

    closed_by: tuple[str, ...] = ()
    leads_when_closed: bool = False
    only_considered: bool = False
    per_entry: bool = False
    shown_by: tuple[str, ...] = ()
    keeps_card: bool = False
    settles_review: Condition | None = None


class FactOnRisk(DataTable):
    """The effect of a fact on the figure.

    Attributes:
        forbids_risk: no figure while it holds.
        not_counted: its name among the facts that the model does not count, `hip`;
            empty if the model counts it.
        raises: no figure is called below the usual while it holds.
        leaves_open: something was not read or not understood: the usual replaces every
            lower figure.
    """

    forbids_risk: bool = False
    not_counted: str = ""
    raises: bool = False
    leaves_open: bool = False


class FactFile(NumberedFile, Approved, FactWords, FactClosing, FactOnRisk):
    """One file of `hooks/<service>/facts/`.

    Attributes:
        id: as on the page of cards, `F8`.
        rank: the number before the file's name; the lowest leads.
        signal: the fact holds while this signal does.
        act: the act that its phrases ask for, by the name that overrides and the audit
            log keep.
        leads: it may lead a card; otherwise it only adds lines, or raises the risk.
        at_end_of_life: it is said in a hospice too.
        guidelines: ids in `guidelines.toml` for and against its act.
        source: the origin of the rule.
    """

    id: str
    rank: int = Field(default=0, ge=0)
    signal: str
    colour: Colour = "info"
    act: str = ""
    leads: bool = True
    at_end_of_life: bool = False
    guidelines: tuple[str, ...] = ()
    source: str

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.leads and not (self.phrases and self.act):
            raise ValueError("a fact that leads needs phrases and an act")
        return self
