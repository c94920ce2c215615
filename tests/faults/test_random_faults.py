"""Any mix of faults over the queries: in time, of this patient alone, no token elsewhere, never a 500.

`FAULT_MIXES=500` runs as many mixes (`make faults`); a handful otherwise.
"""

import json
import os
import re
import tomllib
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.records import EXTRAS, FOREIGN_VALUE, chart
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import (
    TOKEN,
    Answered,
    UnderFaults,
    healthy,
    queries,
    templates,
)

MIXES = int(os.environ.get("FAULT_MIXES", "12"))
DEADLINE_SECONDS = 1.2
ALLOWANCE_SECONDS = 5.0  # for a busy machine; the rule is a tenth of a second
KEYS = sorted(templates())
STRANGERS = sorted(
    name
    for name in EXTRAS
    if name not in {"a value of our number", "the same value again"}
)
LISTED = tomllib.loads(
    Path(__file__).with_name("random_faults.toml").read_text(encoding="utf-8")
)["faults"]
FAULTS = [*LISTED, *(f"adds {name}" for name in STRANGERS)]
TIMES = ["", "", " once"]
FAULT = st.tuples(st.sampled_from(FAULTS), st.sampled_from(TIMES)).map("".join)
PLACES = st.sampled_from([*KEYS, "Observation", "*"])
SCRIPTS = st.fixed_dictionaries({"*": FAULT}) | st.dictionaries(
    PLACES, FAULT, min_size=1, max_size=6
)


@settings(
    max_examples=MIXES,
    deadline=None,
    derandomize=MIXES < 100,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(script=SCRIPTS, keys=st.just(frozenset()) | st.sets(st.sampled_from(KEYS)))
def test_whatever_fails_the_answer_is_in_time_and_of_this_patient(script, keys):
    with ScriptedFhir(chart(), {}) as other:
        faults = {
            asked: fault.replace("OTHER", other.origin)
            for asked, fault in script.items()
        }
        with ScriptedFhir(chart(), queries(), faults) as server:
            check_invariants(
                UnderFaults(deadline=DEADLINE_SECONDS).sign(
                    fhir_server=server.base, keys=keys
                )
            )
            assert {headers.get("Authorization") for headers in server.headers} <= {
                f"Bearer {TOKEN}"
            }
            assert other.asked == []


def check_invariants(answer: Answered) -> None:
    """What holds of every answer, whatever failed."""
    is_too_late = (
        answer.status == 503
        and answer.issue == "timeout"
        and answer.seconds > DEADLINE_SECONDS
    )
    assert answer.status in {200, 412} or is_too_late, answer.body
    assert answer.seconds < DEADLINE_SECONDS + ALLOWANCE_SECONDS
    whole = json.dumps(answer.body)
    assert TOKEN not in whole
    assert f"{abs(FOREIGN_VALUE):g}" not in whole
    # The signature of a link is of random letters, which may be these.
    assert "x-5" not in re.sub(r"/basis/[\w.~%-]+", "", whole)
    assert len(answer.entries) == 1
    if answer.status != 200:
        assert answer.issue
        return
    assert answer.cards
    if answer.assessments != healthy().assessments:
        assert answer.is_partial, (
            "figures differ from those of the whole record, and nothing is said"
        )
