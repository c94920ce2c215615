"""The first card: the fact that a busy surgeon would miss, the act, the risk in a word.

docs/cards.md has its rules: E1 to E3 the summary, E11 and E12 the detail.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.extension import assessments_extension
from cds_service.cards.not_known import not_known_line
from cds_service.cards.risk import risk_lines, say_risk, study_lines
from cds_service.cards.texts import SUMMARY_LENGTH, count_words, escape_markdown
from cds_service.core.phrases import Changed, Verbatim, in_brackets, joined, say
from cds_service.core.recommendations import not_counted_text
from cds_service.core.strata import Change
from cds_service.core.wording import join_words, say_date, say_number
from cds_service.protocol.messages import Card

MOST_WORDS = 110  # of the whole card, without buttons
ROOM = 60  # words of a detail up to which a line that a button says too is welcome
SEVERAL_LEVELS = ("F10", "F13-two")  # facts that say why there are several orders


class Line(NamedTuple):
    """A heading with its text, as the layout names them.

    Attributes:
        spare: 0 for a line that stays; 1 for one that is left out beyond `ROOM`; 2 and
            then 3 for those that are left out beyond `MOST_WORDS`.
    """

    heading: str
    text: str
    spare: int = 0


def rehabilitation_card(answer: Answer) -> Card | None:
    """Make the card; None if nothing is open (E5)."""
    if not answer.facts.is_shown:
        return None
    summary = say_summary(answer)
    return make_card(
        answer,
        "rehabilitation",
        summary=summary,
        detail=_detail(answer),
        indicator=answer.facts.colour,
        extension=assessments_extension(answer),
    )


def say_summary(answer: Answer) -> str:
    """Say the leading fact with its act; a second fact and a word of risk if they fit.

    The risk is left out first, then the second fact; never the act (E1).
    """
    facts = answer.facts
    risks = [answer.translated(one) for one in say_risk(answer)]
    with_second = [
        answer.translated(said)
        for second in facts.seconds()
        for said in facts.phrases(second)
    ]
    alone = [answer.translated(said) for said in facts.phrases()]
    if not alone:
        alone = [answer.translated(answer.texts.raw("summaries.rehabilitation.open"))]
    for said in (*with_second, *alone):
        wordings = (*(_with(said, risk) for risk in risks), said)
        fitting = (one for one in wordings if len(one) <= SUMMARY_LENGTH)
        if found := next(fitting, ""):
            return found
    return answer.shortest(alone)


def _with(said: str, risk: str) -> str:
    """Join both sentences; a phrase in brackets at the end gets a full stop."""
    if said.endswith("）"):
        return f"{said}。{risk}"
    if said.endswith(("。", "？")):
        return said + risk
    return f"{said}. {risk}" if said.endswith(")") else f"{said} {risk}"


def _detail(answer: Answer) -> str:
    """Acts, risk, how sure, not known; spare lines only where the card stays short.

    Which lines there is room for is counted in English: all languages say the same.
    """
    english = say_summary(replace(answer, language=None))
    lines = (
        *(Line(heading, text) for heading, text in answer.facts.lines()),
        *_act_lines(answer),
        *_not_counted(answer),
        *(Line(*one, spare=2) for one in study_lines(answer)),
        *_marker_lines(answer),
        *(Line(*one) for one in risk_lines(answer)),
        *(Line(*one) for one in not_known_line(answer)),
    )
    for left_out in range(4):
        kept = [line for line in lines if not 0 < line.spare <= left_out]
        context = {"notices": order_notices(answer), "lines": kept}
        detail = answer.texts.render("rehabilitation", context)
        is_short = count_words(f"{english} {detail}") <= MOST_WORDS
        if is_short and (left_out > 0 or count_words(detail) <= ROOM):
            break
    return answer.render("rehabilitation", order_notices(answer), kept)


def _act_lines(answer: Answer) -> Iterator[Line]:
    """Say the acts that are open besides the leading fact's own, each in a line."""
    for one in answer.of_topic("rehabilitation"):
        if one.rule.in_detail and not one.already:
            yield Line(one.rule.heading, one.text, spare=1 if one.rule.supplies else 0)


def _not_counted(answer: Answer) -> Iterator[Line]:
    """Orders from before this fracture: named, since they do not count as ordered."""
    earlier = (
        one for act in answer.of_topic("rehabilitation") for one in act.not_counted
    )
    said = join_words(dict.fromkeys(map(not_counted_text, earlier)) or ("",))
    if said:
        yield Line(answer.texts.raw("headings.not-counted"), said, spare=3)


def _marker_lines(answer: Answer) -> Iterator[Line]:
    """Yield the change between two MRIs, an observation and no figure."""
    marker = answer.assessment.marker
    if marker is None or not marker.in_range or answer.facts.forbids_risk:
        return
    changes = joined(map(_say_change, marker.in_range))
    days = say(
        "{first} to {last}", first=say_date(marker.first), last=say_date(marker.last)
    )
    text = answer.texts.say("lines.marker", changes=in_brackets(changes, days))
    yield Line(answer.texts.raw("headings.marker"), text, spare=2)


def _say_change(change: Change) -> str:
    sign = "+" if change.change > 0 else ""
    value = f"{sign}{say_number(change.change, 1)} %"
    return say("{name} {value}", name=change.label, value=value)


def order_notices(answer: Answer) -> tuple[str, ...]:
    """List what about the orders themselves is uncertain."""
    texts, order = answer.texts, answer.order
    if order is None:
        return ()
    notices = []
    is_told = any(answer.facts.holds(one) for one in SEVERAL_LEVELS)
    if len(order.references) > 1 and not is_told:
        references = [Verbatim(escape_markdown(one)) for one in order.references]
        titles = joined(order.titles, "; ") or joined(references)
        count = len(order.references)
        notices.append(texts.say("notices.several-orders", count=count, titles=titles))
    if order.procedure is None and not order.notes:  # a note says why, if there is more
        notices.append(texts.raw("notices.procedure-unknown"))
    return (*notices, *(Changed(one, escape_markdown) for one in order.notes))
