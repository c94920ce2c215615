"""What must hold of a whole run, whatever failed in it: each answer against the audit log, and what was left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.running import PREFIX, ROOT
from tests.canaries import CANARY
from tests.endurance.callers import Sent, digest_of
from tests.endurance.people import people

MOST_SHOWN = 5
SIGNINGS = ("other", "full", "live")


@dataclass(frozen=True)
class Left:
    """What a run left behind, once the service has ended.

    Attributes:
        database: its address, without anything in between.
        texts: names and contents of what must hold no canary.
        kills: how many workers were killed, each with at most its threads' answers.
    """

    database: str
    folder: Path
    texts: Mapping[str, bytes]
    kills: int


def broken(sent: Iterable[Sent], left: Left) -> list[str]:
    """Every invariant that does not hold, in words; none is what is wanted."""
    calls = list(sent)
    entries = list(exported(left))
    return [
        *_summed(f"{one.kind} about person {one.person}: {what}" for one in calls for what in one.wrong),
        *_summed(_unlogged(calls, entries)),
        *_summed(_changed_texts(calls)),
        *_summed(_foreign_entries(entries)),
        *_lost_for_nothing(calls, left.kills),
        *_verified(left),
        *_canaries(left),
    ]


def exported(left: Left) -> Iterator[dict[str, Any]]:
    """All entries, as `audit export` gives them to anybody."""
    file = left.folder / "export.ndjson"
    done = _command(left, "audit", "export", "--out", str(file))
    if done.returncode:
        raise RuntimeError(done.stderr)
    with file.open(encoding="utf-8") as lines:
        yield from (one for line in lines if "payload" in (one := json.loads(line)))


def _unlogged(calls: list[Sent], entries: list[dict[str, Any]]) -> Iterator[str]:
    """Every answer with cards, and every statement taken, has exactly one entry, and it holds the same."""
    held: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    statements = Counter(_facts(entry)["card"] for entry in entries if entry["kind"] == "feedback")
    unseen = {_facts(entry)["about"] for entry in entries if entry["kind"] == "gap" and "about" in _facts(entry)}
    for entry in entries:
        if entry["kind"] == "answer" and entry["id"] not in unseen:
            cards = entry["payload"]["content"]["cards"]
            held[_facts(entry)["hook_instance"]].append(tuple(digest_of(card) for card in cards))
    for one in calls:
        if one.kind == "feedback" and one.status == 200 and statements[one.hook_instance] != 1:
            yield f"feedback taken, {statements[one.hook_instance]} entries"
        elif one.kind in SIGNINGS:
            yield from _unlike(one, held[one.hook_instance])


def _unlike(one: Sent, held: list[tuple[str, ...]]) -> Iterator[str]:
    """How a signing and its entries differ. Without an answer there may be an entry: the worker died in between."""
    if one.status == 200 and one.cards:
        if len(held) != 1:
            yield f"{one.kind} answer with {len(held)} entries"
        elif held[0] != one.cards:
            yield f"{one.kind} answer whose entry holds other cards"
    elif len(held) > (1 if one.status == 0 else 0):
        yield f"{one.kind} call with status {one.status} and {len(held)} entries of an answer"


def _facts(entry: dict[str, Any]) -> dict[str, str]:
    """What the entry is found by."""
    found: dict[str, str] = entry["payload"]["facts"]
    return found


def _changed_texts(calls: list[Sent]) -> Iterator[str]:
    """The same request over the same record reads the same, where nobody answered a card in between."""
    texts = defaultdict(set)
    for one in calls:
        if one.kind == "full" and one.status == 200 and not people()[one.person].sends_feedback:
            texts[one.person].add(one.texts)
    for person, found in texts.items():
        if len(found) > 1:
            yield f"{len(found)} different texts for the same record of person {person}"


def _foreign_entries(entries: list[dict[str, Any]]) -> Iterator[str]:
    """No entry holds an id of a second person."""
    owners = {person.id: person for person in people()}
    for entry in entries:
        person = owners.get(_facts(entry).get("patient", ""))
        if person is not None and entry["kind"] in {"answer", "refusal", "feedback"}:
            others = [what for what in person.foreign_in(json.dumps(entry["payload"])) if what.startswith("id of")]
            yield from (f"entry of person {person.number} holds an {what}" for what in others)


def _lost_for_nothing(calls: list[Sent], kills: int) -> list[str]:
    """A connection is lost only with the worker that held it."""
    lost = Counter(one.kind for one in calls if one.status == 0)
    if lost and not kills:
        return [f"calls without an answer although no worker was killed: {dict(lost)}"]
    return []


def _verified(left: Left) -> list[str]:
    done = _command(left, "audit", "verify")
    return [] if done.returncode == 0 else [f"audit verify: {done.stdout[-500:]}{done.stderr[-500:]}"]


def _canaries(left: Left) -> list[str]:
    found = []
    for name, octets in {**left.texts, "database": b"".join(_database(left.database))}.items():
        words = sorted(set(CANARY.findall(octets.decode("utf-8", "replace"))))
        if words:
            found.append(f"{name} holds {words[:MOST_SHOWN]}")
    return found


def _database(url: str) -> Iterator[bytes]:
    """Everything in the database, as it lies there."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        yield from (path.read_bytes() for path in file.parent.glob(f"{file.name}*") if path.is_file())
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as rows:  # type: ignore[arg-type]
                yield from (bytes(row) for row in rows)


def _command(left: Left, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of ours over this log."""
    return subprocess.run(
        [sys.executable, "-m", "cds_service.cli", *words],
        cwd=ROOT,
        env=command_environment(left.database),
        capture_output=True,
        text=True,
        check=False,
    )


def command_environment(database: str) -> dict[str, str]:
    """Nothing of this process's settings but the database."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return plain | {f"{PREFIX}DATABASE_URL": database}


def _summed(found: Iterable[str]) -> list[str]:
    """The same fault once, with its number."""
    return [f"{what} ({number} times)" for what, number in sorted(Counter(found).items())]
