"""Read and validate data files, TOML and JSON.

Every fault is a `DataFileError` that names file and key; all are reported at once.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
)

from cds_service.errors import DataFileError, DataFileErrors

PACKAGE = Path(__file__).parents[1]
Model = TypeVar("Model")
# Faults of a value that is no list, and the beginning of a message, as pydantic has
# them.
NO_LIST = frozenset({"tuple_type", "list_type", "frozen_set_type", "set_type"})
EXPECTED = "Input should be "
# of a model, of a dataclass
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
# of a table whose kind decides which keys it has
UNKNOWN_KIND = ("union_tag_invalid", "union_tag_not_found")
TOO_DEEP = "cannot be read: it is nested too deep"
MOST_BYTES = 4 * 1024 * 1024  # of a TOML file
# The time that a dotted key takes grows with the square of its parts.
_LONG_KEY = re.compile(rb"(?<![^\s=,\[\]{}])(?:[^\s.=,\[\]{}]+[ \t]*\.[ \t]*){200}")
TOO_LARGE = f"cannot be read: it is larger than {MOST_BYTES} bytes"


class Closed(BaseModel):
    """A table of a data file: no unknown keys; instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataFile(Closed):
    """A whole data file, which says the version of its schema."""

    schema_version: Literal[1] = Field(alias="schema")


class DataTable(Closed):
    """A table with hyphenated keys."""

    model_config = ConfigDict(
        alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True
    )


class Approved(DataTable):
    """The part of a file that says who answers for it.

    Attributes:
        owner: the role that answers for it.
        approved: when the owner last approved it.
        review_by: when it is to be reviewed again.
    """

    owner: str
    approved: date
    review_by: date


class NumberedFile(DataTable):
    """A file whose name begins with its rank: `22-weak-muscle.toml`."""

    _file: str = PrivateAttr("")

    @property
    def file(self) -> str:
        """Return its name in messages."""
        return self._file

    def read_from(self, path: Path) -> None:
        """Note the file that it was read from."""
        self._file = label(path)


class Faults:
    """Gather the faults of several files, or of several parts of one.

        faults = Faults()
        with faults:
            units = load_units(folders)
        with faults:
            drugs = load_drugs(folders)
        faults.stop()

    What a faulty part would have made is not bound until `stop` has passed.
    """

    def __init__(self) -> None:
        """Begin without a fault."""
        self._found: list[DataFileError] = []

    def __enter__(self) -> None:
        """Begin a part, which may have faults."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Keep the faults of the part; anything else is raised."""
        if not isinstance(error, DataFileError):
            return False
        self._found += error.faults
        return True

    @property
    def found(self) -> tuple[DataFileError, ...]:
        """List the faults so far, each once."""
        return tuple({str(fault): fault for fault in self._found}.values())

    def stop(self) -> None:
        """Raise what was found.

        Raises:
            DataFileError: there are faults.
        """
        if self.found:
            raise _as_one(self.found)


def data_root(kind: Literal["hooks", "mappings"]) -> Path:
    """Find a folder of packaged data.

    In the wheel it is `cds_service/_data/<kind>`, in a checkout the top-level folder.
    """
    packaged = PACKAGE / "_data" / kind
    return packaged if packaged.is_dir() else PACKAGE.parent / kind


def label(path: Path) -> str:
    """Name a data file in messages: by its path, shortened below the working folder."""
    folder = Path.cwd()
    if path.is_relative_to(folder):
        path = path.relative_to(folder)
    return str(path)


