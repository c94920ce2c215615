"""Read content items of DICOM structured reports: names, codes, texts and children."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from pydicom import Dataset

from cds_service.errors import CdsError
from cds_service.measures.definitions import DicomName

# Other designators of SNOMED's retired form.
RETIRED = {"99SDM": "SRT", "SNM3": "SRT", "99SDM3": "SRT"}
Parsed = TypeVar("Parsed")
BROKEN = "cannot be read as DICOM"


class NotReadable(CdsError):
    """No DICOM object that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its words."""

    name: DicomName
    meaning: str


def parsed(read: Callable[[], Parsed], fault: str = BROKEN) -> Parsed:
    """Return what pydicom reads, now or once an element is asked for.

    It names no errors: lengths, values and nesting that are broken all mean this.

    Raises:
        NotReadable: it cannot be read.
    """
    try:
        return read()
    except Exception as error:
        raise NotReadable(fault) from error


def children_of(item: Dataset) -> Sequence[Dataset]:
    return sequence_of(item, "ContentSequence")


def codes_under(item: Dataset, names: AbstractSet[DicomName]) -> tuple[Code, ...]:
    codes = (
        code_of(child, "ConceptCodeSequence")
        for child in children_of(item)
        if is_named(child, names)
    )
    return tuple(filter(None, codes))


def is_named(item: Dataset, names: AbstractSet[DicomName]) -> bool:
    name = code_of(item, "ConceptNameCodeSequence")
    return name is not None and name.name in names


def code_of(item: Dataset, element: str) -> Code | None:
    """Return the first code of this sequence."""
    code = first_of(item, element)
    if code is None:
        return None
    scheme = text_of(code, "CodingSchemeDesignator")
    value = (
        text_of(code, "CodeValue")
        or text_of(code, "LongCodeValue")
        or text_of(code, "URNCodeValue")
    )
    return Code(
        (RETIRED.get(scheme, scheme), value), text_of(code, "CodeMeaning") or value
    )


def first_of(item: Dataset, element: str) -> Dataset | None:
    return next(iter(sequence_of(item, element)), None)


def sequence_of(item: Dataset, element: str) -> Sequence[Dataset]:
    items = parsed(lambda: item.get(element), f"{element} cannot be read")
    return items if isinstance(items, Sequence) and not isinstance(items, str) else ()


def text_of(item: Dataset, element: str) -> str:
    """Return the element as text; of several values all, with a space between them."""
    value = parsed(lambda: item.get(element), f"{element} cannot be read")
    if value is None:
        return ""
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return " ".join(map(str, value)) if is_list else str(value)


def number_of(measured: Dataset) -> Decimal | None:
    try:
        number = Decimal(text_of(measured, "NumericValue"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
