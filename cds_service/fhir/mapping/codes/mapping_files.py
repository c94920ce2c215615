"""Read value sets, code systems and concept maps from `mappings/`, and check them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.core.data_file import Faults, label, read_json, validated
from cds_service.errors import DataFileError
from cds_service.fhir.classes import class_of
from cds_service.fhir.mapping.codes.code_systems import MEASURES, ORDERS, CodeSystems
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.fhir.mapping.texts.text_rules import compiled
from cds_service.fhir.shapes import fits

UNIT_PROPERTY = "https://kyphoplasty-cds.org/fhir/property/unit"
Code = tuple[str, str]
# file, group, element
MappedElement = tuple[Path, Mapping[str, Any], Mapping[str, Any]]
IS_A = ("concept", "is-a")
MEANS_SAME = ("equal", "equivalent")


class CodeSet(NamedTuple):
    """Codes, and classes of codes.

    Attributes:
        classes: pairs of a system and a pattern for whole canonical codes.
        roots: codes whose descendants belong to it too, once `mappings expand` has
            found them.
    """

    codes: frozenset[Code]
    classes: tuple[tuple[str, re.Pattern[str]], ...]
    roots: tuple[Code, ...] = ()

    def holds(self, system: str, code: str) -> bool:
        """Tell if this canonical code is one of them."""
        in_class = any(
            system == of and pattern.fullmatch(code) for of, pattern in self.classes
        )
        return in_class or (system, code) in self.codes


class ValueSetRules(NamedTuple):
    """One value set: what it includes, and what it excludes of that."""

    included: CodeSet
    excluded: CodeSet


@dataclass(frozen=True, slots=True)
class LocalCode:
    """The meaning of a site's local code.

    Attributes:
        system, code: a code of ours, or of a system in `systems.toml`.
        unit: unit that the local code implies; empty if it implies none.
    """

    system: str
    code: str
    unit: str = ""


def read_value_sets(
    folders: Sequence[Path], systems: CodeSystems
) -> Mapping[str, ValueSetRules]:
    """Read value sets by id; each must be valid FHIR R4 with valid codes."""
    value_sets: dict[str, ValueSetRules] = {}
    faults = Faults()
    for name, path in files_in_force(folders, "valueset", ".json").items():
        with faults:
            value_sets[name] = _value_set(path, systems)
    faults.stop()
    return value_sets


def read_roots(
    folders: Sequence[Path], systems: CodeSystems
) -> Mapping[str, tuple[str, ...]]:
    """Return the roots of the is-a filters, by value set."""
    value_sets = read_value_sets(folders, systems)
    named = {
        name: rules.included.roots
        for name, rules in value_sets.items()
        if rules.included.roots
    }
    return {name: tuple(code for _, code in roots) for name, roots in named.items()}


def _value_set(path: Path, systems: CodeSystems) -> ValueSetRules:
    content = read_json(path)
    _check_shape(content, "ValueSet", path)
    _check_id(content, path)
    compose = content.get("compose", {})
    faults = Faults()
    with faults:
        included = _code_set(
            compose.get("include", []), "compose.include", path, systems
        )
    with faults:
        excluded = _code_set(
            compose.get("exclude", []), "compose.exclude", path, systems
        )
    faults.stop()
    if not any(included):
        raise DataFileError(label(path), "compose.include", "names no code")
    return ValueSetRules(included, excluded)


def _code_set(
    includes: Sequence[Mapping[str, Any]], key: str, path: Path, systems: CodeSystems
) -> CodeSet:
    codes: list[Code] = []
    classes: list[tuple[str, re.Pattern[str]]] = []
    roots: list[Code] = []
    faults = Faults()
    for place, include in enumerate(includes):
        at = f"{key}.{place}"
        system = include.get("system")
        if system is None or not ("concept" in include or "filter" in include):
            with faults:
                message = "needs a system with codes or with a filter"
                raise DataFileError(label(path), at, message)
            continue
        for concept in include.get("concept", []):
            with faults:
                code = _sound_code(system, concept["code"], path, at, systems)
                if code in codes:
                    message = f"{concept['code']} appears twice"
                    raise DataFileError(label(path), at, message)
                codes.append(code)
        for rule in include.get("filter", []):
            with faults:
                if (rule["property"], rule["op"]) == IS_A:
                    root, key_of_rule = rule["value"], f"{at}.filter"
                    roots.append(_sound_code(system, root, path, key_of_rule, systems))
                else:
                    uri = _uri(system, systems)
                    classes.append((uri, _class_rule(rule, path, at)))
    faults.stop()
    return CodeSet(frozenset([*codes, *roots]), tuple(classes), tuple(roots))


def _class_rule(rule: Mapping[str, Any], path: Path, at: str) -> re.Pattern[str]:
    if (rule["property"], rule["op"]) != ("code", "regex"):
        raise DataFileError(
            label(path),
            f"{at}.filter",
            "only property code with op regex, and concept with is-a, are understood",
        )
    try:
        return compiled(rule["value"])
    except re.error as error:
        raise DataFileError(
            label(path), f"{at}.filter", f"is no regular expression: {error}"
        ) from error


def _sound_code(
    system: str, code: str, path: Path, at: str, systems: CodeSystems
) -> Code:
    if fault := systems.fault(system, code):
        raise DataFileError(label(path), at, fault)
    return systems.normalise(system, code)


def _uri(system: str, systems: CodeSystems) -> str:
    return systems.normalise(system, "")[0]


def _check_shape(content: Mapping[str, Any], resource_type: str, path: Path) -> None:
    """Refuse what is no valid resource of this type; the message is of its class."""
    if not fits(content, resource_type):
        validated(class_of(resource_type), content, path)


def _check_id(content: Mapping[str, Any], path: Path) -> None:
    if content.get("id") != path.stem:
        raise DataFileError(
            label(path),
            "id",
            f"is {content.get('id')!r}, the file is called {path.stem!r}",
        )


def read_own_codes(folders: Sequence[Path]) -> Mapping[str, str]:
    """Read our own two code systems, as code -> system.

    The name of a finding without a value set is a code in `measures` as well, so that a
    new finding needs one file.
    """
    own: dict[str, str] = {}
    for path in files_in_force(folders, "codesystem", ".json").values():
        content = read_json(path)
        _check_shape(content, "CodeSystem", path)
        _check_id(content, path)
        if content["url"] not in (MEASURES, ORDERS):
            raise DataFileError(
                label(path), "url", f"is neither {MEASURES} nor {ORDERS}"
            )
        for concept in content["concept"]:
            if concept["code"] in own:
                raise DataFileError(
                    label(path), "concept", f"{concept['code']} appears twice"
                )
            own[concept["code"]] = content["url"]
    with_codes = files_in_force(folders, "valueset", ".json").keys()
    named = (
        name
        for name in files_in_force(folders, "findings", ".toml")
        if name not in with_codes
    )
    return {**dict.fromkeys(named, MEASURES), **own}


def read_local_codes(
    folders: Sequence[Path], systems: CodeSystems, own: Mapping[str, str]
) -> Mapping[Code, tuple[LocalCode, ...]]:
    """Read the local codes that concept maps translate.

    They lead to our own code systems, or to standard ones.
    """
    local: dict[Code, tuple[LocalCode, ...]] = {}
    faults = Faults()
    for path, group, element in _elements(folders):
        to = _uri(group["target"], systems)
        if to not in (MEASURES, ORDERS) and to not in systems.specs:
            continue
        at = f"group.element.{element.get('code')}"
        with faults:
            code = _sound_code(group["source"], element["code"], path, at, systems)
            earlier = local.get(code, ())
            if any(one.system == to for one in earlier):
                raise DataFileError(label(path), at, "is mapped twice")
            targets = [
                _local_code(to, target, path, at, own, systems)
                for target in _taken(element)
            ]
            local[code] = (*earlier, *targets)
    faults.stop()
    return local


class Orderable(NamedTuple):
    """A site's own coding of one of our orders, and where its map says so."""

    coding: Mapping[str, str]
    file: Path


