"""What lies wholly after the moment of the signing does not count, on the same day too."""

import pytest

from tests.chart_builders import (
    NOW,
    ask,
    by_topic,
    dose,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import quiet_record

# The orders are signed at nine.
BEFORE, AFTER = "2026-11-20T08:00:00Z", "2026-11-20T23:00:00Z"
PROLIA = {"text": "Prolia 60 mg"}


def card_of(*entries):
    body = order_sign(quiet_record(*entries), kyphoplasty())
    return by_topic(ask(body, now=NOW))["rehabilitation"]


def given(**when):
    return dose("denosumab", days=0, **{"effectiveDateTime": None} | when)


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(given(effectiveDateTime=AFTER), id="administration"),
        pytest.param(given(effectiveDateTime="2026-11-20T20:00:00+09:00"), id="zone"),
        pytest.param(
            given(effectivePeriod={"start": AFTER, "end": "2026-11-20T23:30:00Z"}),
            id="period",
        ),
        pytest.param(
            of_patient(
                "MedicationDispense",
                "z",
                status="completed",
                medicationCodeableConcept=PROLIA,
                whenHandedOver=AFTER,
            ),
            id="dispense",
        ),
        pytest.param(
            of_patient(
                "MedicationStatement",
                "z",
                status="active",
                medicationCodeableConcept=PROLIA,
                effectiveDateTime=AFTER,
            ),
            id="statement",
        ),
    ],
)
def test_a_dose_of_later_today_closes_no_overdue_denosumab(later):
    card = card_of(dose("denosumab", days=250), later)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue (last 15 Mar 2026)")


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(given(effectiveDateTime=BEFORE), id="administration"),
        pytest.param(given(effectiveDateTime="2026-11-20T17:00:00+09:00"), id="zone"),
        pytest.param(given(effectiveDateTime="2026-11-20"), id="the day alone"),
        pytest.param(
            given(effectivePeriod={"start": BEFORE, "end": AFTER}), id="begun"
        ),
    ],
)
def test_a_dose_that_may_have_been_given_before_closes_it(earlier):
    card = card_of(dose("denosumab", days=250), earlier)
    assert card["summary"].startswith("Denosumab (last 20 Nov)")


@pytest.mark.parametrize(
    ("name", "other", "value"),
    [
        pytest.param("bmd-t-score", "bmi", -0.5, id="T-score"),
        pytest.param("bmi", "bmd-t-score", 27, id="BMI"),
    ],
)
def test_a_value_of_later_today_reassures_nobody(name, other, value):
    beside = measured(other, 27 if other == "bmi" else -0.5)
    now = card_of(beside, measured(name, value, effectiveDateTime=BEFORE))
    later = card_of(beside, measured(name, value, effectiveDateTime=AFTER))
    assert "below the usual" in now["detail"]
    assert "below" not in later["detail"]
    assert "T −0.5" not in later["summary"] or name == "bmi"
