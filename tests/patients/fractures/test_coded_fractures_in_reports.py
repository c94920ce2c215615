"""A report since the operation names a broken bone only by the code of its result."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
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
        pytest.param(result("S22.3"), "rib or sternum fracture", id="rib"),
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


def hip_repaired(days: int, code: str = "27236", **members: Any) -> Any:
    """An operation of a hip so many days ago."""
    performed = {"code": codeable(CPT, code), "performedDateTime": days_ago(days)}
    said = {"status": "completed"} | performed
    return of_patient("Procedure", "hip", **said | members)


def undated(days: int | None = None, **members: Any) -> Any:
    """A hip on the list without an onset, recorded so many days ago."""
    recorded = {"recordedDate": None if days is None else days_ago(days)}
    return coded("S72.001A", days=None, **recorded | members)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(problem("S72.001A", days=30), id="recorded a month ago"),
        pytest.param(coded("S72.001A", days=100), id="broke 100 days ago"),
        pytest.param(undated(40), id="no onset"),
        pytest.param(problem("S72.001A", days=5, status="resolved"), id="over"),
        pytest.param(problem("S72.00", days=30), id="no side"),
        pytest.param(
            undated(1, onsetDateTime="2025"), id="of last year, recorded since"
        ),
        pytest.param(hip_repaired(60), id="repaired"),
        pytest.param(hip_repaired(60, "27130"), id="replaced"),
    ],
)
def test_a_hip_known_before_the_operation_is_no_news(known: Any) -> None:
    assert not cards_beside(known, result("S72.001A"))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([problem("S72.002A", days=30)], id="the other side"),
        pytest.param([undated()], id="no day at all"),
        pytest.param([undated(1)], id="recorded since"),
        pytest.param([coded("S52.501A", days=30)], id="another bone"),
        pytest.param(
            [
                undated(
                    30,
                    verificationStatus=codeable(
                        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                        "provisional",
                    ),
                )
            ],
            id="suspected alone",
        ),
        pytest.param([hip_repaired(900, "27130")], id="replaced years ago"),
        pytest.param(
            [hip_repaired(60, reasonCode=[codeable(ICD, "M16.11")])],
            id="replaced for another reason",
        ),
        pytest.param(
            [problem("S72.002A", days=30), hip_repaired(29)],
            id="a repair that may be of the other side",
        ),
    ],
)
def test_what_does_not_tell_that_it_was_known_leaves_it_news(other: list[Any]) -> None:
    (card,) = cards_beside(*other, result("S72.001A"))
    assert f": {HIP}" in card["summary"]


def test_a_hip_on_the_list_since_the_operation_stays_news() -> None:
    broken = coded("S72.001A", days=1, recordedDate=days_ago(30))
    (card,) = cards_beside(broken, result("S72.001A"))
    assert ": hip fracture (19 Nov). Read before leaving." in card["summary"]


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("S72.001A", "St.p. Schenkelhalsfraktur 2018"),
        ("S72.001A", "Status post hip fracture"),
        ("S72.001A", "H/o hip fracture"),
        ("S72.001A", "History of hip fracture"),
        ("S42.201A", "Z.n. Humerusfraktur"),
        ("S72.001A", "Z. n. Schenkelhalsfraktur rechts 2018"),
        ("S72.001A", "Antécédent de fracture du col"),
        ("S72.001A", "Pregressa frattura di femore"),
        ("S72.001A", "Stan po złamaniu szyjki"),
        ("S72.001A", "大腿骨頸部骨折の既往"),
    ],
)
def test_a_title_that_says_status_after_is_of_before(code: str, title: str) -> None:
    assert not cards_beside(result(code, title))


@pytest.mark.parametrize(
    "title",
    [
        "S/p fall with hip fracture",
        "S/p fall and hip fracture",
        "Hip fracture s/p fall",
        "Hip fracture s/p ORIF",
        "Status post kyphoplasty, hip fracture",
        "Hip fracture in patient with history of osteoporosis",
        "Z.n. Sturz mit Schenkelhalsfraktur",
        "Z.n. Sturz, Schenkelhalsfraktur rechts",
        "Z.n. Treppensturz Schenkelhalsfraktur",
        "Z.n. Trauma: Schenkelhalsfraktur",
        "Z.n. Hüft-TEP periprothetische Fraktur",
        "ATCD de chute avec fracture du col",
        "Status post hip fracture 2026",
        "Hip fracture 2026-11-19",
    ],
)
def test_what_is_past_beside_a_fracture_leaves_it_news(title: str) -> None:
    (card,) = cards_beside(result("S72.001A", title))
    assert f": {HIP}" in card["summary"]


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
