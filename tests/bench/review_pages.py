"""How long the review pages take over a big audit log, warm."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.loading import load_service
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.bench.big_log import fill

PASSWORD = "correct horse battery"
FILTERS = (
    *("kind=refusal", "patient=pat-4711", "patient=nobody", "user=Practitioner/7"),
    *("since=2021-01-01&until=2021-01-02", "partial=yes&since=2022-01-01&until=2022-12-31"),
    *("outcome=refracture&band=high&warning=yes", "feedback=none&patient=pat-4711"),
    *("kind=feedback&reason=nothingLikeIt", "status=503", "rule=nothing-like-it", "topic=braceLimit&kind=feedback"),
    "encounter=nothing",
)


def slowest_page(folder: Path, entries: int) -> tuple[str, float]:
    """Address and seconds of the slowest page over a log of so many entries; each page is asked three times, warm."""
    log = folder / "big.sqlite3"
    fill(log, entries)
    store = AuditStore(f"sqlite:///{log}")
    try:
        client = _logged_in(store)
        return max(((page, _seconds(client, page)) for page in _pages(store)), key=lambda found: found[1])
    finally:
        store.close()


def _seconds(client, page: str) -> float:
    times = []
    for _ in range(4):
        began = time.perf_counter()
        assert client.get(page).status_code == 200, page
        times.append(time.perf_counter() - began)
    return max(times[1:])


def _logged_in(store: AuditStore):
    settings = Settings(database_url=str(store.database.url))
    client = create_app(load_service(None), settings, audit=store, base_url="http://127.0.0.1").test_client()
    accounts = Accounts(Access(lambda: store.database, lambda: datetime.now(UTC)))
    accounts.add("bench", "privacy-officer", PASSWORD, replace=True)
    token = re.search(r'name="token" value="([^"]+)"', client.get("/audit/login").text).group(1)
    form = {"token": token, "name": "bench", "password": PASSWORD, "wanted": "/audit"}
    assert client.post("/audit/login", data=form).status_code == 303
    return client


def _pages(store: AuditStore) -> list[str]:
    shown = store.reader.find(Query(kinds=("answer",), until=datetime(2022, 1, 1, tzinfo=UTC)), limit=2).entries[0]
    return [
        "/audit",
        *(f"/audit?{one}" for one in FILTERS),
        f"/audit?kind=answer&after={shown.cursor}",
        f"/audit/patients/{shown.patient}",
        f"/audit/entries/{shown.id}",
        "/audit/figures?since=2021-01&until=2026-12",
        "/audit/integrity",
    ]
