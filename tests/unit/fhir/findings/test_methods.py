"""How an image was measured: accepted, not known, or another quantity (evidence page, "How it must have been …")."""

from datetime import date
from typing import Any

import pytest

from cds_service.core.findings import Findings
from cds_service.core.vocabulary import QuantitySpec
from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline
from tests.builders import coded, findings_of, observation, specs, t_score
from tests.codes import MEASURES
from tests.method_cases import CASES, said

NOT_RECORDED = "How it was measured is not recorded."
VALUES = {
    "ct-attenuation": [84, "[hnsf'U]"],
    "bmd-t-score": [-2.2, "{T-score}"],
    "multifidus-smi": [140, "mm2/m2"],
    "pain-score": [6, "{score}"],
    "vbq": [2.6, "1"],
    "plvi": [0.8, "1"],
    "pma-rate": [52, "%"],
    "es-mf-fat-fraction": [45, "%"],
    "psoas-fat-fraction": [20, "%"],
    "local-kyphosis": [18, "deg"],
}
# Coded in standard systems, so not among our own measures: `tests/reading` has their
# cases.
COMMON = {"bmi", "gait-speed", "grip-strength", "height", "paraspinal-signal", "weight"}


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
        assert (gap.reason, gap.value, gap.observed) == (
            "other-method",
            value,
            date(2026, 11, 2),
        )
        assert gap.detail.endswith(f"not used: {outcome}")


def test_a_note_on_pain_may_speak_of_another_place_too():
    found = read("pain-score", note=[{"text": "Knee pain as well."}])
    assert found.known["pain-score"].value == 6


def test_the_table_is_long_enough():
    assert len(CASES) >= 60
    judged = {
        name
        for name, spec in specs().items()
        if isinstance(spec, QuantitySpec) and spec.method
    }
    assert judged == {name for name, *_ in CASES} | COMMON


def test_a_description_too_long_to_be_read_is_said_and_the_value_is_not_used():
    note = [{"text": "unenhanced CT, axial, trabecular ROI. " * 300}]
    gap = read("ct-attenuation", note=note).gaps["ct-attenuation"]
    assert (gap.reason, gap.value) == ("other-method", 84)
    assert gap.detail.endswith("not used: described in more words than are read")


def test_a_record_is_read_no_longer_than_its_answer_may_take():
    with pytest.raises(DeadlinePassed):
        findings_of(t_score(-2.5), deadline=Deadline.after(0))
