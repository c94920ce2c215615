"""Tables of cases that are data: `test_x.toml` next to `test_x.py` holds them by the name of their test."""

import tomllib
from pathlib import Path
from typing import Any


def cases(test_file: str, name: str) -> Any:
    """Return the rows of this table, a list or by name, with None for `"(none)"`: TOML has no null."""
    path = Path(test_file).with_suffix(".toml")
    return _with_none(tomllib.loads(path.read_text(encoding="utf-8"))[name])


def _with_none(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_none(part) for part in value]
    if isinstance(value, dict):
        return {key: _with_none(part) for key, part in value.items()}
    return None if value == "(none)" else value
