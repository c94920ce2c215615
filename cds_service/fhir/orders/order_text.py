"""What an order is by its words, when no code says it. Conservative: a doubtful text names nothing.

The words for each concept are in `mappings/texts/`; here is what turns them round: negation, what is past, and
orders that only mention the procedure (a brace, a scan, an appointment because of it).
"""

from __future__ import annotations

import re

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.level_text import LONGEST_TEXT

_CLAUSE = re.compile(r"[,;\n()，。；]|\.(?=\s|$)")
_PAST_ABBREVIATION = re.compile(r"\bZ\.\s?n\.|\bs\.\s?p\.|\bh/o\b|\bs/p\b", re.IGNORECASE)
# In one clause with the procedure's name: not ordered, or over, or not yet.
_TURNED = re.compile(
    r"\b(?:no|not|non|without|w/o|denies|declin\w*|refus\w*|cancel\w*|defer\w*|avoid\w*|instead|versus|vs|unless|if|pending"
    r"|post\w{0,10}op\w*|post|after|following|history|hx|prior|previous\w*|since|status|done|underwent|had|recent|last"
    r"|before|pre|preop\w*|follow[- ]?up|f/u|aftercare|check|kein\w*|ohne|nicht|nach|zustand|vor"
    r"|pas\s+de|sans|après|suite|avant|sin|después|tras)\b|术后|手术后|未|无",
    re.IGNORECASE,
)
# Anywhere in the text: the order is about something else and names the procedure as its occasion.
_OTHER_ORDER = re.compile(
    r"\b(?:brace|bracing|orthosis|orthotics?|corset|TLSO|LSO|physio\w*|physical\s+therapy|PT\s+(?:eval\w*|consult)|rehab\w*"
    r"|x-?rays?|XR|radiographs?|MRI|DE?XA|labs?|anesthe\w*|anaesthe\w*|consult\w*|candidate|discuss\w*|consider\w*"
    r"|follow[- ]?up|f/u|aftercare|post[- ]?op\w*|visit|appointment|clinic"
    r"|education|teaching|consent|clearance|kit|tray|needle|diet|NPO|transport|hold|dressing|wound|planning)\b",
    re.IGNORECASE,
)
_FOR = re.compile(r"\bfor\b", re.IGNORECASE)
_ASKS_FOR = re.compile(
    r"\b(?:case|request|referral|refer|order|schedul\w*|book\w*|surgery|(?-i:OR|IR))\b", re.IGNORECASE
)
_OF_TEXT = {"augmentation": "vertebral-augmentation"}
_NAMED = frozenset({"kyphoplasty", "vertebroplasty", "vertebral-augmentation", *_OF_TEXT})

_SPINAL = re.compile(
    r"\b(?:TLSO|LSO|thoraco-?lumbar\w*|lumbar|lumbo-?sacral|thoracic|back|spinal|spine|jewett|CASH|hyperextension)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:C?CTLSO|cervical|cervico\w*|collar|neck|halo|sacro-?iliac|SI\s+joint|pelvic|hip|knee|ankle|foot|toe|leg|thigh|wrist|hand"
    r"|finger|thumb|elbow|arm|shoulder|clavicle|limb|dental|teeth|KAFO|AFO|HKAFO)\b",
    re.IGNORECASE,
)
# "TLSO when out of bed, off in bed" is an order, "no brace" and "wean TLSO" are none.
_NOT_ORDERED = re.compile(
    r"^\W*(?:discontinu\w*|stop|remove|wean\w*|d/c|cancel\w*|declin\w*|refus\w*)\b|\b(?:history\s+of|previous\w*)\b"
    r"|\b(?:no|not|without|w/o|avoid\w*|kein\w*|ohne)\s+(?:[\w-]+\s+){0,3}"
    r"(?:brace|bracing|orthos[ie]s|corset|TLSO|LSO|bed[ -]?rest|physio\w*|physical|rehab\w*"
    r"|referral|dieti\w*|DE?XA)\b",
    re.IGNORECASE,
)


# What a brace is called in our texts, by the words of its order; the first that is there.
_BRACES = {
    "TLSO": re.compile(r"\bTLSO\b|thoraco-?lumbo-?sacral", re.IGNORECASE),
    "LSO": re.compile(r"\bLSO\b|lumbo-?sacral", re.IGNORECASE),
    "Jewett brace": re.compile(r"\bjewett\b", re.IGNORECASE),
    "lumbar brace": re.compile(r"\blumbar\b", re.IGNORECASE),
}


def name_brace(words: str, code: str) -> str:
    """What a brace is called in our texts: by its HCPCS code, and as its title says where the two agree."""
    named = [name for name, pattern in _BRACES.items() if pattern.search(words[:LONGEST_TEXT])]
    if code.startswith("L04"):
        return "Jewett brace" if named == ["Jewett brace"] else "TLSO"
    if code:
        return "LSO" if named[:1] == ["LSO"] else "lumbar brace"
    return named[0] if named else "back brace"


def name_augmentation(words: str, terminology: Terminology) -> frozenset[str]:
    """The augmentation procedures that an order's title asks for."""
    plain = _PAST_ABBREVIATION.sub(" status ", words[:LONGEST_TEXT])
    each = [(clause, terminology.text_concepts(clause, _NAMED)) for clause in _CLAUSE.split(plain)]
    named = [one for clause, concepts in each if concepts and not _TURNED.search(clause) for one in concepts]
    if not named or _OTHER_ORDER.search(plain) or (_FOR.search(plain) and not _ASKS_FOR.search(plain)):
        return frozenset()
    return frozenset([_OF_TEXT.get(one, one) for one in named])


def name_support(words: str, kinds: frozenset[str], terminology: Terminology) -> frozenset[str]:
    """Which of these kinds of support order a title names; a brace only where it is of the thoracolumbar spine."""
    title = words[:LONGEST_TEXT]
    named = terminology.text_concepts(title, kinds)
    if not named or _NOT_ORDERED.search(title):
        return frozenset()
    is_spinal = _SPINAL.search(title) is not None and _ELSEWHERE.search(title) is None
    return named if is_spinal else named - {"brace"}
