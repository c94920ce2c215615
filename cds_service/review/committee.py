"""Figures for a committee: what fired, what was accepted or overridden, and why.

They are never by user. A reviewer who may list entries sees exact counts. For other
roles `small_counts` hides small counts, and periods are whole calendar years.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest

from cds_service.audit.counts import DISCHARGE, Counts, count_months
from cds_service.audit.exporting import safe_cell
from cds_service.audit.query import Query
from cds_service.core.words.phrases import MONTHS
from cds_service.review.desk import Desk
from cds_service.review.filtering import refuse_other_fields
from cds_service.review.login import is_allowed
from cds_service.review.quarters import QuarterTable, quarter_tables
from cds_service.review.small_counts import (
    SMALLEST,
    Counted,
    Line,
    PageTable,
    Place,
    add_up,
    count_text,
    hide,
    page_table,
)
from cds_service.review.words import code_words

# Tables without bars: their first column weighs no more than the others.
WITHOUT_BARS = frozenset({"loop", "steps", "bands"})
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])", re.ASCII)
MOST_MONTHS = 120
FIELDS = frozenset({"since", "until"})
BY_MONTH = {
    "Answers": "answer",
    "Partial": "partial",
    "Refused": "refusal",
    "Cards": "shown",
    "Warnings": "warning",
    "Accepted": "accepted",
    "Overridden": "overridden",
}
NO_FEEDBACK = "No feedback"
CARD_COLUMNS = ("Cards", "Warnings", "Accepted", "Overridden", NO_FEEDBACK)
FEEDBACK = ("Accepted", "Overridden", NO_FEEDBACK)  # they add up to the cards
# Differences that the page does not show, but that its reader can compute.
CARDS_REST = {"Not warnings": ("Cards", "Warnings")}
MONTH_REST = {**CARDS_REST, "Not partial": ("Answers", "Partial")}
RULE_COLUMNS = {"Fired": "fired", "Accepted": "accepted", "Overridden": "overridden"}
OF_RULE = {"Fired": "Cards", "Accepted": "Accepted", "Overridden": "Overridden"}
RATES = {  # numerator and denominator, by title
    "Cards per 100 answers": ("Cards", "Answers"),
    "Warnings per 100 cards": ("Warnings", "Cards"),
    "Accepted per 100 cards": ("Accepted", "Cards"),
    "Overridden per 100 cards": ("Overridden", "Cards"),
}
# Bands of the pooled figure. Answers under earlier rules have "high" and "lower", which
# were of studies.
BANDS = {
    "Above": "above",
    "Not different": "not-different",
    "Below": "below",
    "High (study)": "high",
    "Lower (study)": "lower",
    "No own figure": "none",
}
# Was it done: the columns are what the record shows and add up to the signings; the
# rows are the feedback on the card.
LOOP = {
    "In time": "done",
    "Later": "late",
    "Neither": "open",
    "Neither, a list not read": "unsure",
    "Died": "died",
    "Days not over": "waiting",
    "Record not read": "not-read",
}
JUDGED = ("In time", "Later", "Neither", "Neither, a list not read")
LOOP_ROWS = {
    "Card accepted": "accepted",
    "Card overridden": "overridden",
    "Card not answered": "none",
}
WHEN = {
    "In time": "in-time",
    "Later": "late",
    "Not on record": "not-found",
    "Does not apply": "not-needed",
}
STEP_ROWS = {
    "Referral for bone treatment placed": "referral",
    "Visit for bone treatment held": "visit",
    "Bone drug ordered": "drug-ordered",
    "Bone drug started (dose or dispense)": "drug-started",
    "Brace ended by its order": "brace-ended",
}
HOW_HIDDEN = (
    "The period is whole years. Counts of 1 to 4 are hidden as \u201c\u2026\u201d, and"
    " so are others from which they would follow; \u201c12 + \u2026\u201d is the sum of"
    " what is shown."
)
Tables = Mapping[str, Counted]
MonthSums = Counter[tuple[str, str]]  # of month and name
Sums = Counter[tuple[str, str, str]]  # of topic, rule and name
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
        _hidden(tables_of(counts, f"{year}-01", f"{year}-12"))
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
    since = request.args.get("since") or _months("0001-01", f"{today:%Y-%m}")[-12]
    if not MONTH.fullmatch(since) or not MONTH.fullmatch(until):
        raise BadRequest("A period is two months, 2026-05 and 2026-06.")
    since, until = min(since, until), max(since, until)
    if is_exact:
        return since, until
    first = max(int(since[:4]), int(until[:4]) - MOST_MONTHS // 12 + 1)
    return f"{first}-01", f"{until[:4]}-12"


def _months(since: str, until: str) -> list[str]:
    """Return the months of a period, at most the newest ten years."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (since, until))
    newest = max(first, last - MOST_MONTHS + 1)
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(newest, last + 1)]


