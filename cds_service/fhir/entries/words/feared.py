"""Take out of a diagnosis the cancers that its words only fear.

"Fear of cancer" is no cancer, and excludes none: its entry is not understood. In
"fear of recurrence after breast cancer 2023" the cancer counts. The phrases are in
`grave-stems.toml` (`cancer_feared`, `return_feared`).
"""

from typing import Any

from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of


def fears_cancer(condition: Json, terminology: Terminology) -> bool:
    """Tell if a title or a note of a diagnosis names a cancer that is feared."""
    notes = (text(one.get("text")) for one in objects(condition.get("note")))
    words = (*texts_of(condition.get("code")), *notes)
    return any(without_fears(one, terminology) != one for one in words)


def without_feared_cancers(condition: Json, terminology: Terminology) -> Json:
    """Return a diagnosis with titles and notes that name no feared cancer."""
    codes, notes = objects(condition.get("code")), objects(condition.get("note"))
    plain: dict[str, Any] = {**condition}
    if codes:
        plain["code"] = _without(codes[0], terminology)
    if notes:
        plain["note"] = [_without(note, terminology) for note in notes]
    return plain


def without_fears(words: str, terminology: Terminology) -> str:
    """Return words without the cancers that they only fear; the same if there is none.

    What is left without a letter says nothing.
    """
    rest = terminology.grave_stems.without_fears(words)
    if rest is None:
        return words
    return rest if LETTER.search(rest) else ""


def _without(holder: Json, terminology: Terminology) -> Json:
    """Return a code or a note whose own words and displays fear nothing."""
    plain: dict[str, Any] = {**holder}
    if words := text(holder.get("text")):
        plain["text"] = without_fears(words, terminology)
    if codings := objects(holder.get("coding")):
        plain["coding"] = [
            {**one, "display": without_fears(text(one.get("display")), terminology)}
            for one in codings
        ]
    return plain
