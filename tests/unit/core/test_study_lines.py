"""When a study may say one line on the card, and when two of them disagree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.findings import Findings, Gap, Provenance
from cds_service.core.risk.assessment import assess
from tests.chart_builders import open_service
from tests.fact_builders import WHOLE_RECORD, any_values, assessed, facts, finding
from tests.unit.core.study_samples import CT, PKP, PVP, TYPICAL, WEAK, merged

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
P2 = {"age": 81.0, "sex": "female", **PKP, "level-count": 1.0}
# The two patients whom the pain study pictures: the second had pain.
IN_PAIN = {"psoas-total-area": 8.71, "es-mf-fat-fraction": 74.75}


def lines_of(*parts):
    known = merged({"age": 76.0, "level-count": 1.0}, *parts)
    return {one.result.model.study.id: one for one in assessed(known).study_lines}


def test_a_study_speaks_of_its_own_patient_above_its_average():
    """Evidence page, "Which figure is shown": more than 1 in 2 beside an average of 1 in 3."""
    line = lines_of(P2, WEAK)[S]
    assert (line.words, line.average) == ("more than 1 in 2", "1 in 3")
    drivers = [one.name for group in line.drivers for one in group]
    assert {"sarcopenia", "pma-rate", "bmd-t-score"} <= set(drivers)
    assert "procedure" not in drivers


def test_criteria_that_could_not_be_checked_are_said():
    line = lines_of(P2, WEAK)[S]
    assert "severe kidney disease was excluded" in line.unknown_criteria


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({**PKP, **WEAK, "steroid-use": True}, id="a-criterion-not-met"),
        pytest.param({**PVP, **WEAK}, id="another-procedure"),
        pytest.param({**PKP, **WEAK, "age": 58.0}, id="too-young"),
        pytest.param({**PKP, **WEAK, "bmd-t-score": -4.6}, id="a-value-held"),
        pytest.param({**PKP, **WEAK, "level-count": 2.0}, id="several-levels"),
        pytest.param(
            {**PKP, "bmd-t-score": -3.0, "tl-junction": True}, id="too-little-known"
        ),
        pytest.param({**PKP, **TYPICAL, "bmd-t-score": -2.0}, id="below-its-average"),
    ],
)
def test_a_study_is_silent(known):
    assert S not in lines_of(known)


def test_an_aged_value_silences_its_study():
    known = merged({"age": 76.0, "level-count": 1.0}, PKP, WEAK)
    del known["pma-rate"]
    aged = finding("pma-rate", 57.0)._replace(may_reassure=False)
    assert _study_ids(facts(known, aged=aged)) == set()


def test_an_exclusion_that_is_mentioned_and_not_decided_silences_every_study():
    found = facts(merged({"age": 76.0, "level-count": 1.0}, PKP, WEAK))
    seen = Provenance("Condition/1", "prefetch", "", "", "")
    mentioned = Gap("malignancy", "undetermined", "not decided", (seen,))
    gaps = {**found.gaps, "malignancy": mentioned}
    assert _study_ids(Findings(found.known, gaps)) == set()


def _study_ids(findings):
    service = open_service()
    parts = (service.models, service.pooled, service.studies, service.policy)
    found = assess(findings, WHOLE_RECORD, *parts)
    return {one.result.model.study.id for one in found.study_lines}


def test_the_pain_study_knows_too_little_without_the_scanners_reference():
    """0.53 of its inputs are known, and 0.85 are needed (evidence page)."""
    assert R not in lines_of(PKP, IN_PAIN)


@pytest.mark.parametrize(
    ("known", "disagree"),
    [
        pytest.param({**WEAK, **CT}, True, id="opposite-sides-of-their-averages"),
        pytest.param({**WEAK, "ct-attenuation": 20.0}, True, id="twenty-points-apart"),
        pytest.param({**TYPICAL, **CT}, False, id="much-the-same"),
        pytest.param(
            {**WEAK, **CT, "steroid-use": True}, False, id="patient-of-neither"
        ),
    ],
)
def test_studies_disagree_only_over_a_patient_of_theirs(known, disagree):
    found = assessed({"age": 76.0, **PKP, **known})
    assert found.of("refracture").disagreement is disagree


@given(st.fixed_dictionaries({}, optional=any_values("inputs", "exclusions")))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_line_reassures(known):
    for line in assessed(known).study_lines:
        assert line.result.prediction.risk > line.result.reference
        assert line.result.is_wholly_inside
        assert line.words.removeprefix("about ") != line.average
        assert line.result.prediction.inputs_known >= 0.85
