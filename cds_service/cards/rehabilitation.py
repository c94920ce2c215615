"""The first card: the risks, and the referrals that follow."""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.extension import assessments_extension
from cds_service.cards.figures import (
    Line,
    horizon,
    known_phrases,
    other_lines,
    sentences,
    sure_line,
    value_concerns,
    why_lines,
)
from cds_service.cards.summary import capital, say_summary
from cds_service.cards.texts import escape_markdown
from cds_service.cards.unusable import passed_over_values, unusable_values
from cds_service.core.assessment import OutcomeAssessment
from cds_service.core.wording import say_date, say_number
from cds_service.protocol import Card


def rehabilitation_card(answer: Answer) -> Card:
    """Always there for an augmentation order; a warning only by the three conditions of the contract."""
    return make_card(
        answer,
        "rehabilitation",
        summary=say_summary(answer),
        detail=_detail(answer),
        indicator="warning" if _is_warning(answer) else "info",
        extension=assessments_extension(answer),
    )


def _is_warning(answer: Answer) -> bool:
    """Band high, study uncertainty wholly above the baseline, and a recommended referral not ordered yet (rule D3)."""
    headline = answer.assessment.of("refracture").headline
    if headline is None or headline.band != "high" or not answer.open_referrals():
        return False
    return headline.prediction.study_uncertainty[0] > headline.baseline


def _detail(answer: Answer) -> str:
    recommendations = answer.of_topic("rehabilitation")
    lead = next((one for one in recommendations if one.rule_id == "denosumab-overdue"), None)
    options = [answer.option_line(one) for one in recommendations if one is not lead]
    refracture, pain = (answer.assessment.of(outcome) for outcome in ("refracture", "residual-pain"))
    return answer.texts.render(
        "rehabilitation",
        {
            "notices": record_notices(answer) + order_notices(answer),
            "lead": answer.option_line(lead) if lead else None,
            "options": options,
            "fracture": still_calls(answer, refracture),
            "why": why_lines(answer, refracture.headline) if refracture.headline else _excluded_by(answer, refracture),
            "sure": (*_refracture_lines(answer, refracture), *_pain_lines(answer, pain), *_marker_lines(answer)),
            "footer": answer.texts.raw("lines.footer"),
            "concerns": (*_concerns(answer), *passed_over_values(answer), *_unusable(answer)),
        },
    )


def record_notices(answer: Answer) -> tuple[str, ...]:
    """What of the record could not be read or was cut: first on the card, since all else depends on it."""
    texts, record = answer.texts, answer.record
    parts = _by_note(answer, "notices.unread", record.unread) + _by_note(
        answer, "notices.incomplete", record.incomplete
    )
    if record.unreadable:
        parts.append(texts.say("notices.unreadable", entries=_entries(record.unreadable)))
    if record.foreign:
        parts.append(texts.say("notices.foreign", entries=_entries(record.foreign)))
    doubts = [answer.findings.gaps[name] for name in answer.assessment.of("refracture").doubts]
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


def still_calls(answer: Answer, outcome: OutcomeAssessment) -> str:
    """Said with every figure that could reassure, and with every one that is not usable (rule D2)."""
    headline = outcome.headline
    is_reassuring = headline is not None and headline.band in ("lower", "not-different")
    return answer.texts.raw("fracture.still-calls") if is_reassuring else ""


def _excluded_by(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """Where the record says what takes this fracture out of every study."""
    found = [answer.findings.known[name] for name in outcome.excluded_by]
    said = [f"{answer.wording.name(one.name)} {escape_markdown(one.provenance[0].printed)}" for one in found]
    return (Line(answer.texts.raw("lines.excluded"), "; ".join(said)),) if said else ()


def _refracture_lines(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    if outcome.headline is None:
        return ()
    sure = Line(answer.texts.raw("lines.sure"), sure_line(answer, outcome.headline))
    return (sure, *other_lines(answer, outcome), *_contrary_lines(outcome))


def _contrary_lines(outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """Evidence against, in the headline's own outcome, where muscle is among its inputs."""
    headline = outcome.headline
    said = headline.model.study.contrary_line if headline else ""
    return (Line("Against", said),) if said else ()


def _pain_lines(answer: Answer, outcome: OutcomeAssessment) -> tuple[Line, ...]:
    """Residual pain: a figure only where its ranges are narrow enough to act on, else the band and what is known."""
    texts, headline = answer.texts, outcome.headline
    if headline is None or headline.band is None:
        return ()
    known = capital(known_phrases(answer, headline))
    heading = texts.say("lines.pain", horizon=horizon(headline))
    if headline.is_printable(answer.policy.showing.summary_width):
        said = sentences((f"{texts.raw(f'bands.{headline.band}')}. {known}", sure_line(answer, headline)))
    else:
        said = texts.say("lines.pain-no-figure", band=texts.raw(f"bands-no-figure.{headline.band}"), known=known)
    return (Line(heading, said),)


def _marker_lines(answer: Answer) -> tuple[Line, ...]:
    marker = answer.assessment.marker
    if marker is None or not marker.in_range:
        return ()
    changes = ", ".join(
        f"{one.label} {'+' if one.change > 0 else ''}{say_number(one.change, 1)} %" for one in marker.in_range
    )
    days = f" ({say_date(marker.first)} to {say_date(marker.last)})"
    return (Line("Repeated MRI", answer.texts.say("lines.marker", changes=changes + days)),)


def _concerns(answer: Answer) -> tuple[str, ...]:
    """Doubts about the values that entered a figure, each once with the names it is about."""
    shown = [result for outcome in answer.assessment.outcomes for result in outcome.models if result.shown]
    inputs = {one.name: one for result in shown for one in result.inputs}.values()
    return tuple(
        f"{', '.join(answer.wording.name(one.name) for one in findings)}: {escape_markdown(concern)}"
        for concern, findings in value_concerns(inputs).items()
    )


def _unusable(answer: Answer) -> tuple[str, ...]:
    """Values of findings that are gaps, where there is no third card to say so."""
    return () if answer.of_topic("missingData") else unusable_values(answer)
