"""Images, calls and suspicions since the operation that no everyday act explains."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import (
    act_done,
    act_ordered,
    summaries_after,
    summaries_beside,
)
from tests.patients.reassuring import imaging

READ = (
    "1 recent entry names an injury or grave illness. Read before leaving.",
    "1 recent entry not understood. Read before leaving.",
)
UNUSUAL = [
    *("Duplex TVT", "CT chest PE protocol", "Stroke team call", "TEE", "CCT"),
    *("Stroke-Unit Verlegung", "Verlegung ITS", "Pilne MRI: znieczulenie siodłowe"),
    *("podejrzenie zatorowości płucnej", "TVT-Ausschluss", "rule out DVT"),
    *("Luftnot, Rö Thorax", "Chest pain, troponin", "Swollen calf, D-dimer"),
    *("Angioscanner thoracique", "Eco-Doppler venoso MMII", "TC torace", "CT hersenen"),
    *(
        "下肢静脈エコー",
        "脳卒中コール",
        "头颅CT",
        "肺灌注显像 核素",
        "응급 신경외과 협진",
    ),
]


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize("title", UNUSUAL)
def test_an_act_that_is_none_of_every_ward_is_to_be_read(make: Any, title: str) -> None:
    (summary,) = summaries_beside(make(title))
    assert summary.endswith((*READ, "Examine before leaving."))


def study(**members: Any) -> Any:
    said = {"status": "available", "started": days_ago(1), "description": "Chest"}
    return of_patient(
        "ImagingStudy", "act", **said | {"modality": [{"code": "CT"}]} | members
    )


def test_so_is_a_study() -> None:
    (summary,) = summaries_beside(study())
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "act",
    [
        act_ordered("CT chest", days=3),
        act_ordered(
            "CT chest", days=3, status="completed", occurrenceDateTime=days_ago(1)
        ),
        act_ordered("CT chest", status="revoked"),
        act_ordered("Verlegung ITS", days=2),
    ],
)
def test_what_was_planned_before_the_operation_is_not(act: Any) -> None:
    assert summaries_beside(act) == []


def test_nor_is_what_was_done_by_such_an_order() -> None:
    order = act_ordered("CT chest", days=3, status="completed") | {"id": "planned"}
    based = [{"reference": "ServiceRequest/planned"}]
    assert summaries_beside(order, study(basedOn=based)) == []


def summaries_of_hour(hour: str) -> list[str]:
    """The cards after an operation until eleven, if a CT was ordered at this hour."""
    ordered = act_ordered("CT chest", authoredOn=f"{days_ago(2)}T{hour}:00Z")
    return summaries_after(ordered, performedDateTime=f"{days_ago(2)}T11:00:00Z")


def test_on_the_day_of_the_operation_the_hour_decides() -> None:
    assert summaries_of_hour("08:00") == []
    (summary,) = summaries_of_hour("15:00")
    assert summary.endswith(READ)


def test_without_hours_an_act_of_that_day_is_asked_about() -> None:
    (summary,) = summaries_beside(act_ordered("CT chest", days=2))
    assert summary.endswith(READ)


PLAIN = "No acute abnormality."


@pytest.mark.parametrize(
    "report",
    [
        {"basedOn": [{"reference": "ServiceRequest/act"}]},
        {"code": {"text": "CT head"}, "basedOn": [{"reference": "ServiceRequest/act"}]},
    ],
)
def test_a_report_that_was_understood_answers_an_image(report: Any) -> None:
    said = {"code": {"text": "CT head"}, "conclusion": PLAIN} | report
    made = imaging(days=1, **said)
    assert summaries_beside(act_ordered("CT head"), made) == []


@pytest.mark.parametrize(
    "report",
    [
        {"status": "registered", "conclusion": None},
        {"status": "cancelled"},
        {"basedOn": [{"reference": "ServiceRequest/another"}]},
    ],
)
def test_one_that_says_nothing_or_is_of_another_does_not(report: Any) -> None:
    based = [{"reference": "ServiceRequest/act"}]
    said = {"code": {"text": "CT head"}, "conclusion": PLAIN, "basedOn": based}
    made = imaging(days=1, **said | report)
    (summary,) = summaries_beside(act_ordered("CT head"), made)
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "title",
    [
        *("Sono Abdomen und Duplex Beinvenen", "US liver and venous duplex legs"),
        *("腹部エコー、下肢静脈エコー", "Echo abdomen en duplex benen"),
        *("CT head, outpatient DXA", "CT head now; X-ray spine in 6 weeks"),
        *("MRT LWS und CCT", "X-ray spine, CCT", "echo planned, CT head"),
        *(
            "CT-Thorax, Zementkontrolle LWS in 6 Wochen",
            "TC cranio e DXA ambulatoriale",
        ),
        *("V.a. TVT, Sturzprophylaxe", "rule out DVT; screening for MRSA"),
    ],
)
def test_what_makes_one_of_two_acts_everyday_says_nothing_of_the_other(title):
    (summary,) = summaries_beside(act_ordered(title))
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "title",
    [
        *("CT chest, outpatient", "CT head and neck, surveillance", "CT en 3 meses"),
        *("MRI spine, ECG", "MRT LWS und Labor", "Sono Abdomen und Niere"),
        *("TTE and ECG, pre-op", "CT lumbar and thoracic spine", "外来CT、血液検査"),
        *(
            "CT thorax in 6 weeks, please",
            "Röntgen LWS und CT LWS",
            "IRM en 6 semaines",
        ),
    ],
)
def test_two_everyday_acts_of_one_title_ask_nothing(title):
    assert summaries_beside(act_ordered(title)) == []
