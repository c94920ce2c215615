"""Cuts a text into the parts in which words belong together.

What a part says is read by the words of `mappings/texts/`. Each kind of text has its
own borders: a comma divides a title, and no note. Lengths of time are cut at words too
(`then`, `followed by`), in `durations.py`.
"""

import re

# A full stop that ends something, and no decimal point: `1.5`.
_FULL_STOP = r"\.(?=\s|$)"
_SENTENCE = re.compile(rf"[;\n。；]|{_FULL_STOP}")
_REMARK = re.compile(rf"[;\n。；()]|{_FULL_STOP}")
# `Kyphoplasty L1 - after a fall`; the dash of `L1-L3` has no spaces.
_CLAUSE = re.compile(rf"[;\n。；(),，]|{_FULL_STOP}|\s[-–—]\s")
_NAME = re.compile(r"[,;\n、，；]")
# A full stop after a word of four letters or more: shorter ones are abbreviations (`Z.
# n.`, `St. n.`, `fam.`). Items may be numbered: `1. Diabetes 2. Demenz`.
_STATEMENT = re.compile(
    r"(?<=[^\W\d_]{4})\.(?=\s|$)|[;\n。；]|(?:^|\s)\d{1,2}[.)、](?=\s*[^\W\d])"
)


def sentences(note: str) -> list[str]:
    """Cut a note."""
    return _SENTENCE.split(note)


def remarks(text: str) -> list[str]:
    """Cut words about vertebrae: a bracket may be of another one."""
    return _REMARK.split(text)


def clauses(title: str) -> list[str]:
    """Cut the title of an order: what is ordered, why and how."""
    return _CLAUSE.split(title)


def statements(text: str) -> list[str]:
    """Cut an entry of a problem list, which may state several things."""
    return _STATEMENT.split(text)


def names(text: str) -> list[str]:
    """Cut several names of one entry."""
    return _NAME.split(text)
