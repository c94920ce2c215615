"""Tells if the prose of an imaging report was understood whole.

A list of grave words is never complete: "endplate destruction", "phlegmon". So a report
says that there is no tumour, infection or deficit only if nothing is left of it without
plain words (`mappings/plain-report-words/`). A denial is plain if it denies nothing but
what it names: "no metastasis except L1" is not.
"""

from collections.abc import Iterator

from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, objects, text, texts_of


def is_prose_understood(report: Json, terminology: Terminology) -> bool:
    """Tell if a report has no prose, or only plain prose.

    Prose beyond `LONGEST_TEXT` characters is not read.
    """
    prose = list(_prose_of(report, terminology))
    if sum(map(len, prose)) > LONGEST_TEXT:
        return False
    plain = terminology.plain_reports
    return all(plain.are_all(one) for words in prose for one in sentences(words))


def _prose_of(report: Json, terminology: Terminology) -> Iterator[str]:
    """The conclusion, and the words of its codes that no code explains."""
    yield text(report.get("conclusion"))
    for one in objects(report.get("conclusionCode")):
        if not terminology.tells("conditions", one):
            yield from texts_of(one)
