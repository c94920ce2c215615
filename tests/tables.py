"""Tables of cases that are data: `test_x.toml` beside `test_x.py` holds them by the name of their test."""

import tomllib
from pathlib import Path
from typing import Any


def cases(test_file: str, name: str) -> list[Any]:
    """The rows of this table; TOML has no null, for which `"(none)"` stands."""
    return _with_nulls(tomllib.loads(Path(test_file).with_suffix(".toml").read_text(encoding="utf-8"))[name])


def _with_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_nulls(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_nulls(inner) for inner in value]
    return None if value == "(none)" else value
