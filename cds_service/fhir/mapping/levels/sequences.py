"""Tell T1 and T2, sequences of an image, from the vertebrae of the same names.

In `Technique: sagittal T1, T2 and STIR` they stand in a row with a plane or another
sequence. In a sentence that breaks them they are vertebrae: `T1 coronal fracture`.
"""

import re
from collections.abc import Sequence

from cds_service.fhir.mapping.files.language import Vertebrae, any_of
from cds_service.fhir.mapping.texts.text_rules import folded

_NAME = r"(?<![^\W_])T[12](?![^\W_]|\.\d)"
# Between vertebrae `i` or `e` needs a number behind it; here "STIR" may follow.
_AND = "(?:and|und|et|y|e|en|i)(?= )"
_SENTENCE = re.compile(r"[.;:\n。；：](?=\s|$)|[\n。；：]")
_END = re.compile(r"[.,;:\n。，；：、]")
NEAR = 3  # words behind sequences, of which the last one may be a fracture


class ImageSequences:
    """Marks the sequences of an image in a text, by the words of all languages."""

    def __init__(self, vertebrae: Sequence[Vertebrae]) -> None:
        """Compile the words of all languages."""
        technique = any_of(vertebrae, "techniques")
        joint = rf"\.?[ -]{{0,2}}(?:[,/&+:]|{_AND})?[ -]{{0,2}}(?:{_AND} )?"
        member = rf"(?:{_NAME}|{technique})"
        self._name = re.compile(_NAME, re.IGNORECASE)
        self._technique = re.compile(technique, re.IGNORECASE)
        self._row = re.compile(rf"{member}(?:{joint}{member})+", re.IGNORECASE)
        self._of_vertebra = re.compile(any_of(vertebrae, "broken") + "|plast|metasta")

    def marked(self, words: str) -> str:
        """Return a text with `T1w` for each T1 that is a sequence."""
        if not self._name.search(words):
            return words
        return self._row.sub(self._marked_row, words)

    def _marked_row(self, row: re.Match[str]) -> str:
        if not self._technique.search(row[0]) or self._is_of_vertebrae(row):
            return row[0]
        return self._name.sub(r"\g<0>w", row[0])

    def _is_of_vertebrae(self, row: re.Match[str]) -> bool:
        """Tell if a fracture is named before a row in its sentence, or right behind."""
        *_, before = _SENTENCE.split(row.string[: row.start()])
        behind, *_ = _END.split(row.string[row.end() :], maxsplit=1)
        near = " ".join(behind.split()[:NEAR])
        return any(self._of_vertebra.search(folded(one)) for one in (before, near))
