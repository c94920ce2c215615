"""What if: the figures of another patient, who differs from this one in some measurements. Computed, never kept.

Only what is measured may differ: no treatment, no level, no diagnosis that nobody can measure away (display rule D5).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cds_service.basis.charts import Chart
from cds_service.basis.page import TITLES, low_figure_line, say_figure
from cds_service.basis.plots import trial_chart
from cds_service.cards.answer import Answer
from cds_service.cards.figures import MEASURES_OF_SARCOPENIA, PSOAS, TREATMENTS, held_line
from cds_service.core.assessment import LEVEL, ModelResult, assess
from cds_service.core.facts import Finding, Findings, Gap, Value
from cds_service.core.wording import UNITS
from cds_service.service import Service

NOT_MEASURED = frozenset({*TREATMENTS, LEVEL, "diabetes"})
ROOM = 0.25  # beyond the study's patients, as share of their range: held values are seen to be held
NUMBER = re.compile(
    r"[+-]?([0-9]{1,6}(\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII
)  # as people write one, and nothing else
WORDS: Mapping[str, bool] = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One measurement that may be changed or added.

    Attributes:
        value: as on record, written as the form writes it; empty where it is not known.
        now: as it was given; the record's at first.
    """

    name: str
    title: str
    unit: str
    kind: Literal["number", "yes-no"]
    value: str
    now: str
    lowest: float = 0.0
    highest: float = 0.0
    step: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it.

    Attributes:
        faults: values that cannot be taken; then there are no results.
        results: title of each outcome, its plot, and what stands beside its figure.
    """

    controls: tuple[Control, ...]
    faults: tuple[str, ...] = ()
    results: tuple[tuple[str, Chart | None, str], ...] = ()


def controls_of(answer: Answer, service: Service, given: Mapping[str, str] | None = None) -> tuple[Control, ...]:
    """What may be changed, in the order of the studies; nothing where no figure could be this patient's."""
    if answer.is_beside_the_point():
        return ()
    results = [one for outcome in answer.assessment.outcomes if not outcome.doubts for one in outcome.models]
    found = {one.name: one for result in results for one in _controls(answer, service, result, given or {})}
    return tuple(found.values())


def _controls(answer: Answer, service: Service, result: ModelResult, given: Mapping[str, str]) -> Iterator[Control]:
    total, muscle = PSOAS
    known = answer.findings.known
    for one in result.model.study.inputs:
        name = one.finding
        if name in NOT_MEASURED or not one.known_at_order_sign or one.kind == "category" or name == muscle:
            continue
        if (one.per_site and answer.policy.reference.of(name) is None) or (
            name == total and muscle in known and total not in known
        ):
            continue
        decimals = service.wording.specs[name].decimals
        value = _written(known[name].value, decimals) if name in known else ""
        control = Control(
            name=name,
            title=service.wording.name(name),
            unit=UNITS.get(one.unit, one.unit).strip(),
            kind="yes-no",
            value=value,
            now=given.get(name, value).strip(),
        )
        if one.kind == "yes-no":
            yield control
            continue
        lowest, _, _, highest = result.model.table.ranges[name]
        low, high = service.finding_specs[name].range or (lowest, highest)
        room = ROOM * (highest - lowest)
        own = float(value) if value else lowest
        yield replace(
            control,
            kind="number",
            lowest=round(max(low, min(lowest - room, own)), decimals),
            highest=round(min(high, max(highest + room, own)), decimals),
            step=10.0**-decimals,
        )


def _written(value: Value, decimals: int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.{decimals}f}"


def try_values(answer: Answer, service: Service, given: Mapping[str, str]) -> Trial:
    """The figures of another patient with these values, by the code of the assessment.

    Args:
        given: text by finding, as the form sends it; empty is not known, an absent one stays as on record.
    """
    controls = controls_of(answer, service, given)
    changed = [one for one in controls if one.now != one.value]
    faults = tuple(fault for one in changed if (fault := _fault(one, service)))
    if faults or not changed:
        return Trial(controls=controls, faults=faults)
    findings = with_changes(answer.findings, {one.name: _read(one) for one in changed}, service)
    other = replace(
        answer, findings=findings, assessment=assess(findings, service.models, service.studies, answer.policy)
    )
    return Trial(controls=controls, results=tuple(_results(answer, other, service)))


def _fault(control: Control, service: Service) -> str:
    """Why a value cannot be taken; empty where it can."""
    if control.now == "":
        return ""
    if control.kind == "yes-no":
        return "" if control.now in WORDS else f"{control.title}: yes, no or empty"
    low, high = service.finding_specs[control.name].range or (control.lowest, control.highest)
    if NUMBER.fullmatch(control.now) is None:
        return f"{control.title}: a number is expected"
    return "" if low <= float(control.now) <= high else f"{control.title}: {low:g} to {high:g} is plausible"


def _read(control: Control) -> Value | None:
    if control.now == "":
        return None
    return WORDS[control.now] if control.kind == "yes-no" else float(control.now)


def with_changes(findings: Findings, changes: Mapping[str, Value | None], service: Service) -> Findings:
    """The findings of the other patient: psoas muscle follows its total area, sarcopenia takes its measures along."""
    known, gaps = dict(findings.known), dict(findings.gaps)
    total, muscle = PSOAS
    values = dict(changes)
    if "sarcopenia" in values:  # what it was concluded from is another patient's too
        values |= dict.fromkeys(MEASURES_OF_SARCOPENIA)
    if total in values and muscle in known and total in known:  # both move, at the fat share on record
        new, was = values[total], float(known[total].value)
        values[muscle] = None if new is None else float(new) * float(known[muscle].value) / was
    for name, value in values.items():
        known.pop(name, None)
        gaps.pop(name, None)
        if value is None:
            gaps[name] = Gap(name=name, reason="absent", detail="")
        else:
            known[name] = Finding(name, value, service.finding_specs[name].unit, None, ())
    return replace(findings, known=known, gaps=gaps, passed_over=())


def _results(answer: Answer, other: Answer, service: Service) -> Iterator[tuple[str, Chart | None, str]]:
    for before, after in zip(answer.assessment.outcomes, other.assessment.outcomes, strict=True):
        headline = after.headline
        if other.is_beside_the_point():
            yield TITLES[after.outcome], None, "No figure: no study held such a patient."
            continue
        if headline is None:
            yield TITLES[after.outcome], None, "No figure: too little is known of such a patient."
            continue
        low = low_figure_line(headline, service) if after.is_usable else ""
        parts = (say_figure(other, after, headline), held_line(other, headline), headline.model.study.card_line, low)
        on_record = before.headline if before.is_usable else None
        drawn = trial_chart(on_record, other, headline) if after.is_usable else None  # what is no figure is not drawn
        yield TITLES[after.outcome], drawn, f"{'. '.join(filter(None, parts))}."
