"""Fast validation of common resources.

Compiled once from the classes of `fhir.resources.R4B`.

A resource that fits is valid by those classes, and the check takes a fiftieth of their
time. One that does not fit may still be valid (an element that is left out here, 29
February), so the classes decide.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, get_args

from fhir.resources.R4B import fhirtypes, get_fhir_model_class
from pydantic_core import CoreSchema, SchemaValidator, ValidationError
from pydantic_core import core_schema as schema

Json = Mapping[str, Any]

# Left out: elements that hold other resources, and elements that may reverse the
# meaning.
LEFT_OUT = frozenset(
    {"contained", "modifierExtension", "implicitRules", "fhir_comments"}
)
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


# Exceptions that the classes raise for broken resources, and for junk that crashes
# their validators.
FALLEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def _text(pattern: str) -> CoreSchema:
    return schema.str_schema(strict=True, pattern=pattern)


def _integer(lowest: int) -> CoreSchema:
    return schema.int_schema(strict=True, ge=lowest, le=2**31 - 1)


# Value types that are checked here; each accepts no more than the class of that name.
PRIMITIVES: Mapping[Any, CoreSchema] = {
    fhirtypes.BooleanType: schema.bool_schema(strict=True),
    fhirtypes.StringType: _text("[!-~]"),
    fhirtypes.MarkdownType: _text("[!-~]"),
    fhirtypes.XhtmlType: _text("[!-~]"),
    fhirtypes.UriType: _text("[!-~]"),
    fhirtypes.CanonicalType: _text("[!-~]"),
    fhirtypes.CodeType: _text("^[!-~]+(?: [!-~]+)*$"),
    fhirtypes.IdType: _text(r"^[A-Za-z0-9\-.]{1,64}$"),
    fhirtypes.DecimalType: schema.float_schema(strict=True, allow_inf_nan=False),
    fhirtypes.IntegerType: _integer(-(2**31)),
    fhirtypes.UnsignedIntType: _integer(0),
    fhirtypes.PositiveIntType: _integer(1),
    fhirtypes.DateType: _text(f"^(?:{PARTIAL}|{DAY})$"),
    fhirtypes.DateTimeType: _text(f"^(?:{PARTIAL}|{DAY}(?:{TIME})?)$"),
    fhirtypes.InstantType: _text(f"^{DAY}{TIME}$"),
}


def fits(resource: Json, resource_type: str) -> bool:
    """Tell if this raw resource has the shape of its type.

    It may be valid even if not.
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
        get_fhir_model_class(resource_type).model_validate(deepcopy(dict(resource)))
    except FALLEN:
        return False
    return True


@cache
def compile_shape(resource_type: str) -> SchemaValidator:
    """Compile the shape of one type.

    This takes a tenth of a second, so it is done at start.

    Raises:
        ValueError: R4 has no such type.
    """
    compiler = _Compiler()
    whole = compiler.complex_type(get_fhir_model_class(resource_type), resource_type)
    return SchemaValidator(
        schema.definitions_schema(whole, list(compiler.definitions.values()))
    )


class _Compiler:
    """Collects the complex types that one resource type needs, each once."""

    def __init__(self) -> None:
        self.definitions: dict[str, CoreSchema] = {}

    def complex_type(self, model: Any, resource_type: str = "") -> CoreSchema:
        """A reference to the schema of a class."""
        name: str = model.__name__
        if name not in self.definitions:
            self.definitions[name] = schema.any_schema()  # types hold each other
            described = self._described(model, resource_type)
            self.definitions[name] = {**described, "ref": name}
        return schema.definition_reference_schema(name)

    def _described(self, model: Any, resource_type: str) -> CoreSchema:
        required = {name for name, _ in model.get_required_fields(model)}
        elements: dict[str, schema.TypedDictField] = {}
        if resource_type:
            elements["resourceType"] = schema.typed_dict_field(
                schema.literal_schema([resource_type]), required=True
            )
        for field in model.model_fields.values():
            found = None if field.alias in LEFT_OUT else self._element(field.annotation)
            if found is not None and not field.alias.startswith("_"):
                is_required = field.is_required() or field.alias in required
                elements[field.alias] = schema.typed_dict_field(
                    found, required=is_required
                )
        plain = schema.typed_dict_schema(elements, extra_behavior="forbid", total=False)
        choices = model.get_one_of_many_fields(model)
        return (
            schema.no_info_after_validator_function(_one_of_each(model, choices), plain)
            if choices
            else plain
        )

    def _element(self, annotation: Any) -> CoreSchema | None:
        """The schema of an element's type; None if it is left to the classes."""
        if annotation in PRIMITIVES:
            return PRIMITIVES[annotation]
        if hasattr(annotation, "get_model_klass"):
            model = annotation.get_model_klass()
            return (
                None
                if model.__name__ in ("Resource", "Element")
                else self.complex_type(model)
            )
        inner = next(
            (found for one in get_args(annotation) if (found := self._element(one))),
            None,
        )
        is_list = getattr(annotation, "__origin__", None) is list
        return schema.list_schema(inner, strict=True) if inner and is_list else inner


def _one_of_each(
    model: Any, choices: Mapping[str, list[str]]
) -> Callable[[Json], Json]:
    """The constraint on how many elements of `value[x]` a resource has.

    It is at most one, or exactly one.
    """
    groups = [
        (
            frozenset(names),
            bool(
                model.model_fields[names[0]].json_schema_extra["one_of_many_required"]
            ),
        )
        for names in choices.values()
    ]

    def check(found: Json) -> Json:
        for names, is_required in groups:
            count = len(names.intersection(found))
            if count > 1 or (is_required and not count):
                raise ValueError("one of several is expected")
        return found

    return check
