"""The summary of the first card: the act first, then the figure or why there is none; read in eight seconds."""

from itertools import accumulate

from cds_service.cards.answer import Answer
from cds_service.cards.figures import average, coarse_figure, horizon, short_average, whose_average
from cds_service.cards.no_figure import reasons
from cds_service.cards.texts import first_that_fits
from cds_service.core.assessment import ModelResult, OutcomeAssessment
from cds_service.core.wording import capital, say_percent

FIGURES_FIRST = ("high", "above")


def say_summary(answer: Answer) -> str:
    """One sentence to three, at most 120 characters; a percentage only where the figure can carry it."""
    texts, outcome = answer.texts, answer.assessment.of("refracture")
    if answer.has("end-of-life"):
        return texts.raw("summaries.rehabilitation.end-of-life")
    if any(one.rule.id == "cause" for one in answer.of_topic("rehabilitation")):
        return first_that_fits((_acts(answer)[0], _acts(answer, brief=True)[0]))
    if answer.has("no-figure"):
        return _excluded(answer, outcome)
    if outcome.headline is not None and outcome.is_usable:
        return _with_figure(answer, outcome, outcome.headline)
    if is_warning(answer):
        return _with_band(answer, outcome)
    acts, ends = _fewer(answer), _no_figure(answer, outcome)
    # Acts are shortened for the reason, but none is left out: the detail has it.
    return first_that_fits((*(f"{act} {end}" for end in ends for act in acts[:2]), *acts))


def _excluded(answer: Answer, outcome: OutcomeAssessment) -> str:
    """Why no study speaks; after a high-energy cause alone the review leads, and the detail says what is on record."""
    texts = answer.texts
    if outcome.excluded_by == ("high-energy-cause",) and any(one.leads for one in answer.of_topic("rehabilitation")):
        none = texts.raw("summaries.rehabilitation.no-estimate")
        return first_that_fits(f"{_acts(answer, brief=is_brief)[0]} {none}" for is_brief in (False, True))
    because = answer.signal("no-figure").because
    return first_that_fits(
        texts.say("summaries.rehabilitation.not-applicable", reason=capital(reason))
        for reason in (because, because.partition(", ")[0])
    )


def is_warning(answer: Answer) -> bool:
    """The figure may warn (`ModelResult.may_warn`), and a recommended referral is not ordered yet."""
    outcome = answer.assessment.of("refracture")
    if outcome.headline is None or outcome.doubts:
        return False
    return outcome.headline.may_warn and bool(answer.open_referrals())


def _acts(answer: Answer, *, brief: bool = False) -> list[str]:
    """The recommendations' short forms, gravest first; what leads stands before what does not."""
    recommendations = [one for one in answer.of_topic("rehabilitation") if one.summary and not one.already]
    ordered = sorted(recommendations, key=lambda one: not one.leads)
    said = [one.brief if brief else one.summary for one in ordered]
    return said or [answer.texts.raw("summaries.rehabilitation-todo.done")]


def _fewer(answer: Answer) -> list[str]:
    """The acts in fewer and fewer words: shortened, then those that do not lead are left to the detail."""
    return [" ".join(_acts(answer)), *list(accumulate(_acts(answer, brief=True), "{} {}".format))[::-1]]


def _with_figure(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult) -> str:
    figures = _figures(answer, outcome, headline)
    leads = any(one.leads for one in answer.of_topic("rehabilitation"))
    if headline.band in FIGURES_FIRST and not leads:
        return first_that_fits(f"{said} {todo}" for todo in _todo(answer) for said in figures)
    acts = _fewer(answer)
    whole = (f"{act} {said}" for said in figures for act in acts[:2])  # what it is compared with goes last
    return first_that_fits((*whole, *(f"{act} {said}" for act in acts[2:] for said in figures), *acts))


def _figures(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult) -> tuple[str, ...]:
    """The figure's sentence, from full to short: first the words of the average are saved."""
    texts = answer.texts
    words = {
        "figure": coarse_figure(headline),
        "horizon": horizon(headline),
        "whose_average": whose_average(answer, headline),
        "percent": say_percent(headline.reference),
    }
    path = f"summaries.rehabilitation.{headline.band}"
    said = [
        texts.say(path, **words, average=average(answer, headline)),
        texts.say(f"{path}-short", **words, average=short_average(answer, headline)),
    ]
    if outcome.disagreement:
        said = [texts.say("summaries.rehabilitation.one-of-two", figure=one.rstrip(".")) for one in said]
    return tuple(said)


def _todo(answer: Answer) -> tuple[str, ...]:
    """What is recommended and not ordered, by name, then by number."""
    open_names = [one.rule.short for one in answer.open_referrals() if one.rule.short]
    if not open_names:
        return (answer.texts.raw("summaries.rehabilitation-todo.done"),)
    is_known = "ServiceRequest" not in answer.support.unchecked
    path = f"summaries.rehabilitation-todo.{'open' if is_known else 'unread'}"
    count = answer.texts.say("summaries.rehabilitation-todo.count", count=len(open_names))
    return (answer.texts.say(path, open=", ".join(open_names)), answer.texts.say(path, open=count))


def _with_band(answer: Answer, outcome: OutcomeAssessment) -> str:
    """A warning without a figure says that the risk is high all the same, and why there is no figure."""
    why = reasons(answer, outcome)[0].why
    paths = ("high-no-figure", "high-alone")
    said = [answer.texts.say(f"summaries.rehabilitation.{path}", why=why) for path in paths]
    leads = any(one.leads for one in answer.of_topic("rehabilitation"))
    if not leads:
        return first_that_fits(f"{one} {todo}" for todo in _todo(answer) for one in said)
    return first_that_fits(f"{act} {one}" for act in _fewer(answer) for one in said)


def _no_figure(answer: Answer, outcome: OutcomeAssessment) -> tuple[str, ...]:
    """With the gravest reason or not at all: a lesser one would hide it."""
    texts = answer.texts
    if outcome.disagreement and not outcome.doubts and not answer.is_beside_the_point():
        return (texts.raw("summaries.rehabilitation.disagree"),)
    paths = ("no-figure", "no-figure-short")
    why = reasons(answer, outcome)[0].why
    return tuple(texts.say(f"summaries.rehabilitation.{path}", why=why).replace("?.", "?") for path in paths)
