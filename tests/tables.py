"""Tables of cases that are data: `test_x.toml` beside `test_x.py` holds them by the name of their test."""

import tomllib
from pathlib import Path
from typing import Any


def cases(test_file: str, name: str) -> list[Any]:
    """The rows of this table."""
    return tomllib.loads(Path(test_file).with_suffix(".toml").read_text(encoding="utf-8"))[name]
