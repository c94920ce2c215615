"""The summary of the first card: the act first, then the figure or why there is none; read in eight seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from cds_service.cards.answer import Answer
from cds_service.cards.figures import average, capital, coarse_figure, event, horizon, join_words, short_average
from cds_service.cards.texts import SUMMARY_LENGTH, first_that_fits
from cds_service.core.assessment import ModelResult, OutcomeAssessment, Silence
from cds_service.core.facts import Gap
from cds_service.core.wording import say_number

SHORT = 120  # characters that a popup shows without cutting
FIGURES_FIRST = ("high", "above")
BONE = ("bmd-t-score", "ct-attenuation")  # what a refracture figure rests on
SEEN_AND_NOT_USED = ("stale", "other-method", "out-of-range", "unit-unknown", "conflicting", "no-value")


def say_summary(answer: Answer) -> str:
    """One sentence to three, at most 139 characters; a percentage only where the figure can carry it (rule D1)."""
    texts, parts = answer.texts, _parts(answer)
    if answer.has("end-of-life"):
        return texts.raw("summaries.rehabilitation.end-of-life")
    if any(one.rule_id == "cause" for one in answer.of_topic("rehabilitation")):
        return parts[0]
    if answer.has("no-figure"):
        reasons = answer.signal("no-figure").because
        return first_that_fits(
            texts.say("summaries.rehabilitation.not-applicable", reason=capital(reason))
            for reason in (reasons, reasons.partition(", ")[0])
        )
    outcome = answer.assessment.of("refracture")
    headline = outcome.headline
    leads = any(one.leads for one in answer.of_topic("rehabilitation"))
    if headline is not None and outcome.is_usable:
        said = _figure(answer, headline)
        if headline.band in FIGURES_FIRST and not leads:
            return first_that_fits((f"{said} {_todo(answer)}", said))
        return _fit(answer, (said,), is_figure=True)
    return _fit(answer, tuple(_no_figure(answer, outcome)), is_figure=False)


def _parts(answer: Answer, *, brief: bool = False) -> list[str]:
    """The recommendations' short forms, gravest first; what leads stands before what does not."""
    recommendations = [one for one in answer.of_topic("rehabilitation") if one.summary and not one.already]
    ordered = sorted(recommendations, key=lambda one: not one.leads)
    said = [one.brief if brief else one.summary for one in ordered]
    return said or [answer.texts.raw("summaries.rehabilitation-todo.done")]


def _fit(answer: Answer, ends: Sequence[str], *, is_figure: bool) -> str:
    """The acts with the first end that fits behind them.

    Before a figure is left out, acts are shortened, and those that do not lead are left to the detail.
    """
    brief = _parts(answer, brief=True)
    fewer = list(accumulate(brief, lambda before, part: f"{before} {part}"))[::-1]
    acts = [" ".join(_parts(answer)), *(fewer if is_figure else fewer[:1])]
    with_end = [f"{act} {end}" for end in ends for act in acts]
    without_end = [" ".join(_parts(answer)), *fewer]
    limits = (SHORT, SUMMARY_LENGTH) if is_figure else (SHORT,)
    found = [one for limit in limits for one in with_end if len(one) <= limit]
    return first_that_fits((*found, *(one for one in without_end if len(one) <= SHORT), *without_end))


def _figure(answer: Answer, headline: ModelResult) -> str:
    return answer.texts.say(
        f"summaries.rehabilitation.{headline.band}",
        event=event(headline),
        figure=coarse_figure(headline),
        horizon=horizon(headline),
        average=average(answer, headline),
        short_average=short_average(answer, headline),
    )


def _todo(answer: Answer) -> str:
    open_names = [one.short for one in answer.open_referrals() if one.short]
    if not open_names:
        return answer.texts.raw("summaries.rehabilitation-todo.done")
    is_known = "ServiceRequest" not in answer.support.unchecked
    path = f"summaries.rehabilitation-todo.{'open' if is_known else 'unread'}"
    return answer.texts.say(path, open=", ".join(open_names))


