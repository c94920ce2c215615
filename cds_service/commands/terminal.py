"""Render cards in a terminal.

Colour only repeats what the words say. Card content is text, never terminal markup, and
control characters are removed before printing.
"""

import errno
import io
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any, TextIO

from rich.box import SIMPLE
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cds_service.core.orders import PROCEDURES

LARGEST_WIDTH = 100
WHOLE_IDS = 300  # columns for tables: an id that is broken cannot be copied
_LABELS = {
    "info": "white on blue",
    "warning": "black on yellow",
    "critical": "white on red",
}
_BORDERS = {"info": "blue", "warning": "yellow", "critical": "red"}
_RAW_HTML = re.compile(r"(?<!\\)<")


class OpenConsole(Console):
    """A console that tells of a closed output; Rich's own ends the program silently."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def make_console(file: TextIO | None = None) -> Console:
    """Make a console of at most 100 columns, which prints plain text when piped."""
    out = file or sys.stdout
    if isinstance(out, io.TextIOWrapper) and not out.encoding.lower().startswith("utf"):
        # print ? for characters that the terminal lacks
        out.reconfigure(errors="replace")
    console = OpenConsole(file=out, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, LARGEST_WIDTH)
    return console


def print_title(console: Console, title: str, story: str = "") -> None:
    """Print the heading above one patient's cards."""
    console.print()
    console.print(Rule(Text(clean(title), "bold"), align="left", style="dim"))
    if story:
        console.print(Text(clean(story), "italic"))


def print_response(
    console: Console, response: Mapping[str, Any], *, with_addresses: bool = True
) -> None:
    """Print all cards of a CDS Hooks response in order.

    Args:
        with_addresses: False if nothing would answer at them any more.
    """
    cards = response.get("cards") or []
    if not cards:
        console.print(
            Text("No card: the service has nothing to say about these orders.", "dim")
        )
    for card in cards:
        console.print(_card_panel(card, with_addresses=with_addresses))


def print_answer(console: Console, content: Mapping[str, Any]) -> None:
    """Print an answer's audit entry step by step: tables, then the cards."""
    console.print(Text(clean(f"1 order: {_order_text(content)}")))
    for order in content.get("supportOrders", ()):
        console.print(Text(clean(f"  {order}")))
    record = content["record"]
    read = (
        f"could not be read: {_by_reason(record['unread'])}; incomplete:"
        f" {_by_reason(record['incomplete'])}"
    )
    console.print(
        Text(
            f"2 record: {read}; broken entries: {record['unreadable']};"
            f" not of this patient: {record['foreign']}"
        )
    )
    width, console.width = console.width, WHOLE_IDS
    _print_findings(console, content)
    _print_assessments(console, content)
    console.width = width
    console.print(Text(f"5 signals: {', '.join(content['signals'])}"))
    # Entries of earlier rules name no facts.
    facts = ", ".join(fact["id"] for fact in content.get("facts", []))
    console.print(Text(f"  facts: {facts or 'none'}"))
    console.print(Text(f"  recommendations: {', '.join(content['recommendations'])}"))
    console.print("6 cards")
    print_response(console, content)


def _order_text(content: Mapping[str, Any]) -> str:
    """Name the augmentation orders, the operation, and what it was recognised by."""
    references = ", ".join(content["orders"])
    # Entries of earlier versions, and those of a brace alone, hold no operation.
    order = content.get("order") or {}
    if not references or not order:
        return references or "a brace or bed-rest order after one"
    operation = PROCEDURES.get(order.get("procedure") or "", "augmentation")
    levels = ", ".join(order.get("levels") or ())
    named = f"{operation} {levels}" if levels else f"{operation}, no level"
    by = "its words" if order.get("recognisedBy") == "text" else order.get("code")
    return f"{references} ({named}; recognised by {by or 'a code'})"


def _print_findings(console: Console, content: Mapping[str, Any]) -> None:
    findings = [
        (
            finding["name"],
            # UCUM's unit "1" is that of a pure number, a word, yes or no.
            f"{_value_text(finding['value'])} {finding['unit']}".removesuffix(" 1"),
            finding["date"] or "",
            "\n".join(source["resource"] for source in finding["sources"]),
        )
        for finding in content["findings"]
    ]
    console.print(table("3 findings", ("finding", "value", "date", "source"), findings))
    console.print(
        table(
            "  gaps",
            ("finding", "reason"),
            [(gap["name"], gap["reason"]) for gap in content["gaps"]],
        )
    )


def _print_assessments(console: Console, content: Mapping[str, Any]) -> None:
    headings = ("model", "risk", "uncertainty", "if measured", "inputs known", "band")
    for assessment in content["assessments"]:
        title = f"4 assessment: {assessment['outcome']}, {assessment['status']}"
        console.print(
            table(
                title,
                headings,
                [_model_row(model) for model in assessment.get("models", [])],
            )
        )


def _by_reason(parts: Mapping[str, str]) -> str:
    """Return the parts of a record under the reason that they share."""
    names: dict[str, list[str]] = {}
    for name, reason in parts.items():
        names.setdefault(reason, []).append(name)
    groups = [f"{', '.join(named)} ({reason})" for reason, named in names.items()]
    return clean(", ".join(groups)) or "nothing"


def summary_table() -> Table:
    table = Table(box=SIMPLE, padding=(0, 1), show_edge=False)
    table.add_column("patient", no_wrap=True)
    table.add_column("")
    table.add_column("the card says", overflow="fold")
    return table


