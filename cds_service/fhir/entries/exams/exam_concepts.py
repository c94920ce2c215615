"""Classify exams by modality, body part and contrast.

Radiology reports and imaging studies are read by their metadata.
"""

from collections.abc import Iterator
from itertools import chain

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

EXAM_TYPES = frozenset({"DiagnosticReport", "ImagingStudy"})
EXAMS = frozenset({"trunk-ct", "trunk-ct-contrast", "lumbar-mri", "dxa-exam"})
WORDS = frozenset(
    {
        "exam-ct",
        "exam-mri",
        "exam-trunk",
        "exam-lumbar",
        "exam-contrast",
        "exam-other",
        "dxa",
    }
)
PATHOLOGY = frozenset({"pathology-report"})
PERIPHERAL = frozenset({"t-score-forearm", "t-score-peripheral"})
MODALITIES = {"CT": "exam-ct", "MR": "exam-mri", "BMD": "dxa"}  # DICOM PS3.16, CID 29
# Rules of `kinds/`.
LESION, BONE = ("lesion-in-title",), ("bone-in-title",)
DICOM = "dicom"  # part of every name of its code system


def exam_concepts(exam: Json, terminology: Terminology) -> frozenset[str]:
    """Classify an exam of the trunk, of the lumbar spine, or of bone density.

    `trunk-ct` is a CT of chest, abdomen or spine without known contrast. The other
    concepts are `trunk-ct-contrast`, `lumbar-mri` and `dxa-exam`. A pathology report is
    `pathology-report` alone.

    Other parts and modalities, guided procedures, and exams that name both CT and MRI
    have no concept.
    """
    pathology = terminology.concepts(exam.get("category")) & PATHOLOGY
    if pathology:
        return pathology
    concepts = terminology.concepts(_codes_of_exam(exam)) & EXAMS
    words = "; ".join(dict.fromkeys(_words_of_exam(exam)))
    if len(words) > LONGEST_TEXT:  # what is not read may say that it is another exam
        return frozenset()
    named = terminology.text_concepts(words, WORDS)
    modalities = _modalities(exam)
    is_central = not terminology.text_concepts(words, PERIPHERAL)
    if "dxa" in named or ("dxa" in modalities and is_central):
        concepts |= {"dxa-exam"}
    kinds = (modalities or named) & {"exam-ct", "exam-mri"}
    if "exam-other" in named or len(kinds) > 1:
        return frozenset()
    if "exam-ct" in kinds and "exam-trunk" in named:
        concepts |= {"trunk-ct"}
    if "exam-mri" in kinds and "exam-lumbar" in named:
        concepts |= {"lumbar-mri"}
    has_contrast = "exam-contrast" in named or "trunk-ct-contrast" in concepts
    if "trunk-ct" in concepts and has_contrast:
        concepts = concepts - {"trunk-ct"} | {"trunk-ct-contrast"}
    return concepts


def _codes_of_exam(exam: Json) -> list[Json]:
    return [*objects(exam.get("code")), *objects(exam.get("procedureCode"))]


def _modalities(exam: Json) -> frozenset[str]:
    codings = chain(
        objects(exam.get("modality")),
        *(objects(one.get("modality")) for one in objects(exam.get("series"))),
    )
    codes = (
        text(coding.get("code"))
        for coding in codings
        if DICOM in text(coding.get("system")).lower()
    )
    return frozenset(MODALITIES[code] for code in codes if code in MODALITIES)


def _words_of_exam(exam: Json) -> Iterator[str]:
    for code in (*_codes_of_exam(exam), *objects(exam.get("category"))):
        yield from texts_of(code)
    for part in (exam, *objects(exam.get("series"))):
        words = text(part.get("description")), text(member(part, "bodySite", "display"))
        yield from filter(None, words)
    titles = (text(one.get("title")) for one in objects(exam.get("presentedForm")))
    yield from filter(None, titles)


def names_lesion(exam: Json, terminology: Terminology) -> bool:
    """Tell if a title of a report or a study names a suspicious lesion, or one of bone.

    It is what was looked at, or what was found.
    """
    return any(
        _is_lesion(words, terminology)
        for words in _words_of_exam(exam)
        if len(words) <= LONGEST_TEXT
    )


def _is_lesion(title: str, terminology: Terminology) -> bool:
    """Tell if a title names a lesion that is of bone, or of no other named organ."""
    kinds = terminology.kinds
    if not kinds.named(title, LESION):
        return False
    is_of_bone = bool(kinds.named(title, BONE))
    return is_of_bone or not terminology.search_parts.names_other_organ(title)
