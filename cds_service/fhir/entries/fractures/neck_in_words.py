"""Find a broken vertebra of the neck in the titles of a diagnosis, or in a report.

No vertebra of the neck is treated with cement, so none is among our levels and names:
the words are a rule of `kinds/`.
"""

from typing import Literal

from cds_service.fhir.entries.exams.bone_reports import words_of_report
from cds_service.fhir.entries.fractures.broken_in_words import OF_BEFORE
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    folded,
)
from cds_service.fhir.raw_json import Json, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR

NECK_BROKEN = ("neck-broken",)
_DAYS = ("onsetDateTime", "recordedDate")


def neck_in_words(
    condition: Json, terminology: Terminology
) -> Literal["", "stated", "suspected"]:
    """Tell if titles name a broken neck, not denied, called old or of another year."""
    titles = [
        title[:LONGEST_TITLE]
        for title in texts_of(condition.get("code"))
        if terminology.kinds.named(title, NECK_BROKEN)
    ]
    named = [one for one in titles if _is_of_now(one, condition, terminology)]
    if not named:
        return ""
    unsuspected = terminology.clauses.without_suspicion
    is_sure = any("?" not in one and unsuspected(one) == folded(one) for one in named)
    return "stated" if is_sure else "suspected"


def is_neck_in_report(report: Json, terminology: Terminology) -> bool:
    """Tell if a report names a broken neck, not denied, called old or of another year.

    What it was asked is nothing that it found.
    """
    year = text(report.get("effectiveDateTime") or report.get("issued"))[:4]
    kinds = terminology.kinds
    for words in words_of_report(report):
        if not kinds.named(words[:LONGEST_TEXT], NECK_BROKEN):
            continue
        for sentence in sentences(words[:LONGEST_TEXT]):
            years = WRITTEN_YEAR.findall(sentence)
            is_earlier = bool(years) and year not in years
            if is_earlier or kinds.named(sentence, OF_BEFORE):
                continue
            parts = undenied_parts(sentence, terminology)
            if any(kinds.named(part, NECK_BROKEN) for part in parts):
                return True
    return False


def _is_of_now(title: str, condition: Json, terminology: Terminology) -> bool:
    years = WRITTEN_YEAR.findall(title)
    written = {text(condition.get(name))[:4] for name in _DAYS}
    if years and written.isdisjoint(years):
        return False
    return any(
        terminology.kinds.named(part, NECK_BROKEN)
        for part in undenied_parts(title, terminology)
    )
