"""The letters that the PDF of the patient's page can show, in every reader's fonts.

Where they lack a letter there is no PDF: a square in its place would stand on a page
that nobody looks at again.
"""

from collections.abc import Iterable

LATIN_LETTERS = "cp1252"  # those of Helvetica, as Python names them
LAST_CHINESE = "\uffff"  # the font is asked by two bytes for each character
WRAPPED_ANYWHERE = ("zh", "ja")  # languages without spaces between words


def can_draw(texts: Iterable[str], language: str) -> bool:
    """Tell if the font of this language has every letter of these texts."""
    whole = "".join(texts)
    if not whole.isprintable():
        return False
    if is_unspaced(language):
        return max(whole, default="") <= LAST_CHINESE
    try:
        whole.encode(LATIN_LETTERS)
    except UnicodeEncodeError:
        return False
    return True


def is_unspaced(language: str) -> bool:
    """Tell if lines break anywhere; such a language has the Chinese font."""
    return language.partition("-")[0] in WRAPPED_ANYWHERE
