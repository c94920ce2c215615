"""Find words for a palsy or a numbness of a leg or the saddle, in whatever noun.

"Lähmung der Beine" and "both legs numb" are deficits though no concept names them.
"""

from cds_service.fhir.entries.grave.grave_concepts import OF_CORD
from cds_service.fhir.entries.words.old_deficits import is_called_old
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.mapping.terminology import Terminology

OF_LEG = ("leg-or-saddle",)  # a rule of `kinds/`


def tells_of_failing_leg(words: str, terminology: Terminology) -> bool:
    """Tell if words state one, and do not deny it, prevent it or call it old."""
    parts = undenied_parts(words, terminology)
    return any(_is_of_leg(part, terminology) for part in parts)


def names_failing_leg(words: str, terminology: Terminology) -> bool:
    """Tell if words state one by a noun, at a signing.

    What a leg does or cannot do may have another cause, "gave way due to dizziness":
    `tells_of_loss` judges that.
    """
    is_plain = terminology.grave_stems.deficits.are_in
    return any(
        _is_of_leg(part, terminology) and not is_plain(part)
        for part in undenied_parts(words, terminology)
    )


def _is_of_leg(part: str, terminology: Terminology) -> bool:
    stems = terminology.grave_stems
    here = stems.deficits.without_conditions(part)
    return (
        OF_CORD in stems.concepts_in(here)
        and bool(terminology.kinds.named(here, OF_LEG))
        and not stems.is_prevention(here)
        and not is_called_old(here, terminology)
    )
