"""Validate common resources fast.

`shapes.json` says which elements a type of R4 has, as the classes of
`fhir.resources.R4B` have them.

A resource that fits its shape is valid by those classes too, and this check takes a
fiftieth of their time. One that does not fit may still be valid: it may have an element
that `shapes.json` leaves out, or the date 29 February. Then the classes decide.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path

from pydantic_core import CoreSchema, SchemaValidator, ValidationError
from pydantic_core import core_schema as schema

from cds_service.core.data_file import read_json
from cds_service.fhir.classes import TypeShape, class_of, describe
from cds_service.fhir.raw_json import Json

# `python -m tests.write_shapes` writes it from the classes, and a test compares both.
FILE = Path(__file__).with_name("shapes.json")

PARTIAL = "(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2]))?"
# A plausible day, except 29 February, which needs a calendar.
DAY = (
    "(?:19|20)[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
TIME = (
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
)


# Exceptions of the classes for a broken resource, also if a validator crashes on it.
FALLEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def _text(pattern: str) -> CoreSchema:
    return schema.str_schema(strict=True, pattern=pattern)


def _integer(lowest: int) -> CoreSchema:
    return schema.int_schema(strict=True, ge=lowest, le=2**31 - 1)


# Value types that are checked here; each accepts no more than the class of that name.
VALUES: Mapping[str, CoreSchema] = {
    "boolean": schema.bool_schema(strict=True),
    "string": _text("[!-~]"),
    "markdown": _text("[!-~]"),
    "xhtml": _text("[!-~]"),
    "uri": _text("[!-~]"),
    "canonical": _text("[!-~]"),
    "code": _text("^[!-~]+(?: [!-~]+)*$"),
    "id": _text(r"^[A-Za-z0-9\-.]{1,64}$"),
    "decimal": schema.float_schema(strict=True, allow_inf_nan=False),
    "integer": _integer(-(2**31)),
    "unsignedInt": _integer(0),
    "positiveInt": _integer(1),
    "date": _text(f"^(?:{PARTIAL}|{DAY})$"),
    "dateTime": _text(f"^(?:{PARTIAL}|{DAY}(?:{TIME})?)$"),
    "instant": _text(f"^{DAY}{TIME}$"),
}


def fits(resource: Json, resource_type: str) -> bool:
    """Tell if this raw resource has the shape of its type.

    A resource without that shape may be valid all the same.
    """
    try:
        compile_shape(resource_type).validate_python(resource)
    except ValidationError:
        return False
    return True


def is_valid(resource: Json, resource_type: str) -> bool:
    """Tell if this JSON resource is valid R4 without repair."""
    if fits(resource, resource_type):
        return True
    try:
        class_of(resource_type).model_validate(deepcopy(dict(resource)))
    except FALLEN:
        return False
    return True


@cache
def compile_shape(resource_type: str) -> SchemaValidator:
    """Compile the shape of one type, at start.

    A type that is not in `shapes.json`, since only a site reads it, is described from
    the classes.

    Raises:
        ValueError: R4 has no such type.
    """
    types = _types()
    compiler = _Compiler(types if resource_type in types else describe(resource_type))
    whole = compiler.complex_type(resource_type, is_resource=True)
    return SchemaValidator(
        schema.definitions_schema(whole, list(compiler.definitions.values()))
    )


@cache
def _types() -> Mapping[str, TypeShape]:
    return read_json(FILE)


class _Compiler:
    """Collects the complex types that one resource type needs, each once."""

    def __init__(self, types: Mapping[str, TypeShape]) -> None:
        self._types = types
        self.definitions: dict[str, CoreSchema] = {}

    def complex_type(self, name: str, *, is_resource: bool = False) -> CoreSchema:
        """Refer to the schema of a type."""
        if name not in self.definitions:
            # A placeholder, since types may contain each other.
            self.definitions[name] = schema.any_schema()
            described = self._described(name, is_resource=is_resource)
            self.definitions[name] = {**described, "ref": name}
        return schema.definition_reference_schema(name)

    def _described(self, name: str, *, is_resource: bool) -> CoreSchema:
        shape = self._types[name]
        elements: dict[str, schema.TypedDictField] = {}
        if is_resource:
            elements["resourceType"] = schema.typed_dict_field(
                schema.literal_schema([name]), required=True
            )
        for element, described in shape["elements"].items():
            times, _, kind = described.partition(" ")
            value_type = VALUES[kind] if kind in VALUES else self.complex_type(kind)
            if times[-1] == "*":
                value_type = schema.list_schema(value_type, strict=True)
            elements[element] = schema.typed_dict_field(
                value_type, required=times[0] == "1"
            )
        plain = schema.typed_dict_schema(elements, extra_behavior="forbid", total=False)
        choices = (shape.get("at-most-one", ()), shape.get("exactly-one", ()))
        return (
            schema.no_info_after_validator_function(_one_of_each(*choices), plain)
            if any(choices)
            else plain
        )


def _one_of_each(
    at_most: Sequence[Sequence[str]], exactly: Sequence[Sequence[str]]
) -> Callable[[Json], Json]:
    """Return a check of the number of elements that a resource has of each choice.

    Args:
        at_most: choices of which it may have one element, by the elements' names.
        exactly: choices of which it must have one.
    """
    groups = [
        *((frozenset(names), False) for names in at_most),
        *((frozenset(names), True) for names in exactly),
    ]

    def check(resource: Json) -> Json:
        for names, is_required in groups:
            count = len(names.intersection(resource))
            if count > 1 or (is_required and not count):
                raise ValueError("one of several is expected")
        return resource

    return check
