"""Tell if what is said next to a fracture may call it old or in doubt.

A category such as "past medical history", a stage or a severity such as "old" may be
next to the code of a fresh fracture. Only known words say that the fracture is of now;
any others leave its age open.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.mapping.text_rules import folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# SNOMED CT: history of previous events
HISTORY_CODES = frozenset({"392521001"})
_WORD = re.compile(r"[^\W\d_]+")
# Codes without a name are read as words if they are words: "medical-history".
_NAMES = re.compile(r"[A-Za-z]{3,}(?:[-_ ][A-Za-z]+)*")
_OF_NOW = re.compile(
    r"problems?|list|items?|encounter|visit|admission|admitting|discharge|working"
    r"|primary|principal|secondary|main|final|billing|chief|complaints?|diagnos[ei]s"
    r"|diagnostics?|diagnostico|findings?|disorders?|diseases?|conditions?|clinical"
    r"|health|concerns?|hospital|current|active|acute|presenting|injury|injuries"
    r"|trauma|fractures?|orthop(?:a|e|ae)dic|medical|surgical|nursing|comorbidity"
    r"|complications?|post|pre|op|operative|of|the|and|at|for|on"
    r"|(?:haupt|neben|aufnahme|einweisungs|entlass(?:ungs)?|behandlungs|fach|akut"
    r"|arbeits|operations|stations)?diagnosen?|akut|problemliste|aktuell|befund"
    r"|principale?|associe|entree|sortie|d|de|du|probleme|actuel|aigu|motif|liste"
    r"|secundario|secundaria|ingreso|alta|problema|actual|diagnosi|secondaria|di"
    r"|ingresso|dimissione|attuale|hoofddiagnose|nevendiagnose|opnamediagnose"
    r"|ontslagdiagnose|actueel|probleem|rozpoznanie|glowne|wspolistniejace|wstepne"
    r"|koncowe|aktualne"
)
# Chinese, Japanese and Korean write no spaces.
_OF_NOW_UNSPACED = re.compile(
    r"(?:\u4e3b|\u526f|\u5176\u4ed6|\u5165\u9662|\u51fa\u9662|\u9000\u9662"
    r"|\u4e3b\u8981|\u73b0|\u73fe|\uc8fc|\ubd80)*"
    r"(?:\u75c5\u540d|\u50b7\u75c5\u540d|\u8bca\u65ad|\u8a3a\u65ad|\uc9c4\ub2e8"
    r"|\uc9c4\ub2e8\uba85)"
)
_DEGREE = re.compile(
    r"mild|moderate|severe|slight|marked|minor|major|severity|degree|high|low|medium"
    r"|leicht|mittel|mittelschwer|mittelgradig|schwer|hochgradig|geringgradig"
    r"|ausgepragt"
    r"|leger|modere|grave|leve|moderad[oa]|severo|lieve|moderat[oa]|severa|licht|matig"
    r"|ernstig|lagodny|umiarkowany|ciezki|acute|akut|aigu|agud[oa]|acut[oa]|fresh"
    r"|frisch|recent|new|neu|disorder|grade|grad|type|typ|stage|stadium|class|of|ao"
    r"|genant|wedge|biconcave|crush|compression|stable|stabil|and|to|a|b|[iv]{1,3}"
    r"|\u8f7b\u5ea6|\u4e2d\u5ea6|\u91cd\u5ea6|\u8efd\u5ea6|\u4e2d\u7b49\u5ea6"
    r"|\uacbd\uc99d|\uc911\ub4f1\uc99d|\uc911\uc99d|\uae09\uc131|\u6025\u6027"
)


def may_be_called_old(condition: Json) -> bool:
    """Tell if its category, stage or severity holds other words than those of now."""
    categories = objects(condition.get("category"))
    codes = {text(one.get("code")) for one in _codings(categories)}
    if codes & HISTORY_CODES:
        return True
    if any(not _are_of_now(words) for words in _names_of(categories)):
        return True
    stages = objects(condition.get("stage"))
    degrees = [
        *objects(condition.get("severity")),
        *(one for stage in stages for one in objects(stage.get("summary"))),
        *(one for stage in stages for one in objects(stage.get("type"))),
    ]
    words = (word for degree in degrees for word in texts_of(degree))
    return any(not _all_known(word, _DEGREE) for word in words)


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


def _are_of_now(words: str) -> bool:
    is_unspaced = _OF_NOW_UNSPACED.fullmatch(words.strip()) is not None
    is_history = re.search(r"(?i)hist|anamn", words) is not None
    return is_unspaced or (not is_history and _all_known(words, _OF_NOW))


def _all_known(words: str, known: re.Pattern[str]) -> bool:
    return all(known.fullmatch(word) for word in _WORD.findall(folded(words)))
