"""Figures for a committee: what fired, what was accepted or overridden, and why.

They are never by user. A reviewer who may list entries sees exact counts. For other
roles `small_counts` hides small counts, and periods are whole calendar years.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest

from cds_service.audit.counts import Counts, count_months
from cds_service.audit.exporting import safe_cell
from cds_service.audit.query import Query
from cds_service.review.committee_tables import (
    LOOP,
    MOST_MONTHS,
    NO_FEEDBACK,
    Tables,
    months_in,
    tables_of,
    with_small_hidden,
)
from cds_service.review.desk import Desk
from cds_service.review.filtering import refuse_other_fields
from cds_service.review.login import is_allowed
from cds_service.review.quarters import QuarterTable, quarter_tables
from cds_service.review.small_counts import (
    Counted,
    PageTable,
    add_up,
    count_text,
    page_table,
)

# Tables without bars: their first column weighs no more than the others.
WITHOUT_BARS = frozenset({"loop", "steps", "bands"})
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])", re.ASCII)
FIELDS = frozenset({"since", "until"})
RATES = {  # numerator and denominator, by title
    "Cards per 100 answers": ("Cards", "Answers"),
    "Warnings per 100 cards": ("Warnings", "Cards"),
    "Accepted per 100 cards": ("Accepted", "Cards"),
    "Overridden per 100 cards": ("Overridden", "Cards"),
}
JUDGED = ("In time", "Later", "Neither", "Neither, a list not read")
HOW_HIDDEN = (
    "The period is whole years. Counts of 1 to 4 are hidden as \u201c\u2026\u201d, and"
    " so are others from which they would follow; \u201c12 + \u2026\u201d is the sum of"
    " what is shown."
)
PAGE = {
    # name: title of the rows, caption, label of the sums
    "monthly": ("Month", "By month", "All months"),
    "cards": ("Card", "By card", "All cards"),
    "units": ("Unit", "By unit: the EHR, and its tenant", "All units"),
    "discharges": ("Card", "At discharge", ""),
    "rules": ("Recommendation", "By recommendation", ""),
    "reasons": ("Reason", "Why cards were overridden", "All"),
    "bands": ("Outcome", "Bands shown", ""),
    "refusals": ("Reason", "Refusals", "All"),
    "loop": ("Signings", "Was it done: a visit or a bone drug that is taken", "All"),
    "steps": ("Step", "What was done, step by step", ""),
}


def figure_routes(routes: Blueprint, desk: Desk) -> None:
    """Add the page of figures, and the same figures as CSV and PDF."""

    @routes.get("/figures")
    def figures() -> str:
        since, until, tables, others = _read(desk)
        return render_template(
            "review-figures.html",
            since=since,
            until=until,
            is_exact=is_allowed("patients"),
            tiles=_tiles(tables["monthly"]),
            captions={name: caption for name, (_, caption, _) in PAGE.items()},
            rates=rates_of(tables["monthly"]),
            done=_loop_sentence(tables["loop"], others["days"]),
            looked=_last_look(desk),
            tables={name: _page_table(name, table) for name, table in tables.items()},
            quarters=_quarters(desk),
            **others,
        )

    @routes.get("/figures.csv")
    def figures_csv() -> Response:
        since, until, tables, _ = _read(desk)
        text = "".join(
            _csv_of(_page_table(name, table), PAGE[name][1])
            for name, table in tables.items()
        )
        text += "".join(
            _csv_of(quarter.table, quarter.caption) for quarter in _quarters(desk)
        )
        response = Response(text, content_type="text/csv; charset=utf-8")
        name = f"figures-{since}-{until}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @routes.get("/figures.pdf")
    def figures_pdf() -> Response:
        since, until, tables, others = _read(desk)
        document = _document(desk, f"{since} to {until}", tables, others["days"])
        response = Response(document, content_type="application/pdf")
        name = f"figures-{since}-{until}.pdf"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _document(desk: Desk, period: str, tables: Tables, days: int) -> bytes:
    """Draw the figures of a period as PDF."""
    # reportlab is loaded only for a PDF.
    from cds_service.review.figures_pdf import draw_figures  # noqa: PLC0415

    drawn = {
        PAGE[name][1]: _page_table(name, table)
        for name, table in tables.items()
        if name not in ("loop", "steps") or _count(tables["loop"], LOOP) != "0"
    }
    drawn["Rates by month"] = rates_of(tables["monthly"])
    drawn |= {quarter.caption: quarter.table for quarter in _quarters(desk)}
    lines = (
        f"{period}, months in UTC, as of {desk.gate.clock():%Y-%m-%d}.",
        "" if is_allowed("patients") else HOW_HIDDEN,
        _loop_sentence(tables["loop"], days),
    )
    return draw_figures("Figures for the committee", lines, drawn)


def _quarters(desk: Desk) -> Sequence[QuarterTable]:
    """Return the tables by quarter, of the reviewer's EHR or of the site."""
    scope = desk.scope
    issuer = scope.client if scope else None
    service = desk.service.of_clients.get(issuer or "", desk.service)
    return quarter_tables(service.model_cards)


