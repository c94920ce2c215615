"""`kyphoplasty-cds mappings gaps`: codes that are not mapped and findings that are not known, by the log."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from cds_service.audit.chain import is_probe
from cds_service.audit.database import Database
from cds_service.audit.reader import AuditReader, Stored, stored_entries
from cds_service.audit.store import utc_now
from cds_service.audit.tables import ENTRIES
from cds_service.commands.audit import log_database, record_read
from cds_service.commands.options import AS_JSON, MOMENT, print_json, say_errors
from cds_service.commands.terminal import clean
from cds_service.fhir.learning import times

SAID: Mapping[str, str] = {
    "order-not-taken": "its words name a kyphoplasty or vertebroplasty, and it was not taken for one",
    "order-by-words": "answered by its words alone: map the code",
    "t-score": "looks like a T-score: map the code",
}


@dataclass(slots=True)
class Gaps:
    """Counts over the log; probes are left out.

    Attributes:
        near: by kind, system and code: how often, and the last day.
        answers: number of answers to augmentation orders.
        missing: by finding and reason: in how many of these answers.
    """

    near: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    last: dict[tuple[str, str, str], str] = field(default_factory=dict)
    answers: int = 0
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "nearMisses": [
                {"kind": kind, "system": system, "code": code, "seen": seen, "last": self.last[kind, system, code]}
                for (kind, system, code), seen in self.near.most_common()
            ],
            "answers": self.answers,
            "gaps": [
                {"finding": name, "reason": reason, "answers": count}
                for (name, reason), count in self.missing.most_common()
            ],
        }


@click.command("gaps")
@click.option("--from", "since", type=MOMENT, metavar="DAY", help="UTC; default: the last 30 days")
@AS_JSON
@say_errors
def list_gaps(*, since: datetime | None, as_json: bool) -> None:
    """List codes of near misses and findings that are not known, from the audit log. Codes only, no patient."""
    begins = (since or utc_now() - timedelta(days=30)).date().isoformat()
    with log_database() as database:
        record_read(database, "gaps", {"since": begins}, None)
        gaps = count_gaps(database, begins)
    if as_json:
        print_json(gaps.to_json())
    else:
        print_gaps(gaps)


def count_gaps(database: Database, since: str) -> Gaps:
    """Tally near misses and gaps of the entries from this day on (`2026-11-20`)."""
    wanted = ENTRIES.c.kind.in_(("answer", "near-miss")) & (ENTRIES.c.at >= since)
    with AuditReader(database).reading() as connection:
        return tally(stored_entries(connection, wanted))


def tally(entries: Iterable[Stored]) -> Gaps:
    """The counts over these entries."""
    found = Gaps()
    for entry in entries:
        content = entry.content or {}
        if entry.found is not None and is_probe(entry.found.user, entry.found.patient):
            continue
        for one in content.get("nearMisses", ()):
            key = one["kind"], one["system"], one["code"]
            found.near[key] += 1
            found.last[key] = entry.at[:10]
        if content.get("order"):
            found.answers += 1
            found.missing.update((gap["name"], gap["reason"]) for gap in content.get("gaps", ()))
    return found


def print_gaps(gaps: Gaps) -> None:
    """The counts as lines."""
    console = Console(highlight=False, soft_wrap=True)
    for kind, said in SAID.items():
        for (of, system, code), seen in gaps.near.most_common():
            if of == kind:
                name = f"{system}|{code}" if system else code
                last = gaps.last[of, system, code]
                console.print(Text(clean(f"{name}  {times(seen)}, last on {last}: {said}")))
    if not gaps.near:
        console.print("no near misses")
    if not gaps.answers:
        console.print("no answers to augmentation orders yet")
        return
    answers = "1 answer" if gaps.answers == 1 else f"{gaps.answers} answers"
    console.print(f"{answers} to augmentation orders; not known in them:")
    for (name, reason), count in gaps.missing.most_common():
        console.print(Text(f"  {name}: {reason} in {count}"))
