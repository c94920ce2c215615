"""Tell if the words in the asides of an entry were understood whole.

A denial denies the next words and may swallow the rest: "no biopsy of the metastasis
yet". So the words of a reason or a note leave a tumour, an infection and a deficit
open, unless they consist of plain words (`mappings/plain-reason-words/`), names of
harmless diseases, and names that are counted elsewhere. `asides.py` says which elements
have such words.
"""

import re
from collections.abc import Iterable, Iterator

from cds_service.fhir.entries.words.asides import asides_of
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.fracture_sites import names_place_alone
from cds_service.fhir.entries.words.problem_words import (
    has_grave_stem,
    is_denial,
    named_in,
)
from cds_service.fhir.mapping.plain.bound_words import FRACTURE_SIGN
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.mapping.plain.plain_words import Besides
from cds_service.fhir.mapping.remainders import without_names
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    folded,
)
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Concepts that leave the need of a brace alone (`bystanders.toml`). Their names in an
# aside are not plain all the same.
#
# A dying patient may die of a tumour.
HINTS = frozenset({"end-of-life"})
# Words leave these open only on the problem list. In an aside nothing else would.
UNOPENED = frozenset(
    {
        "kidney-disease-unstaged",
        "cognitive-impairment",
        "femur-fracture-unstated",
        "history-of-falling",
    }
)
# The words next to the name say if there was one, or several.
WORDED = frozenset({"fall", "osteoporotic-fracture-unsited"})
CAUSE_IN_PLAIN = ("cause-in-plain-words",)
MOST_NAMES = 8  # of diseases in one sentence
# Marks between the parts of a sentence, each of which may be about another thing.
_PART = re.compile(r"[,;:()\[\]，、；：（）+/]|\s[-–—]\s|\band\b")
_AND = re.compile(r"\b(?:y|et|e|und|sowie|en|i|with|con|avec|mit)\b|&")
# Code systems of FHIR's own elements: how high a value is, why a drug was stopped.
OF_FHIR = re.compile(
    r"https?://(?:terminology\.)?hl7\.org/(?:fhir/(?!sid/)|CodeSystem/)"
)


def words_of_reasons(entry: Json, terminology: Terminology) -> Iterator[str]:
    """Yield the words in the asides of an entry.

    Names of harmless codes and of places in the body are left out.
    """
    for aside in asides_of(entry):
        words = [aside.words]
        if aside.code is not None:
            words = words_beyond(aside.code, terminology)
        for word in words:
            if not (aside.is_site and _is_place(word, terminology)):
                yield word


def has_code_alone(entry: Json, terminology: Terminology) -> bool:
    """Tell if an aside is a code that has no words and is not known.

    Codes in extensions are left out.
    """
    return any(
        is_unknown_alone(aside.code, terminology)
        for aside in asides_of(entry)
        if aside.code is not None and not aside.is_added
    )


def is_unknown_alone(code: Json, terminology: Terminology) -> bool:
    """Tell if a code has no words and is not known, so that it may mean anything."""
    return not (texts_of(code) or _is_known(code, terminology))


def _is_known(code: Json, terminology: Terminology) -> bool:
    systems = [text(one.get("system")) for one in objects(code.get("coding"))]
    return (
        not any(systems)
        or bool(terminology.concepts(code))
        or terminology.excludes(code)
        or terminology.is_spinal_site(code)
        or all(OF_FHIR.match(one) for one in systems)
    )


def _is_place(words: str, terminology: Terminology) -> bool:
    """Tell if words name only a place in the body, unlike `L1, metastatic`."""
    return names_place_alone(words, terminology) or terminology.plain.titles.are_all(
        words
    )


def words_beyond(code: Json, terminology: Terminology) -> list[str]:
    """Return the words of a code that may say more than a harmless code does."""
    words = texts_of(code)
    if not terminology.excludes(code):
        return words
    if terminology.suffices(code):
        return []
    return [one for one in words if not is_title_plain(one, terminology)]


def is_title_plain(words: str, terminology: Terminology) -> bool:
    """Tell if words next to a harmless code are the name of a harmless disease.

    Words of more than `LONGEST_TITLE` characters are no name.
    """
    if len(words) > LONGEST_TITLE or _tells_of_cause(words, terminology):
        return False
    if is_reason_understood([words], frozenset(), terminology):
        return True
    plain = terminology.plain
    parts = _PART.split(folded(words))
    return all(
        plain.bound_in_titles.are_explained(part, words, words) for part in parts
    ) and all(
        plain.titles.are_all(part)
        or is_reason_understood([part], frozenset(), terminology)
        for part in parts
    )


