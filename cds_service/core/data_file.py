"""The base of all tables of our TOML files: hyphenated keys, no unknown ones."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class DataTable(BaseModel):
    """A table of a TOML file; instances are immutable."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True
    )
