"""What has to be said of values: doubts about those in use, and why others are not used."""

from __future__ import annotations

import re

from cds_service.cards.answer import Answer
from cds_service.cards.texts import escape_markdown
from cds_service.core.order_facts import RAISED_BY_FRACTURE

# Reasons for which nothing was seen; for every other, a value is there.
NOT_THERE = ("absent", "undetermined", "not-read")
# Units for machines: said by the finding's name, or as people write them.
ANNOTATION = re.compile(r" ?\{([TZ]-?[Ss]core|score)\}|(?<=\d) 1(?= \(|:| is |$)")
PRINTED = {"[hnsf'U]": "HU", "kg/m2": "kg/m²", "cm2": "cm²", "mm2/m2": "mm²/m²"}
IN_PRINT = re.compile("|".join(map(re.escape, sorted(PRINTED, key=len, reverse=True))))
NAMELESS = re.compile(r"^a value (?=\()|^a value(?= not used)")
UNREADABLE = re.compile(r"^\S+/\S+(?= is not readable)")
AGED = " old."
HYPHEN_MINUS = re.compile(r"(?<![\w-])-(?=\d)")


def value_concerns(answer: Answer) -> tuple[str, ...]:
    """Doubts about the values that the card rests on, each once with the names it is about.

    Those in a refracture figure that is said; without one, where the T-score was measured, since the card goes on
    naming it (its year stands beside it). That it may be too high matters only where the figure could reassure.
    """
    outcome = answer.assessment.of("refracture")
    headline = outcome.headline
    if headline is None or not (outcome.is_usable or outcome.disagreement):
        t_score = answer.findings.known.get("bmd-t-score")
        about_site = (
            [one for one in t_score.concerns if one != RAISED_BY_FRACTURE and AGED not in one] if t_score else []
        )
        return tuple(_about(["T-score"], one) for one in about_site)
    may_reassure = outcome.is_usable and headline.band in ("lower", "not-different")
    inputs = {one.name: one for result in outcome.models if result.shown for one in result.inputs}.values()
    concerns: dict[str, list[str]] = {}
    for finding in inputs:
        for concern in finding.concerns:
            if concern != RAISED_BY_FRACTURE or may_reassure:
                concerns.setdefault(concern, []).append(answer.wording.name(finding.name))
    return tuple(_about(names, concern) for concern, names in concerns.items())


def _about(names: list[str], words: str, joint: str = ":") -> str:
    """The words, behind the names they are about where they do not name them themselves."""
    said = escape_markdown(words.rstrip("."))
    about = [name for name in names if name.lower() not in words.lower()]
    if not about:
        return said
    return (
        f"{', '.join(about)}{joint} {said[:1].lower()}{said[1:]}"
        if joint
        else f"{', '.join(about)} {said}".replace(" :", ":")
    )


def unusable_values(answer: Answer) -> tuple[str, ...]:
    """Values of inputs that are gaps, and values passed over for another: why each of them is not used."""
    models = [model for outcome in answer.assessment.outcomes for model in outcome.models]
    wanted = {name for model in models for name in model.model.study.input_names}
    gaps = answer.findings.gaps
    said = [(name, gap.detail) for name, gap in gaps.items() if gap.reason not in NOT_THERE]
    told = {name for name, _ in said}
    present = {
        name for name, one in answer.findings.known.items() if one.value is True
    }  # whatever else was passed over
    said += [(one.name, one.detail) for one in answer.findings.passed_over if one.name not in told | present]
    names: dict[str, list[str]] = {}
    for name, detail in dict.fromkeys(said):
        if name in wanted or not wanted:
            names.setdefault(_as_people_write(detail), []).append(answer.wording.name(name))
    return tuple(_about(about, detail, "") for detail, about in names.items())


def _as_people_write(detail: str) -> str:
    """The detail of a gap as a person would write it: units in print, no placeholder for a value that is none."""
    said = NAMELESS.sub("", ANNOTATION.sub("", UNREADABLE.sub("an entry", detail)))
    said = IN_PRINT.sub(lambda found: PRINTED[found[0]], said).replace(" not used:", ":")
    return HYPHEN_MINUS.sub("−", said)
