"""A broken hip around a prosthesis that a status calls over reassures of nothing."""

import pytest

from tests.codes import CLINICAL, ICD, codeable
from tests.patients.reassuring import cards_of, dated

BELOW = "below the usual"


def detail_beside(code: str, status: str, *, days: int) -> str:
    healed = dated(
        codeable(ICD, code), days=days, clinicalStatus=codeable(CLINICAL, status)
    )
    return str(cards_of(healed)["rehabilitation"]["detail"])


@pytest.mark.parametrize("status", ["active", "resolved", "inactive"])
@pytest.mark.parametrize("code", ["M97.01XA", "T84.040A"])
def test_a_healed_hip_is_still_a_broken_hip(code: str, status: str) -> None:
    assert BELOW not in detail_beside(code, status, days=160)


@pytest.mark.parametrize(
    ("code", "days"),
    [("M97.01XA", 4000), ("M97.11XA", 160), ("S82.61XA", 160)],
)
def test_one_of_years_ago_or_another_bone_changes_nothing(code: str, days: int) -> None:
    assert BELOW in detail_beside(code, "resolved", days=days)