# --- tables


def tables_of(counts: Counts, since: str, until: str) -> dict[str, Counted]:
    """Return the tables of a period, with every count."""
    by_month, whole = _sums(counts, since, until)
    return {
        "monthly": _monthly(by_month, _months(since, until)),
        "cards": _by_card(whole),
        "units": _by_unit(whole),
        "discharges": _at_discharge(whole),
        "rules": _by_rule(whole),
        "reasons": _named(whole, "reason:", "Overridden"),
        "bands": _table(
            {"Refracture": "refracture", "Residual pain": "residual-pain"},
            tuple(BANDS),
            lambda row, column: whole[
                "", "", f"band:{row.lower().replace(' ', '-')}:{BANDS[column]}"
            ],
            parts=tuple(BANDS),
        ),
        "refusals": _named(whole, "refusal:", "Times"),
        "loop": _table(
            LOOP_ROWS,
            tuple(LOOP),
            lambda row, column: whole["", "", f"loop:{LOOP_ROWS[row]}:{LOOP[column]}"],
            parts=tuple(LOOP),
            has_totals=True,
        ),
        "steps": _table(
            STEP_ROWS,
            tuple(WHEN),
            lambda row, column: whole[
                "", "", f"loop-step:{STEP_ROWS[row]}:{WHEN[column]}"
            ],
            parts=tuple(WHEN),
        ),
    }


def _sums(counts: Counts, since: str, until: str) -> tuple[MonthSums, Sums]:
    """Add up the counts of a period: of its months at signings, and of all of it."""
    by_month: MonthSums = Counter()
    whole: Sums = Counter()
    for (month, topic, rule, name), count in counts.items():
        if not since <= month <= until or not count:
            continue
        whole[topic, rule, name] += count
        if not rule and topic != DISCHARGE:
            by_month[month, name] += count
    return by_month, whole


def _monthly(by_month: MonthSums, listed: Iterable[str]) -> Counted:
    months = {_month_name(month): month for month in listed}
    table = _table(
        months,
        (*BY_MONTH, NO_FEEDBACK),
        _with_no_feedback(lambda row, name: by_month[months[row], name]),
        has_totals=True,
    )
    return _of_cards(table, MONTH_REST)


def _by_card(whole: Sums) -> Counted:
    topics = {
        code_words("topic", topic): topic
        for topic, rule, _ in sorted(whole)
        if topic and not rule and topic != DISCHARGE
    }
    table = _table(
        topics,
        CARD_COLUMNS,
        _with_no_feedback(lambda row, name: whole[topics[row], "", name]),
        has_totals=True,
    )
    return _of_cards(table, CARDS_REST)


def _by_unit(whole: Sums) -> Counted:
    prefix = "unit:shown:"
    names = sorted(name for _, _, name in whole if name.startswith(prefix))
    units = {
        name.removeprefix(prefix) or "no EHR named": name.removeprefix(prefix)
        for name in names
    }
    table = _table(
        units,
        CARD_COLUMNS,
        _with_no_feedback(lambda row, name: whole["", "", f"unit:{name}:{units[row]}"]),
        has_totals=True,
    )
    return _of_cards(table, CARDS_REST)


def _at_discharge(whole: Sums) -> Counted:
    is_leaving = any(topic == DISCHARGE for topic, _, _ in whole)
    leaving = {code_words("topic", DISCHARGE): DISCHARGE} if is_leaving else {}
    table = _table(
        leaving,
        ("Answers", *CARD_COLUMNS),
        _with_no_feedback(lambda row, name: whole[leaving[row], "", name]),
    )
    return _of_cards(table, CARDS_REST)


def _by_rule(whole: Sums) -> Counted:
    rules = {_rule_name(topic, rule): (topic, rule) for topic, rule, _ in whole if rule}
    table = _table(
        rules,
        tuple(RULE_COLUMNS),
        lambda row, column: whole[(*rules[row], RULE_COLUMNS[column])],
    )
    return _most_first(table)


def _month_name(month: str) -> str:
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def _rule_name(topic: str, rule: str) -> str:
    return f"{code_words('topic', topic)}: {rule}"


def _with_no_feedback(count: Callable[[str, str], int]) -> Callable[[str, str], int]:
    """Count by the columns' titles, with the cards without feedback."""

    def value(row: str, column: str) -> int:
        if column != NO_FEEDBACK:
            return count(row, BY_MONTH[column])
        answered = count(row, "accepted") + count(row, "overridden")
        return count(row, "shown") - answered

    return value


