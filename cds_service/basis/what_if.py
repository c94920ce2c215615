"""Compute "what if": a patient's figures with other measurements, which are not kept.

Only what is measured may differ: no treatment, no level, and no diagnosis that a
measurement cannot change (E15).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cds_service.basis.charts import Chart
from cds_service.basis.page import TITLES, figure_text, is_said
from cds_service.basis.pooled_plots import trial_chart
from cds_service.call import Service
from cds_service.cards.answer import Answer
from cds_service.cards.study_words import MEASURES_OF_SARCOPENIA
from cds_service.core.case import assess_case
from cds_service.core.findings import Finding, Findings, Gap, Value
from cds_service.core.models.pooled_study import YesNoInput
from cds_service.core.vocabulary import QuantitySpec
from cds_service.core.words.wording import UNITS

MEASURED = ("bmd-t-score", "ct-attenuation", "bmi", "sarcopenia")
# How far a control reaches beyond the model's range, as share of that range: a user
# sees there that values are held.
ROOM = 0.25
# A number as people write one, and nothing else.
NUMBER = re.compile(r"[+-]?([0-9]{1,6}(\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
WORDS: Mapping[str, bool] = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One measurement that may be changed or added.

    Attributes:
        value: the value on record, as the form writes it; empty if it is not known.
        now: the value as given; the record's at first.
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
    """The result of one trial.

    Attributes:
        faults: values that cannot be taken; then there are no results.
        results: title of each outcome, its plot, and what is put next to its figure.
    """

    controls: tuple[Control, ...]
    faults: tuple[str, ...] = ()
    results: tuple[tuple[str, Chart | None, str], ...] = ()


def controls_of(
    answer: Answer, service: Service, values: Mapping[str, str] | None = None
) -> tuple[Control, ...]:
    """List what may be changed; nothing if the model gives this patient no figure."""
    if answer.assessment.pooled is None:
        return ()
    return tuple(_control(answer, service, name, values or {}) for name in MEASURED)


def _control(
    answer: Answer, service: Service, name: str, values: Mapping[str, str]
) -> Control:
    known = answer.findings.known
    spec = service.finding_specs[name]
    study_input = service.pooled.study.by_finding[name]
    value = _form_text(known[name].value, spec.decimals) if name in known else ""
    control = Control(
        name=name,
        title=service.wording.name(name),
        unit=UNITS.get(study_input.unit, study_input.unit).strip(),
        kind="yes-no",
        value=value,
        now=values.get(name, value).strip(),
    )
    if isinstance(study_input, YesNoInput):
        return control
    lowest, highest = study_input.held
    low, high = spec.range if isinstance(spec, QuantitySpec) else study_input.held
    room = ROOM * (highest - lowest)
    current = float(value) if value else lowest
    return replace(
        control,
        kind="number",
        lowest=round(max(low, min(lowest - room, current)), spec.decimals),
        highest=round(min(high, max(highest + room, current)), spec.decimals),
        step=10.0**-spec.decimals,
    )


def _form_text(value: Value, decimals: int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.{decimals}f}"


def try_values(answer: Answer, service: Service, values: Mapping[str, str]) -> Trial:
    """Compute the figures of another patient with these values, as for a card.

    Args:
        values: text by finding, as the form sends it. An empty text is a value that is
            not known; a finding that is absent stays as on record.
    """
    controls = controls_of(answer, service, values)
    changed = [control for control in controls if control.now != control.value]
    faults = tuple(fault for control in changed if (fault := _fault(control, service)))
    if faults or not changed:
        return Trial(controls=controls, faults=faults)
    findings = _with_changes(
        answer.findings, {control.name: _read(control) for control in changed}, service
    )
    case = replace(answer.case, findings=findings)
    conclusion = replace(answer.conclusion, case=case, assessment=assess_case(case))
    return Trial(
        controls=controls,
        results=tuple(_results(answer, replace(answer, conclusion=conclusion))),
    )


def _fault(control: Control, service: Service) -> str:
    """Return why a value cannot be taken; empty if it can."""
    if control.now == "":
        return ""
    if control.kind == "yes-no":
        return "" if control.now in WORDS else f"{control.title}: yes, no or empty"
    spec = service.finding_specs[control.name]
    low, high = control.lowest, control.highest
    if isinstance(spec, QuantitySpec):
        low, high = spec.range
    if NUMBER.fullmatch(control.now) is None:
        return f"{control.title}: a number is expected"
    if low <= float(control.now) <= high:
        return ""
    return f"{control.title}: {low:g} to {high:g} is plausible"


def _read(control: Control) -> Value | None:
    if control.now == "":
        return None
    return WORDS[control.now] if control.kind == "yes-no" else float(control.now)


def _with_changes(
    findings: Findings, changes: Mapping[str, Value | None], service: Service
) -> Findings:
    """Return the findings of the other patient.

    If sarcopenia is changed, its measures become unknown: they belong to this patient.
    """
    known, gaps = dict(findings.known), dict(findings.gaps)
    values = dict(changes)
    if "sarcopenia" in values:
        values |= dict.fromkeys(MEASURES_OF_SARCOPENIA)
    for name, value in values.items():
        known.pop(name, None)
        gaps.pop(name, None)
        if value is None:
            gaps[name] = Gap(name=name, reason="absent", detail="")
        else:
            known[name] = Finding(
                name, value, service.finding_specs[name].unit, None, ()
            )
    # Other values that were seen and not used are still open.
    passed_over = tuple(one for one in findings.passed_over if one.name not in values)
    return replace(findings, known=known, gaps=gaps, passed_over=passed_over)


def _results(answer: Answer, other: Answer) -> Iterator[tuple[str, Chart | None, str]]:
    before, after = answer.assessment.pooled, other.assessment.pooled
    if after is None:
        return
    text = figure_text(other, after)
    is_own = before is not None and is_said(answer, before)
    chart = trial_chart(before, after, is_said=is_own)
    yield TITLES["refracture"], chart, f"{text}."
