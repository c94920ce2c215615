"""Why there is no refracture figure: in a few words for the summary, with the reason behind it for the detail."""

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.cards import figures
from cds_service.cards.answer import Answer
from cds_service.core.assessment import BONE, ModelResult, OutcomeAssessment
from cds_service.core.facts import METHOD_NOT_RECORDED, YEARS_FROM, Aged, Finding, Gap, say_months
from cds_service.core.wording import UNITS, join_words, say_number

SEEN_AND_NOT_USED = ("stale", "other-method", "out-of-range", "unit-unknown", "conflicting", "no-value")


class Reason(NamedTuple):
    """One reason: `BMI 28 is outside the study`.

    Attributes:
        why: a phrase for a summary.
        ground: what stands behind it, for the detail: which study, whom it held, what it could say.
    """

    why: str
    ground: str


def reasons(answer: Answer, outcome: OutcomeAssessment) -> tuple[Reason, ...]:
    """Why no refracture figure is usable, the gravest first; every part of the card takes them from here.

    Who the patient is comes before what was measured, and that before how old it is.
    """
    results = [outcome.headline] if outcome.headline else [one for one in outcome.models if one.inputs]
    found = [*_open_cause(answer, outcome)]
    for grave in ("no-figure", "outside"):
        held = outcome.models if grave == "no-figure" else results
        found += [
            Reason(one.text.partition(" (")[0], _held_no_such(answer, result, whom=1))
            for result in held
            for one in result.violations
            if one.severity == grave
        ]
    found += [_outside(answer, result, name) for result in results for name in _beyond(result)]
    gaps = [answer.findings.gaps[name] for name in BONE if name in answer.findings.gaps]
    found += [_not_used(answer, gap) for gap in gaps if gap.reason in SEEN_AND_NOT_USED or gap.value is not None]
    measured = {one.name for result in outcome.models for one in result.inputs}
    # The order and the problem list measure nothing.
    if not found and not measured - {"procedure", "tl-junction", "diabetes"}:
        is_read = not answer.record_state.unread
        has_strength = any(name in answer.findings.known for name in figures.MEASURES_OF_SARCOPENIA)
        nothing = "why.no-bone" if has_strength else "why.nothing-known"
        why = answer.texts.raw(nothing if is_read else "why.unread")
        found.append(Reason(why, answer.texts.raw("why.rest-on")))
    found += [_not_known(answer, result, name) for result in results for name in _silenced(result, "not-known")]
    aged = [name for result in results for name in _silenced(result, "aged")]
    found += [_aged(answer, name) for name in sorted(aged, key=lambda name: name not in BONE)]
    found = found or [_wide(answer, outcome)]
    return tuple({one.why: one for one in reversed(found)}.values())[::-1]


def why_line(answer: Answer, outcome: OutcomeAssessment, summary: str) -> str:
    """The reason where the summary had no room for it, and its ground; empty where the summary said all."""
    why, ground = reasons(answer, outcome)[0]
    return figures.sentences((("" if why in summary else why), ground))


def _open_cause(answer: Answer, outcome: OutcomeAssessment) -> Iterator[Reason]:
    """The cause of the fracture is open, or nothing like it was studied."""
    texts = answer.texts
    if answer.has("active-cancer"):
        yield Reason(texts.raw("why.cancer"), "")
    for name in (*outcome.doubts, *outcome.left_open):
        yield Reason(texts.say("why.doubt", name=answer.wording.name(name)), texts.raw("why.excluded"))
    if answer.has("denosumab-overdue"):
        yield Reason(texts.raw("why.denosumab"), "")


def _held_no_such(answer: Answer, result: ModelResult, *, whom: int | None = None) -> str:
    """Where another criterion than BMI is the reason, the study's BMI is left out: it would read as the reason."""
    parts = result.model.study.short_line.split(", ")[:whom]
    return answer.texts.say("why.no-such", study=", ".join(parts))


def _silenced(result: ModelResult, *why: str) -> list[str]:
    """Findings that silence the figure for one of these reasons."""
    return [one.finding for one in result.silenced_by if one.why in why]


def _beyond(result: ModelResult) -> list[str]:
    """Findings whose value lies beyond what the study can say, and could reassure or was seen and is no input.

    A value that alarms silences nothing (evidence.md, step 8).
    """
    criteria = {one.finding for one in result.violations}
    return [name for name in _silenced(result, "held", "outside") if name not in criteria]


