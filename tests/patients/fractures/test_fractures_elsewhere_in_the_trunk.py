"""Fresh fractures of the neck, the sacrum and the pelvis, which no cement reaches."""

import pytest

from tests.chart_builders import (
    ask,
    bed_rest,
    by_topic,
    drafted,
    kyphoplasty,
    measured,
    order_sign,
)
from tests.codes import ICD, ORDERS, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import (
    card_of,
    cards_of,
    dated,
    reassuring_record,
    selected,
)

ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
BELOW = "below the usual"
NECK = [
    pytest.param(ICD, "S12.100A", id="C2"),
    pytest.param(ICD, "S12.9XXA", id="no-vertebra"),
    pytest.param(ICD_9, "805.02", id="ICD-9"),
]
PELVIS = [
    pytest.param(ICD, "S32.19XA", id="sacrum"),
    pytest.param(ICD, "S32.511A", id="pubis"),
    pytest.param(ICD, "S32.810A", id="ring"),
    pytest.param(ICD_9, "808.2", id="ICD-9"),
]


def broken(system, code, *, days=1):
    return dated(codeable(system, code), days=days)


@pytest.mark.parametrize(("system", "code"), NECK)
def test_a_fracture_of_the_neck_is_named_and_no_training_is_chosen(system, code):
    cards = cards_of(broken(system, code), measured("grip-strength", 9))
    detail = cards["rehabilitation"]["detail"]
    assert BELOW not in detail
    assert "a fracture of the cervical spine is on the problem list" in detail
    labels = {label for _, label in selected(cards)}
    assert "Refer to rehabilitation" not in labels
    assert not any(label.startswith("Set end") for label in labels)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("S33.111A", "**Also:** spinal instability", id="lumbar"),
        pytest.param("S23.121A", "**Also:** spinal instability", id="thoracic"),
        pytest.param("S13.121A", "spinal instability not excluded", id="of-the-neck"),
        pytest.param("M43.4", "spinal instability not excluded", id="recurrent"),
        pytest.param("T84.226A", "spinal instability not excluded", id="loose-screws"),
        pytest.param("M96.0", "spinal instability not excluded", id="failed-fusion"),
    ],
)
def test_no_training_is_chosen_next_to_a_spine_that_may_be_unstable(code, says):
    cards = cards_of(broken(ICD, code), measured("grip-strength", 9))
    detail = cards["rehabilitation"]["detail"]
    assert BELOW not in detail
    assert says in detail
    labels = {label for _, label in selected(cards)}
    assert "Refer to rehabilitation" not in labels
    assert not any(label.startswith("Set end") for label in labels)


@pytest.mark.parametrize(
    "words",
    [
        "Do not mobilise",
        "Log roll only",
        "Strict bed rest",
        "Keep flat",
        "Spine precautions",
        "Keine Mobilisation",
        "Strenge Bettruhe",
        "Mobilisation nur nach RS",
        "Entlastung",
        "Mobilisation nur mit Arzt",
        "No mobilisation until seen",
        "Mobilise only after review by the spine team",
        "Pionizacja tylko po konsultacji",
        "Pas de mobilisation sans corset",
        "Décubitus strict",
        "No levantarse",
        "Riposo assoluto a letto",
        "Niet mobiliseren",
        "Zakaz pionizacji",
        "離床禁止",
        "绝对卧床",
    ],
)
def test_no_training_is_chosen_next_to_an_order_not_to_move(words):
    order = drafted("ServiceRequest", "keep-still", code={"text": words})
    detail, labels = judged_beside(order)
    assert "an entry forbids moving the patient" in detail
    assert "Refer to rehabilitation" not in labels


@pytest.mark.parametrize(
    "words",
    [
        "Full blood count",
        "Bed rest for 2 hours",
        "Strict bed rest for 2 hours",
        "May mobilise freely",
        "No mobilisation restrictions",
        "Mobilisation ohne Korsett erlaubt",
        "Aucune restriction de mobilisation",
        "Puede movilizarse sin corsé",
        "Nessuna restrizione alla mobilizzazione",
        "Mag vrij mobiliseren",
        "Bez ograniczeń mobilizacji",
        "離床可",
        "可下床活动",
    ],
)
def test_training_is_chosen_next_to_everyday_orders(words):
    order = drafted("ServiceRequest", "everyday", code={"text": words})
    _, labels = judged_beside(order)
    assert "Refer to rehabilitation" in labels


@pytest.mark.parametrize(
    ("hours", "is_chosen"),
    [pytest.param(4, True, id="of-hours"), pytest.param(72, False, id="of-days")],
)
def test_lying_still_for_hours_is_routine(hours, is_chosen):
    order = bed_rest(hours, code={"text": "Keep flat"})
    _, labels = judged_beside(order)
    assert ("Refer to rehabilitation" in labels) is is_chosen


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (4, "Do not mobilise until spine cleared"),
        (4, "Bed rest, log roll until spine cleared by surgeon"),
        (-120, "Keep flat"),
        (336, "Do not mobilise"),
    ],
)
def test_a_ban_holds_whatever_time_stands_next_to_it(hours, words):
    code = codeable(ORDERS, "bed-rest") | {"text": words}
    detail, labels = judged_beside(bed_rest(hours, code=code))
    assert "an entry forbids moving the patient" in detail
    assert "Refer to rehabilitation" not in labels


def test_a_bed_rest_of_days_is_judged_on_its_own_card():
    code = codeable(ORDERS, "bed-rest") | {"text": "Strict bed rest"}
    detail, _ = judged_beside(bed_rest(72, code=code))
    assert "an entry forbids moving the patient" not in detail


def judged_beside(order):
    """Return the detail of the card, and the buttons that are chosen beforehand."""
    record = reassuring_record(measured("grip-strength", 9))
    asked = ask(order_sign(record, kyphoplasty(), order))
    cards = by_topic(asked)
    labels = {label for _, label in selected(cards)}
    return cards["rehabilitation"]["detail"], labels


def test_nobody_leaves_with_it_unseen():
    settled = (*everything_arranged(), statement("alendronate", "M05BA04", 1))
    cards = leave(leaving_chart(*settled, coded("S12.100A", days=1)))
    assert any("fracture of cervical spine" in card["summary"] for card in cards)


@pytest.mark.parametrize("days", [1, 400])
@pytest.mark.parametrize(("system", "code"), PELVIS)
def test_no_figure_is_below_next_to_a_fracture_of_the_pelvis(system, code, days):
    assert BELOW not in card_of(broken(system, code, days=days))["detail"]


@pytest.mark.parametrize(
    ("code", "days"),
    [
        pytest.param("S32.511A", 1500, id="pelvis-of-years-ago"),
        pytest.param("S32.2XXA", 1, id="tail-bone"),
        pytest.param("S52.501A", 1, id="wrist"),
    ],
)
def test_old_ones_and_other_bones_change_nothing(code, days):
    detail = card_of(broken(ICD, code, days=days))["detail"]
    assert BELOW in detail
    assert "Not known" not in detail
