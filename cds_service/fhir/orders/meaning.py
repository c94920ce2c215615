"""The meaning of an order, which is recognised once and kept with the order."""

from dataclasses import dataclass
from typing import Literal

from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS

ADDITIONAL_LEVEL = "augmentation-additional-level"
# Each of these concepts makes an order an augmentation, one more level included.
AUGMENTATION_OR_LEVEL = AUGMENTATIONS | {ADDITIONAL_LEVEL}


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

    @property
    def is_augmentation(self) -> bool:
        """Tell if it is an augmentation, and does not restore height alone."""
        return not self.concepts.isdisjoint(AUGMENTATION_OR_LEVEL)


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

    @property
    def is_augmentation(self) -> bool:
        """Tell if it is an augmentation, and does not restore height alone."""
        return self.augmentation is not None and self.augmentation.is_augmentation


NOT_OURS = Meaning(None, None)
