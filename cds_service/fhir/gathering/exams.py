"""Classifies radiology reports and imaging studies by their metadata: CT or MRI, body part, contrast."""

from collections.abc import Iterator
from itertools import chain

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

EXAM_TYPES = frozenset({"DiagnosticReport", "ImagingStudy"})
EXAMS = frozenset({"trunk-ct", "trunk-ct-contrast", "lumbar-mri"})
WORDS = frozenset({"exam-ct", "exam-mri", "exam-trunk", "exam-lumbar", "exam-contrast", "exam-other"})
MODALITIES = {"CT": "exam-ct", "MR": "exam-mri"}  # DICOM PS3.16, CID 29
DICOM = "dicom"  # part of every name of its code system


def exam_concepts(exam: Json, terminology: Terminology) -> frozenset[str]:
    """Classify an exam: `trunk-ct` (spine, chest or abdomen, no known contrast), `trunk-ct-contrast`, `lumbar-mri`.

    Other parts and modalities, guided procedures, and exams that name both CT and MRI have no concept.
    """
    found = terminology.concepts(_codes(exam)) & EXAMS
    words = "; ".join(dict.fromkeys(_words(exam)))
    if len(words) > LONGEST_TEXT:  # what nobody reads may say that it is another exam
        return frozenset()
    named = terminology.text_concepts(words, WORDS)
    kinds = (_modalities(exam) or named) & {"exam-ct", "exam-mri"}
    if "exam-other" in named or len(kinds) > 1:
        return frozenset()
    if "exam-ct" in kinds and "exam-trunk" in named:
        found |= {"trunk-ct"}
    if "exam-mri" in kinds and "exam-lumbar" in named:
        found |= {"lumbar-mri"}
    if "trunk-ct" in found and ("exam-contrast" in named or "trunk-ct-contrast" in found):
        found = found - {"trunk-ct"} | {"trunk-ct-contrast"}
    return found


def _codes(exam: Json) -> list[Json]:
    return [*objects(exam.get("code")), *objects(exam.get("procedureCode"))]


def _modalities(exam: Json) -> frozenset[str]:
    codings = chain(
        objects(exam.get("modality")), *(objects(one.get("modality")) for one in objects(exam.get("series")))
    )
    codes = (text(one.get("code")) for one in codings if DICOM in text(one.get("system")).lower())
    return frozenset(MODALITIES[code] for code in codes if code in MODALITIES)


def _words(exam: Json) -> Iterator[str]:
    for code in (*_codes(exam), *objects(exam.get("category"))):
        yield from texts_of(code)
    for part in (exam, *objects(exam.get("series"))):
        yield from filter(None, (text(part.get("description")), text(member(part, "bodySite", "display"))))
    yield from filter(None, (text(one.get("title")) for one in objects(exam.get("presentedForm"))))
