"""A report since the operation names a broken bone only by the code of its result."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, ICD, SCT, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import imaging

CHECK = "Cement in good position."
HIP = "hip fracture (recorded 19 Nov). Read before leaving."


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, *entries))


def result(
    code: str, title: str = "", *, system: str = ICD, days: int = 1, **members: Any
) -> Any:
    """A report of so many days ago with this coded result."""
    coding = codeable(system, code, title or "x")
    return imaging(CHECK, days=days, **{"conclusionCode": [coding]} | members)


@pytest.mark.parametrize(
    ("report", "named"),
    [
        pytest.param(result("S72.001A"), HIP, id="hip"),
        pytest.param(result("S72.00"), HIP, id="hip, ICD-10"),
        pytest.param(result("M80.051A"), HIP, id="hip, osteoporosis"),
        pytest.param(result("5913000", system=SCT), HIP, id="hip, SNOMED CT"),
        pytest.param(result("S22.3"), "rib or breastbone fracture", id="rib"),
        pytest.param(result("S52.501A"), "fracture of arm or hand", id="arm"),
        pytest.param(result("S32.501A"), "pelvic fracture", id="pelvis"),
        pytest.param(result("S72.00", "No hip fracture"), HIP, id="words differ"),
        pytest.param(result("S72.00", status="preliminary"), HIP, id="preliminary"),
        pytest.param(
            result("S72.00", effectiveDateTime=None),
            "hip fracture (day unknown)",
            id="no day",
        ),
        pytest.param(result("S72.00", days=9), "hip fracture (recorded 11 Nov)"),
        pytest.param(
            result("x", conclusionCode=[{"text": "Fracture of neck of femur"}]),
            HIP,
            id="title alone",
        ),
    ],
)
def test_a_bone_that_only_a_code_names_is_to_be_read(report: Any, named: str) -> None:
    (card,) = cards_beside(report)
    assert f": {named}" in card["summary"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([result("S72.001D")], id="a later visit"),
        pytest.param([result("S72.001S")], id="a sequela"),
        pytest.param([result("S72.0", "Old hip fracture")], id="old"),
        pytest.param([result("S72.00", status="entered-in-error")], id="an error"),
        pytest.param([result("S22.3", days=5)], id="a rib of before"),
        pytest.param([result("S72.00", days=39)], id="a hip of long before"),
        pytest.param([coded("S22.31XA", days=40), result("S22.3")], id="known rib"),
        pytest.param([result("S32.010A")], id="the treated vertebra"),
        *(pytest.param([result(code)], id=code) for code in ("M81.0", "Z96.64")),
    ],
)
def test_what_is_old_or_known_brings_no_card(entries: list[Any]) -> None:
    assert not cards_beside(*entries)


def test_a_bone_on_the_list_is_named_once() -> None:
    (card,) = cards_beside(coded("S72.001A", days=5), result("S72.001A"))
    assert card["summary"].endswith(": hip fracture (15 Nov). Read before leaving.")


def test_the_other_side_is_another_bone() -> None:
    (card,) = cards_beside(coded("S72.001A", days=5), result("S72.002A"))
    assert "hip fracture (recorded 19 Nov) and hip fracture (15 Nov)" in card["summary"]


def test_one_that_was_repaired_since_is_to_be_followed_up() -> None:
    repair = of_patient(
        "Procedure",
        "hip",
        status="completed",
        code=codeable(CPT, "27236"),
        performedDateTime=days_ago(1),
    )
    (card,) = cards_beside(result("S72.001A", days=3), repair)
    assert "treated 19 Nov). Who follows it up?" in card["summary"]
