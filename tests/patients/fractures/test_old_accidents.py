"""An accident of long ago is not the cause of the fracture of today."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    kyphoplasty,
    order_sign,
    patient,
    problem,
    quiet_lists,
)

OLD = [
    "Car crash 1990",
    "Motor vehicle accident 2005",
    "Fall from ladder in childhood",
    "Fall from ladder 10 years ago",
    "Autounfall 1998",
    "Sturz von der Leiter in der Kindheit",
    "Accident de voiture 1995",
    "Accidente de tráfico 2003",
]
OF_NOW = ["Car crash", "Car crash 2026", "Car crash 11/2026", "Autounfall 2026"]


def summary_with(words, **members):
    cause = problem("x", days=20, code={"text": words}, **members)
    record = [patient(age=55), *quiet_lists(), cause]
    return by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]["summary"]


@pytest.mark.parametrize("words", OLD)
def test_an_old_accident_takes_nothing_from_the_bone_drug(words):
    assert "No bone drug" in summary_with(words)
    assert "No bone drug" in summary_with("Accident", onsetString=words)


@pytest.mark.parametrize("words", OF_NOW)
def test_an_accident_of_now_is_the_cause(words):
    assert summary_with(words).startswith("Car crash")
