"""Read a hospital's site folder: `site.toml`, with overlays of mappings and hooks."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, ValidationError

from cds_service.core.caller import Caller
from cds_service.core.data_file import read_toml, validated
from cds_service.core.handout.handout_settings import HandoutSettings
from cds_service.core.site_values.policy import (
    RETIRED_KEYS,
    SITE_KEYS,
    Policy,
    SiteBaseline,
    SiteReferences,
)
from cds_service.core.words.languages import ENGLISH
from cds_service.errors import DataFileError
from cds_service.outgoing.address import Address, parse_address, parse_base
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.site.clients import ONE_KEY_WAY, Client, with_profile
from cds_service.site.fields import Origin, SiteTable, Text, TimeZone, Whole, YesNo
from cds_service.site.profiles import (
    Profile,
    load_profile,
    profile_folders,
    profile_names,
    value_of,
)
from cds_service.site.review import ACCOUNT, ReviewLogin, client_secret

SITE_FILE = "site.toml"
NO_SITE_FILE = (
    "there is no such file; a site folder begins with one:"
    ' [site], name = "Example Hospital", time-zone = "Europe/Berlin"'
)
OVERLAYS = ("mappings", "hooks")
CLIENTS = "clients"
# An account that is not bound to an EHR sees the entries of all.
NO_ACCOUNT = (
    "is not an account: write a local one in lower case, and one of the hospital's"
    " login as issuer|subject, with the issuer of [review]"
)
CONFIRMED = "confirmed"  # the site's tests of its codes


class Identity(SiteTable):
    """`[site]`: the hospital's name, its time zone, and origins that may call.

    Attributes:
        time_zone: zone in which its days begin; needed with `[[clients]]`, else UTC.
    """

    name: Text
    time_zone: TimeZone | None = None
    allowed_origins: tuple[Origin, ...] = ()

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone) if self.time_zone else UTC


class ServiceMode(SiteTable):
    """`[service]`: the users who are shown answers, and if discovery needs a token.

    Attributes:
        mode: `off` answers without cards and computes none; `silent` computes and
            records cards, and shows none.
        pilot_users: if set, cards are live for these users and silent for all others. A
            user is `context.userId`, or its id; `issuer|` before it names the EHR.
    """

    mode: Literal["off", "silent", "live"] = "live"
    pilot_users: tuple[Whole, ...] = ()
    discovery: Literal["open", "closed"] = "open"

    def in_force(self) -> dict[str, Any]:
        """Return the mode and the users as the audit log records them."""
        return {"mode": self.mode, "pilotUsers": sorted(self.pilot_users)}


class FhirAccess(SiteTable):
    """`[fhir]`: if loopback, private addresses and plain http may be called."""

    allow_private_networks: YesNo = False


class SiteAttribute(SiteTable):
    """`[[source-attributes]]`: a site's words on the use of a study."""

    study: Text
    key: Literal["A3_funding", "B8_ii_validity_local", "B8_iv_fairness_local"]
    text: Text
    source: Text


class SiteLanguage(SiteTable):
    """`[languages.<code>]`: a language of cards that this site has turned on.

    Attributes:
        reader: the clinician who has read it; without one it counts as unread.
    """

    reader: Text | None = None


class Site(SiteTable):
    """All of `site.toml`.

    `baseline`, `reference` and `policy` go to `Policy.with_site`.
    """

    site: Identity
    baseline: SiteBaseline = SiteBaseline()
    reference: SiteReferences = SiteReferences()
    policy: Mapping[str, Any] = Field(default_factory=dict)
    service: ServiceMode = ServiceMode()
    clients: tuple[Client, ...] = ()
    fhir: FhirAccess = FhirAccess()
    review: ReviewLogin | None = None
    source_attributes: tuple[SiteAttribute, ...] = ()
    handout: HandoutSettings = HandoutSettings()
    languages: Mapping[str, SiteLanguage] = Field(default_factory=dict)

    def scope_of(self, account: str) -> Caller | None:
        """Return the caller whose entries alone an account sees; None for all."""
        for client in self.clients:
            for name, scope in client.scopes():
                if name == account:
                    return scope
        return None

    def is_live_for(self, user_id: str, issuer: str | None) -> bool:
        """Tell if this user of this EHR is shown cards."""
        names = {user_id, user_id.rpartition("/")[2]}
        accepted = {name for name in names if "|" not in name}
        accepted |= {f"{issuer}|{name}" for name in names}
        pilots = self.service.pilot_users
        is_shown = not pilots or not accepted.isdisjoint(pilots)
        return self.service.mode == "live" and is_shown

    @property
    def fhir_servers(self) -> tuple[Address, ...]:
        """Return the bases that any of the clients may name."""
        return tuple(
            parse_base(url) for client in self.clients for url in client.fhir_servers
        )


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """A site folder that was read.

    Attributes:
        mappings: the overlay of `mappings/`, None if there is none.
        hooks: the overlay of `hooks/`, None if there is none.
        profiles: the profile of each client, by issuer, with the facts that the site
            states.
        clients: the folders of EHRs that have one, by issuer.
        below: for the folder of an EHR, that of the site; its overlays are read first.
    """

    path: Path
    site: Site
    mappings: Path | None
    hooks: Path | None
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    clients: "Mapping[str, SiteFolder]" = field(default_factory=dict)
    below: "SiteFolder | None" = None

    @property
    def own_clients(self) -> tuple[Client, ...]:
        """Return the EHRs whose calls are answered from this folder."""
        if self.below is not None:
            name = self.path.name
            return tuple(client for client in self.site.clients if client.name == name)
        return tuple(client for client in self.site.clients if not client.name)

    def overlays(self, kind: Literal["mappings", "hooks"]) -> tuple[Path, ...]:
        """Return the overlays of this kind; the last one's files count."""
        overlay = self.mappings if kind == "mappings" else self.hooks
        below = self.below.overlays(kind) if self.below else ()
        return (*below, overlay) if overlay else below


