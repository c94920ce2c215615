"""`studies build`: every table that follows from the study files, and whether those shipped still do."""

import tempfile
from pathlib import Path

from cds_service.core import table
from cds_service.loading import REDUCED
from cds_service.studies.pooled_model import build_pooled_table
from cds_service.studies.reduced_models import Say, build_tables


def build_all(say: Say, folder: Path = REDUCED) -> None:
    """Build and write the tables of the studies and of the pooled model; `say` is told the progress."""
    build_tables(say, folder)
    build_pooled_table(say, folder)


def differing_tables(say: Say) -> tuple[str, ...]:
    """Studies whose shipped table is not what a fresh build gives (beyond rounding of another machine)."""
    with tempfile.TemporaryDirectory() as fresh:
        build_all(say, Path(fresh))
        return table.compare_tables(REDUCED, Path(fresh))