def add_summaries(table: Table, patient: str, response: Mapping[str, Any]) -> None:
    """Add a row for each card of one patient, or one row if there is none."""
    if not response.get("cards"):
        table.add_row(
            Text(clean(patient)), Text("no card", "dim"), Text("nothing is open", "dim")
        )
    for place, card in enumerate(response.get("cards") or []):
        indicator = clean(card.get("indicator", "info"))
        style = "bold" if indicator == "warning" else ""
        first_cell = Text(clean(patient)) if place == 0 else ""
        table.add_row(
            first_cell,
            Text(indicator, style),
            Text(clean(card.get("summary", ""))),
        )
    table.add_section()


def _card_panel(card: Mapping[str, Any], *, with_addresses: bool = True) -> Panel:
    """Lay out one card: label and topic in the frame, then what it says.

    That is summary, detail, buttons, reasons and links.
    """
    indicator = clean(card.get("indicator", "info"))
    label = (f" {indicator.upper()} ", f"bold {_LABELS.get(indicator, 'reverse')}")
    named = (card.get("source") or {}).get("topic") or {}
    topic = clean(named.get("display") or named.get("code") or "")
    topic_words = f"· {topic} " if topic else ""
    title = Text.assemble(label, topic_words)
    return Panel(
        Group(*_parts(card, with_addresses=with_addresses)),
        title=title,
        title_align="left",
        border_style=_BORDERS.get(indicator, "none"),
        padding=(0, 1),
    )


def _parts(
    card: Mapping[str, Any], *, with_addresses: bool
) -> Iterator[RenderableType]:
    yield Text(clean(card.get("summary", "")), "bold")
    if detail := card.get("detail"):
        yield Padding(Detail(clean(detail)), (1, 0, 0, 0))
    if suggestions := card.get("suggestions"):
        yield Padding(_buttons(suggestions), (1, 0, 0, 0))
    foot = [*_reasons(card), *_links(card, with_addresses=with_addresses)]
    if with_addresses:
        foot += _source(card)
    if foot:
        yield Padding(Group(*foot), (1, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Detail:
    """A card's detail in markdown, without the empty lines at the start of a list."""

    markdown: str

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        # HTML would be dropped silently; as text it is visible.
        rendered = Markdown(_RAW_HTML.sub(r"\\<", self.markdown), hyperlinks=False)
        lines = console.render_lines(rendered, options, pad=False)
        for line in dropwhile(
            lambda line: not any(segment.text.strip() for segment in line), lines
        ):
            yield from line
            yield Segment.line()


def _buttons(suggestions: Sequence[Mapping[str, Any]]) -> Text:
    """Write labels in brackets; a star marks what the service recommends."""
    buttons = []
    for item in suggestions:
        star, style = (
            ("*", "bold reverse") if item.get("isRecommended") else (" ", "reverse")
        )
        buttons.append(Text(f"[ {star} {clean(item.get('label', ''))} ]", style))
    if any(item.get("isRecommended") for item in suggestions):
        buttons.append(Text("* recommended", "dim"))
    return Text("\n").join(buttons)


def _reasons(card: Mapping[str, Any]) -> Iterator[Text]:
    reasons = [
        clean(reason.get("display") or reason.get("code") or "")
        for reason in card.get("overrideReasons") or []
    ]
    if reasons:
        yield Text("Or say why not: " + " · ".join(reasons), "dim")


def _links(card: Mapping[str, Any], *, with_addresses: bool) -> Iterator[Text]:
    for link in card.get("links") or []:
        label = f"→ {clean(link.get('label', ''))}"
        address = (clean(link.get("url", "")), "underline")
        parts = (f"{label}: ", address) if with_addresses else (label,)
        yield Text.assemble(*parts, overflow="fold")


def _source(card: Mapping[str, Any]) -> Iterator[Text]:
    source = card.get("source") or {}
    words = " ".join(
        part
        for part in (clean(source.get("label", "")), clean(source.get("url", "")))
        if part
    )
    if words:
        yield Text(f"Source: {words}", "dim", overflow="fold")


def clean(value: Any) -> str:
    """Return the value as text without control, format or surrogate characters.

    Newlines and tabs are kept.

    Escape sequences would move the cursor or colour the screen, and bidirectional marks
    would reorder a figure.
    """
    return "".join(
        character
        for character in str(value)
        if character in "\n\t"
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def table(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    gap: int = 2,
) -> Table:
    """Make a table without lines; `gap` is that between its columns."""
    lines = Table(
        title=Text(title), title_justify="left", box=None, padding=(0, gap, 0, 0)
    )
    for heading in headings:
        lines.add_column(heading, overflow="fold")
    for row in rows:
        lines.add_row(*(Text(clean(cell)) for cell in row))
    return lines


def _model_row(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the row of a model's figure.

    The pooled one has a new hospital's range, and no share of information.
    """

    def interval(key: str) -> str:
        return "–".join(f"{end:.3f}" for end in model[key]) if key in model else ""

    return (
        model["model"],
        f"{model['risk']:.3f}" if "risk" in model else "not shown",
        interval("newHospital") or interval("studyUncertainty"),
        interval("ifMeasured"),
        f"{model['inputsKnown']:.2f}" if "inputsKnown" in model else "",
        model.get("band", ""),
    )


def _value_text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
