"""Words that every fact's phrase and line may use (docs/recommendations.md)."""

from collections.abc import Mapping, Sequence
from datetime import date

from cds_service.core.facts.situation import Signal
from cds_service.core.findings import Findings
from cds_service.core.words.phrases import Day, joined, say
from cds_service.core.words.wording import Wording

PLACES: Mapping[str, str] = {
    "inpatient": "before discharge",
    "clinic": "with this visit",
}
UNKNOWN_PLACE = "with this order"
NONE = say("none on record")
FOREARM = "forearm"


def _place_text(findings: Findings) -> str:
    """Name the occasion for an act: by the place of care (E13)."""
    place = findings.known.get("place-of-care")
    return PLACES.get(str(place.value), UNKNOWN_PLACE) if place else UNKNOWN_PLACE


def _t_score_text(findings: Findings, wording: Wording, today: date) -> str:
    """Write `−2.8`, with the year if it is old, and with the site if of the forearm."""
    t_score = findings.known.get("bmd-t-score")
    if t_score is None:
        return ""
    day = t_score.observed
    text = wording.value(t_score)
    if t_score.site == FOREARM:  # no model was made with it
        text = joined((text, FOREARM))
    if day is None or not wording.is_old(t_score, today):
        return text
    return say("{value} in {year}", value=text, year=Day(day, "year"))


def words_of_facts(
    findings: Findings, signals: Sequence[Signal], wording: Wording, today: date
) -> dict[str, str]:
    """Return the words for place, age, T-score, bone treatment so far and orders.

    What is not known is empty.
    """
    place = _place_text(findings)
    age = findings.number("age")
    by_name = {signal.name: signal for signal in signals}

    def because(name: str) -> str:
        return by_name[name].because if name in by_name else ""

    unstable = by_name.get("unstable-spine")
    return {
        "place": place,
        "t": _t_score_text(findings, wording, today),
        "age": f"{age:.0f}" if age is not None else "",
        "start": say("start {place}", place=place),
        "start_one": say("start one"),
        "listed": _listed(by_name),
        "biopsy_ordered": because("biopsy-ordered"),
        "rehabilitation_ordered": because("rehabilitation-ordered"),
        "unstable": because("unstable-spine"),
        "limits": because("training-limited"),
        "unstable_bone": unstable.words.get("bone", "") if unstable else "",
    }


def _listed(signals: Mapping[str, Signal]) -> str:
    """Write `none in 9 medication entries`, `alendronate prescribed 2021`."""
    none = signals.get("no-bone-drug")
    if none is not None:
        entries = none.words.get("entries", "")
        return say("none in {entries}", entries=entries) if entries else NONE
    unknown = signals.get("bone-drug-unknown")
    if unknown is not None:
        return unknown.because
    drugs = (signal.words.get("drugs", "") for signal in signals.values())
    return next(filter(None, drugs), "")
