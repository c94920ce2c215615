"""The patient's record for one request: what prefetch gave, then what the FHIR server gives for what is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fhir.resources.R4B.patient import Patient

ReadState = Literal["given", "empty", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """One resource that parsed, with where it came from.

    Attributes:
        resource: a model of `fhir.resources.R4B`.
        key: prefetch key whose query it answers.
        concepts: names of value sets or mapped local codes that its codes belong to.
    """

    resource: Any
    key: str
    origin: Literal["prefetch", "fhir"]
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One resource of the patient that is broken: it costs the findings of its concepts and nothing else."""

    reference: str
    key: str
    concepts: frozenset[str]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How one prefetch key was answered.

    Attributes:
        state: `given` with entries, `empty` (asked and nothing there), `failed` (could not be read).
        origin: who answered: the EHR's prefetch or the FHIR server.
        entries: resources of the asked type in the answer, before anything is dropped.
        note: why it failed, or "incomplete: …" where a list was cut; empty when there is nothing to say.
    """

    state: ReadState
    origin: Literal["prefetch", "fhir"]
    entries: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """What is known of the patient for this request.

    Attributes:
        patient: None when it could not be read.
        resources: resources of this patient that match a concept of `mappings/`, in a stable order.
        reads: by prefetch key; every key of the service's plan is there.
        foreign: resources dropped because they are of another patient, or name none, counted by type.
    """

    patient: Patient | None
    resources: tuple[Sourced, ...]
    unreadable: tuple[Unreadable, ...]
    reads: Mapping[str, Read]
    foreign: Mapping[str, int]

    def of_key(self, key: str) -> tuple[Sourced, ...]:
        """The resources that answered one prefetch key."""
        return tuple(sourced for sourced in self.resources if sourced.key == key)
