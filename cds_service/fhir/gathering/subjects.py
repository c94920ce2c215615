"""Whose resource is it: every form in which FHIR names a patient, against the one patient of the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from cds_service.fhir.raw_json import member, objects, text

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """The patient of the request, by every name that a reference may use.

    Attributes:
        references: what most resources say, `Patient/1`, and the addresses of the Patient in the Bundles of the record,
            `urn:uuid:…`.
        identifiers: (system, value) of the Patient's business identifiers.
    """

    patient_id: str
    references: frozenset[str]
    identifiers: frozenset[tuple[str, str]] = frozenset()

    def is_subject_of(self, resource: Json) -> bool:
        """Whether this resource says that it is about this patient; one that names nobody does not."""
        subject = resource.get("subject", resource.get("patient"))
        if not isinstance(subject, dict):
            return False
        reference = subject.get("reference")
        if reference and isinstance(reference, str):
            return reference in self.references or self._is_meant_by(reference, resource)
        return _identifier(subject.get("identifier")) in self.identifiers

    def _is_meant_by(self, reference: str, resource: Json) -> bool:
        if reference.startswith("#"):
            return self._is_contained(reference[1:], resource)
        if reference.startswith("urn:"):
            return reference.rpartition(":")[2].lower() == self.patient_id.lower()
        if "?" in reference:
            return self._is_found_by(reference)
        return self._is_at(reference)

    def _is_at(self, reference: str) -> bool:
        """`Patient/1`, `https://any.base/Patient/1`, `Patient/1/_history/3`.

        The base is not compared: servers behind a gateway write their inner address, and the id was asked on the
        server of the request.
        """
        parts = reference.partition("/_history/")[0].rstrip("/").split("/")
        return parts[-2:] == ["Patient", self.patient_id]

    def _is_found_by(self, reference: str) -> bool:
        """`Patient?identifier=system|value`, as transactions write it."""
        kind, _, query = reference.partition("?")
        values = parse_qs(query).get("identifier", [])
        named = [(system, value) for system, bar, value in (one.partition("|") for one in values) if bar and system]
        return kind.rpartition("/")[2] == "Patient" and len(named) == 1 and named[0] in self.identifiers

    def _is_contained(self, local_id: str, resource: Json) -> bool:
        return any(
            contained.get("resourceType") == "Patient"
            and contained.get("id") == local_id
            and bool(identifiers_of(contained) & self.identifiers)
            for contained in objects(resource.get("contained"))
        )


def identify(patient_id: str, patient: Json | None, included: Iterable[tuple[Json, str | None]]) -> Person:
    """The person behind this id.

    Args:
        patient_id: of the request's context.
        patient: the raw Patient, None when it could not be read.
        included: resources of the record with their fullUrl; a Patient of this id among them gives its fullUrl.
    """
    addresses = {
        url
        for resource, url in included
        if url and resource.get("resourceType") == "Patient" and resource.get("id") == patient_id
    }
    return Person(patient_id, frozenset({f"Patient/{patient_id}", *addresses}), identifiers_of(patient or {}))


def identifiers_of(patient: Json) -> frozenset[tuple[str, str]]:
    """(system, value) of each business identifier that has both; a value alone identifies nobody."""
    found = (_identifier(identifier) for identifier in objects(patient.get("identifier")))
    return frozenset(pair for pair in found if pair is not None)


def _identifier(value: Any) -> tuple[str, str] | None:
    system, number = text(member(value, "system")), text(member(value, "value"))
    return (system, number) if system and number else None
