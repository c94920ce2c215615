"""How long every review page takes over a big audit log, warm, and how long verifying it takes.

The log is made once, in `.cache/bench`; a million entries take minutes and 4 GB.
"""

from __future__ import annotations

import functools
import re
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cds_service.audit.access import Access
from cds_service.audit.accounts import Accounts
from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.bench.big_log import fill

LIMIT_MILLISECONDS = 1000
LIMIT_SECONDS = 120
SMALL = 20_000
LOOKS = 5
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


@dataclass(frozen=True)
class BigLog:
    """A log in a file, and how many entries it was made with."""

    path: Path
    entries: int

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"


@dataclass(frozen=True)
class Page:
    """One page, in milliseconds."""

    address: str
    middle: float
    slowest: float


def big_log(folder: Path, entries: int = 0) -> BigLog:
    """The log of so many entries, made where it is not there; without a number the biggest that is there."""
    there = {int(path.stem.partition("-")[2]): path for path in folder.glob("audit-*.sqlite3")}
    wanted = entries or max(there, default=SMALL)
    path = folder / f"audit-{wanted}.sqlite3"
    if wanted not in there:
        folder.mkdir(parents=True, exist_ok=True)
        say(f"making a log of {wanted:,} entries, once")
        unfinished = folder / f"unfinished-{wanted}.sqlite3"
        for old in folder.glob(f"{unfinished.name}*"):
            old.unlink()
        fill(unfinished, wanted)
        unfinished.rename(path)
    return BigLog(path, wanted)


def verify(log: BigLog) -> float:
    """Seconds for a walk over all of it.

    Raises:
        RuntimeError: it is not whole.
    """
    began = time.monotonic()
    report = verify_log(log.url)
    if not report.is_whole:
        raise RuntimeError(f"{log.path}: {report.faults[:3]}")
    return time.monotonic() - began


def look_at_pages(log: BigLog) -> list[Page]:
    """Every page some times, after a first look; those over the limit are said."""
    store = AuditStore(log.url)
    try:
        client = _logged_in(store)
        found = []
        for address in _addresses(store):
            client.get(address)
            times = [_timed(client, address) for _ in range(LOOKS)]
            found.append(Page(address, statistics.median(times), max(times)))
            if max(times) > LIMIT_MILLISECONDS:
                say(f"{max(times):8.1f} ms  {address}")
        return found
    finally:
        store.close()


def first_page(log: BigLog) -> float:
    """Milliseconds of the first page of entries, the median of some looks, warm."""
    store = AuditStore(log.url)
    try:
        client = _logged_in(store)
        client.get("/audit")
        return statistics.median(_timed(client, "/audit") for _ in range(LOOKS))
    finally:
        store.close()


def _timed(client, address: str) -> float:
    began = time.perf_counter()
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return (time.perf_counter() - began) * 1000


def _logged_in(store: AuditStore):
    service = load_service(None)
    settings = Settings(database_url=str(store.database.url))
    client = create_app(service, settings, audit=store, base_url="http://127.0.0.1").test_client()
    accounts = Accounts(Access(lambda: store.database, lambda: datetime.now(UTC)))
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
