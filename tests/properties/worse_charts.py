"""The same patient with one thing worse; None where the change does not apply to the chart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.chart_builders import TODAY, Resource, days_ago, measured, period
from tests.codes import LOINC, UCUM, codeable
from tests.generated_patients import Signing
from tests.patients.charts import METHODS, ONE_LEVEL, augmentation
from tests.properties.charts_at_random import (
    RARE,
    USUAL,
    condition,
    of_kind,
    prescription,
)

Change = Callable[[Signing], Signing | None]
EGFR = codeable(LOINC, "98979-8", "eGFR")


def added(*entries: Resource) -> Change:
    """Add these; one of the same id takes the place of the chart's own."""

    def change(signing: Signing) -> Signing:
        ids = {one["id"] for one in entries}
        kept = (one for one in signing.record if one["id"] not in ids)
        return replace(signing, record=(*kept, *entries))

    return change


def _problem(code: str, days: int, **members: Any) -> Change:
    one = condition(code, (USUAL | RARE).get(code, ""), days=days, **members)
    return added(one | {"id": f"worse-{code}"})


def with_value(
    name: str, better: Callable[[float, float], bool], value: float
) -> Change:
    """Give the newest reading this value, if the chart's own is no worse already."""

    def change(signing: Signing) -> Signing | None:
        known = [one for one in signing.record if one["id"] == f"o-{name}"]
        if not known or better(value, known[0]["valueQuantity"]["value"]):
            return None
        worse = known[0] | {
            "valueQuantity": known[0]["valueQuantity"] | {"value": value}
        }
        record = tuple(worse if one is known[0] else one for one in signing.record)
        return replace(signing, record=record)

    return change


def lower(name: str, value: float) -> Change:
    return with_value(name, lambda new, old: new >= old, value)


def higher(name: str, value: float) -> Change:
    return with_value(name, lambda new, old: new <= old, value)


def newly_measured(name: str, value: float, **members: Any) -> Change:
    """Measure today what the chart does not have."""

    def change(signing: Signing) -> Signing | None:
        if any(one["id"] == f"o-{name}" for one in signing.record):
            return None
        method = {"method": {"text": METHODS[name]}} if name in METHODS else {}
        return added(measured(name, value, days=0, **method | members))(signing)

    return change


def older(years: int) -> Change:
    def change(signing: Signing) -> Signing | None:
        (person,) = of_kind(signing, "Patient")
        if "birthDate" not in person:
            return None
        born = date.fromisoformat(person["birthDate"])
        if TODAY.year - born.year + years > 100:
            return None
        aged = person | {"birthDate": born.replace(year=born.year - years).isoformat()}
        record = tuple(aged if one is person else one for one in signing.record)
        return replace(signing, record=record)

    return change


def one_level_more(signing: Signing) -> Signing | None:
    """Order one vertebra more, of those that the orders do not treat yet."""
    sites = [one["bodySite"][0]["text"] for one in signing.drafts if "bodySite" in one]
    free = [level for level in ("L2", "L1", "T12") if level not in sites]
    if not free:
        return None
    first = signing.drafts[0]["code"]["coding"][0]["code"]
    kind = next(kind for kind, code in ONE_LEVEL.items() if code == first)
    (_, more) = augmentation(kind, (sites[0], free[0]))
    drafts = (*signing.drafts, more | {"id": "worse-level"})
    return replace(signing, drafts=drafts)


def longer_brace(signing: Signing) -> Signing | None:
    """Wear the brace three weeks longer, or without an end."""
    braces = [one for one in signing.drafts if one["resourceType"] == "DeviceRequest"]
    if not braces or "end" not in braces[0].get("occurrencePeriod", {}):
        return None
    end = date.fromisoformat(braces[0]["occurrencePeriod"]["end"]) + timedelta(days=21)
    longer = braces[0] | {"occurrencePeriod": period(0, (end - TODAY).days)}
    drafts = tuple(longer if one is braces[0] else one for one in signing.drafts)
    return replace(signing, drafts=drafts)


def endless_brace(signing: Signing) -> Signing | None:
    braces = [one for one in signing.drafts if "end" in one.get("occurrencePeriod", {})]
    if not braces:
        return None
    endless = {
        name: part for name, part in braces[0].items() if name != "occurrencePeriod"
    }
    drafts = tuple(endless if one is braces[0] else one for one in signing.drafts)
    return replace(signing, drafts=drafts)


