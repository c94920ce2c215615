"""Count what each code that was not understood has cost, in answers.

Without the code, an answer may lack the order itself, a measured value, or the "no"
of a list: one entry that is not understood forbids it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.recognition import (
    recognise_augmentation,
    words_name_augmentation,
)
from cds_service.fhir.raw_json import Json

Kind = Literal["measure", "order", "problem", "drug"]
Key = tuple[Kind, str, str]  # kind, system, code


class Record(NamedTuple):
    """The source of one answer: a recorded call, a chart, or an entry of the audit log.

    Attributes:
        resources: resources of any type; of a call, its drafts too.
        drafts: the orders that a call signs; None if this is no call.
        missed: codes that were not understood, by the audit log.
        is_logged: this is an entry of the audit log.
    """

    resources: Sequence[Json] = ()
    drafts: Sequence[Json] | None = None
    missed: Sequence[Key] = ()
    is_logged: bool = False


class Cost(NamedTuple):
    """The cost of a code.

    Attributes:
        answers: number of answers that lacked something without the code.
        mended: number of those that would have had it if this code alone had been
            known.
    """

    answers: int = 0
    mended: int = 0


NO_COST = Cost()


@dataclass(slots=True)
class Answer:
    """The values that one answer had, and those that it lacked.

    Attributes:
        lacked: for each kind, the entries that were not understood, each as the set of
            its codes; any one of them would explain it. An entry without a code is an
            empty set.
        measures: codes that came with a value.
        known: concepts that came with a value.
    """

    lacked: dict[Kind, list[frozenset[Key]]] = field(default_factory=dict)
    measures: set[Key] = field(default_factory=set)
    known: set[str] = field(default_factory=set)

    def miss(self, kind: Kind, codes: Iterable[Key]) -> None:
        """Note one entry that was not understood."""
        self.lacked.setdefault(kind, []).append(frozenset(codes))


def is_answered(record: Record, terminology: Terminology) -> bool:
    """Tell if an answer was due: a call that signs no augmentation gets none."""
    if record.drafts is None:
        return True
    return any(
        recognise_augmentation(draft, terminology) is not None
        or words_name_augmentation(draft, terminology)
        for draft in record.drafts
    )


def costs_of(
    answers: Iterable[Answer], fills: Mapping[Key, frozenset[str]]
) -> dict[Key, Cost]:
    """Count the answers that each code has cost.

    Args:
        answers: the answers, with what each lacked.
        fills: for each code, the concepts of the finding that its values would give.
    """
    lost: dict[Key, int] = {}
    mended: dict[Key, int] = {}
    for answer in answers:
        wanting: set[Key] = set()
        mending: set[Key] = set()
        for entries in answer.lacked.values():
            # Alone, a code helps only if it explains every entry of its kind.
            wanting |= frozenset().union(*entries)
            mending |= frozenset.intersection(*entries)
        values = {
            key
            for key in answer.measures
            if key in fills and answer.known.isdisjoint(fills[key])
        }
        for key in wanting | values:
            lost[key] = lost.get(key, 0) + 1
        for key in mending | values:
            mended[key] = mended.get(key, 0) + 1
    return {key: Cost(count, mended.get(key, 0)) for key, count in lost.items()}
