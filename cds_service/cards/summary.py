"""The summary of the first card: what a surgeon reads in eight seconds, more careful than any band."""

from __future__ import annotations

from cds_service.cards.answer import Answer
from cds_service.cards.figures import average, coarse_figure, horizon
from cds_service.cards.texts import first_that_fits
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.wording import say_number


def say_summary(answer: Answer) -> str:
    """One sentence or two, at most 139 characters; a percentage only where the figure can carry it (rule D1)."""
    texts = answer.texts
    if answer.has("end-of-life"):
        return texts.raw("summaries.rehabilitation.end-of-life")
    if answer.has("no-figure"):
        because = answer.signal("no-figure").because
        return first_that_fits(
            texts.say("summaries.rehabilitation.not-applicable", reason=capital(reason))
            for reason in (because, because.partition(", ")[0])
        )
    if answer.has("denosumab-overdue"):
        return _denosumab_summary(answer)
    return _figure_summary(answer, answer.assessment.of("refracture"))


def _denosumab_summary(answer: Answer) -> str:
    """Denosumab first, and beside it that the risk is high; the figure stands in the detail."""
    headline = answer.assessment.of("refracture").headline
    is_high = headline is not None and headline.band == "high"
    path = "summaries.rehabilitation.denosumab" + ("-high" if is_high else "")
    return answer.texts.say(path, last_dose=answer.signal("denosumab-overdue").because)


def _figure_summary(answer: Answer, outcome: OutcomeAssessment) -> str:
    texts, headline = answer.texts, outcome.headline
    if headline is None or headline.band is None:
        whys = _why_not_estimated(answer, outcome)
        return first_that_fits(
            texts.say("summaries.rehabilitation.insufficient", why=why, apply=_apply(answer)) for why in whys
        )
    if outcome.disagreement:
        return texts.say("summaries.rehabilitation.disagree", todo=_todo(answer))
    doubts = _why_in_doubt(answer, outcome, headline)
    if not doubts and headline.is_printable(answer.policy.showing.summary_width):
        return texts.say(
            f"summaries.rehabilitation.{headline.band}",
            figure=coarse_figure(headline),
            horizon=horizon(headline),
            average=average(headline),
            todo=_todo(answer),
        )
    whys = (*doubts, *_why_no_figure(answer, headline))
    if headline.band in ("high", "above"):
        path, name, last = f"summaries.rehabilitation.{headline.band}-no-figure", "todo", _todo(answer)
    else:
        path, name, last = "summaries.rehabilitation.no-figure", "apply", _apply(answer)
    # Too long with both: why there is no figure comes before what the card lists anyway.
    return first_that_fits(texts.say(path, why=why, **{name: end}).strip() for end in (last, "") for why in whys)


def _why_in_doubt(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult) -> tuple[str, ...]:
    """Why even a narrow figure is not fit for a summary, the gravest first; only doubts hold on the alarming side."""
    texts = answer.texts
    said = [texts.say("why.doubt", name=answer.wording.name(name)) for name in outcome.doubts[:1]]
    if headline.band in ("lower", "not-different"):
        outside = [one.text for one in headline.violations if one.severity != "not-checkable"]
        said += [*outside[:1], texts.raw("why.outside")] if outside else []
        said += [] if headline.rests_on_bone else [texts.raw("why.no-bone")]
    return tuple(said)


def _todo(answer: Answer) -> str:
    open_names = [one.short for one in answer.open_referrals() if one.short]
    if not open_names:
        return answer.texts.raw("summaries.rehabilitation-todo.done")
    is_known = "ServiceRequest" not in answer.support.unchecked
    return answer.texts.say(
        f"summaries.rehabilitation-todo.{'open' if is_known else 'unread'}", open=", ".join(open_names)
    )


def _apply(answer: Answer) -> str:
    """Which referrals apply without a figure."""
    kinds = {one.short for one in answer.of_topic("rehabilitation")}
    if {"bone treatment", "rehabilitation"} <= kinds:
        return answer.texts.raw("apply.both")
    return answer.texts.raw("apply.bone" if "bone treatment" in kinds else "apply.none")


def _why_no_figure(answer: Answer, headline: ModelResult) -> tuple[str, ...]:
    """What lies outside the study, else what is missing: two things, and the first of them."""
    texts = answer.texts
    held = [
        texts.say(
            "why.held",
            name=answer.wording.name(name),
            value=say_number(one.value, answer.wording.terms[name].decimals if one.value % 1 else 0),
        )
        for name, one in sorted(headline.prediction.held.items())
        if one.side == "reassuring"
    ]
    gains = headline.prediction.gains
    missing = texts.short_names(tuple(sorted(gains, key=lambda name: (-gains[name], name))))
    parts = held[:1] + [texts.say("why.missing", missing=name) for name in missing[: 2 - len(held[:1])]]
    return (", ".join(parts), parts[0]) if parts else (texts.raw("why.wide"),)


def _why_not_estimated(answer: Answer, outcome: OutcomeAssessment) -> tuple[str, ...]:
    """Why no study speaks, from full to short."""
    texts = answer.texts
    if answer.record.unread:
        return (texts.raw("why.unread"),)
    known = {one.name for result in outcome.models for one in result.inputs} - {"procedure", "tl-junction"}
    if not known:
        return (texts.raw("why.nothing-known"),)
    gains: dict[str, float] = {}
    for result in outcome.models:
        for name, gain in result.prediction.gains.items():
            gains[name] = max(gain, gains.get(name, 0.0))
    missing = texts.short_names(tuple(sorted(gains, key=lambda name: (-gains[name], name))))
    return tuple(texts.say("why.too-little", missing=", ".join(missing[:number]) + " missing") for number in (3, 2, 1))


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
