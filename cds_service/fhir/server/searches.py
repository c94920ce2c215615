"""Searches: parameters, paging, and Observations on servers that require a category.

Queries are text: `Type/id` or `Type?name=value&…`, percent-encoded if needed.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote, urljoin

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.bundles import (
    entries_of,
    has_entries,
    next_page,
    resources_of,
    total_of,
)
from cds_service.fhir.gathering.fetching import Fetched
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result
from cds_service.outgoing.address import Address, parse_address
from cds_service.outgoing.deadline import Deadline

PAGE_PARAMETERS = frozenset({"_sort", "_count", "status"})
MAX_PAGES = 20
MAX_RESOURCES = 2000
RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]+")

# http://terminology.hl7.org/CodeSystem/observation-category, all of it.
CATEGORIES = (
    "activity",
    "exam",
    "imaging",
    "laboratory",
    "procedure",
    "social-history",
    "survey",
    "therapy",
    "vital-signs",
)

PAGE_SIZE = "100"
OF_CATEGORY = Template(
    "category", "Observation?category", "Observation", is_search=True
)

Search = Callable[[str, Deadline], Fetched]
Ask = Callable[[str], Any]


# --- parameters


def parameters(query: str) -> list[tuple[str, str]]:
    """Return names and values in order, still encoded."""
    pairs = (part.partition("=") for part in query.partition("?")[2].split("&") if part)
    return [(name, value) for name, _, value in pairs]


def value_of(query: str, name: str) -> str | None:
    """Return the first value of a parameter, still encoded."""
    return next(
        (value for parameter, value in parameters(query) if parameter == name), None
    )


def without(query: str, names: frozenset[str]) -> str:
    """Return the query without these parameters."""
    others = [(name, value) for name, value in parameters(query) if name not in names]
    return _joined(query, others)


def having(query: str, name: str, value: str) -> str:
    """Return the query with this parameter, replacing any of the same name."""
    return _joined(
        query,
        [
            *(
                (parameter, old)
                for parameter, old in parameters(query)
                if parameter != name
            ),
            (name, value),
        ],
    )


def plainer_queries(query: str) -> tuple[str, ...]:
    """Return the query, then versions with fewer parameters.

    Some servers refuse one; we filter and sort anyway.
    """
    return tuple(
        dict.fromkeys(
            (
                query,
                without(query, frozenset({"_sort"})),
                without(query, PAGE_PARAMETERS),
            )
        )
    )


def form_of(query: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the URL and form data of the same search by POST."""
    return f"{query.partition('?')[0]}/_search", [
        (name, unquote(value)) for name, value in parameters(query)
    ]


def _joined(query: str, pairs: list[tuple[str, str]]) -> str:
    return f"{query.partition('?')[0]}?" + "&".join(
        f"{name}={value}" for name, value in pairs
    )


# --- pages


def walk_pages(
    base: Address, ask: Ask, first: Any, url: str, *, is_query: bool = False
) -> Fetched:
    """Fetch this page of a search and all later ones, each URL once.

    No page leaves the base; the note says what is missing.

    Args:
        base: the server's base URL.
        ask: fetches the page at a URL, or raises FhirReadError.
        first: the first page, or whatever was received instead.
        url: the URL that it came from.
        is_query: the URL is our own query, so it may be repeated with an offset.
    """
    pages, visited, page_url = [first], {url}, url
    while True:
        link = next_page(pages[-1])
        if link is None:
            return (
                _by_offset(ask, pages, url)
                if is_query and _may_go_on(pages, url)
                else Fetched(tuple(pages))
            )
        # A server that filters by rights may send an empty page within a list.
        if not any(has_entries(page) for page in pages[-2:]) and len(pages) > 1:
            return Fetched(tuple(pages), "the list may go on after two empty pages")
        if _is_enough(pages):
            return _cut(pages)
        address = _page_address(base, link, page_url) if link else None
        if address is None or address in visited:
            return Fetched(tuple(pages), "the address of the next page cannot be used")
        visited.add(address)
        try:
            pages.append(ask(address))
        except FhirReadError as error:
            return Fetched(tuple(pages), f"page {len(pages) + 1}: {error}")
        page_url = address


def _by_offset(ask: Ask, pages: list[Any], url: str) -> Fetched:
    """Fetch the rest of a list by `_offset` if the server sends no links.

    The list is called incomplete if the server does not know `_offset`.
    """
    known = _ids(pages)
    while _may_go_on(pages, url):
        if _is_enough(pages):
            return _cut(pages)
        note = f"the list may go on after {len(known)} entries"
        try:
            page = ask(having(url, "_offset", str(len(known))))
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