def _no_figure(answer: Answer, outcome: OutcomeAssessment) -> Iterator[str]:
    if outcome.disagreement and not outcome.doubts:
        yield answer.texts.raw("summaries.rehabilitation.disagree")
        return
    for why in why_none(answer, outcome):
        yield answer.texts.say("summaries.rehabilitation.no-figure", why=why).replace("?.", "?")


def why_none(answer: Answer, outcome: OutcomeAssessment) -> tuple[str, ...]:
    """Why no refracture figure is usable, the gravest reason first; each a phrase of its own."""
    texts = answer.texts
    found = [texts.say("why.doubt", name=answer.wording.name(name)) for name in outcome.doubts[:1]]
    found += dict.fromkeys(one.text for result in outcome.models for one in result.not_studied)
    found += [_seen(answer, answer.findings.gaps[name]) for name in BONE if _is_seen(answer, name)]
    if not found and not _measured(outcome):
        found.append(texts.raw("why.unread" if answer.record.unread else "why.nothing-known"))
    found = found or _silences(answer, outcome) or [_missing(answer, outcome)]
    return tuple(dict.fromkeys(found))


def _silences(answer: Answer, outcome: OutcomeAssessment) -> list[str]:
    """What keeps the figure of the study that speaks from being used."""
    results = [outcome.headline] if outcome.headline else [one for one in outcome.models if one.inputs]
    return [said for result in results for one in result.silenced_by if (said := _silence(answer, result, one))]


def _silence(answer: Answer, result: ModelResult, silence: Silence) -> str:
    texts, finding, why = answer.texts, silence.finding, silence.why
    name = answer.wording.name(finding)
    if why == "held" and finding in result.prediction.held:
        held = result.prediction.held[finding]
        decimals = answer.wording.terms[finding].decimals if held.value % 1 else 0
        return texts.say("why.held", name=name, value=say_number(held.value, decimals))
    gap, known = answer.findings.gaps.get(finding), answer.findings.known.get(finding)
    if why == "outside" and gap is not None and isinstance(gap.value, float | int) and gap.observed:
        decimals = answer.wording.terms[finding].decimals if gap.value % 1 else 0
        value = say_number(gap.value, decimals)
        return texts.say("why.held-old", name=name, value=value, year=gap.observed.year)
    if why == "aged" and known is not None and known.observed:
        age = next((concern for concern in known.concerns if " old" in concern), "")
        if " year" in age:
            return texts.say("why.stale", name=name, year=known.observed.year)
        return age.removeprefix("The ").rstrip(".") or texts.say("why.method", name=name)
    return texts.say("why.not-known", name=name) if why == "not-known" else ""


def _is_seen(answer: Answer, name: str) -> bool:
    gap = answer.findings.gaps.get(name)
    return gap is not None and (gap.reason in SEEN_AND_NOT_USED or gap.value is not None)


def _seen(answer: Answer, gap: Gap) -> str:
    """A value that is there and not used: `T-score from 2017`, `CT attenuation measured over the whole vertebra`."""
    if gap.reason == "stale" and gap.observed:
        return answer.texts.say("why.stale", name=answer.wording.name(gap.name), year=gap.observed.year)
    said = gap.detail.partition(" not used: ")
    return answer.texts.say("why.not-usable", detail=said[2] or said[0])


def _measured(outcome: OutcomeAssessment) -> set[str]:
    """Inputs that were measured; the order and the problem list measure nothing."""
    return {one.name for result in outcome.models for one in result.inputs} - {"procedure", "tl-junction", "diabetes"}


def _missing(answer: Answer, outcome: OutcomeAssessment) -> str:
    """What would have to be measured for a figure, the most telling first."""
    texts = answer.texts
    gains: dict[str, float] = {}
    for result in (outcome.headline,) if outcome.headline else outcome.models:
        for name, gain in result.prediction.gains.items():
            gains[name] = max(gain, gains.get(name, 0.0))
    missing = texts.short_names(tuple(sorted(gains, key=lambda name: (-gains[name], name))))
    return texts.say("why.too-little", missing=join_words(missing[:2])) if missing else texts.raw("why.wide")