def is_reason_understood(
    words: Iterable[str],
    counted: frozenset[str],
    terminology: Terminology,
    besides: Besides | None = None,
) -> bool:
    """Tell if all these words are plain, or names that are counted elsewhere.

    Words of more than `LONGEST_TEXT` characters together are not read, and count as not
    understood.

    Args:
        words: words of an entry.
        counted: concepts that are left open elsewhere if words name them.
        terminology: the service's terminology.
        besides: further plain words, if these are no words of a reason alone.
    """
    texts = [*dict.fromkeys(words)]
    if sum(map(len, texts)) > LONGEST_TEXT:
        return False
    if any(map(terminology.plain.ellipses.are_in, texts)):
        return False
    return all(
        _is_plain_reason(sentence, prose, counted, terminology, besides)
        for prose in texts
        for sentence in sentences(prose)
    )


def is_code_plainly_worded(code: Json | None, terminology: Terminology) -> bool:
    """Tell if the texts and displays of a code are plain.

    The own name of a code is plain, in the languages of `mappings/plain-reason-words/`.
    A code that excludes a tumour does not exclude what its words say besides.
    """
    return is_reason_understood(texts_of(code), frozenset(), terminology)


def _is_plain_reason(
    sentence: str,
    prose: str,
    counted: frozenset[str],
    terminology: Terminology,
    besides: Besides | None,
) -> bool:
    """Tell if a sentence is plain, as it is or without the names that are counted.

    Args:
        sentence: one sentence of the prose.
        prose: the whole text; other sentences may explain a word of this one.
        counted: as for `is_reason_understood`.
        terminology: the service's terminology.
        besides: as for `is_reason_understood`.
    """
    if not sentence.strip():
        return True
    if _names_unopened(sentence, terminology):
        return False
    # Of plain words of one language another may make something grave: `전이`.
    has_stem = has_grave_stem(sentence, terminology)
    if has_stem and not terminology.text_concepts(sentence):
        return False
    if terminology.plain.bound.counts_falls(sentence) or _tells_of_cause(
        sentence, terminology
    ):
        return False
    is_harmless = terminology.harmless.is_harmless(sentence) or (
        besides is not None and besides.alone.are_all(sentence)
    )
    if is_harmless or _is_plain(sentence, prose, terminology, besides):
        return True
    remainder = _without_named(sentence, counted, terminology)
    rest_of_prose = _without_named(prose, counted, terminology)
    return _is_plain(remainder, rest_of_prose, terminology, besides)


def _tells_of_cause(words: str, terminology: Terminology) -> bool:
    """Tell if plain words together are a finding or a task: "calcium 3.2".

    So they are if they name another bone next to a broken vertebra: "fracture L1, hip".
    """
    whole = folded(words[:LONGEST_TEXT])
    parts = (whole, *map(str.strip, _PART.split(whole)))
    if any(terminology.kinds.named(part, CAUSE_IN_PLAIN) for part in parts):
        return True
    listed = [one for part in parts for one in _AND.split(part) if one.strip()]
    is_bone = terminology.grave_stems.is_other_bone
    return (
        any(map(is_bone, listed))
        and terminology.plain.bound.names_broken(whole)
        and bool(terminology.levels.named(whole))
    )


def _names_unopened(sentence: str, terminology: Terminology) -> bool:
    """Tell if words name what no other reader leaves open, and do not deny it."""
    named = terminology.text_concepts(sentence, UNOPENED)
    return bool(named) and not is_denial(sentence, terminology)


def _is_plain(
    sentence: str, prose: str, terminology: Terminology, besides: Besides | None
) -> bool:
    """Tell if a sentence is plain as a whole, or part by part."""
    is_asked = terminology.clauses.without_suspicion(sentence) != folded(sentence)
    parts = [one for one in _PART.split(folded(sentence)) if one.strip()]
    if not all(
        terminology.harmless.is_harmless(part)
        or is_denial(part, terminology)
        or (besides and besides.alone.are_all(part))
        or terminology.plain.bound.are_explained(part, sentence, prose)
        for part in parts
    ):
        return False
    if not is_asked and terminology.plain.reports.are_all(sentence):
        return True
    plain = besides.mixed if besides else terminology.plain.reasons
    return _is_part_plain(sentence, plain, terminology, is_asked=is_asked) or all(
        _is_part_plain(part, plain, terminology, is_asked=is_asked) for part in parts
    )


def _is_part_plain(
    part: str, plain: PlainWords, terminology: Terminology, *, is_asked: bool
) -> bool:
    return (
        plain.are_all(part)
        or terminology.harmless.is_harmless(part)
        or terminology.bystanders.names_act(part)
        or terminology.bystanders.are_of_theatre(part)
        or (not is_asked and terminology.plain.reports.are_all(part))
    )


def _without_named(
    sentence: str, counted: frozenset[str], terminology: Terminology
) -> str:
    """Return a sentence without its names of counted concepts and harmless diseases.

    What it only hints at, as `bone lesion` at a tumour, stays.
    """
    harmless = terminology.bystanders.problem_concepts - HINTS - UNOPENED - WORDED
    removed = (named_in([sentence], terminology) & counted) | FRACTURED | harmless
    signs = dict.fromkeys(FRACTURED, FRACTURE_SIGN)
    return without_names(sentence, removed, terminology, most=MOST_NAMES, signs=signs)
