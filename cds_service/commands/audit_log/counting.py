"""Counts of the log for a hospital.

No patient, user or entry is named.

`mappings gaps` lists codes that are not mapped and findings that are not known.
`audit report --silent` says what silent answers would have shown, per 100 procedures,
for a committee before go-live; counts below `SMALLEST` are hidden.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any

import click
from rich.text import Text

from cds_service.audit.chain import SILENT, is_probe
from cds_service.audit.reader import AuditReader, Stored, stored_entries
from cds_service.audit.store import utc_now
from cds_service.audit.tables import ENTRIES
from cds_service.commands import options
from cds_service.commands.audit_log.burden import burden_json, print_burden, read_burden
from cds_service.commands.audit_log.log import check_period, log_database, record_read
from cds_service.commands.terminal import OpenConsole, clean, table
from cds_service.fhir.learning.learned import times

SAID: Mapping[str, str] = {
    "order-not-taken": (
        "its words name a kyphoplasty or vertebroplasty, and it was not taken for one"
    ),
    "order-by-words": "answered by its words alone: map the code",
    "t-score": "looks like a T-score: map the code",
    "order-unread": "another order that is not understood: map the code",
    "problem": "an entry of problem lists that is not understood: map the code",
    "brace-unread": (
        "kept the end of a brace from being pre-selected: words that are plain go into"
        " plain-words/"
    ),
}
CURE = (
    "No draft orders in {missing} of {calls} calls or more. In the EHR, grant this"
    " service ServiceRequest (Unsigned Order), or what it calls the orders that are"
    " being signed; then compare the address that it calls with the registered one,"
    " letter by letter."
)
SMALLEST = 5  # counts below it, other than none, could point to a patient
Key = tuple[str, ...]


def _entries(
    what: str, criteria: Any, kinds: Iterable[str], since: str, until: str = "9999"
) -> Iterator[Stored]:
    """Yield the entries from one day until before another, without those of probes.

    Days are written as `2026-11-20`. The look itself is an entry.
    """
    with log_database() as database:
        record_read(database, what, criteria, None)
        wanted = (
            ENTRIES.c.kind.in_(kinds) & (ENTRIES.c.at >= since) & (ENTRIES.c.at < until)
        )
        with AuditReader(database).reading() as connection:
            for entry in stored_entries(connection, wanted):
                if not is_probe(entry.user, entry.patient):
                    yield entry


# --- mappings gaps


@click.command("gaps")
@click.option(
    "--from",
    "since",
    type=options.MOMENT,
    metavar="DAY",
    help="UTC; default: the last 30 days",
)
@options.AS_JSON
@options.check_text
def list_gaps(*, since: datetime | None, as_json: bool) -> None:
    """List codes of near misses and findings that are not known, from the audit log.

    Codes only, no patient.
    """
    begins = (since or utc_now() - timedelta(days=30)).date().isoformat()
    counted = _gaps_of(
        _entries("gaps", {"since": begins}, ("answer", "near-miss"), begins)
    )
    if as_json:
        options.print_json(counted)
    else:
        _print_gaps(counted)


def _gaps_of(entries: Iterable[Stored]) -> dict[str, Any]:
    """Count codes of near misses with their last day, and what answers did not know.

    Only answers to augmentation orders count.
    """
    near_misses: Counter[Key] = Counter()
    last: dict[Key, str] = {}
    missing: Counter[Key] = Counter()
    answers = 0
    for entry in entries:
        content = entry.content
        keys = [
            (miss["kind"], miss["system"], miss["code"])
            for miss in content.get("nearMisses", ())
        ]
        near_misses.update(keys)
        last |= dict.fromkeys(keys, entry.at[:10])
        if content.get("order"):
            answers += 1
            missing.update(
                (gap["name"], gap["reason"]) for gap in content.get("gaps", ())
            )
    return {
        "nearMisses": [
            {
                "kind": kind,
                "system": system,
                "code": code,
                "seen": count,
                "last": last[kind, system, code],
            }
            for (kind, system, code), count in near_misses.most_common()
        ],
        "answers": answers,
        "gaps": [
            {"finding": name, "reason": reason, "answers": count}
            for (name, reason), count in missing.most_common()
        ],
    }


def _print_gaps(counted: Mapping[str, Any]) -> None:
    console = OpenConsole(highlight=False, soft_wrap=True)
    for kind, words in SAID.items():
        rows = [row for row in counted["nearMisses"] if row["kind"] == kind]
        for row in rows:
            name = f"{row['system']}|{row['code']}" if row["system"] else row["code"]
            line = f"{name}  {times(row['seen'])}, last on {row['last']}: {words}"
            console.print(Text(clean(line)))
    if not counted["nearMisses"]:
        console.print("no near misses")
    if not counted["answers"]:
        console.print("no answers to augmentation orders yet")
        return
    answers = "1 answer" if counted["answers"] == 1 else f"{counted['answers']} answers"
    console.print(f"{answers} to augmentation orders; not known in them:")
    for row in counted["gaps"]:
        console.print(Text(f"  {row['finding']}: {row['reason']} in {row['answers']}"))


# --- audit report


@click.command("report")
@click.option("--silent", is_flag=True, help="what silent answers would have shown")
@click.option(
    "--by",
    type=click.Choice(["month"]),
    default="month",
    show_default=True,
    help="of live answers: whole years, month by month",
)
@options.SINCE
@options.UNTIL
@options.AS_JSON
@options.check_text
def report(
    *,
    silent: bool,
    by: str,  # noqa: ARG001 - there is one way
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Count live answers by month; with --silent what silent ones would have shown.

    Silent ones are counted per 100 procedures, for a committee before go-live.

    Counts below five are hidden.
    """
    check_period(since, until)
    if not silent:
        monthly = read_burden(since, until, datetime.now(UTC).date())
        if as_json:
            options.print_json(burden_json(monthly))
        else:
            print_burden(monthly)
        return
    first = f"{since:%Y-%m-%d}" if since else "0000"
    last = f"{until:%Y-%m-%d}" if until else "9999"
    begin = f"from {first} " if since else ""
    end = f"before {last}" if until else "until today"
    period = f"{begin}{end}"
    criteria = {"silent": True, "from": first, "to": last}
    counted = report_of(
        _entries("report", criteria, ("answer", "refusal", "near-miss"), first, last)
    )
    if as_json:
        options.print_json(counted)
    else:
        _print_report(counted, period)