def read_orderables(folders: Sequence[Path]) -> Mapping[Code, tuple[Orderable, ...]]:
    """Read the site's own codings that mean the same as one of our orders."""
    orderables: dict[Code, tuple[Orderable, ...]] = {}
    for path, group, element in _elements(folders):
        if group["target"] != ORDERS:
            continue
        coding = {"system": group["source"], "code": element["code"]}
        if "display" in element:
            coding["display"] = element["display"]
        for target in element.get("target", []):
            if "code" in target and target.get("equivalence") in MEANS_SAME:
                order = (ORDERS, target["code"])
                earlier = orderables.get(order, ())
                orderables[order] = (*earlier, Orderable(coding, path))
    return orderables


def _local_code(
    to: str,
    target: Mapping[str, Any],
    path: Path,
    at: str,
    own: Mapping[str, str],
    systems: CodeSystems,
) -> LocalCode:
    if to in systems.specs:
        system, code = _sound_code(to, target["code"], path, at, systems)
    elif own.get(target["code"]) == to:
        system, code = to, target["code"]
    else:
        near = get_close_matches(
            target["code"], [one for one, system in own.items() if system == to]
        )
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise DataFileError(
            label(path), at, f"{target['code']} is not a code of {to}{meant}"
        )
    unit = ""
    for depends in target.get("dependsOn", []):
        if depends["property"] != UNIT_PROPERTY:
            raise DataFileError(
                label(path), f"{at}.dependsOn", f"only {UNIT_PROPERTY} is understood"
            )
        unit = depends["value"]
    return LocalCode(system, code, unit)


