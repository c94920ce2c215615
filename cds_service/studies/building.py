"""Build the tables that follow from study files, and compare them: `studies build`."""

import tempfile
from pathlib import Path

from cds_service.core.models import reduced_tables
from cds_service.loading import REDUCED
from cds_service.studies.pooled_model import build_pooled_table
from cds_service.studies.reduced_models import Say, build_tables


def build_all(say: Say, folder: Path = REDUCED) -> None:
    """Build and write the tables of all studies and of the pooled model.

    Args:
        say: is given the progress.
    """
    build_tables(say, folder)
    build_pooled_table(say, folder)


def differing_tables(say: Say) -> tuple[str, ...]:
    """List the studies whose shipped table differs from a fresh build."""
    with tempfile.TemporaryDirectory() as fresh:
        build_all(say, Path(fresh))
        return reduced_tables.compare_tables(REDUCED, Path(fresh))
