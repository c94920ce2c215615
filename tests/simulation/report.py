"""The report of the simulation as a page of the documentation, and its sentences for the model cards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
    full, held = _range(worlds, "full", "slope"), _range(worlds, "asRecorded", "slope")
    where = f"In {len(worlds)} simulated worlds where every printed number is true"
    said = [f"{where}, the calibration slope is {full} with all inputs known and {held} with those that records hold."]
    name, off = max(
        ((name, one["full"]) for name, one in worlds.items()), key=lambda pair: abs(pair[1]["intercept"][0])
    )
    side = "high" if off["intercept"][0] < 0 else "low"
    said.append(
        "The intercept is not printed and rests on our assumption that inputs are unrelated within the groups: in the"
        f' world "{name}" figures with all inputs known are {abs(off["intercept"][0]):.2f} log odds too {side}, the'
        " most of all worlds"
        f" (observed / expected {off['observedExpected'][0]:.2f})."
    )
    thirds = [one["ifMeasured"][third] for one in worlds.values() for third in ("lowThird", "middleThird", "highThird")]
    said.append(
        f"The if-measured range held the figure of all inputs in {min(thirds):.2f} to {max(thirds):.2f} of patients,"
        " by world and third of figures; it says 0.80."
    )
    covered = [one["coverage"][known][0] for one in worlds.values() for known in one["coverage"]]
    said.append(
        "The study uncertainty held what an endless study would say in"
        f" {min(covered):.2f} to {max(covered):.2f} of patients, by world and inputs; it says 0.95."
    )
    slopes = [one["refitSlope"][0] for one in worlds.values()]
    said.append(
        f"A model fitted to as few patients as the study's has a calibration slope of {min(slopes):.2f} to"
        f" {max(slopes):.2f} in new patients, before any selection of predictors: its figures are too extreme by that."
    )
    low = worlds["curved"]["lowFigures"]
    said.append(
        f"Where the true risk has a floor of {100 * worlds['curved']['floor']:g} %, which the printed tables allow,"
        f" figures under 5 % say {100 * low['said']:.1f} % on average and {100 * low['true']:.1f} % is true."
    )
    ill = found["measuredWhenIll"]
    said.append(
        "Where patients at higher risk are measured three times as often, observed / expected is"
        f" {ill['observedExpected'][0]:.2f} and the slope {ill['slope'][0]:.2f}."
    )
    return said


def _range(worlds: Mapping[str, Any], kind: str, measure: str) -> str:
    values = [one[kind][measure][0] for one in worlds.values()]
    return f"{min(values):.2f} to {max(values):.2f}"


def report(found: Mapping[str, Any]) -> str:
    """The whole page."""
    return PAGES.get_template("report.md.j2").render(found)
