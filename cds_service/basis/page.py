"""What the basis page says of one answer, from its audit entry alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cds_service.basis import plots, pooled_plots
from cds_service.basis.charts import Chart, say
from cds_service.call import Service
from cds_service.cards import study_words
from cds_service.cards.answer import Answer
from cds_service.cards.guidelines import Guideline
from cds_service.core.assessment import OutcomeAssessment
from cds_service.core.findings import Finding
from cds_service.core.open_points import OpenPoint
from cds_service.core.pooled_result import PooledResult
from cds_service.core.risk_words import PAIN_FACTORS, Said
from cds_service.core.study import LogisticStudy
from cds_service.core.study_result import ModelResult
from cds_service.core.wording import (
    GAP_REASONS,
    capital,
    grouped,
    join_words,
    say_date,
    say_percent,
    say_range,
)
from cds_service.review.replay import EARLIER, Replay

TITLES: Mapping[str, str] = {
    "refracture": "Another vertebral fracture",
    "residual-pain": "Lasting pain",
}
State = Literal["met", "not met", "not known", "not checked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The criteria of a study against this patient, by state."""

    study: str
    title: str
    states: Mapping[State, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One value that was read.

    Attributes:
        used_in: the studies that it entered, and what became of it there.
    """

    name: str
    value: str
    date: str
    sources: tuple[str, ...]
    used_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePart:
    """One outcome.

    Attributes:
        answers: question and answer, in the order in which people ask.
        charts: of the figure that speaks, the picture first.
        studies: side by side, then each by itself.
        beneath: by study, what stands beside its figure.
    """

    id: str
    title: str
    answers: tuple[tuple[str, str], ...]
    charts: tuple[Chart, ...]
    studies: tuple[Chart, ...]
    beneath: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisPage:
    """The page.

    Attributes:
        who: age, sex, procedure and levels; no name and no id.
        guidelines: id and heading of each recommendation, and its lines.
        differences: figures that the models in force give otherwise now; then nothing
            is drawn.
    """

    who: str
    differences: tuple[str, ...]
    outcomes: tuple[OutcomePart, ...]
    inputs: tuple[Input, ...]
    others: tuple[Input, ...]
    gaps: tuple[tuple[str, str], ...]
    criteria: tuple[Criteria, ...]
    guidelines: tuple[tuple[str, str, tuple[Guideline, ...]], ...]
    contrary: tuple[Mapping[str, Any], ...]


def basis_page(
    found: Replay, content: Mapping[str, Any], service: Service
) -> BasisPage:
    """Return the page of an answer, recomputed from the content of its entry."""
    answer, assessed = found.answer, found.answer.assessment.outcomes
    studies = [result.model.study for outcome in assessed for result in outcome.models]
    used = _used_in(answer)
    known = [
        _input(answer, one, used) for _, one in sorted(answer.findings.known.items())
    ]
    contrary = {
        one["statement"]: one
        for study in studies
        for one in service.model_cards[study.id]["contraryEvidence"]
    }
    differences = (EARLIER,) if found.is_earlier else found.differences
    return BasisPage(
        who=_who(answer),
        differences=differences,
        outcomes=()
        if differences
        else (_refracture(found, service), _residual_pain(found, service)),
        inputs=tuple(one for one in known if one.used_in),
        others=tuple(one for one in known if not one.used_in),
        gaps=tuple(
            (answer.wording.name(name), GAP_REASONS.get(gap.reason, gap.reason))
            for name, gap in sorted(answer.findings.gaps.items())
        ),
        criteria=tuple(_criteria(answer, study) for study in studies),
        guidelines=tuple(_guidelines(content, service)),
        contrary=tuple(contrary.values()),
    )


def _refracture(found: Replay, service: Service) -> OutcomePart:
    """Give the pooled figure as a picture and in words, and the studies beneath it."""
    answer = found.answer
    outcome = answer.assessment.of("refracture")
    pooled = answer.assessment.pooled
    if pooled is None:
        return OutcomePart(
            id="refracture",
            title=TITLES["refracture"],
            answers=(("Figure", _why_excluded(answer)),),
            charts=(),
            studies=(),
        )
    charts = (
        pooled_plots.place_chart(pooled, is_said=is_said(answer, pooled)),
        pooled_plots.sum_chart(answer, pooled),
        pooled_plots.averaged_chart(answer, pooled),
        pooled_plots.measuring_chart(answer, pooled),
    )
    return OutcomePart(
        id="refracture",
        title=TITLES["refracture"],
        answers=tuple(_pooled_answers(answer, pooled)),
        charts=tuple(one for one in charts if one is not None),
        studies=tuple(_study_charts(answer, outcome)),
        beneath=_beneath(answer, outcome, service),
    )


def _residual_pain(found: Replay, service: Service) -> OutcomePart:
    """Return the pooled rate with its named factors.

    A study's figure stands beneath.
    """
    answer = found.answer
    outcome, pain = answer.assessment.of("residual-pain"), answer.assessment.pain
    excluded = (("Figure", _why_excluded(answer)),) if pain is None else ()
    answers = excluded if pain is None else _pain_answers(answer, pain)
    return OutcomePart(
        id="residual-pain",
        title=TITLES["residual-pain"],
        answers=answers,
        charts=(),
        studies=tuple(_study_charts(answer, outcome)),
        beneath=_beneath(answer, outcome, service),
    )


def _pain_answers(answer: Answer, pain: Said) -> tuple[tuple[str, str], ...]:
    factors = [name for name in PAIN_FACTORS if answer.findings.is_true(name)]
    names = join_words(answer.wording.name(name) for name in factors or PAIN_FACTORS)
    word = "pain-on-record" if factors else "pain-none"
    return (
        ("Figure", f"{capital(pain.words)} keep pain; no figure of this patient's own"),
        ("Named factors", say(word, names=names)),
        ("How sure", say("pain-sure")),
    )


def _why_excluded(answer: Answer) -> str:
    names = answer.assessment.excluded_by
    if names == ("age",):
        return "None: the figure is made for fragility fractures, from 50 years on."
    named = join_words(answer.wording.name(name) for name in names if name != "age")
    return f"None: {named} on record. The figure is made for plain fragility fractures."


def _pooled_answers(answer: Answer, pooled: PooledResult) -> Iterator[tuple[str, str]]:
    """Yield what people ask first, each answered in a line."""
    figure, baseline = pooled.figure, pooled.figure.baseline
    yield "Figure", say_figure(answer, pooled)
    yield "How sure", _how_sure(pooled)
    yield "Compared with", _compared_with(pooled)
    if answer.said is not None and answer.said.at_least:
        yield (
            "Not counted",
            "Facts on record that the model does not count can only raise it",
        )
    points = answer.assessment.open_points
    if points and figure.is_personal and not figure.in_summary:
        yield "Left open", f"The record leaves open: {_open(answer, points)}"
    if baseline.source == "pooled":
        yield "This hospital", say("pooled-no-site")
    yield "What is against it", " ".join(pooled.model.study.card.against)


def say_figure(answer: Answer, pooled: PooledResult) -> str:
    """Say the figure as the card says it, with what the model computes."""
    figure, horizon = pooled.figure, pooled.figure.baseline.horizon
    said = answer.said.words if answer.said else figure.words
    beside = "" if figure.usual in said else f"; usual {figure.usual}"
    text = f"{capital(said)} fracture another vertebra within {horizon}{beside}"
    if not figure.is_personal:
        return f"{text}. {say('pooled-needs')}"
    risk = say_percent(figure.risk)
    if is_said(answer, pooled):
        return f"{text}. The model computes {risk}"
    return f"{text}. {say('pooled-alone', figure=risk)}"


def is_said(answer: Answer, pooled: PooledResult) -> bool:
    """Tell the patient's own figure from the usual or a lower limit in its place."""
    figure = pooled.figure
    words = answer.said.words if answer.said else ""
    return figure.is_personal and words == figure.words


# An interval holds how hospitals differ; a missing input is averaged over (method, 4).
NOT_THE_PATIENT = (
    " The ranges tell how hospitals differ, and nothing of what is not on record: with"
    " all of it known, this patient's figure may lie outside them."
)


def _how_sure(pooled: PooledResult) -> str:
    figure, table = pooled.figure, pooled.model.study.rates
    recalibration = figure.baseline.recalibration
    tested = (
        f"refitted to {recalibration.n} patients of this hospital"
        if recalibration
        else "not tested here, never validated on patients"
    )
    where = "95 % in this hospital" if recalibration else "95 in 100 new hospitals"
    return (
        f"A rough guide: {len(table)} studies pooled, {tested}."
        f" {where}: {say_range(figure.new_hospital)};"
        f" against the average of one hospital: {say_range(figure.same_hospital)}."
        f"{NOT_THE_PATIENT if figure.missing else ''}"
        f" In {say_percent(figure.above_share)} of hospitals such a patient lies above"
        " the"
        " average"
    )


def _compared_with(pooled: PooledResult) -> str:
    baseline = pooled.figure.baseline
    average = f"{baseline.usual} ({say_percent(baseline.incidence)})"
    if baseline.source == "pooled":
        studies = len(pooled.model.study.rates)
        return f"The usual, {average}: all patients of {studies} studies"
    if baseline.recalibration is not None:
        return f"This hospital's own patients, {average}"
    return (
        f"This hospital's average, {average}: {baseline.events} of {baseline.patients}"
        f" within {baseline.months} months, weighted with the pooled incidence"
    )


def _open(answer: Answer, points: Sequence[OpenPoint]) -> str:
    specs = answer.wording.specs
    names = (
        answer.wording.name(one.name) if one.name in specs else one.name
        for one in points
    )
    return join_words(dict.fromkeys(names))


def _study_charts(answer: Answer, outcome: OutcomeAssessment) -> Iterator[Chart]:
    """Yield the studies side by side, then each by itself."""
    if chart := plots.studies_chart(outcome):
        yield chart
    for result in outcome.models:
        if result.shown:
            yield plots.contribution_chart(answer, result)
            if cohort := plots.cohort_chart(answer, result):
                yield cohort


def _beneath(
    answer: Answer, outcome: OutcomeAssessment, service: Service
) -> tuple[tuple[str, str], ...]:
    """List what has to stand beside each study's figure."""
    return tuple(
        (
            plots.study_words(result),
            ". ".join(filter(None, _study_parts(answer, result, service))),
        )
        for result in outcome.models
    )


def _study_parts(
    answer: Answer, result: ModelResult, service: Service
) -> tuple[str, ...]:
    unknown = [one.text for one in result.violations if one.severity == "not-checkable"]
    missing = study_words.missing_names(answer, (result,))
    return (
        f"Compared with {study_words.average(answer, result)}",
        study_words.calibration(answer, result),
        study_words.held_line(answer, result),
        f"Not known: {join_words(missing)}" if missing else "",
        f"Not checked: {'; '.join(unknown)}" if unknown else "",
        low_figure_line(result, service) if result.shown else "",
        result.model.study.card_line,
        result.model.study.contrary_line,
    )


def low_figure_line(result: ModelResult, service: Service) -> str:
    """Say how optimistic so low a figure may be, by the simulation; else empty."""
    found = (
        service.model_cards[result.model.study.id]
        .get("simulation", {})
        .get("lowFigures")
    )
    if found is None or result.prediction.risk >= found["under"]:
        return ""
    words = {name: say_percent(share) for name, share in found.items()}
    return say("low-figure", **words) if words["said"] != words["true"] else ""


def _who(answer: Answer) -> str:
    known, order = answer.findings.known, answer.order
    parts = [
        f"{answer.wording.value(known[name])}"
        for name in ("age", "sex")
        if name in known
    ]
    if order is None:
        parts.append("a brace or bed rest after an augmentation")
    else:
        parts.append(study_words.procedure_word(answer) or "augmentation")
        parts += order.levels.names
    return capital(", ".join(parts))


def _used_in(answer: Answer) -> Mapping[str, Sequence[str]]:
    """By finding: the studies that it entered; held values say so."""

    def said(result: ModelResult, one: Finding) -> str:
        held = result.prediction.held.get(one.name)
        taken = (
            f", taken as {answer.wording.number(one.name, held.used, one.unit)}"
            if held
            else ""
        )
        return f"{result.model.study.cohort.n}{taken}"

    pooled = answer.assessment.pooled
    results = [
        result for outcome in answer.assessment.outcomes for result in outcome.models
    ]
    return grouped(
        (
            *(
                (one.name, _pooled_use(answer, pooled, one))
                for one in (pooled.inputs if pooled else ())
            ),
            *(
                (one.name, said(result, one))
                for result in results
                for one in result.inputs
            ),
        )
    )


def _pooled_use(answer: Answer, pooled: PooledResult | None, finding: Finding) -> str:
    if pooled is None or not pooled.is_held(finding.name):
        return "pooled"
    used = answer.wording.number(
        finding.name, pooled.used_of(finding.name), finding.unit
    )
    return f"pooled, taken as {used}"


def _input(
    answer: Answer, finding: Finding, used: Mapping[str, Sequence[str]]
) -> Input:
    return Input(
        name=answer.wording.name(finding.name),
        value=answer.wording.value(finding)
        + ("" if finding.may_reassure else " (old or method unknown)"),
        date=say_date(finding.observed) if finding.observed else "",
        sources=tuple(dict.fromkeys(one.resource for one in finding.provenance)),
        used_in=tuple(used.get(finding.name, ())),
    )


def _criteria(answer: Answer, study: LogisticStudy) -> Criteria:
    states: dict[State, list[str]] = {
        "not met": [],
        "not known": [],
        "not checked": [*study.not_checkable],
        "met": [],
    }
    for one in study.applicability:
        known = answer.findings.known.get(one.finding)
        state: State = "not known"
        if known is not None:
            state = "met" if one.require.is_met(known.value) else "not met"
        states[state].append(one.text)
    return Criteria(study=study.id, title=study.title, states=states)


def _guidelines(
    content: Mapping[str, Any], service: Service
) -> Iterator[tuple[str, str, tuple[Guideline, ...]]]:
    """List id and heading of each recommendation with its guideline lines, once."""
    said: set[str] = set()
    for hook in service.hooks.values():
        for rule in sorted(hook.rules, key=lambda rule: rule.rank):
            names = [name for name in rule.guidelines if name not in said]
            if rule.id in content["recommendations"] and names:
                said |= set(names)
                yield (
                    rule.id,
                    rule.heading,
                    tuple(hook.guidelines[name] for name in names),
                )
