"""Read DICOM structured reports of TID 1500, imaging measurement reports.

Numbers only: no image is ever opened.

The class of an object is read before anything else, and an image or a segmentation is
refused by its name.
"""

import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import chain
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.filereader import read_file_meta_info
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from cds_service.core.anatomy import SPINE
from cds_service.fhir.mapping.levels.level_names import in_order
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.measures.definitions import (
    OWN_SCHEME,
    DicomCode,
    DicomForm,
    Measure,
    Measures,
)
from cds_service.measures.dicom_context import (
    A_VALUE,
    CATEGORY,
    DERIVATION,
    FINDING,
    METHOD,
    MODIFIER,
    ONE_SIDE,
    PROCEDURE,
    PURPOSE,
    SIDE,
    SITE,
    SUBJECT_CLASS,
    TOOL,
    TOOL_VERSION,
    TRACKING,
    VOLUMES,
    ReportEvidence,
)
from cds_service.measures.dicom_items import (
    BROKEN,
    Code,
    NotReadable,
    children_of,
    code_of,
    codes_under,
    first_of,
    is_named,
    number_of,
    parsed,
    sequence_of,
    text_of,
)
from cds_service.measures.values import Contents, Reported, Source, Subject, read_day

SYSTEMS = {"SCT": "http://snomed.info/sct", "SRT": "http://snomed.info/srt"}
REPORTS = "1.2.840.10008.5.1.4.1.1.88."  # SOP classes of structured reports
KIND = "DICOM structured report"
OBJECTS = "urn:dicom:uid"

REPORT = ("DCM", "126000")
MEAN = frozenset({("SCT", "373098007"), ("SRT", "R-00317")})
YES = frozenset(
    {("SCT", "52101004"), ("SRT", "G-A203"), ("SCT", "373066001"), ("SRT", "R-0038D")}
)
NO = frozenset({("SCT", "373067005"), ("SRT", "R-00339")})
# CT and MRI without a further word: they say nothing of the way of measuring.
PLAIN_PROCEDURES = frozenset(
    {
        ("SCT", "77477000"),
        ("SRT", "P5-08000"),
        ("SCT", "113091000"),
        ("SRT", "P5-09000"),
    }
)
PLANAR, VOLUMETRIC = "1410", "1411"
# Answers that say what a group is about, not what was found.
OF_THE_GROUP = frozenset(
    {FINDING, PURPOSE, SUBJECT_CLASS, *CATEGORY, *SITE, *SIDE, *METHOD}
)
HEAD_BYTES = 128 + 4 + 12  # preamble, DICM, and the element that says how long meta is
NOT_OURS = "no measure that is read here"
LARGEST = 32 * 1024 * 1024  # bytes, unpacked; a report of numbers is far smaller
TOO_LARGE = "is larger than any report of numbers"
NO_IMAGE = "is an image; only numbers are read here, and no image is ever opened"
NO_MASK = "is a segmentation; measuring in it would be image processing"
SAME_NAME = (
    "is there {count} times with this name and unit; which of them counts is not said"
)
NO_STATISTIC = "which statistic it is (mean, greatest, least) is not said"
OVER_VOLUME = "measured over a volume, not on one slice"
ONE_SIDE_ONLY = "of one side only; the measure is of both"
NOT_UNDERSTOOD = "the report says more of it than is understood here: {what}"
SITE_WORD, FINDING_WORD = "Finding Site", "Finding"
NAMED_AT_MOST = 3  # items that are not understood
CONTROL = "is an object of quality control, not of a patient"
NO_PERSON = "is of {what}, not of one patient"
# Elements that say so of the whole object.
CONTROLS = ("QualityControlImage", "QualityControlSubject")
OTHER_SUBJECTS = {
    "SpecimenDescriptionSequence": "a specimen",
    "SourcePatientGroupIdentificationSequence": "a group",
    "GroupOfPatientsIdentificationSequence": "a group",
}
HUMAN = ("SCT", "337915000")


