"""The signal, what it is found in, and the register of the detectors."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from cds_service.core.braces.bracing import Brace, fracture_day, judge_braces
from cds_service.core.drugs.drug_states import DrugState, find_drug_state
from cds_service.core.facts.leaving import Leaving
from cds_service.core.findings import Finding, Findings
from cds_service.core.models.study import Study
from cds_service.core.orders import SupportOrder, SupportOrders
from cds_service.core.risk.assessment import Assessment
from cds_service.core.site_values.policy import Policy
from cds_service.core.words.wording import Wording


class SignalEntry(NamedTuple):
    """One entry of the record that a signal tells of.

    Attributes:
        name: its reference, `Condition/12`, or the level of a vertebra.
        content: a digest of what it says; empty if that is not compared.
    """

    name: str
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The case as signals and rules see it: findings, orders, figures and policy.

    Attributes:
        lists_not_read: prefetch keys of the lists of problems, drugs and orders that
            were not read whole, or in which no entry was understood.
        lists_cut: prefetch keys of every list that was not read, or not whole.
        leaving: for a discharge after an augmentation: what is known of the time since.
        contents: for a signing: a digest of what each entry behind a grave finding
            says, by its reference.
        told_lately: references of the diagnoses and reports of the last months that
            name a cause, a deficit or an unstable spine, in doubt or not.
        reported_levels: vertebrae that a report calls freshly broken, all at once.
    """

    findings: Findings
    support: SupportOrders
    assessment: Assessment
    policy: Policy
    studies: Mapping[str, Study]
    wording: Wording
    today: date
    lists_not_read: tuple[str, ...] = ()
    lists_cut: frozenset[str] = frozenset()
    leaving: Leaving | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    told_lately: frozenset[str] = frozenset()
    reported_levels: frozenset[str] = frozenset()

    @cached_property
    def drug_state(self) -> DrugState:
        """Find the state of the bone drugs, which a dozen signals ask for."""
        return find_drug_state(self.findings, self.today)

    def entries_of(self, names: Iterable[str]) -> tuple[SignalEntry, ...]:
        """Return these entries of the record with what they say, as far as known.

        Args:
            names: references, `Condition/12`.
        """
        contents = self.leaving.contents if self.leaving else self.contents
        return tuple(
            SignalEntry(name, contents.get(name, "")) for name in sorted(set(names))
        )

    @cached_property
    def braces(self) -> tuple[Brace, ...]:
        """Judge the brace orders by the site's weeks."""
        fractured_on = fracture_day(self.findings)
        return judge_braces(self.support, self.policy.brace, self.today, fractured_on)


class Signal(NamedTuple):
    """A named yes or no, with its evidence and words.

    Attributes:
        because: one phrase for the card, `psoas 10.0 cm² (11.9 or less)`; empty if
            the name says it all.
        evidence: the findings and orders it rests on.
        studies: ids of the studies whose cut-off or advice it uses; empty for policy.
        braces: with their corrections, of the signals on braces.
        words: what a phrase of a fact file may name, by placeholder: `{"month": "Nov
            2024"}`.
        name: set by `find_signals`.
        entries: what of the record it tells of, for facts that an override closes
            entry by entry.
    """

    because: str = ""
    evidence: tuple[Finding | SupportOrder, ...] = ()
    studies: tuple[str, ...] = ()
    braces: tuple[Brace, ...] = ()
    name: str = ""
    words: Mapping[str, str] = MappingProxyType({})
    entries: tuple[SignalEntry, ...] = ()


# The word of a signal that names the findings it leaves open.
DOUBTED = "doubted"
Detector = Callable[[Situation], Signal | None]
SIGNALS: dict[str, Detector] = {}  # by the signal's name


def register(name: str, detector: Detector) -> None:
    """Register a detector under its signal's name.

    Raises:
        ValueError: the name is taken.
    """
    if name in SIGNALS:
        raise ValueError(f"the signal {name} has a detector already")
    SIGNALS[name] = detector


def signal(name: str) -> Callable[[Detector], Detector]:
    """Register the decorated detector under its signal's name."""

    def registered(detector: Detector) -> Detector:
        register(name, detector)
        return detector

    return registered
