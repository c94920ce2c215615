"""The page of `validate --report`: one file, its plots inside, readable on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cds_service.population.outcomes_file import OutcomesFile
from cds_service.population.performance import Estimate
from cds_service.population.plots import calibration_plot, decision_plot
from cds_service.population.validating import ModelValidation

PAGE = "report.html"


def validation_page(found: Sequence[ModelValidation], file: OutcomesFile, made: datetime) -> str:
    """The report as HTML."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    pages.filters["estimate"] = _say
    return pages.get_template(PAGE).render(
        found=found, file=file, made=made, calibration_plot=calibration_plot, decision_plot=decision_plot
    )


def _say(found: Estimate | None) -> str:
    if found is None:
        return "–"
    numbers = (f"{one:.2f}".replace("-", "−") for one in (found.value, *found.interval))
    value, low, high = numbers
    return f"{value} ({low} to {high})"
