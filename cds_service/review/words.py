"""The wording of log codes on the review pages. A code without wording is shown unchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint

from cds_service.audit.chain import SILENT
from cds_service.audit.reader import Found
from cds_service.core.wording import UNITS, Wording, say_date, say_number

KINDS: Mapping[str, str] = {
    "genesis": "The log begins",
    "answer": "Answer",
    "refusal": "Refusal",
    "feedback": "Feedback",
    "read": "Read",
    "export": "Export",
    "login": "Login",
    "account": "Account",
    "mark": "Mark",
    "note": "Note",
    "checkpoint": "Checkpoint",
    "purge": "Purge",
    "near-miss": "Near miss",
    "gap": "Answers not recorded",
    "start": "Start",
    "stop": "Stop",
    "mode": "Mode changed",
}
TOPICS: Mapping[str, str] = {
    "rehabilitation": "rehabilitation",
    "braceLimit": "brace limit",
    "missingData": "missing data",
}
BANDS: Mapping[str, str] = {
    "lower": "lower",
    "not-different": "not different",
    "above": "above average",
    "high": "high",
}
OUTCOMES: Mapping[str, str] = {"refracture": "Refracture", "residual-pain": "Residual pain"}
STATUSES: Mapping[str, str] = {
    "assessed": "assessed",
    "insufficient-data": "no usable figure: too little is known",
    "not-applicable": "not applicable",
}
USES: Mapping[str, str] = {
    "as-is": "",
    "held-reassuring": "held at the reassuring end of the study",
    "held-alarming": "held at the alarming end of the study",
}
MARKS: Mapping[str, str] = {
    "reviewed": "Reviewed",
    "committee": "For the committee",
    "follow-up": "Needs follow-up",
}
RESULTS: Mapping[str, str] = {
    "shown": "shown",
    SILENT: "silent: computed, shown to nobody",
    "login": "logged in",
    "logout": "logged out",
    "added": "added",
    "replaced": "replaced",
    "closed": "closed",
    **MARKS,
}


def register_words(routes: Blueprint, wording: Wording) -> None:
    """Register the filters for the templates."""

    def finding_title(name: str) -> str:
        return wording.terms[name].title if name in wording.terms else name

    def finding_value(finding: Mapping[str, Any]) -> str:
        term = wording.terms.get(str(finding.get("name")))
        return say_value(finding.get("value"), str(finding.get("unit") or ""), term.decimals if term else None)

    filters: Mapping[str, Callable[..., str]] = {
        "finding_title": finding_title,
        "finding_value": finding_value,
        "day": say_day,
        "moment": say_moment,
        "share": say_share,
        "signed": say_signed,
        "kind": lambda kind: KINDS.get(kind, kind),
        "topic": lambda topic: TOPICS.get(topic, topic),
        "band": lambda band: BANDS.get(band, band),
        "outcome": lambda outcome: OUTCOMES.get(outcome, outcome),
        "assessed": lambda status: STATUSES.get(status, status),
        "use": lambda use: USES.get(use, use),
        "result": lambda result: RESULTS.get(result, result),
        "in_short": describe_found,
    }
    for name, words in filters.items():
        routes.add_app_template_filter(words, f"review_{name}")


def say_value(value: Any, unit: str, decimals: int | None = None) -> str:
    """A value with its unit."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        number = say_number(value, decimals) if decimals is not None else f"{value:.6g}".replace("-", "−")
        return number + UNITS.get(unit, f" {unit}" if unit else "")
    if isinstance(value, list | tuple):
        return ", ".join(say_value(one, unit, decimals) for one in value)
    return "" if value is None else str(value)


def say_moment(text: str) -> str:
    """`20 Nov 2026, 09:12:33 UTC` for a time in the log's format."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{say_date(moment.date())}, {moment:%H:%M:%S} UTC"


def say_day(text: str | None) -> str:
    """`20 Nov 2026` for an ISO day or time."""
    try:
        return say_date(date.fromisoformat(text[:10])) if text else ""
    except ValueError:
        return text or ""


def say_share(share: float | None) -> str:
    """A share in percent with one decimal, since reviewers want to see what a card rounds."""
    return "" if share is None else f"{share * 100:.1f} %"


def say_signed(value: float) -> str:
    """`+0.58`, `−0.40`: a contribution on the scale of log odds."""
    return f"{value:+.2f}".replace("-", "−")


def describe_found(found: Found) -> str:
    """Describe an entry in a few words, from its search values only."""
    if found.kind == "answer":
        return f"{len(found.cards)} card{'' if len(found.cards) == 1 else 's'} shown"
    words = (RESULTS.get(found.result or "", found.result or ""), found.reason or "")
    status = f"HTTP {found.status}" if found.status and found.kind == "refusal" else ""
    return " · ".join(part for part in (*words, status) if part)
