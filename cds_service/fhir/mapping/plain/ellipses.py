"""Recognise a part of a report that tells where the thing is that was denied before.

"No metastasis at T12, seen at L1" denies a metastasis of one vertebra, and states one
of another. All its words are plain, so plain words alone do not tell.
"""

import re
from collections.abc import Sequence

from cds_service.fhir.mapping.plain.plain_patterns import PlainWords, whole_word
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT

# Replaces a denial in a text; it is no letter.
_DENIAL = "\ue002"
_PART = r"[,.;:\n()\[\]，、。；：（）]"


class Ellipses:
    """The words of all languages, compiled."""

    def __init__(
        self, bare: Sequence[str], shown: Sequence[str], denials: PlainWords
    ) -> None:
        """Compile the words.

        Args:
            bare: words that name nothing found: places, examinations, articles.
            shown: words by which something is there: "seen", "one", "small".
            denials: the denials of reports, each with what it denies.
        """
        self._bare = PlainWords([*bare, *shown], None)
        self._shown = whole_word(shown)
        self._denials = denials
        # `no metastasis at T12 and seen at L1`
        joint = rf"\b(?:and|und|et|y|e|en|i)\b(?= {self._shown.pattern})"
        self._part = re.compile(f"{_PART}|{joint}" if shown else _PART)

    def are_in(self, prose: str) -> bool:
        """Tell if a denial is followed by a part that says where the denied thing is.

        Such a part names nothing itself. A part that begins with "or" goes on denying,
        and one behind a fracture may be about that.
        """
        if len(prose) > LONGEST_TEXT:
            return False
        text = self._denials.without(prose, _DENIAL)
        if _DENIAL not in text:
            return False
        is_denied = False
        for part in filter(str.strip, self._part.split(text)):
            is_bare = self._bare.are_all(part.replace(_DENIAL, " "))
            if _DENIAL in part:
                is_denied = is_bare
            elif not is_bare:
                is_denied = False
            elif is_denied and self._shown.search(part):
                return True
        return False
