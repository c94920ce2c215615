"""Searches resources in memory by the rules of FHIR R4, like HAPI.

Unsupported queries are refused, never ignored. The embedded server and the prefetch of sample requests both use this
search, so that both give the same record.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

Resource = Mapping[str, Any]
Matcher = Callable[[Resource, str], bool]

# Result parameters: they shape the response and select nothing.
RESULT_PARAMETERS = frozenset({"_count", "_sort", "_format", "_pretty"})

# By type: `tokens` and `sorts`, the names of searches with the element behind each.
_PARAMETERS: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path(__file__).with_name("search.toml").read_text(encoding="utf-8")
)
TYPES = tuple(sorted(_PARAMETERS))


class SearchRefused(Exception):
    """The query is not supported; a server answers 400."""


@dataclass(frozen=True, slots=True)
class Store:
    """A server's resources by type and id."""

    resources: Mapping[tuple[str, str], Resource]

    def read(self, resource_type: str, resource_id: str) -> Resource | None:
        """Return one resource, or None."""
        return self.resources.get((resource_type, resource_id))

    def search(self, query: str) -> tuple[Resource, ...]:
        """Return all matches of `Type?parameters` in the requested order; `_count` is ignored here.

        Raises:
            SearchRefused: unknown type, parameter, modifier or sort name.
        """
        resource_type, _, parameters = query.partition("?")
        return self.select(resource_type, parse_qsl(parameters, keep_blank_values=True))

    def select(self, resource_type: str, parameters: Sequence[tuple[str, str]]) -> tuple[Resource, ...]:
        """Like `search`, for parsed parameters."""
        if resource_type not in TYPES:
            raise SearchRefused(f"Unknown resource type '{resource_type}'. Known: {', '.join(TYPES)}")
        matchers = matchers_of(resource_type)
        sort = ""
        found: Iterable[Resource] = (
            held for (held_type, _), held in self.resources.items() if held_type == resource_type
        )
        for name, value in parameters:
            if name == "_sort":
                sort = value
            elif name not in RESULT_PARAMETERS and value:  # like HAPI, ignore empty parameters
                found = _keep(found, _matcher(matchers, resource_type, name), value)
        return _in_order(resource_type, tuple(found), sort)


def hold(resources: Iterable[Resource]) -> Store:
    """Make a store of these resources; duplicates are merged.

    Raises:
        ValueError: a resource has no type or id, or two different ones share both.
    """
    held: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        name = (str(resource.get("resourceType", "")), str(resource.get("id", "")))
        if not all(name):
            raise ValueError(f"a resource needs resourceType and id, got {name}")
        if held.setdefault(name, resource) != resource:
            raise ValueError(f"two different resources are called {'/'.join(name)}")
    return Store(held)


def matchers_of(resource_type: str) -> dict[str, Matcher]:
    """The search parameters of this type, by name."""
    matchers: dict[str, Matcher] = {"_id": lambda resource, value: resource["id"] == value}
    for name, element in _PARAMETERS[resource_type]["tokens"].items():
        matchers[name] = _token_matcher(element)
    if "sorts" in _PARAMETERS[resource_type]:
        matchers["patient"] = matchers["subject"] = _matches_patient
    else:  # people
        matchers |= {name: _name_matcher(name) for name in ("name", "family", "given")}
    return matchers


def sort_names(resource_type: str) -> tuple[str, ...]:
    """The names that `_sort` accepts for this type."""
    return ("_id", *_PARAMETERS[resource_type].get("sorts", {}))


def _matcher(matchers: Mapping[str, Matcher], resource_type: str, name: str) -> Matcher:
    if name not in matchers:
        known = ", ".join(sorted([*matchers, *RESULT_PARAMETERS]))
        raise SearchRefused(
            f"Unknown search parameter '{name}' for resource type '{resource_type}'. Valid are: {known}"
        )
    return matchers[name]


