"""Pick the resources that name a concept of `mappings/`, and validate them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from cds_service.fhir.entries.coded import Coded, read_code
from cds_service.fhir.entries.concepts import concepts_of
from cds_service.fhir.entries.entry import Entry, read_entry
from cds_service.fhir.entries.medication.products import referred_in
from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.entries.words.asides import OBSERVATION, VOID
from cds_service.fhir.entries.words.open_concepts import UNNAMED
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import ReadFrom
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.parsing import BrokenResource, parse_resource
from cds_service.fhir.raw_json import Json, in_order, member, objects, text
from cds_service.fhir.references import (
    ENCOUNTER,
    Targets,
    are_of_one,
    contained_in,
    reasons_referred_to,
    reference_name,
)
from cds_service.outgoing.deadline import Deadline

HOLDERS = frozenset({OBSERVATION, "DiagnosticReport"})  # of contained Observations
LONGEST_ID = 64
CONDITION, PROBLEMS = "Condition", "conditions"
# Beginnings of the elements that make an Observation a value.
VALUED = ("value", "component", "hasMember", "dataAbsentReason")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One broken resource of the patient.

    It affects the findings of its concepts and nothing else.
    """

    reference: str
    key: str
    concepts: frozenset[str]


class _Relevant(NamedTuple):
    """A raw resource that we read, with its type and the concepts that it names."""

    kind: str
    coded: Coded
    concepts: frozenset[str]

    @property
    def name(self) -> str:
        return reference_name(self.kind, self.coded.raw)


def pick(
    template: Template,
    resources: Sequence[Json],
    targets: Targets,
    origin: ReadFrom,
    terminology: Terminology,
    deadline: Deadline,
) -> tuple[tuple[Entry, ...], tuple[Unreadable, ...]]:
    """Pick and validate the resources that we read, sorted by their names.

    Args:
        template: the query that gave them.
        resources: raw resources of the patient.
        targets: resources of other types that were returned with them.
        origin: where they were read.
        terminology: the service's terminology.
        deadline: the deadline of this list.

    Returns:
        The entries, and the resources that are broken or have no usable code.

    Raises:
        DeadlinePassed: there are too many to be read in time.
    """
    picked: list[Entry] = []
    relevant, broken = _sort(template, resources, targets, terminology, deadline)
    groups = in_order(
        relevant, name=lambda one: one.name, raw=lambda one: one.coded.raw
    )
    for one in chain.from_iterable(groups):
        deadline.check()  # repairs are slow, and there may be thousands
        key = PROBLEMS if one.kind == CONDITION else template.key
        raw = one.coded.raw
        try:
            accepted = parse_resource(raw, one.kind, terminology.calendar)
        except BrokenResource:
            broken.append(Unreadable(one.name, key, one.concepts))
            continue
        is_as_sent = accepted is raw
        coded = one.coded if is_as_sent else read_code(accepted, terminology)
        referred = referred_in(accepted, targets)
        picked.append(
            read_entry(coded, key, origin, one.concepts, referred, terminology)
        )
    return tuple(picked), tuple(broken)


def _sort(
    template: Template,
    resources: Sequence[Json],
    targets: Targets,
    terminology: Terminology,
    deadline: Deadline,
) -> tuple[list[_Relevant], list[Unreadable]]:
    """Return the resources that we read, and the values that no code names."""
    relevant: list[_Relevant] = []
    unnamed: list[Unreadable] = []
    for resource in resources:
        for kind, raw in _with_contained(resource, template.resource_type):
            deadline.check()
            coded = read_code(raw, terminology)
            if concepts := concepts_of(coded, targets, terminology):
                relevant.append(_Relevant(kind, coded, concepts))
            elif kind == template.resource_type and _is_unnamed_value(raw):
                name = reference_name(kind, raw)
                unnamed.append(Unreadable(name, template.key, UNNAMED))
    return relevant, unnamed


def _is_unnamed_value(resource: Json) -> bool:
    """Tell if an Observation counts and has a value, but no code that names it.

    It was sent as an answer to a search by codes, and may be of any of them.
    """
    if resource.get("resourceType") != OBSERVATION:
        return False
    codings = objects(member(resource, "code", "coding"))
    is_coded = any(text(one.get("system")) for one in codings)
    has_value = any(name.startswith(VALUED) for name in resource)
    return has_value and not is_coded and text(resource.get("status")) not in VOID


def _with_contained(resource: Json, kind: str) -> Iterator[tuple[str, Json]]:
    """Yield a resource, and the Observations contained in it, each with its type.

    Panels and reports may contain their values. These get the holder's subject, and its
    day if they have none. If the holder is not final, they get its status.
    """
    yield kind, resource
    if kind == ENCOUNTER and resource.get("contained"):
        yield from _diagnoses_inside(resource)
    if kind not in HOLDERS or not resource.get("contained"):
        return
    subject, status = resource.get("subject"), text(resource.get("status"))
    days = {
        element: value
        for element, value in resource.items()
        if element.startswith("effective")
    }
    for contained in objects(resource.get("contained")):
        name = text(contained.get("id"))
        is_of_holder = are_of_one(contained.get("subject", subject), subject)
        if contained.get("resourceType") != OBSERVATION or not is_of_holder or not name:
            continue
        whole = {**contained, "subject": subject}
        if not any(element.startswith("effective") for element in contained):
            whole |= days
        if status not in FINAL:
            whole["status"] = status
        whole["id"] = f"{text(resource.get('id'))}.{name}"[:LONGEST_ID]
        yield OBSERVATION, whole


def _diagnoses_inside(stay: Json) -> Iterator[tuple[str, Json]]:
    """Yield the diagnoses that a stay contains and refers to, as its own.

    They count as the problem list does, as those that it refers to on the server.
    """
    inside = contained_in(stay)
    if text(stay.get("status")) in VOID:
        return
    for reference in reasons_referred_to(stay):
        address = text(reference.get("reference"))
        diagnosis = inside.get(address)
        if diagnosis is None or diagnosis.get("resourceType") != CONDITION:
            continue
        subject = stay.get("subject")
        if "subject" in diagnosis and diagnosis["subject"] != subject:
            continue
        name = text(stay.get("id"))
        yield (
            CONDITION,
            {
                **diagnosis,
                "id": f"{name}.{address.removeprefix('#')}"[:LONGEST_ID],
                "subject": subject,
                "encounter": {"reference": f"{ENCOUNTER}/{name}"},
            },
        )
