"""Make the basis page of one answer, from its audit entry alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cds_service.basis import plots, pooled_plots
from cds_service.basis.charts import Chart, say
from cds_service.call import Service
from cds_service.cards import study_words
from cds_service.cards.answer import Answer
from cds_service.cards.guidelines import Guideline
from cds_service.core.findings import Finding
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.pooled_result import PooledResult
from cds_service.core.models.study_result import ModelResult
from cds_service.core.risk.assessment import OutcomeAssessment
from cds_service.core.risk.grave_findings import EXCLUDING
from cds_service.core.risk.open_points import OpenPoint
from cds_service.core.risk.risk_words import PAIN_FACTORS, RiskWords
from cds_service.core.vocabulary import EventSpec, FindingSpec, ListSpec, YesNoSpec
from cds_service.core.words.wording import (
    GAP_REASONS,
    capital,
    date_text,
    grouped,
    join_words,
    percent_text,
    range_text,
)
from cds_service.review.replay import EARLIER, Replay

TITLES: Mapping[str, str] = {
    "refracture": "Another vertebral fracture",
    "residual-pain": "Lasting pain",
}
# "No" is said only of a list of which every entry was understood.
NOT_AMONG_UNDERSTOOD = "not among the entries that were understood"
LEFT_OPEN = frozenset({"not-understood", "undetermined"})
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
        charts: plots of the figure that the card says, its place first.
        studies: plots of the studies side by side, then of each.
        beneath: each study, with what is put next to its figure.
    """

    id: str
    title: str
    answers: tuple[tuple[str, str], ...]
    charts: tuple[Chart, ...]
    studies: tuple[Chart, ...]
    beneath: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisPage:
    """The whole basis page of one answer.

    Attributes:
        who: age, sex, procedure and levels; no name and no id.
        guidelines: id and heading of each recommendation, and its lines.
        differences: figures that the models in force now give otherwise. If there are
            any, nothing is drawn.
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
    replay: Replay, content: Mapping[str, Any], service: Service
) -> BasisPage:
    """Return the page of an answer, recomputed from the content of its entry."""
    answer = replay.answer
    studies = [
        result.model.study
        for outcome in answer.assessment.outcomes
        for result in outcome.models
    ]
    uses = _used_in(answer)
    values = [
        _input(answer, finding, uses)
        for _, finding in sorted(answer.findings.known.items())
    ]
    contrary = {
        entry["statement"]: entry
        for study in studies
        for entry in service.model_cards[study.id]["contraryEvidence"]
    }
    differences = (EARLIER,) if replay.is_earlier else replay.differences
    outcomes: tuple[OutcomePart, ...] = ()
    if not differences:
        outcomes = (_refracture(replay, service), _residual_pain(replay, service))
    return BasisPage(
        who=_patient_line(answer),
        differences=differences,
        outcomes=outcomes,
        inputs=tuple(value for value in values if value.used_in),
        others=tuple(value for value in values if not value.used_in),
        gaps=tuple(
            (_row_title(answer, name), GAP_REASONS.get(gap.reason, gap.reason))
            for name, gap in sorted(answer.findings.gaps.items())
        ),
        criteria=tuple(_criteria(answer, study) for study in studies),
        guidelines=tuple(_guidelines(content, service)),
        contrary=tuple(contrary.values()),
    )


def _refracture(replay: Replay, service: Service) -> OutcomePart:
    """Return the pooled figure as a picture and in words, and the studies below it."""
    answer = replay.answer
    outcome = answer.assessment.of("refracture")
    pooled = answer.assessment.pooled
    if pooled is None:
        return OutcomePart(
            id="refracture",
            title=TITLES["refracture"],
            answers=(("Figure", _exclusion(answer)),),
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
        charts=tuple(chart for chart in charts if chart is not None),
        studies=tuple(_study_charts(answer, outcome)),
        beneath=_beneath(answer, outcome, service),
    )


def _residual_pain(replay: Replay, service: Service) -> OutcomePart:
    """Return the pooled rate with its named factors, and the studies' figures."""
    answer = replay.answer
    outcome, pain = answer.assessment.of("residual-pain"), answer.assessment.pain
    answers: tuple[tuple[str, str], ...] = (("Figure", _exclusion(answer)),)
    if pain is not None:
        answers = _pain_answers(answer, pain)
    return OutcomePart(
        id="residual-pain",
        title=TITLES["residual-pain"],
        answers=answers,
        charts=(),
        studies=tuple(_study_charts(answer, outcome)),
        beneath=_beneath(answer, outcome, service),
    )


def _pain_answers(answer: Answer, pain: RiskWords) -> tuple[tuple[str, str], ...]:
    factors = [name for name in PAIN_FACTORS if answer.findings.is_true(name)]
    names = join_words(answer.wording.name(name) for name in factors or PAIN_FACTORS)
    word = "pain-on-record" if factors else "pain-none"
    return (
        ("Figure", f"{capital(pain.words)} keep pain; no figure of this patient's own"),
        ("Named factors", say(word, names=names)),
        ("How sure", say("pain-sure")),
    )