def _outside(answer: Answer, result: ModelResult, name: str) -> Reason:
    texts, held, gap = answer.texts, result.prediction.held.get(name), answer.findings.gaps.get(name)
    title, ground = answer.wording.name(name), _held_no_such(answer, result)
    if held is not None:
        why = texts.say("why.held", name=title, value=_number(answer, name, held.value))
        return Reason(why, figures.sentences((ground, _if_ignored(answer, result))))
    if gap is not None and isinstance(gap.value, float | int) and gap.observed:
        value = _number(answer, name, float(gap.value))
        return Reason(texts.say("why.held-old", name=title, value=value, year=gap.observed.year), ground)
    return Reason(texts.say("why.outside", name=title), ground)


def _number(answer: Answer, name: str, value: float) -> str:
    return say_number(value, answer.wording.specs[name].decimals if value % 1 else 0)


def _if_ignored(answer: Answer, result: ModelResult) -> str:
    """What the study would say without the values beyond its range: it is not this patient's figure."""
    without, texts = result.without_held, answer.texts
    if without is None or result.is_outside or without.risk < result.reference:
        return ""  # nothing from beyond the study's range reassures
    held = [name for name, one in sorted(result.prediction.held.items()) if one.side == "reassuring"]
    uncertainty, *measured = (figures.say_interval(result, one) for one in without.ranges)
    return texts.say(
        "why.if-ignored",
        figure=figures.figure(result, without.risk),
        horizon=figures.horizon(result),
        names=join_words(tuple(answer.wording.name(name) for name in held)),
        average=figures.average(answer, result),
        uncertainty=uncertainty,
        measured="".join(texts.say("why.once-measured", range=one) for one in measured),
    )


def _not_used(answer: Answer, gap: Gap) -> Reason:
    """A value that is there and not used: `T-score from 2017`, `CT attenuation measured over the whole vertebra`."""
    texts = answer.texts
    if gap.reason == "stale" and gap.observed:
        why = texts.say("why.stale", name=answer.wording.name(gap.name), year=gap.observed.year)
        return Reason(why, texts.say("why.too-old", name=answer.wording.name(gap.name)))
    name, why = answer.wording.name(gap.name), gap.why or gap.detail
    why = why if why.startswith(name) else texts.say("why.not-usable", name=name, why=why)
    return Reason(why, texts.raw("why.rest-on"))


def _not_known(answer: Answer, result: ModelResult, name: str) -> Reason:
    texts, title = answer.texts, answer.wording.name(name)
    ground = texts.say("why.unknown-ground", name=title, study=result.model.study.short_line)
    return Reason(texts.say("why.not-known", name=title), ground)


def _aged(answer: Answer, name: str) -> Reason:
    """A value that is too old, contradicted, older than fresh, or whose method is not known."""
    if gap := answer.findings.gaps.get(name):
        return _not_used(answer, gap)
    texts, title = answer.texts, answer.wording.name(name)
    known: Finding | None = answer.findings.known.get(name)
    aged = next((concern for concern in known.concerns if isinstance(concern, Aged)), None) if known else None
    old = texts.say("why.too-old", name=title)
    if known and known.observed and aged and aged.months >= YEARS_FROM:
        return Reason(texts.say("why.stale", name=title, year=known.observed.year), old)
    if aged:
        value = answer.wording.phrase(known._replace(site="")).removesuffix(UNITS["kg/m2"]) if known else title
        return Reason(texts.say("why.aged", value=value, age=f"{say_months(aged.months)} old"), old)
    if known and known.concerns and METHOD_NOT_RECORDED not in known.concerns:
        return Reason(f"{title}: {known.concerns[0][:1].lower()}{known.concerns[0][1:].removesuffix('.')}", "")
    return Reason(texts.say("why.method", name=title), texts.raw("why.method-matters"))


def _wide(answer: Answer, outcome: OutcomeAssessment) -> Reason:
    """Too much is missing, or the study is too small: the ranges are the reason."""
    texts, result = answer.texts, outcome.headline
    missing = figures.missing_names(answer, (result,) if result else outcome.models)
    why = texts.say("why.too-little", missing=join_words(missing[:2])) if missing else texts.raw("why.wide")
    if result is None:
        return Reason(why, texts.raw("why.rest-on"))
    measured = result.prediction.if_measured
    words = {
        "study": result.model.study.short_line,
        "horizon": figures.horizon(result),
        "average": figures.average(answer, result),
        "range": figures.say_interval(result, measured or result.prediction.study_uncertainty),
    }
    return Reason(why, texts.say("why.wide-measured" if measured else "why.wide-study", **words))
