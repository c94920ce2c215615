"""Keep what was found in a text: each text of a record has many readers."""

from collections.abc import Callable
from functools import cached_property, lru_cache, partial, wraps
from typing import Concatenate, ParamSpec, TypeVar

# The same few thousand titles of orders, diagnoses and drugs recur all day.
KEPT_TEXTS = 4096
# Characters. CPT's own name of a kyphoplasty has 263 with its region, and is on
# most orders for one. Longer texts are free prose.
LONGEST_KEPT = 320
# Prose does not recur on another day: these are the long texts of one record.
KEPT_PROSE = 64

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def kept(
    find: Callable[Concatenate[str, P], T],
) -> Callable[Concatenate[str, P], T]:
    """Keep what `find` returns of the texts that it was last asked for.

    Args:
        find: takes a text first, and returns the same of the same arguments.
    """
    of_titles = lru_cache(KEPT_TEXTS)(find)
    of_prose = lru_cache(KEPT_PROSE)(find)

    @wraps(find)
    def look(text: str, /, *args: P.args, **named: P.kwargs) -> T:
        keeps = of_titles if len(text) <= LONGEST_KEPT else of_prose
        return keeps(text, *args, **named)  # type: ignore[arg-type]

    return look


def kept_by_reader(
    find: Callable[[R, str], T],
) -> cached_property[Callable[[str], T]]:
    """Keep what a reader's method returns of the texts that it was last asked for.

    Each reader keeps its own.

    Args:
        find: a method that takes a text alone, and returns the same of the same one.
    """
    return cached_property(lambda reader: kept(partial(find, reader)))
