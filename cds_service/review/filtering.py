"""The filter of the find page: read a query from a URL, and write it back.

Each invalid value is a fault with a message.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from cds_service.audit.chain import ABOUT_READERS, LASTING, SILENT, Kind
from cds_service.audit.query import Query, patient_filter
from cds_service.core.earlier_cards.course_after_signing import STATES

# Longest text of a filter, in characters. A longer one is no id, and may be a name or a
# token; what is looked for enters the log.
LONGEST = 256
REASON = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
# Fields of a figure that a card said; a model's file can hold no other texts.
FIGURES: Mapping[str, re.Pattern[str]] = {
    "model": re.compile(r"[a-z0-9][a-z0-9-]*"),
    "version": re.compile(r"[0-9A-Za-z.+-]+"),
    "digest": re.compile(r"[0-9a-f]{64}"),
}
EXPECTED = {
    "model": "must be a model's id, such as pooled-2026",
    "version": "must be a model's version, such as 1.0.0",
    "digest": "must be a model's digest, 64 hexadecimal digits",
}
# Fields of an address of these pages that are not of the filter.
OF_THE_PAGE = frozenset({"after", "token", "format"})
TEXTS = (
    "patient",
    "user",
    "client",
    "tenant",
    "encounter",
    "hook",
    "card",
    "rule",
    "reason",
    "about",
)
KINDS: Mapping[str, tuple[str, tuple[Kind, ...]]] = {
    "": ("Answers, refusals", ("answer", "refusal")),
    "answer": ("Answers", ("answer",)),
    "refusal": ("Refusals", ("refusal",)),
    "feedback": ("Feedback", ("feedback",)),
    "loop": ("Was it done", ("loop",)),
    "measures": ("Measures saved", ("measures",)),
    "work": ("Marks and notes", ("mark", "note")),
    "looks": ("Reads, exports, logins", ABOUT_READERS),
    "log": ("The log itself", LASTING),
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "kind": {key: title for key, (title, _) in KINDS.items()},
    "feedback": {
        "accepted": "accepted",
        "overridden": "overridden",
        "any": "any feedback",
        "none": "no feedback",
    },
    "outcome": {"refracture": "refracture", "residual-pain": "residual pain"},
    "band": {
        "above": "above",
        "not-different": "not different",
        "below": "below",
        "high": "high (study)",
        "lower": "lower (study)",
    },
    "topic": {
        "rehabilitation": "rehabilitation",
        "braceLimit": "brace limit",
        "discharge": "discharge",
    },
    "result": {
        result: result
        for result in (
            "shown",
            SILENT,
            "refused",
            "accepted",
            "overridden",
            "reviewed",
            "committee",
            "denied",
            *STATES,
        )
    },
}
PERIOD = ("since", "until")
SWITCHES = ("partial", "warning")
NAMES = (
    "kind",
    *PERIOD,
    *TEXTS,
    *(name for name in CHOICES if name != "kind"),
    "status",
    *SWITCHES,
    *FIGURES,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter in a URL.

    Attributes:
        values: fields as given, without empty ones.
        faults: messages about invalid values by field; if there are any, there is no
            query.
    """

    values: Mapping[str, str]
    query: Query
    faults: Mapping[str, str]

    known = frozenset(NAMES)

    @property
    def address(self) -> str:
        return urlencode(self.values)

    @property
    def is_of_readers(self) -> bool:
        """Tell if entries on what readers of the log did are asked for."""
        return "read" in self.query.kinds


def read_filter(fields: MultiDict[str, str], zone: tzinfo = UTC) -> Filter:
    """Read the filter from a query string or form.

    An unknown field, or one that is given twice, is a fault: if it were ignored, more
    would be found than was asked for.

    Args:
        zone: time zone of the site, for days and times without one.
    """
    values = {name: text for name in NAMES if (text := fields.get(name, "").strip())}
    unknown = sorted(set(fields) - set(NAMES) - OF_THE_PAGE)
    faults = dict.fromkeys(unknown, "is no field of this filter")
    faults |= {
        name: "is given twice" for name in NAMES if len(fields.getlist(name)) > 1
    }
    if "version" in values and "model" not in values:
        faults["version"] = "needs a model"
    wanted: dict[str, Any] = {"kinds": KINDS.get(values.get("kind", ""), KINDS[""])[1]}
    for name, text in values.items():
        try:
            if name in PERIOD:
                wanted[name] = _read_time(text, zone, is_end=name == "until")
            else:
                wanted |= READERS.get(name, _read)(name, text)
        except ValueError as error:
            faults[name] = str(error)
    query = Query(**wanted)
    if query.since and query.until and query.until <= query.since:
        faults["until"] = "lies before the start"
    return Filter(values, query, faults)


def refuse_other_fields(fields: MultiDict[str, str], known: Collection[str]) -> None:
    """Refuse fields of an address that a page does not know, or that are given twice.

    Raises:
        BadRequest: there is one.
    """
    if unknown := sorted(set(fields) - set(known)):
        raise BadRequest(f"{unknown[0]} is no field of this page.")
    if twice := sorted(name for name in fields if len(fields.getlist(name)) > 1):
        raise BadRequest(f"{twice[0]} is given twice.")


def _read(name: str, text: str) -> dict[str, Any]:
    """Convert one field to members of a query.

    Raises:
        ValueError: the message says what is expected.
    """
    if name in CHOICES:
        if text not in CHOICES[name]:
            known = ", ".join(filter(None, CHOICES[name]))
            raise ValueError(f"must be one of {known}")
        return {} if name == "kind" else {name: text}
    if name in SWITCHES:
        if text not in ("yes", "no"):
            raise ValueError("must be yes or no")
        return {name: text == "yes"}
    if name == "status":
        if re.fullmatch("[1-5][0-9]{2}", text) is None:
            raise ValueError("must be an HTTP status, 100 to 599")
        return {name: int(text)}
    if len(text) > LONGEST or not text.isprintable() or " " in text:
        raise ValueError(
            f"must be an id: at most {LONGEST} printable characters, without spaces"
        )
    if name == "reason" and REASON.fullmatch(text) is None:
        raise ValueError("must be a reason's code, such as patient-mismatch")
    return {"hook_instance" if name == "hook" else name: text}


def _read_figure(name: str, text: str) -> dict[str, Any]:
    if FIGURES[name].fullmatch(text) is None:
        raise ValueError(EXPECTED[name])
    return {name if name == "model" else f"model_{name}": text}


def _read_patient(_name: str, text: str) -> dict[str, Any]:
    return dict(patient_filter(text))


def _read_time(text: str, zone: tzinfo, *, is_end: bool) -> datetime:
    """Read a day or a time; without a zone it is the site's.

    Args:
        is_end: it is the end of the period; a day then counts to its end.

    Raises:
        ValueError: the message says what is expected.
    """
    is_day = False
    with suppress(ValueError):
        is_day = bool(date.fromisoformat(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "must be a day, 2026-05-31, or a moment, 2026-05-31T12:00Z"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        if is_end and is_day:
            moment += timedelta(days=1)
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


READERS = {"patient": _read_patient, **dict.fromkeys(FIGURES, _read_figure)}