def longer_bed_rest(signing: Signing) -> Signing | None:
    """Order 96 hours."""
    beds = [one for one in signing.drafts if one["id"] == "bed"]
    if not beds:
        return None
    rest = {"value": 96, "unit": "h", "system": UCUM, "code": "h"}
    longer = beds[0] | {"occurrenceTiming": {"repeat": {"boundsDuration": rest}}}
    drafts = tuple(longer if one is beds[0] else one for one in signing.drafts)
    return replace(signing, drafts=drafts)


def newer(prefix: str, days: int, *kinds: str) -> Change:
    """Date the first entry of these codes closer to today."""

    def change(signing: Signing) -> Signing | None:
        day = days_ago(days)
        for one in of_kind(signing, *kinds):
            dates = {name for name in DATES if one.get(name, day) < day}
            if one["id"].startswith(prefix) and dates:
                closer = one | dict.fromkeys(dates, day)
                record = tuple(
                    closer if each is one else each for each in signing.record
                )
                return replace(signing, record=record)
        return None

    return change


DATES = ("onsetDateTime", "recordedDate", "performedDateTime")


def older_denosumab(signing: Signing) -> Signing | None:
    """Let the last dose be nine months ago."""
    doses = [one for one in signing.record if one["id"].startswith("a-denosumab")]
    if not doses or doses[0]["effectiveDateTime"] < days_ago(280):
        return None
    late = doses[0] | {"effectiveDateTime": days_ago(280)}
    record = tuple(late if one is doses[0] else one for one in signing.record)
    return replace(signing, record=record)


def therapy_not_ordered(signing: Signing) -> Signing | None:
    """Take away orders of therapy and review."""
    kept = tuple(one for one in signing.record if not one["id"].startswith("s-"))
    return None if len(kept) == len(signing.record) else replace(signing, record=kept)


WORSE: dict[str, Change] = {
    "T-score -3.2": lower("bmd-t-score", -3.2),
    "T-score -4": lower("bmd-t-score", -4.0),
    "first T-score -3.5": newly_measured("bmd-t-score", -3.5),
    "HU 45": lower("ct-attenuation", 45),
    "first HU 45": newly_measured("ct-attenuation", 45),
    "BMI 17": lower("bmi", 17),
    "grip 8": lower("grip-strength", 8),
    "gait 0.3": lower("gait-speed", 0.3),
    "MNA 9": lower("mna-score", 9),
    "muscle index 4": lower("appendicular-muscle-index", 4.0),
    "first grip 9": newly_measured("grip-strength", 9),
    "first MNA 10": newly_measured("mna-score", 10),
    "atrophy 64": higher("pma-rate", 64),
    "first eGFR 14": newly_measured(
        "egfr",
        14,
        code=EGFR,
        valueQuantity={
            "value": 14,
            "unit": "mL/min/{1.73_m2}",
            "system": UCUM,
            "code": "mL/min/{1.73_m2}",
        },
    ),
    "5 years older": older(5),
    "20 years older": older(20),
    "one level more": one_level_more,
    "brace three weeks longer": longer_brace,
    "brace without an end": endless_brace,
    "bed rest 96 h": longer_bed_rest,
    "denosumab late": older_denosumab,
    "no therapy ordered": therapy_not_ordered,
    "vertebral fracture 2022": _problem("M80.08XD", 1500),
    "vertebral fracture last year": _problem("M80.08XD", 400),
    "hip fracture now": _problem("S72.001A", 9),
    "hip fracture last year": _problem("S72.001A", 400),
    "breast cancer last year": _problem("C50.911", 400),
    "breast cancer long ago": _problem("C50.911", 4000),
    "bone metastasis": _problem("C79.51", 40),
    "bone metastasis resolved": _problem("C79.51", 2000, status="resolved"),
    "myeloma": _problem("C90.00", 2000),
    "discitis": _problem("M46.46", 9),
    "sepsis": _problem("A41.9", 2),
    "weakness of the legs": _problem("R29.898", 1),
    "two falls": _problem("R29.6", 30),
    "dialysis": _problem("Z99.2", 700),
    "severe dementia": _problem("F03.C0", 700),
    "Parkinson": _problem("G20", 700),
    "sarcopenia": _problem("M62.84", 200),
    "cancer newer": newer("c-C", 300, "Condition"),
    "fracture newer": newer("c-M80.08XD", 300, "Condition"),
    "hip fracture newer": newer("c-S72", 60, "Condition"),
    "augmentation newer": newer("earlier", 300, "Procedure"),
    "steroid": added(prescription("prednisone", days=260) | {"id": "worse-steroid"}),
}
