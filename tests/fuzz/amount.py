"""How much is fuzzed: a few examples, the same at every run, or the share of a strategy in `FUZZ_EXAMPLES`."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

TALLIES = Path(__file__).resolve().parents[2] / ".cache" / "fuzz" / "tallies.ndjson"
TOTAL = int(os.environ.get("FUZZ_EXAMPLES", "1000"))


def examples(share: float) -> settings:
    """Settings for a strategy that gets this share of all examples."""
    return settings(
        max_examples=max(1, round(TOTAL * share)),
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
