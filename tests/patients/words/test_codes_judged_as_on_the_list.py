"""A code says in a reason what it says on the problem list, and no harmless code kills.

Low weight and diseases that break bone by other ways than age leave the figure open.
"""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import CPT, ICD, codeable
from tests.patients.reassuring import cards_of, dated, reassuring_record


def listed(code):
    return dated(code, days=40)


def stay(code):
    return inpatient() | {"reasonCode": [code]}


def order(code):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(3)}
    said["code"] = codeable(CPT, "71046", "Chest radiograph")
    return of_patient("ServiceRequest", "sr1", reasonCode=[code], **said)


def of_the_operation(code):
    draft = kyphoplasty(reasonCode=[code])
    return by_topic(ask(order_sign(reassuring_record(), draft, brace())))


def detail(*entries):
    return cards_of(*entries)["rehabilitation"]["detail"]


@pytest.mark.parametrize("build", [listed, stay, order])
@pytest.mark.parametrize(
    "code", ["Z68.1", "R63.6", "E40", "E41", "E43", "F50.01", "F50.020"]
)
def test_a_low_weight_by_its_code_reassures_nobody(build, code):
    assert "below" not in detail(build(codeable(ICD, code)))


@pytest.mark.parametrize("build", [listed, stay, order])
@pytest.mark.parametrize(
    "code",
    [
        *("Q78.0", "Q78.2", "Q79.60", "M83.9", "M83.3", "E83.31", "E21.0", "E21.3"),
        *("E24.0", "E24.9", "E55.0", "Z94.2", "Z94.4", "Z74.01", "R54"),
    ],
)
def test_another_way_to_break_bone_by_its_code_reassures_nobody(build, code):
    assert "below" not in detail(build(codeable(ICD, code)))


@pytest.mark.parametrize("build", [listed, stay, order])
@pytest.mark.parametrize(
    "code",
    [
        "E11.9",
        "E78.5",
        "E55.9",
        "E87.6",
        "E66.9",
        "Z68.27",
        "Z96.641",
        "R63.5",
        "F32.9",
    ],
)
def test_an_ordinary_code_changes_nothing(build, code):
    assert "below the usual" in detail(build(codeable(ICD, code)))


@pytest.mark.parametrize("code", ["N18.9", "N25.81", "Z94.0"])
@pytest.mark.parametrize("build", [stay, order])
def test_kidneys_in_a_reason_are_as_open_as_on_the_list(build, code):
    assert "below" not in detail(listed(codeable(ICD, code)))
    assert "below" not in detail(build(codeable(ICD, code)))


@pytest.mark.parametrize("code", ["N18.9", "N25.81", "Z94.0", "Q78.0", "Z68.1"])
def test_so_they_are_in_the_reason_of_the_operation(code):
    cards = of_the_operation(codeable(ICD, code))
    assert "below" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("build", [stay, order])
@pytest.mark.parametrize("code", ["V43.52XA", "W13.0XXA"])
def test_a_high_energy_cause_in_a_reason_is_not_excluded(build, code):
    assert "below" not in detail(build(codeable(ICD, code)))
