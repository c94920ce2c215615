"""How long the review pages take over a big audit log, warm."""

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cds_service.audit.query import Query
from cds_service.audit.store import AuditStore
from tests.bench.big_log import fill
from tests.review_desk import ReviewDesk, Reviewer

FILTERS = (
    *("kind=refusal", "patient=pat-4711", "patient=nobody", "user=Practitioner/7"),
    *(
        "since=2021-01-01&until=2021-01-02",
        "partial=yes&since=2022-01-01&until=2022-12-31",
    ),
    *("outcome=refracture&band=high&warning=yes", "feedback=none&patient=pat-4711"),
    *(
        "kind=feedback&reason=nothingLikeIt",
        "status=503",
        "rule=nothing-like-it",
        "topic=braceLimit&kind=feedback",
    ),
    "encounter=nothing",
)


def slowest_page(folder: Path, entries: int) -> tuple[str, float]:
    """Address and seconds of the slowest page over a log of so many entries; each page is asked three times, warm."""
    log = folder / "big.sqlite3"
    fill(log, entries)
    with closing(ReviewDesk(folder, url=f"sqlite:///{log}")) as desk:
        officer = desk.reviewer("bench", "privacy-officer")
        return max(
            ((page, _seconds(officer, page)) for page in _pages(desk.store)),
            key=lambda found: found[1],
        )


def _seconds(reader: Reviewer, page: str) -> float:
    times = []
    for _ in range(4):
        began = time.perf_counter()
        reader.get(page)
        times.append(time.perf_counter() - began)
    return max(times[1:])


def _pages(store: AuditStore) -> list[str]:
    shown = store.reader.find(
        Query(kinds=("answer",), until=datetime(2022, 1, 1, tzinfo=UTC)), limit=2
    ).entries[0]
    return [
        "/audit",
        *(f"/audit?{one}" for one in FILTERS),
        f"/audit?kind=answer&after={shown.cursor}",
        f"/audit/patients/{shown.patient}",
        f"/audit/entries/{shown.id}",
        "/audit/figures?since=2021-01&until=2026-12",
        "/audit/integrity",
    ]
