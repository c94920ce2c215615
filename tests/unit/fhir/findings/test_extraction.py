"""All findings of a record: total, independent of order, and right on public patients."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    ALL_KEYS,
    FOREARM_T,
    HIP_T,
    KEYS,
    LEFT_GRIP,
    RIGHT_GRIP,
    coded,
    condition,
    dose,
    findings_of,
    measure,
    observation,
    prescription,
    procedure,
    specs,
    t_score,
)
from tests.codes import ATC, CPT

VOCABULARY = [
    # contract, "Findings"
    "bmd-t-score",
    "age",
    "bmi",
    "sex",
    "grip-strength",
    "height",
    "weight",
    "gait-speed",
    "appendicular-lean-mass",
    "appendicular-muscle-index",
    "sarcopenia",
    "diabetes",
    "mna-score",
    "mna-category",
    "pma-rate",
    "multifidus-smi",
    "es-mf-fat-fraction",
    "psoas-fat-fraction",
    "psoas-total-area",
    "psoas-muscle-area",
    "plvi",
    "l4-vertebral-area",
    "vbq",
    "ct-attenuation",
    "fascia-injury",
    "paraspinal-csa",
    "paraspinal-signal",
    "local-kyphosis",
    "local-kyphosis-post",
    "cement-diffused",
    "procedure",
    "treated-levels",
    "tl-junction",
    "pain-score",
    "steroid-use",
    "malignancy",
    "spinal-infection",
    "prior-spinal-surgery",
    "bone-drug",
    "denosumab-overdue",
    "unstable-fracture",
    "neurological-deficit",
    "end-of-life",
]
OF_OURS = (
    "sarcopenia-site",
    "paraspinal-csa-change",
    "paraspinal-signal-change",
    "paraspinal-ratio-change",
)

FULL_RECORD = (
    t_score(-2.1, on="2026-10-01"),
    t_score(-2.9, HIP_T, on="2026-10-01"),
    t_score(-3.9, FOREARM_T),
    t_score(0.9, unit="g/cm2"),
    observation("39156-5", 21.5, "kg/m2"),
    observation("39156-5", 24.5, "kg/m2"),
    observation(LEFT_GRIP, 20, "kg"),
    observation(RIGHT_GRIP, 22, "kg"),
    observation(RIGHT_GRIP, 24, "kg"),
    measure("paraspinal-csa", 40, "cm2", on="2026-01-01"),
    measure("paraspinal-csa", 36, "cm2"),
    measure("vbq", 2.9, "1"),
    condition("E11.9"),
    condition("E10.9", onsetDateTime="2011"),
    condition("C50.911"),
    prescription(coded("M05BA04", ATC)),
    dose(coded("M05BX04", ATC), "2026-01-01"),
    procedure(coded("22514", CPT)),
)


def test_every_name_of_the_contract_has_a_file_and_the_derived_ones_of_ours():
    assert {*VOCABULARY, *OF_OURS} <= set(specs())


@pytest.mark.parametrize("resources", [(), FULL_RECORD])
def test_every_name_stands_in_exactly_one_of_known_and_gaps(resources):
    found = findings_of(*resources)
    assert set(found.known) | set(found.gaps) == set(specs())
    assert not set(found.known) & set(found.gaps)


@given(st.lists(st.sampled_from(FULL_RECORD), unique_by=id))
@settings(max_examples=40, deadline=None)
def test_a_resource_that_came_twice_counts_once(resources):
    assert findings_of(*resources, *resources) == findings_of(
        *resources,
        entries={
            key: 2 * sum(KEYS[r["resourceType"]] == key for r in resources)
            for key in ALL_KEYS
        },
    )


def test_findings_carry_their_canonical_unit():
    for name, finding in findings_of(*FULL_RECORD).known.items():
        assert finding.unit == specs()[name].unit
