"""A table as departments keep it: CSV of any common form, or the first sheet of Excel.

Cells stay text here. `tables` and `population/outcomes_file` say what columns mean.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cds_service.errors import CdsError
from cds_service.measures.values import has_two_meanings

DELIMITERS = ("\t", ";", ",")
# Excel writes the first of these for "CSV UTF-8", the second for "Unicode text",
# and the last for "CSV" on a western machine.
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff")
EXCEL = b"PK\x03\x04"  # an .xlsx file is a zip archive
# Bytes that an Excel file may unpack to: far more than the records of a hospital. A
# few kilobytes can unpack to a thousand times as much.
MOST_UNPACKED = 256 * 1024 * 1024
MOST_CELLS = 20_000_000
MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": "", "\u202f": ""})
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


class AmbiguousNumber(ValueError):
    """A comma that may mean thousands or decimals."""


class NoTable(CdsError):
    """The bytes are no table; the message names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file.

    Attributes:
        rows: the first is the heading; cells without surrounding space.
        delimiter: the sign between cells; a tab for Excel.
        digest: sha256 of the file's bytes.
    """

    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    digest: str


def read_table(path: Path) -> Table:
    """Read a CSV or Excel file, told apart by its content.

    Raises:
        CdsError: the file cannot be read, or holds nothing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CdsError(f"{path.name} cannot be read: {error}") from error
    return table_in(path.name, content)


def table_in(name: str, content: bytes) -> Table:
    """Read the table in these bytes.

    Raises:
        NoTable: they are not tables, or are empty.
        CdsError: the reader of Excel files is not installed.
    """
    if content.startswith(EXCEL):
        rows, delimiter = _excel_rows(name, content), "\t"
    else:
        text = _decoded(name, content)
        delimiter = _delimiter_of(text)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        stripped = tuple(tuple(cell.strip() for cell in row) for row in rows)
    except csv.Error as error:
        raise NoTable(f"{name} is no table: {error}") from error
    if not stripped:
        raise NoTable(f"{name} is empty")
    digest = hashlib.sha256(content).hexdigest()
    return Table(rows=stripped, delimiter=delimiter, digest=digest)


def may_be_thousands(text: str, delimiter: str) -> bool:
    """Tell if a comma may mean thousands or decimals, as in CSV parted by commas."""
    return delimiter == "," and has_two_meanings(text.translate(MINUS))


def number_in(text: str, delimiter: str) -> float:
    """Read a number as people write it: `-2.5`, `−2,5`, `1.0`.

    A comma is a decimal sign, as in half of the world. In a file whose cells are
    parted by commas, `1,234` may be a thousand: it is not read.

    Raises:
        ValueError: it is not a number; `AmbiguousNumber` if it may be two.
    """
    plain = text.translate(MINUS)
    if DECIMAL_COMMA.fullmatch(plain):
        if may_be_thousands(plain, delimiter):
            raise AmbiguousNumber(text)
        plain = plain.replace(",", ".")
    return float(plain)


def _decoded(name: str, content: bytes) -> str:
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not content.startswith(BYTE_ORDER):
            continue
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise NoTable(f"{name} cannot be read: neither UTF-8, UTF-16 nor Windows text")


def _delimiter_of(text: str) -> str:
    """Return the delimiter that is most frequent in the line of headings."""
    heading = text.partition("\n")[0]
    return max(DELIMITERS, key=heading.count) if heading else ","


def _excel_rows(name: str, content: bytes) -> Iterable[Sequence[str]]:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise CdsError(
            f"{name}: an Excel file needs {error.name}: in the checkout,"
            " .venv/bin/pip install -e '.[population]' (or '.[import]')"
        ) from error
    try:
        _check_size(name, content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return list(_rows(name, book.worksheets[0].values))
    except NoTable:
        raise
    # openpyxl documents no errors: broken archives, broken XML and wrong types all end
    # here.
    except Exception as error:
        raise NoTable(
            f"{name} is no Excel file that can be read ({type(error).__name__})"
        ) from error


def _check_size(name: str, content: bytes) -> None:
    """Refuse what unpacks to too much; no part is unpacked beyond the size it names.

    Raises:
        NoTable: it is too large.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise NoTable(f"{name} unpacks to more than a table of records holds")


def _rows(name: str, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[str]]:
    """Yield the rows as text.

    A sheet may name a last cell that is far from the others.

    Raises:
        NoTable: the rows hold too many cells.
    """
    count = 0
    for row in rows:
        count += len(row)
        if count > MOST_CELLS:
            raise NoTable(f"{name} has more cells than a table of records holds")
        yield [_cell(cell) for cell in row]


def _cell(value: Any) -> str:
    """Write a cell of Excel as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
