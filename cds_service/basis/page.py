"""What the basis page says of one answer, from its audit entry alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cds_service.basis import plots
from cds_service.basis.charts import Chart, say
from cds_service.cards import figures
from cds_service.cards.answer import Answer
from cds_service.cards.guidelines import Guideline
from cds_service.cards.no_figure import why_line
from cds_service.core.assessment import LEVEL, SILENCES_PRINT, ModelResult, OutcomeAssessment
from cds_service.core.facts import Finding
from cds_service.core.study import LogisticStudy
from cds_service.core.wording import GAP_REASONS, capital, grouped, join_words, say_date, say_percent
from cds_service.review.replay import Replay
from cds_service.service import Service

TITLES: Mapping[str, str] = {"refracture": "Another vertebral fracture", "residual-pain": "Lasting pain"}
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
    """

    id: str
    title: str
    answers: tuple[tuple[str, str], ...]
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisPage:
    """The page.

    Attributes:
        who: age, sex, procedure and levels; no name and no id.
        guidelines: id and heading of each recommendation, and its lines.
        differences: figures that the models in force give otherwise now; then nothing is drawn.
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


def basis_page(found: Replay, content: Mapping[str, Any], service: Service) -> BasisPage:
    """The page of an answer, recomputed from the content of its entry."""
    answer, assessed = found.answer, found.answer.assessment.outcomes
    studies = [result.model.study for outcome in assessed for result in outcome.models]
    used = _used_in(answer)
    known = [_input(answer, one, used) for _, one in sorted(answer.findings.known.items())]
    contrary = {one["statement"]: one for study in studies for one in service.model_cards[study.id]["contraryEvidence"]}
    return BasisPage(
        who=_who(answer),
        differences=found.differences,
        outcomes=tuple(_outcome(found, one, content, service) for one in assessed if found.is_identical),
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


def said_on_card(outcome: str, cards: Sequence[Mapping[str, Any]]) -> str:
    """Why there is no figure, in the words of the cards as they were shown; empty where they do not say.

    The entry holds neither how a value was measured nor why one was not used: computed again, the reason could be
    another one.
    """
    summaries, details = ("\n".join(card.get(part) or "" for card in cards) for part in ("summary", "detail"))
    if outcome == "residual-pain":
        found = [re.search(r"^\*\*Lasting pain:\*\* no figure: (.+)$", details, re.MULTILINE)]
    else:
        found = [
            re.search(r"\b(Refracture risk high), no figure\b", summaries),
            re.search(r"\bno (?:refracture )?figure: (.+?)\.?$", summaries, re.MULTILINE | re.IGNORECASE),
            re.search(r"^\*\*(?:How sure:\*\* no figure\.|Why no figure:\*\*) (.+)$", details, re.MULTILINE),
        ]
    texts = [capital(one[1]) for one in found if one]
    return ". ".join(one for one in texts if not any(one in other and one != other for other in texts))


def _outcome(found: Replay, outcome: OutcomeAssessment, content: Mapping[str, Any], service: Service) -> OutcomePart:
    """What is said and drawn of one outcome.

    Where the card says no figure because none can be this patient's (another cause is open, lapsed denosumab), none is
    drawn either.
    """
    answer = found.answer
    is_possible = outcome.status != "not-applicable" and not outcome.doubts and not answer.is_beside_the_point()
    headline = outcome.headline if is_possible else None
    charts: list[Chart | None] = []
    if headline is not None:
        charts = _charts(answer, outcome, headline)
    if is_possible:
        measures = (rule for hook in service.hooks.values() for rule in hook.rules if rule.supplies)
        rules = sorted(measures, key=lambda rule: rule.rank)
        charts.insert(2, plots.acts_chart(answer, outcome, rules, content["recommendations"]))
    return OutcomePart(
        id=outcome.outcome,
        title=TITLES[outcome.outcome],
        answers=tuple(_answers(answer, outcome, headline, service, said_on_card(outcome.outcome, content["cards"]))),
        charts=tuple(one for one in charts if one is not None),
    )


def _charts(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult) -> list[Chart | None]:
    """Every figure that the answer rests on; where studies disagree, all of theirs.

    One that would reassure is drawn nowhere. One that rests on a value beyond the study is drawn as nobody's, beside a
    higher one without that value.
    """
    usable, studies = outcome.is_usable, plots.studies_chart(outcome)
    if outcome.disagreement and not usable:
        sums = [
            plots.contribution_chart(answer, one, is_usable=False, names_study=True)
            for one in outcome.models
            if one.shown and not plots.would_reassure(one)
        ]
        return [studies, *sums, plots.cohort_chart(answer, headline)]
    if plots.would_reassure(headline):
        return [plots.cohort_chart(answer, headline)]
    is_below = not usable and headline.prediction.risk < headline.reference
    return [
        plots.risk_chart(answer, headline, is_usable=usable),
        plots.contribution_chart(answer, headline, is_usable=usable),
        None if is_below else plots.incidence_chart(answer, headline),
        studies,
        plots.cohort_chart(answer, headline),
    ]


def _answers(
    answer: Answer, outcome: OutcomeAssessment, headline: ModelResult | None, service: Service, said: str
) -> Iterator[tuple[str, str]]:
    """What people ask first, each answered in a line.

    Args:
        said: why there is no figure, as the card said it.
    """
    if outcome.status == "not-applicable":
        names = join_words(answer.wording.name(name) for name in outcome.excluded_by)
        yield "Figure", f"None: {names} on record. The studies excluded such fractures."
        return
    speaking = outcome.models
    if headline is None:
        yield "Figure", f"No figure. {said}." if said else _why_none(answer, outcome)
    else:
        is_split = outcome.disagreement and not outcome.is_usable
        speaking = tuple(one for one in outcome.models if one.shown) if is_split else (headline,)
        yield "Figure", say_figure(answer, outcome, headline, said)
        if outcome.is_usable:
            yield "Why", _reasons(answer, headline)
        yield "How sure", _how_sure(answer, outcome, speaking, service)
        averages = (
            f"{capital(figures.average(answer, one))}: {one.model.study.cohort.description}" for one in speaking
        )
        yield "Compared with", ". ".join(averages)
    yield "What would change it", _what_would_change(answer, outcome, headline)
    contrary = [one.model.study.contrary_line for one in speaking]
    if outcome.disagreement and outcome.is_usable:
        contrary.insert(0, f"A second study: {figures.disagreement_line(answer, outcome)}")
    yield "What speaks against it", ". ".join(dict.fromkeys(contrary))


def say_figure(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult, said: str = "") -> str:
    """The figure with all that belongs to it, and how the card rounds it; in place of an unusable one, the reason."""
    if not outcome.is_usable:
        return f"No usable figure: {said or _why_not(answer, outcome)}"
    whole, coarse = figures.estimate(answer, headline), figures.coarse_figure(headline)
    return whole if whole.startswith(coarse.removeprefix("about ")) else f"{whole}. The card rounds it: {coarse}"


def _what_would_change(answer: Answer, outcome: OutcomeAssessment, headline: ModelResult | None) -> str:
    """What is missing and could be known, the most telling first; nothing where no figure could be this patient's."""
    usable = [one for one in outcome.models if not one.stays_unusable]
    if answer.is_beside_the_point() or outcome.doubts or outcome.left_open or not usable:
        return "No measurement gives a figure"
    results = [headline] if headline is not None and outcome.is_usable and headline in usable else usable
    gains = {
        name: result.prediction.gains[name] for result in reversed(results) for name in plots.measurable(answer, result)
    }
    names = answer.texts.short_names(tuple(sorted(gains, key=lambda name: (-gains[name], name))))
    silenced = headline.silenced_by if headline is not None else ()
    aged = [answer.wording.name(one.finding) for one in silenced if one.why == "aged"]
    parts = [
        f"{capital(join_words(aged))} measured again, the method recorded" if aged else "",
        f"Not known yet: {join_words(names)}" if names else "",
    ]
    if any(parts):
        return ". ".join(filter(None, parts))
    unusable = figures.missing_names(answer, results)
    return (
        f"{join_words(unusable)} would need this site's reference"
        if unusable
        else "Nothing is missing: all that this study asks for is known"
    )


