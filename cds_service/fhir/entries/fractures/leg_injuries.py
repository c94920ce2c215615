"""Find injuries of pelvis and leg that limit training, by codes and titles.

The codes are in `complication-codes.toml`, the words in `kinds/`. No value set
holds them, so that they change nothing else that a diagnosis says.
"""

from typing import Any

from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE
from cds_service.fhir.raw_json import texts_of

LEG_BROKEN, LEG_INJURED = "leg-broken", "leg-injured"
TENDON_TORN = "tendon-torn"  # a rule of `kinds/`


def leg_injuries(code: Any, terminology: Terminology) -> frozenset[str]:
    """Return what the code of a diagnosis names: a fracture, or another injury."""
    listed, codings = terminology.complication_codes, terminology.codings(code)
    titles = [words[:LONGEST_TITLE] for words in texts_of(code)]
    is_broken = any(listed.is_broken_leg(*one) for one in codings)
    if is_broken or any(is_named(one, LEG_BROKEN, terminology) for one in titles):
        return frozenset({LEG_BROKEN})
    is_injured = any(listed.is_injured_leg(*one) for one in codings)
    is_injured |= any(
        is_named(one, kind, terminology)
        for one in titles
        for kind in (LEG_INJURED, TENDON_TORN)
    )
    if is_injured:
        return frozenset({LEG_INJURED})
    return frozenset()


def is_named(title: str, kind: str, terminology: Terminology) -> bool:
    """Tell if a text names one of `kinds/`, not denied and not called old."""
    named = terminology.kinds.named
    return bool(named(title, (kind,))) and any(
        named(part, (kind,)) for part in undenied_parts(title, terminology)
    )
