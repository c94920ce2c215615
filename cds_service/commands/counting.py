"""What the log counts for a hospital, without a patient, a user or an entry being named.

`mappings gaps` lists codes that are not mapped and findings that are not known. `audit report --silent` says what
silent answers would have shown, per 100 procedures, for a committee before go-live; counts below `SMALLEST` are hidden.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from cds_service.audit.chain import SILENT, is_probe
from cds_service.audit.reader import AuditReader, Stored, stored_entries
from cds_service.audit.store import utc_now
from cds_service.audit.tables import ENTRIES
from cds_service.commands import options
from cds_service.commands.audit import check_period, log_database, record_read
from cds_service.commands.terminal import clean, table
from cds_service.fhir.learning import times

SAID: Mapping[str, str] = {
    "order-not-taken": "its words name a kyphoplasty or vertebroplasty, and it was not taken for one",
    "order-by-words": "answered by its words alone: map the code",
    "t-score": "looks like a T-score: map the code",
}
SMALLEST = 5  # counts below it, other than none, could point to a patient
Key = tuple[str, ...]


def _entries(what: str, asked: Any, kinds: Iterable[str], since: str, until: str = "9999") -> Iterator[Stored]:
    """Entries from one day until before another (`2026-11-20`), but those of probes; the look itself is an entry."""
    with log_database() as database:
        record_read(database, what, asked, None)
        wanted = ENTRIES.c.kind.in_(kinds) & (ENTRIES.c.at >= since) & (ENTRIES.c.at < until)
        with AuditReader(database).reading() as connection:
            for entry in stored_entries(connection, wanted):
                if not is_probe(entry.user, entry.patient):
                    yield entry


# --- mappings gaps


@dataclass(slots=True)
class Gaps:
    """Counts over the log.

    Attributes:
        near: by kind, system and code: how often, and the last day.
        answers: number of answers to augmentation orders.
        missing: by finding and reason: in how many of these answers.
    """

    near: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    last: dict[tuple[str, str, str], str] = field(default_factory=dict)
    answers: int = 0
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, entry: Stored) -> None:
        """Count this entry."""
        content = entry.content
        for one in content.get("nearMisses", ()):
            key = one["kind"], one["system"], one["code"]
            self.near[key] += 1
            self.last[key] = entry.at[:10]
        if content.get("order"):
            self.answers += 1
            self.missing.update((gap["name"], gap["reason"]) for gap in content.get("gaps", ()))

    def to_json(self) -> dict[str, Any]:
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
@click.option("--from", "since", type=options.MOMENT, metavar="DAY", help="UTC; default: the last 30 days")
@options.AS_JSON
@options.say_errors
def list_gaps(*, since: datetime | None, as_json: bool) -> None:
    """List codes of near misses and findings that are not known, from the audit log. Codes only, no patient."""
    begins = (since or utc_now() - timedelta(days=30)).date().isoformat()
    gaps = Gaps()
    for entry in _entries("gaps", {"since": begins}, ("answer", "near-miss"), begins):
        gaps.add(entry)
    if as_json:
        options.print_json(gaps.to_json())
    else:
        print_gaps(gaps)


def print_gaps(gaps: Gaps) -> None:
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


# --- audit report


@dataclass(slots=True)
class Tally:
    """What silent answers to augmentation orders hold.

    Attributes:
        counts: by section of the report and what is counted in it.
        known: shares of inputs known of the best-known study, 0..1, by outcome.
        milliseconds: from the arrival of a request to its entry.
    """

    procedures: int = 0
    counts: Counter[Key] = field(default_factory=Counter)
    known: dict[str, list[float]] = field(default_factory=dict)
    milliseconds: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        sections: dict[str, list[dict[str, Any]]] = {}
        for (section, *what), count in sorted(self.counts.items(), key=lambda one: (one[0][0], -one[1], one[0])):
            sections.setdefault(section, []).append({"what": " ".join(what), **_cell(count, self.procedures)})
        return {
            "procedures": _cell(self.procedures, 0)["count"],
            **sections,
            "inputsKnown": {outcome: _middle(shares) for outcome, shares in sorted(self.known.items())},
            "milliseconds": _middle(self.milliseconds),
        }


@click.command("report")
@click.option("--silent", is_flag=True, required=True, help="what silent answers would have shown")
@options.SINCE
@options.UNTIL
@options.AS_JSON
@options.say_errors
def report(*, silent: bool, since: datetime | None, until: datetime | None, as_json: bool) -> None:  # noqa: ARG001
    """Count what silent answers would have shown, per 100 procedures, for a committee before go-live.

    Counts below five are hidden.
    """
    check_period(since, until)
    first, last = (f"{day:%Y-%m-%d}" if day else limit for day, limit in ((since, "0000"), (until, "9999")))
    period = " ".join([*([f"from {first}"] if since else []), *([f"before {last}"] if until else ["until today"])])
    asked = {"silent": True, "from": first, "to": last}
    found = tally(_entries("report", asked, ("answer", "refusal", "near-miss"), first, last))
    if as_json:
        options.print_json(found.to_json())
    else:
        print_report(found, period)


def tally(entries: Iterable[Stored]) -> Tally:
    """The counts over these entries: silent answers, and the refusals and near misses beside them."""
    found = Tally()
    for entry in entries:
        if not entry.is_whole:
            continue
        if entry.kind == "answer" and entry.result == SILENT:
            _add_answer(found, entry, entry.content)
        elif entry.kind == "refusal":
            found.counts["refusals", entry.reason or "other"] += 1
        elif entry.kind == "near-miss":
            found.counts["unmapped orders", "not taken for an augmentation"] += 1
    return found


def _add_answer(found: Tally, entry: Stored, content: Mapping[str, Any]) -> None:
    counts, cards = found.counts, entry.cards
    if not content.get("order"):
        counts["brace orders after an augmentation", "answered"] += 1
        return
    found.procedures += 1
    found.milliseconds.append(content["silent"]["milliseconds"])
    counts["cards", "any"] += bool(cards)
    counts["cards", "a warning"] += any(card.indicator == "warning" for card in cards)
    counts.update(("cards", card.topic, card.indicator) for card in cards)
    counts.update({("firings", rule) for card in cards for rule in card.rules})
    counts.update(("gaps", gap["reason"], gap["name"]) for gap in content["gaps"])
    if content["order"]["recognisedBy"] == "text":
        counts["unmapped orders", "known by their words alone"] += 1
    for assessment in content["assessments"]:
        models = assessment.get("models", ())
        headline: Mapping[str, Any] = next((one for one in models if one["model"] == assessment.get("headline")), {})
        counts["bands", assessment["outcome"], headline.get("band", "no figure")] += 1
        if models:
            best = max(one["inputsKnown"] for one in models)
            found.known.setdefault(assessment["outcome"], []).append(best)


def _cell(count: int, procedures: int) -> dict[str, Any]:
    """A count, and how many that is in 100 procedures; both are None where the count is small."""
    if 0 < count < SMALLEST:
        return {"count": None, "per100": None}
    is_share = procedures >= SMALLEST
    return {"count": count, "per100": round(100 * count / procedures, 1) if is_share else None}


def _middle(values: list[Any]) -> dict[str, Any] | None:
    """Median, and the value that 95 of 100 do not exceed; None of few values."""
    if len(values) < SMALLEST:
        return None
    return {"median": round(median(values), 2), "p95": round(quantiles(values, n=20, method="inclusive")[-1], 2)}


def print_report(found: Tally, period: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    report = found.to_json()
    hidden = f"fewer than {SMALLEST}"
    said = hidden if report["procedures"] is None else report["procedures"]
    console.print(f"Silent answers {period}: {said} procedures. Nobody was shown them.")
    for section, rows in report.items():
        if isinstance(rows, list):
            cells = [
                (row["what"], hidden if row["count"] is None else str(row["count"]), row["per100"]) for row in rows
            ]
            shown = [(what, count, "" if share is None else f"{share:g}") for what, count, share in cells]
            console.print(table(section, ("", "count", "per 100 procedures"), shown))
    for outcome, shares in report["inputsKnown"].items():
        if shares is not None:
            console.print(f"inputs known, {outcome}: median {shares['median']:.0%}")
    if report["milliseconds"]:
        taken = report["milliseconds"]
        console.print(f"time taken: median {taken['median']:g} ms, 95 of 100 within {taken['p95']:g} ms")
