"""Leave out what an entry of a swallowed steroid says of another thing.

"Prednisolone 5 mg daily; knee injection refused" names no place where the steroid acts,
and refuses no steroid; nor does "5 mg daily, salbutamol inhaler".
"""

import re

from cds_service.fhir.mapping.clauses import clauses
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import folded

ORAL_RATE = frozenset({"oral-rate"})
LOCAL = frozenset({"local-route"})
OTHER_ACT = frozenset({"other-act-aside"})
_JOINT = re.compile(
    r"\s(?:and|plus|und|sowie|et|y|ed?|en|oraz|i)\s|[+&，、；。]|\s[-–—]\s"
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


def _is_swallowed(part: str, terminology: Terminology) -> bool:
    plain = folded(part)
    return bool(terminology.text_concepts(plain, ORAL_RATE)) and not (
        terminology.text_concepts(plain, LOCAL | OTHER_ACT)
    )
