"""Give the classes of `fhir.resources.R4B`, and describe the types of R4 by them.

Loading the classes takes a third of a second. So they are loaded only when a resource
does not fit `shapes.json`, which is written from these descriptions.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, get_args

# Left out: elements that hold other resources, and elements that may reverse the
# meaning.
LEFT_OUT = frozenset(
    {"contained", "modifierExtension", "implicitRules", "fhir_comments"}
)
# Value types that a shape checks; an element of another one is left to the classes.
VALUE_TYPES = (
    "boolean",
    "string",
    "markdown",
    "xhtml",
    "uri",
    "canonical",
    "code",
    "id",
    "decimal",
    "integer",
    "unsignedInt",
    "positiveInt",
    "date",
    "dateTime",
    "instant",
)

TypeShape = TypedDict(
    "TypeShape",
    {
        # Cardinality and type of each element, by its name: `0..* HumanName`.
        "elements": Mapping[str, str],
        # Names of elements of which a resource has one, as of `value[x]`.
        "at-most-one": NotRequired[Sequence[Sequence[str]]],
        "exactly-one": NotRequired[Sequence[Sequence[str]]],
    },
)


def class_of(resource_type: str) -> Any:
    """Return the class of this type of R4.

    Raises:
        ValueError: R4 has no such type.
    """
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - see above

    return get_fhir_model_class(resource_type)


def describe(resource_type: str) -> Mapping[str, TypeShape]:
    """Describe a type and all types inside it, by name, as the classes have them.

    Raises:
        ValueError: R4 has no such type.
    """
    from fhir.resources.R4B import fhirtypes  # noqa: PLC0415 - see above

    describing = _Describing(
        {
            getattr(fhirtypes, f"{name[0].upper()}{name[1:]}Type"): name
            for name in VALUE_TYPES
        }
    )
    describing.add(class_of(resource_type))
    return describing.shapes


class _Describing:
    """Collects the types that one type needs, each once."""

    def __init__(self, value_types: Mapping[Any, str]) -> None:
        self._value_types = value_types
        self.shapes: dict[str, TypeShape] = {}

    def add(self, model: Any) -> None:
        if model.__name__ in self.shapes:
            return
        shape: TypeShape = {"elements": {}}
        self.shapes[model.__name__] = shape  # types hold each other
        needed = {name for name, _ in model.get_required_fields(model)}
        elements = {}
        for field in model.model_fields.values():
            if field.alias in LEFT_OUT or field.alias.startswith("_"):
                continue
            if element_type := self._type(field.annotation):
                name, is_list = element_type
                least = int(field.is_required() or field.alias in needed)
                most = "*" if is_list else "1"
                elements[field.alias] = f"{least}..{most} {name}"
        shape["elements"] = elements
        for names in model.get_one_of_many_fields(model).values():
            extra = model.model_fields[names[0]].json_schema_extra
            if extra["one_of_many_required"]:
                shape["exactly-one"] = [*shape.get("exactly-one", ()), names]
            else:
                shape["at-most-one"] = [*shape.get("at-most-one", ()), names]

    def _type(self, annotation: Any) -> tuple[str, bool] | None:
        """Return the type of an element, and if it is a list.

        The result is None if it is left to the classes.
        """
        if annotation in self._value_types:
            return self._value_types[annotation], False
        if hasattr(annotation, "get_model_klass"):
            model = annotation.get_model_klass()
            if model.__name__ in ("Resource", "Element"):
                return None
            self.add(model)
            return model.__name__, False
        # A wrapper: a list, or a union with None. Its first argument of a type counts.
        arguments = map(self._type, get_args(annotation))
        inner = next(filter(None, arguments), None)
        is_list = getattr(annotation, "__origin__", None) is list
        return (inner[0], True) if inner and is_list else inner
