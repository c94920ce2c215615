"""Guideline and trial lines beside the studies: `hooks/<service>/guidelines.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cds_service.fhir.mapping.overlay import read_toml, validated


class Guideline(BaseModel):
    """One line, without effect sizes.

    Attributes:
        direction: seen from the recommendation that names it.
        read_on: when the source was read.
        owner: the role that answers for it.
        approved: when the owner last did.
        review_by: when somebody has to look at it again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"))

    id: str
    statement: str
    citation: str
    doi: tuple[str, ...]
    region: str
    direction: Literal["supports", "against", "silent"]
    read_on: date
    owner: str
    approved: date
    review_by: date


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    guidelines: tuple[Guideline, ...]


def load_guidelines(path: Path) -> Mapping[str, Guideline]:
    """The lines by id.

    Raises:
        DataFileError: names the key of the first fault.
    """
    return {one.id: one for one in validated(_File, read_toml(path), path).guidelines}
