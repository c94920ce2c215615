"""Tell if another service was asked for its opinion, and not for an everyday reason.

What a neurologist or an internist is asked about after cement has as many names as
there are complaints. So the everyday reasons are known, and any other one is asked
about. Without a reason, only services count that are seldom asked about the everyday.
"""

import re
from collections.abc import Callable, Iterator

from cds_service.fhir.entries.grave.grave_concepts import GRAVE
from cds_service.fhir.entries.harm.act_words import names_of_reasons, titles_of
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, LONGEST_TITLE
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# Rules of `kinds/`.
CONSULT = ("consult-by-name",)
OF_EVERYDAY = ("consult-of-everyday",)
TELLS = ("consult-that-tells",)
ALONE, PURPOSE = "consult-alone", "consult-purpose"
# How soon it is wanted is no reason; `unusual_titles.py` judges that.
AT_ONCE = "act-at-once"
# What a reason by an everyday code says.
_ROUTINE = "routine check"
OPERATED = frozenset({"ServiceRequest", "Procedure"})
_PART = re.compile(r"[,;:.+/?!，；：、。()（）\n]|\s[-–—]\s|\band\b|\bund\b|\bet\b")
IsEveryday = Callable[[str], bool]


def is_consult(act: Json, terminology: Terminology) -> bool:
    """Tell if an act asks another service for its opinion in the stay."""
    return text(act.get("resourceType")) in OPERATED and any(
        terminology.kinds.named(one[:LONGEST_TITLE], CONSULT) for one in titles_of(act)
    )


def is_unusual_consult(
    act: Json, terminology: Terminology, is_everyday: IsEveryday
) -> bool:
    """Tell if a consult is for a reason that is not known to be everyday.

    Args:
        act: an order or a procedure.
        terminology: the service's terminology.
        is_everyday: tells if a part of a reason is everyday by the other lists.
    """
    if not is_consult(act, terminology):
        return False
    reasons = [*_reasons(act, terminology)]
    if not reasons:
        kinds, titles = terminology.kinds, titles_of(act)
        is_everyday_service = any(kinds.named(one, OF_EVERYDAY) for one in titles)
        return not is_everyday_service and any(
            kinds.named(one, TELLS) for one in titles
        )
    return not all(
        _is_everyday_reason(part, terminology, is_everyday) for part in reasons
    )


def _reasons(act: Json, terminology: Terminology) -> Iterator[str]:
    """Yield each part of the reasons and notes, and what a title says of a reason.

    A code that is known to be everyday tells its reason without its words. One that is
    not, and has none, is a reason without a name.
    """
    for title in titles_of(act):
        for part in _PART.split(title[:LONGEST_TITLE]):
            reason = _without_service(part, terminology)
            if LETTER.search(reason):
                yield reason
    notes = (text(note.get("text")) for note in objects(act.get("note")))
    codes = objects(act.get("reasonCode"))
    known = [code for code in codes if _is_everyday_code(code, terminology)]
    told = {**act, "reasonCode": [code for code in codes if code not in known]}
    if known and not names_of_reasons(told):
        yield _ROUTINE
    for words in (*names_of_reasons(told), *notes):
        for part in _PART.split(words[:LONGEST_TEXT]):
            if LETTER.search(part):
                yield part
    if not all(map(texts_of, told["reasonCode"])):
        yield "?"


def _is_everyday_code(code: Json, terminology: Terminology) -> bool:
    """Tell if a reason is a known code of no grave disease or complaint.

    Words of its own may say more than the name of the code.
    """
    names = {text(one.get("display")) for one in objects(code.get("coding"))}
    return (
        text(code.get("text")) in {"", *names}
        and terminology.excludes(code)
        and not terminology.is_complaint(code)
        and terminology.concepts([code]).isdisjoint(GRAVE)
    )


def _is_everyday_reason(
    part: str, terminology: Terminology, is_everyday: IsEveryday
) -> bool:
    return bool(terminology.kinds.named(part, (PURPOSE,))) or is_everyday(part)


def _without_service(words: str, terminology: Terminology) -> str:
    """Leave out who is asked, how and how soon."""
    kinds = terminology.kinds
    for rule in (*OF_EVERYDAY, ALONE, AT_ONCE):
        words = kinds.without(words, rule)
    return words.strip()
