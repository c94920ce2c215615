"""The first card: what to do, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.extension import assessments_extension
from cds_service.cards.figures import (
    Line,
    agrees,
    capital,
    disagreement_lines,
    estimate,
    no_figure_line,
    reasons_higher,
    sentences,
    sure_line,
)
from cds_service.cards.summary import say_summary, why_none
from cds_service.cards.texts import escape_markdown
from cds_service.cards.unusable import unusable_values, value_concerns
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.wording import say_date, say_number
from cds_service.protocol import Card


def rehabilitation_card(answer: Answer) -> Card:
    """Always there for an augmentation order of a living patient; a warning only by the conditions of the contract."""
    summary = say_summary(answer)
    return make_card(
        answer,
        "rehabilitation",
        summary=summary,
        detail=_detail(answer, summary),
        indicator="warning" if _is_warning(answer) else "info",
        extension=assessments_extension(answer),
    )


def _is_warning(answer: Answer) -> bool:
    """The figure may warn (`ModelResult.may_warn`), and a recommended referral is not ordered yet (rule D3)."""
    outcome = answer.assessment.of("refracture")
    if outcome.headline is None or outcome.doubts:
        return False
    return outcome.headline.may_warn and bool(answer.open_referrals())


def _detail(answer: Answer, summary: str) -> str:
    refracture, pain = (answer.assessment.of(outcome) for outcome in ("refracture", "residual-pain"))
    return answer.texts.render(
        "rehabilitation",
        {
            "notices": record_notices(answer) + order_notices(answer),
            "options": [answer.option_line(one) for one in answer.of_topic("rehabilitation")],
            "lines": (
                *_excluded_by(answer, refracture),
                *figure_lines(answer, refracture, summary),
                *_pain_lines(answer, pain),
                *_marker_lines(answer),
                *_act_line(answer),
                *_value_lines(answer),
            ),
        },
    )


def record_notices(answer: Answer) -> tuple[str, ...]:
    """What of the record could not be read or was cut: first on the card, since all else depends on it."""
    texts, record = answer.texts, answer.record
    parts = _by_note(answer, "notices.unread", record.unread)
    parts += _by_note(answer, "notices.incomplete", record.incomplete)
    if record.unreadable:
        parts.append(texts.say("notices.unreadable", entries=_entries(record.unreadable)))
    if record.foreign:
        parts.append(texts.say("notices.foreign", entries=_entries(record.foreign)))
    doubts = [answer.findings.gaps[name] for name in answer.assessment.of("refracture").doubts]
    if answer.has("active-cancer"):  # the card begins with it
        doubts = [one for one in doubts if one.name != "malignancy"]
    doubtful = [
        texts.say("notices.doubt", name=answer.wording.name(one.name), why=escape_markdown(one.detail))
        for one in doubts
    ]
    notices = (texts.say("notices.partial", what="; ".join(parts)),) if parts else ()
    return (*doubtful, *notices, *map(escape_markdown, record.notes))


def _by_note(answer: Answer, path: str, notes: Mapping[str, str]) -> list[str]:
    """One phrase for each reason, with all parts of the record that it holds for."""
    keys: dict[str, list[str]] = {}
    for key, note in notes.items():
        keys.setdefault(note, []).append(answer.list_name(key))
    return [answer.texts.say(path, name=", ".join(names), note=escape_markdown(note)) for note, names in keys.items()]


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def order_notices(answer: Answer) -> tuple[str, ...]:
    """What about the orders themselves is uncertain."""
    texts, order = answer.texts, answer.order
    if order is None:
        return ()
    notices = []
    if len(order.references) > 1:
        titles = "; ".join(order.titles) or ", ".join(map(escape_markdown, order.references))
        notices.append(texts.say("notices.several-orders", count=len(order.references), titles=titles))
    if order.procedure is None and not order.notes:  # a note says why, where there is more to say
        notices.append(texts.raw("notices.procedure-unknown"))
    return (*notices, *map(escape_markdown, order.notes))


def _excluded_by(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """Where the record says what takes this fracture out of every study."""
    found = [answer.findings.known[name] for name in outcome.excluded_by]
    said = [f"{answer.wording.name(one.name)} {escape_markdown(one.provenance[0].printed)}" for one in found]
    return (Line(answer.texts.raw("headings.excluded"), "; ".join(said)),) if said else ()


def figure_lines(answer: Answer, outcome: OutcomeAssessment, summary: str) -> tuple[Line, ...]:
    """Why the figure is high and how sure it is; or what the study can say where no figure is usable."""
    headline, texts = outcome.headline, answer.texts
    if headline is None or headline.band is None or _is_beside_the_point(answer):
        return ()
    if not outcome.is_usable and not outcome.disagreement:
        said = _why_none(answer, outcome, headline, summary)
        return (Line(texts.raw("headings.why-none"), said),) if said else ()
    if not outcome.is_usable:
        return disagreement_lines(answer, outcome)
    said = sentences(
        (
            sure_line(answer, headline, is_said="%" in summary, is_contradicted=outcome.disagreement),
            agrees(answer, outcome),
        )
    )
    reasons = reasons_higher(answer, headline) if headline.band in ("high", "above") else ""
    return (
        *((Line(texts.raw(f"headings.why-{headline.band}"), reasons),) if reasons else ()),
        Line(texts.raw("headings.sure"), said),
        *(disagreement_lines(answer, outcome) if outcome.disagreement else ()),
    )


def _is_beside_the_point(answer: Answer) -> bool:
    """No study held such a patient: another cause is open, or denosumab has lapsed and the figure would reassure."""
    headline = answer.assessment.of("refracture").headline
    is_high = headline is not None and headline.band in ("high", "above")
    return answer.has("active-cancer") or (answer.has("denosumab-overdue") and not is_high)


def _why_none(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult, summary: str) -> str:
    """The reason, where the summary has no room for it; then what the study says and how far that goes."""
    reasons = why_none(answer, outcome)
    unsaid = "" if any(one in summary for one in reasons) else reasons[0]
    said = tuple(filter(None, (unsaid, no_figure_line(answer, headline))))
    return sentences(said) if said else ""


def _pain_lines(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """Lasting pain: a figure only where it is above average and narrow; else a measure that cannot be used."""
    texts, headline = answer.texts, outcome.headline
    if _is_beside_the_point(answer):
        return ()
    heading = texts.raw("headings.pain")
    if headline is not None and outcome.is_usable and headline.band in ("above", "high"):
        # The study's observations on alignment, never as a target (evidence page, "Recommendations").
        alignment = texts.raw("lines.alignment") if answer.has("residual-pain-above-average") else ""
        return (
            Line(
                heading,
                sentences((estimate(answer, headline), f"{headline.model.study.short_line}, not validated", alignment)),
            ),
        )
    unusable = [f"{answer.wording.name(gap.name)} {gap.detail}" for result in outcome.models for gap in result.unusable]
    return tuple(Line(heading, texts.say("lines.pain-none", why=escape_markdown(why))) for why in unusable[:1])


def _marker_lines(answer: Answer) -> tuple[Line, ...]:
    marker = answer.assessment.marker
    if marker is None or not marker.in_range:
        return ()
    changes = ", ".join(
        f"{one.label} {'+' if one.change > 0 else ''}{say_number(one.change, 1)} %" for one in marker.in_range
    )
    days = f" ({say_date(marker.first)} to {say_date(marker.last)})"
    return (Line(answer.texts.raw("headings.marker"), answer.texts.say("lines.marker", changes=changes + days)),)


def _act_line(answer: Answer) -> tuple[Line, ...]:
    """The one measurement that would give a figure; several have a card of their own."""
    acts = answer.single_act()
    return tuple(Line(answer.texts.raw("headings.would-give"), capital(one.text)) for one in acts)


def _value_lines(answer: Answer) -> tuple[Line, ...]:
    """Doubts about the values in use, and values that are there and not used."""
    texts = answer.texts
    concerns, unused = value_concerns(answer), unusable_values(answer)
    return (
        *((Line(texts.raw("headings.values"), "; ".join(concerns)),) if concerns else ()),
        *((Line(texts.raw("headings.unused"), "; ".join(unused)),) if unused else ()),
    )
