"""What a code says on the problem list, the same code says or leaves open in a reason.

A value set that a finding asks for is read in reasons and results too, or it is named
here with the reason why not.
"""

import pytest

from cds_service.core.risk.grave_findings import EXCLUDING, RAISING_LISTED
from cds_service.fhir.entries.grave.grave_concepts import OPENING
from tests.builders import specs, terminology

READ_OTHERWISE = {
    "an operation, of a list that holds operations": {
        "hip-head-replacement",
        "kyphoplasty",
        "vertebral-augmentation",
        "vertebral-repair",
        "vertebroplasty",
        "spinal-canal-evacuation",
        "wound-revision",
    },
    "a broken vertebra, as `vertebra-broken-aside`": {
        "osteoporotic-vertebral-fracture",
        "vertebral-fracture",
    },
    "words alone": {"spinal-disease-unstated"},
    "a fall, which the code of an injury in a reason may bring": {"fall"},
    "a cancer, as `cancer-ever`": {
        "breast-cancer-ever",
        "kidney-cancer-ever",
        "lung-cancer-ever",
        "melanoma-ever",
        "myeloma-ever",
        "prostate-cancer-ever",
        "thyroid-cancer-ever",
    },
}
ELSEWHERE = frozenset().union(*READ_OTHERWISE.values())
FINDINGS = (*EXCLUDING, *RAISING_LISTED)


def asked(finding: str) -> set[str]:
    """Return the concepts that a finding asks the problem list for."""
    spec = specs()[finding]
    named = {*getattr(spec, "value_sets", ()), *getattr(spec, "unclear", ())}
    return named - terminology().drugs.concepts - {*terminology().drugs.groups}


@pytest.mark.parametrize("finding", FINDINGS)
def test_what_a_finding_asks_the_list_for_is_read_in_reasons(finding: str) -> None:
    assert asked(finding) - ELSEWHERE <= OPENING


def test_nothing_is_excused_that_no_finding_asks_for() -> None:
    assert set().union(*map(asked, FINDINGS)) >= ELSEWHERE
