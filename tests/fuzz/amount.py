"""How much is fuzzed: a few examples, the same at every run, or the share of a strategy in `FUZZ_EXAMPLES`."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

KEPT = Path(__file__).resolve().parents[2] / ".cache" / "fuzz"  # what a run leaves behind
TALLIES = KEPT / "tallies.ndjson"
CORPUS = Path(__file__).with_name("corpus")
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