def read_toml(path: Path) -> dict[str, Any]:
    """Read the content of a TOML file, of a size that is soon read.

    Raises:
        DataFileError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(MOST_BYTES + 1)
        if len(octets) > MOST_BYTES:
            raise DataFileError(label(path), "", TOO_LARGE)
        if _LONG_KEY.search(octets):
            raise DataFileError(label(path), "", TOO_DEEP)
        # A file that Windows saved may begin with a byte order mark.
        return tomllib.loads(octets.decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataFileError(label(path), "", f"cannot be read: {error}") from error
    except RecursionError:
        raise DataFileError(label(path), "", TOO_DEEP) from None


def read_json(path: Path) -> dict[str, Any]:
    """Read the object in a JSON file; duplicate keys are refused."""
    try:
        content = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=_unique_keys
        )
    except (OSError, ValueError) as error:
        is_empty = path.is_file() and not path.stat().st_size
        message = "is empty" if is_empty else f"cannot be read: {error}"
        raise DataFileError(label(path), "", message) from error
    except RecursionError:
        raise DataFileError(label(path), "", TOO_DEEP) from None
    if not isinstance(content, dict):
        raise DataFileError(label(path), "", "is not an object")
    return content


def validated(
    model: type[Model], content: Mapping[str, Any], path: Path, context: Any = None
) -> Model:
    """Validate the content as a model; the error names the faulty keys, and no value.

    Args:
        model: a pydantic model or dataclass.
        content: content of the file.
        path: path of the file.
        context: for the model's validators.

    Raises:
        DataFileError: a key is unknown, missing or wrong.
    """
    try:
        return TypeAdapter(model).validate_python(content, context=context)
    except ValidationError as error:
        faults = [
            DataFileError(label(path), fault.key, fault.message)
            for fault in _faults_of(error)
        ]
        raise _as_one(faults) from None


def validated_by_kind(
    union: TypeAdapter[Model],
    content: Mapping[str, Any],
    path: Path,
    explain_key: Callable[[str, str], str],
) -> Model:
    """Validate the content as one of several models, which its `kind` chooses.

    Args:
        union: union of models, with `kind` as discriminator.
        content: content of the file.
        path: path of the file.
        explain_key: what to do about an unknown key, by kind and key.

    Raises:
        DataFileError: a key is unknown, missing or wrong.
    """
    try:
        return union.validate_python(content)
    except ValidationError as error:
        faults = []
        for fault in _faults_of(error):
            kind, _, key = fault.key.partition(".")
            message = fault.message
            if fault.type in UNKNOWN_KIND:
                key, message = "kind", _of_kinds(message)
            elif fault.type in UNKNOWN_KEY and "." not in key:
                message = explain_key(kind, key)
            faults.append(DataFileError(label(path), key, message))
        raise _as_one(faults) from None


def _as_one(faults: Sequence[DataFileError]) -> DataFileError:
    """Return one error that names all of these."""
    return faults[0] if len(faults) == 1 else DataFileErrors(faults)


class _Fault(NamedTuple):
    type: str
    key: str
    message: str


def _faults_of(error: ValidationError) -> list[_Fault]:
    """List the faults by dotted key.

    Misspelt keys come first, since they explain missing ones.
    """
    errors = error.errors(include_url=False, include_context=False)
    errors.sort(key=lambda fault: fault["type"] not in UNKNOWN_KEY)
    return [
        _one_table(details["loc"])
        if details["type"] in NO_LIST and isinstance(details["input"], dict)
        else _fault(details["type"], details["loc"], details["msg"])
        for details in errors
    ]


def _one_table(place: Sequence[int | str]) -> _Fault:
    """Report a table where a list is meant, as `[clients]` for `[[clients]]`."""
    key = ".".join(map(str, place))
    heading = ".".join(part for part in place if isinstance(part, str))
    message = f'must be a list: ["a", "b"], or tables that are each below [[{heading}]]'
    return _Fault("table", key, message)


def _fault(kind: str, place: Sequence[int | str], message: str) -> _Fault:
    if kind in UNKNOWN_KEY:
        message = "no such key here; check its spelling and its table"
    elif kind == "missing":
        message = "is missing"
    elif kind in NO_LIST:
        message = 'must be a list, in square brackets: ["a", "b"]'
    elif message.startswith(EXPECTED):
        message = f"must be {message.removeprefix(EXPECTED)}"
    key = ".".join(map(str, place))
    return _Fault(kind, key, message.removeprefix("Value error, "))


def _of_kinds(message: str) -> str:
    """Write `must be one of 'quantity', ...`, from the message of pydantic."""
    _, separator, kinds = message.partition("expected tags: ")
    return f"must be one of {kinds}" if separator else "is missing"


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        doubled = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"a key appears twice: {doubled}")
    return content
