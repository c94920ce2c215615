"""SMART App Launch 2.2, EHR launch: the launchers, the request, and the grant."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cds_service.callers.code_flow import AuthorizationServer, Registration, Secret
from cds_service.errors import DataFileError, LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import Address, parse_address, parse_base
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import is_fhir_id
from cds_service.site.clients import Client
from cds_service.site.folder import SiteFolder
from cds_service.site.review import client_secret

WELL_KNOWN = "/.well-known/smart-configuration"
SCOPES = (
    "launch",
    "openid",
    "fhirUser",
    "patient/Patient.r",
    "patient/Observation.rs",
    "patient/Observation.c",
    "patient/Provenance.c",
    "patient/DiagnosticReport.rs",
)
MOST_AT_ONCE = 6  # as many as nginx lets one address have
MAX_LAUNCH = 4096  # characters of the EHR's handle
# Tokens are sent in a header (RFC 6750, section 2.1).
TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,16384}=*")
USER = re.compile(
    r"(?:.*/)?((Practitioner|PractitionerRole)/((?!\.{1,2}$)[A-Za-z0-9.-]{1,64}))"
)
# SMART's scopes on data, version 2 and 1; one with a query grants less and is not used.
SCOPE = re.compile(r"(?:patient|user)/([A-Za-z]+|\*)\.(read|write|\*|[cruds]+)")
OLD_RIGHTS: Mapping[str, str] = {"read": "rs", "write": "cud", "*": "cruds"}
LONGEST = timedelta(hours=1)
SECONDS = re.compile(r"-?[0-9]{1,9}")
UNSAID_SECONDS = 300  # RFC 6749 only recommends `expires_in`


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """One launch: who works on whose record, and what the EHR granted for it.

    Attributes:
        client: the issuer by which the site names the EHR.
        base: base URL of the FHIR server that launched; the token is for it alone.
        user: FHIR reference of the clinician, relative to the base.
        scope: as granted.
        ends: end of the session: when the token expires, or after `LONGEST`.
        form_token: text that every form must repeat.
    """

    client: str
    tenant: str | None
    base: str
    token: str = field(repr=False)
    patient: str
    encounter: str | None
    user: str
    scope: str
    ends: datetime
    form_token: str = field(repr=False)

    def may(self, resource_type: str, right: str) -> bool:
        """Tell if the EHR granted this right, a letter of `cruds`, on the type."""
        return any(
            parts[1] in (resource_type, "*")
            and right in OLD_RIGHTS.get(parts[2], parts[2])
            for scope in self.scope.split()
            if (parts := SCOPE.fullmatch(scope))
        )


@dataclass(frozen=True, slots=True)
class Launcher:
    """One FHIR server that may launch, and the authorization server before it."""

    client: Client
    base: Address
    server: AuthorizationServer

    def authorization_address(
        self, iss: str, launch: str, redirect: str, secret: Secret, deadline: Deadline
    ) -> str:
        """Return the URL to which the browser goes.

        Args:
            iss: the FHIR server as the EHR wrote it: some compare `aud` as text.
            launch: the EHR's handle.

        Raises:
            CallFailed: the server's SMART configuration cannot be read.
        """
        parameters = {
            "scope": " ".join(SCOPES),
            "redirect_uri": redirect,
            "aud": iss,
            "launch": launch,
            **secret.parameters,
        }
        return self.server.authorization_address(parameters, deadline)

    def redeem(
        self, code: str, redirect: str, secret: Secret, deadline: Deadline
    ) -> Mapping[str, Any]:
        """Return what the authorization server gives for a code.

        Any browser may bring a code; the server accepts only those that it made.

        Raises:
            LoginRefused: the server refuses it.
            CallFailed: the server does not answer.
        """
        return self.server.redeem(code, secret.value("verifier"), redirect, deadline)

    def launched(
        self,
        granted: Mapping[str, Any],
        secret: Secret,
        deadline: Deadline,
        now: datetime,
    ) -> Launched:
        """Return the launch that was granted.

        Raises:
            LoginRefused: it is not the launch of a clinician, with a patient.
            CallFailed: the server does not answer.
        """
        claims = self.server.verified_claims(granted, secret.value("nonce"), deadline)
        return Launched(
            client=self.client.issuer,
            tenant=self._tenant,
            base=self.base.url,
            token=_token(granted),
            patient=_patient(granted),
            encounter=_encounter(granted),
            user=self._user(claims),
            scope=_scope(granted),
            ends=now + _lifetime(granted),
            form_token=secret.value("form"),
        )

    @property
    def _tenant(self) -> str | None:
        """Return the tenant whose server this is; None if that is not clear."""
        servers = self.client.tenant_fhir_servers.items()
        tenants = [name for name, bases in servers if self.base.url in bases]
        return tenants[0] if len(tenants) == 1 else None

    def _user(self, claims: Mapping[str, Any]) -> str:
        """Return the clinician, as a reference on this server.

        Raises:
            LoginRefused: there is no user, or one on another server, or no clinician.
        """
        claim = claims.get("fhirUser")
        named = USER.fullmatch(claim) if isinstance(claim, str) else None
        if named is None:
            raise LoginRefused("user")
        if claim == named[1]:
            return named[1]
        aliases = self.client.fhir_aliases.get(self.base.url, ())
        bases = (self.base, *(parse_base(alias) for alias in aliases))
        try:
            address = parse_address(str(claim))
        except ValueError:
            raise LoginRefused("user") from None
        own = [(*base.segments, named[2], named[3]) for base in bases]
        if not any(
            address.origin == base.origin and address.segments == segments
            for base, segments in zip(bases, own, strict=True)
        ):
            raise LoginRefused("user")
        return named[1]


def find_launchers(
    site: SiteFolder | None, connections: Connections
) -> Mapping[Address, Launcher]:
    """Map bases to the FHIR servers that may launch the worksheet.

    Raises:
        DataFileError: two EHRs name the same server, one is without https, or a secret
            cannot be read.
    """
    launchers: dict[Address, Launcher] = {}
    for client in site.site.clients if site else ():
        if site is None or client.worksheet is None:
            continue
        secret = client_secret(site.path, client.worksheet.client_secret_file)
        for url in client.fhir_servers:
            base = parse_base(url)
            if fault := _why_not(base, launchers):
                file = str(site.path / "site.toml")
                raise DataFileError(file, "clients.worksheet", fault)
            named = (base, *(parse_address(url) for url in client.worksheet.servers))
            registration = Registration(
                document=base.url + WELL_KNOWN,
                client_id=client.worksheet.client_id,
                secret=secret,
                allowed=named,
                needs_challenge=True,
                most_at_once=MOST_AT_ONCE,
            )
            server = AuthorizationServer(registration, connections)
            launchers[base] = Launcher(client, base, server)
    return launchers


def _why_not(base: Address, others: Container[Address]) -> str:
    """Return why this server cannot launch; empty if it can."""
    if base in others:
        return (
            "two EHRs name one FHIR server: a launch does not say which of them it is"
        )
    if not base.may_carry_tokens:
        return "a FHIR server that launches needs an https address"
    return ""


def launcher_of(iss: str, launchers: Mapping[Address, Launcher]) -> Launcher | None:
    """Return the launcher whose FHIR server this is; None for any other."""
    try:
        return launchers.get(parse_base(iss))
    except ValueError:
        return None


# --- the token endpoint's answer


def _token(answer: Mapping[str, Any]) -> str:
    token, kind = answer.get("access_token"), answer.get("token_type")
    is_bearer = isinstance(kind, str) and kind.lower() == "bearer"
    if not is_bearer or not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise LoginRefused("no-token")
    return token


def _patient(answer: Mapping[str, Any]) -> str:
    patient = answer.get("patient")
    if not isinstance(patient, str) or not is_fhir_id(patient):
        raise LoginRefused("no-patient")
    return patient


def _encounter(answer: Mapping[str, Any]) -> str | None:
    encounter = answer.get("encounter")
    if not isinstance(encounter, str) or not is_fhir_id(encounter):
        return None
    return encounter


def _scope(answer: Mapping[str, Any]) -> str:
    """Return the scope that was granted.

    Without one in the answer, it is the scope that was asked for (RFC 6749, 5.1).
    """
    scope = answer.get("scope", " ".join(SCOPES))
    return scope if isinstance(scope, str) else ""


def _lifetime(answer: Mapping[str, Any]) -> timedelta:
    """Return for how long the token opens the page, five minutes if this is unsaid.

    Some servers write the number as a text, or with a decimal point.

    Raises:
        LoginRefused: the token has expired.
    """
    said = answer.get("expires_in")
    if isinstance(said, str) and SECONDS.fullmatch(said):
        said = int(said)
    if not isinstance(said, int | float) or isinstance(said, bool):
        said = UNSAID_SECONDS
    if not said > 0:  # nor is it NaN
        raise LoginRefused("token-expired")
    return timedelta(seconds=min(said, LONGEST.total_seconds()))
