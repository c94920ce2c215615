"""Tell if the words of a dosage were understood.

"4 mg twice daily, for the deposits in the cord" gives a reason where none was asked for
one. Such words are no aside: nearly all of them say how a drug is taken. So they have
plain words of their own (`mappings/plain-dosage-words/`), next to those of reasons.
Whatever else they say leaves a tumour, an infection and a deficit open.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.entries.words.problem_words import has_grave_stem
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    folded,
)
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# The elements of a dosage with words; those of its route, site and method are names of
# codes.
_WORDED = ("text", "patientInstruction", "additionalInstruction", "asNeededFor")
# Characters. A longer text is plain by the words of its own list, or not at all: to
# look for names in it would hold up other requests.
_LONGEST_READ = 500
MOST_DRUGS = 8  # that one dosage names
_REST_OF_WORD = re.compile(r"[\w-]*")
# What a drug is called begins its title: `metoprolol succinate 50 MG Oral Tablet`.
_NAME = re.compile(r"[^\d,;:(\[/]*")
_LONGEST_NAME = 4  # words
_LEAST_LETTERS = 5  # of a word of it: `for` is none


def are_doses_understood(
    entry: Json, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if all words of an entry's dosages are plain; True if it is of no drug.

    Names of drugs are plain: its own, and those that we know. Words of more than
    `LONGEST_TEXT` characters are not read, and count as not understood.

    Args:
        entry: any entry.
        counted: concepts that are left open elsewhere if words name them.
        terminology: the service's terminology.
    """
    if text(entry.get("resourceType")) not in MEDICATION_TYPES:
        return True
    words = dict.fromkeys(words_of_dosages(entry))
    if sum(map(len, words)) > LONGEST_TEXT:
        return False
    own = _own_names(entry)
    return all(
        _is_dose_understood(one, own, counted, terminology)
        for one in words
        if not terminology.own_words.fullmatch(one)
    )


def words_of_dosages(entry: Json) -> Iterator[str]:
    """Yield the words of the dosages of a drug."""
    for dosage in dosages_of(entry):
        yield from words_in({name: dosage.get(name) for name in _WORDED})
        yield text(dosage.get("text"))
        yield text(dosage.get("patientInstruction"))
    yield text(entry.get("renderedDosageInstruction"))


def words_as_needed(entry: Json) -> frozenset[str]:
    """Return what the dosages of a drug call its need; other asides are no doses."""
    if text(entry.get("resourceType")) not in MEDICATION_TYPES:
        return frozenset()
    needs = (one.get("asNeededCodeableConcept") for one in dosages_of(entry))
    return frozenset(word for need in needs for word in texts_of(need))


def is_dose_plain(words: str, terminology: Terminology) -> bool:
    """Tell if words are plain words of a dosage alone.

    Most are. Cut into sentences, `b. Bed. 1 Tbl.` would not be.
    """
    alone = terminology.plain.dosages.alone
    return alone.are_all(words) and not has_grave_stem(words, terminology)


def _is_dose_understood(
    words: str,
    own: frozenset[str],
    counted: frozenset[str],
    terminology: Terminology,
) -> bool:
    if is_dose_plain(words, terminology):
        return True
    if len(words) > _LONGEST_READ:
        return False
    words = terminology.durations.without_last_days(words)
    if is_dose_plain(words, terminology):
        return True
    plain = terminology.plain.dosages
    if is_reason_understood([words], counted, terminology, plain):
        return True
    rest = _without_drugs(folded(words), own, terminology)
    return is_reason_understood([rest], counted, terminology, plain)


def _own_names(entry: Json) -> frozenset[str]:
    """Return the words by which the entry's drug is called, folded."""
    codes = objects(entry.get("medicationCodeableConcept"))
    titles = [word for code in codes for word in texts_of(code)]
    titles.append(text(member(entry, "medicationReference", "display")))
    names = (_NAME.match(folded(one[:LONGEST_TITLE])) for one in titles)
    parts = (name[0].split()[:_LONGEST_NAME] for name in names if name)
    return frozenset(
        word for words in parts for word in words if len(word) >= _LEAST_LETTERS
    )


def _without_drugs(words: str, own: frozenset[str], terminology: Terminology) -> str:
    """Return folded words without the names of drugs."""
    if own:
        names = "|".join(map(re.escape, sorted(own, key=len, reverse=True)))
        words = re.sub(rf"\b(?:{names})\b", " ", words)
    for _ in range(MOST_DRUGS):
        places = terminology.drug_places(words).values()
        if not places:
            break
        start, end = min(places)
        rest = _REST_OF_WORD.match(words, end)
        words = f"{words[:start]} {words[rest.end() if rest else end :]}"
    return words
