"""Weigh outcomes by how long the patients were followed.

Absolute risk counts a patient who died without the event as one who did not have it. A
patient who was lost may have had it: the others stand for the lost by inverse
probability of censoring weights (Robins 1992; Uno 2007, doi
10.1198/016214507000000149).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cds_service.core.models.study_tables import Z_95, Interval
from cds_service.core.months import months_after

UNDATED_EVENT = 0.5  # of the time: the middle, if the day was not written down
# A visit so shortly before the end is the one at the end; policy, as for pain.
EARLY_VISIT = timedelta(days=46)
EVENT, DEATH = 1, 2  # as CumIncidenceRight counts causes; 0 is loss
JUST_BEFORE = 1e-9


class FollowUp(NamedTuple):
    """The end of a patient's follow-up.

    Attributes:
        time: as a share of the time over which the outcome is counted, 0..1.
        end: the event, death without it, loss, or the whole time without any of them.
    """

    time: float
    end: Literal["event", "death", "loss", "whole"]

    @property
    def outcome(self) -> bool | None:
        """Tell if the event came within the time; None for the lost."""
        return None if self.end == "loss" else self.end == "event"


class Days(NamedTuple):
    """The days of a row; None if empty.

    Attributes:
        procedure: day from which the time counts.
        event: day of the first event that counts.
        last_contact: the last day on which the patient is known to have been seen.
    """

    procedure: date | None = None
    event: date | None = None
    last_contact: date | None = None
    died: date | None = None


def follow_up_of(
    days: Days, months: int | None, *, outcome: bool | None
) -> FollowUp | None:
    """Find how a patient's time ended; None if the row does not say.

    A 0 of somebody who was last seen long before the end is a loss: nobody knows what
    came afterwards.

    Args:
        months: time over which the outcome was counted.
        outcome: as a person confirmed it; None if the cell is empty.
    """
    event = _share(days.event, months, days)
    if outcome is None and event is not None:
        outcome = event <= 1
    if outcome is True:
        return FollowUp(min(1.0, event or UNDATED_EVENT), "event")
    death = _share(days.died, months, days)
    if death is not None and death < 1:
        return FollowUp(death, "death")
    contact = _share(days.last_contact, months, days)
    if outcome is False and (contact is None or _is_seen_to_the_end(days, months)):
        return FollowUp(1.0, "whole")
    return None if contact is None or contact >= 1 else FollowUp(contact, "loss")


def _is_seen_to_the_end(days: Days, months: int | None) -> bool:
    """Tell if the patient was known to live, or to be free of it, until the end."""
    if days.procedure is None or months is None:
        return False
    last_look = months_after(days.procedure, months) - EARLY_VISIT
    contacts = (days.last_contact, days.died, days.event)
    return any(day is not None and day >= last_look for day in contacts)


def contradiction_of(days: Days, months: int | None, *, outcome: bool | None) -> str:
    """Return how the day of the event contradicts the outcome; empty if it does not."""
    event = _share(days.event, months, days)
    if event is None or outcome is None or outcome is (event <= 1):
        return ""
    if outcome:
        return f"1, but event-date is after the {months} months"
    return f"0, but event-date is within the {months} months"


def _share(day: date | None, months: int | None, days: Days) -> float | None:
    """Return the day as a share of the time; None if anything is missing."""
    if day is None or months is None or days.procedure is None or day < days.procedure:
        return None
    until = months_after(days.procedure, months)
    return (day - days.procedure).days / (until - days.procedure).days


def censoring_weights(followed: Sequence[FollowUp]) -> NDArray[np.float64]:
    """Weigh each patient so that those whose outcome is known stand for all.

    Returns:
        1 / the probability of not being lost before the patient's time ended, by
        Kaplan and Meier; 0 for the lost themselves.
    """
    times = np.array([patient.time for patient in followed])
    is_lost = np.array([patient.end == "loss" for patient in followed])
    if not is_lost.any():
        return np.ones(len(followed))
    # an extra: commands that follow nobody up run without it
    from statsmodels.duration.survfunc import SurvfuncRight  # noqa: PLC0415

    survival = SurvfuncRight(times, is_lost.astype(float))
    steps = np.searchsorted(survival.surv_times, times - JUST_BEFORE, side="right")
    shares = np.concatenate([[1.0], survival.surv_prob])[steps]
    return np.where(is_lost, 0.0, 1 / np.where(is_lost, 1.0, shares))


class Incidence(NamedTuple):
    """The share of patients with the event, 0..1, with its 95 % interval."""

    value: float
    interval: Interval


def incidence_of(followed: Sequence[FollowUp]) -> Incidence:
    """Estimate the share that has the event within the time, by Aalen and Johansen.

    Death competes with the event, and does not count as a loss. If all had either by
    the end, the interval is not known: it is all from 0 to 1.
    """
    causes = {"event": EVENT, "death": DEATH, "loss": 0, "whole": 0}
    status = np.array([causes[patient.end] for patient in followed])
    if EVENT not in status:
        return Incidence(0.0, (0.0, 0.0))
    times = np.array([max(patient.time, JUST_BEFORE) for patient in followed])
    # see above
    from statsmodels.duration.survfunc import CumIncidenceRight  # noqa: PLC0415

    if (status[times == times.max()] != 0).all():
        # Nobody is left at the end, so that the error of Aalen and Johansen divides by
        # none. With weights the library computes none.
        curve = CumIncidenceRight(times, status, freq_weights=np.ones(len(times)))
        return Incidence(float(curve.cinc[0][-1]), (0.0, 1.0))
    curve = CumIncidenceRight(times, status)
    value, error = float(curve.cinc[0][-1]), float(curve.cinc_se[0][-1])
    margin = Z_95 * error
    return Incidence(value, (max(0.0, value - margin), min(1.0, value + margin)))