@dataclass(frozen=True, slots=True)
class Context:
    """The method and place of a group or a measurement, as the report says.

    Attributes:
        wider: sites of the group around a value that has sites of its own.
        findings: structures or findings that it is about.
        unknown: names of what is not understood in it and around it.
    """

    label: str = ""
    sites: tuple[Code, ...] = ()
    wider: tuple[Code, ...] = ()
    sides: tuple[Code, ...] = ()
    methods: tuple[Code, ...] = ()
    device: str = ""
    is_volume: bool = False
    findings: tuple[Code, ...] = ()
    unknown: tuple[str, ...] = ()

    def within(self, outer: "Context") -> "Context":
        """Return this context with what the outer one says; its sites may be wider."""
        return Context(
            label=self.label or outer.label,
            sites=self.sites or outer.sites,
            wider=outer.sites if self.sites else (),
            sides=(*outer.sides, *self.sides),
            methods=(*dict.fromkeys((*outer.methods, *self.methods)),),
            device=self.device or outer.device,
            is_volume=self.is_volume or outer.is_volume,
            findings=outer.findings,
            unknown=(*outer.unknown, *self.unknown),
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One measurement or answer of a group.

    Attributes:
        place: number of the group, and of the item in it.
        number: None if there is none.
        answer: answer of a qualitative evaluation.
    """

    place: str
    name: Code
    context: Context
    number: Decimal | None = None
    unit: Code | None = None
    derivations: tuple[Code, ...] = ()
    answer: Code | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The data that all values of a report share.

    Attributes:
        procedures: as the report names them, if they say more than CT or MRI.
    """

    uid: str
    day: date | None
    study: str
    is_verified: bool
    device: str
    procedures: tuple[str, ...]


def read_report(
    file: Path,
    measures: Measures,
    terminology: Terminology,
    as_json: bytes | None = None,
) -> Source:
    """Read one report; an object of another class is refused by its name.

    Args:
        file: a DICOM file; its class is read first, the rest only of a report.
        measures: the measures that are looked for.
        terminology: knows vertebrae by their codes.
        as_json: the content of a file in DICOM's JSON.
    """
    contents = Contents(file.name)
    try:
        with warnings.catch_warnings():
            # pydicom warns of values that break the standard; they are judged here
            warnings.simplefilter("ignore")
            dataset = _dataset(file) if as_json is None else _dataset_of_json(as_json)
            report = _report(dataset)
            items = list(_items(dataset, measures))
            person = _person(dataset)
    except NotReadable as error:
        contents.refuse("", "DICOM object", str(error))
        return Source(name=file.name, kind="DICOM", refused=tuple(contents.refused))
    reader = _Reader(report, measures, terminology, contents)
    for item in items:
        reader.take(item, items)
    if not items:
        contents.refuse("", KIND, "has no measurements")
    return Source(
        name=file.name,
        kind=KIND if report.is_verified else f"{KIND}, not verified",
        system=OBJECTS,
        identity=f"urn:oid:{report.uid}",
        person=person,
        reported=tuple(contents.reported),
        refused=tuple(contents.refused),
    )


# --- the object


def _dataset(file: Path) -> Dataset:
    """Return the report in this file, without pixels.

    Raises:
        NotReadable: it is not a report, it is broken, or it is too large.
    """
    content = _unpacked(file)
    _check_class(_dataset_in(file, content, ["SOPClassUID"]))
    if file.stat().st_size > LARGEST:
        raise NotReadable(TOO_LARGE)
    return _dataset_in(file, content)


def _unpacked(file: Path) -> bytes | None:
    """Unpack the dataset of a deflated file, up to a size; None for any other file.

    pydicom would unpack it whole, whatever its size.

    Raises:
        NotReadable: it is broken, or it is too large.
    """
    meta = parsed(lambda: read_file_meta_info(file))
    if text_of(meta, "TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return None
    if file.stat().st_size > LARGEST:
        raise NotReadable(TOO_LARGE)
    length = text_of(meta, "FileMetaInformationGroupLength")
    if not length.isdecimal():
        raise NotReadable(BROKEN)
    packed = file.read_bytes()[HEAD_BYTES + int(length) :]
    try:
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, LARGEST + 1)
    except zlib.error:
        raise NotReadable(BROKEN) from None
    if len(content) > LARGEST:
        raise NotReadable(TOO_LARGE)
    return content


def _dataset_in(
    file: Path, content: bytes | None, names: list[str] | None = None
) -> Dataset:
    """Return the dataset in the file.

    Args:
        file: the file.
        content: what was unpacked of it, which has no head; None if it is not deflated.
        names: names of the elements that are read; None for all.
    """
    source = file if content is None else BytesIO(content)
    is_forced = content is not None
    return parsed(
        lambda: dcmread(
            source, stop_before_pixels=True, force=is_forced, specific_tags=names
        )
    )


def _dataset_of_json(content: bytes) -> Dataset:
    """Return the report in DICOM's JSON.

    Raises:
        NotReadable: it is not a report, or it is broken.
    """
    dataset = parsed(lambda: Dataset.from_json(content.decode("utf-8")))
    _check_class(dataset)
    return dataset


def _check_class(head: Dataset) -> None:
    """Refuse all but structured reports, by the class of the object.

    Raises:
        NotReadable: it is an image, a segmentation, or another object.
    """
    meta = getattr(head, "file_meta", Dataset())
    uid = UID(text_of(head, "SOPClassUID") or text_of(meta, "MediaStorageSOPClassUID"))
    if uid.startswith(REPORTS):
        return
    name = uid.name if uid else "an object without a class"
    if "Segmentation" in name:
        raise NotReadable(f"{name}: {NO_MASK}")
    if "Image" in name or "Waveform" in name:
        raise NotReadable(f"{name}: {NO_IMAGE}")
    raise NotReadable(f"{name}: is no structured report")


def _report(dataset: Dataset) -> Report:
    title = code_of(dataset, "ConceptNameCodeSequence")
    if title is None or title.name != REPORT:
        words = title.meaning if title else "without a title"
        raise NotReadable(
            f"a report of another kind ({words}), not an imaging measurement report"
            " (TID 1500)"
        )
    _check_subject(dataset)
    is_whole = (
        text_of(dataset, "CompletionFlag") != "PARTIAL"
        and text_of(dataset, "PreliminaryFlag") != "PRELIMINARY"
    )
    parts = [
        text_of(dataset, name)
        for name in ("Manufacturer", "ManufacturerModelName", "SoftwareVersions")
    ]
    return Report(
        uid=text_of(dataset, "SOPInstanceUID"),
        day=read_day(text_of(dataset, "StudyDate")),
        study=text_of(dataset, "StudyInstanceUID"),
        is_verified=is_whole and text_of(dataset, "VerificationFlag") == "VERIFIED",
        device=" ".join(filter(None, parts)),
        procedures=tuple(
            code.meaning
            for code in codes_under(dataset, {PROCEDURE})
            if code.name not in PLAIN_PROCEDURES
        ),
    )


def _check_subject(dataset: Dataset) -> None:
    """Refuse what is of no patient, or of several.

    Raises:
        NotReadable: a phantom, a specimen, a group or an animal was measured.
    """
    if any(text_of(dataset, name) not in ("", "NO") for name in CONTROLS):
        raise NotReadable(f"{KIND}: {CONTROL}")
    for name, what in OTHER_SUBJECTS.items():
        if sequence_of(dataset, name):
            raise NotReadable(f"{KIND}: {NO_PERSON.format(what=what)}")
    species = code_of(dataset, "PatientSpeciesCodeSequence")
    is_named = species is not None or text_of(dataset, "PatientSpeciesDescription")
    if is_named and (species is None or species.name != HUMAN):
        raise NotReadable(f"{KIND}: {NO_PERSON.format(what='an animal, perhaps')}")


def _person(dataset: Dataset) -> Subject:
    sex = {"M": "male", "F": "female"}.get(text_of(dataset, "PatientSex"), "")
    return Subject(
        text_of(dataset, "PatientID"),
        read_day(text_of(dataset, "PatientBirthDate")),
        sex,
        text_of(dataset, "IssuerOfPatientID"),
    )


# --- its content, as a tree of items


def _items(dataset: Dataset, measures: Measures) -> Iterator[Item]:
    """Yield every measurement and every answer of every group."""
    evidence = ReportEvidence.of(dataset, measures)
    for number, (group, unknown) in enumerate(evidence.groups(), start=1):
        outer = replace(_context(group), unknown=unknown)
        for place, child in enumerate(children_of(group), start=1):
            name = code_of(child, "ConceptNameCodeSequence")
            kind = text_of(child, "ValueType")
            is_answer = kind == "CODE" and name and name.name not in OF_THE_GROUP
            if name is None or text_of(child, "RelationshipType") != "CONTAINS":
                continue
            if kind != "NUM" and not is_answer:
                continue
            label = f" ({outer.label})" if outer.label else ""
            in_words = f"group {number}{label}, item {place}"
            inner = (
                *evidence.unknown(child, A_VALUE),
                *evidence.of_no_image(group, child),
            )
            context = replace(_context(child), unknown=inner).within(outer)
            if kind == "NUM":
                yield _measurement(child, in_words, name, context)
            else:
                answer = code_of(child, "ConceptCodeSequence")
                yield Item(in_words, name, context, answer=answer)


def _measurement(item: Dataset, place: str, name: Code, context: Context) -> Item:
    measured = first_of(item, "MeasuredValueSequence")
    has_qualifier = first_of(item, "NumericValueQualifierCodeSequence") is not None
    number = None if measured is None or has_qualifier else number_of(measured)
    return Item(
        place=place,
        name=name,
        context=context,
        number=number,
        unit=(
            code_of(measured, "MeasurementUnitsCodeSequence")
            if measured is not None
            else None
        ),
        derivations=codes_under(item, {DERIVATION}),
    )


def _context(item: Dataset) -> Context:
    """Return the context that the children of a group or measurement state."""
    children = list(children_of(item))
    sites = [child for child in children if is_named(child, SITE)]
    named = [code_of(site, "ConceptCodeSequence") for site in sites]
    modifiers = [code for site in sites for code in codes_under(site, MODIFIER)]
    sides = [code for child in (item, *sites) for code in codes_under(child, SIDE)]
    tools = [
        text_of(child, "TextValue")
        for wanted in (TOOL, TOOL_VERSION)
        for child in children
        if is_named(child, {wanted})
    ]
    template = first_of(item, "ContentTemplateSequence")
    template_id = (
        text_of(template, "TemplateIdentifier") if template is not None else ""
    )
    labels = [
        text_of(child, "TextValue") for child in children if is_named(child, {TRACKING})
    ]
    regions = sum(text_of(child, "ValueType") == "SCOORD" for child in children)
    is_volume = template_id == VOLUMETRIC or any(
        is_named(child, VOLUMES) for child in children
    )
    return Context(
        label=labels[0] if labels else "",
        sites=(*filter(None, named), *modifiers),
        sides=tuple(sides),
        methods=codes_under(item, METHOD),
        device=" ".join(filter(None, tools)),
        is_volume=is_volume or (template_id != PLANAR and regions > 1),
        findings=codes_under(item, {FINDING}),
    )


# --- what it means


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes the values of our measures from a report, and refuses the rest by name."""

    report: Report
    measures: Measures
    terminology: Terminology
    contents: Contents

    def take(self, item: Item, items: Sequence[Item]) -> None:
        """Take this item, or note why it is not taken."""
        measure, why = self._measure_of(item)
        if measure is None:
            self.contents.refuse(item.place, _in_report_words(item), why)
            return
        if why := self._problem(item, measure, items):
            self.contents.refuse(item.place, _in_report_words(item), why)
            return
        context, unit = item.context, item.unit
        methods = [code.meaning for code in context.methods]
        self.contents.reported.append(
            Reported(
                measure=measure,
                where=f"{self.contents.name}, {item.place}",
                key=f"{self.report.uid} {item.place}",
                number=item.number,
                unit=unit.name[1] if unit else "",
                answer=None if item.answer is None else item.answer.name in YES,
                day=self.report.day,
                levels=self._levels(item),
                method="; ".join((*methods, *self.report.procedures)),
                device=context.device or self.report.device,
                study=self.report.study,
                is_verified=self.report.is_verified,
            )
        )

    def _measure_of(self, item: Item) -> tuple[Measure | None, str]:
        """Return the measure that this item names; None, and why, if it names none.

        The reason is that of the measure that the item resembles most.
        """
        scheme, code = item.name.name
        if scheme == OWN_SCHEME:
            return self.measures.get(code), NOT_OURS
        why, most_sites = NOT_OURS, -1
        for measure in self.measures.values():
            for form in measure.file.dicom:
                if item.name.name not in form.name.names:
                    continue
                unlike = self._unlike(item, form)
                if not unlike:
                    return measure, ""
                sites = len(_sites_named(item, form))
                if sites > most_sites:
                    why, most_sites = unlike, sites
        return None, why

    def _unlike(self, item: Item, form: DicomForm) -> str:
        """Return why an item of this name is not the measure; empty if it is."""
        named = _sites_named(item, form)
        absent = [options[0].meaning for options in form.sites if options not in named]
        if absent:
            return f"not said to be of: {', '.join(absent)}"
        if form.level and not self._levels(item):
            return "of no vertebra that is named"
        derivations = {code.name for code in item.derivations}
        if form.derivation is None:
            return (
                f"derived otherwise ({item.derivations[0].meaning})"
                if derivations
                else ""
            )
        if not derivations:
            return NO_STATISTIC
        if not derivations <= form.derivation.names:
            return f"{item.derivations[0].meaning}, not {form.derivation.meaning}"
        return ""

    def _problem(self, item: Item, measure: Measure, items: Sequence[Item]) -> str:
        """Return why an item of a measure of ours is not taken; empty if it is."""
        unknown = (*item.context.unknown, *self._strange(item, measure))
        if unknown:
            names = "; ".join((*dict.fromkeys(unknown),)[:NAMED_AT_MOST])
            return NOT_UNDERSTOOD.format(what=names)
        if measure.is_boolean:
            is_answer = item.answer is not None and item.answer.name in YES | NO
            return "" if is_answer else "neither yes nor no"
        alike = [other for other in items if _is_alike(other, item)]
        derived = {
            tuple(sorted(code.name for code in other.derivations)) for other in alike
        }
        sides = {code.name for code in item.context.sides}
        is_own = item.name.name[0] == OWN_SCHEME
        quantity = measure.quantity
        is_half = quantity is not None and quantity.both_sides and sides & ONE_SIDE
        problems = {
            "no number": item.number is None,
            "its unit is not a UCUM unit": (
                item.unit is None or item.unit.name[0] != "UCUM"
            ),
            SAME_NAME.format(count=len(alike)): (
                len(alike) > 1 and (() in derived or len(derived) < len(alike))
            ),
            "derived otherwise than as a mean": (
                is_own and not {code.name for code in item.derivations} <= MEAN
            ),
            OVER_VOLUME: item.context.is_volume and measure.file.category == "imaging",
            ONE_SIDE_ONLY: is_half,
        }
        return next((why for why, holds in problems.items() if holds), "")

    def _strange(self, item: Item, measure: Measure) -> Iterator[str]:
        """Yield sites and findings that the measure is not of, by their words."""
        file = measure.file
        named = chain(
            file.structures, *(options for form in file.dicom for options in form.sites)
        )
        known = frozenset(name for options in named for name in options.names)
        context, levels = item.context, {*self._levels(item)}
        for code in (*context.sites, *context.wider):
            if code.name not in known and not self._levels_of(code):
                yield f"{SITE_WORD}: {code.meaning}"
        wider = {*self._levels_of(*context.wider)}
        if wider and not levels <= wider:
            yield f"{SITE_WORD}: {', '.join(code.meaning for code in context.wider)}"
        for code in context.findings:
            of_finding = {*self._levels_of(code)}
            if code.name not in known and not (of_finding and of_finding <= levels):
                yield f"{FINDING_WORD}: {code.meaning}"

    def _levels(self, item: Item) -> tuple[str, ...]:
        """Return the vertebrae that the codes of its sites name."""
        return self._levels_of(*item.context.sites)

    def _levels_of(self, *codes: Code) -> tuple[str, ...]:
        names = [code.name for code in codes]
        site = {
            "coding": [
                {"system": SYSTEMS[scheme], "code": code}
                for scheme, code in names
                if scheme in SYSTEMS
            ]
        }
        return in_order(
            frozenset(self.terminology.translate("vertebral-level", site))
            & frozenset(SPINE)
        )


def _sites_named(item: Item, form: DicomForm) -> list[tuple[DicomCode, ...]]:
    """Return the structures of this form that the item names."""
    sites = {code.name for code in item.context.sites}
    return [
        options for options in form.sites if any(code.names & sites for code in options)
    ]


def _is_alike(item: Item, other: Item) -> bool:
    """Tell if two items have the same name, unit, place on the body and method."""
    return item.number is not None and _what(item) == _what(other)


def _what(item: Item) -> tuple[object, ...]:
    context = item.context
    places = [
        tuple(sorted(code.name for code in codes))
        for codes in (context.sites, context.sides, context.methods)
    ]
    return (item.name.name, item.unit and item.unit.name, context.label, *places)


def _in_report_words(item: Item) -> str:
    """Return the item in the words of the report."""
    unit = f" {item.unit.name[1]}" if item.unit else ""
    value = f" {item.number}{unit}" if item.number is not None else ""
    named = ", ".join(code.meaning for code in item.context.sites)
    sites = f" of {named}" if named else ""
    return f"{item.name.meaning}{sites}{value}"
