"""All findings of a record: total, independent of order, and right on public patients."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.fhir.facts.findings import extract_findings
from cds_service.fhir.gathering.picking import Sourced, concepts_of
from cds_service.fhir.gathering.record import PatientRecord, Read
from cds_service.fhir.references import Targets
from tests.builders import (
    ALL_KEYS,
    ATC,
    CPT,
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
    terminology,
)

PUBLIC = Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "fhir"
VOCABULARY = (  # contract, "Findings"
    "bmd-t-score", "age", "bmi", "sex", "grip-strength", "height", "weight", "gait-speed", "appendicular-lean-mass",
    "appendicular-muscle-index", "sarcopenia", "diabetes", "mna-score", "mna-category", "pma-rate", "multifidus-smi",
    "es-mf-fat-fraction", "psoas-fat-fraction", "psoas-total-area", "psoas-muscle-area", "plvi", "l4-vertebral-area",
    "vbq", "ct-attenuation", "fascia-injury", "paraspinal-csa", "paraspinal-signal", "local-kyphosis",
    "local-kyphosis-post", "cement-diffused", "procedure", "treated-levels", "tl-junction", "pain-score",
    "steroid-use", "malignancy", "spinal-infection", "prior-spinal-surgery", "bone-drug", "denosumab-overdue",
    "unstable-fracture", "neurological-deficit", "end-of-life",
)  # fmt: skip
OF_OURS = ("sarcopenia-site", "paraspinal-csa-change", "paraspinal-signal-change", "paraspinal-ratio-change")

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


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_nothing_depends_on_the_order_of_the_resources(seed):
    assert findings_of(*FULL_RECORD, shuffled=seed) == findings_of(*FULL_RECORD)


@given(st.lists(st.sampled_from(FULL_RECORD), unique_by=id))
@settings(max_examples=40, deadline=None)
def test_a_resource_that_came_twice_counts_once(resources):
    assert findings_of(*resources, *resources) == findings_of(
        *resources, entries={key: 2 * sum(KEYS[r["resourceType"]] == key for r in resources) for key in ALL_KEYS}
    )


def test_findings_carry_their_canonical_unit():
    for name, finding in findings_of(*FULL_RECORD).known.items():
        assert finding.unit == specs()[name].unit


def public_record(name: str) -> PatientRecord:
    """A public patient as if all lists had been asked."""
    entries = [entry["resource"] for entry in json.loads((PUBLIC / name).read_text(encoding="utf-8"))["entry"]]
    kept = [raw for raw in entries if raw["resourceType"] in KEYS]
    counts = {key: sum(KEYS[raw["resourceType"]] == key for raw in kept) for key in ALL_KEYS}
    return PatientRecord(
        patient=next(raw for raw in entries if raw["resourceType"] == "Patient"),
        resources=tuple(
            Sourced(
                raw=raw,
                key=KEYS[raw["resourceType"]],
                origin="fhir",
                concepts=concepts_of(raw, Targets(()), terminology()),
            )
            for raw in kept
        ),
        unreadable=(),
        reads={key: Read(state="given" if n else "empty", origin="fhir", entries=n) for key, n in counts.items()},
        foreign={},
    )


# From the table of the public patients' own README: day asked, T-score, its site, BMI, diabetes, bone drug.
PATIENTS = {
    "smart-synthea-alexia-senger.json": (date(2020, 10, 2), -3.5776262476366476, "", 27.7, False, True),
    "smart-synthea-chad-quigley.json": (date(2020, 10, 1), -2.834221791944585, "", 27.75, False, True),
    "smart-synthea-parker-casper.json": (date(2020, 9, 3), -0.1725357788585189, "", 30.0, True, False),
    "smart-synthea-tracey-witting.json": (date(2018, 9, 29), -3.0858613312399688, "", 27.34, False, True),
}


@pytest.mark.parametrize("name", PATIENTS)
def test_public_patients_give_what_their_table_says(name):
    if not PUBLIC.is_dir():
        pytest.skip("the public patients are not beside this checkout")
    day, score, site, bmi, has_diabetes, has_bone_drug = PATIENTS[name]
    found = extract_findings(public_record(name), specs(), terminology(), today=day, not_after=day)
    assert found.known["bmd-t-score"].value == score
    assert found.known["bmd-t-score"].site == site
    assert found.known["bmi"].value == pytest.approx(bmi, abs=0.01)
    assert found.known["diabetes"].value is has_diabetes
    assert found.known["bone-drug"].value is has_bone_drug
    assert found.known["steroid-use"].value is False
    assert found.known["malignancy"].value is False
    assert found.known["sex"].value in ("male", "female")
    assert "grip-strength" in found.gaps


def test_the_us_core_patient_has_a_femur_t_score_and_an_old_bmi():
    if not PUBLIC.is_dir():
        pytest.skip("the public patients are not beside this checkout")
    day = date(2021, 12, 1)
    record = public_record("uscore9-dxa-femur-amy.json")
    found = extract_findings(record, specs(), terminology(), today=day, not_after=day)
    assert (found.known["bmd-t-score"].value, found.known["bmd-t-score"].site) == (-1.48, "femur")
    assert found.known["age"].value == 34
    assert found.gaps["bmi"].reason == "stale"
    assert found.gaps["diabetes"].reason == "undetermined"
    assert "sex" in found.gaps
