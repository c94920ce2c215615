"""Says why the status or the time of a value speaks against it."""

from cds_service.core.facts import GapReason
from cds_service.fhir.facts.chart import Chart, Reading
from cds_service.fhir.gathering.picking import FINAL
from cds_service.fhir.raw_json import Json, member, objects, text

RETRACTED = frozenset({"entered-in-error", "cancelled"})
EARLIER = ("earlier-value",)


def time_problem(reading: Reading, chart: Chart) -> tuple[GapReason, str] | None:
    """The problem with a value's date: missing, of another examination, or after the order; None if there is none."""
    when = reading.entry.moment
    if when is None:
        return "undated", "no date"
    name = " ".join((*reading.words, *reading.panel_words))
    without_year = name.replace(str(when.day.year), " ")
    if chart.terminology.methods.of_title(without_year, EARLIER):
        return "undated", "named as that of an earlier examination"
    if when.day <= chart.not_after:
        return None
    return "future", "dated after the order"


def status_problem(reading: Reading) -> tuple[GapReason, str] | None:
    """The problem with a value's status: not the patient's, not final, or marked absent; None if there is none."""
    raw = reading.entry.raw
    about = [
        one
        for one in objects(raw.get("extension"))
        if text(one.get("url")).endswith("observation-focusCode")
    ]
    names = {
        text(member(one, "reference")) for one in (*objects(raw.get("focus")), *about)
    }
    if names and (names != {text(member(raw, "subject", "reference"))} or "" in names):
        # a donor, a child, an implant
        return "no-value", "about another person or thing"
    status = reading.entry.status
    if status not in FINAL:
        return "not-final", status if status in (
            "preliminary",
            "registered",
        ) else "not final"
    return ("no-value", "recorded as absent") if _is_absent(reading.holder) else None


def _is_absent(holder: Json) -> bool:
    """Whether a value is marked as absent, in the resource or by the extension that FHIR has for any element."""
    quantity = holder.get("valueQuantity")
    marks = (
        *objects(member(quantity, "extension")),
        *objects(member(quantity, "_value", "extension")),
    )
    return bool(holder.get("dataAbsentReason")) or any(
        text(one.get("url")).endswith("data-absent-reason") for one in marks
    )


def site_key(reading: Reading) -> str:
    """Body site as recorded, to tell two sites apart."""
    site = reading.entry.raw.get("bodySite")
    codings = sorted(
        f"{text(one.get('system'))}|{text(one.get('code'))}"
        for one in objects(member(site, "coding"))
    )
    return " ".join(codings) or text(member(site, "text")).strip().lower()
