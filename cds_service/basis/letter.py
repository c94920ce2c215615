"""Write the lines of a discharge card as plain text, for the next doctor's letter."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

# A backslash shows the sign behind it as it is; two stars make bold.
MARKDOWN = re.compile(r"\\(.)|\*\*")


def letter_text(cards: Sequence[Mapping[str, Any]]) -> str:
    """Write the texts of these cards, without their markup."""
    texts = [part for card in cards for part in (card["summary"], card.get("detail"))]
    lines = [_plain(line) for text in texts if text for line in text.splitlines()]
    return "\n".join(line for line in lines if line)


def _plain(line: str) -> str:
    return MARKDOWN.sub(lambda match: match[1] or "", line).strip()
