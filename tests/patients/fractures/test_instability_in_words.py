"""An instability that the problem list states in words alone."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.patients.reassuring import cards_of, end_is_selected

OPEN = "unstable fracture not excluded"


def stated(words, **members):
    said = {"code": {"text": words}, "onsetDateTime": days_ago(5)}
    return problem("x", **said | members)


@pytest.mark.parametrize(
    "words",
    [
        "Chance fracture",
        "Chance-type fracture L2",
        "Chance fx L1",
        "Chance injury",
        "flexion-distraction injury",
        "flexion distraction fracture T12",
        "AO type B2",
        "AO B",
        "B2 injury, AO",
        "TLICS 5",
        "burst fracture with posterior ligament injury",
        "L1 fracture, injury of the posterior ligaments",
        "Unstable burst L1",
        "Chance-Fraktur",
        "Chance Fraktur LWK 1",
        "AO-Typ B",
        "Typ-B-Verletzung LWK 1",
        "instabile Fraktur",
        "Flexions-Distraktionsverletzung",
        "fracture de Chance",
        "fracture type Chance",
        "fracture instable",
        "lésion en flexion-distraction L1",
        "Fractura de Chance",
        "Frattura di Chance",
        "Chance-fractuur",
        "Instabiele fractuur L1",
    ],
)
def test_the_card_names_it(words):
    cards = cards_of(stated(words))
    detail = cards["rehabilitation"]["detail"]
    assert OPEN in detail
    assert "below the usual" not in detail
    assert "unstable fracture" in cards["braceLimit"]["detail"]
    assert not end_is_selected(cards)


def test_an_instability_of_the_spine_is_named_too():
    detail = cards_of(stated("Segmental instability L4/5"))["rehabilitation"]["detail"]
    assert "spinal instability not excluded" in detail


@pytest.mark.parametrize(
    "words",
    [
        "Distal radius fracture AO B1",
        "Ankle fracture, AO type B",
        "Radiusfraktur AO B1",
        "Rotational injury knee",
        "Sprunggelenksfraktur AO-Typ B",
        "Fracture found by chance",
        "Rotator cuff injury",
        "Posterior cruciate ligament injury",
        "Typ-B-Gastritis",
        "Unstable angina",
        "AO type A1 fracture L1",
        "TLICS 2",
    ],
)
def test_other_injuries_are_not_called_so(words):
    assert OPEN not in cards_of(stated(words))["rehabilitation"]["detail"]


def test_one_that_was_not_understood_is_only_counted():
    detail = cards_of(stated("Xyzzy"))["rehabilitation"]["detail"]
    assert OPEN not in detail
    assert "1 entry of the problem list not understood" in detail