def _taken(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the equivalent targets, and wider ones with the site's reason."""
    for target in element.get("target", []):
        equivalence = target.get("equivalence")
        is_explained = equivalence == "wider" and bool(target.get("comment"))
        if "code" in target and (equivalence in MEANS_SAME or is_explained):
            yield target


def _elements(folders: Sequence[Path]) -> list[MappedElement]:
    """Read the elements of all concept maps, each with its file and group."""
    elements: list[MappedElement] = []
    faults = Faults()
    for path in files_in_force(folders, "conceptmap", ".json").values():
        with faults:
            elements += _elements_in(path)
    faults.stop()
    return elements


def _elements_in(path: Path) -> Iterator[MappedElement]:
    content = read_json(path)
    _check_shape(content, "ConceptMap", path)
    _check_id(content, path)
    if content.get("status") == "draft":  # as `mappings learn` writes it
        raise DataFileError(
            label(path), "status", "is draft: read each line, then set it to active"
        )
    for group in content.get("group", []):
        if "source" not in group or "target" not in group:
            raise DataFileError(label(path), "group", "needs source and target")
        for element in group["element"]:
            if "code" not in element:
                raise DataFileError(label(path), "group.element", "needs a code")
            yield path, group, element


def read_answer_maps(
    folders: Sequence[Path], systems: CodeSystems
) -> Mapping[str, Mapping[Code, tuple[str, ...]]]:
    """Read concept maps by id: source code -> target codes."""
    maps: dict[str, dict[Code, tuple[str, ...]]] = {}
    faults = Faults()
    for path, group, element in _elements(folders):
        at = f"group.element.{element['code']}"
        with faults:
            code = _sound_code(group["source"], element["code"], path, at, systems)
            answers = maps.setdefault(path.stem, {})
            answers[code] = (
                *answers.get(code, ()),
                *(target["code"] for target in _taken(element)),
            )
    faults.stop()
    return maps