def _table(
    rows: Iterable[str],
    columns: tuple[str, ...],
    value: Callable[[str, str], int],
    *,
    parts: tuple[str, ...] = (),
    has_totals: bool = False,
) -> Counted:
    names = tuple(rows)
    values = {(row, column): value(row, column) for row in names for column in columns}
    return Counted(
        columns=columns,
        rows=names,
        values=values,
        parts=parts,
        has_totals=has_totals,
    )


def _of_cards(table: Counted, rests: Mapping[str, tuple[str, str]]) -> Counted:
    """Make a table of cards: what became of them adds up to them."""
    return replace(table, parts=FEEDBACK, whole="Cards", rests=rests)


def _named(counts: Sums, prefix: str, column: str) -> Counted:
    """Make a table of the counts of whole cards and answers whose name begins so."""
    by_title: dict[str, int] = {}
    for (topic, rule, name), count in counts.items():
        if name.startswith(prefix) and not rule:
            card = f"{code_words('topic', topic)}: " if topic else ""
            by_title[card + name.removeprefix(prefix)] = count
    table = _table(by_title, (column,), lambda row, _: by_title[row], has_totals=True)
    return _most_first(table)


def _most_first(table: Counted) -> Counted:
    first = table.columns[0]
    rows = sorted(table.rows, key=lambda row: (-table.shown(row, first), row))
    return Counted(
        columns=table.columns,
        rows=tuple(rows),
        values=table.values,
        has_totals=table.has_totals,
    )


def _of_name(counts: Counts, wanted: str) -> Mapping[str, int]:
    return {
        month: count for (month, _, _, name), count in counts.items() if name == wanted
    }


# --- what is hidden


def monthly_of_years(counts: Counts, years: Iterable[int]) -> Counted:
    """Return the counts of these years by month, without small ones."""
    by_year = (tables_of(counts, f"{year}-01", f"{year}-12") for year in years)
    return add_up([_hidden(tables)["monthly"] for tables in by_year])


def _hidden(tables: Tables) -> dict[str, Counted]:
    """Return the tables of one year without small counts, and what would reveal them.

    A card's counts are those of its main recommendation, and the sum of its reasons:
    if the one is hidden, the others are. Each step adds up to the signings whose
    record was read, which tells sums of the loop: if it hides one, no step is shown.
    """
    loop, steps = hide(tables["loop"]), tables["steps"]
    reasons, rules = tables["reasons"], tables["rules"]
    cards, discharges = (
        hide(tables[name], stated=_least_overridden(tables[name], reasons))
        for name in ("cards", "discharges")
    )
    hidden = cards.hidden | discharges.hidden
    topics = (*cards.rows, *discharges.rows)
    of_topic = {topic: _rows_of(reasons, topic) for topic in topics}
    lines = [
        Line(tuple((row, "Overridden") for row in rows)) for rows in of_topic.values()
    ]
    hidden_reasons = {
        min(rows, key=lambda row: reasons.shown(row, "Overridden"))
        for topic, rows in of_topic.items()
        if rows and (topic, "Overridden") in hidden
    }
    hidden_rules = set[Place]()
    for topic in topics:
        for column, of_card in OF_RULE.items():
            if (topic, of_card) in hidden:
                hidden_rules |= {(row, column) for row in _rows_of(rules, topic)}
    return {
        "monthly": hide(tables["monthly"]),
        "cards": cards,
        "units": hide(tables["units"]),
        "discharges": discharges,
        "rules": hide(rules, also=hidden_rules),
        "reasons": hide(
            reasons, also={(row, "Overridden") for row in hidden_reasons}, more=lines
        ),
        "bands": hide(tables["bands"]),
        "refusals": hide(tables["refusals"]),
        "loop": loop,
        "steps": hide(steps, also=steps.values if loop.hidden else ()),
    }


def _least_overridden(cards: Counted, reasons: Counted) -> dict[Place, int]:
    """Count the least overrides of each card by their reasons: a hidden one is 1."""
    counts = {
        topic: [reasons.shown(row, "Overridden") for row in _rows_of(reasons, topic)]
        for topic in cards.rows
    }
    return {
        (topic, "Overridden"): sum(
            1 if count < SMALLEST else count for count in overrides
        )
        for topic, overrides in counts.items()
    }


def _rows_of(table: Counted, topic: str) -> list[str]:
    return [row for row in table.rows if row.startswith(f"{topic}: ")]


# --- the page


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