def _read(desk: Desk) -> tuple[str, str, Tables, Mapping[str, int]]:
    """Read the period and its tables; the access is logged before they are returned.

    Returns:
        First and last month, the tables, and counts and days for the page's sentences.
    """
    is_exact = is_allowed("patients")
    since, until = _period(desk.gate.clock().date(), is_exact=is_exact)
    with desk.store.reader.reading() as connection:
        counts = count_months(connection, since, until, desk.scope)
    desk.gate.note("figures", content={"since": since, "until": until})
    others = {name: sum(_of_name(counts, name).values()) for name in ("lost", "unread")}
    others["days"] = _days_of(counts)
    if is_exact:
        return since, until, tables_of(counts, since, until), others
    years = [
        with_small_hidden(tables_of(counts, f"{year}-01", f"{year}-12"))
        for year in range(int(since[:4]), int(until[:4]) + 1)
    ]
    tables = {name: add_up([year[name] for year in years]) for name in PAGE}
    return since, until, tables, others


def _period(today: date, *, is_exact: bool) -> tuple[str, str]:
    """Read the first and last month of the URL; by default the year up to today.

    Raises:
        BadRequest: the URL contains something else.
    """
    refuse_other_fields(request.args, FIELDS)
    until = request.args.get("until") or f"{today:%Y-%m}"
    since = request.args.get("since") or months_in("0001-01", f"{today:%Y-%m}")[-12]
    if not MONTH.fullmatch(since) or not MONTH.fullmatch(until):
        raise BadRequest("A period is two months, 2026-05 and 2026-06.")
    since, until = min(since, until), max(since, until)
    if is_exact:
        return since, until
    first = max(int(since[:4]), int(until[:4]) - MOST_MONTHS // 12 + 1)
    return f"{first}-01", f"{until[:4]}-12"


def _of_name(counts: Counts, wanted: str) -> Mapping[str, int]:
    return {
        month: count for (month, _, _, name), count in counts.items() if name == wanted
    }


def monthly_of_years(counts: Counts, years: Iterable[int]) -> Counted:
    """Return the counts of these years by month, without small ones."""
    by_year = (tables_of(counts, f"{year}-01", f"{year}-12") for year in years)
    return add_up([with_small_hidden(tables)["monthly"] for tables in by_year])


def _page_table(name: str, table: Counted) -> PageTable:
    title, _, total = PAGE[name]
    return page_table(table, title, total, has_bars=name not in WITHOUT_BARS)


def _tiles(monthly: Counted) -> Sequence[tuple[str, str]]:
    titles = {
        "Answers": "answers",
        "Partial": "with a partial record",
        "Refused": "refused",
        "Cards": "cards shown",
        "Accepted": "cards accepted",
        "Overridden": "cards overridden",
        NO_FEEDBACK: "cards without feedback",
    }
    return [(monthly.total_text(column), title) for column, title in titles.items()]


def rates_of(monthly: Counted) -> PageTable:
    """Compute the trend: rates by month, from the counts that are shown."""
    rows = [
        (row, [_rate(monthly, row, *pair) for pair in RATES.values()], None)
        for row in monthly.rows
    ]
    return PageTable("Month", tuple(RATES), rows)


def _rate(monthly: Counted, row: str, part: str, whole: str) -> str:
    places = {(row, part), (row, whole)}
    if places & monthly.hidden or not monthly.shown(row, whole):
        return "–"
    return f"{100 * monthly.shown(row, part) / monthly.shown(row, whole):.0f}"


def _loop_sentence(loop: Counted, days: int) -> str:
    """Return the sentences on what was done; empty if no record was searched for it."""
    if _count(loop, LOOP) == "0":
        return ""
    judged = _count(loop, JUDGED)
    within = f" within {days} days" if days else " in time"
    names = _count(loop, ("Neither", "Neither, a list not read"))
    text = (
        f"Of {judged} signings: {_count(loop, ('In time',))} with a bone drug or a"
        f" visit{within}, {_count(loop, ('Later',))} later,"
        f" {names} names for the nurse."
    )
    if judged == "0":
        text = "No signing can be judged yet."
    apart = {
        "died before either": ("Died",),
        "whose days are not over": ("Days not over",),
        "whose record was not read": ("Record not read",),
    }
    counted = [(_count(loop, columns), words) for words, columns in apart.items()]
    others = ", ".join(f"{count} {words}" for count, words in counted if count != "0")
    return f"{text} Apart from these: {others}." if others else text


def _count(loop: Counted, columns: Iterable[str]) -> str:
    """Return the sum of these columns as text, without the hidden counts."""
    places = [(row, column) for row in loop.rows for column in columns]
    total = sum(loop.shown(*place) for place in places)
    return count_text(total, is_hidden=not loop.hidden.isdisjoint(places))


def _days_of(counts: Counts) -> int:
    """Return the days of the loop; 0 if they were not the same each time."""
    prefix = "loop-days:"
    lengths = {name for _, _, _, name in counts if name.startswith(prefix)}
    days = lengths.pop().removeprefix(prefix) if len(lengths) == 1 else ""
    return int(days) if days.isdecimal() else 0


def _last_look(desk: Desk) -> str:
    """Return when a search of records last found something new; empty if never."""
    query = desk.within(Query(kinds=("loop",)))
    entries = desk.store.reader.find(query, limit=1).entries
    return entries[0].at if entries else ""


def _csv_of(table: PageTable, caption: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    rows = [
        [caption, table.title, *table.columns],
        *([caption, label, *cells] for label, cells, _ in table.rows),
    ]
    if table.total:
        rows.append([caption, table.total[0], *table.total[1]])
    writer.writerows(
        [safe_cell(cell.replace("\u202f", "")) for cell in row] for row in rows
    )
    return text.getvalue()