def _exclusion(answer: Answer) -> str:
    names = answer.assessment.excluded_by
    if names == ("age",):
        return "None: the figure is made for fragility fractures, from 50 years on."
    excluded = (answer.wording.name(name) for name in names if name != "age")
    scope = "The figure is made for plain fragility fractures."
    return f"None: {join_words(excluded)} on record. {scope}"


def _pooled_answers(answer: Answer, pooled: PooledResult) -> Iterator[tuple[str, str]]:
    """Yield the questions that people ask first, each with its answer in one line."""
    figure, baseline = pooled.figure, pooled.figure.baseline
    yield "Figure", figure_text(answer, pooled)
    yield "How sure", _certainty(pooled)
    yield "Compared with", _compared_with(pooled)
    if answer.risk_words is not None and answer.risk_words.at_least:
        yield (
            "Not counted",
            "Facts on record that the model does not count can only raise it",
        )
    points = answer.assessment.open_points
    if points and figure.is_personal and not figure.is_usual_or_more:
        yield "Left open", f"The record leaves open: {_open(answer, points)}"
    if baseline.source == "pooled":
        yield "This hospital", say("pooled-no-site")
    yield "What is against it", " ".join(pooled.model.study.card.against)


def figure_text(answer: Answer, pooled: PooledResult) -> str:
    """Write the figure as the card says it, with what the model computes."""
    figure, horizon = pooled.figure, pooled.figure.baseline.horizon
    words = answer.risk_words.words if answer.risk_words else figure.words
    usual = "" if figure.usual in words else f"; usual {figure.usual}"
    text = f"{capital(words)} fracture another vertebra within {horizon}{usual}"
    if not figure.is_personal:
        return f"{text}. {say('pooled-needs')}"
    risk = percent_text(figure.risk)
    if is_said(answer, pooled):
        return f"{text}. The model computes {risk}"
    return f"{text}. {say('pooled-alone', figure=risk)}"


def is_said(answer: Answer, pooled: PooledResult) -> bool:
    """Tell if the card says the patient's own figure, not the usual or a limit."""
    figure = pooled.figure
    words = answer.risk_words.words if answer.risk_words else ""
    return figure.is_personal and words == figure.words


# An interval tells how hospitals differ. A missing input is averaged over, which does
# not widen it (docs/pooled.md, steps 4 and 5).
NOT_THE_PATIENT = (
    " The ranges tell how hospitals differ, and nothing of what is not on record: with"
    " all of it known, this patient's figure may lie outside them."
)


def _certainty(pooled: PooledResult) -> str:
    figure, rates = pooled.figure, pooled.model.study.rates
    recalibration = figure.baseline.recalibration
    test = "not tested here, never validated on patients"
    scope = "95 in 100 new hospitals"
    if recalibration is not None:
        test = f"refitted to {recalibration.n} patients of this hospital"
        scope = "95 % in this hospital"
    warning = NOT_THE_PATIENT if figure.missing else ""
    return (
        f"A rough guide: {len(rates)} studies pooled, {test}."
        f" {scope}: {range_text(figure.new_hospital)};"
        f" against the average of one hospital: {range_text(figure.same_hospital)}."
        f"{warning}"
        f" In {percent_text(figure.above_share)} of hospitals such a patient lies above"
        " the average"
    )


def _compared_with(pooled: PooledResult) -> str:
    baseline = pooled.figure.baseline
    average = f"{baseline.usual} ({percent_text(baseline.incidence)})"
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
        answer.wording.name(point.name) if point.name in specs else point.name
        for point in points
    )
    return join_words(dict.fromkeys(names))


def _study_charts(answer: Answer, outcome: OutcomeAssessment) -> Iterator[Chart]:
    """Yield the studies side by side, then each by itself."""
    if chart := plots.studies_chart(outcome):
        yield chart
    for result in outcome.models:
        if result.is_shown:
            yield plots.contribution_chart(answer, result)
            if cohort := plots.cohort_chart(answer, result):
                yield cohort


def _beneath(
    answer: Answer, outcome: OutcomeAssessment, service: Service
) -> tuple[tuple[str, str], ...]:
    """List each study with what has to be put next to its figure."""
    lines = []
    for result in outcome.models:
        parts = filter(None, _study_parts(answer, result, service))
        lines.append((plots.study_words(result), ". ".join(parts)))
    return tuple(lines)


def _study_parts(
    answer: Answer, result: ModelResult, service: Service
) -> tuple[str, ...]:
    unknown = [
        violation.text
        for violation in result.violations
        if violation.severity == "not-checkable"
    ]
    missing = study_words.missing_names(answer, (result,))
    return (
        f"Compared with {study_words.average(answer, result)}",
        study_words.calibration(answer, result),
        study_words.held_line(answer, result),
        f"Not known: {join_words(missing)}" if missing else "",
        f"Not checked: {'; '.join(unknown)}" if unknown else "",
        _low_figure_line(result, service) if result.is_shown else "",
        result.model.study.card_line,
        result.model.study.contrary_line,
    )