def _why_none(answer: Answer, outcome: OutcomeAssessment) -> str:
    if outcome.outcome == "refracture" or answer.is_beside_the_point() or outcome.doubts:
        return f"No figure. {capital(why_line(answer, outcome, ''))}."
    known = max((one.prediction.inputs_known for one in outcome.models), default=0.0)
    least = say_percent(answer.policy.showing.inputs_known)
    return f"No figure: {say_percent(known)} of the study's information is known, and below {least} none is said."


def _why_not(answer: Answer, outcome: OutcomeAssessment) -> str:
    """Why the figure stands in no summary; that of refracture as the card says it."""
    if outcome.disagreement:
        return figures.disagreement_line(answer, outcome)
    result = outcome.headline or outcome.models[0]
    is_aged = bool(result.silenced_by) and all(one.why == "aged" for one in result.silenced_by)
    if outcome.outcome == "refracture" and not is_aged:
        return why_line(answer, outcome, "")
    silenced = [answer.wording.name(one.finding) for one in result.silenced_by if one.why in SILENCES_PRINT]
    outside = [one.text for one in result.violations if one.severity == "outside"]
    doubtful = f"{join_words(silenced)} old, measured in an unknown way or outside the study" if silenced else ""
    return "; ".join(filter(None, (*outside, doubtful))) or "its ranges are too wide"


