"""Builds the tables of reduced models: the only code that loads scikit-learn, never part of the running service."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from cds_service.core.study import load_studies
from cds_service.core.table import compare_tables
from cds_service.loading import REDUCED, STUDIES, load_vocabulary
from cds_service.studies.reduced_models import build_tables

Say = Callable[[str], None]


def build_reduced_tables(say: Say, folder: Path = REDUCED) -> None:
    """Build all tables from the study files in force and write them."""
    build_tables(load_studies(STUDIES, load_vocabulary()), folder, say)


def differing_tables(say: Say) -> tuple[str, ...]:
    """Studies whose shipped table is not what a fresh build gives (beyond rounding of another machine)."""
    with tempfile.TemporaryDirectory() as fresh:
        build_reduced_tables(say, Path(fresh))
        return compare_tables(REDUCED, Path(fresh))
