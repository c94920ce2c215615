"""A title beside a harmless code tells of a deficit in plain speech."""

import pytest

from tests.codes import ICD, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import cards_of, dated, end_is_selected

TOLD = [
    *("cannot pass urine", "no longer able to walk", "No power in left leg"),
    *("No anal tone", "new bilateral leg numbness", "legs 0/5", "Kraftgrad 2/5"),
    *("Beine taub", "keine neuen Lähmungen", "ne sent plus ses jambes"),
    *("No evidence against metastasis", "нельзя исключить метастаз"),
]
ORDINARY = [
    *("Hypertension", "No weakness", "Power 5/5", "cannot walk far", "keine Lähmung"),
    *("Call if unable to void", "No strength deficit", "нет метастазов"),
]


def titled(title, days=1, code="I10"):
    named = codeable(ICD, code, text=title) if code else {"text": title}
    return dated(named, days=days)


@pytest.mark.parametrize("code", ["I10", "E11.9", None])
@pytest.mark.parametrize("title", TOLD)
def test_it_reassures_nobody_and_selects_no_end(title, code):
    cards = cards_of(titled(title, code=code))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_title_changes_nothing(title):
    detail = cards_of(titled(title))["rehabilitation"]["detail"]
    assert "below the usual" in detail


def leaving(entry):
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug, entry)
    return [card["summary"] for card in leave(chart)]


@pytest.mark.parametrize("code", ["I10", None])
@pytest.mark.parametrize("title", TOLD)
def test_who_leaves_with_it_is_not_sent_home_unread(title, code):
    (said,) = leaving(titled(title, code=code))
    assert said.endswith(("before leaving.", "Who settles the cause?"))


@pytest.mark.parametrize("title", ["Hypertension", "Power 5/5", "cannot walk far"])
def test_an_ordinary_title_is_no_deficit_when_somebody_leaves(title):
    """Beside a code that it does not fit, it is asked about as any other."""
    assert not any("deficit" in said for said in leaving(titled(title)))
