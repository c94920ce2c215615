"""Which T-score counts (contract, "Reading the record"; 38265-5 is the forearm unless it says otherwise)."""

from datetime import date

import pytest

from tests.builders import (
    FEMUR_T,
    FOREARM_T,
    HIP_T,
    RECORD,
    SPINE_T,
    coded,
    findings_of,
    observation,
    t_score,
)
from tests.tables import cases

NAME = "bmd-t-score"


def picked(*resources: dict, **options: object):
    return findings_of(*resources, **options).known[NAME]


def reason_of(*resources: dict) -> str:
    return findings_of(*resources).gaps[NAME].reason


@pytest.mark.parametrize("unit", ["{T-score}", "{T-Score}", "{Tscore}", "T-Score", "{SD}", "SD", "1", "{score}", None])
def test_a_t_score_is_accepted_in_every_spelling_of_its_unit_or_without(unit):
    assert picked(t_score(-2.5, unit=unit)).value == -2.5


def sited(value: float, site: object, code: object = SPINE_T) -> dict:
    return t_score(value, code, bodySite={"text": site} if isinstance(site, str) else site)


ROWS = RECORD | {"sited": sited}


@pytest.mark.parametrize(
    ("resources", "value", "site", "concern"),
    cases(__file__, "the_value_that_counts_with_its_site_and_what_is_said_of_it", ROWS),
)
def test_the_value_that_counts_with_its_site_and_what_is_said_of_it(resources, value, site, concern):
    found = picked(*resources)
    assert found.value == value
    assert site in ("any", found.site)
    assert concern == "any" or found.concerns == ((concern,) if concern else ())


@pytest.mark.parametrize(
    ("value", "unit", "reason"), cases(__file__, "a_density_under_a_t_score_code_is_refused_and_named")
)
def test_a_density_under_a_t_score_code_is_refused_and_named(value, unit, reason):
    found = findings_of(t_score(value, unit=unit))
    assert found.gaps[NAME].reason == reason
    assert found.passed_over[0].name == NAME


@pytest.mark.parametrize("text", ["2.5 below", "-2.5 to -3", "osteoporosis", "-2.5 SD", "", "--2"])
def test_anything_more_than_a_number_is_no_value(text):
    assert reason_of(observation(SPINE_T, valueString=text or " ")) == "no-value"


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


@pytest.mark.parametrize(
    ("words", "is_range"), [("L2 and L4", False), ("L2, L4", False), ("L2 a L4", True), ("L2 to L4", True)]
)
def test_two_vertebrae_are_no_range(words, is_range):
    """Of two regions the one with more levels counts; two of the same levels that differ are in conflict."""
    found = findings_of(t_score(-2.4, bodySite={"text": "L2-L4"}), t_score(-3.1, bodySite={"text": words}))
    assert (NAME in found.gaps) is is_range


@pytest.mark.parametrize(
    ("code", "unit", "words"), cases(__file__, "heel_humerus_z_scores_and_densities_are_named_and_never_used")
)
def test_heel_humerus_z_scores_and_densities_are_named_and_never_used(code, unit, words):
    found = findings_of(t_score(-3.9, code, unit=unit))
    assert found.gaps[NAME].reason == "absent"
    assert words in found.passed_over[0].detail
    assert findings_of(t_score(-3.9, code, unit=unit, status="entered-in-error")).passed_over == ()


@pytest.mark.parametrize("other", [{"code": coded(FOREARM_T, display="Femoral neck T-score")}, {"on": "2024-05-01"}])
def test_a_corrected_value_of_another_site_or_day_replaces_nothing(other):
    same = {"identifier": [{"system": "urn:accession", "value": "1"}]}
    spine = {"code": coded(FOREARM_T, display="Lumbar spine T-score"), **same}
    assert picked(t_score(-3.2, **spine), t_score(-1.5, **{**spine, **other}, status="corrected")).value == -3.2