def _page_address(base: Address, link: str, page_url: str) -> str | None:
    """Return the URL of a page.

    A link below the base is used as it is. For any other link, its path and query are
    put on the base. None if it cannot be used.

    Args:
        base: the server's base URL.
        link: link to the next page.
        page_url: URL of the page that has the link.
    """
    try:
        address = parse_address(urljoin(page_url, link))
    except ValueError:
        return None
    if address.is_under(base):
        return address.url
    # A foreign link is rewritten to our base: servers behind a gateway write their
    # internal address.
    path = tuple(
        part for part in address.segments[-1:] if RESOURCE_TYPE.fullmatch(part)
    )
    if address.segments[: len(base.segments)] == base.segments:
        path = address.segments[len(base.segments) :]
    on_base = replace(base, segments=base.segments + path, query=address.query)
    return on_base.url if on_base.query else None


def _may_go_on(pages: list[Any], url: str) -> bool:
    """Tell if a list that ends without a link seems to be cut.

    It seems so if it is shorter than its total, or exactly one page long.
    """
    if not has_entries(pages[-1]):
        return False
    total, count = total_of(pages[0]), value_of(url, "_count") or ""
    if total is not None:
        return len(_ids(pages)) < total
    return count.isdigit() and len(_ids(pages[-1:])) == int(count)


def _ids(pages: list[Any]) -> set[str]:
    """Return the identities of these pages' entries, without OperationOutcomes."""
    resources = [resource for page in pages for resource in resources_of(page)]
    results = (
        resource
        for resource in resources
        if resource.get("resourceType") != "OperationOutcome"
    )
    return {
        f"{resource.get('resourceType')}/{resource['id']}"
        if resource.get("id")
        else repr(resource)
        for resource in results
    }


def _is_enough(pages: list[Any]) -> bool:
    return (
        len(pages) >= MAX_PAGES
        or sum(len(resources_of(page)) for page in pages) >= MAX_RESOURCES
    )


def _cut(pages: list[Any]) -> Fetched:
    return Fetched(tuple(pages), f"the list was cut after {len(pages)} pages")


# --- categories


class CategoryReads:
    """Reads one patient's observations by category.

    Searches with different codes share the result.

    The result holds more than was requested; finding readers check the codes again.
    """

    def __init__(self, search: Search) -> None:
        """Prepare the reads; nothing is requested yet.

        Args:
            search: runs one search with all its pages.
        """
        self._search = search
        self._lock = threading.Lock()
        self._answers: dict[str, Fetched | FhirReadError] = {}

    def search(self, query: str, until: Deadline) -> Fetched:
        """Return the combined content of all categories.

        Args:
            query: a search for Observations by code.
            until: the deadline.

        Raises:
            FhirReadError: no category could be read.
        """
        plain = having(without(query, frozenset({"code"})), "_count", PAGE_SIZE)
        if not self._lock.acquire(timeout=max(0.0, until.left)):
            raise FhirReadError("timeout", "not read in time")
        try:
            if plain not in self._answers:
                self._answers[plain] = self._read(plain, until)
        finally:
            self._lock.release()
        answer = self._answers[plain]
        if isinstance(answer, FhirReadError):
            raise answer
        return answer

    def _read(self, query: str, until: Deadline) -> Fetched | FhirReadError:
        tasks = {
            name: partial(self._read_one, having(query, "category", name), until)
            for name in CATEGORIES
        }
        answers = run_side_by_side(tasks, until)
        read = [answer for answer in answers.values() if isinstance(answer, Fetched)]
        if not read:
            for answer in answers.values():
                if isinstance(answer, FhirReadError):
                    return answer
            return FhirReadError("timeout", "not read in time")
        missing = sorted(
            name for name in CATEGORIES if not isinstance(answers.get(name), Fetched)
        )
        notes = [fetched.note for fetched in read if fetched.note]
        if missing:
            notes.append(
                f"{len(missing)} of {len(CATEGORIES)} categories could not be read"
            )
        # One page without a total: the total of one category says nothing about the
        # whole. What the pages of a category say of it is in its note.
        entries = [
            entry
            for fetched in read
            for page in fetched.documents
            for entry in entries_of(page)
        ]
        return Fetched(
            ({"resourceType": "Bundle", "entry": entries},),
            "; ".join(dict.fromkeys(notes)),
        )

    def _read_one(self, query: str, until: Deadline) -> Fetched | FhirReadError:
        """Return one category, with a note if it is not whole."""
        try:
            fetched = self._search(query, until)
        except FhirReadError as error:
            return error
        result = read_result(OF_CATEGORY, fetched.documents, note=fetched.note)
        if result.state == "failed":
            return FhirReadError(result.reason, result.note)
        return replace(fetched, note=result.note.removeprefix("incomplete: "))
