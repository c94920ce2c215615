"""The grave findings: what the record may leave open, and what that forbids.

This is the one list of them. Each forbids a figure or raises the risk apart from the
model, and each belongs to one kind of open thing, which withholds buttons.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cds_service.core.findings import Findings, Provenance

# Why an earlier fracture is open, if an entry names one and does not decide.
FRACTURE_NOT_CLEAR = "whether a fracture on record is an earlier one is not clear"

# How the reason begins if a sample of the spine leaves a tumour and an infection open.
SAMPLE_TAKEN = "a sample of a disc or vertebra"

# The findings of facts F1 and F2.
INFECTIONS = frozenset({"present-spinal-infection", "sepsis"})


class GraveFinding(NamedTuple):
    """One finding that is open if an entry names it and does not decide.

    Attributes:
        is_excluding: if it is true, no figure applies to the fracture. Otherwise it
            raises the risk apart from the model (F12, F20 to F24), or the operation
            waits for it (F1, F5), or no figure is given next to it (E3, E5).
        withholds: a button is withheld even if the finding is certain. Other certain
            findings have facts of their own.
    """

    name: str
    is_excluding: bool = False
    withholds: bool = False


# By the signal of each kind.
KINDS: Mapping[str, tuple[GraveFinding, ...]] = {
    # Another cause than weak bone. A pathological fracture excludes every figure, and
    # says neither F6 nor F7.
    "cause-open": (
        GraveFinding("malignancy", is_excluding=True, withholds=True),
        GraveFinding("bone-malignancy", is_excluding=True),
        GraveFinding("recent-cancer", is_excluding=True),
        GraveFinding("spinal-infection", is_excluding=True, withholds=True),
        GraveFinding("present-spinal-infection"),
        GraveFinding("sepsis", is_excluding=True),
    ),
    "new-deficit-open": (GraveFinding("new-deficit"),),
    "deficit-open": (
        GraveFinding("neurological-deficit", is_excluding=True, withholds=True),
    ),
    "stability-open": (
        GraveFinding("unstable-fracture", is_excluding=True, withholds=True),
        GraveFinding("spinal-instability", withholds=True),
        GraveFinding("stable-burst-fracture", withholds=True),
    ),
    "high-energy-open": (GraveFinding("high-energy-cause", is_excluding=True),),
    "dementia-open": (GraveFinding("dementia"), GraveFinding("severe-frailty")),
    # In a hospice there is no card at all (E5).
    "end-of-life-open": (GraveFinding("end-of-life"),),
    "risk-open": (
        GraveFinding("prior-vertebral-fracture"),
        GraveFinding("hip-fracture"),
        GraveFinding("pelvic-fracture"),
        GraveFinding("severe-kidney-disease"),
        GraveFinding("acute-kidney-failure"),
        GraveFinding("repeated-falls"),
        GraveFinding("fall-with-injury"),
        GraveFinding("parkinson"),
    ),
}
_GRAVE = tuple(finding for kind in KINDS.values() for finding in kind)
EXCLUDING = tuple(finding.name for finding in _GRAVE if finding.is_excluding)
RAISING_LISTED = tuple(finding.name for finding in _GRAVE if not finding.is_excluding)

# By the signal of a fact that `considered` alone closes: the findings behind it. What
# leaves one of them open is behind the fact too, although the fact alone is said.
BEHIND: Mapping[str, tuple[str, ...]] = {
    "spinal-infection": ("present-spinal-infection", "spinal-infection"),
    "sepsis": ("sepsis",),
    "new-deficit": ("new-deficit", "neurological-deficit"),
    "bone-malignancy": ("bone-malignancy", "malignancy"),
    "recent-cancer": ("recent-cancer", "bone-malignancy", "malignancy"),
}
# Doses and stays change daily and say nothing worse.
TELLING = ("Condition/", "DiagnosticReport/", "Observation/", "Procedure/")


def entries_behind(signal: str, findings: Findings) -> frozenset[str]:
    """Return the entries that a grave fact rests on, or that leave it open."""
    return frozenset(
        source.resource
        for source in _sources(BEHIND[signal], findings)
        if source.resource.startswith(TELLING)
    )


def _sources(names: tuple[str, ...], findings: Findings) -> Iterator[Provenance]:
    for name in names:
        if findings.is_true(name):
            yield from findings.known[name].provenance
        gap = findings.gaps.get(name)
        if gap is not None and gap.is_mentioned:
            yield from gap.provenance
    for value in findings.passed_over:
        # What is resolved or past is no news.
        if value.name in names and value.reason != "absent":
            yield value.provenance
