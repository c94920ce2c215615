"""Broken hips and vertebrae, and augmentations, as problem lists call them without a code."""

import pytest

from tests.chart_builders import Resource, problem
from tests.codes import ICD, codeable
from tests.patients.inpatients import cards_by_topic, chart

HIPS = [
    "Fractured neck of femur 2026",
    "Fractured left hip",
    "Broken hip",
    "NOF fracture March 2026",
    "Hip # 3/26",
    "IT fracture right femur",
    "Per-trochantäre Fraktur",
    "Gebrochene Hüfte",
    "Hanche cassée",
    "Cadera rota",
    "Anca rotta",
    "股骨近端骨折",
    "Złamanie szyjki kości udowej",
    "대퇴골 경부 골절",
]
NO_HIPS = ["Hip injection #2", "Fractured hip prosthesis", "Risk of broken hip"]
# The vertebra that is treated is L1.
DONE = [
    "s/p kyphoplasty L3 (Mar 2024)",
    "Kyphoplasty T12 2024",
    "Kyphoplasty L1 2024",
    "Z.n. Kyphoplastie LWK3 2024",
    "ATCD de cyphoplastie L3 2024",
    "Vertebroplastia previa L3 2024",
    "Stan po wertebroplastyce L3 2024",
    "L3椎体成形术后 2024",
]
NOT_SAID_DONE = [
    "Kyphoplasty T12",
    "Status post kyphoplasty",
    "s/p kyphoplasty L1",
    "Planned kyphoplasty L3",
    "Kyphoplasty L3 planned 2024",
    "Kyphoplasty L3 2024 declined",
    "Evaluation for kyphoplasty L3 2024",
    "Prior kyphoplasty recommended L3",
    "Kyphoplasty 2026",
]
BROKEN = [
    "T8 compression # 2019",
    "Fractured T8 2019",
    "Old T8 #",
    "Vertèbre T8 cassée 2019",
]


def titled(title: str, *, days: int = 90, code: str = "") -> Resource:
    named = codeable(ICD, code, title) if code else {"text": title}
    return problem("x", number="titled", days=days, code=named)


def card(entry: Resource) -> Resource:
    return cards_by_topic(chart(entry))["rehabilitation"]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Left hip fracture s/p hemiarthroplasty", id="new-hip"),
        pytest.param("Hip fracture s/p ORIF", id="fixed"),
        pytest.param("History of hip fracture", id="history"),
        pytest.param("Z.n. Schenkelhalsfraktur", id="German"),
    ],
)
def test_a_hip_fracture_called_past_is_named_as_open(title):
    detail = card(titled(title))["detail"]
    assert "hip fracture within 2 years not excluded" in detail
    assert "not understood" not in detail


@pytest.mark.parametrize("title", HIPS)
def test_a_broken_hip_leads(title):
    assert card(titled(title))["summary"].startswith("Hip fracture")
    assert card(titled(title))["indicator"] == "warning"


@pytest.mark.parametrize("title", NO_HIPS)
def test_what_is_no_broken_hip_does_not_lead(title):
    assert "Hip fracture" not in card(titled(title))["summary"]


def test_a_month_by_its_name_dates_the_fracture():
    assert "Mar 2026" in card(titled("NOF fracture March 2026", days=4))["summary"]


@pytest.mark.parametrize("title", BROKEN)
def test_a_vertebra_that_broke_before_is_said(title):
    assert card(titled(title))["summary"].startswith("Earlier vertebral fracture")


@pytest.mark.parametrize("code", ["", "Z98.890"], ids=["words", "code"])
@pytest.mark.parametrize("title", DONE)
def test_an_augmentation_that_was_done_is_an_earlier_fracture(title, code):
    said = card(titled(title, code=code))
    assert "vertebral fracture" in said["summary"]
    assert "2024" in said["summary"]


def test_another_vertebra_without_a_day_was_treated_before_it_was_recorded():
    said = card(titled("s/p vertebroplasty T12"))["summary"]
    assert said.startswith("Earlier vertebral fracture,")


@pytest.mark.parametrize("title", [*NOT_SAID_DONE, "s/p vertebroplasty T12"])
def test_what_may_be_planned_or_of_this_fracture_leaves_it_open(title):
    said = card(titled(title, days=4))
    assert "vertebral fracture" not in said["summary"]
    assert "earlier vertebral fracture not excluded" in said["detail"]


def test_an_augmentation_of_a_relative_is_not_hers():
    said = card(titled("Mother had kyphoplasty 2024"))
    assert "vertebral fracture" not in said["summary"]
