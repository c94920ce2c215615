"""How the review pages say codes (`words.toml`), values and times of the log."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint

from cds_service.audit.reader import ListedEntry
from cds_service.core.data_file import read_toml
from cds_service.core.wording import Wording, say_date, say_number, with_unit

WORDS: Mapping[str, Mapping[str, str]] = read_toml(
    Path(__file__).with_name("words.toml")
)


def register_words(routes: Blueprint, wording: Wording, zone: tzinfo = UTC) -> None:
    """Add the filters of the templates.

    Args:
        zone: of the site, in which times are told.
    """

    def finding_title(name: str) -> str:
        return wording.specs[name].title if name in wording.specs else name

    def finding_value(finding: Mapping[str, Any]) -> str:
        term = wording.specs.get(str(finding.get("name")))
        return say_value(
            finding.get("value"),
            str(finding.get("unit") or ""),
            term.decimals if term else None,
        )

    filters: dict[str, Callable[..., str]] = {
        "finding_title": finding_title,
        "finding_value": finding_value,
        "day": say_day,
        "moment": partial(say_moment, zone=zone),
        # A share in percent with one decimal, since reviewers want to see what a card
        # rounds.
        "share": lambda share: "" if share is None else f"{share * 100:.1f} %",
        "signed": say_signed,
        "in_short": describe_entry,
        **{table: partial(say_code, table) for table in WORDS},
    }
    for name, words in filters.items():
        routes.add_app_template_filter(words, f"review_{name}")


def say_code(table: str, code: str) -> str:
    """Say what a code is called; the code itself if it has no entry."""
    return WORDS[table].get(code, code)


def say_value(value: Any, unit: str, decimals: int | None = None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        number = (
            say_number(value, decimals)
            if decimals is not None
            else f"{value:.6g}".replace("-", "−")
        )
        return with_unit(number, unit)
    if isinstance(value, list | tuple):
        return ", ".join(say_value(one, unit, decimals) for one in value)
    return "" if value is None else str(value)


def say_moment(text: str, zone: tzinfo = UTC) -> str:
    """`20 Nov 2026, 10:12:33 CET` for a time in the log's format."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = moment.astimezone(zone)
    return f"{say_date(local.date())}, {local:%H:%M:%S %Z}"


def say_day(text: str | None) -> str:
    """`20 Nov 2026` for an ISO day or time."""
    try:
        return say_date(date.fromisoformat(text[:10])) if text else ""
    except ValueError:
        return text or ""


def say_signed(value: float) -> str:
    """`+0.58`, `−0.40`: a contribution on the scale of log odds."""
    return f"{value:+.2f}".replace("-", "−")


def describe_entry(found: ListedEntry) -> str:
    """Describe an entry in a few words, from its search values only."""
    if found.kind == "answer":
        return f"{len(found.cards)} card{'' if len(found.cards) == 1 else 's'} shown"
    words = (say_code("result", found.result or ""), found.reason or "")
    status = f"HTTP {found.status}" if found.status and found.kind == "refusal" else ""
    return " · ".join(part for part in (*words, status) if part)
