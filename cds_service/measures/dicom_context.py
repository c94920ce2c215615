"""Find the content items of a report that may change the meaning of a value.

Any item from the root of a report down to a value may change its patient, its day or
its structure: a fetus or a phantom, an earlier examination, a lesion. So the items that
are understood are listed here, each with its place, and for every other one the value
is refused by the item's name.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pydicom import Dataset

from cds_service.measures.definitions import OWN_SCHEME, DicomName
from cds_service.measures.dicom_items import (
    children_of,
    code_of,
    first_of,
    sequence_of,
    text_of,
)
from cds_service.measures.values import read_day

Kind = tuple[DicomName, str]  # name and value type

GROUP = ("DCM", "125007")
MEASUREMENTS = ("DCM", "126010")
TRACKING = ("DCM", "112039")
DERIVATION = ("DCM", "121401")
TOOL, TOOL_VERSION = ("DCM", "111001"), ("DCM", "111003")
FINDING = ("DCM", "121071")
PROCEDURE = ("DCM", "121058")
SITE = frozenset({("SCT", "363698007"), ("SRT", "G-C0E3")})
SIDE = frozenset({("SCT", "272741003"), ("SRT", "G-C171")})
MODIFIER = frozenset({("SCT", "106233006"), ("SRT", "G-A1F8")})
METHOD = frozenset({("SCT", "370129005"), ("SRT", "G-C036")})
CATEGORY = frozenset({("SCT", "276214006"), ("SRT", "R-427CE")})
PURPOSE = ("DCM", "130400")
SUBJECT_CLASS = ("DCM", "121024")
NORMALITY = ("DCM", "121402")
SERIES = ("DCM", "121232")
# Referenced segment, volume surface.
VOLUMES = frozenset({("DCM", "121191"), ("DCM", "121231")})
UNNAMED = ("", "")
DEEPEST = 16

# Observers, by TID 1002 to 1004: persons and devices that measured.
OBSERVERS = {
    "CODE": ("121005", "121010", "121011", "113876"),
    "PNAME": ("121008",),
    "TEXT": (
        *("121009", "121013", "121014", "121015", "121016", "121017"),
        "128774",
    ),
    "UIDREF": ("121012",),
}
# Geometry and times of day of an image, by TID 1602 to 1604.
OF_IMAGES = {
    "CODE": ("121139", "111027"),
    "NUM": (
        *(f"{code}" for code in range(110901, 110912)),
        *("111026", "111066", "112225", "112226"),
    ),
    "TEXT": ("111043", "111044"),
    "TIME": ("111061", "111019", "126202"),
    "UIDREF": ("112227",),
}
# Source, original source, source of measurement, of a segmentation, illustration.
IMAGES = (
    *(("SCT", "260753009"), ("SRT", "G-C05F"), UNNAMED),
    *(("DCM", code) for code in ("111040", "121112", "121233", "121200", "121214")),
    *VOLUMES,
)
REGIONS = (("DCM", "111030"), ("DCM", "121055"), ("DCM", "121056"), *VOLUMES)
ONE_SIDE = frozenset(
    {("SCT", "24028007"), ("SRT", "G-A100"), ("SCT", "7771000"), ("SRT", "G-A101")}
)
BOTH_SIDES = frozenset({("SCT", "51440002"), ("SRT", "G-A102")})
# Answers that change nothing; another answer to the same question may.
ANSWERS: Mapping[DicomName, frozenset[DicomName]] = {
    SUBJECT_CLASS: frozenset({("DCM", "121025")}),  # patient
    PURPOSE: frozenset({("SCT", "75958009"), ("SRT", "G-C020")}),  # bounded by
    **dict.fromkeys(SIDE, ONE_SIDE | BOTH_SIDES),
    # anatomical structure, body structure, tissue
    **dict.fromkeys(
        CATEGORY,
        frozenset(
            {
                *(("SCT", "91723000"), ("SRT", "T-D0005")),
                *(("SCT", "123037004"), ("SRT", "T-D000A")),
                *(("SCT", "85756007"), ("SRT", "T-D0050")),
            }
        ),
    ),
}
# Statements that the data set makes too; they must agree with it.
SAID_TWICE: Mapping[Kind, str] = {
    (("DCM", "121030"), "TEXT"): "PatientID",
    (("DCM", "121031"), "DATE"): "PatientBirthDate",
    (("DCM", "121032"), "CODE"): "PatientSex",
    (("DCM", "121018"), "UIDREF"): "StudyInstanceUID",
    (("DCM", "121022"), "TEXT"): "AccessionNumber",
    (("DCM", "111060"), "DATE"): "StudyDate",
    (("DCM", "111018"), "DATE"): "StudyDate",  # of the content of an image
    (("DCM", "126201"), "DATE"): "StudyDate",  # of its acquisition
}
VALUES = {"TEXT": "TextValue", "DATE": "Date", "UIDREF": "UID"}
ONE_EACH = (
    "ConceptNameCodeSequence",
    "ConceptCodeSequence",
    "MeasuredValueSequence",
    "ReferencedSOPSequence",
)
REFERENCES = ("IMAGE", "COMPOSITE")
OF_PRIORS = "PertinentOtherEvidenceSequence"
EVIDENCE = ("CurrentRequestedProcedureEvidenceSequence", OF_PRIORS)

NO_NAME = "an item without a name"
SEVERAL = "{what} with several values"
OTHER_STUDY = "{what} of another study"
NO_IMAGE_NAMED = "evidence of several studies"
EARLIER = "an observation before the day of the study"


@dataclass(frozen=True, slots=True)
class Place:
    """The children that an item may have.

    Attributes:
        children: by name and value type.
        is_apart: its children are judged on their own, not with its siblings.
        is_of_any_study: images under it may be of other studies, which are then passed
            over.
    """

    children: Mapping[Kind, "Place"] = field(default_factory=dict)
    is_apart: bool = False
    is_of_any_study: bool = False


def _each(place: Place, kind: str, *names: DicomName) -> dict[Kind, Place]:
    return {(name, kind): place for name in names}


def _standard(table: Mapping[str, Collection[str]]) -> dict[Kind, Place]:
    return {
        (("DCM", code), kind): LEAF for kind, codes in table.items() for code in codes
    }


LEAF, APART = Place(), Place(is_apart=True)
ANYWHERE = {
    **_standard(OBSERVERS),
    **_each(LEAF, "CODE", SUBJECT_CLASS),
    **dict.fromkeys(SAID_TWICE, LEAF),
}
A_SITE = Place(_each(LEAF, "CODE", *SIDE, *MODIFIER))
A_REGION = Place(_each(LEAF, "IMAGE", *IMAGES))
# Of a group and of a value alike.
MEASURED = {
    **ANYWHERE,
    **_each(A_SITE, "CODE", *SITE),
    **_each(LEAF, "CODE", *SIDE, *METHOD),
    **_each(LEAF, "TEXT", TRACKING, TOOL, TOOL_VERSION, ("DCM", "122405")),
    **_each(LEAF, "CODE", ("DCM", "111000")),  # family of the algorithm
    **_each(LEAF, "UIDREF", ("DCM", "112040"), SERIES),
    **_each(A_REGION, "SCOORD", *REGIONS),
    **_each(A_REGION, "SCOORD3D", *REGIONS),
    **_each(LEAF, "IMAGE", *IMAGES),
    **_each(LEAF, "COMPOSITE", ("DCM", "126100")),  # real world value map
}
A_VALUE = Place({**MEASURED, **_each(LEAF, "CODE", DERIVATION, NORMALITY)})
A_GROUP = Place(
    {**MEASURED, **_each(LEAF, "CODE", FINDING, PURPOSE, *CATEGORY)},
)
OF_MEASUREMENTS = Place({**ANYWHERE, **_each(APART, "CONTAINER", GROUP)})
IN_LIBRARY = {**ANYWHERE, **_standard(OF_IMAGES)}
A_LIBRARY_GROUP = Place(
    {**IN_LIBRARY, **_each(Place(IN_LIBRARY), "IMAGE", *IMAGES)}, is_of_any_study=True
)
A_LIBRARY = Place(
    {
        **A_LIBRARY_GROUP.children,
        **_each(A_LIBRARY_GROUP, "CONTAINER", ("DCM", "126200")),
    },
    is_of_any_study=True,
)
A_REPORT = Place(
    {
        **ANYWHERE,
        **_each(
            Place(_each(LEAF, "CODE", ("DCM", "121046"))), "CODE", ("DCM", "121049")
        ),
        **_each(LEAF, "CODE", PROCEDURE),
        **_each(A_LIBRARY, "CONTAINER", ("DCM", "111028")),
        **_each(APART, "CONTAINER", MEASUREMENTS),
    }
)


@dataclass(frozen=True, slots=True)
class ReportEvidence:
    """One report with the images and series that it lists as its evidence.

    Attributes:
        dataset: the report.
        own: UIDs of images and series that it lists under its own study.
        has_other_studies: it lists images of another study as well.
        measures: names of our measures, of which a group may hold answers.
    """

    dataset: Dataset
    own: frozenset[str]
    has_other_studies: bool
    measures: Collection[str]

    @classmethod
    def of(cls, dataset: Dataset, measures: Collection[str]) -> "ReportEvidence":
        """Collect the images and series that the report lists as its evidence."""
        study = text_of(dataset, "StudyInstanceUID")
        studies = [item for name in EVIDENCE for item in sequence_of(dataset, name)]
        own, others = set[str](), False
        for item in studies:
            if text_of(item, "StudyInstanceUID") != study:
                others = True
                continue
            for series in sequence_of(item, "ReferencedSeriesSequence"):
                own.add(text_of(series, "SeriesInstanceUID"))
                own.update(
                    text_of(image, "ReferencedSOPInstanceUID")
                    for image in sequence_of(series, "ReferencedSOPSequence")
                )
        return cls(dataset, frozenset(own - {""}), others, measures)

    def groups(self) -> Iterator[tuple[Dataset, tuple[str, ...]]]:
        """Yield each group, with names of unknown items in it and above it."""
        yield from self._groups_in(self.dataset, A_REPORT, (), 0)

    def _groups_in(
        self, item: Dataset, place: Place, above: tuple[str, ...], depth: int
    ) -> Iterator[tuple[Dataset, tuple[str, ...]]]:
        around = (*above, *self.unknown(item, place))
        for child in children_of(item):
            kind = kind_of(child)
            if kind == (GROUP, "CONTAINER"):
                yield child, (*around, *self.unknown(child, A_GROUP))
            if kind[1] == "CONTAINER" and depth < DEEPEST:
                inner = OF_MEASUREMENTS if kind[0] == MEASUREMENTS else LEAF
                yield from self._groups_in(child, inner, around, depth + 1)

    def unknown(self, item: Dataset, place: Place) -> Iterator[str]:
        """Yield the names of items that are not understood, from this one down."""
        name = code_of(item, "ConceptNameCodeSequence")
        if any(len(sequence_of(item, element)) > 1 for element in ONE_EACH):
            yield SEVERAL.format(what=name.meaning if name else NO_NAME)
        if self._is_before_the_study(item):
            yield EARLIER
        for child in children_of(item):
            if place is A_GROUP and self._is_value(child):
                continue
            inner = place.children.get(kind_of(child))
            if inner is None or not self._agrees(child):
                yield _naming(child)
            elif inner.is_apart or (place.is_of_any_study and self._is_foreign(child)):
                continue
            elif self._is_foreign(child):
                yield OTHER_STUDY.format(what=_naming(child))
            else:
                yield from self.unknown(child, inner)

    def of_no_image(self, *items: Dataset) -> Iterator[str]:
        """Report that these items name no image, if there are several studies."""
        kinds = {kind_of(child)[1] for item in items for child in _below(item)}
        if self.has_other_studies and "IMAGE" not in kinds:
            yield NO_IMAGE_NAMED

    def _is_value(self, child: Dataset) -> bool:
        """Tell if this is a value of the group, which is read on its own."""
        (scheme, code), value_type = kind_of(child)
        if text_of(child, "RelationshipType") != "CONTAINS":
            return False
        is_answer = scheme == OWN_SCHEME and code in self.measures
        return value_type == "NUM" or (value_type == "CODE" and is_answer)

    def _agrees(self, child: Dataset) -> bool:
        """Tell if a statement of a known kind changes nothing in the value."""
        name, value_type = kind_of(child)
        code = code_of(child, "ConceptCodeSequence")
        if value_type == "CODE" and code is None:
            return False
        if name in ANSWERS:
            return code is not None and code.name in ANSWERS[name]
        element = SAID_TWICE.get((name, value_type))
        if element is None:
            return True
        words = code.name[1] if code else text_of(child, VALUES[value_type])
        return words != "" and words == text_of(self.dataset, element)

    def _is_foreign(self, child: Dataset) -> bool:
        """Tell if this refers to an object not listed under the report's own study."""
        name, value_type = kind_of(child)
        if name == SERIES:
            return text_of(child, "UID") not in self.own
        if value_type not in REFERENCES:
            return False
        reference = first_of(child, "ReferencedSOPSequence")
        return (
            reference is None
            or text_of(reference, "ReferencedSOPInstanceUID") not in self.own
        )

    def _is_before_the_study(self, item: Dataset) -> bool:
        observed = text_of(item, "ObservationDateTime")
        if not observed:
            return False
        day = read_day(observed[:8])
        study = read_day(text_of(self.dataset, "StudyDate"))
        return day is None or (study is not None and day < study)


def kind_of(item: Dataset) -> Kind:
    """Return name and value type; the name is empty if the item has none."""
    name = code_of(item, "ConceptNameCodeSequence")
    return name.name if name else UNNAMED, text_of(item, "ValueType")


def _below(item: Dataset) -> Iterator[Dataset]:
    for child in children_of(item):
        yield child
        yield from children_of(child)


def _naming(item: Dataset) -> str:
    """Return the name of an item, with its answer if that is a code; never its text."""
    name = code_of(item, "ConceptNameCodeSequence")
    answer = code_of(item, "ConceptCodeSequence")
    title = name.meaning if name else NO_NAME
    return f"{title}: {answer.meaning}" if answer else title
