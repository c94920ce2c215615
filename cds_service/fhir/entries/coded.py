"""Find what the code of one resource names, once for every reader of the resource."""

from typing import NamedTuple

from cds_service.fhir.entries.words.problem_words import is_of_relatives
from cds_service.fhir.leaves import codes_of
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.mapping.texts.clauses import NOTHING
from cds_service.fhir.raw_json import Json, text


class Coded(NamedTuple):
    """A resource, and what its code names.

    Attributes:
        raw: its JSON, which may be broken.
        matches: concepts of the element `code`, each with its coding.
        concepts: theirs.
        of_categories: of a diagnosis, the concepts of its categories.
        is_of_relatives: it is a diagnosis of the patient's family alone.
    """

    raw: Json
    matches: tuple[Match, ...]
    concepts: frozenset[str]
    of_categories: frozenset[str] = NOTHING
    is_of_relatives: bool = False


def read_code(raw: Json, terminology: Terminology) -> Coded:
    """Find what the code of a resource names."""
    code = raw.get("code")
    matches = terminology.matches(code) if code else ()
    concepts = frozenset([one.concept for one in matches]) if matches else NOTHING
    if text(raw.get("resourceType")) != "Condition" or not raw.get("category"):
        return Coded(raw, matches, concepts)
    of_categories = terminology.concepts([*codes_of(raw["category"])])
    is_theirs = is_of_relatives(raw, of_categories, terminology)
    return Coded(raw, matches, concepts, of_categories, is_theirs)
