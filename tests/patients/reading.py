"""Cards as a person reads them: words, sentences and what a popup shows as text."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark")
# A full stop ends a sentence, except inside a number or a day.
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-ZÄÖÜ])|\n+")


def text_of(card: Mapping[str, Any]) -> str:
    """Summary and detail as text, one block a line: no sign of markdown is left."""
    lines = [card["summary"]]
    for token in MARKDOWN.parse(card.get("detail", "")):
        if token.type == "inline":
            lines += "".join(
                "\n" if child.type in ("softbreak", "hardbreak") else child.content
                for child in token.children or ()
            ).splitlines()
    return "\n".join(lines)


def words_of(text: str) -> list[str]:
    """Words as a reader counts them: what has a letter or a digit."""
    return [word for word in text.split() if re.search(r"\w", word)]


def count_words(card: Mapping[str, Any]) -> int:
    """Words of a card without its buttons and links."""
    return len(words_of(text_of(card)))


def count_answer(cards: Iterable[Mapping[str, Any]]) -> int:
    return sum(count_words(card) for card in cards)


def sentences_of(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def kind_of(summary: str) -> str:
    """A summary without its numbers and days: what sort it is."""
    months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    dated = re.sub(rf"\b(\d+ )?({months})( \d{{4}})?\b", "#", summary)
    return re.sub(r"[−-]?\d+([.,–]\d+)*", "#", dated)
