"""Tell which titles of orders are understood: everyday care looks for nothing grave.

A culture of blood and an MRI with contrast say nothing about a brace, so that
`words/bystanders.py` counts them as leaving the spine alone. Still, either may look for
a tumour or an infection: neither is everyday care.
"""

from collections.abc import Iterable, Sequence

from cds_service.fhir.entries.grave.grave_concepts import (
    GRAVE,
    SPINAL_SURGERY,
    UNREAD_TITLE,
)
from cds_service.fhir.entries.grave.searches import is_asked
from cds_service.fhir.entries.grave.unjudged_acts import is_harmless_act
from cds_service.fhir.entries.words.bystanders import is_bystander_act
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, is_prohibition, texts_of


def is_everyday_order(titles: Iterable[Json], terminology: Terminology) -> bool:
    """Tell if titles of an order name everyday care, and nothing that may search.

    A code that we know decides before the words do.

    Args:
        titles: CodeableConcepts that say what is ordered.
        terminology: the service's terminology.
    """
    listed = list(titles)
    words = [word for title in listed for word in texts_of(title)]
    everyday, acts = terminology.everyday, terminology.harmless_acts
    if any(everyday.may_search(word) or everyday.is_unspecific(word) for word in words):
        return False
    if any(
        terminology.identifies("procedures", title) or terminology.concepts(title)
        for title in listed
    ):
        return is_harmless_act(listed, terminology)
    if is_bystander_act(listed, terminology):
        return True
    return bool(words) and all(
        everyday.is_title(word) or acts.is_title(word) for word in words
    )


def unread_title(
    order: Json,
    titles: Sequence[Json],
    coded: frozenset[str],
    terminology: Terminology,
) -> frozenset[str]:
    """Return `UNREAD_TITLE`, in doubt, if an order asks for what nobody understood.

    Until it was carried out, it may look for anything grave; then a report or the
    problem list says what was found. Grave things that its words name are left open
    elsewhere. The code of an operation of the spine does not say what it is for.

    Args:
        order: an order that is not read as an augmentation, a brace or a biopsy.
        titles: its codes and names.
        coded: concepts of these codes.
        terminology: the service's terminology.
    """
    if not is_asked(order) or is_prohibition(order):
        return frozenset()
    if coded & SPINAL_SURGERY:
        return frozenset({in_doubt(UNREAD_TITLE)})
    if coded or is_everyday_order(titles, terminology):
        return frozenset()
    words = [word for title in titles for word in texts_of(title)]
    asked = [terminology.clauses.without_suspicion(word) for word in words]
    is_search = any(
        terminology.everyday.may_search(word)
        for word in asked
        if not terminology.clauses.denies(word)
    )
    is_plain = bool(words) and is_reason_understood(asked, GRAVE, terminology)
    if is_plain and not is_search:
        return frozenset()
    return frozenset({in_doubt(UNREAD_TITLE)})
