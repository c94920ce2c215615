"""Operations on a vertebra whose code does not say if it was broken (earlier fracture).

In ICD-10-PCS a kyphoplasty is two codes; an EHR may send the reposition alone. The open
reposition (0PS4, 0QS0), the replacement of a vertebral body (OPS 5-837), its resection
(CPT 63081 and following) and instrumentation are done for fractures, too.
"""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import CPT, OPS, PCS, codeable
from tests.patients.reassuring import card_of, cards_of, end_is_selected

REPAIRS = [
    pytest.param(PCS, "0PS43ZZ", id="percutaneous-thoracic"),
    pytest.param(PCS, "0QS03ZZ", id="percutaneous-lumbar"),
    pytest.param(PCS, "0PS404Z", id="open-thoracic"),
    pytest.param(PCS, "0QS004Z", id="open-lumbar"),
    pytest.param(OPS, "5-837.00", id="vertebral-body-replaced"),
    pytest.param(OPS, "5-83b.51", id="osteosynthesis"),
    pytest.param(CPT, "63090", id="corpectomy"),
    pytest.param(CPT, "22842", id="instrumentation"),
]


def repair(system: str, code: str, *, days: int) -> Resource:
    return of_patient(
        "Procedure",
        "repair",
        status="completed",
        code=codeable(system, code),
        performedDateTime=days_ago(days),
    )


@pytest.mark.parametrize("days", [100, 420, 2000])
@pytest.mark.parametrize(("system", "code"), REPAIRS)
def test_a_repaired_vertebra_may_have_been_broken(system, code, days):
    detail = card_of(repair(system, code, days=days))["detail"]
    assert "below the usual" not in detail
    assert "earlier vertebral fracture" in detail.split("**Not known:**")[1]


@pytest.mark.parametrize(("system", "code"), REPAIRS)
def test_a_repair_of_last_year_selects_no_end_of_a_brace(system, code):
    assert not end_is_selected(cards_of(repair(system, code, days=150)))


def test_a_disc_operation_is_no_repair():
    assert "below the usual" in card_of(repair(CPT, "63030", days=420))["detail"]
