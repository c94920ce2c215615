"""What follows from a case, and what an audit entry or an export may leave out of it."""

from dataclasses import replace

from cds_service.core.case import Case, Questions, conclude, conclude_again
from cds_service.core.orders import AugmentationOrder, TreatedLevels
from tests.chart_builders import HOOK, TODAY, open_service
from tests.fact_builders import WHOLE_RECORD, facts

ORDER = AugmentationOrder(
    references=("ServiceRequest/1",),
    procedure="PKP",
    levels=TreatedLevels(names=("L1",)),
)


def case_of(**values):
    service = open_service()
    hook = service.hooks[HOOK]
    return Case(
        in_force=service,
        questions=Questions(facts=hook.facts, rules=hook.rules),
        order=ORDER,
        record_state=WHOLE_RECORD,
        findings=facts(values),
        today=TODAY,
    )


def names(conclusion):
    return {one.name for one in conclusion.signals}


def test_a_dying_patient_gets_no_figure_and_no_training():
    found = conclude(case_of(age=80.0, **{"end-of-life": True}))
    assert found.assessment.pooled is None
    assert "end-of-life" in names(found)
    assert "rehabilitation" not in {
        one.rule.order_kind for one in found.recommendations
    }


def test_only_the_signals_that_are_asked_for_are_found():
    case = case_of(age=80.0, **{"end-of-life": True, "bmd-t-score": -3.4})
    asked = replace(case.questions, signals={"end-of-life"})
    assert names(conclude(replace(case, questions=asked))) == {"end-of-life"}


def test_kept_signals_lead_to_the_same_facts_and_figures():
    case = case_of(age=80.0, **{"bmd-t-score": -3.4, "repeated-falls": True})
    found = conclude(case)
    again = conclude_again(case, names(found))
    assert [one.id for one in again.facts.ranked] == [
        one.id for one in found.facts.ranked
    ]
    assert again.assessment == found.assessment
