"""What one entry of the record tells of one bone drug."""

from datetime import date
from typing import NamedTuple

from cds_service.core.findings import Dated, HowEnded, Provenance, Supply


class Clarity(NamedTuple):
    """The degree to which an entry of a bone drug is clear.

    Attributes:
        is_understood: everything in it was understood.
        is_sure: an intake that was understood, and was not broken off.
        is_plain: every word of an order was understood.
        may_be_dose: a coded dose, recorded as given, of which not all was understood.
        may_be_given: a dose of denosumab whose status leaves open if it was given, or
            that has no day.
    """

    is_understood: bool = True
    is_sure: bool = False
    is_plain: bool = True
    may_be_dose: bool = False
    may_be_given: bool = False


class DrugEntry(NamedTuple):
    """One entry of the record, as far as it is about one bone drug.

    Attributes:
        is_intake: it records an intake; otherwise an order, or a mention without a day.
        begins: the first intake, or the day of the order.
        last: the newest intake that has a day.
        until: the last day on which the intake acts or lasts, or to which an order in
            force runs; None if not known.
        is_by_dosage: it ended with the dosages of an order, or may have ended.
        is_current: an order in force, or a list that has the drug as taken.
        knows_start: `begins` is when it was first taken, not when it was mentioned.
        is_draft: among the orders being signed.
        clarity: how far it is clear what was taken.
        is_due: an order in force to take the drug at home, that begins by now.
        is_aside: words elsewhere on a drug that a list has; they count only for its
            start.
        supply: how long the intake lasts; None of what is given every half year.
        goes_home: by this intake the drug is taken after a stay.
    """

    name: str
    provenance: Provenance
    is_intake: bool = False
    begins: Dated | None = None
    last: Dated | None = None
    until: date | None = None
    ended: Dated | None = None
    how_ended: HowEnded | None = None
    is_by_dosage: bool = False
    is_current: bool = False
    knows_start: bool = True
    is_draft: bool = False
    clarity: Clarity = Clarity()
    is_due: bool = False
    is_aside: bool = False
    supply: Supply | None = None
    goes_home: bool = False

    def not_understood(self) -> "DrugEntry":
        """Return this entry as one that is not understood, and is sure of nothing."""
        clarity = self.clarity._replace(is_understood=False, is_sure=False)
        return self._replace(clarity=clarity)


def is_standing_order(entry: DrugEntry) -> bool:
    """Tell if an entry is an order in force, or a list that has the drug as taken."""
    return entry.is_current and not entry.is_intake


def by_last(day: Dated) -> tuple[date, date]:
    """Return a key that sorts by the last possible day."""
    return day.last, day.first


def is_end(entry: DrugEntry) -> bool:
    """Tell if a drug was stopped, or its intake ended; a supply that ended is none."""
    is_ended_intake = entry.is_intake and entry.how_ended == "ended"
    return is_ended_intake or entry.how_ended == "stopped"
