"""Decide if a resource belongs to the request's patient, however FHIR names one.

The same rule holds for orders being signed, prefetch, responses of the FHIR server, and
contained resources.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from cds_service.fhir.element_names import WHOSE
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import (
    NO_BASE,
    Bases,
    BundleEntry,
    contained_in,
    last_name,
)

# HL7 table 0203: the number of a medical record, the patient's internal identifier
RECORD_CODES = frozenset({"MR", "PI"})
RECORD_WORDS = frozenset(
    {"mrn", "epi", "medical record number", "patient internal identifier"}
)
NOT_IN_USE = frozenset({"old", "temp"})


class Person(NamedTuple):
    """The request's patient, by every identity that a reference may use.

    Attributes:
        patient_id: id of the Patient on the request's server.
        bases: base URLs of the request's FHIR server; ids on other servers belong to
            other people.
        addresses: `urn:uuid:…` of the Patient in the record's Bundles.
        taken: `urn:…` of everything else in them.
        identifiers: (system, value) of the Patient's business identifiers, once the
            Patient has been read.
        record_numbers: those of them that belong to this patient alone.
    """

    patient_id: str
    bases: Bases = NO_BASE
    addresses: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    identifiers: frozenset[tuple[str, str]] = frozenset()
    record_numbers: frozenset[tuple[str, str]] = frozenset()

    def is_subject_of(self, resource: Json) -> bool:
        """Tell if this resource clearly names this patient as its subject."""
        usual = {"reference": f"Patient/{self.patient_id}"}  # as most records write it
        if (
            self.patient_id
            and resource.get("subject") == usual
            and resource.keys().isdisjoint(("patient", "deliverTo"))
        ):
            return True
        named = _patients_in(resource)
        return bool(named) and all(self._is_meant(whom, resource) for whom in named)

    def is_foreign(self, resource: Json) -> bool:
        """Tell if a resource names a patient, and not clearly this one.

        For resources that need no subject; `is_of_another` asks for more.
        """
        return bool(_patients_in(resource)) and not self.is_subject_of(resource)

    def is_of_another(self, resource: Json) -> bool:
        """Tell if this resource clearly names another patient's id, on any server."""
        names = (
            last_name(text(member(whom, "reference")))
            for whom in _patients_in(resource)
        )
        return any(name not in ("", f"Patient/{self.patient_id}") for name in names)

    def not_of_others(self, entries: Iterable[BundleEntry]) -> list[BundleEntry]:
        """Leave out resources that name a patient, and not clearly this one.

        A drug or a device need not name any.
        """
        return [entry for entry in entries if not self.is_foreign(entry.resource)]

    def own_part_of(self, resource: Json) -> tuple[Json, int]:
        """Leave out what a resource contains of another patient.

        A contained resource whose patient is not clear stays, since it was written into
        this patient's entry.

        Returns:
            The resource without them, itself if there are none; and their number.
        """
        contained = resource.get("contained")
        kept = [one for one in objects(contained) if not self.is_of_another(one)]
        left_out = len(objects(contained)) - len(kept)
        return ({**resource, "contained": kept} if left_out else resource), left_out

    def identified(
        self, patient: Json | None, included: Iterable[BundleEntry]
    ) -> "Person":
        """Return the same person with the identities that the record adds.

        Args:
            patient: the raw Patient; None if it could not be read.
            included: resources of the record with their fullUrl; a Patient with this id
                contributes its `urn:`.
        """
        ours: set[str] = set()
        taken: set[str] = set()
        for resource, url in included:
            if url and url.startswith("urn:"):
                is_ours = (
                    resource.get("resourceType") == "Patient"
                    and resource.get("id") == self.patient_id
                )
                (ours if is_ours else taken).add(url)
        return Person(
            self.patient_id,
            self.bases,
            frozenset(ours),
            frozenset(taken),
            identifiers_of(patient or {}),
            _record_numbers_of(patient or {}),
        )

    def _is_meant(self, subject: Any, resource: Json) -> bool:
        """Tell if a Reference in this resource names this patient."""
        if not isinstance(subject, dict):
            return False
        kind = text(subject.get("type")).rpartition("/")[2]
        if kind not in ("", "Patient"):
            return False
        reference = text(subject.get("reference"))
        identifier = _identifier(subject.get("identifier"))
        if not reference:
            return identifier in self.record_numbers
        is_named = self._is_named(reference, resource)
        return is_named and not self._is_another_number(identifier)

    def _is_another_number(self, identifier: tuple[str, str] | None) -> bool:
        """Tell if an identifier is another, in a system where the patient has one."""
        if identifier is None or identifier in self.identifiers:
            return False
        return identifier[0] in {system for system, _ in self.identifiers}

    def _is_named(self, reference: str, resource: Json) -> bool:
        """Tell if a reference in this resource leads to this patient."""
        if reference.startswith("#"):
            contained = contained_in(resource).get(reference) or {}
            return contained.get("resourceType") == "Patient" and bool(
                identifiers_of(contained) & self.record_numbers
            )
        if reference.startswith("urn:"):
            is_ours = (
                reference in self.addresses
                or reference.lower() == f"urn:uuid:{self.patient_id.lower()}"
            )
            return is_ours and reference not in self.taken
        if "?" in reference:
            return self._is_found_by(reference)
        return self.bases.name_of(reference) == f"Patient/{self.patient_id}"

    def _is_found_by(self, reference: str) -> bool:
        """Tell if `Patient?identifier=system|value` names this patient."""
        kind, _, query = reference.partition("?")
        values = parse_qs(query).get("identifier", [])
        named = [
            (system, value)
            for system, bar, value in (one.partition("|") for one in values)
            if bar and system
        ]
        return kind == "Patient" and len(named) == 1 and named[0] in self.record_numbers


