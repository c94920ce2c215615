"""Read what the results refer to: drugs, devices, cultures, diagnoses of the stay."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

from cds_service.errors import FhirReadError
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.concepts import (
    OF_ANY_PRODUCT,
    concepts_of,
    is_product_unread,
)
from cds_service.fhir.entries.grave.cultures import results_to_read
from cds_service.fhir.entries.medication.products import (
    PRODUCT_ELEMENTS,
    unread_ingredients,
)
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.plan import PrefetchPlan
from cds_service.fhir.gathering.query_results import QueryResult, count_entries
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.gathering.token_scopes import may_ask
from cds_service.fhir.gathering.unsent_reasons import diagnoses_of_stay
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, text
from cds_service.fhir.references import Bases, BundleEntry, Targets, reference_name
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest, is_fhir_id

# For one record; further drugs and devices stay unidentified. A list of drugs is seldom
# longer, and they come in two rounds.
MOST_READ = 40


def with_referred_to(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    terminology: Terminology,
    bases: Bases,
    read: Callable[[Iterable[str]], Mapping[str, Json]],
    until: Deadline,
) -> dict[str, QueryResult]:
    """Add the Medications and Devices that the results refer to.

    Those that cannot be read stay unidentified.

    Args:
        results: by prefetch key.
        plan: the service's queries.
        terminology: tells what is identified without them.
        bases: the server's base URLs.
        read: reads resources of the server by name, as far as it may.
        until: the deadline of the last read.
    """
    keys = [one.key for one in plan.of_types(*PRODUCT_ELEMENTS).templates]
    lists = [results[key] for key in keys]
    read_first = read(_needed_products(lists, bases, terminology, until))
    ingredients = {
        bases.name_of(reference)
        for medication in read_first.values()
        for reference in unread_ingredients(medication)
    }
    # One step further: an ingredient may be another Medication.
    inner = {name for name in ingredients if _is_medication(name)} - read_first.keys()
    read_next = read(sorted(inner)) if inner and until.left > 0 else {}
    resources = (*read_first.values(), *read_next.values())
    return {
        key: _with_others(result, resources) if key in keys else result
        for key, result in results.items()
    }


def with_results_of_cultures(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    terminology: Terminology,
    bases: Bases,
    read: Callable[[Iterable[str]], Mapping[str, Json]],
) -> dict[str, QueryResult]:
    """Add the values in which reports of microbiology say what grew.

    The newest reports come first. What cannot be read leaves its report open.

    Args:
        results: by prefetch key.
        plan: the service's queries.
        terminology: tells what a report says without them.
        bases: the server's base URLs.
        read: reads resources of the server by name, as far as it may.
    """
    joined = dict(results)
    for template in plan.of_types("DiagnosticReport").templates:
        listed = joined[template.key]
        targets = Targets(listed.others, bases)
        addresses = chain.from_iterable(
            results_to_read(report, targets, terminology) for report in listed.resources
        )
        names = dict.fromkeys(map(bases.name_of, addresses))
        own = [one for one in names if _is_value(one)]
        if own:
            joined[template.key] = _with_others(listed, [*read(own).values()])
    return joined


def _is_value(name: str) -> bool:
    kind, _, own_id = name.partition("/")
    return kind == "Observation" and is_fhir_id(own_id)


def _needed_products(
    lists: Sequence[QueryResult],
    bases: Bases,
    terminology: Terminology,
    until: Deadline,
) -> list[str]:
    """List the drugs and devices that entries refer to and do not identify.

    Those that not even a display names come first.
    """
    targets = Targets((entry for result in lists for entry in result.others), bases)
    labelled: set[str] = set()
    unnamed: set[str] = set()
    for raw in chain.from_iterable(result.resources for result in lists):
        if until.left <= 0:
            break
        if name := _needed_product(raw, targets, bases, terminology):
            (labelled if _is_labelled(raw) else unnamed).add(name)
    return [*sorted(unnamed), *sorted(labelled - unnamed)]


def _is_labelled(raw: Json) -> bool:
    element, _ = PRODUCT_ELEMENTS[text(raw.get("resourceType"))]
    return bool(text(member(raw, f"{element}Reference", "display")))


def _is_medication(name: str) -> bool:
    kind, _, own_id = name.partition("/")
    return kind == "Medication" and is_fhir_id(own_id)


def with_unread_products(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    person: Person,
    terminology: Terminology,
) -> dict[str, QueryResult]:
    """Mark a list as not whole if the drug or device of an entry was not read.

    Such an entry may be of any drug or device. A device of another patient is none of
    this one's, whatever refers to it.
    """
    marked = dict(results)
    for template in plan.of_types(*PRODUCT_ELEMENTS).templates:
        result = results[template.key]
        targets = Targets(person.not_of_others(result.others), person.bases)
        unread = sum(
            is_product_unread(raw, targets, terminology) for raw in result.resources
        )
        if unread:
            note = (
                f"incomplete: {count_entries(unread)} whose drug or device was not read"
            )
            first_note = result.note or note
            marked[template.key] = result._replace(is_cut=True, note=first_note)
    return marked


def with_diagnoses_of_stay(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    bases: Bases,
    read: Callable[[Iterable[str]], Mapping[str, Json]],
) -> dict[str, QueryResult]:
    """Add the diagnoses of the stay to a problem list, unless that is empty.

    Args:
        results: by prefetch key.
        plan: the service's queries.
        bases: the server's base URLs.
        read: reads resources of the server by name, as far as it may.
    """
    keys = {one.resource_type: one.key for one in plan.templates}
    listed = results.get(keys.get("Condition", ""))
    stays = results.get(keys.get("Encounter", ""))
    if not (listed and listed.entries and stays):
        return dict(results)
    named = {name for one in stays.resources for name in diagnoses_of_stay(one, bases)}
    named -= {reference_name("Condition", one) for one in listed.resources}
    own_ids = {name for name in named if is_fhir_id(name.partition("/")[2])}
    if not own_ids:
        return dict(results)
    more = (BundleEntry(dict(one)) for one in read(sorted(own_ids)).values())
    with_more = listed._replace(entries=(*listed.entries, *more))
    return {**results, keys["Condition"]: with_more}


def _needed_product(
    raw: Json, targets: Targets, bases: Bases, terminology: Terminology
) -> str:
    """Return the name of the drug or device that an entry refers to: `Medication/12`.

    Empty if the entry says itself which it is, or if it is not on this server.
    """
    element, wanted = PRODUCT_ELEMENTS[text(raw.get("resourceType"))]
    name = bases.name_of(text(member(raw, f"{element}Reference", "reference")))
    kind, _, own_id = name.partition("/")
    if kind != wanted or not is_fhir_id(own_id):
        return ""
    concepts = concepts_of(read_code(raw, terminology), targets, terminology)
    return name if concepts & OF_ANY_PRODUCT else ""


def read_by_id(
    fhir: FhirReader,
    names: Iterable[str],
    request: HookRequest,
    most: int,
    until: Deadline,
) -> dict[str, Json]:
    """Read resources by name, such as `Device/12`, the first ones first.

    Those that the token does not cover, or that do not come in time, are left out.

    Args:
        fhir: the server.
        names: the names of the resources.
        request: its token says what may be read.
        most: number of resources that are read at most.
        until: the deadline.
    """
    asked = [name for name in names if may_ask(request, name.partition("/")[0])]
    tasks = {name: partial(_read, fhir, name, until.ends) for name in asked[:most]}
    read = run_side_by_side(tasks, until)
    return {name: raw for name in sorted(read) if (raw := read[name]) is not None}


def _read(fhir: FhirReader, name: str, until: float) -> Json | None:
    try:
        (document,) = fhir.fetch(name, until=until).documents
    except FhirReadError:
        return None
    is_asked = (
        isinstance(document, dict)
        and f"{document.get('resourceType')}/{document.get('id')}" == name
    )
    return document if is_asked else None


def _with_others(result: QueryResult, referred: Sequence[Json]) -> QueryResult:
    """Add resources to those that came along with a result that has entries."""
    if not result.entries or not referred:
        return result
    others = (BundleEntry(dict(one)) for one in referred)
    return result._replace(others=(*result.others, *others))
