"""Tell if a report, of imaging or of a biopsy, was understood whole.

A list of grave words is never complete: "endplate destruction", "phlegmon". So a report
excludes a tumour, an infection or a deficit only if it consists of plain words
(`mappings/plain-report-words/`). A denial is plain if it denies nothing but what it
names: "no metastasis except L1" is not.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from cds_service.fhir.element_names import MODIFIERS
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.words.bystanders import (
    is_bystander_problem,
    is_plain_fracture,
)
from cds_service.fhir.entries.words.past_by_words import NEW, OLD_FRACTURE
from cds_service.fhir.entries.words.unread_in_reasons import words_beyond
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.levels.level_names import LEVELS, SEQUENCES
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS, LONGEST_TEXT
from cds_service.fhir.narratives import says_more
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Elements that may hold a result and are not read here.
NOT_READ = frozenset({"presentedForm", "result", "media", "contained", "extension"})
# Elements about the examination and who did it; they hold no result.
_OF_EXAM = frozenset(
    {
        "code",
        "category",
        "subject",
        "performer",
        "resultsInterpreter",
        "text",
        "specimen",
        "basedOn",
        "encounter",
        "identifier",
        "meta",
        "imagingStudy",
    }
)
THORACIC = frozenset(level for level in LEVELS if level.startswith("T"))
# A heading on a line of its own.
# Rules of `kinds/`: what an echo of the heart says if it found nothing new, and the
# words of its order.
NORMAL_ECHO = ("normal-echo", "plain-echo")
# An echo is kept as its pictures; the prose says what they show.
FILES = "presentedForm"
_WORD_OR_NUMBER = re.compile(r"\w")
_PART = re.compile(r"[,;]")
_HEADING = re.compile(r"[:：]\s*\n")
_WORDS = frozenset({"conclusion", "text", "display", "valueString"})


def is_prose_understood(report: Json, terminology: Terminology) -> bool:
    """Tell if a report has no prose, or only plain prose.

    Prose of more than `LONGEST_TEXT` characters is not understood.
    """
    plain = terminology.plain.reports
    prose = list(_prose_of(report, terminology))
    if sum(map(len, prose)) > LONGEST_TEXT or _places_denied(prose, terminology):
        return False
    return all(plain.are_all(one) for words in prose for one in sentences(words))


def _places_denied(prose: Iterable[str], terminology: Terminology) -> bool:
    """Tell if prose denies a thing and then says where it is."""
    return any(map(terminology.plain.ellipses.are_in, prose))


def is_check_understood(
    report: Json, terminology: Terminology, treated: Collection[str]
) -> bool:
    """Tell if a report after the operation has no prose, or only plain prose.

    Such a report may also say where the cement lies, if that is the treated vertebra,
    and deny what could have come. A heading belongs to the line below it.

    Args:
        report: an imaging report.
        terminology: the service's terminology.
        treated: the treated vertebrae; empty if none is known.
    """
    prose = list(_prose_of(report, terminology))
    if sum(map(len, prose)) > LONGEST_TEXT or _places_denied(prose, terminology):
        return False
    return all(
        terminology.plain.checks.are_all(sentence)
        and _is_cement_in_place(sentence, terminology, treated)
        for words in prose
        for sentence in sentences(_HEADING.sub(": ", words))
    )


def _is_cement_in_place(
    sentence: str, terminology: Terminology, treated: Collection[str]
) -> bool:
    """Tell if a sentence puts cement into no other organ or vertebra than the treated.

    What it denies in words of its own, `no new fracture of T12`, is no place of cement.
    """
    plain = terminology.plain
    sentence = _without_old_fracture(sentence, terminology)
    if plain.material.names_any(sentence):
        is_beyond = plain.beyond.names_any(sentence)
        if is_beyond or not plain.cemented.are_all(sentence):
            return False
    elif not terminology.text_concepts(sentence, AUGMENTATIONS):
        return True
    return not treated or _are_levels_of(sentence, terminology, treated)


def _without_old_fracture(sentence: str, terminology: Terminology) -> str:
    """Leave out the parts that call one vertebra old: it is no place of cement."""
    return ", ".join(
        part
        for part in _PART.split(sentence)
        if not _is_of_old_fracture(part, terminology)
    )


def _is_of_old_fracture(part: str, terminology: Terminology) -> bool:
    if not terminology.plain.bound.names_broken(part):
        return False
    return (
        bool(terminology.text_concepts(part, OLD_FRACTURE))
        and len({*terminology.levels.named(part)}) == 1
        and not terminology.kinds.named(part, NEW)
        and not terminology.plain.material.names_any(part)
        and not terminology.text_concepts(part, AUGMENTATIONS)
    )


def _are_levels_of(
    sentence: str, terminology: Terminology, treated: Collection[str]
) -> bool:
    """Tell if a sentence states no vertebra, and no thoracic spine, but the treated."""
    clauses = terminology.clauses
    stated = " ".join(
        # Names of vertebrae are known in capitals.
        part.upper()
        for part in clauses.cut_at_denials(sentence)
        if not clauses.denies(part)
    )
    named = {*terminology.levels.named(stated)} - SEQUENCES
    if named:
        return named <= {*treated}
    is_thoracic = "thoracic" in terminology.level_names.regions(stated)
    return not is_thoracic or any(level in THORACIC for level in treated)


def is_echo_understood(report: Json, terminology: Terminology) -> bool:
    """Tell if the prose of an echo of the heart only says that it found nothing new.

    A number that no known phrase has is a value that was not judged.
    """
    prose = list(_prose_of(report, terminology))
    if sum(map(len, prose)) > LONGEST_TEXT or NOT_READ & report.keys() - {FILES}:
        return False
    rests = prose
    for name in NORMAL_ECHO:
        rests = [terminology.kinds.without(rest, name) for rest in rests]
    return not any(_WORD_OR_NUMBER.search(rest) for rest in rests)


def is_density_understood(report: Json, terminology: Terminology) -> bool:
    """Tell if a report of bone density alone has no prose, or only plain prose.

    Such a report may also name values, and print the WHO's definition of its classes.
    """
    prose = list(_prose_of(report, terminology))
    if sum(map(len, prose)) > LONGEST_TEXT:
        return False
    plain, reports = terminology.plain.densities, terminology.reports
    return not any(map(reports.is_alarming, prose)) and all(
        plain.are_all(sentence)
        for words in prose
        for sentence in sentences(reports.without_definition(words))
    )


def is_of_other_organ(report: Json, terminology: Terminology) -> bool:
    """Tell if the title or the specimen of a pathology report names another organ.

    They then say more than that this is pathology, and name neither a vertebra nor the
    spine.
    """
    is_plain = terminology.reports.is_plain_pathology
    is_plainly_titled = all(map(is_plain, _titles_of(report)))
    return not (is_plainly_titled or names_spine(report, terminology))


def names_spine(report: Json, terminology: Terminology) -> bool:
    """Tell if the title or the specimen of a report is of a vertebra or the spine."""
    return any(map(terminology.names_spine, _titles_of(report)))


def _titles_of(report: Json) -> list[str]:
    specimens = (text(one.get("display")) for one in objects(report.get("specimen")))
    return [*texts_of(report.get("code")), *filter(None, specimens)]


def is_result_understood(report: Json, terminology: Terminology) -> bool:
    """Tell if all that the report of a biopsy says is plain.

    A report with attachments or results in other resources is not understood.
    """
    if NOT_READ & report.keys() or MODIFIERS & report.keys():
        return False
    codes = objects(report.get("conclusionCode"))
    if not all(_is_plain_code(one, terminology) for one in codes):
        return False
    named = [(path.split("."), value) for path, value in leaves_of(report)]
    texts = [
        value
        for parts, value in named
        if isinstance(value, str) and parts[0] not in _OF_EXAM and parts[-1] in _WORDS
    ]
    if sum(map(len, texts)) > LONGEST_TEXT or _places_denied(texts, terminology):
        return False
    plain = terminology.plain.reports
    return not says_more(report, plain) and all(
        plain.are_all(sentence) for words in texts for sentence in sentences(words)
    )


def _is_plain_code(code: Json, terminology: Terminology) -> bool:
    """Tell if a result's code is of a plain fracture or a harmless disease.

    A code that is not known needs words, which are judged apart.
    """
    bare = {"code": {"coding": code.get("coding")}}
    if terminology.identifies("conditions", code):
        return is_bystander_problem(
            read_code(bare, terminology), terminology
        ) or is_plain_fracture(bare, terminology, is_old=False)
    return bool(texts_of(code)) and not terminology.concepts(code)


def _prose_of(report: Json, terminology: Terminology) -> Iterator[str]:
    """Yield the conclusion of a report, and the words of its codes that may say more.

    The words of a known code that is not harmless are left out: the code itself counts.
    """
    yield text(report.get("conclusion"))
    for code in objects(report.get("conclusionCode")):
        if not terminology.identifies("conditions", code):
            yield from texts_of(code)
        elif terminology.excludes(code):
            yield from words_beyond(code, terminology)
