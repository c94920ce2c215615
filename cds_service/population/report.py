"""The page of `validate --report`: one file, its plots inside, readable on paper."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cds_service.population.outcomes_file import OutcomesFile, say_faults
from cds_service.population.plots import calibration_plot, decision_plot
from cds_service.population.validating import ModelValidation

PAGE = "report.html"


def validation_page(found: Sequence[ModelValidation], file: OutcomesFile, made: datetime) -> str:
    """The report as HTML."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return pages.get_template(PAGE).render(
        found=found,
        file=file,
        faults=say_faults(file.faults),
        made=made,
        calibration_plot=calibration_plot,
        decision_plot=decision_plot,
    )
