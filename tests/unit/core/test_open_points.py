"""Nothing under the usual is said while the record leaves anything open."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.findings import Findings, Gap, PassedOver, Provenance
from cds_service.core.risk.grave_findings import EXCLUDING
from cds_service.core.risk.open_points import INPUTS, SOURCES, find_open_points
from cds_service.core.risk.risk_words import risk_words_of
from tests.chart_builders import open_service
from tests.fact_builders import WHOLE_RECORD, assessed, facts

KNOWN = {
    "age": 70.0,
    "sex": "female",
    "bmi": 25.0,
    "bmd-t-score": -1.8,
    "level-count": 1.0,
    "steroid-use": False,
    "prior-vertebral-fracture": False,
    "prior-augmentation": False,
    "malignancy": False,
    "spinal-infection": False,
    "neurological-deficit": False,
}
SEEN = (Provenance("Observation/1", "prefetch", "", "", ""),)
REASONS = ("not-final", "no-value", "future", "stale", "other-method", "conflicting")


def points_of(findings, record=WHOLE_RECORD):
    return {(one.name, one.why) for one in find_open_points(findings, record)}


def with_gap(name, reason, *, seen=False, known=KNOWN):
    rest = {key: value for key, value in known.items() if key != name}
    found = facts(rest)
    gap = Gap(name, reason, "", SEEN if seen else ())
    return Findings(found.known, {**found.gaps, name: gap})


def passed_over(name, reason):
    found = facts(KNOWN)
    one = PassedOver(name, reason, "", SEEN[0])
    return Findings(found.known, found.gaps, (one,))


def test_a_record_read_whole_leaves_nothing_open():
    assert points_of(facts(KNOWN)) == set()


@pytest.mark.parametrize(
    ("part", "record"),
    [
        ("medications", replace(WHOLE_RECORD, unread={"medications": "refused"})),
        ("conditions", replace(WHOLE_RECORD, incomplete={"conditions": "cut"})),
        ("record", replace(WHOLE_RECORD, unreadable=1)),
    ],
)
def test_a_list_that_was_not_read_whole_is_open(part, record):
    assert part in {name for name, _ in points_of(facts(KNOWN), record)}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("name", ["bmd-t-score", "ct-attenuation", "bmi", "sarcopenia"])
def test_a_value_that_was_seen_and_cannot_be_used_is_open(name, reason):
    assert (name, reason) in points_of(with_gap(name, reason, seen=True))


@pytest.mark.parametrize("reason", REASONS)
def test_a_newer_value_that_was_passed_over_is_open(reason):
    """A preliminary T-score of this week beside the final one of last year."""
    assert points_of(passed_over("bmd-t-score", reason)) == {("bmd-t-score", reason)}
    assert points_of(passed_over("weight", reason)) == {("weight", reason)}


def test_a_density_beside_the_t_score_is_not_open():
    assert points_of(passed_over("bmd-t-score", "absent")) == set()


def test_muscle_that_was_never_measured_is_not_open():
    assert points_of(with_gap("sarcopenia", "undetermined")) == set()


@pytest.mark.parametrize("name", ["age", "sex", "bmi", "bmd-t-score"])
def test_what_a_low_figure_needs_is_open_while_it_is_not_known(name):
    assert (name, "absent") in points_of(with_gap(name, "absent"))


def test_hu_stands_in_for_a_t_score():
    known = {**KNOWN, "ct-attenuation": 110.0}
    assert points_of(with_gap("bmd-t-score", "absent", known=known)) == set()


@pytest.mark.parametrize("name", ["malignancy", "neurological-deficit"])
def test_an_exclusion_that_is_mentioned_and_not_decided_is_open(name):
    assert (name, "undetermined") in points_of(
        with_gap(name, "undetermined", seen=True)
    )


# --- properties: reading less never opens the way to saying less

VOCABULARY = sorted({*INPUTS, *SOURCES, *EXCLUDING} & set(open_service().finding_specs))
VALUES = {
    "age": st.floats(50, 95),
    "sex": st.sampled_from(["male", "female"]),
    "bmi": st.floats(17, 35),
    "bmd-t-score": st.floats(-4.5, 0.0),
    "ct-attenuation": st.floats(20, 180),
    "level-count": st.sampled_from([1.0, 2.0]),
    "sarcopenia": st.booleans(),
    "steroid-use": st.booleans(),
    "prior-vertebral-fracture": st.booleans(),
}


def says_low(found):
    """A step under the usual is said, or the word below."""
    if found.pooled is None:
        return False
    nothing_open = not found.has_open_points()
    said = risk_words_of(found.pooled.figure, at_least=False, nothing_open=nothing_open)
    return "usual" not in said.words and not said.in_summary


@given(
    st.fixed_dictionaries({}, optional=VALUES),
    st.sampled_from(VOCABULARY),
    st.sampled_from(["not-read", *REASONS]),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_making_a_value_unread_or_unusable_never_closes_what_is_open(
    known, name, reason
):
    before = points_of(facts(known))
    after = points_of(with_gap(name, reason, seen=reason != "not-read", known=known))
    assert after or name in SOURCES
    assert {one for one, _ in before} <= {one for one, _ in after}


@given(
    st.fixed_dictionaries({}, optional=VALUES),
    st.sampled_from(["unread", "incomplete"]),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_an_unread_list_says_nothing_low(known, how):
    record = replace(WHOLE_RECORD, **{how: {"conditions": "403"}})
    assert not says_low(assessed(known, record=record))
    assert not assessed(known, record=record).may_say_below()
