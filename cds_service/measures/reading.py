"""Recognise sources by their content, never by their name, and read them."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cds_service.errors import CdsError
from cds_service.measures.segmentations import read_segmentation
from cds_service.measures.table_file import NoTable, table_in
from cds_service.measures.table_rows import ImportContext
from cds_service.measures.tables import read_table, table_of
from cds_service.measures.values import NotTaken, Source
from cds_service.protocol.json_text import JsonTextError, decode_json

LARGEST = 32 * 1024 * 1024  # bytes of one source; a report of numbers is far smaller
DICOM_AT, DICOM = 128, b"DICM"
DICOM_CLASS = "00080016"  # in DICOM's JSON
EXTRA = "needs pydicom and openpyxl: pip install 'kyphoplasty-cds[import]'"
# First bytes of images, which are named and not opened.
IMAGES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "a packed file, as NIfTI images are",
    b"\\\x01\x00\x00": "NIfTI",
    b"%PDF": "PDF",
}
NO_IMAGE = "is no source of numbers; images and masks are never opened"
UNKNOWN = (
    "is not recognised: no report of measurements, no table of a tool that is known, no"
    " table of findings"
)


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield these files, and all files of folders among them, in order."""
    for path in paths:
        yield from (
            sorted(file for file in path.rglob("*") if file.is_file())
            if path.is_dir()
            else (path,)
        )


def read_source(file: Path, context: ImportContext) -> Source:
    """Read one file with the reader of its format.

    Raises:
        CdsError: it cannot be opened, or its reader is not installed.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            head = opened.read(DICOM_AT + len(DICOM))
            if image := next(
                (name for start, name in IMAGES.items() if head.startswith(start)), ""
            ):
                return _refused(file, image, NO_IMAGE)
            is_dicom = head[DICOM_AT:] == DICOM
            content = head + (b"" if is_dicom or size > LARGEST else opened.read())
    except OSError as error:
        raise CdsError(f"{file}: cannot be read ({error.strerror})") from None
    if is_dicom:
        return _read_dicom(file, context)
    if size > LARGEST:
        return _refused(file, "", "is larger than any source of numbers")
    return _read_text_or_sheet(file, content, context)


def _read_text_or_sheet(file: Path, content: bytes, context: ImportContext) -> Source:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        digest = hashlib.sha256(content).hexdigest()
        return _read_json(file, content, digest, context)
    try:
        table = table_of(file.name, table_in(file.name, content))
    except NoTable:
        table = None
    return read_table(table, context) if table else _refused(file, "", UNKNOWN)


def _read_json(
    file: Path, content: bytes, digest: str, context: ImportContext
) -> Source:
    try:
        document: Any = decode_json(content)
    except JsonTextError:
        return _refused(file, "", UNKNOWN)
    if isinstance(document, dict) and DICOM_CLASS in document:
        return _read_dicom(file, context, content)
    if isinstance(document, dict) and "resourceType" in document:
        return _refused(file, "FHIR", "is FHIR already; send it to the server as it is")
    return read_segmentation(file.name, document, digest) or _refused(file, "", UNKNOWN)


def _read_dicom(
    file: Path, context: ImportContext, as_json: bytes | None = None
) -> Source:
    try:
        # An extra, for this command alone.
        from cds_service.measures.dicom_report import read_report  # noqa: PLC0415
    except ImportError:
        raise CdsError(f"{file}: a DICOM object {EXTRA}") from None
    return read_report(file, context.measures, context.terminology, as_json)


def _refused(file: Path, kind: str, why: str) -> Source:
    return Source(
        name=file.name, kind=kind, refused=(NotTaken(file.name, kind or "file", why),)
    )
