"""Find what an entry leaves open by words that were not understood."""

from cds_service.fhir.entries.exams.unread_in_study_names import (
    is_study_understood,
    plain_words_of_study,
)
from cds_service.fhir.entries.fractures.earlier_in_words import (
    EARLIER,
    names_earlier_augmentation,
    names_earlier_fracture,
    names_several_fractures,
    vertebrae_in_short,
)
from cds_service.fhir.entries.grave.grave_concepts import (
    AUGMENTED_ASIDE,
    GRAVE,
    MAY_BEAR_ON_SPINE,
    UNREAD_PROSE,
    UNREAD_REASON,
)
from cds_service.fhir.entries.medication.unread_in_dosages import (
    are_doses_understood,
    is_dose_plain,
    words_as_needed,
)
from cds_service.fhir.entries.words.asides import OBSERVATION
from cds_service.fhir.entries.words.unread_in_reasons import (
    has_code_alone,
    is_reason_understood,
    is_unknown_alone,
    words_of_reasons,
)
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, objects, text


def unread_in_words(
    entry: Json, words: list[str], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what the words of an entry leave open besides what they name.

    Args:
        entry: a report, order, drug or procedure, or another entry with asides.
        words: all its words that may name something grave.
        named: the concepts that these words name.
        terminology: the service's terminology.
    """
    kind = text(entry.get("resourceType"))
    reasons = [
        word
        for word in words_of_reasons(entry, terminology)
        if not terminology.own_words.fullmatch(word)
    ]
    if kind == "DiagnosticReport":
        return _unread_in_report(entry, reasons, words, terminology)
    if kind == OBSERVATION:
        plain = terminology.plain.values
        reasons = [word for word in reasons if not plain.are_all(word)]
    named_as_needed = words_as_needed(entry)
    titled = plain_words_of_study(entry, terminology)  # `lung cancer screening`
    asked = [
        word
        for word in reasons
        if word not in named_as_needed or not is_dose_plain(word, terminology)
    ]
    # A denial may have swallowed a grave thing, and words that are too long to be read
    # may name one.
    is_long = sum(map(len, words)) > LONGEST_TEXT
    swallowed = [
        word
        for word in words
        if is_long or (_names_more(word, named, terminology) and word not in titled)
    ]
    concepts = set[str]()
    is_understood = (
        is_reason_understood([*asked, *swallowed], GRAVE, terminology)
        and are_doses_understood(entry, GRAVE, terminology)
        and is_study_understood(entry, GRAVE, terminology)
    )
    if not is_understood or has_code_alone(entry, terminology):
        concepts |= {UNREAD_REASON, MAY_BEAR_ON_SPINE}
    return frozenset(concepts | _earlier_in(reasons, terminology))


def _unread_in_report(
    report: Json, reasons: list[str], words: list[str], terminology: Terminology
) -> frozenset[str]:
    """Return what the codes and words of a report leave open next to its conclusion."""
    concepts = set[str]()
    results = objects(report.get("conclusionCode"))
    is_unknown = any(is_unknown_alone(code, terminology) for code in results)
    is_understood = is_reason_understood(reasons, frozenset(), terminology)
    if is_unknown or not is_understood or has_code_alone(report, terminology):
        concepts |= {UNREAD_PROSE, MAY_BEAR_ON_SPINE}
    concepts |= _earlier_in(words, terminology)
    return frozenset(concepts)


def _earlier_in(words: list[str], terminology: Terminology) -> set[str]:
    """Return the earlier fracture and the earlier augmentation that words may name."""
    is_earlier = names_earlier_fracture(words, terminology)
    is_earlier |= names_several_fractures(words, terminology)
    is_earlier |= any(vertebrae_in_short(prose, terminology) for prose in words)
    concepts = {EARLIER} if is_earlier else set[str]()
    if concepts and names_earlier_augmentation(words, terminology):
        concepts.add(AUGMENTED_ASIDE)
    return concepts


def _names_more(words: str, named: frozenset[str], terminology: Terminology) -> bool:
    """Tell if words name a grave thing that is not counted as named."""
    stated = terminology.text_concepts(words, GRAVE)
    return bool((stated | terminology.ruled_out(words, GRAVE)) - named)
