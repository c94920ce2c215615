"""Change the parameters of searches, walk their pages, and search by category.

Queries are text: `Type/id` or `Type?name=value&…`, percent-encoded if needed. Some
servers answer a search for Observations only if it names a category.
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
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result
from cds_service.outgoing.address import LONGEST, Address, parse_address
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
    """Return the names and values of a query in order, still encoded."""
    pairs = (part.partition("=") for part in query.partition("?")[2].split("&") if part)
    return [(name, value) for name, _, value in pairs]


def value_of(query: str, name: str) -> str | None:
    """Return the first value of a parameter, still encoded."""
    return next(
        (value for parameter, value in parameters(query) if parameter == name), None
    )


def _without_parameters(query: str, names: frozenset[str]) -> str:
    """Return the query without these parameters."""
    others = [(name, value) for name, value in parameters(query) if name not in names]
    return _joined(query, others)


def with_parameter(query: str, name: str, value: str) -> str:
    """Return the query with this parameter in place of any of the same name."""
    others = [pair for pair in parameters(query) if pair[0] != name]
    return _joined(query, [*others, (name, value)])


def plainer_queries(query: str) -> tuple[str, ...]:
    """Return the query, then versions of it with fewer parameters, if these differ.

    Some servers refuse a parameter. We sort and filter the answers in any case.
    """
    unsorted = _without_parameters(query, frozenset({"_sort"}))
    bare = _without_parameters(query, PAGE_PARAMETERS)
    return tuple(dict.fromkeys((query, unsorted, bare)))


def form_of(query: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the URL and form data of the same search by POST."""
    return f"{query.partition('?')[0]}/_search", [
        (name, unquote(value)) for name, value in parameters(query)
    ]


def _joined(query: str, pairs: list[tuple[str, str]]) -> str:
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return f"{query.partition('?')[0]}?{joined}"


# --- pages


def walk_pages(
    base: Address, ask: Ask, first: Any, url: str, *, is_query: bool = False
) -> Fetched:
    """Return a search's first page and all later ones, each of which is fetched once.

    No request leaves the base. The note of the result says what is missing.

    Args:
        base: the server's base URL.
        ask: fetches the page at a URL, or raises FhirReadError.
        first: the first page, or whatever was received instead.
        url: the URL of the first page.
        is_query: the URL is our own query, so it may be repeated with an offset.
    """
    pages, visited, page_url = [first], {url}, url
    while True:
        link = next_page(pages[-1])
        if link is None:
            if is_query and _may_go_on(pages, url):
                return _by_offset(ask, pages, url)
            return Fetched(tuple(pages))
        # A server that filters by rights may send one empty page within a list.
        if len(pages) > 1 and not any(map(has_entries, pages[-2:])):
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
    """Fetch the rest of a list by `_offset`, from a server that sends no links.

    A server that does not know `_offset` sends the same entries again. The note then
    says that the list may go on.
    """
    known = _ids(pages)
    while _may_go_on(pages, url):
        if _is_enough(pages):
            return _cut(pages)
        note = f"the list may go on after {len(known)} entries"
        try:
            page = ask(with_parameter(url, "_offset", str(len(known))))
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
    """Return the URL of a page under our base; None if the link cannot be used.

    A link under the base is used as it is. Servers behind a gateway write their
    internal address: of any other link, the end of its path and its query are put on
    our base.

    Args:
        base: the server's base URL.
        link: link to the page.
        page_url: URL of the page that has the link.
    """
    if len(link) > LONGEST:  # to join it takes as long as to parse it
        return None
    try:
        address = parse_address(urljoin(page_url, link))
    except ValueError:
        return None
    if address.is_under(base):
        return address.url
    is_same_path = address.segments[: len(base.segments)] == base.segments
    if is_same_path:
        path = address.segments[len(base.segments) :]
    else:
        path = tuple(
            part for part in address.segments[-1:] if RESOURCE_TYPE.fullmatch(part)
        )
    on_base = replace(base, segments=base.segments + path, query=address.query)
    return on_base.url if on_base.query else None


def _may_go_on(pages: list[Any], url: str) -> bool:
    """Tell if a list that ends without a link seems to be cut.

    It does if it is shorter than its total or, without a total, if its last page is
    full.
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
    identities = set()
    for resource in resources:
        kind, own_id = resource.get("resourceType"), resource.get("id")
        if kind != "OperationOutcome":
            identities.add(f"{kind}/{own_id}" if own_id else repr(resource))
    return identities


def _is_enough(pages: list[Any]) -> bool:
    return (
        len(pages) >= MAX_PAGES
        or sum(len(resources_of(page)) for page in pages) >= MAX_RESOURCES
    )


def _cut(pages: list[Any]) -> Fetched:
    return Fetched(tuple(pages), f"the list was cut after {len(pages)} pages")


# --- categories


class CategoryReads:
    """Reads all Observations of one patient, category by category.

    Searches with different codes share the result. It holds more than each asked for:
    the readers of findings check the codes again.
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
        """Return the Observations of all categories as one page.

        Args:
            query: a search for Observations by code.
            until: the deadline.

        Raises:
            FhirReadError: no category could be read.
        """
        uncoded = _without_parameters(query, frozenset({"code"}))
        uncoded = with_parameter(uncoded, "_count", PAGE_SIZE)
        if not self._lock.acquire(timeout=max(0.0, until.left)):
            raise FhirReadError("timeout", "not read in time")
        try:
            if uncoded not in self._answers:
                self._answers[uncoded] = self._read(uncoded, until)
        finally:
            self._lock.release()
        answer = self._answers[uncoded]
        if isinstance(answer, FhirReadError):
            raise answer
        return answer

    def _read(self, query: str, until: Deadline) -> Fetched | FhirReadError:
        until = until.for_more()  # what was read of one is handed on without the others
        tasks = {
            name: partial(
                self._read_one, with_parameter(query, "category", name), until
            )
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
        # The page has no total: that of one category says nothing about the whole. If
        # a category is not whole, its note says so.
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
