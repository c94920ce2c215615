"""The messages of CDS Hooks 2.0.1: requests, read tolerantly, and answers, strictly.

Attributes are snake_case, JSON keys are their aliases. No other file knows a JSON key
of these messages. FHIR resources in them stay raw JSON.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainValidator,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from cds_service.errors import MalformedRequest, PatientMismatch, TooMuchAsked
from cds_service.protocol.json_text import (
    JsonTextError,
    canonical_json,
    decode_call,
    json_digest,
)

# `.` and `..` would climb in a URL's path
FHIR_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9\-.]{1,64}", re.ASCII)
# RFC 6749 access-token: visible ASCII, so no header can be split
TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
# Characters of a token's scope: it is read for each query, and one of megabytes took
# longer than an answer may. A token has at most a quarter of this.
MAX_SCOPE = 64 * 1024
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# A client's id of a signing that is no UUID: visible ASCII, short enough for the index
# of the log.
OPAQUE_ID = re.compile(r"[\x21-\x7e]{1,200}")
HookInstances = Literal["uuid", "opaque"]
NOT_A_UUID = (
    'not a UUID; with `hook-instance = "opaque"` under its client in site.toml'
    " it may be 1 to 200 visible ASCII characters"
)
MOST_DRAFTS = 200
Text = Annotated[str, StringConstraints(min_length=1)]
Uuid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
AbsoluteUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]
Summary = Annotated[
    str, StringConstraints(min_length=1, max_length=139, pattern=r"^[^\r\n]+$")
]
Extension = Mapping[str, Any]


def is_fhir_id(value: Any) -> bool:
    """Tell if this may be an id in a FHIR address."""
    return isinstance(value, str) and FHIR_ID.fullmatch(value) is not None


def _strip_type(value: Any, resource_type: str) -> Any:
    return value.removeprefix(f"{resource_type}/") if isinstance(value, str) else value


def _bare_id(value: Any, resource_type: str) -> Any:
    """Return an id without its type; pydantic refuses what is no text."""
    bare = _strip_type(value, resource_type)
    if isinstance(bare, str) and not is_fhir_id(bare):
        raise ValueError("not a FHIR id")
    return bare


class Inbound(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class FhirAuthorization(BaseModel):
    """The token for `fhirServer`, for this request: never stored, logged or shown.

    Attributes:
        expires_in: seconds; an EHR that counts on a clock may send a fraction.
        subject: the OAuth client id under which the EHR knows this service.
        patient: the one patient to whom the token is restricted, if the EHR says so.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    access_token: SecretStr
    token_type: str | None = None
    expires_in: FiniteFloat | None = None
    scope: Annotated[str, StringConstraints(max_length=MAX_SCOPE)] | None = None
    subject: str | None = None
    patient: str | None = None

    @field_validator("access_token")
    @classmethod
    def _token_fits_a_header(cls, token: SecretStr) -> SecretStr:
        if TOKEN.fullmatch(token.get_secret_value()) is None:
            raise ValueError("not a bearer token")
        return token

    @field_validator("token_type")
    @classmethod
    def _token_is_bearer(cls, token_type: str | None) -> str | None:
        if token_type is not None and token_type.lower() != "bearer":
            raise ValueError("must be Bearer")
        return token_type

    def is_for(self, client_id: str | None) -> bool:
        """Tell if the token was issued to this client; true if no client is stated."""
        return client_id is None or self.subject is None or self.subject == client_id

    @property
    def has_expired(self) -> bool:
        """Tell if the token has expired by the EHR's own word."""
        return self.expires_in is not None and self.expires_in <= 0


def _encounter_id(value: Any) -> str | None:
    """Read the encounter's id; None for anything else, since it only links orders."""
    encounter_id = _strip_type(value, "Encounter")
    return encounter_id if is_fhir_id(encounter_id) else None


class HookContext(Inbound):
    """The members that the contexts of our hooks share.

    Attributes:
        CARRIES_ORDERS: the hook is about orders that are being signed.
        user_id: any text; most clients send `Practitioner/123`.
        patient_id: a bare FHIR id, without a leading `Patient/`.
        draft_orders: raw JSON as it came; empty if nothing is ordered.
    """

    CARRIES_ORDERS: ClassVar[bool] = False

    user_id: Text
    patient_id: str
    encounter_id: Annotated[str | None, BeforeValidator(_encounter_id)] = None
    draft_orders: Any = Field(default=None, repr=False)

    @field_validator("patient_id", mode="before")
    @classmethod
    def _patient_id_is_a_fhir_id(cls, value: Any) -> Any:
        return _bare_id(value, "Patient")

    @property
    def has_orders(self) -> bool:
        """Tell if any order came, of any kind."""
        entries = self.draft_orders.get("entry") if self.draft_orders else None
        return isinstance(entries, list) and any(
            isinstance(entry, dict) and entry.get("resource") for entry in entries
        )

    @cached_property
    def drafts_digest(self) -> str:
        """Return a digest that proves which orders were signed, without their text."""
        return json_digest(self.draft_orders)


