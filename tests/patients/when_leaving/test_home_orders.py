"""At discharge, an order settles a bone drug if it is one to take it at home."""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.codes import ATC, UCUM, codeable
from tests.patients.leaving import leave, leaving_chart

ALENDRONATE = codeable(ATC, "M05BA04", "Alendronic acid 70 mg")


def _bone_drug_cards(**members):
    order = of_patient(
        "MedicationRequest",
        "home",
        status="active",
        intent="order",
        authoredOn=days_ago(1),
        medicationCodeableConcept=ALENDRONATE,
        **members,
    )
    record = leaving_chart(ordered("rehabilitation", days=1), order)
    return [card["summary"] for card in leave(record)]


def _length(value, code):
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def _timed(**timing):
    return {"dosageInstruction": [{"text": "70 mg", "timing": timing}]}


def _repeated(**repeat):
    return _timed(repeat=repeat)


def _supplied(**request):
    return {
        "dosageInstruction": [{"text": "70 mg weekly"}],
        "dispenseRequest": request,
    }


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"dosageInstruction": [{"text": "70 mg weekly"}]}, id="weekly"),
        pytest.param(_repeated(frequency=1, period=1, periodUnit="wk"), id="timing"),
        pytest.param(_repeated(boundsDuration=_length(12, "wk")), id="12-weeks"),
        pytest.param(_supplied(quantity={"value": 12, "unit": "tablet"}), id="twelve"),
        pytest.param(
            _supplied(
                quantity={"value": 1, "unit": "tablet"}, numberOfRepeatsAllowed=11
            ),
            id="one-tablet-with-repeats",
        ),
        pytest.param(
            _supplied(quantity={"value": 1, "unit": "Packung"}), id="one-package"
        ),
        pytest.param(
            _supplied(expectedSupplyDuration=_length(28, "d")), id="supply-of-28-days"
        ),
        pytest.param({"dosageInstruction": [{"text": "1-0-0 weekly"}]}, id="morning"),
    ],
)
def test_an_order_that_goes_on_settles_the_drug(members):
    assert _bone_drug_cards(**members) == []


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"dosageInstruction": [{"text": "70 mg once"}]}, id="once"),
        pytest.param(_repeated(count=1), id="count"),
        pytest.param(_timed(event=[days_ago(0)]), id="event"),
        pytest.param(_timed(event=[days_ago(-3)]), id="event-ahead"),
        pytest.param(_timed(code={"text": "once"}), id="timing-code-in-words"),
        pytest.param(_timed(code={"coding": [{"code": "ONCE"}]}), id="timing-code"),
        pytest.param(_repeated(boundsDuration=_length(7, "d")), id="seven-days"),
        pytest.param(
            _repeated(boundsRange={"low": _length(2, "d"), "high": _length(3, "d")}),
            id="two-or-three-days",
        ),
        pytest.param(
            _supplied(expectedSupplyDuration=_length(7, "d")), id="supply-of-a-week"
        ),
        pytest.param(_supplied(quantity={"value": 1, "unit": "tablet"}), id="a-tablet"),
        pytest.param({"dosageInstruction": [{"text": "0-0-0"}]}, id="none-a-day"),
        pytest.param(
            {"dosageInstruction": [{"text": "70 mg", "asNeededBoolean": True}]},
            id="as-needed",
        ),
    ],
)
def test_one_dose_or_a_week_settles_nothing(members):
    (card,) = _bone_drug_cards(**members)
    assert "lendron" in card
