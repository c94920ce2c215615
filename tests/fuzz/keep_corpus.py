"""Keeps the shortest texts of the coverage-guided fuzzer that reach new lines: `python -m tests.fuzz.keep_corpus`.

The texts go to `tests/fuzz/corpus`, under the first digits of their digest.
"""

from __future__ import annotations

import hashlib
import sys
from types import FrameType
from typing import Any

from tests.fuzz.amount import CORPUS, KEPT
from tests.fuzz.parser_oracle import look

LONGEST = 1500  # octets
Step = tuple[str, int, int]  # file, line before, line


class Steps:
    """The steps from line to line within our package while it is in force."""

    def __init__(self) -> None:
        self.found: set[Step] = set()
        self._last: dict[int, int] = {}

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if "cds_service" not in frame.f_code.co_filename:
            return None
        if event == "line":
            before = self._last.get(id(frame), 0)
            self.found.add((frame.f_code.co_filename, before, frame.f_lineno))
            self._last[id(frame)] = frame.f_lineno
        elif event == "call":
            self._last.pop(id(frame), None)
        return self


def main() -> None:
    """Copy what reaches a step that no shorter text reaches."""
    known: set[Step] = set()
    for text in sorted(_texts(), key=lambda one: (len(one), one)):
        steps = Steps()
        sys.settrace(steps)
        try:
            look(text)
        finally:
            sys.settrace(None)
        file = CORPUS / hashlib.sha256(text).hexdigest()[:16]
        if steps.found - known:
            file.write_bytes(text)
        else:
            file.unlink(missing_ok=True)
        known |= steps.found


def _texts() -> set[bytes]:
    files = [*CORPUS.iterdir(), *(KEPT / "corpus").glob("*")]
    return {text for file in files if len(text := file.read_bytes()) <= LONGEST}


if __name__ == "__main__":
    main()
