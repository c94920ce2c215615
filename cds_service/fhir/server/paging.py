"""The pages of one search after its first: by the server's `next` link, or by `_offset` where a full page has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.prefetch import has_entries, next_page, resources_of, total_of
from cds_service.fhir.gathering.reading import Fetched
from cds_service.fhir.server.queries import having, value_of
from cds_service.outgoing.address import Address, parse_address

MAX_PAGES = 20
MAX_RESOURCES = 2000
RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]+")

Json = dict[str, Any]


class PageWalk:
    """From page to page of one server, each address once, never off the base."""

    def __init__(self, base: Address, ask: Callable[[str], Any]) -> None:
        """A walk that has not begun.

        Args:
            base: of the server.
            ask: gives the page at an address, or raises FhirReadError.
        """
        self._base = base
        self._ask = ask

    def after(self, first: Any, url: str, *, is_query: bool = False) -> Fetched:
        """This page and all after it; why some are missing is in the note.

        Args:
            first: the first page, or whatever came instead of one.
            url: where it came from.
            is_query: the address is our own query, so that it may be asked again with an offset.
        """
        pages, seen, here = [first], {url}, url
        while True:
            link = next_page(pages[-1])
            if link is None:
                return self._by_offset(pages, url) if is_query and _may_go_on(pages, url) else Fetched(tuple(pages))
            if not has_entries(pages[-1]):
                return Fetched(tuple(pages))
            if _is_enough(pages):
                return _cut(pages)
            address = self._page_address(link, here)
            if address is None or address in seen:
                return Fetched(tuple(pages), "the address of the next page cannot be used")
            seen.add(address)
            try:
                pages.append(self._ask(address))
            except FhirReadError as error:
                return Fetched(tuple(pages), f"page {len(pages) + 1}: {error}")
            here = address

    def _by_offset(self, pages: list[Any], url: str) -> Fetched:
        """The rest of a list of a server that gives no links; one that does not know `_offset` leaves it incomplete."""
        known = _ids(pages)
        while _may_go_on(pages, url):
            if _is_enough(pages):
                return _cut(pages)
            note = f"the list may go on after {len(known)} entries"
            try:
                page = self._ask(having(url, "_offset", str(len(known))))
            except FhirReadError:
                return Fetched(tuple(pages), note)
            if not has_entries(page):
                break
            new = _ids([page])
            if new <= known:
                return Fetched(tuple(pages), note)
            known |= new
            pages.append(page)
        return Fetched(tuple(pages))

    def _page_address(self, link: str, here: str) -> str | None:
        """Where to ask for a page: the link itself when it lies on the base, else its path and query on the base."""
        try:
            address = parse_address(urljoin(here, link))
        except ValueError:
            return None
        if address.is_under(self._base):
            return address.url
        on_base = self._onto_base(address)
        return on_base.url if on_base.query else None

    def _onto_base(self, address: Address) -> Address:
        """A foreign link asked on our base: servers behind a gateway write their inner address."""
        base = self._base.segments
        if address.segments[: len(base)] == base:
            rest = address.segments[len(base) :]
        else:
            rest = tuple(part for part in address.segments[-1:] if RESOURCE_TYPE.fullmatch(part))
        return replace(self._base, segments=base + rest, query=address.query)


def _may_go_on(pages: list[Any], url: str) -> bool:
    """Whether a list without a link looks cut: shorter than it says, or exactly as long as a page was to be."""
    if not has_entries(pages[-1]):
        return False
    total, count = total_of(pages[0]), value_of(url, "_count") or ""
    if total is not None:
        return len(_ids(pages)) < total
    return count.isdigit() and len(_ids(pages[-1:])) == int(count)


def _ids(pages: list[Any]) -> set[str]:
    """What tells the entries of these pages apart; those of an OperationOutcome are none."""
    found = [resource for page in pages for resource in resources_of(page)]
    kept = (one for one in found if one.get("resourceType") != "OperationOutcome")
    return {f"{one.get('resourceType')}/{one['id']}" if one.get("id") else repr(one) for one in kept}


def _is_enough(pages: list[Any]) -> bool:
    return len(pages) >= MAX_PAGES or sum(len(resources_of(page)) for page in pages) >= MAX_RESOURCES


def _cut(pages: list[Any]) -> Fetched:
    return Fetched(tuple(pages), f"the list was cut after {len(pages)} pages")
