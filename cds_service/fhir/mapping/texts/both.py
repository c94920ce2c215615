"""Find what words tell of the patient next to a relative.

"Mother and patient both had breast cancer" is of the patient, too. The words are in the
tables `joints` of `mappings/texts/`.
"""

import re
from collections.abc import Callable, Sequence

from cds_service.fhir.mapping.files.language import Joints, any_of

# Written for a person in the words of `both`, and in what they are compared with.
PERSON = "@"
# What a relative has is asked of the patient only if it is one of these: a grave fact
# must not be lost, and any other entry with a relative stays open.
GRAVE_IF_BOTH = frozenset(
    {
        "bone-infection-elsewhere",
        "bone-malignancy-ever",
        "breast-cancer",
        "cancer-ever",
        "earlier-vertebral-fracture",
        "hip-fracture",
        "leg-weakness",
        "lung-cancer",
        "malignancy",
        "malignancy-elsewhere",
        "neurological-deficit",
        "other-fracture",
        "prostate-cancer",
        "sepsis",
        "spinal-cord-disease",
        "spinal-infection",
        "vertebral-fracture",
    }
)


class PartOfPatient:
    """Finds the words about the patient in those with a relative."""

    def __init__(
        self, joints: Sequence[Joints], is_less: Callable[[str], bool]
    ) -> None:
        """Compile the words.

        Args:
            joints: of all languages.
            is_less: tells if folded words deny, fear or prevent what they name, or
                test for it.
        """
        persons, both = [any_of(joints, one) for one in ("persons", "both")]
        relatives = any_of(joints, "relatives")
        self._persons = re.compile(f"{persons}|{relatives}")
        self._both = re.compile(both.replace(PERSON, f"{PERSON}+"))
        self._own = re.compile(any_of(joints, "own"))
        self._is_less = is_less

    def of(self, words: str) -> str:
        """Return folded words with blanks for all that is of a relative alone.

        They are empty if there is no relative, if nothing is said of the patient too,
        and if that is less than a statement, as `is_less` tells.
        """
        if not self._persons.search(words):
            return ""
        masked = self._persons.sub(_masked, words)
        if both := self._both.search(masked):
            start, end = both.span()
            rest = f"{masked[:start]}{' ' * (end - start)}{masked[end:]}"
            part = rest.replace(PERSON, " ")
        elif own := self._own.search(masked):
            part = f"{' ' * own.start()}{words[own.start() :]}"
        else:
            return ""
        return "" if self._is_less(part) else part


def _masked(person: re.Match[str]) -> str:
    bare = person[0].lstrip()
    return f"{' ' * (len(person[0]) - len(bare))}{PERSON * len(bare)}"
