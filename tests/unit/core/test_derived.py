"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from collections.abc import Iterable
from datetime import date

import pytest

from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder, Finding, Findings, Gap, Provenance, Value
from cds_service.core.sarcopenia import RULERS
from tests.builders import says, specs
from tests.tables import cases

DAY = date(2026, 11, 2)


def known(name: str, value: Value, *, on: date | None = DAY, **members: object) -> Finding:
    source = Provenance(
        resource=f"Observation/{name}", origin="fhir", code="", printed=str(value), rule=f"findings/{name}.toml"
    )
    return Finding(name=name, value=value, unit=specs()[name].unit, observed=on, provenance=(source,), **members)


def facts(*findings: Finding, gaps: Iterable[Gap] = ()) -> Findings:
    """These are known; all other names are gaps."""
    stated = {one.name: one for one in findings}
    missing = {one.name: one for one in gaps}
    absent = {name: Gap(name=name, reason="absent", detail="") for name in specs() if name not in stated}
    return Findings(stated, absent | missing)


def derived(
    *findings: Finding, order: AugmentationOrder | None = None, ruler: str = "awgs-2019", gaps: Iterable[Gap] = ()
) -> Findings:
    return derive(facts(*findings, gaps=gaps), specs(), order, sarcopenia_criteria=ruler)


def order(reasons: Iterable[str] = (), **members: object) -> AugmentationOrder:
    usual = {"references": ("ServiceRequest/1",), "procedure": "PKP", "levels": ("T12", "L1"), "tl_junction": True}
    return AugmentationOrder(**usual | members, reasons=frozenset(reasons))


@pytest.mark.parametrize("case", cases(__file__, "derived", {"of": known}), ids=lambda case: case["why"])
def test_what_follows(case):
    ordered = order(**case["order"]) if "order" in case else None
    found = derived(*case["known"], order=ordered, ruler=case.get("ruler", "awgs-2019"))
    for name, elements in case["says"].items():
        for element, expected in elements.items():
            assert says(found, name, element, expected), (name, found.known.get(name) or found.gaps[name])


def test_every_name_stands_in_exactly_one_of_known_and_gaps():
    found = derive(Findings({}, {}), specs(), None, sarcopenia_criteria="study")
    assert set(found.gaps) == set(specs())
    full = derived(known("weight", 60.0), known("height", 1.6), order=order())
    assert set(full.known) | set(full.gaps) == set(specs())
    assert not set(full.known) & set(full.gaps)


def test_a_problem_list_that_was_not_read_stays_the_reason():
    unread = Gap(name="sarcopenia", reason="not-read", detail="problem list could not be read")
    assert derived(gaps=[unread]).gaps["sarcopenia-site"].reason == "not-read"


def test_an_unknown_ruler_is_refused():
    with pytest.raises(KeyError):
        derived(ruler="awgs-2099")
    assert sorted(RULERS) == ["awgs-2019", "awgs-2025", "ewgsop2", "study"]
