"""Named yes or no, with evidence; the only thing that rules and facts can ask for.

A new signal is one function with its `@signal("name")` line, in the file of its kind.
A function returns None if its fact does not hold or is not known: a gap never
becomes a signal, except if the signal is the gap (`bone-drug-unknown`).

Muscle, braces and bed rest are in `rule_signals`, what may lead a card in
`chart_signals`, drugs in `drug_signals`, how a card is said in `card_signals`, what is
open at a discharge in `leaving_signals`, what withholds a button in `open_signals`.
They register themselves when imported.
"""

from collections.abc import Collection, Mapping
from functools import partial

from cds_service.core import (
    card_signals,  # noqa: F401 - registers itself, as do the next four
    chart_signals,  # noqa: F401
    drug_signals,  # noqa: F401
    leaving_signals,  # noqa: F401
    open_signals,  # noqa: F401
)
from cds_service.core.rule_signals import beyond_cutoff
from cds_service.core.situation import SIGNALS, Detector, Signal, Situation
from cds_service.core.study import Study


def find_signals(
    situation: Situation, names: Collection[str] | None = None
) -> tuple[Signal, ...]:
    """Find the signals that hold, those of the studies' cut-offs first.

    Args:
        names: the signals that are looked for; None for all.
    """
    cutoffs = (
        (cutoff.id, partial(beyond_cutoff, study=study, cutoff=cutoff))
        for _, study in sorted(situation.studies.items())
        for cutoff in study.cutoffs
    )
    detectors: tuple[tuple[str, Detector], ...] = (*cutoffs, *SIGNALS.items())
    signals = []
    for name, detect in detectors:
        signal = detect(situation) if names is None or name in names else None
        if signal is not None:
            signals.append(signal._replace(name=name))
    return tuple(signals)


def signal_names(studies: Mapping[str, Study]) -> frozenset[str]:
    """Return every signal name that a rule may use."""
    return frozenset(SIGNALS) | {
        cutoff.id for study in studies.values() for cutoff in study.cutoffs
    }