def report_of(entries: Iterable[Stored]) -> dict[str, Any]:
    """Count the silent answers of these entries, and the refusals and near misses.

    `inputsKnown` are shares of the best-known study, 0..1, by outcome; `milliseconds`
    are from a request to its entry; `ordersMissing` counts calls, and those of them
    that carried no draft order.
    """
    # Each key is the section of the report, then the words of its line.
    counts: Counter[Key] = Counter()
    known: dict[str, list[float]] = {}
    milliseconds: list[int] = []
    missing: Counter[str] = Counter()
    for entry in (entry for entry in entries if entry.is_whole):
        if entry.kind == "answer" and entry.result == SILENT:
            content = entry.content
            counts.update(_counted(entry, content))
            if content.get("order"):
                milliseconds.append(content["silent"]["milliseconds"])
                counts["cards", "any"] += bool(entry.cards)
                counts["cards", "a warning"] += any(
                    card.indicator == "warning" for card in entry.cards
                )
                for outcome, share in _best_shares(content):
                    known.setdefault(outcome, []).append(share)
        elif entry.kind == "refusal":
            counts["refusals", entry.reason or "other"] += 1
        elif "ordersMissing" in entry.content:
            missing.update(entry.content["ordersMissing"])
        elif entry.kind == "near-miss":
            counts[_near_miss(entry)] += 1
    procedures = len(milliseconds)
    sections: dict[str, list[dict[str, Any]]] = {}
    for (section, *what), count in sorted(
        counts.items(), key=lambda item: (item[0][0], -item[1], item[0])
    ):
        sections.setdefault(section, []).append(
            {"what": " ".join(what), **_cell(count, procedures)}
        )
    return {
        "procedures": _cell(procedures, 0)["count"],
        **sections,
        "inputsKnown": {
            outcome: _middle(shares) for outcome, shares in sorted(known.items())
        },
        "milliseconds": _middle(milliseconds),
        # A call without orders points to no patient: no count is hidden.
        "ordersMissing": dict(missing) or None,
    }


