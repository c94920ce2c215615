"""Find the signals of a case: named yes or no, with evidence.

Rules and facts can ask for nothing else. A new signal is one function with its
`@signal("name")` line, in the file of its kind:

- `rule_signals`: muscle, braces, bed rest
- `chart_signals`: facts that may lead a card
- `drug_signals`: bone drugs and steroids
- `card_signals`: the wording of a card
- `leaving_signals`: open points at a discharge
- `open_signals`: open points that withhold a button

The function returns None if its fact does not hold or is not known. A gap is never a
signal, unless the signal is the gap itself (`bone-drug-unknown`).
"""

from collections.abc import Collection, Mapping
from functools import partial

from cds_service.core.facts import (
    card_signals,
    chart_signals,
    drug_signals,
    leaving_signals,
    open_signals,
    rule_signals,
)
from cds_service.core.facts.rule_signals import beyond_cutoff
from cds_service.core.facts.situation import SIGNALS, Detector, Signal, Situation
from cds_service.core.models.study import Study

# The audit log keeps signals in this order, whichever file was imported first.
KINDS = (
    rule_signals,
    open_signals,
    card_signals,
    chart_signals,
    drug_signals,
    leaving_signals,
)
ORDERED: Mapping[str, Detector] = {
    name: detector
    for kind in KINDS
    for name, detector in SIGNALS.items()
    if detector.__module__ == kind.__name__
}


def find_signals(
    situation: Situation, names: Collection[str] | None = None
) -> tuple[Signal, ...]:
    """Find the signals that hold, those of the studies' cut-offs first.

    Args:
        names: names of the signals that are looked for; None for all.
    """
    cutoffs = (
        (cutoff.id, partial(beyond_cutoff, study=study, cutoff=cutoff))
        for _, study in sorted(situation.studies.items())
        for cutoff in study.cutoffs
    )
    detectors: tuple[tuple[str, Detector], ...] = (*cutoffs, *ORDERED.items())
    signals = []
    for name, detect in detectors:
        signal = detect(situation) if names is None or name in names else None
        if signal is not None:
            signals.append(signal._replace(name=name))
    return tuple(signals)


def signal_names(studies: Mapping[str, Study]) -> frozenset[str]:
    """Return every signal name that a rule may use."""
    return frozenset(ORDERED) | {
        cutoff.id for study in studies.values() for cutoff in study.cutoffs
    }
