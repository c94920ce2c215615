"""G-REL-2 in short: callers of all kinds while FHIR server, database and workers fail; `make endurance` goes on longer.

No time is asserted here; how late answers were, and how memory grew, is reported by the target.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.endurance.mixed_run import run

SECONDS = float(os.environ.get("ENDURANCE_SECONDS", "15"))
SEED = int(os.environ.get("ENDURANCE_SEED", "20261120"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_fails_every_card_shown_is_in_the_log_and_is_of_its_own_patient(kind, tmp_path, request):
    postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None
    ran = run(tmp_path, seconds=SECONDS, seed=SEED, postgres=postgres)
    assert ran.broken == []
    kinds = Counter(one.kind for one in ran.sent if one.status == 200)
    assert min(kinds[kind] for kind in ("other", "full", "live", "discovery", "review")) > 0, kinds
    assert sum(ran.done.values()) > 0