class ClientFile(SiteTable):
    """`clients/<name>/site.toml`: tables that replace the site's for this EHR."""

    baseline: SiteBaseline = SiteBaseline()
    reference: SiteReferences = SiteReferences()
    policy: Mapping[str, Any] = Field(default_factory=dict)


def load_site(folder: Path) -> SiteFolder:
    """Load and check the site folder.

    Raises:
        DataFileError: names file, table and key of the first fault.
    """
    _check_files(folder)
    file = folder / SITE_FILE
    if not file.exists():
        raise DataFileError(str(file), "", NO_SITE_FILE)
    site = validated(Site, read_toml(file), file)
    _check_policy(file, site.policy)
    _check_clients(file, site)
    _check_languages(file, site)
    _check_review(file, site)
    _check_reviewers(file, site)
    _check_names(folder)
    profiles = _profiles(folder, site)
    clients = tuple(
        with_profile(client, profiles[client.issuer]) for client in site.clients
    )
    site_folder = SiteFolder(
        folder,
        site.model_copy(update={"clients": clients}),
        _overlay(folder / "mappings"),
        _overlay(folder / "hooks"),
        profiles,
    )
    return replace(site_folder, clients=_client_folders(site_folder))


def _profiles(folder: Path, site: Site) -> dict[str, Profile]:
    """Load the profile of each client, by issuer, with the facts of the site."""
    profiles = {}
    for number, client in enumerate(site.clients):
        overlays = [folder / "mappings"]
        if client.name:
            overlays.append(folder / CLIENTS / client.name / "mappings")
        folders = profile_folders(overlays)
        place, file = f"clients.{number}", folder / SITE_FILE
        names = profile_names(folders)
        if client.profile not in names:
            known_names = ", ".join(sorted(names))
            fault = f"there is no such profile; there are: {known_names}"
            raise DataFileError(str(file), f"{place}.profile", fault)
        profile = load_profile(client.profile, folders)
        profile = profile.with_facts(client.facts, file, f"{place}.facts")
        if not client.has_keys:
            raise DataFileError(str(file), place, _missing_keys_fault(profile))
        profiles[client.issuer] = profile
    return profiles


def _missing_keys_fault(profile: Profile) -> str:
    """Return the message for a client without keys, with the list its vendor names."""
    index = value_of(profile.token.key_index)
    if index is None:
        return ONE_KEY_WAY
    return f'{ONE_KEY_WAY}; the profile names jwks-index = "{index}"'


def _client_folders(site: SiteFolder) -> dict[str, SiteFolder]:
    """Load the folders below `clients/`, by the issuer of the client that names each.

    Raises:
        DataFileError: no client names a folder, or a client names none of them.
    """
    issuers = {
        client.name: client.issuer for client in site.site.clients if client.name
    }
    folders = sorted(path for path in (site.path / CLIENTS).glob("*") if path.is_dir())
    site_folders = {}
    for folder in folders:
        if folder.name not in issuers:
            raise DataFileError(
                str(folder),
                "",
                "no client has this name ([[clients]] name in site.toml)",
            )
        _check_names(folder)
        site_folders[issuers[folder.name]] = _client_folder(folder, site)
    if missing := sorted(set(issuers) - {folder.name for folder in folders}):
        raise DataFileError(
            str(site.path / CLIENTS / missing[0]),
            "",
            "there is no such folder, but a client names it",
        )
    return site_folders


