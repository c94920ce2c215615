"""What the record tells of drugs against osteoporosis, and the one state of it that a card says.

A prescription is no dose: intake is known from an administration, a dispense, a dated statement or a billed injection.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from cds_service.core.facts import Provenance

DrugKind = Literal["bisphosphonate", "denosumab", "anabolic", "other"]
# How a drug ended: its status, the end of its period, its supply, or a last dose whose effect is over.
HowEnded = Literal["stopped", "ended", "supply ended", "last given"]


class Dated(NamedTuple):
    """A day as exactly as the record has it: a bare month or year covers all its days."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUse:
    """What all entries of one bone drug say together.

    Attributes:
        name: ours, `alendronate`; `bone drug` if the record says no more.
        kind: what follows from its end differs by kind.
        is_injected: given at intervals by others, not taken at home day by day or week by week.
        is_taken: an intake is on record.
        started: the first intake on record; None if it has no day.
        last_dose: the newest intake on record; None if it has no day.
        ordered: the newest order or prescription; None if there is none or it has no day.
        first_ordered: the oldest one.
        is_ordered: an order stands that nothing ended.
        ended: the day of its end; None if it goes on, or if its end has no day.
        how_ended: None if it goes on.
        is_running: it is taken, or a dose still acts, as far as the entries with an intake say.
        is_unsure: the record leaves open whether it is taken.
        provenance: its entries, the newest first.
    """

    name: str
    kind: DrugKind
    is_injected: bool = False
    is_taken: bool = False
    started: Dated | None = None
    last_dose: Dated | None = None
    ordered: Dated | None = None
    first_ordered: Dated | None = None
    is_ordered: bool = False
    ended: Dated | None = None
    how_ended: HowEnded | None = None
    is_running: bool = False
    is_unsure: bool = False
    provenance: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoneDrugs:
    """Every bone drug on record, and how well the lists of drugs were read.

    Attributes:
        uses: one for each drug, by name.
        entries: all entries of the lists of drugs, whatever the drug.
        unread: why a list could not be read, as a phrase; empty if all were.
        unclear: why "none" may not be said of lists that were read: empty, or entries not understood.
    """

    uses: tuple[DrugUse, ...] = ()
    entries: int = 0
    unread: str = ""
    unclear: str = ""
