"""How long every review page takes at a million entries, warm: the median and the slowest of some looks; and verifying.

`make bench`; `--entries` for another number. The log is made once, in `.cache/bench`, which takes minutes. A figure for
comparison, no test.
"""

from __future__ import annotations

import argparse
import functools
import re
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from cds_service.audit.accounts import Accounts
from cds_service.audit.figures import Figures
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.bench.big_log import fill

TARGET_MILLISECONDS = 300
TARGET_SECONDS = 120
say = functools.partial(print, flush=True)
PASSWORD = "correct horse battery"
FILTERS = (
    "",
    "kind=answer",
    "kind=refusal",
    "kind=feedback",
    "kind=work",
    "kind=log",
    "patient=pat-4711",
    "patient=nobody",
    "user=Practitioner/7",
    "user=Practitioner/nobody",
    "since=2023-05-01&until=2023-05-31",
    "since=2021-01-01&until=2021-01-02",
    "partial=yes",
    "partial=yes&since=2022-01-01&until=2022-12-31",
    "warning=yes",
    "band=high",
    "outcome=refracture&band=high&warning=yes",
    "feedback=accepted",
    "feedback=overridden",
    "feedback=any",
    "feedback=none",
    "feedback=none&patient=pat-4711",
    "kind=feedback&reason=disagreeWithEvidence",
    "kind=feedback&reason=nothingLikeIt",
    "kind=feedback&result=overridden",
    "result=refused",
    "status=412",
    "status=503",
    "rule=rehabilitation",
    "rule=denosumab-overdue",
    "rule=nothing-like-it",
    "topic=braceLimit&kind=feedback",
    "encounter=nothing",
    "client=nothing",
    "tenant=nothing",
)


def main() -> int:
    """Measure, print, and end with 1 where a page is over the target."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=1_000_000)
    options.add_argument("--looks", type=int, default=5)
    options.add_argument("--log", type=Path, help="a log that exists")
    chosen = options.parse_args()
    path = chosen.log or Path(".cache/bench", f"audit-{chosen.entries}.sqlite3")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        say(f"making a log of {chosen.entries} entries, once")
        fill(path, chosen.entries)
    store = AuditStore(f"sqlite:///{path}")
    try:
        slow = _report(_measure(store, chosen.looks))
    finally:
        store.close()
    return slow + _verify(f"sqlite:///{path}")


def _verify(url: str) -> int:
    """Walk the whole log; 1 where it takes too long."""
    began = time.monotonic()
    report = verify_log(url)
    seconds = time.monotonic() - began
    assert report.is_whole
    say(f"{report.entries} entries verified in {seconds:.0f} s")
    return int(seconds > TARGET_SECONDS)


def _measure(store: AuditStore, looks: int) -> dict[str, list[float]]:
    client = _logged_in(store)
    began = time.monotonic()
    progress = Figures(lambda: store.database).count_on(seconds=3600)
    say(f"counted up to entry {progress.counted_to} in {time.monotonic() - began:.0f} s")
    found = {}
    for address in _addresses(store):
        client.get(address)
        found[address] = []
        for _ in range(looks):
            began = time.perf_counter()
            response = client.get(address)
            found[address].append((time.perf_counter() - began) * 1000)
            assert response.status_code == 200, (address, response.status_code)
    return found


def _logged_in(store: AuditStore):
    service = load_service(None)
    settings = Settings(database_url=str(store.database.url))
    client = create_app(service, settings, audit=store, base_url="http://127.0.0.1").test_client()
    accounts = Accounts(lambda: store.database, lambda: datetime.now(UTC))
    accounts.add("bench", "privacy-officer", PASSWORD, replace=True)
    token = re.search(r'name="token" value="([^"]+)"', client.get("/audit/login").text).group(1)
    form = {"token": token, "name": "bench", "password": PASSWORD, "wanted": "/audit"}
    assert client.post("/audit/login", data=form).status_code == 303
    return client


def _addresses(store: AuditStore) -> list[str]:
    finds = [f"/audit?{one}" if one else "/audit" for one in FILTERS]
    newest, old = (
        store.reader.find(Query(kinds=("answer",), until=until), limit=2).entries
        for until in (None, datetime(2022, 1, 1, tzinfo=UTC))
    )
    shown = old[0]
    return [
        *finds,
        f"/audit?kind=answer&after={shown.cursor}",
        f"/audit?hook={shown.hook_instance}",
        f"/audit?card={shown.cards[0].card}",
        f"/audit?about={shown.id}&kind=feedback",
        f"/audit/patients/{shown.patient}",
        f"/audit/entries/{shown.id}",
        f"/audit/entries/{newest[0].id}",
        f"/audit/compare?a={shown.id}&b={newest[0].id}",
        "/audit/figures",
        "/audit/figures?since=2021-01&until=2026-12",
        "/audit/integrity",
    ]


def _report(found: dict[str, list[float]]) -> int:
    slow = 0
    for address, times in sorted(found.items(), key=lambda item: -max(item[1])):
        is_slow = max(times) > TARGET_MILLISECONDS
        slow += is_slow
        say(f"{statistics.median(times):8.1f} ms  {max(times):8.1f} ms  {'over  ' if is_slow else ''}{address}")
    say(f"{len(found)} pages; {slow} over {TARGET_MILLISECONDS} ms")
    return int(slow > 0)


if __name__ == "__main__":
    raise SystemExit(main())
