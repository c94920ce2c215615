"""Definitions of the measures, one file each: `mappings/measures/<finding>.toml`.

What the reader needs of a finding (unit, plausible range, accepted methods) is in its
own file, `mappings/findings/<finding>.toml`, and is not repeated: a measure carries the
finding.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from cds_service.core.data_file import (
    Closed,
    DataFile,
    label,
    read_json,
    read_toml,
    validated,
)
from cds_service.core.vocabulary import BooleanSpec, FindingSpec, Method, QuantitySpec
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import files_in_force

FOLDER = "measures"
# Findings that are measured or seen, and so can be written as one Observation.
Writable = QuantitySpec | BooleanSpec
RETIRED = "SRT"
# Name of our code system in DICOM, as coding scheme designator (0008,0102).
OWN_SCHEME = "99KYPHOCDS"
DicomName = tuple[str, str]  # scheme and code


class DicomCode(Closed):
    """A code of a structured report.

    Attributes:
        scheme: coding scheme designator: `SCT`, `DCM`, `MDC`.
        srt: the retired SRT code of the same meaning; empty if there is none.
    """

    scheme: str = Field(min_length=1)
    code: str = Field(min_length=1)
    srt: str = ""
    meaning: str = Field(min_length=1)

    @property
    def names(self) -> frozenset[DicomName]:
        """Return every spelling of this code."""
        retired = {(RETIRED, self.srt)} if self.srt else set()
        return frozenset({(self.scheme, self.code), *retired})


class DicomForm(Closed):
    """One way in which a structured report names a measure.

    Attributes:
        name: concept of the measurement.
        derivation: how it must be derived; None if the name says it.
        sites: structures that all must be named, each by one of its codes.
        level: a vertebra must be named as well.
    """

    name: DicomCode
    derivation: DicomCode | None = None
    sites: tuple[tuple[DicomCode, ...], ...] = ()
    level: bool = False


class MethodCode(Closed):
    """The study's way of measuring, as code and words that the reader accepts."""

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    meaning: str = Field(min_length=1)


class MeasureFile(DataFile):
    """One file.

    Attributes:
        name: name of the finding.
        definition: one sentence for a radiologist or a nurse.
        level: vertebra at which it is measured, in words.
        slice: which slice or slices.
        image: modality and sequence.
        included: structures within the outline.
        excluded: structures outside it.
        category: FHIR's category of the Observation.
        studies: ids of the studies that use it.
        loinc: codes of the same meaning.
        method: how the study measured.
        dicom: further ways in which structured reports name it.
        structures: structures that reports may name as its site, in addition to the
            vertebra.
    """

    name: str
    definition: str = Field(min_length=1)
    level: str = ""
    slice: str = ""
    image: str = ""
    included: str = ""
    excluded: str = ""
    category: Literal["imaging", "exam", "survey", "vital-signs"] = "imaging"
    studies: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    method: MethodCode | None = None
    dicom: tuple[DicomForm, ...] = ()
    structures: tuple[DicomCode, ...] = ()

    @model_validator(mode="after")
    def _imaging_says_of_what(self) -> "MeasureFile":
        if self.category == "imaging" and not self.image:
            raise ValueError("a measure of imaging needs image")
        return self


@dataclass(frozen=True, slots=True)
class Measure:
    """A definition with the finding that it defines.

    Attributes:
        display: display of its code in our code system.
    """

    file: MeasureFile
    finding: Writable
    display: str

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def is_boolean(self) -> bool:
        return isinstance(self.finding, BooleanSpec)

    @property
    def quantity(self) -> QuantitySpec | None:
        """Return the finding, if it is a number."""
        return self.finding if isinstance(self.finding, QuantitySpec) else None

    @property
    def method(self) -> Method | None:
        """Return how it must be measured, if the finding says so."""
        return self.quantity.method if self.quantity else None

    @property
    def has_level(self) -> bool:
        """Tell if it is measured at vertebrae."""
        return self.method is not None and self.method.levels is not None

    @property
    def level_is_free(self) -> bool:
        """Tell if it is measured at a vertebra that the study does not fix.

        The order decides which counts.
        """
        return self.method is not None and self.method.levels == ()


Measures = Mapping[str, Measure]


def load_measures(
    folders: Sequence[Path],
    findings: Mapping[str, FindingSpec],
    studies: Container[str],
) -> Measures:
    """Read the definitions in force, by name.

    Args:
        folders: `mappings/` and a site's overlays.
        findings: the vocabulary.
        studies: ids of the studies.

    Raises:
        DataFileError: a file is wrong.
    """
    measures = {}
    own = read_json(files_in_force(folders, "codesystem", ".json")[FOLDER])
    displays = {concept["code"]: concept["display"] for concept in own["concept"]}
    for name, path in files_in_force(folders, FOLDER, ".toml").items():
        file = validated(MeasureFile, read_toml(path), path)
        finding = findings.get(name)
        if file.name != name:
            raise DataFileError(label(path), "name", f"is not that of the file, {name}")
        if not isinstance(finding, Writable):
            raise DataFileError(label(path), "name", "is no finding that is measured")
        if unknown := next(
            (study for study in file.studies if study not in studies), ""
        ):
            raise DataFileError(label(path), "studies", f"there is no study {unknown}")
        measures[name] = Measure(file, finding, displays.get(name, finding.title))
    return measures
