"""References as FHIR writes them: which of them lead to the server of a request, and to what.

A relative reference does, and an absolute one under a base of that server. One to any other server, an unusual spelling
(`Patient//1`, `patient/1`, `Patient/1/`), a search or a part of a resource leads nowhere: it is never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.raw_json import text
from cds_service.outgoing.address import Address, parse_base

Json = Mapping[str, Any]

_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9\-.]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bases:
    """The addresses under which the FHIR server of a request writes its resources.

    A request that names no server has everything from the one EHR that sends it: any address is that EHR's.
    """

    written: frozenset[str] = frozenset()
    addresses: frozenset[Address] = frozenset()

    def name_of(self, reference: str) -> str:
        """`Patient/1` for `Patient/1`, `<base>/Patient/1` and any version of it; empty for all else."""
        whole, history, version = reference.partition("/_history/")
        if history and _VERSION.fullmatch(version) is None:
            return ""
        if _NAME.fullmatch(whole):
            return whole
        base, _, resource_id = whole.rpartition("/")
        base, _, kind = base.rpartition("/")
        name = f"{kind}/{resource_id}"
        return name if _NAME.fullmatch(name) and self._hold(base) else ""

    def target_of(self, reference: str) -> str:
        """What `name_of` says, and the address itself of an entry of a Bundle that is known there alone, `urn:…`."""
        return reference if _URN.fullmatch(reference) else self.name_of(reference)

    def _hold(self, base: str) -> bool:
        address = _address(base)
        return address in self.addresses or (address is not None and not self.addresses) or base in self.written


NO_BASE = Bases()


def bases_of(urls: Iterable[str | None]) -> Bases:
    """The bases behind these URLs; what is no plain base is left out."""
    addresses = frozenset(filter(None, map(_address, filter(None, urls))))
    return Bases(frozenset(address.url for address in addresses), addresses)


def last_name(reference: str) -> str:
    """`Patient/1` for whatever ends so, on whatever server; empty for all else."""
    name = "/".join(reference.partition("/_history/")[0].split("/")[-2:])
    return name if _NAME.fullmatch(name) else ""


class Targets:
    """Resources that references may lead to, looked through once."""

    def __init__(self, resources: Iterable[tuple[Json, str | None]], bases: Bases = Bases()) -> None:
        """All that came along.

        Args:
            resources: raw, with their fullUrl.
            bases: of the server that sent them.
        """
        self._bases = bases
        self._found: dict[str, Json | None] = {}
        for resource, full_url in resources:
            name = f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}"
            address = full_url if full_url and _URN.fullmatch(full_url) else ""
            for target in filter(None, {name, address}):
                if target not in self._found:
                    self._found[target] = resource
                elif (other := self._found[target]) is not resource and other != resource:
                    self._found[target] = None  # two that differ: neither is meant for certain

    def find(self, reference: str) -> Json | None:
        """What this reference leads to; None where that is nothing for certain."""
        return self._found.get(self._bases.target_of(reference))


def contained_in(resource: Json) -> Mapping[str, Json | None]:
    """The contained resources by what refers to them, `#1`; None where two have the same id."""
    listed = resource.get("contained")
    found: dict[str, Json | None] = {}
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and (local := text(one.get("id"))):
            found[f"#{local}"] = None if f"#{local}" in found else one
    return found


def _address(url: str) -> Address | None:
    try:
        return parse_base(url)
    except ValueError:
        return None