def _low_figure_line(result: ModelResult, service: Service) -> str:
    """Write how optimistic a low figure may be, by the simulation; else empty."""
    simulation = service.model_cards[result.model.study.id].get("simulation", {})
    low_figures = simulation.get("lowFigures")
    if low_figures is None or result.prediction.risk >= low_figures["under"]:
        return ""
    words = {name: percent_text(share) for name, share in low_figures.items()}
    return say("low-figure", **words) if words["said"] != words["true"] else ""


def _patient_line(answer: Answer) -> str:
    known, order = answer.findings.known, answer.order
    names = [name for name in ("age", "sex") if name in known]
    parts = [answer.wording.value(known[name]) for name in names]
    if order is None:
        parts.append("a brace or bed rest after an augmentation")
    else:
        parts.append(study_words.procedure_word(answer) or "augmentation")
        parts += order.levels.names
    return capital(", ".join(parts))


def _used_in(answer: Answer) -> Mapping[str, Sequence[str]]:
    """List the studies that each finding entered; held values are marked."""
    return grouped(_uses(answer))


def _uses(answer: Answer) -> Iterator[tuple[str, str]]:
    if pooled := answer.assessment.pooled:
        for finding in pooled.inputs:
            yield finding.name, _pooled_use(answer, pooled, finding)
    for outcome in answer.assessment.outcomes:
        for result in outcome.models:
            for finding in result.inputs:
                yield finding.name, _study_use(answer, result, finding)


def _study_use(answer: Answer, result: ModelResult, finding: Finding) -> str:
    size = str(result.model.study.cohort.n)
    held_value = result.prediction.held.get(finding.name)
    if held_value is None:
        return size
    used = answer.wording.number(finding.name, held_value.used, finding.unit)
    return f"{size}, taken as {used}"


def _pooled_use(answer: Answer, pooled: PooledResult, finding: Finding) -> str:
    if not pooled.is_held(finding.name):
        return "pooled"
    used = answer.wording.number(
        finding.name, pooled.used_of(finding.name), finding.unit
    )
    return f"pooled, taken as {used}"


def _input(
    answer: Answer, finding: Finding, uses: Mapping[str, Sequence[str]]
) -> Input:
    value = answer.wording.value(finding)
    if finding.value is False and _is_problem_list_open(answer, finding):
        value = NOT_AMONG_UNDERSTOOD
    if not finding.may_reassure:
        value += " (old or method unknown)"
    day = date_text(finding.observed) if finding.observed else ""
    return Input(
        name=_row_title(answer, finding.name),
        value=value,
        date=day,
        sources=tuple(dict.fromkeys(source.resource for source in finding.provenance)),
        used_in=tuple(uses.get(finding.name, ())),
    )


def _is_problem_list_open(answer: Answer, finding: Finding) -> bool:
    """Tell if a "no" rests on the problem list, and what was read leaves it open.

    An entry that leaves a grave finding open may be anything.
    """
    specs, gaps = answer.wording.specs, answer.findings.gaps
    spec = specs[finding.name]
    if not isinstance(spec, ListSpec) or spec.key != "conditions":
        return False
    grave = (name for name in EXCLUDING if _says_no_by_silence(specs[name]))
    return any(name in gaps and gaps[name].reason in LEFT_OPEN for name in grave)


def _says_no_by_silence(spec: FindingSpec) -> bool:
    return isinstance(spec, YesNoSpec) and spec.closed_world


def _row_title(answer: Answer, name: str) -> str:
    """Name a finding so that no two rows have one title."""
    title, specs = answer.wording.name(name), answer.wording.specs
    is_shared = sum(answer.wording.name(other) == title for other in specs) > 1
    is_event = isinstance(specs[name], EventSpec)
    return f"{title} (as of its day)" if is_shared and is_event else title


def _criteria(answer: Answer, study: LogisticStudy) -> Criteria:
    states: dict[State, list[str]] = {
        "not met": [],
        "not known": [],
        "not checked": [*study.not_checkable],
        "met": [],
    }
    for criterion in study.applicability:
        finding = answer.findings.known.get(criterion.finding)
        state: State = "not known"
        if finding is not None:
            state = "met" if criterion.require.is_met(finding.value) else "not met"
        states[state].append(criterion.text)
    return Criteria(study=study.id, title=study.title, states=states)


def _guidelines(
    content: Mapping[str, Any], service: Service
) -> Iterator[tuple[str, str, tuple[Guideline, ...]]]:
    """Yield id and heading of each recommendation with its guideline lines.

    Each line comes once, with the first recommendation that names it.
    """
    listed: set[str] = set()
    for hook in service.hooks.values():
        for rule in sorted(hook.rules, key=lambda rule: rule.rank):
            names = [name for name in rule.guidelines if name not in listed]
            if rule.id in content["recommendations"] and names:
                listed |= set(names)
                lines = tuple(hook.guidelines[name] for name in names)
                yield rule.id, rule.heading, lines