class OrderSignContext(HookContext):
    """Context of `order-sign`."""

    CARRIES_ORDERS: ClassVar[bool] = True

    @field_validator("draft_orders", mode="before")
    @classmethod
    def _draft_orders_are_a_bundle(cls, value: Any) -> Any:
        is_bundle = (
            isinstance(value, dict) and value.get("resourceType", "Bundle") == "Bundle"
        )
        if value and not is_bundle:
            raise ValueError("must be a Bundle")
        return value


class _OrderlessContext(HookContext):
    """Context of a hook that signs nothing."""

    @field_validator("draft_orders", mode="before")
    @classmethod
    def _orders_are_no_part_of_it(cls, _: Any) -> None:
        return None


class PatientViewContext(_OrderlessContext):
    """Context of `patient-view`, which brings no orders: those on record count."""


class EncounterDischargeContext(_OrderlessContext):
    """Context of `encounter-discharge`, which signs nothing.

    Attributes:
        encounter_id: the stay that ends; the hook requires it.
    """

    encounter_id: str

    @field_validator("encounter_id", mode="before")
    @classmethod
    def _encounter_id_is_a_fhir_id(cls, value: Any) -> Any:
        return _bare_id(value, "Encounter")


CONTEXTS: Mapping[str, type[HookContext]] = {
    "order-sign": OrderSignContext,
    "encounter-discharge": EncounterDischargeContext,
    "patient-view": PatientViewContext,
}


def hook_instance_in(value: Any, form: HookInstances) -> str | None:
    """Read a `hookInstance` of this form; None for anything else."""
    if not isinstance(value, str):
        return None
    if UUID_TEXT.fullmatch(value):
        return value.lower()
    return value if form == "opaque" and OPAQUE_ID.fullmatch(value) else None


