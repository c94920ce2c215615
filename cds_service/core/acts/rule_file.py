"""Describe one file of `hooks/<service>/recommendations/`: an act and its button.

`recommendations.py` chooses the rules that fire for a patient.
"""

from collections.abc import Collection
from typing import Literal, Self

from pydantic import Field, model_validator

from cds_service.core.data_file import Approved, DataTable, NumberedFile
from cds_service.core.findings import Findings

Topic = Literal["rehabilitation", "braceLimit", "discharge"]


class When(DataTable):
    """The conditions of a rule, of which one must hold.

    Attributes:
        any_signal: one of these signals or facts holds.
        gap_any: one of these findings is missing, though its list was read.
    """

    always: bool = False
    any_signal: tuple[str, ...] = ()
    gap_any: tuple[str, ...] = ()


class Ask(DataTable):
    """One measure of an act that asks for several.

    Attributes:
        words: its name on the card.
        supplies: the input of the models that it could give.
        unless_signal: while this signal holds, the measure decides nothing.
    """

    finding: str
    words: str
    supplies: str
    unless_signal: str = ""

    def is_open(self, findings: Findings, signals: Collection[str]) -> bool:
        """Tell if measuring it would help: it is missing, or must not reassure."""
        if self.unless_signal in signals:
            return False
        if finding := findings.known.get(self.finding):
            return not finding.may_reassure
        gap = findings.gaps.get(self.finding)
        return gap is not None and gap.reason != "not-read"


class SignalText(DataTable):
    """A text of a rule for some signals.

    Attributes:
        signal: one of these signals must hold; empty for the default.
        say: the card's line; `{text}` in it is the rule's own text.
        label: label of the suggestion; empty for the rule's own.
    """

    signal: str | tuple[str, ...] = ()
    say: str = "{text}"
    label: str = ""

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the signals, of which one must hold; none for the default."""
        return (self.signal,) if isinstance(self.signal, str) else self.signal

    def line(self, text: str) -> str:
        """Return the card's line for a rule with this text."""
        return self.say.replace("{text}", text)


class RuleTrigger(DataTable):
    """When a rule fires.

    Attributes:
        unless_signal: signals and facts under which it does not fire.
        unless_rule: rules of a lower rank after which it does not fire.
    """

    when: When
    unless_signal: tuple[str, ...] = ()
    unless_rule: tuple[str, ...] = ()


class RuleWords(DataTable):
    """The words of a rule on the card.

    Attributes:
        text: the card's line, or the part that `texts` have in common.
        texts: the first whose signal holds is taken.
        label: the suggestion's label, unless the text has its own.
        in_detail: the card has a line of its text; otherwise the leading fact says it.
    """

    heading: str
    text: str = ""
    texts: tuple[SignalText, ...] = ()
    label: str = ""
    in_detail: bool = True

    @model_validator(mode="after")
    def _has_text(self) -> Self:
        are_texts_whole = bool(self.texts) and all(
            signal_text.say and "{text}" not in signal_text.say
            for signal_text in self.texts
        )
        if not self.text and not are_texts_whole:
            raise ValueError(
                "a rule needs a text, or texts that say everything themselves"
            )
        return self


class RuleOrder(DataTable):
    """The order that a rule offers.

    Attributes:
        order: name of the order template in `hooks/<service>/orders/`.
        order_kind: the kind of support order that does the same already.
        order_in_card: the card says what is in the order, if the EHR drops it.
        not_offered_if: signals under which there is no button.
        corrects: the rule offers a corrected brace order instead of a new one.
    """

    order: str | None = None
    order_kind: str = ""
    order_in_card: bool = False
    not_offered_if: tuple[str, ...] = ()
    corrects: bool = False


class RulePreselection(DataTable):
    """When the suggestion of a rule is pre-selected.

    Attributes:
        recommended: it is, under the conditions below.
        recommended_if: signals of which one must hold; if empty, none is needed.
        recommended_unless: signals under which it is offered and not pre-selected.
        recommended_although: those of `OPEN_SIGNALS` under which it may be
            pre-selected all the same; under any other of them none is.
    """

    recommended: bool = False
    recommended_if: tuple[str, ...] = ()
    recommended_unless: tuple[str, ...] = ()
    recommended_although: tuple[str, ...] = ()


class RuleMeasures(DataTable):
    """The measurements that a rule asks for.

    Attributes:
        supplies: inputs of the models that a measurement could give; only the
            measurement with the greatest gain is asked for.
        asks: measures that the act asks for, if it asks for several.
    """

    supplies: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()


class Rule(
    NumberedFile,
    Approved,
    RuleTrigger,
    RuleWords,
    RuleOrder,
    RulePreselection,
    RuleMeasures,
):
    """One file of `hooks/<service>/recommendations/`.

    Attributes:
        topic: the card that it is on.
        guidelines: ids in `guidelines.toml` for and against it.
        studies: ids of studies that it rests on.
        rank: the number before the file's name; the lowest is read first.
    """

    id: str
    topic: Topic
    guidelines: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    rank: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_order_whole(self) -> Self:
        if self.order and not (self.label and self.order_kind):
            raise ValueError("a rule with an order needs label and order-kind")
        return self
