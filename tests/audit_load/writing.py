"""A process that writes entries and says which were kept.

`python -m tests.audit_load.writing URL COUNT NAME SECONDS`
"""

import sys
from datetime import UTC, datetime

from cds_service.audit.chain import AuditEntry
from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable


def main() -> None:
    """COUNT 0 goes on until it is killed."""
    url, count, name, wait = (
        sys.argv[1],
        int(sys.argv[2]),
        sys.argv[3],
        float(sys.argv[4]),
    )
    store = AuditStore(url, wait_seconds=wait)
    number = 0
    while count == 0 or number < count:
        number += 1
        entry = AuditEntry(
            kind="answer",
            at=datetime.now(UTC),
            patient=f"{name}-{number}",
            content={"text": "x" * 3500},
        )
        try:
            store.append(entry)
        except AuditUnavailable:
            print(f"refused {entry.id}", flush=True)  # noqa: T201 - read by the test
        else:
            print(f"kept {entry.id}", flush=True)  # noqa: T201
    store.close()


if __name__ == "__main__":
    main()
