"""Tell which orders are those of everyday care, which ask about nothing grave.

A brace does not depend on a culture of blood or an MRI with contrast, but either may
look for a tumour or an infection. So such orders leave the spine alone, and are still
none of everyday care.
"""

from collections.abc import Iterable

from cds_service.fhir.gathering.bystanders import is_bystander_act
from cds_service.fhir.gathering.grave_asides import is_harmless_act
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, texts_of


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
    stems = terminology.grave_stems
    if any(
        everyday.may_search(word) or everyday.is_unsaid(word) or stems.are_in(word)
        for word in words
    ):
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
