"""A bone biopsy was done and has no result: the cause of the fracture is open."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient, ordered
from tests.codes import CPT, codeable
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import kyphoplasty_done, leave, leaving_chart, pathology

OPS = "http://fhir.de/CodeSystem/bfarm/ops"
ICD_10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
LIAISON = "Refer to fracture liaison service"
CODES = [
    *(pytest.param(codeable(CPT, one), id=one) for one in ("20220", "20225", "20240")),
    *(pytest.param(codeable(CPT, one), id=one) for one in ("20245", "20250", "20251")),
    *(
        pytest.param(codeable(OPS, one), id=one)
        for one in ("1-480.4", "1-480.x", "1-503.4", "1-503", "1-512.4")
    ),
    pytest.param(codeable(ICD_10_PCS, "0QB03ZX"), id="0QB03ZX"),
    pytest.param(codeable(ICD_10_PCS, "0P943ZX"), id="0P943ZX"),
    *(
        pytest.param({"text": one}, id=one)
        for one in (
            "Vertebral biopsy",
            "CT-guided biopsy",
            "Knochenbiopsie LWK 1",
            "Biopsie osseuse",
            "Biopsia ósea",
            "Biopsia ossea",
            "Botbiopt",
            "Biopsja kości",
            "骨生検",
            "骨活检",
        )
    ),
]
DONE = {"status": "completed", "performedDateTime": days_ago(2)}


def biopsy(code: Resource, **members: Any) -> Resource:
    """A biopsy that was taken at the operation."""
    return of_patient("Procedure", "biopsy", **DONE | {"code": code} | members)


def is_liaison_selected(card: Resource) -> bool:
    """Tell if the referral to fracture liaison is selected beforehand."""
    (offered,) = [one for one in card["suggestions"] if one["label"] == LIAISON]
    return bool(offered.get("isRecommended"))


@pytest.mark.parametrize("code", CODES)
def test_a_biopsy_without_a_result_selects_no_liaison(code: Resource) -> None:
    (card,) = leave(leaving_chart(biopsy(code)))
    assert "**Biopsy:** pending: who looks at it?" in card["detail"]
    assert not is_liaison_selected(card)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"performedDateTime": None}, id="no day"),
        pytest.param({"performedDateTime": "2026-11"}, id="month"),
        pytest.param({"status": "in-progress"}, id="in progress"),
        pytest.param({"partOf": [{"reference": "Procedure/done"}]}, id="part of it"),
    ],
)
def test_nor_does_one_whose_day_or_status_is_vague(members: Resource) -> None:
    (card,) = leave(leaving_chart(biopsy(codeable(CPT, "20225"), **members)))
    assert not is_liaison_selected(card)


@pytest.mark.parametrize(
    "codes", [((CPT, "22514"), (CPT, "20225")), ((OPS, "5-839.a0"), (OPS, "1-480.4"))]
)
def test_nor_does_one_that_is_a_code_of_the_operation(
    codes: tuple[tuple[str, str], ...],
) -> None:
    codings = [codeable(*one)["coding"][0] for one in codes]
    done = kyphoplasty_done(code={"coding": codings})
    (card,) = leave(chart(coded("M80.08XA", days=20), done))
    assert "**Biopsy:** pending: who looks at it?" in card["detail"]
    assert not is_liaison_selected(card)


def test_a_preliminary_result_is_awaited_too() -> None:
    taken = biopsy(codeable(CPT, "20225"))
    (card,) = leave(leaving_chart(taken, pathology(days=1, status="preliminary")))
    assert not is_liaison_selected(card)


def test_a_result_that_was_not_understood_selects_none() -> None:
    result = pathology(days=1) | {"conclusion": "Some other words"}
    (card,) = leave(leaving_chart(biopsy(codeable(OPS, "1-480.4")), result))
    assert "was not understood: who reads it?" in card["detail"]
    assert not is_liaison_selected(card)


@pytest.mark.parametrize(
    ("site", "is_settled"), [(None, False), ([{"text": "LWK 1"}], True)]
)
def test_a_code_that_may_be_of_any_bone_settles_no_cancer(
    site: list[Resource] | None, *, is_settled: bool
) -> None:
    taken = biopsy(codeable(OPS, "1-480.x"), bodySite=site)
    (card,) = leave(leaving_chart(coded("C50.911", days=700), taken))
    asks_for_cause = "breast cancer" in card["summary"].lower()
    assert asks_for_cause is not is_settled


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((), id="no biopsy"),
        pytest.param((biopsy(codeable(CPT, "20225"), status="not-done"),), id="left"),
        pytest.param((biopsy({"text": "Skin biopsy"}),), id="of the skin"),
        pytest.param(
            (
                biopsy(codeable(OPS, "1-480.4")),
                pathology(days=1) | {"conclusion": "No malignancy."},
            ),
            id="with its result",
        ),
    ],
)
def test_without_an_open_biopsy_the_liaison_is_selected(
    entries: tuple[Resource, ...],
) -> None:
    (card,) = leave(leaving_chart(*entries, ordered("rehabilitation", days=1)))
    assert is_liaison_selected(card)
