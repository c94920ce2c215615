"""An act outside everyday care that is named by its code alone is asked about."""

import pytest

from tests.codes import CPT, SCT, codeable
from tests.patients.leaving import act_done, act_ordered, summaries_beside

UNUSUAL = [
    *((CPT, "99254"), (CPT, "99291"), (CPT, "71275"), (CPT, "70450"), (CPT, "93970")),
    *((CPT, "62270"), (CPT, "43239"), (CPT, "93458"), (CPT, "33533")),
    *((SCT, "306284005"), (SCT, "183901002"), (SCT, "183524004"), (SCT, "169069000")),
    *((SCT, "277762005"), (SCT, "306258004")),
]
RESCUES = [(SCT, "112798008"), (SCT, "116859006"), (SCT, "305351004")]
EVERYDAY = [
    *((CPT, "85025"), (CPT, "80048"), (CPT, "97110"), (CPT, "72100"), (CPT, "93000")),
    *((CPT, "99232"), (CPT, "97161"), (CPT, "72131"), (SCT, "306354000")),
    *((SCT, "306359005"), (SCT, "183561008")),
]


def done(code, *, days=1):
    return act_done("", days=days) | {"code": codeable(*code)}


@pytest.mark.parametrize("code", UNUSUAL)
@pytest.mark.parametrize("act", [done, lambda code: act_ordered(codeable(*code))])
def test_it_is_asked_about(act, code):
    assert len(summaries_beside(act(code))) == 1


@pytest.mark.parametrize("code", RESCUES)
def test_a_rescue_of_a_later_day_is(code):
    assert len(summaries_beside(done(code))) == 1
    assert summaries_beside(done(code, days=2)) == []


@pytest.mark.parametrize("code", EVERYDAY)
def test_a_code_of_everyday_care_is_not(code):
    assert summaries_beside(act_ordered(codeable(*code))) == []


@pytest.mark.parametrize("code", UNUSUAL[:6])
def test_one_of_before_the_operation_is_not(code):
    assert summaries_beside(done(code, days=40)) == []
    assert summaries_beside(act_ordered(codeable(*code), days=9)) == []


def test_words_next_to_the_code_decide():
    plan = codeable(CPT, "70450", "CT head in 3 months outpatient")
    assert summaries_beside(act_ordered(plan)) == []
