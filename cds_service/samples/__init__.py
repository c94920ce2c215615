"""Invented sample patients as FHIR R4, each with the draft orders that are signed.

Dates are relative to the day of use, so that measurements stay fresh: `{today}`,
`{today-180d}`, `{today-81y-100d}`. A time may follow: `{today-5d}T09:00:00Z`.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cds_service.core.months import months_before
from cds_service.errors import DataFileError

FOLDER = Path(__file__).parent
# A complete site folder, for the patient whose record has local codes.
SITE_FOLDER = FOLDER / "site"
HOSPITAL = FOLDER / "hospital"

_PLACEHOLDER = re.compile(r"\{today(?:-(\d+)y)?(?:-(\d+)d)?\}")
_MISSPELT = re.compile(r"\{(?:today|age)[^}]*\}?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One patient and the orders being signed, as of one day.

    Attributes:
        id: id, also of the Patient: `p1-thin-high`.
        story: one sentence on what the record says.
        resources: the record, the Patient first; the surgeon who signs is the last.
        draft_orders: the collection Bundle of `context.draftOrders`.
        needs_site: its record has local codes, which `SITE_FOLDER` explains.
        has_card: something is open; otherwise the answer has no card.
        worksheet: what a person then measured, by field of the worksheet.
    """

    id: str
    title: str
    story: str
    resources: tuple[dict[str, Any], ...]
    draft_orders: dict[str, Any]
    needs_site: bool = False
    has_card: bool = True
    worksheet: Mapping[str, str] = field(default_factory=dict)


def load_samples(today: date) -> tuple[Sample, ...]:
    """List all sample patients as of this day, in display order.

    Raises:
        DataFileError: a file is not a Bundle, or a date in it is misspelt.
    """
    index = tomllib.loads((FOLDER / "samples.toml").read_text(encoding="utf-8"))
    surgeon = _resources(_rendered(FOLDER / "surgeon.json", today))
    return tuple(
        Sample(
            id=entry["id"],
            title=entry["title"],
            story=entry["story"],
            resources=_resources(
                _rendered(FOLDER / "patients" / f"{entry['id']}.json", today)
            )
            + surgeon,
            draft_orders=_rendered(FOLDER / "orders" / f"{entry['id']}.json", today),
            needs_site=entry.get("needs-site", False),
            has_card=entry.get("has-card", True),
            worksheet={
                name: _dated(text, today, "samples.toml")
                for name, text in entry.get("worksheet", {}).items()
            },
        )
        for entry in index["samples"]
    )


def load_hospital(today: date) -> tuple[dict[str, Any], ...]:
    """Load the record server of a hospital whose codes are all its own.

    The guide `docs/go-live.md` uses it.
    """
    return _resources(_rendered(HOSPITAL / "record.json", today))


def _rendered(path: Path, today: date) -> dict[str, Any]:
    text = _dated(path.read_text(encoding="utf-8"), today, path.name)
    bundle: dict[str, Any] = json.loads(text)
    return bundle


def _dated(text: str, today: date, file: str) -> str:
    """Return the text with its placeholders as days."""
    dated = _PLACEHOLDER.sub(lambda match: str(_day(match, today)), text)
    if misspelt := _MISSPELT.search(dated):
        raise DataFileError(
            file,
            misspelt.group(),
            "not a date; write {today}, {today-5d} or {today-81y-100d}",
        )
    return dated


def _day(match: re.Match[str], today: date) -> date:
    years, days = (int(group or 0) for group in match.groups())
    return months_before(today, 12 * years) - timedelta(days=days)


def _resources(bundle: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple(entry["resource"] for entry in bundle["entry"])
