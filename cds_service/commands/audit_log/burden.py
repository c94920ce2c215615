"""Count what live answers showed, by month: the burden that a committee watches."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cds_service.audit.counts import count_months
from cds_service.audit.reader import AuditReader
from cds_service.commands.audit_log.log import log_database, record_read
from cds_service.commands.terminal import OpenConsole, table
from cds_service.review.committee import monthly_of_years, rates_of
from cds_service.review.small_counts import HIDDEN, Counted

Months = Mapping[str, Mapping[str, int | None]]


def read_burden(since: datetime | None, until: datetime | None, today: date) -> Counted:
    """Count the live answers of whole years by month; small counts are hidden."""
    first, last = (since or today).year, (until or today).year
    with log_database() as database:
        criteria = {"by": "month", "from": first, "to": last}
        record_read(database, "report", criteria, None)
        with AuditReader(database).reading() as connection:
            counts = count_months(connection, f"{first:04}-01", f"{last:04}-12")
    years = {int(month[:4]) for month, *_ in counts} or {today.year}
    return monthly_of_years(counts, range(min(years), max(years) + 1))


def burden_json(monthly: Counted) -> dict[str, Any]:
    """Return the JSON of `audit report --json`; None is a count that is hidden."""
    months: Months = {
        row: {
            column: None
            if (row, column) in monthly.hidden
            else monthly.shown(row, column)
            for column in monthly.columns
        }
        for row in monthly.rows
    }
    return {"months": months}


def print_burden(monthly: Counted) -> None:
    """Print counts and rates by month; months without an answer are left out."""
    console = OpenConsole(highlight=False, soft_wrap=True)
    rows = [
        (row, *(monthly.cell_text(row, column) for column in monthly.columns))
        for row in monthly.rows
        if monthly.cell_text(row, monthly.columns[0]) != "0"
    ]
    if not rows:
        console.print(
            "no live answers in these months; --silent counts the silent ones"
        )
        return
    columns = ("month", *monthly.columns)
    # with more between them, eighty columns break the headings within words
    console.print(table("live answers by month", columns, rows, gap=1))
    rates = rates_of(monthly)
    months = {row[0] for row in rows}
    of_months = [(label, *cells) for label, cells, _ in rates.rows if label in months]
    console.print(table("rates by month", ("month", *rates.columns), of_months))
    console.print(f"{HIDDEN}: 1 to 4, or a count that would tell one of these")
