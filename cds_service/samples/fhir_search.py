"""Search resources in memory by the rules of FHIR R4, like HAPI.

Unsupported queries are refused, never ignored. The embedded server and the prefetch of
sample requests both use this search, so that both give the same record.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

Resource = Mapping[str, Any]
Criterion = Callable[[Resource], bool]
Matcher = Callable[[Sequence[str]], Criterion]  # from the values, of which one is asked

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
        """List all matches of `Type?parameters` in the requested order.

        `_count` is for the server.

        Raises:
            SearchRefused: unknown type, parameter, modifier or sort name.
        """
        resource_type, _, parameters = query.partition("?")
        if resource_type not in TYPES:
            raise SearchRefused(
                f"Unknown resource type '{resource_type}'. Known: {', '.join(TYPES)}"
            )
        matchers, sort = _matchers(resource_type), ""
        names = sorted(name for name in self.resources if name[0] == resource_type)
        resources = [self.resources[name] for name in names]
        for name, value in parse_qsl(parameters):  # like HAPI, ignore empty parameters
            if name == "_sort":
                sort = value
            elif name in matchers:
                values = [part for part in _split(value, ",") if part]
                resources = list(filter(matchers[name](values), resources))
            elif name not in RESULT_PARAMETERS:
                known = ", ".join(sorted([*matchers, *RESULT_PARAMETERS]))
                raise SearchRefused(
                    f"Unknown search parameter '{name}' for {resource_type}. Valid are:"
                    f" {known}"
                )
        return _in_order(resource_type, resources, sort) if sort else tuple(resources)


def hold(resources: Iterable[Resource]) -> Store:
    """Make a store of these resources; duplicates are merged.

    Raises:
        ValueError: a resource has no type or id, or two different ones share both.
    """
    by_name: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        name = (str(resource.get("resourceType", "")), str(resource.get("id", "")))
        if not all(name):
            raise ValueError(f"a resource needs resourceType and id, got {name}")
        if by_name.setdefault(name, resource) != resource:
            raise ValueError(f"two different resources are called {'/'.join(name)}")
    return Store(by_name)


def _matchers(resource_type: str) -> dict[str, Matcher]:
    """Return the search parameters of this type, by name."""
    matchers: dict[str, Matcher] = {"_id": _matches_id}
    for name, element in _PARAMETERS[resource_type]["tokens"].items():
        matchers[name] = _token_matcher(element)
    of_patient = {"patient": _matches_patient, "subject": _matches_patient}
    is_of_patient = "sorts" in _PARAMETERS[resource_type]
    return matchers | (of_patient if is_of_patient else {"name": _matches_name})


def _split(value: str, separator: str) -> list[str]:
    r"""Split a parameter value (R4 search, 3.1.1.5.7).

    A separator after a backslash belongs to its part.
    """
    return re.split(rf"(?<!\\){re.escape(separator)}", value)


def _unescape(part: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", part)


def _token_matcher(element: str) -> Matcher:
    """Match a token search.

    `code`, `system|code`, `|code` (no system), `system|` (any code in it).
    """

    def matches(values: Sequence[str]) -> Criterion:
        wanted = [[_unescape(part) for part in _split(value, "|")] for value in values]

        def criterion(resource: Resource) -> bool:
            tokens = list(_tokens(resource.get(element)))
            return any(_is_token(token, parts) for token in tokens for parts in wanted)

        return criterion

    return matches


def _is_token(token: tuple[str, str], parts: Sequence[str]) -> bool:
    system, code = token
    if len(parts) == 1:
        return code == parts[0]
    return system == parts[0] and parts[1] in ("", code)


def _tokens(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (system, code) of a code, Coding, CodeableConcept or Identifier.

    It may be a list of them.
    """
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, list):
        for item in value:
            yield from _tokens(item)
    elif isinstance(value, Mapping):
        if "coding" in value:
            yield from _tokens(value["coding"])
        else:
            yield (
                str(value.get("system", "")),
                str(value.get("code", value.get("value", ""))),
            )


def _matches_id(values: Sequence[str]) -> Criterion:
    return lambda resource: resource["id"] in values


def _matches_patient(values: Sequence[str]) -> Criterion:
    patients = [f"Patient/{value.rpartition('Patient/')[2]}" for value in values]

    def criterion(resource: Resource) -> bool:
        references = [resource.get("subject", resource.get("deliverTo", {}))]
        participants = resource.get("participant", ())
        references += [participant.get("actor", {}) for participant in participants]
        return any(reference.get("reference") in patients for reference in references)

    return criterion


def _matches_name(values: Sequence[str]) -> Criterion:
    """Match a string search: a name that starts with a text, ignoring case."""
    starts = tuple(_unescape(value).casefold() for value in values)

    def criterion(resource: Resource) -> bool:
        parts = (
            name.get(part, ())
            for name in resource.get("name", ())
            for part in ("family", "given", "text")
        )
        words = (
            word
            for part in parts
            for word in ([part] if isinstance(part, str) else part)
        )
        return any(word.casefold().startswith(starts) for word in words)

    return criterion


def _in_order(
    resource_type: str, resources: Sequence[Resource], sort: str
) -> tuple[Resource, ...]:
    """Sort by the date that `_sort` names; undated resources come last."""
    name, sorts = sort.removeprefix("-"), _PARAMETERS[resource_type].get("sorts", {})
    if name not in sorts:
        raise SearchRefused(
            f"Unknown _sort parameter value '{name}'. Valid values are:"
            f" {', '.join(sorts)}"
        )
    dated, undated = [], []
    for resource in resources:
        moment = _moment(resource, sorts[name])
        dated.append((moment, resource)) if moment else undated.append(resource)
    dated.sort(key=itemgetter(0), reverse=sort != name)
    return (*(resource for _, resource in dated), *undated)


def _moment(resource: Resource, element: str) -> datetime | None:
    """Return the time of an element: its value or the start of a period.

    A partial date means its first moment.
    """
    period = resource.get(f"{element}Period", {})
    value = (
        resource.get(element)
        or resource.get(f"{element}DateTime")
        or period.get("start")
        or period.get("end")
    )
    if not isinstance(value, str):
        return None
    if "T" in value:
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    year, month, day = (*(int(part) for part in value.split("-")), 1, 1)[:3]
    return datetime.combine(date(year, month, day), time(), UTC)
