"""A broken hip that only the code of its operation tells (fact F12).

OPS 5-790, 5-793 and 5-794 are titled "Reposition einer Fraktur"; the sixth character e
is "Schenkelhals", f "Femur proximal", g "Femurschaft". CPT 27230 to 27248 treat
fractures of the neck and the trochanters. A reposition in ICD-10-PCS names the place
alone. A new head of the hip is mostly for a fracture, and its code does not say so.
"""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import CPT, OPS, PCS, codeable
from tests.patients.reassuring import card_of


def operation(system: str, code: str, *, days: int = 100) -> Resource:
    return of_patient(
        "Procedure",
        "hip",
        status="completed",
        code=codeable(system, code),
        performedDateTime=days_ago(days),
    )


@pytest.mark.parametrize(
    ("system", "code"),
    [
        pytest.param(system, code, id=code)
        for system, code in (
            *((CPT, code) for code in ("27230", "27232", "27238", "27240", "27245")),
            *((OPS, code) for code in ("5-790.5f", "5-790.0e", "5-790.4f")),
            *((OPS, code) for code in ("5-793.1e", "5-793.af", "5-794.af")),
        )
    ],
)
def test_the_operation_of_a_broken_hip_is_a_hip_fracture(system, code):
    card = card_of(operation(system, code))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Hip fracture Aug 2026")


@pytest.mark.parametrize("code", ["0QS604Z", "0QS706Z", "0QS634Z", "0QH736Z"])
def test_a_reposition_of_the_upper_femur_may_be_of_a_fracture(code):
    detail = card_of(operation(PCS, code))["detail"]
    assert "below the usual" not in detail
    assert "hip fracture" in detail.split("**Not known:**")[1]


@pytest.mark.parametrize(
    ("system", "code"),
    [
        pytest.param(OPS, "5-820.41", id="bipolar-prosthesis"),
        pytest.param(OPS, "5-820.31", id="head-prosthesis"),
        pytest.param(PCS, "0SRR019", id="femoral-surface-right"),
        pytest.param(PCS, "0SRS0J9", id="femoral-surface-left"),
        pytest.param(CPT, "27125", id="hemiarthroplasty"),
    ],
)
def test_a_new_head_of_the_hip_may_be_for_a_fracture(system, code):
    detail = card_of(operation(system, code, days=420))["detail"]
    assert "below the usual" not in detail
    assert "hip fracture" in detail.split("**Not known:**")[1]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(operation(PCS, "0SR90JZ"), id="total-hip"),
        pytest.param(operation(OPS, "5-820.00"), id="total-hip-by-ops"),
        pytest.param(operation(OPS, "5-790.5g"), id="shaft-of-the-femur"),
        pytest.param(operation(OPS, "5-793.16"), id="radius"),
        pytest.param(operation(CPT, "27500"), id="shaft-by-cpt"),
        pytest.param(operation(PCS, "0QSB04Z"), id="lower-femur"),
        pytest.param(operation(OPS, "5-790.5f", days=900), id="over-two-years-ago"),
    ],
)
def test_other_operations_of_bones_change_nothing(entry):
    assert "below the usual" in card_of(entry)["detail"]
