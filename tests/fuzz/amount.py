"""How much is fuzzed: a few examples, the same at every run, or the share of a strategy in `FUZZ_EXAMPLES`."""

import os

from hypothesis import HealthCheck, settings

from cds_service.settings import Settings

IS_LONG_RUN = "FUZZ_EXAMPLES" in os.environ
TOTAL = int(os.environ.get("FUZZ_EXAMPLES", "1000"))
# Seconds that the service has for an answer, and after which no answer may come: in a
# long run those that an operator gets who sets nothing; else so many that a busy
# machine does not turn into a gap, and a hang is still seen.
DEADLINE_SECONDS = Settings().deadline_seconds if IS_LONG_RUN else 60.0


def examples(share: float) -> settings:
    """Settings for a strategy that gets this share of all examples."""
    return settings(
        max_examples=max(1, round(TOTAL * share)),
        deadline=None,
        database=None,
        derandomize=not IS_LONG_RUN,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