def _how_sure(answer: Answer, outcome: OutcomeAssessment, speaking: Sequence[ModelResult], service: Service) -> str:
    """As the card says it; without a usable figure no ranges, which could alarm or reassure."""
    result = speaking[0]
    if not outcome.is_usable:
        return figures.sentences(
            ("No figure", figures.held_line(answer, result), *(one.model.study.card_line for one in speaking))
        )
    sure = capital(
        figures.sure_line(answer, result, figures.coarse_figure(result), is_contradicted=outcome.disagreement)
    )
    return ". ".join(filter(None, (sure, low_figure_line(result, service))))


def low_figure_line(result: ModelResult, service: Service) -> str:
    """How optimistic so low a figure may be, as the simulation found; empty where it is not low."""
    found = service.model_cards[result.model.study.id].get("simulation", {}).get("lowFigures")
    if found is None or result.prediction.risk >= found["under"]:
        return ""
    words = {name: say_percent(share) for name, share in found.items()}
    return say("low-figure", **words) if words["said"] != words["true"] else ""


def _reasons(answer: Answer, result: ModelResult) -> str:
    """What raised and what lowered a usable figure, strongest first; no treatment is a reason."""
    headings = ("Raised by", "Lowered by", "Reports differ", "No clear effect")
    said: dict[str, list[tuple[float, str]]] = {one: [] for one in headings}
    for names in figures.groups(result.inputs):
        effect = sum(result.prediction.effects[name] for name in names)
        heading = "Reports differ" if LEVEL in names else "Raised by" if effect > 0 else "Lowered by"
        if not any(result.prediction.clear[name] for name in names):
            heading = "No clear effect"
        said[heading].append((-abs(effect), ", ".join(figures.phrase(answer, result, name) for name in names)))
    parts = [f"{heading}: {' · '.join(text for _, text in sorted(found))}" for heading, found in said.items() if found]
    return ". ".join(parts) or "Nothing but the procedure is known"


def _who(answer: Answer) -> str:
    known, order = answer.findings.known, answer.order
    parts = [f"{answer.wording.value(known[name])}" for name in ("age", "sex") if name in known]
    if order is None:
        parts.append("a brace or bed rest after an augmentation")
    else:
        parts.append(answer.texts.raw(f"procedures.{order.procedure}") if order.procedure else "augmentation")
        parts += order.levels
    return capital(", ".join(parts))


def _used_in(answer: Answer) -> Mapping[str, Sequence[str]]:
    """By finding: the studies that it entered; held values say so."""

    def said(result: ModelResult, one: Finding) -> str:
        held = result.prediction.held.get(one.name)
        taken = f", taken as {answer.wording.number(one.name, held.used, one.unit)}" if held else ""
        return f"{result.model.study.cohort.n}{taken}"

    results = [result for outcome in answer.assessment.outcomes for result in outcome.models]
    return grouped((one.name, said(result, one)) for result in results for one in result.inputs)


def _input(answer: Answer, finding: Finding, used: Mapping[str, Sequence[str]]) -> Input:
    return Input(
        name=answer.wording.name(finding.name),
        value=answer.wording.value(finding) + ("" if finding.may_reassure else " (old or method unknown)"),
        date=say_date(finding.observed) if finding.observed else "",
        sources=tuple(dict.fromkeys(one.resource for one in finding.provenance)),
        used_in=tuple(used.get(finding.name, ())),
    )


def _criteria(answer: Answer, study: LogisticStudy) -> Criteria:
    states: dict[State, list[str]] = {"not met": [], "not known": [], "not checked": [*study.not_checkable], "met": []}
    for one in study.applicability:
        known = answer.findings.known.get(one.finding)
        state: State = "not known" if known is None else "met" if one.require.is_met(known.value) else "not met"
        states[state].append(one.text)
    return Criteria(study=study.id, title=study.title, states=states)


def _guidelines(content: Mapping[str, Any], service: Service) -> Iterator[tuple[str, str, tuple[Guideline, ...]]]:
    """Id and heading of each recommendation of this answer, with its guideline lines; each line once."""
    said: set[str] = set()
    for hook in service.hooks.values():
        for rule in sorted(hook.rules, key=lambda rule: rule.rank):
            names = [name for name in rule.guidelines if name not in said]
            if rule.id in content["recommendations"] and names:
                said |= set(names)
                yield rule.id, rule.heading, tuple(hook.guidelines[name] for name in names)
