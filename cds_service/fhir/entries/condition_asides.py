"""Read what a diagnosis says next to its title: notes, evidence, sites and stages."""

from typing import NamedTuple

from cds_service.fhir.entries.grave.open_codes import is_unjudged
from cds_service.fhir.entries.listed import short_texts
from cds_service.fhir.entries.words.asides import asides_of
from cds_service.fhir.entries.words.bystanders import other_words_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, texts_of


class ConditionAsides(NamedTuple):
    """The asides of a condition.

    Attributes:
        words: theirs and those of their codes; none if they are too long to read.
        is_short: they are not too long.
    """

    codes: list[Json]
    words: set[str]
    is_short: bool


def read_asides(condition: Json) -> ConditionAsides:
    asides = [*asides_of(condition)]
    codes = [aside.code for aside in asides if aside.code is not None]
    texts = {*other_words_of(condition), *(aside.words for aside in asides)}
    texts = texts.union(*map(texts_of, codes)) - {""}
    words = short_texts(texts)
    return ConditionAsides(codes, words, is_short=words == texts)


def are_asides_judged(asides: ConditionAsides, terminology: Terminology) -> bool:
    """Tell if asides are short, in our languages, and have no code never judged."""
    is_foreign = any(map(terminology.languages.is_foreign, asides.words))
    is_unknown = any(is_unjudged(code, terminology) for code in asides.codes)
    return asides.is_short and not (is_foreign or is_unknown)
