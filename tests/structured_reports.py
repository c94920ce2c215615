"""DICOM structured reports of TID 1500, as files that highdicom and pydicom write."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
from highdicom.sr import (
    CodedConcept,
    FindingSite,
    ImageRegion,
    Measurement,
    MeasurementReport,
    ObservationContext,
    QualitativeEvaluation,
    SourceImageForRegion,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    SegmentationStorage,
    generate_uid,
)

OWN = "99KYPHOCDS"
STUDY = generate_uid(entropy_srcs=["study of the tests"])
SERIES = generate_uid(entropy_srcs=["series of the tests"])
VERTEBRAE = {"T12": "23215003", "L1": "66794005", "L3": "36470004", "L4": "11994002"}
RETIRED_VERTEBRAE = {
    "T12": "T-117C0",
    "L1": "T-11910",
    "L3": "T-11930",
    "L4": "T-11940",
}
UNITS = {
    "cm2": CodedConcept("cm2", "UCUM", "square centimeter"),
    "mm2": CodedConcept("mm2", "UCUM", "square millimeter"),
    "[hnsf'U]": CodedConcept("[hnsf'U]", "UCUM", "Hounsfield unit"),
    "%": CodedConcept("%", "UCUM", "percent"),
    "1": CodedConcept("1", "UCUM", "no units"),
    "mm": CodedConcept("mm", "UCUM", "millimeter"),
}


def own(name: str) -> CodedConcept:
    """A measure by its own code."""
    return CodedConcept(name, OWN, name)


def vertebra(level: str, *, retired: bool = False) -> FindingSite:
    code = (
        CodedConcept(RETIRED_VERTEBRAE[level], "SRT", level)
        if retired
        else CodedConcept(VERTEBRAE[level], "SCT", level)
    )
    return FindingSite(code)


def number(name: CodedConcept, value: float, unit: str, **members: Any) -> Measurement:
    return Measurement(name=name, value=value, unit=UNITS[unit], **members)


def image(sop_class: str = CTImageStorage, **members: Any) -> Dataset:
    """An image of the study, without pixels."""
    found = Dataset()
    found.SOPClassUID, found.SOPInstanceUID = (
        sop_class,
        generate_uid(entropy_srcs=["image of the tests", sop_class]),
    )
    found.StudyInstanceUID, found.SeriesInstanceUID = STUDY, SERIES
    found.StudyDate, found.StudyTime, found.StudyID, found.AccessionNumber = (
        "20260501",
        "101500",
        "1",
        "",
    )
    found.PatientID, found.PatientName, found.PatientSex = (
        "PID-1",
        "Invented^Patient",
        "F",
    )
    found.PatientBirthDate, found.ReferringPhysicianName = "19500115", ""
    found.Modality, found.Manufacturer = "CT", "Maker"
    found.Rows = found.Columns = 64
    for name, value in members.items():
        setattr(found, name, value)
    return found


def tracking(label: str) -> hd.sr.TrackingIdentifier:
    return hd.sr.TrackingIdentifier(
        identifier=label, uid=generate_uid(entropy_srcs=[label])
    )


def planar(
    measurements: Sequence[Measurement], *, label: str = "ROI", **members: Any
) -> Any:
    """One region on one slice: TID 1410."""
    source = SourceImageForRegion(CTImageStorage, image().SOPInstanceUID)
    points = np.array([[10.0, 10.0], [20.0, 10.0], [20.0, 20.0], [10.0, 10.0]])
    region = ImageRegion(hd.sr.GraphicTypeValues.POLYLINE, points, source)
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking(label),
        referenced_region=region,
        measurements=list(measurements),
        **members,
    )


def hu(
    value: float = 101.5,
    *,
    derivation: CodedConcept | None = codes.SCT.Mean,
    **members: Any,
) -> Measurement:
    """The mean HU of a region, unless another statistic is named."""
    name = codes.DCM.AttenuationCoefficient
    return number(name, value, "[hnsf'U]", derivation=derivation, **members)


def of_l1(*measurements: Measurement, **members: Any) -> Any:
    """A region on one slice of L1, with its HU unless another is measured."""
    return planar(measurements or [hu()], finding_sites=[vertebra("L1")], **members)


def volumetric(
    measurements: Sequence[Measurement], *, label: str = "VOI", **members: Any
) -> Any:
    """Regions on several slices: TID 1411."""
    source = SourceImageForRegion(CTImageStorage, image().SOPInstanceUID)
    points = np.array([[10.0, 10.0], [20.0, 10.0], [20.0, 20.0], [10.0, 10.0]])
    regions = [
        ImageRegion(hd.sr.GraphicTypeValues.POLYLINE, points + step, source)
        for step in (0, 1)
    ]
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking(label),
        referenced_regions=regions,
        measurements=list(measurements),
        **members,
    )


def of_image(
    measurements: Sequence[Measurement] = (),
    evaluations: Sequence[QualitativeEvaluation] = (),
    *,
    label: str = "image",
    **members: Any,
) -> Any:
    """Measurements and answers of a whole image: TID 1501."""
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking(label),
        measurements=list(measurements) or None,
        qualitative_evaluations=list(evaluations) or None,
        **members,
    )


def write_report(
    file: Path, groups: Sequence[Any], *, verified: bool = True, **members: Any
) -> Path:
    """A report of these groups in this file; `**members` replace attributes of the data set."""
    person = hd.sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(
            "Reader^Invented"
        ),
    )
    content = MeasurementReport(
        observation_context=ObservationContext(observer_person_context=person),
        procedure_reported=CodedConcept("77477000", "SCT", "Computed tomography"),
        imaging_measurements=list(groups),
        title=codes.DCM.ImagingMeasurementReport,
    )
    report = hd.sr.Comprehensive3DSR(
        evidence=[image()],
        content=content[0],
        series_number=1,
        series_instance_uid=SERIES,
        sop_instance_uid=generate_uid(entropy_srcs=[file.name]),
        instance_number=1,
        manufacturer="Maker",
        is_complete=True,
        is_final=True,
        is_verified=verified,
        verifying_observer_name="Reader^Invented" if verified else None,
        verifying_organization="Invented Hospital" if verified else None,
    )
    report.ManufacturerModelName, report.SoftwareVersions = "Viewer", "7.1"
    for name, value in members.items():
        setattr(report, name, value)
    report.save_as(file)
    return file


def write_image(file: Path, sop_class: str) -> Path:
    """An object of another class; its pixels cannot be decoded, so whoever opens them fails."""
    found = image(sop_class)
    found.file_meta = Dataset()
    found.file_meta.MediaStorageSOPClassUID = sop_class
    found.file_meta.MediaStorageSOPInstanceUID = found.SOPInstanceUID
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found.BitsAllocated, found.PixelData = 8, b"no pixels"
    found.save_as(file, enforce_file_format=True)
    return file


SEGMENTATION, CT = SegmentationStorage, CTImageStorage
