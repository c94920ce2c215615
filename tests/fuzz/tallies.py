"""What the last `make fuzz` sent and was answered, by strategy: `python -m tests.fuzz.tallies`."""

from __future__ import annotations

import json
import sys
from collections import Counter

from tests.fuzz.amount import TALLIES


def main() -> None:
    """Print a line for each strategy, and the sum."""
    total: Counter[str] = Counter()
    for text in TALLIES.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        statuses = line["statuses"]
        total.update(statuses)
        _say(f"{sum(statuses.values()):8}  slowest {line['slowest']:7.3f} s  {line['strategy']}  {statuses}")
    _say(f"{total.total():8}  in all  {dict(sorted(total.items()))}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
