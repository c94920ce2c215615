"""The parts of a text about time: amounts, clauses, and what each says of an end."""

from datetime import date
from typing import Literal, NamedTuple

Kind = Literal[
    "length", "day", "event", "untold", "endless", "lasting", "payer", "doubtful"
]


class Mention(NamedTuple):
    """One passage of a text about the end of its order.

    Attributes:
        kind: a length of time, a last day, an event without a day, until somebody says
            so (`untold`), that there is no end, that there is none if no other is
            stated (`lasting`), months of a payer, or something doubtful.
        start, end: place in the text, with the words that belong to it.
        hours: length of a duration.
        length: the duration in our words, `3 months`.
        day: the last day, if one is named.
        until: words for an end date in the text's language, `until {day}`; empty if the
            passage may not be replaced.
        is_least: the duration is the shortest one (`at least 6 weeks`).
        sure: of something doubtful, the hours that it lasts at least; `length` says
            them.
        reach: the hours after which it ends at the latest, of an event, of something
            doubtful or of a shortest length; None if that is not known.
    """

    kind: Kind
    start: int
    end: int
    hours: float | None = None
    length: str = ""
    day: date | None = None
    until: str = ""
    is_least: bool = False
    sure: float | None = None
    reach: float | None = None


class Amount(NamedTuple):
    """A number with a unit of time; for a range (`6-8 weeks`), the longer one."""

    start: int
    end: int
    number: float
    unit: str
    printed_unit: str
    is_article: bool


class Clause(NamedTuple):
    """One clause of a text.

    Attributes:
        subject: the ordered item, `brace` or `bed_rest`.
        own: it names the ordered item.
        other: it names something else: a check, a dose, a visit.
        about: it is about the ordered item, by its own words or by those of an earlier
            clause; None if none of them name anything.
        is_only: the whole text has one number with a unit of time.
        is_alone: it has one, and all its other words are plain words of a brace order.
    """

    text: str
    subject: str
    own: bool
    other: bool
    about: bool | None
    is_only: bool = False
    is_alone: bool = False


def blank(text: str, start: int, end: int) -> str:
    """Put spaces in place of a part of a text; all other positions stay."""
    return text[:start] + " " * (end - start) + text[end:]
