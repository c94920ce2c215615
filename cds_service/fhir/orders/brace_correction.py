"""The corrected brace order: the draft as it came, with an end, and a start where it had none. All else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from cds_service.core.recommendations import Correction
from cds_service.fhir.raw_json import text
from cds_service.fhir.shapes import is_valid

_BOUNDS = ("boundsDuration", "boundsRange")


def correct_brace_order(draft: Mapping[str, Any], correction: Correction) -> dict[str, Any] | None:
    """The whole draft with its end set; None where the draft, or what would become of it, is no valid R4 resource.

    `occurrencePeriod` and `occurrenceTiming.repeat.boundsPeriod` are bounded in place; a length (`boundsDuration`) is
    replaced by the period, since FHIR allows one of them. `occurrenceDateTime` cannot hold an end: it becomes the start
    of an `occurrencePeriod`, as written. Members that hold nothing (`reasonCode: []`) are no FHIR and fall away.
    """
    if not text(draft.get("id")) or not _is_order(draft):
        return None
    corrected = _without_empty_members(deepcopy(dict(draft)))
    _set_end(corrected, correction)
    return corrected if _is_order(corrected) else None


def _without_empty_members(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_empty_members(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: _without_empty_members(part) for name, part in value.items()}
    return {name: part for name, part in members.items() if part is not None and part not in ("", [], {})}


def _is_order(resource: Mapping[str, Any]) -> bool:
    """Whether this is an R4 order that we may send."""
    kind = text(resource.get("resourceType"))
    return kind in ("DeviceRequest", "ServiceRequest") and is_valid(resource, kind)


def _set_end(order: dict[str, Any], correction: Correction) -> None:
    if "occurrenceTiming" in order:
        _bound_timing(order["occurrenceTiming"], correction)
    elif "occurrenceDateTime" in order:
        order["occurrencePeriod"] = {"start": order.pop("occurrenceDateTime")}
        if "_occurrenceDateTime" in order:
            order["occurrencePeriod"]["_start"] = order.pop("_occurrenceDateTime")
        _bound(order["occurrencePeriod"], correction)
    else:
        _bound(order.setdefault("occurrencePeriod", {}), correction)


def _bound_timing(timing: dict[str, Any], correction: Correction) -> None:
    repeat = timing.setdefault("repeat", {})
    for key in _BOUNDS:
        repeat.pop(key, None)
    _bound(repeat.setdefault("boundsPeriod", {}), correction)


def _bound(period: dict[str, Any], correction: Correction) -> None:
    if "start" not in period and (start := correction.start or correction.order.start):
        period["start"] = start.isoformat()
        period.pop("_start", None)
    period["end"] = correction.end.isoformat()
    period.pop("_end", None)  # an extension of the value that is replaced, such as "end unknown"


def describe_correction(draft: Mapping[str, Any], correction: Correction, ends: str, review: str) -> str:
    """What accepting the update does, as the clinician reads it; `ends` and `review` are days in words."""
    what = f"Set the end of this {correction.order.title or 'brace'} order to {ends}, with a review on {review}"
    return f"{what}; {_what_else(draft)}"


def _what_else(draft: Mapping[str, Any]) -> str:
    timing = draft.get("occurrenceTiming")
    repeat = timing.get("repeat") if isinstance(timing, Mapping) else None
    if isinstance(repeat, Mapping) and any(key in repeat for key in _BOUNDS):
        return "the length stated in its timing is replaced by this period, all else stays as written"
    if isinstance(draft.get("occurrenceDateTime"), str):
        return "its date becomes the start of the period, all else stays as written"
    return "all else stays as written"
