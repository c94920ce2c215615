"""Queries as text: `Type/id` and `Type?name=value&…`, percent-encoded where values need it."""

from __future__ import annotations

from urllib.parse import quote, unquote

from cds_service.outgoing.address import Address

PAGE_PARAMETERS = frozenset({"_sort", "_count", "status"})


def is_search(query: str) -> bool:
    """Whether this asks for a list."""
    return "?" in query


def with_base(base: Address, query: str) -> str:
    """The address of a query on a server."""
    return f"{base.url}/{query}"


def parameters(query: str) -> list[tuple[str, str]]:
    """Names and values in order, as they are spelt."""
    pairs = (part.partition("=") for part in query.partition("?")[2].split("&") if part)
    return [(name, value) for name, _, value in pairs]


def value_of(query: str, name: str) -> str | None:
    """The first value of a parameter, as it is spelt."""
    return next((value for each, value in parameters(query) if each == name), None)


def without(query: str, names: frozenset[str]) -> str:
    """The query without these parameters."""
    kept = [(name, value) for name, value in parameters(query) if name not in names]
    return _joined(query, kept)


def having(query: str, name: str, value: str) -> str:
    """The query with this parameter, in place of any of the name."""
    return _joined(query, [*((each, old) for each, old in parameters(query) if each != name), (name, value)])


def plainer_queries(query: str) -> tuple[str, ...]:
    """The query, then ever fewer parameters for servers that refuse one: order and status are ours to see to anyway."""
    return tuple(dict.fromkeys((query, without(query, frozenset({"_sort"})), without(query, PAGE_PARAMETERS))))


def form_of(query: str) -> tuple[str, str]:
    """The address and the form of the same search by POST."""
    pairs = (f"{name}={quote(unquote(value), safe='')}" for name, value in parameters(query))
    return f"{query.partition('?')[0]}/_search", "&".join(pairs)


def _joined(query: str, pairs: list[tuple[str, str]]) -> str:
    return f"{query.partition('?')[0]}?" + "&".join(f"{name}={value}" for name, value in pairs)
