"""Tell which letters the PDF of the patient's page can show, in every reader's fonts.

If a font lacks a letter there is no PDF: it would show a square in its place, on a page
that is not checked again.
"""

from collections.abc import Iterable

LATIN_LETTERS = "cp1252"  # those of Helvetica, as Python names them
LAST_CHINESE = "\uffff"  # the font knows characters of two bytes only
WRAPPED_ANYWHERE = ("zh", "ja")  # languages without spaces between words


def can_draw(texts: Iterable[str], language: str) -> bool:
    """Tell if the font of this language has every letter of these texts."""
    text = "".join(texts)
    if not text.isprintable():
        return False
    if is_unspaced(language):
        return max(text, default="") <= LAST_CHINESE
    try:
        text.encode(LATIN_LETTERS)
    except UnicodeEncodeError:
        return False
    return True


def is_unspaced(language: str) -> bool:
    """Tell if a language has no spaces: lines break anywhere, in the Chinese font."""
    return language.partition("-")[0] in WRAPPED_ANYWHERE
