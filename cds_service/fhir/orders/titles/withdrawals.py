"""Tell if the words of a title decline or withdraw what it names."""

import re

from cds_service.fhir.mapping.terminology import Terminology

_WHO = frozenset({"who"})
DECLINED_BESIDE = "declined-beside"
# "Cancel if INR > 1.5", "cancel aspirin": the operation is not cancelled. It is by
# "cancel as on aspirin".
_CANCEL_BESIDE = re.compile(
    r"^\W*(?:please |pls )?cancel (?:(?:the|her|his|all|any|today.?s|orders?|doses?"
    r"|for|of|[\d.,]+ ?m?g) )*(?P<condition>if|when|unless)?"
)

MOST_CLAUSES = 40  # a title has a few
_WORD_SIGN = re.compile(r"[^\W_]")


def is_withdrawal(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause only withdraws what comes before it: `patient refused`."""
    place = terminology.clauses.withdrawn_at(clause)
    if place is None or _is_cancelled_beside(clause, terminology):
        return False
    before = clause[:place]
    return not _WORD_SIGN.search(before) or bool(
        terminology.text_concepts(before, _WHO)
    )


def _is_cancelled_beside(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause cancels a drug, or the operation under a condition alone."""
    beside = _CANCEL_BESIDE.match(clause)
    if beside is None:
        return False
    drugs = terminology.drug_places(clause[beside.end() :])
    return bool(beside["condition"]) or any(start == 0 for start, _ in drugs.values())


def around(plain: str, place: tuple[int, int]) -> tuple[str, str]:
    """Return the words before and after a name."""
    return plain[: place[0]], plain[place[1] :]
