"""`[[clients]]` of `site.toml`: the EHRs that may call, and what each may do."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, Strict, StringConstraints, model_validator

from cds_service.core.caller import Caller
from cds_service.protocol.messages import HookInstances
from cds_service.site.fields import (
    FhirBase,
    FileOfSite,
    Origin,
    ResourceType,
    Seconds,
    SiteTable,
    Text,
    Url,
    Whole,
    YesNo,
)
from cds_service.site.profiles import (
    GENERIC,
    Algorithm,
    HandoutForm,
    Profile,
    ProfileName,
    Writes,
    value_of,
)
from cds_service.site.review import ClientId, LoginServer, SecretFile

# characters; the audit log indexes issuers and tenants up to this length
MAX_NAME = 256
Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00-\x20\x7f]+$"
    ),
]
RECOMMENDED: tuple[Algorithm, ...] = ("ES384", "RS384")


class Capabilities(SiteTable):
    """`[clients.capabilities]`: what an EHR can apply.

    Attributes:
        actions: kinds of actions that it applies; None for all.
        resources: types of resources to which it applies them; None for all.
        orderables: it takes any new order, or only one that has a code of the site.
        order_systems: code systems of the orders that it can place; None for all.
        order_details: `kept`, or `ignored` if only the code of a new order counts: Epic
            fills in the orderable's defaults.
        handout: the form in which it takes the page that a patient takes home.
        links: cards link to our pages with a signature, with a login, or not at all;
            None if the site does not say.
    """

    actions: tuple[Literal["create", "update", "delete"], ...] | None = None
    resources: tuple[ResourceType, ...] | None = None
    orderables: Literal["any", "mapped-only"] = "any"
    order_systems: tuple[Text, ...] | None = None
    order_details: Literal["kept", "ignored"] = "kept"
    handout: HandoutForm = "none"
    links: Literal["signed", "login", "off"] | None = None

    def can(self, action: Literal["create", "update"], resource_type: str) -> bool:
        """Tell if the EHR applies this action to resources of this type."""
        does = self.actions is None or action in self.actions
        return does and (self.resources is None or resource_type in self.resources)

    def can_place(self, system: str) -> bool:
        """Tell if the EHR can place an order by a code of this system."""
        return self.order_systems is None or system in self.order_systems


EVERYTHING = Capabilities()
MAX_LIFETIME = 3600  # seconds of a token
ONE_KEY_WAY = "exactly one of jwks-url, jwks-urls, jwks-index and jwks-file is needed"


class WorksheetLaunch(SiteTable):
    """`[clients.worksheet]`: our registration as a SMART app.

    Each of the EHR's `fhir-servers` may launch the worksheet.

    Attributes:
        client_id: id of the worksheet at this EHR's authorization server.
        client_secret_file: name of a file in the site folder; None for a public
            client, which PKCE alone protects.
        servers: origins that a FHIR server's SMART configuration may name besides its
            own.
        writes: the FHIR server takes several values as one transaction, or one at a
            time; None as its profile says.
        in_cards: cards link to it, so the EHR must be able to launch a link of type
            `smart`.
    """

    client_id: ClientId
    client_secret_file: SecretFile | None = None
    servers: tuple[LoginServer, ...] = ()
    writes: Writes | None = None
    in_cards: YesNo = False


class Client(SiteTable):
    """One EHR.

    Attributes:
        profile: what its vendor says of it, `mappings/ehr/<profile>.toml`; this
            table's own keys win.
        facts: what this site knows better than the profile, by group and key.
        jwks_url: the address of its key set.
        jwks_urls: the addresses, if it has several.
        jwks_index: the address of a list of such addresses.
        jwks_origins: origins of the key sets that this list may name; by default the
            list's origin.
        jwks_file: the file of its key set, in the site folder.
        algorithms: algorithms with which its tokens may be signed.
        audiences: values of `aud` that are accepted besides our address, each compared
            as a whole.
        max_lifetime_seconds: longest time from `iat` to `exp`, at most an hour.
        fhir_servers: bases that its calls may name.
        fhir_aliases: other bases under which a FHIR server behind a gateway writes its
            references. They are never called.
        tenants: if set, a token must name one of them.
        tenant_fhir_servers: bases of `fhir_servers` that calls of a tenant may name;
            all for a tenant without an entry.
        deadline_seconds: time for an answer; None for that of the service.
        hook_instance: the form of its `hookInstance`: UUIDs, as CDS Hooks wants, or any
            text.
        patient_view: it is answered when a chart is opened; None as its profile says.
        client_id: our client id at this EHR's authorization server.
        background_reads: `loop` may read its FHIR servers, without a call.
        name: name of its folder, `clients/<name>/`, with mappings, hooks and policy for
            this EHR alone.
        reviewers: accounts of the review pages that see this EHR's entries alone.
        tenant_reviewers: accounts that see the entries of one tenant alone.
        capabilities: what it can apply; None as its profile says.
        worksheet: our registration as a SMART app; None if it launches none.
        language: language of its cards; None for the one that each call accepts.
    """

    issuer: Name
    profile: ProfileName = GENERIC
    facts: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    jwks_url: Url | None = None
    jwks_urls: tuple[Url, ...] = ()
    jwks_index: Url | None = None
    jwks_origins: tuple[Origin, ...] = ()
    jwks_file: FileOfSite | None = None
    algorithms: tuple[Algorithm, ...] = Field(default=RECOMMENDED, min_length=1)
    audiences: tuple[Whole, ...] = ()
    max_lifetime_seconds: Annotated[int, Strict(), Field(ge=1, le=MAX_LIFETIME)] = (
        MAX_LIFETIME
    )
    fhir_servers: tuple[FhirBase, ...] = Field(min_length=1)
    fhir_aliases: Mapping[FhirBase, tuple[FhirBase, ...]] = Field(default_factory=dict)
    tenants: tuple[Name, ...] = ()
    tenant_fhir_servers: Mapping[Name, tuple[FhirBase, ...]] = Field(
        default_factory=dict
    )
    deadline_seconds: Seconds | None = None
    hook_instance: HookInstances = "uuid"
    patient_view: YesNo | None = None
    client_id: Text | None = None
    background_reads: YesNo = False
    name: (
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")] | None
    ) = None
    reviewers: tuple[Name, ...] = ()
    tenant_reviewers: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)
    capabilities: Capabilities | None = None
    worksheet: WorksheetLaunch | None = None
    language: Text | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len(self._key_ways) > 1:
            raise ValueError(ONE_KEY_WAY)
        if self.jwks_origins and self.jwks_index is None:
            raise ValueError("jwks-origins: only with jwks-index")
        if len(set(self.fhir_servers)) < len(self.fhir_servers):
            raise ValueError("fhir-servers: an address is there twice")
        for tenant, servers in self.tenant_fhir_servers.items():
            if tenant not in self.tenants or not set(servers) <= set(self.fhir_servers):
                raise ValueError(
                    "tenant-fhir-servers: each tenant must be in tenants, and each"
                    " address in fhir-servers"
                )
        if not self.tenant_reviewers.keys() <= set(self.tenants):
            raise ValueError("tenant-reviewers: each tenant must be in tenants")
        if not self.fhir_aliases.keys() <= set(self.fhir_servers):
            raise ValueError("fhir-aliases: each address must be in fhir-servers")
        return self

    @property
    def has_keys(self) -> bool:
        return bool(self._key_ways)

    @property
    def _key_ways(self) -> tuple[object, ...]:
        ways = (self.jwks_url, self.jwks_urls or None, self.jwks_index, self.jwks_file)
        return tuple(source for source in ways if source is not None)

    @property
    def key_urls(self) -> tuple[str, ...]:
        """Return the configured URLs of its key sets."""
        return (self.jwks_url,) if self.jwks_url is not None else self.jwks_urls

    def scopes(self) -> Iterator[tuple[str, Caller]]:
        """Yield each account that is bound to this EHR, with whose entries it sees."""
        yield from ((name, Caller(self.issuer)) for name in self.reviewers)
        for tenant, names in self.tenant_reviewers.items():
            yield from ((name, Caller(self.issuer, tenant)) for name in names)


def with_profile(client: Client, profile: Profile) -> Client:
    """Complete the client by its profile; its own table wins."""
    values: dict[str, Any] = {
        "algorithms": value_of(profile.token.algorithms),
        "hook_instance": value_of(profile.request.hook_instance),
    }
    hooks = value_of(profile.hooks.names) or ()
    values["patient_view"] = "patient-view" in hooks and "order-sign" not in hooks
    update = _unstated(values, client)
    if client.worksheet is not None and client.worksheet.writes is None:
        writes = value_of(profile.server.writes)
        update["worksheet"] = client.worksheet.model_copy(update={"writes": writes})
    capabilities = capabilities_of(profile, client.capabilities or EVERYTHING)
    return client.model_copy(update=update | {"capabilities": capabilities})


def capabilities_of(profile: Profile, own: Capabilities = EVERYTHING) -> Capabilities:
    """Return what the EHR can apply.

    If its actions are unknown, it gets none, and the card has words instead.

    Args:
        profile: what its vendor says.
        own: what the site says, which wins.
    """
    answer = profile.answer
    values: dict[str, Any] = {
        "actions": value_of(answer.actions) or (),
        "resources": value_of(answer.resources),
        "orderables": value_of(answer.orderables),
        "order_systems": value_of(answer.order_systems),
        "order_details": value_of(answer.order_details),
        "handout": value_of(answer.handout),
    }
    return own.model_copy(update=_unstated(values, own))


def _unstated(values: Mapping[str, Any], own: SiteTable) -> dict[str, Any]:
    """Return the known values whose keys the site's own table lacks."""
    return {
        name: value
        for name, value in values.items()
        if value is not None and name not in own.model_fields_set
    }
