"""What follows from other findings and from the order (evidence page; cards page, section 5, for the rulers)."""

from datetime import date

import pytest

from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder, Findings, Gap
from cds_service.core.sarcopenia import RULERS
from tests.builders import says, specs
from tests.fact_builders import facts, finding
from tests.tables import cases

DAY = date(2026, 11, 2)
ORDER = {
    "references": ("ServiceRequest/1",),
    "procedure": "PKP",
    "levels": ("T12", "L1"),
    "tl_junction": True,
}


def known(name, value, *, on=DAY, **members):
    return finding(name, value, observed=on)._replace(**members)


def derived(*findings, order=None, ruler="awgs-2019", gaps=()):
    found = facts(**{one.name: one for one in findings})
    stated = Findings(found.known, {**found.gaps, **{one.name: one for one in gaps}})
    if order is not None:
        order = AugmentationOrder(
            **ORDER | order | {"reasons": frozenset(order.get("reasons", ()))}
        )
    return derive(stated, specs(), order, sarcopenia_criteria=ruler)


@pytest.mark.parametrize(
    "case", cases(__file__, "derived", {"of": known}), ids=lambda case: case["why"]
)
def test_what_follows(case):
    found = derived(
        *case["known"], order=case.get("order"), ruler=case.get("ruler", "awgs-2019")
    )
    for name, elements in case["says"].items():
        for element, expected in elements.items():
            assert says(found, name, element, expected), (
                name,
                found.known.get(name) or found.gaps[name],
            )


def test_every_name_stands_in_exactly_one_of_known_and_gaps():
    found = derive(Findings({}, {}), specs(), None, sarcopenia_criteria="study")
    assert set(found.gaps) == set(specs())
    full = derived(known("weight", 60.0), known("height", 1.6), order={})
    assert set(full.known) | set(full.gaps) == set(specs())
    assert not set(full.known) & set(full.gaps)


def test_a_problem_list_that_was_not_read_stays_the_reason():
    unread = Gap(
        name="sarcopenia", reason="not-read", detail="problem list could not be read"
    )
    assert derived(gaps=[unread]).gaps["sarcopenia-site"].reason == "not-read"


def test_an_unknown_ruler_is_refused():
    with pytest.raises(KeyError):
        derived(ruler="awgs-2099")
    assert sorted(RULERS) == ["awgs-2019", "awgs-2025", "ewgsop2", "study"]