def _prefetch(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise ValueError("must be an object")


class HookRequest(Inbound):
    """One call of a CDS service.

    Attributes:
        hook_instance: a UUID of any version, in lower case; or an id of the client's
            own, as it came.
        prefetch: raw JSON by key; a key that is missing here was not sent, a value of
            None was sent as `null`.
    """

    hook: Text
    hook_instance: str
    context: HookContext
    fhir_server: str | None = None
    fhir_authorization: FhirAuthorization | None = None
    prefetch: Annotated[Mapping[str, Any], PlainValidator(_prefetch)] = Field(
        default_factory=dict, repr=False
    )

    @field_validator("hook_instance")
    @classmethod
    def _hook_instance_is_an_id(cls, value: str, info: ValidationInfo) -> str:
        hook_instance = hook_instance_in(
            value, (info.context or {}).get("hook_instances", "uuid")
        )
        if hook_instance is None:
            raise ValueError(NOT_A_UUID)
        return hook_instance

    @field_validator("fhir_authorization", mode="before")
    @classmethod
    def _an_empty_token_is_none(cls, value: Any) -> Any:
        is_empty = isinstance(value, dict) and value.get("access_token") == ""
        return None if is_empty else value

    @model_validator(mode="after")
    def _a_token_names_its_server(self) -> Self:
        if self.fhir_authorization is not None and self.fhir_server is None:
            raise ValueError("fhirAuthorization without fhirServer")
        return self


def parse_request(
    body: bytes | Any, hook: str, hook_instances: HookInstances = "uuid"
) -> HookRequest:
    """Parse the request in this body, given as bytes or as decoded JSON.

    Args:
        hook_instances: the form in which the client writes `hookInstance`.

    Raises:
        MalformedRequest: not JSON, or not a request of this hook; the message repeats
            nothing of the body.
        PatientMismatch: the token is restricted to another patient than the context's.
        TooMuchAsked: more than `MOST_DRAFTS` orders.
    """
    try:
        document = decode_call(body) if isinstance(body, bytes) else body
    except JsonTextError as error:
        raise MalformedRequest(f"The body cannot be read: {error}.") from None
    if not isinstance(document, dict):
        raise MalformedRequest("The body must be a JSON object.")
    if document.get("hook") != hook:
        raise MalformedRequest(f"hook: this service answers the hook {hook}.")
    request = _validated(document, CONTEXTS[hook], hook_instances)
    _refuse_token_of_another_patient(request)
    _refuse_many_orders(request.context.draft_orders)
    return request


def _validated(
    document: dict[str, Any],
    context_type: type[HookContext],
    hook_instances: HookInstances,
) -> HookRequest:
    try:
        context = context_type.model_validate(document.get("context"))
    except ValidationError as error:
        raise MalformedRequest(faults_text(error, "context")) from None
    try:
        return HookRequest.model_validate(
            {**document, "context": context}, context={"hook_instances": hook_instances}
        )
    except ValidationError as error:
        raise MalformedRequest(faults_text(error)) from None


def faults_text(error: ValidationError, *place: str) -> str:
    """List the faults by place, without values, which may be a patient's."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    lines = (
        f"{'.'.join([*place, *map(str, fault['loc'])]) or 'request'}: {fault['msg']}"
        for fault in faults
    )
    return "; ".join(lines).replace("Value error, ", "") + "."


def _refuse_many_orders(drafts: Any) -> None:
    entries = drafts.get("entry") if isinstance(drafts, dict) else None
    if isinstance(entries, list) and len(entries) > MOST_DRAFTS:
        raise TooMuchAsked(f"context.draftOrders: more than {MOST_DRAFTS} orders.")


def _refuse_token_of_another_patient(request: HookRequest) -> None:
    token = request.fhir_authorization
    if (
        token is not None
        and token.patient
        and _strip_type(token.patient, "Patient") != request.context.patient_id
    ):
        raise PatientMismatch(
            "fhirAuthorization.patient is another patient than context.patientId."
        )


class _Outbound(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )

    def to_json(self) -> dict[str, Any]:
        """Return JSON without empty members; `extension` and resources stay whole."""
        return self.model_dump(by_alias=True, exclude_defaults=True)


class Coding(_Outbound):
    system: Text
    code: Text
    display: Text | None = None


class Source(_Outbound):
    label: Text
    url: AbsoluteUrl | None = None
    icon: AbsoluteUrl | None = None
    topic: Coding | None = None


class Link(_Outbound):
    label: Text
    url: AbsoluteUrl
    type: Literal["absolute", "smart"]
    app_context: Text | None = None

    @model_validator(mode="after")
    def _only_smart_links_carry_context(self) -> Self:
        if self.app_context is not None and self.type != "smart":
            raise ValueError("appContext belongs to smart links only")
        return self


class Action(_Outbound):
    """One change of the drafts.

    Attributes:
        resource: the complete FHIR resource as JSON, for create and update.
        resource_id: `Type/id`, for delete.
    """

    type: Literal["create", "update", "delete"]
    description: Text
    resource: Mapping[str, Any] | None = None
    resource_id: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+/[A-Za-z0-9.\-_]+$")]
        | None
    ) = None

    @model_validator(mode="after")
    def _names_what_it_changes(self) -> Self:
        if self.type == "delete" and (
            self.resource_id is None or self.resource is not None
        ):
            raise ValueError("delete names a resourceId and no resource")
        if self.type != "delete" and not (self.resource or {}).get("resourceType"):
            raise ValueError("create and update carry a whole resource")
        return self


class Suggestion(_Outbound):
    label: Text
    uuid: Uuid
    is_recommended: bool
    actions: tuple[Action, ...] = Field(min_length=1)


class Card(_Outbound):
    uuid: Uuid
    summary: Summary
    detail: Text | None = None
    indicator: Literal["info", "warning"]
    source: Source
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: Literal["at-most-one", "any"] | None = None
    override_reasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()
    extension: Extension | None = None

    @model_validator(mode="after")
    def _keeps_the_rules_between_members(self) -> Self:
        if bool(self.suggestions) != (self.selection_behavior is not None):
            raise ValueError(
                "selectionBehavior is needed with suggestions, and only then"
            )
        if (
            self.selection_behavior == "at-most-one"
            and sum(suggestion.is_recommended for suggestion in self.suggestions) > 1
        ):
            raise ValueError("at-most-one allows one recommended suggestion")
        if any(reason.display is None for reason in self.override_reasons):
            raise ValueError("every override reason has a display")
        return self


class HookResponse(_Outbound):
    cards: tuple[Card, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return `{"cards": […]}`; the list is there even if it is empty."""
        return {"cards": [card.to_json() for card in self.cards]}

    @cached_property
    def card_texts(self) -> tuple[str, ...]:
        """Return the JSON of each card: answer and audit entry hold the same bytes."""
        return tuple([canonical_json(card.to_json()) for card in self.cards])

    @property
    def text(self) -> str:
        return f'{{"cards":[{",".join(self.card_texts)}]}}'


NO_CARDS = HookResponse()