def _best_shares(content: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield each outcome, and the share of inputs known of its best-known study.

    The pooled model has no such share: it averages over what is not known.
    """
    for assessment in content["assessments"]:
        shares = [
            model["inputsKnown"]
            for model in assessment.get("models", ())
            if "inputsKnown" in model
        ]
        if shares:
            yield assessment["outcome"], max(shares)


def _near_miss(entry: Stored) -> Key:
    if "proceduresUnread" in entry.content:
        return "discharges", "procedures not read"
    if "ordersUnread" in entry.content:
        return "opened charts", "orders not read"
    return "unmapped orders", "not taken for an augmentation"


def _counted(entry: Stored, content: Mapping[str, Any]) -> Iterator[Key]:
    """Yield the counts to which one silent answer adds."""
    cards = entry.cards
    if "leaving" in content:
        yield "discharges after an augmentation", "answered"
        return
    if not content.get("order"):
        yield "brace orders after an augmentation", "answered"
        return
    yield from (("cards", card.topic, card.indicator) for card in cards)
    yield from {("firings", rule) for card in cards for rule in card.rules}
    yield from (("gaps", gap["reason"], gap["name"]) for gap in content["gaps"])
    if content["order"]["recognisedBy"] == "text":
        yield "unmapped orders", "known by their words alone"
    for assessment in content["assessments"]:
        bands = {
            model["model"]: model.get("band", "no figure")
            for model in assessment.get("models", ())
        }
        band = bands.get(assessment.get("headline"), "no figure")
        yield "bands", assessment["outcome"], band


def _cell(count: int, procedures: int) -> dict[str, Any]:
    """Return a count, and how many that is in 100 procedures.

    Both are None if the count is small.
    """
    if 0 < count < SMALLEST:
        return {"count": None, "per100": None}
    has_share = procedures >= SMALLEST
    share = round(100 * count / procedures, 1) if has_share else None
    return {"count": count, "per100": share}


def _middle(values: list[Any]) -> dict[str, Any] | None:
    """Return the median and the 95th percentile; None of few values."""
    if len(values) < SMALLEST:
        return None
    return {
        "median": round(median(values), 2),
        "p95": round(quantiles(values, n=20, method="inclusive")[-1], 2),
    }


def _print_report(report: Mapping[str, Any], period: str) -> None:
    console = OpenConsole(highlight=False, soft_wrap=True)
    hidden = f"fewer than {SMALLEST}"
    procedures = hidden if report["procedures"] is None else report["procedures"]
    console.print(
        f"Silent answers {period}: {procedures} procedures. Nobody was shown them."
    )
    for section, rows in report.items():
        if isinstance(rows, list):
            lines = []
            for row in rows:
                count = hidden if row["count"] is None else str(row["count"])
                share = "" if row["per100"] is None else f"{row['per100']:g}"
                lines.append((row["what"], count, share))
            console.print(table(section, ("", "count", "per 100 procedures"), lines))
    for outcome, shares in report["inputsKnown"].items():
        if shares is not None:
            console.print(f"inputs known, {outcome}: median {shares['median']:.0%}")
    if report["ordersMissing"]:
        console.print(CURE.format(**report["ordersMissing"]))
    if report["milliseconds"]:
        taken = report["milliseconds"]
        console.print(
            f"time taken: median {taken['median']:g} ms, 95 of 100 within"
            f" {taken['p95']:g} ms"
        )
