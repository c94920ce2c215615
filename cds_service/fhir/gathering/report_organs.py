"""Tells what has to be understood of a report: all of it, or what it names.

Words that nobody understood may mean a tumour of the spine if the report is of the
spine, or of an organ that is not known. In a report that is certainly of another organ
they mean nothing for the spine, and only what it names counts: the spine, a fracture, a
mass, an infection. What these sentences say has to be understood, as in any report.
"""

from collections.abc import Iterable, Iterator

from cds_service.fhir.gathering.asides import asides_of, words_of_asides
from cds_service.fhir.gathering.bone_reports import words_of_report
from cds_service.fhir.gathering.bystanders import FRACTURED, SPINAL
from cds_service.fhir.gathering.exam_concepts import EXAMS
from cds_service.fhir.gathering.problem_words import named_in
from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.report_organs import Organ
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Besides the words of `report-organs.toml`, the names of these count in any report.
COUNTED = (
    SPINAL
    | FRACTURED
    | {
        "cancer-ever",
        "cancer-implied",
        "malignancy-elsewhere",
        "sepsis",
        "deep-infection",
        "bone-infection-elsewhere",
        "hip-fracture",
        "other-fracture",
        "ankylosed-spine",
    }
)


def that_counts(
    report: Json, prose: Iterable[str], terminology: Terminology
) -> list[str]:
    """Return those parts of a report's prose that have to be understood.

    Prose of more than `LONGEST_TEXT` characters counts as a whole.
    """
    texts = [one for one in prose if one]
    is_long = sum(map(len, texts)) > LONGEST_TEXT
    if not texts or is_long or organ_of(report, terminology) is None:
        return texts
    return [one for words in texts for one in _sentences_that_count(words, terminology)]


def organ_of(report: Json, terminology: Terminology) -> Organ | None:
    """Return the organ of a report that is certainly not of the spine, else None.

    Its title or its code has to name an organ, and no title the spine. If the
    examination shows no vertebra, its text must name none either; the text of one that
    shows the spine as well is judged sentence by sentence.
    """
    titles = _titles_of(report)
    if any(_names_spine(title, terminology) for title in titles):
        return None
    organs = terminology.report_organs
    code = report.get("code")
    coded = organs.of_codes(terminology.codings(code))
    if coded is None and terminology.concepts(code) & EXAMS:
        return None
    organ = organs.whole([coded, *map(organs.of_words, titles)])
    if organ is None:
        return None
    words = [*words_of_report(report), *words_of_asides(asides_of(report))]
    if any(map(terminology.languages.is_foreign, words)):
        return None
    if organ == "apart" and any(_names_spine(one, terminology) for one in words):
        return None
    return organ


def _titles_of(report: Json) -> list[str]:
    """List what an examination is called, and what was examined."""
    attached = (text(one.get("title")) for one in objects(report.get("presentedForm")))
    specimens = (text(one.get("display")) for one in objects(report.get("specimen")))
    return [*texts_of(report.get("code")), *filter(None, (*attached, *specimens))]


def _sentences_that_count(prose: str, terminology: Terminology) -> Iterator[str]:
    """Yield the sentences that name the spine, or what is grave wherever it is.

    A sentence without an organ of its own goes on with the spine that the one before
    names: "L1 has collapsed. There is destruction".
    """
    organs, is_of_spine = terminology.report_organs, False
    for sentence in filter(str.strip, sentences(prose)):
        goes_on = is_of_spine and organs.of_words(sentence) is None
        is_of_spine = goes_on or _names_spine(sentence, terminology)
        if is_of_spine or _names_grave(sentence, terminology):
            yield sentence


def _names_spine(words: str, terminology: Terminology) -> bool:
    names_level = bool(terminology.levels.named(words))
    return names_level or terminology.report_organs.names_spine(words)


def _names_grave(sentence: str, terminology: Terminology) -> bool:
    """Tell if a sentence names what is grave, other than in a plain denial.

    A denial that does not deny what is named with it ("no metastatic progression")
    leaves it as named.
    """
    clauses, organs = terminology.clauses, terminology.report_organs
    for part in clauses.contrasts(sentence):
        if clauses.turns(part):
            if organs.mentions_grave(part):
                return True
        elif any(map(organs.names_grave, clauses.stretches(part))):
            return True
    return not COUNTED.isdisjoint(named_in([sentence], terminology))
