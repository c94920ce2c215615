"""Tables of cases that are data: `test_x.toml` beside `test_x.py` holds them by the name of their test."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def cases(test_file: str, name: str, words: Mapping[str, Any] | None = None) -> Any:
    """The rows of this table, a list or by name; TOML has no null, for which `"(none)"` stands.

    Args:
        words: what rows may name: a constant, or a function, whose table begins with
            its name and first argument:
            `{ condition = "26929004", system = "SCT" }`.
    """
    rows = tomllib.loads(
        Path(test_file).with_suffix(".toml").read_text(encoding="utf-8")
    )[name]
    return built(rows, {"(none)": None, **(words or {})})


def built(value: Any, words: Mapping[str, Any]) -> Any:
    """The value with what its texts and tables name; see `cases`."""
    if isinstance(value, str):
        named = words.get(value, value)
        return value if callable(named) else named
    if isinstance(value, list):
        return [built(one, words) for one in value]
    if not isinstance(value, dict):
        return value
    parts = {key: built(part, words) for key, part in value.items()}
    build = words.get(next(iter(parts), ""))
    return build(parts.pop(next(iter(parts))), **parts) if callable(build) else parts
