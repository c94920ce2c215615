"""A fresh fracture of another region of the spine keeps the brace, whatever its code."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import codeable
from tests.patients.reassuring import cards_of, end_is_selected

CM = "http://hl7.org/fhir/sid/icd-10-cm"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
AM = "http://hl7.org/fhir/sid/icd-10-am"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"


def brace_card(system, code):
    entry = problem("x", days=5, onsetDateTime=days_ago(5), code=codeable(system, code))
    return cards_of(entry)


@pytest.mark.parametrize(
    ("system", "code", "place"),
    [
        (CM, "M48.51XA", "cervical spine"),
        (CM, "M48.52XA", "cervical spine"),
        (CM, "M48.53XA", "cervicothoracic spine"),
        (CM, "M48.57XA", "lumbosacral spine"),
        (CM, "M48.58XA", "sacral spine"),
        (GM, "M48.52", "cervical spine"),
        (GM, "M48.54", "thoracic spine"),
        (GM, "M48.58", "sacral spine"),
        (AM, "M48.54", "thoracic spine"),
        (ICD_9, "805.2", "thoracic spine"),
    ],
)
def test_another_region_is_another_fracture(system, code, place):
    cards = brace_card(system, code)
    assert not end_is_selected(cards)
    assert f"other fresh fracture ({place})" in cards["braceLimit"]["detail"]


@pytest.mark.parametrize(
    ("system", "code"),
    [(CM, "M48.56XA"), (CM, "M80.08XA"), (GM, "M48.56"), (ICD_9, "805.4")],
)
def test_a_region_that_holds_the_treated_vertebra_is_no_other(system, code):
    cards = brace_card(system, code)
    assert "fresh fracture (" not in cards["braceLimit"]["detail"]
