"""Tell if what is said next to a fracture may call it old or in doubt.

A category such as "past medical history", a stage or a severity such as "old" may be
next to the code of a fresh fracture. Only known words say that the fracture is
a new one; any others leave its age open.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# SNOMED CT: history of previous events
HISTORY_CODES = frozenset({"392521001"})
_WORD = re.compile(r"[^\W\d_]+")
# Codes without a name are read as words if they are words: "medical-history".
_NAMES = re.compile(r"[A-Za-z]{3,}(?:[-_ ][A-Za-z]+)*")
# Rules of `kinds/`.
OF_NOW, OF_NOW_UNSPACED = ("category-of-now",), ("category-of-now-unspaced",)
OF_HISTORY, DEGREE = ("category-of-history",), ("degree-of-fracture",)


def may_be_called_old(condition: Json, terminology: Terminology) -> bool:
    """Tell if its category, stage or severity holds words but those of a new one."""
    categories = objects(condition.get("category"))
    codes = {text(one.get("code")) for one in _codings(categories)}
    if codes & HISTORY_CODES:
        return True
    if any(not _are_of_now(words, terminology) for words in _names_of(categories)):
        return True
    stages = objects(condition.get("stage"))
    degrees = [
        *objects(condition.get("severity")),
        *(one for stage in stages for one in objects(stage.get("summary"))),
        *(one for stage in stages for one in objects(stage.get("type"))),
    ]
    words = (word for degree in degrees for word in texts_of(degree))
    return any(not _all_known(word, DEGREE, terminology) for word in words)


def _codings(codeables: list[Json]) -> Iterator[Json]:
    for codeable in codeables:
        yield from objects(member(codeable, "coding"))


def _names_of(categories: list[Json]) -> Iterator[str]:
    for category in categories:
        names = texts_of(category)
        yield from names
        if not names:
            codes = (text(one.get("code")) for one in _codings([category]))
            yield from (code for code in codes if _NAMES.fullmatch(code))


def _are_of_now(words: str, terminology: Terminology) -> bool:
    if terminology.kinds.named(words.strip(), OF_NOW_UNSPACED):
        return True
    if terminology.kinds.named(words, OF_HISTORY):
        return False
    return _all_known(words, OF_NOW, terminology)


def _all_known(words: str, rules: tuple[str, ...], terminology: Terminology) -> bool:
    named = terminology.kinds.named
    return all(named(word, rules) for word in _WORD.findall(folded(words)))
