"""Words that would act if they were taken for markup, a record full of them, and what may not come of it on a card."""

import re
import unicodedata
from typing import Any

from tests.card_rules import PLAIN, tokens_of
from tests.chart_builders import CHART, texts_of
from tests.tables import cases

MARK = "Zq9"  # stands in every string that is injected, so that it is found again
PAYLOADS = {
    name: MARK + words for name, words in cases(__file__, "payloads").items()
} | {"long": MARK + "A" * 3000}
BARE_LINK = re.compile(
    r"(?:^|[\s*_~(])www\.|(?:https?|ftp)://|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE
)
INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn")


def record(words: str) -> list[dict[str, Any]]:
    """A record with these words in every place that a client fills as it likes."""
    return _chart(words)["record"]


def drafts(words: str) -> list[dict[str, Any]]:
    """Orders with these words."""
    return _chart(words)["drafts"]


def _chart(words: str) -> dict[str, list[dict[str, Any]]]:
    coding = [{"system": "http://loinc.org", "code": words, "display": words}]
    named = CHART | {
        "WORDS": words,
        "NAMED": {"text": words},
        "CODED": {"text": words, "coding": coding},
        "after": lambda first: {"text": f"{first} {words[:200]}"},
        "coded_after": lambda first: {"text": f"{first} {words}", "coding": coding},
    }
    found: dict[str, list[dict[str, Any]]] = cases(__file__, "chart", named)
    return found


def faults_in(cards: list[dict[str, Any]]) -> list[str]:
    """What of a text is markup, invisible, or the injected words."""
    found = []
    for text in (text for card in cards for text in texts_of(card)):
        found += [f"{name}: {text!r}" for name in tokens_of(text) - PLAIN]
        found += [
            f"{sign!r} in {text!r}"
            for sign in text
            if unicodedata.category(sign) in INVISIBLE and sign != "\n"
        ]
        found += [f"a link in {text!r}"] * bool(BARE_LINK.search(unescaped(text)))
    return found


def unescaped(text):
    """The text without escaped signs: what is left may act."""
    return re.sub(r"\\.", "", text)
