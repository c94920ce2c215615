"""Calendar months from one day to another."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month."""
    year, place = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, place + 1, min(day.day, monthrange(year, place + 1)[1]))


def months_before(day: date, months: int) -> date:
    """Return the same day `months` earlier, or the last day of that month."""
    return months_after(day, -months)


def months_between(observed: date, today: date) -> int:
    """Return the whole months from one day to a later one."""
    return (
        (today.year - observed.year) * 12
        + today.month
        - observed.month
        - (today.day < observed.day)
    )
