"""`kyphoplasty-cds audit report --silent`: what silent answers would have shown, for a committee before go-live.

Counts are per 100 procedures, whole counts below `SMALLEST` are hidden, and no patient, user or entry is named.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median, quantiles
from typing import Any

import click
from rich.console import Console

from cds_service.audit.chain import SILENT, is_probe
from cds_service.audit.database import Database
from cds_service.audit.reader import AuditReader, Stored, stored_entries
from cds_service.audit.tables import ENTRIES
from cds_service.commands.audit import check_period, log_database, record_read
from cds_service.commands.options import AS_JSON, SINCE, UNTIL, print_json, say_errors
from cds_service.commands.terminal import table

SMALLEST = 5  # counts below it, other than none, could point to a patient
KINDS = ("answer", "refusal", "near-miss")
Key = tuple[str, ...]


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
        """The report for programs."""
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
@SINCE
@UNTIL
@AS_JSON
@say_errors
def report(*, silent: bool, since: datetime | None, until: datetime | None, as_json: bool) -> None:  # noqa: ARG001
    """Count what silent answers would have shown, per 100 procedures, for a committee before go-live.

    Counts below five are hidden.
    """
    check_period(since, until)
    first, last = (f"{day:%Y-%m-%d}" if day else limit for day, limit in ((since, "0000"), (until, "9999")))
    period = " ".join([*([f"from {first}"] if since else []), *([f"before {last}"] if until else ["until today"])])
    with log_database() as database:
        record_read(database, "report", {"silent": True, "from": first, "to": last}, None)
        found = read_report(database, first, last)
    if as_json:
        print_json(found.to_json())
    else:
        print_report(found, period)


def read_report(database: Database, since: str, until: str) -> Tally:
    """Tally the entries from one day until before another (`2026-11-20`)."""
    wanted = ENTRIES.c.kind.in_(KINDS) & (ENTRIES.c.at >= since) & (ENTRIES.c.at < until)
    with AuditReader(database).reading() as connection:
        return tally(stored_entries(connection, wanted))


def tally(entries: Iterable[Stored]) -> Tally:
    """The counts over these entries: silent answers, and the refusals and near misses beside them."""
    found = Tally()
    for entry in entries:
        if entry.found is None or is_probe(entry.found.user, entry.found.patient) or entry.content is None:
            continue
        if entry.kind == "answer" and entry.found.result == SILENT:
            _add_answer(found, entry, entry.content)
        elif entry.kind == "refusal":
            found.counts["refusals", entry.found.reason or "other"] += 1
        elif entry.kind == "near-miss":
            found.counts["unmapped orders", "not taken for an augmentation"] += 1
    return found


def _add_answer(found: Tally, entry: Stored, content: Mapping[str, Any]) -> None:
    counts, cards = found.counts, entry.found.cards if entry.found else ()
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
    """The report as tables."""
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
