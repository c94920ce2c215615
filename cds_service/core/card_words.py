"""Words that every fact's phrase and line may use (docs/recommendations.md)."""

from collections.abc import Mapping, Sequence
from datetime import date

from cds_service.core.findings import Findings
from cds_service.core.phrases import Day, joined, say
from cds_service.core.situation import Signal
from cds_service.core.wording import Wording

PLACES: Mapping[str, str] = {
    "inpatient": "before discharge",
    "clinic": "with this visit",
}
UNKNOWN_PLACE = "with this order"
NONE = say("none on record")


def say_place(findings: Findings) -> str:
    """When an act is to be done: by the place of care (E13)."""
    found = findings.known.get("place-of-care")
    return PLACES.get(str(found.value), UNKNOWN_PLACE) if found else UNKNOWN_PLACE


FOREARM = "forearm"


def say_t_score(findings: Findings, wording: Wording, today: date) -> str:
    """`−2.8`; an old one with its year, one of the forearm with that word."""
    found = findings.known.get("bmd-t-score")
    if found is None:
        return ""
    day, said = found.observed, wording.value(found)
    if found.site == FOREARM:  # no model was made with it
        said = joined((said, FOREARM))
    if day is None or not wording.is_old(found, today):
        return said
    return say("{value} in {year}", value=said, year=Day(day, "year"))


def words_of_facts(
    findings: Findings, signals: Sequence[Signal], wording: Wording, today: date
) -> dict[str, str]:
    """Join place, age, T-score, bone treatment so far and orders; empty if unknown."""
    place, age = say_place(findings), findings.number("age")
    by_name = {one.name: one for one in signals}

    def because(name: str) -> str:
        return by_name[name].because if name in by_name else ""

    return {
        "place": place,
        "t": say_t_score(findings, wording, today),
        "age": f"{age:.0f}" if age is not None else "",
        "start": say("start {place}", place=place),
        "start_one": say("start one"),
        "listed": _listed(by_name),
        "biopsy_ordered": because("biopsy-ordered"),
        "rehabilitation_ordered": because("rehabilitation-ordered"),
        "unstable": because("unstable-spine"),
    }


def _listed(signals: Mapping[str, Signal]) -> str:
    """`none in 9 medication entries`, `alendronate prescribed 2021`."""
    none = signals.get("no-bone-drug")
    if none is not None:
        entries = none.words.get("entries", "")
        return say("none in {entries}", entries=entries) if entries else NONE
    unknown = signals.get("bone-drug-unknown")
    if unknown is not None:
        return unknown.because
    named = (one.words.get("drugs", "") for one in signals.values())
    return next(filter(None, named), "")