def _client_folder(folder: Path, below: SiteFolder) -> SiteFolder:
    file = folder / SITE_FILE
    tables = ClientFile()
    if file.exists():
        tables = validated(ClientFile, read_toml(file), file)
    _check_policy(file, tables.policy)
    changed = {"policy": {**below.site.policy, **tables.policy}}
    changed_tables: Mapping[str, BaseModel] = {
        "baseline": tables.baseline,
        "reference": tables.reference,
    }
    for name, table in changed_tables.items():
        changes = {key: getattr(table, key) for key in table.model_fields_set}
        changed[name] = getattr(below.site, name).model_copy(update=changes)
    site = below.site.model_copy(update=changed)
    return SiteFolder(
        folder,
        site,
        _overlay(folder / "mappings"),
        _overlay(folder / "hooks"),
        below.profiles,
        below=below,
    )


def aliases_of_server(folder: SiteFolder | None, server: str) -> tuple[str, ...]:
    """Return other bases under which this server writes its references."""
    clients = folder.site.clients if folder else ()
    base = parse_base(server).url
    return tuple(
        alias for client in clients for alias in client.fhir_aliases.get(base, ())
    )


def _check_files(folder: Path) -> None:
    """Refuse a folder that everybody may write to, since it decides who may call.

    A named pipe or a device in it is refused too: a read of it may never end.
    """
    for path in (folder, *sorted(folder.rglob("*"))):
        try:
            mode = path.stat().st_mode
        except OSError:
            continue  # a dangling link; reported when the file is needed
        if mode & stat.S_IWOTH:
            raise DataFileError(str(path), "", "everybody may write to it: chmod o-w")
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise DataFileError(str(path), "", "is a pipe or a device, no file")


def _check_policy(file: Path, policy: Mapping[str, Any]) -> None:
    """Check each value against its field of `Policy`; a fault names the site's key."""
    for key, value in policy.items():
        if key not in SITE_KEYS:
            fault = RETIRED_KEYS.get(key, "a site cannot set this")
            raise DataFileError(str(file), f"policy.{key}", fault)
        table, name = SITE_KEYS[key]
        fault = _fault_of(
            Policy.model_fields[table.replace("-", "_")].annotation, name, value
        )
        if fault:
            raise DataFileError(str(file), f"policy.{key}", fault)


def _fault_of(table: Any, name: str, value: Any) -> str:
    """Return the fault of this value of a policy table; empty if there is none."""
    try:
        table.model_validate({name: value}, strict=True)
    except ValidationError as error:
        faults = (fault for fault in error.errors() if fault["loc"] == (name,))
        return next((fault["msg"] for fault in faults), "")
    return ""


def _check_languages(file: Path, site: Site) -> None:
    """Refuse a client's language that the site has not turned on."""
    languages = {ENGLISH, *site.languages}
    for number, client in enumerate(site.clients):
        if client.language is not None and client.language not in languages:
            fault = f"turn it on with [languages.{client.language}]"
            raise DataFileError(str(file), f"clients.{number}.language", fault)


def _check_clients(file: Path, site: Site) -> None:
    if site.clients and site.site.time_zone is None:
        fault = (
            "is needed with [[clients]], since it says which day is today: "
            "an IANA name, Europe/Berlin"
        )
        raise DataFileError(str(file), "site.time-zone", fault)
    issuers = [client.issuer for client in site.clients]
    for pilot in site.service.pilot_users:
        issuer, bar, _ = pilot.rpartition("|")
        if bar and issuer not in issuers:
            raise DataFileError(
                str(file),
                "service.pilot-users",
                f"{pilot}: no client has the issuer {issuer}",
            )
    for number, client in enumerate(site.clients):
        place = f"clients.{number}"
        if issuers.index(client.issuer) != number:
            raise DataFileError(
                str(file),
                f"{place}.issuer",
                "appears twice; write one table for each EHR",
            )
        if client.jwks_file is not None:
            _check_key_file(file, f"{place}.jwks-file", client.jwks_file)
        _check_networks(file, place, client, site.fhir)


def _check_key_file(file: Path, key: str, name: str) -> None:
    key_file = file.parent / name
    if not _is_file(key_file):
        fault = "there is no such file in the site folder"
        raise DataFileError(str(file), key, fault)
    if _holds_private_key(key_file):
        fault = "holds a private key: only public ones belong there"
        raise DataFileError(str(file), key, fault)


