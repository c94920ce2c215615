"""Leave out what an entry of a swallowed steroid says of another thing.

"Prednisolone 5 mg daily; knee injection refused" names no place where the steroid acts,
and refuses no steroid; nor does "5 mg daily, salbutamol inhaler".
"""

import re

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.text_rules import folded

ORAL_RATE = frozenset({"oral-rate"})
ORAL_DOSE = frozenset({"oral-dose"})
LOCAL = frozenset({"local-route", "local-place"})
OWN_ROUTE = frozenset({"route-of-its-own"})
REASON = frozenset({"reason-of-dose"})
OTHER_ACT = frozenset({"other-act-aside"})
_JOINT = re.compile(
    r"\s(?:and|plus|und|sowie|et|y|ed?|en|oraz|i)\s|[+&，、；。]|\s[-–—]\s"
    # `5mg/日 軟膏併用`
    r"|(?<=[日回次])\s"
)


def without_asides(words: str, terminology: Terminology) -> str:
    """Return words without the parts about an injection or the drug of another form.

    They are the words as given unless a part of its own says how a steroid is
    swallowed.
    """
    parts = [part for one in clauses(words) for part in _JOINT.split(one)]
    if len(parts) < 2 or not any(_is_swallowed(one, terminology) for one in parts):
        return words
    own = [one for one in parts if not terminology.text_concepts(one, OTHER_ACT)]
    return "; ".join(own)


def without_places(
    words: str, terminology: Terminology, *, is_dosed: bool = False
) -> str:
    """Return the words of a dose in mg a day without those of a place or another drug.

    "5 mg daily, joint pain" and "10 mg daily, continue inhaler" put nothing there; "20
    mg daily, rectally" does. Words without such a dose are returned as they are.

    Args:
        words: a name or a dosage.
        terminology: the service's terminology.
        is_dosed: the dose in mg is written elsewhere in the entry.
    """
    own, has_dose = [], False
    for clause in clauses(words):
        parts = [_without_reason(one, terminology) for one in _JOINT.split(clause)]
        has_dose |= any(
            _is_daily_dose(one, terminology, is_dosed=is_dosed) for one in parts
        )
        # `crème` after a comma may be the form; after `et` it is another drug.
        is_whole = len(parts) == 1
        own += [
            one
            for one in parts
            if not terminology.text_concepts(folded(one), LOCAL)
            or (is_whole and is_put(one, terminology))
        ]
    return "; ".join(own) if has_dose else words


def names_dose(words: str, terminology: Terminology) -> bool:
    """Tell if words name a dose in mg, and no place or form."""
    plain = folded(words)
    return bool(terminology.text_concepts(plain, ORAL_DOSE)) and not (
        terminology.text_concepts(plain, LOCAL)
    )


def is_put(words: str, terminology: Terminology) -> bool:
    """Tell if a dosage is only of a route or form: `rectally`, `inhale`."""
    return bool(terminology.text_concepts(folded(words), OWN_ROUTE))


def _is_daily_dose(part: str, terminology: Terminology, *, is_dosed: bool) -> bool:
    if not _is_swallowed(part, terminology):
        return False
    return is_dosed or bool(terminology.text_concepts(folded(part), ORAL_DOSE))


def _without_reason(part: str, terminology: Terminology) -> str:
    """Leave out what a daily dose is for: `5 mg daily for skin`."""
    plain = folded(part)
    place = terminology.text_places(plain, REASON).get("reason-of-dose")
    if not place or terminology.text_concepts(plain[place[0] :], OWN_ROUTE):
        return part
    head = plain[: place[0]]
    is_dose = terminology.text_concepts(head, ORAL_RATE)
    return head if is_dose and names_dose(head, terminology) else part


def _is_swallowed(part: str, terminology: Terminology) -> bool:
    plain = folded(part)
    return bool(terminology.text_concepts(plain, ORAL_RATE)) and not (
        terminology.text_concepts(plain, LOCAL | OTHER_ACT)
    )
