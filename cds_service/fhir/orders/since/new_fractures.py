"""Find reports since an operation that call a fracture new and name no vertebra.

`../operations/operation.py` compares those that name one with what was treated.
"""

from datetime import date

from cds_service.fhir.entries.exams.awaited_reports import NO_REPORT
from cds_service.fhir.entries.exams.bone_reports import words_of_report
from cds_service.fhir.entries.fractures.broken_in_words import OF_BEFORE
from cds_service.fhir.entries.reports import day_of_report
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses, sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.orders.since.reports import is_made_since, is_pathology

NEW_FRACTURE = ("fracture-called-new",)


def new_fractures_since(
    record: PatientRecord, since: date, terminology: Terminology
) -> dict[str, date | None]:
    """Return the days of reports since this day that tell of one, by reference."""
    return {
        report.reference: day_of_report(report, terminology.calendar)
        for report in record.of_key("diagnosticReports")
        if report.status not in NO_REPORT
        and is_made_since(report, since, terminology.calendar)
        and not is_pathology(report.raw, terminology)
        and any(
            _tells_of_new_fracture(sentence, terminology)
            for words in words_of_report(report.raw)
            for sentence in sentences(words[:LONGEST_TEXT])
        )
    }


def _tells_of_new_fracture(sentence: str, terminology: Terminology) -> bool:
    """Tell if a part of a sentence states one, and the sentence names no vertebra.

    Next to the operation or its cement it is the one that was treated, and so it is in
    what the report was asked.
    """
    levels = terminology.levels.named(sentence)
    if levels or terminology.text_concepts(sentence, AUGMENTATIONS):
        return False
    if terminology.kinds.named(sentence, OF_BEFORE):
        return False
    rules = terminology.clauses
    return any(
        terminology.kinds.named(part, NEW_FRACTURE) and not rules.denies(part)
        for clause in clauses(sentence)
        for part in rules.cut_at_denials(clause)
    )
