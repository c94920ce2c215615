"""Words of the review pages for codes (`words.toml`), values and times of the log."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint

from cds_service.audit.reader import ListedEntry
from cds_service.core.data_file import read_toml
from cds_service.core.words.wording import Wording, date_text, number_text, with_unit

WORDS: Mapping[str, Mapping[str, str]] = read_toml(
    Path(__file__).with_name("words.toml")
)


def register_words(routes: Blueprint, wording: Wording, zone: tzinfo = UTC) -> None:
    """Add the filters of the templates.

    Args:
        zone: time zone of the site, in which times are written.
    """

    def finding_title(name: str) -> str:
        return wording.specs[name].title if name in wording.specs else name

    def finding_value(finding: Mapping[str, Any]) -> str:
        term = wording.specs.get(str(finding.get("name")))
        decimals = term.decimals if term else None
        unit = str(finding.get("unit") or "")
        return value_words(finding.get("value"), unit, decimals)

    filters: dict[str, Callable[..., str]] = {
        "finding_title": finding_title,
        "finding_value": finding_value,
        "day": _day_words,
        "moment": partial(moment_words, zone=zone),
        # A share in percent with one decimal, since reviewers want to see what a card
        # rounds.
        "share": lambda share: "" if share is None else f"{share * 100:.1f} %",
        "signed": _signed_words,
        "in_short": _describe_entry,
        **{table: partial(code_words, table) for table in WORDS},
    }
    for name, words in filters.items():
        routes.add_app_template_filter(words, f"review_{name}")


def code_words(table: str, code: str) -> str:
    """Return the words for a code; the code itself if it has no entry."""
    return WORDS[table].get(code, code)


def value_words(value: Any, unit: str, decimals: int | None = None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        number = (
            number_text(value, decimals)
            if decimals is not None
            else f"{value:.6g}".replace("-", "−")
        )
        return with_unit(number, unit)
    if isinstance(value, list | tuple):
        return ", ".join(value_words(part, unit, decimals) for part in value)
    return "" if value is None else str(value)


def moment_words(text: str, zone: tzinfo = UTC) -> str:
    """Write a time of the log as `20 Nov 2026, 10:12:33 CET`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = moment.astimezone(zone)
    return f"{date_text(local.date())}, {local:%H:%M:%S %Z}"


def _day_words(text: str | None) -> str:
    """Write an ISO day or time as `20 Nov 2026`."""
    try:
        return date_text(date.fromisoformat(text[:10])) if text else ""
    except ValueError:
        return text or ""


def _signed_words(value: float) -> str:
    """Write a contribution on the scale of log odds: `+0.58`, `−0.40`."""
    return f"{value:+.2f}".replace("-", "−")


def _describe_entry(entry: ListedEntry) -> str:
    """Describe an entry in a few words, from its search values only."""
    if entry.kind == "answer":
        noun = "card" if len(entry.cards) == 1 else "cards"
        return f"{len(entry.cards)} {noun} shown"
    words = (code_words("result", entry.result or ""), entry.reason or "")
    status = f"HTTP {entry.status}" if entry.status and entry.kind == "refusal" else ""
    return " · ".join(part for part in (*words, status) if part)
