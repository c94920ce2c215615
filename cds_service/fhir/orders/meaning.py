"""The meaning of an order, which is recognised once and kept with the order."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Recognition:
    """The kinds that one order was recognised as.

    Attributes:
        codes: `system|code` of the matching codings, in order; empty if only words
            matched.
        is_for_bone: false for a review by a specialist whose order does not mention
            bone.
    """

    concepts: frozenset[str]
    by: Literal["code", "text"]
    codes: tuple[str, ...] = ()
    is_for_bone: bool = True


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of one order.

    Attributes:
        augmentation: its concepts; None if it orders no augmentation.
        support: its kinds; None if it is no support order. For an augmentation, its
            biopsy alone.
    """

    augmentation: Recognition | None
    support: Recognition | None
