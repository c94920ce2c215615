"""What has to be said of values: doubts about those in use, and why others are not used."""

from __future__ import annotations

import re

from cds_service.cards.answer import Answer
from cds_service.cards.texts import escape_markdown
from cds_service.core.order_facts import RAISED_BY_FRACTURE

# Reasons for which nothing was seen; for every other, a value is there.
NOT_THERE = ("absent", "undetermined", "not-read")
# Units for machines: said by the finding's name, or as people write them.
ANNOTATION = re.compile(r" \{([TZ]-?[Ss]core|score)\}")
HOUNSFIELD = "[hnsf'U]"
HYPHEN_MINUS = re.compile(r"(?<![\w-])-(?=\d)")


def value_concerns(answer: Answer) -> tuple[str, ...]:
    """Doubts about the values in a refracture figure that is said, each once with the names it is about.

    That a T-score may be too high matters only where the figure could reassure.
    """
    outcome = answer.assessment.of("refracture")
    if outcome.headline is None or not (outcome.is_usable or outcome.disagreement):
        return ()
    may_reassure = outcome.is_usable and outcome.headline.band in ("lower", "not-different")
    inputs = {one.name: one for result in outcome.models if result.shown for one in result.inputs}.values()
    concerns: dict[str, list[str]] = {}
    for finding in inputs:
        for concern in finding.concerns:
            if concern != RAISED_BY_FRACTURE or may_reassure:
                concerns.setdefault(concern, []).append(answer.wording.name(finding.name))
    return tuple(_about(names, concern, ":") for concern, names in concerns.items())


def _about(names: list[str], concern: str, joint: str = "") -> str:
    """The doubt, behind the names it is about where it does not name them itself."""
    said = escape_markdown(concern.rstrip("."))
    about = [name for name in names if name.lower() not in concern.lower()]
    return f"{', '.join(about)}{joint} {said}" if about else said


def unusable_values(answer: Answer) -> tuple[str, ...]:
    """Values of inputs that are gaps, and values passed over for another: why each of them is not used."""
    models = [model for outcome in answer.assessment.outcomes for model in outcome.models]
    wanted = {name for model in models for name in model.model.study.input_names}
    gaps = answer.findings.gaps
    said = [(name, gap.detail) for name, gap in gaps.items() if gap.reason not in NOT_THERE]
    told = {name for name, _ in said}
    said += [(one.name, one.detail) for one in answer.findings.passed_over if one.name not in told]
    names: dict[str, list[str]] = {}
    for name, detail in dict.fromkeys(said):
        if name in wanted or not wanted:
            names.setdefault(_as_people_write(detail), []).append(answer.wording.name(name))
    return tuple(_about(about, detail) for detail, about in names.items())


def _as_people_write(detail: str) -> str:
    said = ANNOTATION.sub("", detail).replace(HOUNSFIELD, "HU").replace(" not used:", ":")
    return HYPHEN_MINUS.sub("−", said)