def _keep(found: Iterable[Resource], matches: Matcher, value: str) -> Iterator[Resource]:
    """Keep the resources that match one of the comma-separated alternatives."""
    alternatives = [part for part in split_escaped(value, ",") if part]
    return (resource for resource in found if any(matches(resource, part) for part in alternatives))


def split_escaped(value: str, separator: str) -> list[str]:
    r"""Split a parameter value; a separator after a backslash belongs to its part (R4 search, 3.1.1.5.7)."""
    return re.split(rf"(?<!\\){re.escape(separator)}", value)


def _unescape(part: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", part)


def _token_matcher(element: str) -> Matcher:
    """Match a token search: `code`, `system|code`, `|code` (no system), `system|` (any code in it)."""

    def matches(resource: Resource, value: str) -> bool:
        parts = [_unescape(part) for part in split_escaped(value, "|")]
        return any(_is_token(token, parts) for token in _tokens(resource.get(element)))

    return matches


def _is_token(token: tuple[str, str], parts: Sequence[str]) -> bool:
    system, code = token
    if len(parts) == 1:
        return code == parts[0]
    return system == parts[0] and parts[1] in ("", code)


def _tokens(value: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of a code, Coding, CodeableConcept, Identifier, or list of them."""
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, list):
        for item in value:
            yield from _tokens(item)
    elif isinstance(value, Mapping):
        if "coding" in value:
            yield from _tokens(value["coding"])
        else:
            yield str(value.get("system", "")), str(value.get("code", value.get("value", "")))


def _matches_patient(resource: Resource, value: str) -> bool:
    subject = resource.get("subject", resource.get("deliverTo", {})).get("reference", "")
    return bool(subject == f"Patient/{value.rpartition('Patient/')[2]}")


def _name_matcher(part: str) -> Matcher:
    """Match a string search: a name that starts with the text, ignoring case."""
    elements = ("family", "given", "text", "prefix", "suffix") if part == "name" else (part,)

    def matches(resource: Resource, value: str) -> bool:
        wanted = _unescape(value).casefold()
        words = (
            word for name in resource.get("name", []) for element in elements for word in _as_list(name.get(element))
        )
        return any(str(word).casefold().startswith(wanted) for word in words)

    return matches


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _in_order(resource_type: str, found: tuple[Resource, ...], sort: str) -> tuple[Resource, ...]:
    """Sort by each name in `_sort`, the last one first, since sorting is stable; undated resources come last."""
    ordered = sorted(found, key=lambda resource: str(resource["id"]))
    for name in reversed([part for part in sort.split(",") if part]):
        bare = name.removeprefix("-")
        if bare not in sort_names(resource_type):
            known = ", ".join(sort_names(resource_type))
            raise SearchRefused(f"Unknown _sort parameter value '{bare}'. Valid values are: {known}")
        ordered = _sorted_by(ordered, _PARAMETERS[resource_type].get("sorts", {}).get(bare), descending=name != bare)
    return tuple(ordered)


def _sorted_by(found: list[Resource], element: str | None, *, descending: bool) -> list[Resource]:
    if element is None:
        return sorted(found, key=lambda resource: str(resource["id"]), reverse=descending)
    dated = [(moment, resource) for resource in found if (moment := _moment(resource, element)) is not None]
    undated = [resource for resource in found if _moment(resource, element) is None]
    return [resource for _, resource in sorted(dated, key=lambda pair: pair[0], reverse=descending)] + undated


def _moment(resource: Resource, element: str) -> datetime | None:
    """The time of an element: its value or the start of a period; a partial date means its first moment."""
    period = resource.get(f"{element}Period", {})
    value = resource.get(element) or resource.get(f"{element}DateTime") or period.get("start") or period.get("end")
    if not isinstance(value, str):
        return None
    if "T" in value:
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    year, month, day = (*(int(part) for part in value.split("-")), 1, 1)[:3]
    return datetime.combine(date(year, month, day), time(), UTC)
