"""Resolve FHIR references that point to the request's server.

Those are relative references, and absolute ones under a base URL of that server.
References to other servers, unusual spellings (`Patient//1`, `patient/1`,
`Patient/1/`), searches and parts of a resource are not resolved: we never guess.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from cds_service.fhir.raw_json import Json, objects, text
from cds_service.outgoing.address import Address, parse_base
from cds_service.protocol.json_text import levels
from cds_service.protocol.messages import is_fhir_id

_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
ENCOUNTER = "Encounter"
ENTRY = "entry"  # in place of a type, for the address of a Bundle's entry
_BESIDE_ADDRESS = {"identifier", "type"}
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9\-.]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bases:
    """The base URLs that the request's FHIR server uses in its references.

    Attributes:
        is_named: only these bases count. Otherwise any base counts, since everything
            comes from one EHR.
    """

    written: frozenset[str] = frozenset()
    addresses: frozenset[Address] = frozenset()
    is_named: bool = False

    def name_of(self, reference: str) -> str:
        """Return `Patient/1` for `Patient/1` and `<base>/Patient/1`, in any version.

        The result is empty for anything else.
        """
        whole, history, version = reference.partition("/_history/")
        if history and _VERSION.fullmatch(version) is None:
            return ""
        if _NAME.fullmatch(whole):
            return whole
        base, _, resource_id = whole.rpartition("/")
        base, _, kind = base.rpartition("/")
        name = f"{kind}/{resource_id}"
        return name if _NAME.fullmatch(name) and self.holds(base) else ""

    def holds(self, base: str) -> bool:
        """Tell if this is one of the bases."""
        address = _address(base)
        return (
            address in self.addresses
            or (address is not None and not self.is_named)
            or base in self.written
        )


NO_BASE = Bases(is_named=True)  # no absolute reference counts


def bases_of(urls: Iterable[str | None]) -> Bases:
    """Return the bases for these URLs.

    Anything that is not a plain base URL is left out.
    """
    named = [url for url in urls if url is not None]
    addresses = frozenset(filter(None, map(_address, named)))
    return Bases(
        frozenset(address.url for address in addresses), addresses, bool(named)
    )


def bases_of_call(urls: Iterable[str | None], *documents: Any) -> Bases:
    """Return the bases for these URLs; without a URL, those of the call's references.

    Args:
        urls: the base URLs that a call names, if any.
        documents: raw JSON of the call.
    """
    named = bases_of(urls)
    return named if named.is_named else _Unnamed(documents=documents)


@dataclass(frozen=True)
class _Unnamed(Bases):
    """The base of a call that names none.

    It is looked for when the first absolute reference is met: in the call's references
    to Patients, else in its other references, else in the addresses of its entries.

    If there are two bases, it is not known which is the EHR's, and no absolute
    reference counts.
    """

    documents: Sequence[Any] = field(default=(), repr=False, compare=False)

    @cached_property
    def _found(self) -> Bases:
        of_patients: set[str] = set()
        of_others: set[str] = set()
        of_entries: set[str] = set()
        for base, kind in _absolute(self.documents):
            if kind == ENTRY:
                bases = of_entries
            elif kind == "Patient":
                bases = of_patients
            else:
                bases = of_others
            if len(bases) < 2 and base not in bases and (address := _address(base)):
                bases.add(address.url)
        bases = of_patients or of_others or of_entries
        return bases_of(bases) if len(bases) < 2 else NO_BASE

    def holds(self, base: str) -> bool:
        return self._found.holds(base)


def _absolute(documents: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield base URL and type of every absolute reference in JSON.

    The address of an entry has `ENTRY` in place of the type.
    """
    for level in levels([*documents]):
        for node in level:
            if type(node) is not dict:
                continue
            if base_and_type := _parts(node.get("reference")):
                yield base_and_type
            if base_and_type := _parts(node.get("fullUrl")):
                yield base_and_type[0], ENTRY


def _parts(address: Any) -> tuple[str, str] | None:
    """Return base URL and type of an absolute reference; None for anything else."""
    if type(address) is not str or "://" not in address:
        return None
    path = address.partition("/_history/")[0].rpartition("/")[0]
    base, _, kind = path.rpartition("/")
    return base, kind


def last_name(reference: str) -> str:
    """Return `Patient/1` for any reference that ends so, on any server.

    The result is empty for anything else.
    """
    name = "/".join(reference.partition("/_history/")[0].split("/")[-2:])
    return name if _NAME.fullmatch(name) else ""


class BundleEntry(NamedTuple):
    """A raw resource as a Bundle holds it.

    Attributes:
        full_url: None if it has none, as a resource that is no part of a Bundle.
    """

    resource: Json
    full_url: str | None = None


class Targets:
    """Resources that references may point to, indexed once."""

    def __init__(self, entries: Iterable[BundleEntry], bases: Bases = Bases()) -> None:
        """Index these resources.

        Args:
            entries: the resources.
            bases: base URLs of the server that sent them.
        """
        self._bases = bases
        self._found: dict[str, Json | None] = {}
        for resource, full_url in entries:
            name = f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}"
            address = full_url if full_url and _URN.fullmatch(full_url) else ""
            for target in filter(None, {name, address}):
                known = self._found.setdefault(target, resource)
                if known is not resource and known != resource:
                    # Two different resources: the target is ambiguous.
                    self._found[target] = None

    def also(self, resources: Mapping[str, Json]) -> "Targets":
        """Return these and others, by name: `Device/12`."""
        joined = Targets((), self._bases)
        joined._found = {**self._found, **resources}
        return joined

    def find(self, reference: str) -> Json | None:
        """Return the target of this reference; None without one or with several."""
        if not self._found:
            return None
        # An entry that has no name outside its Bundle is found by its URL.
        return self._found.get(
            reference if _URN.fullmatch(reference) else self._bases.name_of(reference)
        )


def reasons_referred_to(resource: Json) -> Iterator[Json]:
    """Yield the references to the reasons of an order or of a stay."""
    yield from objects(resource.get("reasonReference"))
    if resource.get("resourceType") == ENCOUNTER:
        for diagnosis in objects(resource.get("diagnosis")):
            yield from objects(diagnosis.get("condition"))


def contained_in(resource: Json) -> Mapping[str, Json | None]:
    """Return the contained resources by reference, `#1`; None if two share an id."""
    listed = resource.get("contained")
    resources: dict[str, Json | None] = {}
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and (local := text(item.get("id"))):
            resources[f"#{local}"] = None if f"#{local}" in resources else item
    return resources


def are_of_one(subject: Any, other: Any) -> bool:
    """Tell if two References name the same, whatever they show for it.

    One may have an identifier or a type next to the address, and the other not.
    """
    if subject == other:
        return True
    if not isinstance(subject, dict) or not isinstance(other, dict):
        return False
    if any(
        subject[element] != other[element]
        for element in _BESIDE_ADDRESS & subject.keys() & other.keys()
    ):
        return False
    aside = {"display"} | (_BESIDE_ADDRESS if text(subject.get("reference")) else set())
    one, another = (
        {element: value for element, value in whom.items() if element not in aside}
        for whom in (subject, other)
    )
    return bool(one) and one == another


def _address(url: str) -> Address | None:
    try:
        return parse_base(url)
    except ValueError:
        return None


def reference_name(resource_type: str, resource: Mapping[str, Any]) -> str:
    """Return the name of a resource on cards and in the audit log: `Observation/12`.

    An invalid id is not repeated.
    """
    resource_id = resource.get("id")
    return (
        f"{resource_type}/{resource_id}"
        if is_fhir_id(resource_id)
        else f"{resource_type} without id"
    )
