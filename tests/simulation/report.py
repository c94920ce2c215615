"""The report of the simulation as a page of the documentation, and its sentences for the model cards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cds_service.population.validation.verdict import SLOPE
from tests.simulation.elsewhere import failures

FEWEST_COVERED = 0.9  # of a 95 % interval
PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,
)


def summary(found: Mapping[str, Any]) -> list[str]:
    """What the simulation found for one study, in sentences; the model card shows them."""
    worlds = found["worlds"]
    name, off = max(
        worlds.items(), key=lambda pair: abs(pair[1]["full"]["intercept"][0])
    )
    covered = [
        one["coverage"][known][0]
        for one in worlds.values()
        for known in one["coverage"]
    ]
    thirds = [
        one["ifMeasured"][third]
        for one in worlds.values()
        for third in ("lowThird", "middleThird", "highThird")
    ]
    given = {"name": name, "off": off["full"], "covered": covered, "thirds": thirds}
    lines = PAGES.get_template("summary.txt.j2").render(found, **given).splitlines()
    return [*lines, *failures(found["elsewhere"])]


def pooled_failures(rerun: Mapping[str, Any]) -> list[str]:
    """The worlds in which the pooled model fails, in sentences for its card.

    By the limits of `validate` for the slope, and where a new hospital's interval
    covers fewer than 9 in 10 patients.
    """
    lines = []
    for one in (*rerun["rows"], *rerun["beyond"]):
        wrong = []
        low, high = SLOPE
        if not low <= one["slope"]["pooled"] <= high:
            wrong.append(f"slope {one['slope']['pooled']:.2f}")
        if one["newHospitalCovers"] < FEWEST_COVERED:
            wrong.append(f"the interval covers {one['newHospitalCovers']:.2f}")
        if wrong:
            where = f"{one['world']}, incidence {one['incidence']}"
            lines.append(f"Fails in simulated hospitals: {where}: {', '.join(wrong)}.")
    return lines


def report(found: Mapping[str, Any], pooled: Mapping[str, Any]) -> str:
    """The whole page: the studies, then the pooled model."""
    return PAGES.get_template("report.md.j2").render(found) + PAGES.get_template(
        "pooled.md.j2"
    ).render(pooled)