def _check_reviewers(file: Path, site: Site) -> None:
    """Refuse a bound account that cannot exist, or that is bound twice."""
    accounts = [name for client in site.clients for name, _ in client.scopes()]
    if doubled := sorted({name for name in accounts if accounts.count(name) > 1}):
        raise DataFileError(
            str(file), "clients.reviewers", f"{doubled[0]} is bound twice"
        )
    login = site.review
    for name in accounts:
        may_be = login.may_name(name) if login else ACCOUNT.fullmatch(name)
        if not may_be:
            raise DataFileError(str(file), "clients.reviewers", f"{name} {NO_ACCOUNT}")


def _is_file(path: Path) -> bool:
    """Tell if a file is there; no file has a name that the system refuses."""
    try:
        return path.is_file()
    except OSError:
        return False


def _check_networks(file: Path, place: str, client: Client, access: FhirAccess) -> None:
    urls: dict[str, Iterable[str | None]] = {
        f"{place}.fhir-servers": client.fhir_servers,
        f"{place}.jwks-url": (client.jwks_url,),
        f"{place}.jwks-urls": client.jwks_urls,
        f"{place}.jwks-index": (client.jwks_index,),
        f"{place}.jwks-origins": client.jwks_origins,
    }
    for key, addresses in urls.items():
        for address in map(parse_address, filter(None, addresses)):
            if _is_private(address) and not access.allow_private_networks:
                raise DataFileError(
                    str(file),
                    key,
                    "plain http and loopback need allow-private-networks = true "
                    "in [fhir]",
                )
            if address.is_plain_and_public:
                raise DataFileError(
                    str(file), key, "plain http is for private networks alone"
                )


def _check_review(file: Path, site: Site) -> None:
    """Check the login of the review pages, and that its secret can be read."""
    if site.review is None:
        return
    client_secret(file.parent, site.review.client_secret_file)
    for url in (site.review.issuer, *site.review.servers):
        if not site.fhir.allow_private_networks and _is_private(parse_address(url)):
            raise DataFileError(
                str(file),
                "review.issuer",
                "loopback needs allow-private-networks = true in [fhir]",
            )


def _is_private(address: Address) -> bool:
    return address.scheme == "http" or address.is_loopback


def _check_names(folder: Path) -> None:
    """Refuse a folder whose misspelt name would keep it from being read.

    Folders with other names are allowed.
    """
    names = (*OVERLAYS, CONFIRMED)
    for path in sorted(folder.iterdir()):
        near_names = get_close_matches(path.name.lower(), names, cutoff=0.8)
        if path.is_dir() and near_names and path.name not in names:
            raise DataFileError(
                str(path), "", f"is not used; did you mean {near_names[0]}?"
            )


def _overlay(folder: Path) -> Path | None:
    return folder if os.path.lexists(folder) else None


def _holds_private_key(file: Path) -> bool:
    """Tell if a key file holds a private key (RFC 7518, 6.2.2 and 6.3.2).

    False if the file cannot be read.
    """
    document: Any = None
    with suppress(OSError, JsonTextError):
        document = decode_json(file.read_bytes())
    keys = document.get("keys") if isinstance(document, dict) else None
    return isinstance(keys, list) and any(
        isinstance(key, dict) and "d" in key for key in keys
    )


def what_was_read(folder: SiteFolder | None) -> Iterator[str]:
    """Yield what was read of a site's folder: a line for each setting and file."""
    if folder is None:
        yield (
            "no site folder: the service is open and local "
            "(--site DIR, or KYPHOPLASTY_CDS_SITE, names one)"
        )
        return
    site = folder.site
    yield f"{folder.path / SITE_FILE}: {site.site.name}, mode {site.service.mode}"
    yield f"  days are those of {site.site.time_zone or 'UTC'}"
    is_live, pilots = site.service.mode == "live", ", ".join(site.service.pilot_users)
    if pilots:
        when = "" if is_live else "once the mode is live, "
        yield f"  {when}cards for these alone: {pilots}"
    elif is_live:
        yield "  cards for everybody: pilot-users names nobody"
    if site.policy:
        policy = (f"{key} = {value}" for key, value in sorted(site.policy.items()))
        yield f"  policy: {', '.join(policy)}"
    for client in site.clients:
        yield f"  client {client.issuer}: {', '.join(client.fhir_servers)}"
    if len(site.clients) > 1:
        yield (
            "  an account of the review pages that no client names "
            "sees the entries of all"
        )
    if not site.clients:
        yield "  no [[clients]]: the service is open and local"
    for site_folder in (folder, *folder.clients.values()):
        yield from _files_read(site_folder)


def _files_read(site_folder: SiteFolder) -> Iterator[str]:
    confirmed = _overlay(site_folder.path / CONFIRMED)
    for overlay in (site_folder.mappings, site_folder.hooks, confirmed):
        if overlay is None:
            continue
        for path in sorted(overlay.rglob("*")):
            if path.is_file():
                yield f"{path}: read"
