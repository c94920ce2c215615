"""Tell the reasons and complications that an entry contains as if they were its codes.

An EHR writes the diagnosis for which something is done as `reasonCode`, or contains it
and refers to it by `#1`. Both mean the same, and are read in the same places.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from cds_service.fhir.certainty import PAST, certainty_of, clinical_status
from cds_service.fhir.onset import begun
from cds_service.fhir.raw_json import Json, objects, text
from cds_service.fhir.references import contained_in
from cds_service.fhir.site_calendar import SiteCalendar

# References to a diagnosis, and the element that has its code instead.
TOLD_BY: Mapping[str, str] = {
    "reasonReference": "reasonCode",
    "complicationDetail": "complication",
}
# Elements of a diagnosis that say nothing which its code does not.
PLAIN = frozenset(
    {"resourceType", "id", "meta", "subject", "encounter", "code", "category"}
    | {"clinicalStatus", "verificationStatus", "onsetDateTime", "recordedDate"}
)
# Elements with the day of an entry.
DAYS = ("authoredOn", "performedDateTime", "effectiveDateTime", "dateAsserted")
# A diagnosis that began so long before the entry is no news of it.
LONG_BEFORE = timedelta(days=365)


def with_reasons_inside(resource: Json, calendar: SiteCalendar) -> Json:
    """Add the codes of diagnoses that an entry contains and refers to.

    What is denied or over is not added, nor what began more than a year before. A
    complication that its code says whole is not contained any more: what is contained
    in an operation may be its cause.
    """
    if not resource.get("contained"):
        return resource
    told = dict(resource)
    for name, element in TOLD_BY.items():
        named = dict(_diagnoses_of(resource, name, calendar))
        codes = [code for one in named.values() for code in objects(one.get("code"))]
        if not codes:
            continue
        told[element] = [*objects(resource.get(element)), *codes]
        if name == "complicationDetail":
            told["contained"] = [
                one
                for one in objects(resource.get("contained"))
                if one not in named.values() or one.keys() - PLAIN
            ]
    return told


def _diagnoses_of(
    resource: Json, name: str, calendar: SiteCalendar
) -> Iterator[tuple[str, Json]]:
    """Yield the diagnoses to which this element refers, by reference."""
    inside = contained_in(resource)
    for reference in objects(resource.get(name)):
        address = text(reference.get("reference"))
        diagnosis = inside.get(address)
        if diagnosis is None or diagnosis.get("resourceType") != "Condition":
            continue
        if certainty_of(diagnosis) in ("denied", "past"):
            continue
        if clinical_status(diagnosis) & PAST:
            continue
        if not _is_long_before(diagnosis, resource, calendar):
            yield address, diagnosis


def _is_long_before(diagnosis: Json, resource: Json, calendar: SiteCalendar) -> bool:
    """Tell if a diagnosis began more than a year before the entry that it is in."""
    _, began = begun(diagnosis, None, calendar)
    written = (calendar.last_day(resource.get(name)) for name in DAYS)
    day = next(filter(None, written), None)
    return bool(began and day and day - began > LONG_BEFORE)
