"""An earlier vertebral fracture is told apart from the one that is treated now. Today is 20 November 2026."""

import pytest

from tests.builders import RECORD, coded, condition, findings_of
from tests.codes import ICD, SCT
from tests.tables import cases

T12, L1, L3 = "23215003", "66794005", "36470004"


def found(*resources, treated=("L1",), **record):
    return findings_of(*resources, treated=treated, **record)


def earlier(*resources, **options):
    """The label when yes; else False, or None for a gap."""
    findings = found(*resources, **options)
    known = findings.known.get("prior-vertebral-fracture")
    return None if known is None else known.value and (known.label or "undated")


def other():
    return condition("I10")


def lists(*resources, **options):
    """With both lists read and not empty."""
    return earlier(*resources, other(), entries={"procedures": 3, "conditions": 4}, **options)


def fracture(code="M80.08XA", system=ICD, *, level=None, **members):
    site = {"bodySite": [coded(level, SCT)]} if level else {}
    return condition(code, system, **site, **members)


ROWS = RECORD | {"fracture": fracture}


@pytest.mark.parametrize(
    ("entry", "said"), cases(__file__, "an_earlier_fracture_is_said_with_its_age_where_that_is_recorded", ROWS)
)
def test_an_earlier_fracture_is_said_with_its_age_where_that_is_recorded(entry, said):
    assert earlier(entry) == said


@pytest.mark.parametrize(
    "entry",
    cases(
        __file__,
        "what_is_treated_now_denied_or_of_another_bone_is_no_earlier_fracture",
        ROWS,
    ),
)
def test_what_is_treated_now_denied_or_of_another_bone_is_no_earlier_fracture(entry):
    assert lists(entry) is False


@pytest.mark.parametrize(
    ("entry", "detail"), cases(__file__, "what_may_be_of_the_present_fracture_is_neither_yes_nor_no", ROWS)
)
def test_what_may_be_of_the_present_fracture_is_neither_yes_nor_no(entry, detail):
    assert lists(entry) is None
    gap = found(entry, other(), entries={"procedures": 3}).gaps["prior-vertebral-fracture"]
    assert detail in gap.detail
