"""The tables of a committee: what fired, what was accepted or overridden, and why.

They are never by user. For roles that may not list entries `small_counts` hides small
counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cds_service.audit.counts import DISCHARGE, Counts
from cds_service.core.words.phrases import MONTHS
from cds_service.review.small_counts import SMALLEST, Counted, Line, Place, hide
from cds_service.review.words import code_words

MOST_MONTHS = 120
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
Tables = Mapping[str, Counted]
MonthSums = Counter[tuple[str, str]]  # of month and name
Sums = Counter[tuple[str, str, str]]  # of topic, rule and name


def months_in(since: str, until: str) -> list[str]:
    """Return the months of a period, at most the newest ten years."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (since, until))
    newest = max(first, last - MOST_MONTHS + 1)
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(newest, last + 1)]


def tables_of(counts: Counts, since: str, until: str) -> dict[str, Counted]:
    """Return the tables of a period, with every count."""
    by_month, whole = _sums(counts, since, until)
    return {
        "monthly": _monthly(by_month, months_in(since, until)),
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
    """Count by the titles of columns; cards without feedback are the rest of them."""

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


def with_small_hidden(tables: Tables) -> dict[str, Counted]:
    """Return the tables of one year without small counts, and what would reveal them.

    A card's counts are those of its main recommendation, and the sum of its reasons:
    if one of these is hidden, so are the others. Each step adds up to the signings
    whose record was read, which are sums of the loop: if the loop hides a count, no
    step is shown.
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
