"""Tell which fractures an augmentation did not treat.

An augmentation treated one vertebra, unless it says more. It treated none that broke
after it and, if its code names a region, none of another region.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from cds_service.fhir.mapping.levels.level_names import LEVELS, in_order
from cds_service.fhir.orders.levels.broken_levels import REGION_NAMES, covers
from cds_service.fhir.orders.operations.operation import Operation

# A fracture that names no vertebra, next to others that name one.
UNNAMED = "an unnamed vertebra"


@dataclass(frozen=True, slots=True)
class Broken:
    """Broken vertebrae, as `fractured_places` names them.

    Attributes:
        fresh: of recent fractures.
        open: of fractures that may be recent.
        unsettled: of diagnoses that may be recent and were not called over, those
            with a code of a later visit among them.
        later: of recent ones that began after the operation.
        perhaps_later: of others that may have begun after it.
        told: those that only a result or a reason shortly before the operation names.
    """

    fresh: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    perhaps_later: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)


class Untreated(NamedTuple):
    """The places of fractures that the operation does not explain, from head to foot.

    Attributes:
        sure: of recent ones that were not treated.
        possible: of those that may be recent, and may not be treated.
        doubtful: of those among which one was perhaps not treated: the operation does
            not tell which, or the entry does not tell for certain what broke, or when.
    """

    sure: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def untreated(broken: Broken, operation: Operation) -> Untreated:
    """Return the fractures that this operation does not explain.

    A vertebra whose operation has a day to come is left out.
    """
    planned, asked = operation.planned, {*operation.asked}
    broken = Broken(
        fresh=broken.fresh - planned,
        open=broken.open - planned,
        unsettled=broken.unsettled - planned,
        later=broken.later - planned,
        perhaps_later=broken.perhaps_later - planned,
        told=broken.told - planned,
    )
    apart = _apart_from(broken, operation)
    sure = {level for one in (*apart.sure, *broken.later) for level in one.split("-")}
    # A problem list that calls one fresh is surer than a report.
    told = {one for one in broken.told if one not in sure and not covers(one, sure)}
    perhaps = broken.perhaps_later | told
    doubtful = _distinct({*apart.doubtful, *told}) | broken.perhaps_later
    return _with_doubt(
        Untreated(
            sure=_listed({*apart.sure, *broken.later}),
            possible=_listed({*apart.possible, *perhaps}),
            doubtful=_listed(doubtful),
        ),
        asked,
    )


def _apart_from(broken: Broken, operation: Operation) -> Untreated:
    """Compare the fractures that are no later than the operation with its levels."""
    if operation.levels or operation.perhaps:
        apart = _elsewhere(broken, {*operation.levels})
        return _with_doubt(apart, {*operation.perhaps})
    region = operation.region
    outside = _elsewhere(broken, {*region}) if region else Untreated()
    fresh, possible, unsettled = (
        {place for place in places if not region or covers(place, {*region})}
        for places in (broken.fresh, broken.open, broken.unsettled)
    )
    several = fresh | possible if len(fresh | possible) > 1 else set[str]()
    distinct = _distinct(fresh | unsettled)
    doubtful = distinct if len(distinct) > operation.count else set[str]()
    doubtful.update(outside.doubtful)
    if fresh:
        return Untreated(
            sure=outside.sure,
            possible=(*outside.possible, *several),
            doubtful=(*doubtful,),
        )
    # None of them lies in the region: the code may be wrong, or the list incomplete.
    return Untreated(
        possible=(*outside.sure, *outside.possible, *several),
        doubtful=(*outside.sure, *doubtful),
    )


def _with_doubt(apart: Untreated, perhaps: set[str]) -> Untreated:
    """Move fractures of vertebrae that were perhaps treated from sure to doubtful."""
    doubted = {place for place in apart.sure if covers(place, perhaps)}
    return Untreated(
        sure=_listed({*apart.sure} - doubted),
        possible=_listed({*apart.possible} | doubted),
        doubtful=_listed({*apart.doubtful} | doubted),
    )


def _elsewhere(broken: Broken, treated: set[str]) -> Untreated:
    """Return the fractures of other vertebrae than these."""
    fresh, possible = broken.fresh, broken.open
    # A place of several vertebrae (`T11-T12`, `thoracic spine`) is another fracture if
    # no treated vertebra lies in it.
    vague = {
        place
        for place in fresh | possible
        if place not in LEVELS and not covers(place, treated)
    }
    single = (fresh & set(LEVELS)) - treated
    # A code of two vertebrae, neither of them treated, is a fracture of one of them.
    pairs = {
        place
        for place in vague & fresh
        if place not in REGION_NAMES and not covers(place, single)
    }
    possible_single = (possible & set(LEVELS)) - treated - single
    stated = fresh | broken.unsettled
    doubtful = {
        place
        for place in stated - single - pairs
        if not covers(place, treated | single) and not _names_any_of(place, pairs)
    }
    return Untreated(
        sure=_listed(single | pairs),
        possible=_listed(possible_single | (vague - pairs)),
        doubtful=_listed(_distinct(doubtful)),
    )


def _names_any_of(region: str, pairs: set[str]) -> bool:
    """Tell if a region, or a vertebra, may be of one of these pairs of vertebrae."""
    return any(covers(region, {*pair.split("-")}) for pair in pairs)


def _distinct(places: set[str]) -> set[str]:
    """Leave out places that may be another of these places, named once more."""
    single = places & set(LEVELS)
    pairs = {
        place
        for place in places - single - REGION_NAMES.keys()
        if not covers(place, single)
    }
    named = single.union(*(pair.split("-") for pair in pairs))
    regions = {
        place for place in places & REGION_NAMES.keys() if not covers(place, named)
    }
    return single | pairs | regions


def _listed(stated: set[str]) -> tuple[str, ...]:
    # A fracture without a vertebra may be of one that is named.
    named = stated - {UNNAMED} or stated
    return (*in_order(named & set(LEVELS)), *sorted(named - set(LEVELS)))
