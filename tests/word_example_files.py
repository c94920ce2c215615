"""Read the files of `tests/word_examples/`."""

import tomllib
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).with_name("word_examples")


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
