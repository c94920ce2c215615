"""The queries of a service: the templates of its discovery entry.

They are written in `hooks/<service>/service.json`. `hook_files/queries.py` replaces
`{codes}` by the codes of the findings whose files name the template's key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from cds_service.errors import DataFileError
from cds_service.protocol.messages import HookRequest

TOKEN = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
TEMPLATE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)(?:/(?P<id>[^/?]+)|\?(?P<query>\S.*))")
CONTEXT_TOKENS = {"context.patientId", "context.userId", "context.encounterId"}
USER_TOKENS = {
    "userPractitionerId": "Practitioner",
    "userPractitionerRoleId": "PractitionerRole",
    "userPatientId": "Patient",
    "userRelatedPersonId": "RelatedPerson",
}
# An EHR may keep none of these: a signing without them is answered. If one was asked
# for and failed, what it might say stays open all the same (`record_state.py`):
# - reports and imaging studies: which images there are, and what words say of them
# - supply requests: braces, on servers that keep supplies
# - dispenses: they prove that a prescribed drug was collected
# - encounters: where the patient is, what the stay is for, and how it ended
# - appointments: what is booked
# - the key `kidney`: the filtration of the kidneys adds to what the lists say
# - the key `cultures`: most hospitals send them as reports
OPTIONAL = frozenset(
    {
        "DiagnosticReport",
        "ImagingStudy",
        "MedicationDispense",
        "SupplyRequest",
        "Encounter",
        "Appointment",
    }
)
OPTIONAL_KEYS = frozenset({"kidney", "cultures"})


@dataclass(frozen=True, slots=True)
class Template:
    """One query of the discovery entry.

    Attributes:
        key: the prefetch key.
        text: the query with its tokens.
        resource_type: the type that the query asks for: `Observation`.
        is_search: a search; otherwise the read of one resource.
    """

    key: str
    text: str
    resource_type: str
    is_search: bool

    @property
    def is_optional(self) -> bool:
        """Tell if the record is complete without it."""
        return self.resource_type in OPTIONAL or self.key in OPTIONAL_KEYS

    def query_for(self, request: HookRequest) -> str | None:
        """Return the query, percent-encoded; None if the request lacks a value."""
        values: dict[str, str] = {}
        for token in TOKEN.findall(self.text):
            value = _token_value(token, request)
            if value is None:
                return None
            values[token] = quote(value, safe="")
        return TOKEN.sub(lambda match: values[match[1]], self.text)


@dataclass(frozen=True)
class PrefetchPlan:
    """The templates of one service, in the order of its discovery entry."""

    templates: tuple[Template, ...]

    def of_types(self, *types: str) -> "PrefetchPlan":
        """Return the templates that ask for these types of resource."""
        templates = (one for one in self.templates if one.resource_type in types)
        return PrefetchPlan(tuple(templates))

    @cached_property
    def needed(self) -> "PrefetchPlan":
        """Return the templates without which a record is incomplete."""
        return PrefetchPlan(tuple(one for one in self.templates if not one.is_optional))

    @cached_property
    def optional(self) -> "PrefetchPlan":
        """Return the templates that a complete record may lack.

        Their queries get half of the time that is left for reading.
        """
        return PrefetchPlan(tuple(one for one in self.templates if one.is_optional))


def plan_prefetch(templates: Mapping[str, str]) -> PrefetchPlan:
    """Return the plan for these templates, with `{codes}` already replaced.

    Raises:
        DataFileError: a template is neither a relative read nor a type search, or has a
            token unknown to CDS Hooks.
    """
    return PrefetchPlan(tuple(_template(key, text) for key, text in templates.items()))


def _template(key: str, text: str) -> Template:
    match = TEMPLATE.fullmatch(text)
    unknown = set(TOKEN.findall(text)) - CONTEXT_TOKENS - USER_TOKENS.keys()
    if unknown:
        fault = f"unknown token {', '.join(sorted(unknown))}"
        raise DataFileError("service.json", f"prefetch.{key}", fault)
    if match is None:
        fault = "neither Type/id nor Type?query"
        raise DataFileError("service.json", f"prefetch.{key}", fault)
    return Template(key, text, match["type"], match["query"] is not None)


def _token_value(token: str, request: HookRequest) -> str | None:
    """Return the value of a token; None if the request has none."""
    context = request.context
    if token in USER_TOKENS:
        kind, _, user_id = context.user_id.rpartition("/")
        return user_id if kind == USER_TOKENS[token] and user_id else None
    return {
        "context.patientId": context.patient_id,
        "context.userId": context.user_id,
        "context.encounterId": context.encounter_id,
    }[token]
