"""The meaning of an order: recognised once, and kept with the order."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Recognition:
    """The kinds that one order was recognised as.

    Attributes:
        codes: `system|code` of the matching codings, in order; empty if only words
            matched.
        is_for_bone: false of a review by a specialist whose order says nothing of
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
        augmentation: its concepts if it orders an augmentation.
        support: its kinds if it is a support order; of an augmentation its biopsy.
    """

    augmentation: Recognition | None
    support: Recognition | None
