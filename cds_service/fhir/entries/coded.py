"""Find what the code of one resource names, once for every reader of the resource."""

from typing import NamedTuple

from cds_service.fhir.entries.words.problem_words import is_of_relatives
from cds_service.fhir.mapping.terminology import Match, Terminology
from cds_service.fhir.mapping.texts.clauses import NOTHING
from cds_service.fhir.raw_json import Json, text


class Coded(NamedTuple):
    """A resource, and what its code names.

    Attributes:
        raw: its JSON, which may be broken.
        matches: concepts of the element `code`, each with its coding.
        concepts: theirs.
        is_of_relatives: it is a diagnosis of the patient's family alone.
    """

    raw: Json
    matches: tuple[Match, ...]
    concepts: frozenset[str]
    is_of_relatives: bool


def read_code(raw: Json, terminology: Terminology) -> Coded:
    """Find what the code of a resource names."""
    matches = terminology.matches(raw.get("code"))
    concepts = frozenset([one.concept for one in matches]) if matches else NOTHING
    is_condition = text(raw.get("resourceType")) == "Condition"
    is_theirs = is_condition and is_of_relatives(raw, terminology)
    return Coded(raw, matches, concepts, is_theirs)
