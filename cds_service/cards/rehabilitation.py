"""Make the first card: a fact that a busy surgeon would miss, its act, and the risk.

docs/cards.md has its rules: E1 to E3 the summary, E11 and E12 the detail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cds_service.cards.answer import Answer, Line, make_card
from cds_service.cards.extension import assessments_extension
from cds_service.cards.not_known import not_known_line
from cds_service.cards.risk import risk_lines, risk_phrases, study_lines
from cds_service.cards.texts import SUMMARY_LENGTH, count_words, escape_markdown
from cds_service.core.acts.recommendations import not_counted_text
from cds_service.core.models.strata import Change
from cds_service.core.words.phrases import Changed, Verbatim, in_brackets, joined, say
from cds_service.core.words.wording import date_text, join_words, number_text
from cds_service.protocol.messages import Card

MOST_WORDS = 110  # of the whole card, without buttons
ROOM = 60  # words of a detail up to which it may repeat what a button says
# The highest `Line.spare`: a line of 1 is left out beyond `ROOM`, those of 2 and then 3
# beyond `MOST_WORDS`.
MOST_SPARE = 3
SEVERAL_LEVELS = ("F10", "F13-two")  # facts that say why there are several orders


def rehabilitation_card(answer: Answer) -> Card | None:
    """Make the card; None if nothing is open (E5)."""
    if not answer.facts.is_shown:
        return None
    summary = _summary(answer)
    return make_card(
        answer,
        "rehabilitation",
        summary=summary,
        detail=_detail(answer),
        indicator=answer.facts.colour,
        extension=assessments_extension(answer),
    )


def _summary(answer: Answer) -> str:
    """Write the leading fact with its act; a second fact and the risk if they fit.

    The risk is left out first, then the second fact; never the act (E1).
    """
    facts = answer.facts
    risks = [answer.translated(phrase) for phrase in risk_phrases(answer)]
    with_second = [
        answer.translated(phrase)
        for second in facts.short_forms_behind()
        for phrase in facts.phrases(second)
    ]
    alone = [answer.translated(phrase) for phrase in facts.phrases()]
    if not alone:
        text = answer.texts.raw(f"summaries.rehabilitation.{_open_kind(answer)}")
        alone = [answer.translated(text)]
    for sentence in (*with_second, *alone):
        wordings = [_with_risk(sentence, risk) for risk in risks]
        for wording in (*wordings, sentence):
            if len(wording) <= SUMMARY_LENGTH:
                return wording
    return answer.shortest(alone)


def _open_kind(answer: Answer) -> str:
    """Name the text of a card without a fact: why rehabilitation is open."""
    if answer.has("orders-unread"):
        return "unread"
    return "unclear" if answer.has("rehabilitation-unclear") else "open"


def _with_risk(sentence: str, risk: str) -> str:
    """Join both sentences; a phrase in brackets at the end gets a full stop."""
    if sentence.endswith("）"):
        return f"{sentence}。{risk}"
    if sentence.endswith(("。", "？")):
        return sentence + risk
    return f"{sentence}. {risk}" if sentence.endswith(")") else f"{sentence} {risk}"


def _detail(answer: Answer) -> str:
    """Write acts, risk, how sure, not known; spare lines only if the card stays short.

    The words are counted in English, so that all languages have the same lines.
    """
    english = _summary(replace(answer, language=None))
    notices = _order_notices(answer)
    lines = _lines(answer, (english, _summary(answer)))
    for left_out in range(MOST_SPARE + 1):
        card_lines = [line for line in lines if not 0 < line.spare <= left_out]
        context = {"notices": notices, "lines": card_lines}
        detail = answer.texts.render("rehabilitation", context)
        is_short = count_words(f"{english} {detail}") <= MOST_WORDS
        if is_short and (left_out > 0 or count_words(detail) <= ROOM):
            break
    return answer.render("rehabilitation", notices, card_lines)


def _lines(answer: Answer, summaries: tuple[str, str]) -> list[Line]:
    """List all lines that the detail may have, in order."""
    fact_lines = [Line(heading, text) for heading, text in answer.facts.lines()]
    lines = [*also_lines(answer, summaries, fact_lines), *fact_lines]
    lines += _act_lines(answer)
    lines += _not_counted(answer)
    lines += [Line(heading, text, spare=2) for heading, text in study_lines(answer)]
    lines += _marker_lines(answer)
    lines += [Line(heading, text) for heading, text in risk_lines(answer)]
    lines += [Line(heading, text) for heading, text in not_known_line(answer)]
    return lines


def also_lines(
    answer: Answer, summaries: tuple[str, str], others: Iterable[Line]
) -> Iterator[Line]:
    """Yield one line with the warnings that nothing else on the card names.

    Args:
        summaries: in English and in the card's language. A warning that one of them
            has no room for is named here.
        others: the lines of the facts themselves.
    """
    english, translated = (summary.lower() for summary in summaries)
    lines = " ".join(line.text for line in others).lower()
    names = []
    for short, whole in answer.facts.warnings_behind():
        in_language = answer.translated(short).lower()
        is_in_summary = short.lower() in english and in_language in translated
        if not is_in_summary and whole.lower() not in lines:
            names.append(short)
    if names:
        yield Line(answer.texts.raw("headings.also"), joined(names))


def _act_lines(answer: Answer) -> Iterator[Line]:
    """Yield the open acts that the detail says, each in a line."""
    for act in answer.of_topic("rehabilitation"):
        if act.rule.in_detail and not act.already:
            spare = 1 if act.rule.supplies else 0
            yield Line(act.rule.heading, act.text, spare)


def _not_counted(answer: Answer) -> Iterator[Line]:
    """Name orders from before this fracture, since they do not count as ordered."""
    acts = answer.of_topic("rehabilitation")
    orders = (order for act in acts for order in act.not_counted)
    names = dict.fromkeys(map(not_counted_text, orders))
    if names:
        heading = answer.texts.raw("headings.not-counted")
        yield Line(heading, join_words(names), spare=3)


def _marker_lines(answer: Answer) -> Iterator[Line]:
    """Yield the change between two MRIs, an observation and no figure."""
    marker = answer.assessment.marker
    if marker is None or not marker.in_range or answer.facts.forbids_risk:
        return
    changes = joined(map(_change_text, marker.in_range))
    days = say(
        "{first} to {last}", first=date_text(marker.first), last=date_text(marker.last)
    )
    text = answer.texts.say("lines.marker", changes=in_brackets(changes, days))
    yield Line(answer.texts.raw("headings.marker"), text, spare=2)


def _change_text(change: Change) -> str:
    sign = "+" if change.change > 0 else ""
    value = f"{sign}{number_text(change.change, 1)} %"
    return say("{name} {value}", name=change.label, value=value)


def _order_notices(answer: Answer) -> tuple[str, ...]:
    """List what about the orders themselves is uncertain."""
    texts, order = answer.texts, answer.order
    if order is None:
        return ()
    notices = []
    is_explained = any(answer.facts.holds(fact) for fact in SEVERAL_LEVELS)
    if len(order.references) > 1 and not is_explained:
        references = [
            Verbatim(escape_markdown(reference)) for reference in order.references
        ]
        titles = joined(order.titles, "; ") or joined(references)
        count = len(order.references)
        notices.append(texts.say("notices.several-orders", count=count, titles=titles))
    if order.procedure is None and not order.notes:  # a note says why, if there is more
        notices.append(texts.raw("notices.procedure-unknown"))
    return (*notices, *(Changed(note, escape_markdown) for note in order.notes))