def _patients_in(resource: Json) -> list[Any]:
    """List the References of a resource to its patient.

    For an Appointment, they are the participants that are patients.
    """
    if resource.get("resourceType") == "Appointment":
        actors = (one.get("actor") for one in objects(resource.get("participant")))
        return [one for one in actors if _is_patient(one)]
    subjects = (resource.get(element) for element in _whose(resource))
    return [whom for whom in subjects if whom is not None]


def _is_patient(whom: Any) -> bool:
    reference = text(member(whom, "reference"))
    kinds = (last_name(reference).partition("/")[0], text(member(whom, "type")))
    return "Patient" in kinds or reference.startswith("Patient?")


def _whose(resource: Json) -> tuple[str, ...]:
    """Return the elements that name a resource's patient.

    A SupplyRequest names in `deliverTo` either the patient or a place.
    """
    if resource.get("resourceType") != "SupplyRequest":
        return WHOSE
    to = resource.get("deliverTo")
    reference = text(member(to, "reference"))
    kinds = (last_name(reference).partition("/")[0], text(member(to, "type")))
    if "Patient" in kinds or reference.startswith("urn:"):
        return (*WHOSE, "deliverTo")
    return WHOSE


def identifiers_of(resource: Json) -> frozenset[tuple[str, str]]:
    """Return (system, value) of each identifier that has both."""
    pairs = (
        _identifier(identifier) for identifier in objects(resource.get("identifier"))
    )
    return frozenset(pair for pair in pairs if pair is not None)


def _record_numbers_of(patient: Json) -> frozenset[tuple[str, str]]:
    """Return (system, value) of the record numbers in use.

    A number whose period has an end is left out, even if it ends in the future: the day
    of the request is not known here.
    """
    pairs = (
        _identifier(identifier)
        for identifier in objects(patient.get("identifier"))
        if is_record_number(identifier)
        and not text(member(identifier, "period", "end"))
    )
    return frozenset(pair for pair in pairs if pair is not None)


def is_record_number(identifier: Json) -> bool:
    """Tell if this identifier of a Patient is a record number; its period is not asked.

    A family shares a policy, and a passport or a number out of use may be somebody
    else's. An identifier without a type counts.
    """
    codings = objects(member(identifier, "type", "coding"))
    codes = {text(coding.get("code")) for coding in codings}
    words = text(member(identifier, "type", "text")).strip().lower()
    is_record = (
        not identifier.get("type") or codes & RECORD_CODES or words in RECORD_WORDS
    )
    return bool(is_record) and identifier.get("use") not in NOT_IN_USE


def _identifier(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return None
    system, number = text(value.get("system")), text(value.get("value"))
    return (system, number) if system and number else None
