"""An earlier vertebral fracture is told apart from the one that is treated now.

Today is 20 November 2026.
"""

import pytest

from tests.builders import RECORD, coded, condition, findings_of
from tests.codes import ICD, SCT
from tests.tables import cases

NAME = "prior-vertebral-fracture"


def fracture(code="M80.08XA", system=ICD, *, level=None, **members):
    site = {"bodySite": [coded(level, SCT)]} if level else {}
    return condition(code, system, **site, **members)


@pytest.mark.parametrize(
    ("entry", "says"),
    cases(
        __file__,
        "what_an_entry_says_of_an_earlier_fracture",
        RECORD | {"fracture": fracture},
    ),
)
def test_what_an_entry_says_of_an_earlier_fracture_while_l1_is_treated(entry, says):
    found = findings_of(
        entry,
        condition("I10"),
        entries={"procedures": 3, "conditions": 4},
        treated=("L1",),
    )
    if NAME in found.gaps:
        assert says
        assert says in found.gaps[NAME].detail
    else:
        known = found.known[NAME]
        assert (known.value and (known.label or "undated")) == says
