"""How long an answer takes when every query of the FHIR server takes 50 ms, as a ratio to the slowest query.

`make bench`. Without prefetch, over HTTP on this machine, one call after another; a figure for comparison, no test.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import tempfile
import time
from pathlib import Path

from cds_service.fhir.server.client import FhirClient
from tests.chart_builders import HOOK_INSTANCE
from tests.faults.records import PATIENT, chart, draft_orders
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries
from tests.live_service import LiveService


def main() -> int:
    """Measure, print, and end with 1 where the median is over the target."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=60)
    options.add_argument("--milliseconds", type=float, default=50, help="of each query")
    chosen = options.parse_args()
    server = ScriptedFhir(chart(), queries(), {"*": f"slow {chosen.milliseconds / 1000}"})
    with tempfile.TemporaryDirectory() as folder:
        service = LiveService(Path(folder))
        try:
            slowest = _slowest_query(server)
            answers = [_one_call(service, server) for _ in range(chosen.calls + 3)][3:]
        finally:
            service.close()
            server.close()
    return _report(slowest, answers)


def _slowest_query(server: ScriptedFhir) -> float:
    """Milliseconds of the slowest query alone, the median of five."""
    client = FhirClient(server.base)
    return max(statistics.median(_timed(lambda q=query: _fetch(client, q)) for _ in range(5)) for query in _each())


def _each() -> tuple[str, ...]:
    return tuple(queries().values())


def _fetch(client: FhirClient, query: str) -> None:
    client.fetch(query, until=time.monotonic() + 30)


def _one_call(service: LiveService, server: ScriptedFhir) -> float:
    body = {
        "hook": "order-sign",
        "hookInstance": HOOK_INSTANCE,
        "context": {"userId": "Practitioner/7", "patientId": PATIENT, "draftOrders": draft_orders("")},
        "fhirServer": server.base,
    }
    return _timed(lambda: service.cards(body))


def _timed(act) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _report(slowest: float, answers: list[float]) -> int:
    say = functools.partial(print, flush=True)
    median, target = statistics.median(answers), 2 * slowest + 30
    ninth = statistics.quantiles(answers, n=10)[-1]
    say(f"upstream: {len(_each())} queries, the slowest {slowest:.1f} ms")
    say(f"answers: {len(answers)}, median {median:.1f} ms, nine in ten under {ninth:.1f} ms")
    say(f"median / slowest query = {median / slowest:.2f} (target: median under {target:.0f} ms)")
    return 0 if median < target else 1


if __name__ == "__main__":
    raise SystemExit(main())
