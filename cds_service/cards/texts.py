"""Say the words of the cards, and make foreign text harmless in them.

Sentences and layouts are in `hooks/<service>/cards/`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jinja2

from cds_service.core.words.phrases import Sentence, say
from cds_service.protocol.messages import Coding

TOPIC_SYSTEM = "https://kyphoplasty-cds.org/fhir/CodeSystem/card-topic"
REASON_SYSTEM = "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason"
# characters that a popup shows without cutting; CDS Hooks wants fewer than 140
SUMMARY_LENGTH = 120
WORD = re.compile(r"\S*[^\W_]\S*")
# What GFM reads as markup within a line, the starts of bare links, addresses and
# entities included.
MARKUP = re.compile(r"([\\`*_\[\]<>|~]|(?<=www)\.|:(?=//)|@(?=\w)|&(?=#?\w+;))")


def escape_markdown(text: str) -> str:
    """Write text of a record as GFM that shows exactly these characters, in a line."""
    visible = " ".join(text.split())
    if not visible.isprintable():
        visible = "".join(
            sign
            for sign in visible
            if unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Cs", "Cn")
        )
    return MARKUP.sub(r"\\\1", visible)


def count_words(text: str) -> int:
    """Count words as a reader does: what has a letter or a digit."""
    return len(WORD.findall(text))


def shortened(summary: str) -> str:
    """Cut a summary between words if a popup would not show it whole."""
    if len(summary) <= SUMMARY_LENGTH:
        return summary
    return summary[: SUMMARY_LENGTH - 1].rpartition(" ")[0] + "…"


@dataclass(frozen=True, slots=True)
class CardTexts:
    """All texts of one service.

    Attributes:
        tables: `texts.toml`, nested by table.
        layouts: the detail of each card as Jinja2 template, by file name without
            ending.
        reasons: codings for `overrideReasons`, by topic.
        topics: codings of the cards' topics.
    """

    tables: Mapping[str, Any]
    layouts: Mapping[str, jinja2.Template]
    reasons: Mapping[str, tuple[Coding, ...]]
    topics: Mapping[str, Coding] = field(init=False)
    _sentences: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        topics = {
            code: Coding(system=TOPIC_SYSTEM, code=code, display=title)
            for code, title in self.tables["topics"].items()
        }
        object.__setattr__(self, "topics", topics)
        object.__setattr__(self, "_sentences", dict(_by_path(self.tables, "")))

    def say(self, path: str, **words: str | int) -> Sentence:
        """Return the sentence at `table.key`, its placeholders filled."""
        return say(self._sentences[path], **words)

    def raw(self, path: str) -> Sentence:
        """Return the sentence at `table.key`, which has no placeholder."""
        return self.say(path)

    def render(self, layout: str, context: Mapping[str, Any]) -> str:
        """Render the detail of a card; blank lines of the layout are folded."""
        return re.sub(r"\n{3,}", "\n\n", self.layouts[layout].render(context)).strip()


def _by_path(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, part in table.items():
        if isinstance(part, Mapping):
            yield from _by_path(part, f"{path}{key}.")
        else:
            yield f"{path}{key}", str(part)


def compile_layout(source: str) -> jinja2.Template:
    """Compile a layout, in which a word that is not given is an error, never empty."""
    # Plain markdown, no HTML: text of a record goes through escape_markdown, so that
    # HTML escaping would double it.
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    return environment.from_string(source)
