"""How an image was measured: accepted, not known, or another quantity (evidence page, "How it must have been …")."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder, Finding, Findings
from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline
from tests.builders import (
    MEASURES,
    SCT,
    coded,
    condition,
    findings_of,
    measure,
    observation,
    prescription,
    specs,
    t_score,
)
from tests.tables import cases

TABLE = tomllib.loads((Path(__file__).parent / "method_cases.toml").read_text(encoding="utf-8"))
CASES = [
    *((*case, "accepted") for case in TABLE["accepted"]),
    *((*case, "unknown") for case in TABLE["unknown"]),
    *((*case, why) for why, cases in TABLE["other"].items() for case in cases),
]
NOT_RECORDED = "How it was measured is not recorded."
VALUES = {
    "ct-attenuation": (84, "[hnsf'U]"),
    "bmd-t-score": (-2.2, "{T-score}"),
    "multifidus-smi": (140, "mm2/m2"),
    "vbq": (2.6, "1"),
    "plvi": (0.8, "1"),
    "pma-rate": (52, "%"),
    "es-mf-fat-fraction": (45, "%"),
    "psoas-fat-fraction": (20, "%"),
}
# Coded in standard systems, so not among our own measures: `tests/reading` has their cases.
COMMON = {"bmi", "gait-speed", "grip-strength", "height", "paraspinal-signal", "weight"}
DICOM = "http://dicom.nema.org/resources/ontology/DCM"


def said(element: str, words: str) -> dict[str, Any]:
    """Elements of an Observation that say these words."""
    code, _, value = words.partition(": ")
    return {
        "method": {"method": {"text": words}},
        "dicom": {"method": coded(words, DICOM)},
        "bodySite": {"method": {"text": "MRI, T2"}, "bodySite": {"text": words}},
        "device": {"device": {"display": words}},
        "performer": {"performer": [{"display": words}]},
        "note": {"note": [{"text": words}]},
        "component": {"component": [{"code": {"text": code}, "valueString": value or "yes"}]},
    }[element]


def read(name: str, **members: Any) -> Findings:
    value, unit = VALUES.get(name, (10.0, "cm2"))
    return findings_of(observation(coded(name, MEASURES), value, unit, **members))


@pytest.mark.parametrize(("name", "element", "words", "outcome"), CASES)
def test_words_say_how_it_was_measured(name, element, words, outcome):
    value = VALUES.get(name, (10.0, "cm2"))[0]
    found = read(name, **said(element, words))
    if outcome in ("accepted", "unknown"):
        finding = found.known[name]
        assert finding.value == value
        assert (NOT_RECORDED in finding.concerns) is (outcome == "unknown")
        # A T-score of an unstated site is doubtful in any case.
        assert finding.may_reassure is (outcome == "accepted" and name != "bmd-t-score")
    else:
        gap = found.gaps[name]
        assert (gap.reason, gap.value, gap.observed) == ("other-method", value, date(2026, 11, 2))
        assert gap.detail.endswith(f"not used: {outcome}")


def test_the_table_is_long_enough():
    assert len(CASES) >= 60
    assert {name for name, spec in specs().items() if spec.method} == {name for name, *_ in CASES} | COMMON


@pytest.mark.parametrize("own", [{"display": "CT attenuation of trabecular bone, unenhanced"}, {}])
def test_what_our_own_code_is_called_says_nothing_of_the_way(own):
    words = "CT attenuation of trabecular bone, unenhanced"
    code = coded("ct-attenuation", MEASURES, text=words, **own)
    finding = findings_of(observation(code, 84, "[hnsf'U]")).known["ct-attenuation"]
    assert (NOT_RECORDED in finding.concerns) is bool(own)


@pytest.mark.parametrize("code", ["38267-1", "38264-8", "38263-0"])
def test_a_loinc_code_of_a_t_score_says_dxa(code):
    finding = findings_of(t_score(-1.9, code)).known["bmd-t-score"]
    assert (finding.concerns, finding.may_reassure) == ((), True)


def test_another_value_is_used_where_the_newest_is_of_another_kind():
    ways = {"method": {"text": "portal venous phase"}}, {"method": {"text": "trabecular ROI, unenhanced"}}
    found = findings_of(
        *(
            measure("ct-attenuation", hu, "[hnsf'U]", on=on, **way)
            for hu, on, way in zip((84, 61), ("2026-11-02", "2026-10-02"), ways, strict=True)
        )
    )
    assert found.known["ct-attenuation"].value == 61
    assert found.passed_over[0].reason == "other-method"


# --- which vertebra the HU are of ---


def hu(order: AugmentationOrder, **members: Any):
    way = {"method": {"text": "trabecular ROI, unenhanced"}} | members
    return derived(measure("ct-attenuation", 84, "[hnsf'U]", **way), order=order)


def derived(*resources: dict, order: AugmentationOrder | None = None) -> Findings:
    return derive(findings_of(*resources), specs(), order, sarcopenia_criteria="ewgsop2")


def order(*levels: str, **members: Any) -> AugmentationOrder:
    return AugmentationOrder(references=("ServiceRequest/1",), procedure="PKP", levels=levels, **members)


@pytest.mark.parametrize("site", [{"text": "L1"}, coded("66794005", SCT)])
def test_hu_of_the_fractured_level_are_no_input(site):
    gap = hu(order("L1"), bodySite=site).gaps["ct-attenuation"]
    assert (gap.reason, gap.value) == ("other-method", 84)
    assert gap.detail.endswith("measured at L1, the fractured level")


@pytest.mark.parametrize(("levels", "site", "may_reassure"), cases(__file__, "hu_count_beside_the_fracture_or_at_l1"))
def test_hu_count_beside_the_fracture_or_at_l1(levels, site, may_reassure):
    finding = hu(order(*levels), bodySite={"text": site}).known["ct-attenuation"]
    assert finding.may_reassure is may_reassure
    assert bool(finding.concerns) is not may_reassure


def test_words_may_say_that_it_is_beside_the_fracture():
    words = {"text": "trabecular ROI, unenhanced, vertebra adjacent to the fractured L1"}
    assert hu(order("L1"), method=words).known["ct-attenuation"].may_reassure


def test_the_code_may_say_that_it_is_beside_the_fracture():
    code = coded("ct-attenuation", MEASURES, display="CT attenuation, trabecular, adjacent vertebra")
    value = observation(code, 84, "[hnsf'U]", method={"text": "ROI in spongy bone, trabecular, unenhanced"})
    assert derived(value, order=order("L1")).known["ct-attenuation"].may_reassure


def test_a_note_about_the_fracture_does_not_say_where_it_was_measured():
    finding = hu(order("L1"), note=[{"text": "Fracture of L1. HU of L2."}]).known["ct-attenuation"]
    assert (finding.site, finding.may_reassure) == ("L2", True)


# --- freshness (contract, "Age of a value") ---


@pytest.mark.parametrize(
    ("name", "value", "unit", "fresh", "old"), cases(__file__, "a_value_older_than_fresh_does_not_reassure")
)
def test_a_value_older_than_fresh_does_not_reassure(name, value, unit, fresh, old):
    codes = {"bmd-t-score": "38264-8", "bmi": "39156-5", "grip-strength": "83174-3"}
    both = [findings_of(observation(codes[name], value, unit, on=on)).known[name] for on in (fresh, old)]
    assert [one.may_reassure for one in both] == [True, False]


@pytest.mark.parametrize(("weight_on", "may_reassure"), [("2026-10-01", True), ("2025-11-20", False)])
def test_what_is_computed_of_an_old_part_does_not_reassure(weight_on, may_reassure):
    parts = (observation("29463-7", 50, "kg", on=weight_on), observation("8302-2", 1.6, "m"))
    assert derived(*parts).known["bmi"].may_reassure is may_reassure


@pytest.mark.parametrize(("words", "may_reassure"), [("MRI T2 L4", True), ("by hand", False)])
def test_a_share_of_the_psoas_measured_in_an_unknown_way_does_not_reassure(words, may_reassure):
    way = {"method": {"text": words}}
    parts = (
        measure("psoas-total-area", 16, "cm2", **way),
        measure("psoas-fat-fraction", 20, "%", **way),
        measure("l4-vertebral-area", 12, "cm2", **way),
    )
    found = derived(*parts).known
    assert found["psoas-muscle-area"].value == pytest.approx(12.8)  # 16 x (1 - 20/100)
    assert found["plvi"].value == pytest.approx(16 / 12)
    assert (found["psoas-muscle-area"].may_reassure, found["plvi"].may_reassure) == (may_reassure, may_reassure)


def test_sarcopenia_is_ruled_out_for_good_by_fresh_measures_only():
    def sarcopenia(grip_on: str, gait_on: str) -> Finding:
        parts = (observation("83174-3", 30, "kg", on=grip_on), observation("83172-7", 1.2, "m/s", on=gait_on))
        return derived(*parts).known["sarcopenia"]

    assert [sarcopenia("2026-10-01", "2026-10-01").value, sarcopenia("2026-10-01", "2026-10-01").may_reassure] == [
        False,
        True,
    ]
    assert not sarcopenia("2026-01-20", "2026-10-01").may_reassure


# --- a value that was seen and is no input ---


def test_a_stale_weight_says_it_too():
    parts = (observation("29463-7", 80, "kg", on="2024-10-01"), observation("8302-2", 1.6, "m", on="2024-10-01"))
    gap = derived(*parts).gaps["bmi"]
    assert (gap.reason, gap.observed) == ("stale", date(2024, 10, 1))
    assert gap.value == pytest.approx(31.25)  # 80 / 1.6²
    assert "80 kg" in gap.detail


def test_the_newer_of_a_stale_bmi_and_a_stale_weight_counts():
    parts = (
        observation("39156-5", 21.0, "kg/m2", on="2022-10-01"),
        observation("29463-7", 80, "kg", on="2024-10-01"),
        observation("8302-2", 1.6, "m", on="2024-10-01"),
    )
    assert derived(*parts).gaps["bmi"].value == pytest.approx(31.25)


def test_psoas_on_ct_makes_what_is_computed_of_it_a_gap_for_the_same_reason():
    parts = (measure("psoas-total-area", 28, "cm2", method={"text": "CT"}), measure("psoas-fat-fraction", 20, "%"))
    gap = derived(*parts).gaps["psoas-muscle-area"]
    assert gap.reason == "other-method"
    assert gap.value == pytest.approx(22.4)  # 28 x 0.8
    assert gap.detail.endswith("CT where the study used MRI")


# --- a T-score that lost its sign ---


@pytest.mark.parametrize(
    "on_record",
    [
        condition("M81.0"),
        condition("64859006", SCT),
        condition("M80.08XA"),
        prescription({"text": "Alendronate 70 mg weekly"}),
    ],
)
@pytest.mark.parametrize("value", [1.0, 2.7])
def test_a_positive_t_score_beside_osteoporosis_may_lack_its_minus(on_record, value):
    gap = findings_of(t_score(value), on_record).gaps["bmd-t-score"]
    assert (gap.reason, gap.detail) == ("out-of-range", f"T-score {value}: is a minus sign missing?")
    assert gap.value is None


@pytest.mark.parametrize(
    ("value", "others"),
    [
        (0.9, [condition("M81.0")]),
        (2.7, []),
        (2.7, [condition("I10")]),
        (2.7, [condition("M81.0", verificationStatus=coded("refuted"))]),
    ],
)
def test_otherwise_it_is_taken_as_it_stands(value, others):
    assert findings_of(t_score(value), *others).known["bmd-t-score"].value == value


def test_the_reason_of_the_order_counts_as_well():
    reasons = order("L1", reasons=frozenset({"osteoporosis"}))
    gap = derived(t_score(2.7), order=reasons).gaps["bmd-t-score"]
    assert gap.detail == "T-score 2.7: is a minus sign missing?"


def test_a_description_too_long_to_be_read_is_said_and_the_value_is_not_used():
    note = [{"text": "unenhanced CT, axial, trabecular ROI. " * 300}]
    gap = read("ct-attenuation", note=note).gaps["ct-attenuation"]
    assert (gap.reason, gap.value) == ("other-method", 84)
    assert gap.detail.endswith("not used: described in more words than are read")


def test_a_record_is_read_no_longer_than_its_answer_may_take():
    with pytest.raises(DeadlinePassed):
        findings_of(t_score(-2.5), deadline=Deadline.after(0))
