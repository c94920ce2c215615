"""Which T-score counts (contract, "Reading the record"; 38265-5 is the forearm unless it says otherwise)."""

from datetime import date

import pytest

from tests.builders import (
    FEMUR_T,
    HIP_T,
    RECORD,
    SPINE_T,
    findings_of,
    t_score,
)
from tests.tables import cases

NAME = "bmd-t-score"


def picked(*resources: dict, **options: object):
    return findings_of(*resources, **options).known[NAME]


def sited(value: float, site: object, code: object = SPINE_T) -> dict:
    return t_score(
        value, code, bodySite={"text": site} if isinstance(site, str) else site
    )


ROWS = RECORD | {"sited": sited}


@pytest.mark.parametrize(
    ("resources", "value", "site", "concern"),
    cases(__file__, "the_value_that_counts_with_its_site_and_what_is_said_of_it", ROWS),
)
def test_the_value_that_counts_with_its_site_and_what_is_said_of_it(
    resources, value, site, concern
):
    found = picked(*resources)
    assert found.value == value
    assert site in ("any", found.site)
    assert concern == "any" or found.concerns == ((concern,) if concern else ())


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    cases(__file__, "a_density_under_a_t_score_code_is_refused_and_named"),
)
def test_a_density_under_a_t_score_code_is_refused_and_named(value, unit, reason):
    found = findings_of(t_score(value, unit=unit))
    assert found.gaps[NAME].reason == reason
    assert found.passed_over[0].name == NAME


@pytest.mark.parametrize("order", range(6))
def test_the_lowest_of_the_central_sites_on_the_newest_day_counts(order):
    found = picked(
        t_score(-2.1, SPINE_T, on="2026-10-01"),
        t_score(-2.9, HIP_T, on="2026-10-01"),
        t_score(-2.4, FEMUR_T, on="2026-10-01"),
        t_score(-3.8, SPINE_T, on="2025-10-01"),
        shuffled=order,
    )
    assert (found.value, found.site, found.observed) == (-2.9, "hip", date(2026, 10, 1))
    assert found.concerns == ()
