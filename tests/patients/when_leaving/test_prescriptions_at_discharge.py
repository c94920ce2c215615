"""At discharge a tablet is begun by an order of which every word was understood."""

import pytest

from tests.chart_builders import days_ago, ordered
from tests.codes import UCUM, codeable
from tests.patients.inpatients import ALENDRONATE, medication, statement
from tests.patients.leaving import leave, leaving_chart

PHYSIOTHERAPY = ordered("rehabilitation", days=1)
AHEAD = {"start": "2027-06-01"}


def alendronate(days=1, **members):
    return medication("alendronate", ALENDRONATE, days, **members)


def cards_with(*drugs):
    """Give the cards of one who has physiotherapy ordered, and these drugs."""
    return leave(leaving_chart(*drugs, PHYSIOTHERAPY))


@pytest.mark.parametrize("element", ["note", "dosageInstruction", "statusReason"])
@pytest.mark.parametrize(
    "words",
    [
        "patient declined",
        "do not take",
        "contraindicated",
        "start in 6 months after dental clearance",
        "lehnt ab",
        "non pris",
        "rechazado",
        "未服用",
    ],
)
def test_an_order_with_words_not_understood_begins_no_drug(element, words):
    said = {"text": words}
    held = said if element == "statusReason" else [said]
    (card,) = cards_with(alendronate(**{element: held}))
    assert "alendronate prescribed Nov 2026, intake not recorded" in card["summary"]
    assert "Ask, then FLS by letter?" in card["summary"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"dispenseRequest": {"validityPeriod": AHEAD}}, id="supply"),
        pytest.param(
            {"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": AHEAD}}}]},
            id="bounds",
        ),
        pytest.param(
            {"dosageInstruction": [{"timing": {"event": ["2027-06-01"]}}]}, id="event"
        ),
        pytest.param({"status": "completed"}, id="completed"),
    ],
)
def test_an_order_that_is_over_or_far_ahead_begins_no_drug(members):
    (card,) = cards_with(alendronate(**members))
    assert "alendronate" in card["summary"]


def of_category(code):
    system = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
    return {"category": [codeable(system, code)]}


def dispensing(**members):
    return {"dispenseRequest": members}


def bounds(**members):
    return {"dosageInstruction": [{"timing": {"repeat": members}}]}


OVER = {"start": days_ago(3), "end": days_ago(1)}
ONE_DAY = {"value": 1, "unit": "d", "system": UCUM, "code": "d"}


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(of_category("inpatient"), id="inpatient"),
        pytest.param({"category": [{"text": "Stationär"}]}, id="in words"),
        pytest.param({"category": [{"text": "Ward round"}]}, id="unknown"),
        pytest.param({"intent": "plan"}, id="plan"),
        pytest.param({"intent": "instance-order"}, id="one dose"),
        pytest.param(bounds(boundsPeriod=OVER), id="bounds"),
        pytest.param(bounds(boundsDuration=ONE_DAY), id="length"),
        pytest.param(dispensing(validityPeriod=OVER), id="validity"),
        pytest.param(dispensing(expectedSupplyDuration=ONE_DAY), id="supply"),
        pytest.param(dispensing(quantity={"value": 0}), id="nothing"),
    ],
)
def test_an_order_that_ends_with_the_stay_begins_no_drug(members):
    (card,) = cards_with(alendronate(**members))
    assert "alendronate" in card["summary"]
    assert "FLS by letter?" in card["summary"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(of_category("discharge"), id="discharge"),
        pytest.param(of_category("community"), id="community"),
        pytest.param(of_category("outpatient"), id="outpatient"),
        pytest.param(
            dispensing(expectedSupplyDuration=ONE_DAY | {"value": 28}), id="four weeks"
        ),
        pytest.param(
            dispensing(expectedSupplyDuration=ONE_DAY, numberOfRepeatsAllowed=90),
            id="repeats",
        ),
    ],
)
def test_an_order_that_goes_on_at_home_begins_it(members):
    assert cards_with(alendronate(**members)) == []


def test_an_order_for_the_ward_leaves_that_for_the_home():
    ward = alendronate(1, **of_category("inpatient"))
    assert cards_with(alendronate(2, **of_category("discharge")), ward) == []


def test_a_later_order_that_was_declined_leaves_the_earlier_open():
    declined = alendronate(1, note=[{"text": "patient declined"}])
    (card,) = cards_with(alendronate(3), declined)
    assert "intake not recorded" in card["summary"]


def test_an_order_since_one_not_understood_may_go_on_with_it():
    unclear = alendronate(2, note=[{"text": "patient declined"}])
    (card,) = cards_with(unclear, alendronate(1))
    assert "intake not recorded" in card["summary"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"reportedBoolean": True}, id="reported"),
        pytest.param(
            {"reportedReference": {"reference": "Practitioner/7"}}, id="by whom"
        ),
        pytest.param(
            {"priorPrescription": {"reference": "MedicationRequest/9"}}, id="renewed"
        ),
    ],
)
def test_what_was_taken_before_is_not_begun_by_its_order(members):
    (card,) = cards_with(alendronate(1, **of_category("community"), **members))
    assert "alendronate prescribed Nov 2026, intake not recorded" in card["summary"]
    assert "Ask, then FLS by letter?" in card["summary"]


def test_an_order_of_before_the_operation_may_be_the_list_of_admission():
    (card,) = cards_with(alendronate(3))
    assert "intake not recorded. Ask, then FLS by letter?" in card["summary"]


@pytest.mark.parametrize(
    "older",
    [
        pytest.param(alendronate(1500, status="completed"), id="years ago"),
        pytest.param(alendronate(3), id="at admission"),
        pytest.param(alendronate(2, reportedBoolean=True), id="reported"),
        pytest.param(alendronate(3, authoredOn=None), id="without a day"),
    ],
)
def test_an_order_that_renews_an_older_one_begins_nothing(older):
    (card,) = cards_with(older, alendronate(1))
    assert "intake not recorded" in card["summary"]
    assert "FLS by letter?" in card["summary"]


@pytest.mark.parametrize("days", [0, 1, 2])
def test_an_order_since_the_operation_begins_it(days):
    assert cards_with(alendronate(days)) == []


def test_another_drug_before_the_operation_leaves_the_order_new():
    older = medication("risedronate", "M05BA07", 1500, status="completed")
    assert cards_with(older, alendronate(1)) == []


def test_what_is_taken_since_is_begun_whatever_its_order_says():
    declined = alendronate(6, note=[{"text": "patient declined"}])
    (card,) = cards_with(declined, statement("alendronate", ALENDRONATE, 5))
    assert "alendronate on the list, start not recorded" in card["summary"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(
            {
                "dosageInstruction": [
                    {
                        "text": "Take 1 tablet by mouth once weekly with a full glass"
                        " of water at least 30 minutes before breakfast",
                        "timing": {
                            "repeat": {
                                "frequency": 1,
                                "period": 1,
                                "periodUnit": "wk",
                                "boundsPeriod": {"start": days_ago(0)},
                            }
                        },
                        "doseAndRate": [{"doseQuantity": {"value": 70, "unit": "mg"}}],
                    }
                ],
                "groupIdentifier": {"value": "RX-2217-b"},
                "dispenseRequest": {
                    "validityPeriod": {"start": days_ago(0), "end": "2027-11-20"},
                    "numberOfRepeatsAllowed": 3,
                    "quantity": {"value": 12, "unit": "tablet"},
                    "performer": {"display": "corner pharmacy"},
                },
            },
            id="of-an-american-clinic",
        ),
        pytest.param(
            {"dosageInstruction": [{"text": "1 Tablette wöchentlich"}]}, id="german"
        ),
        pytest.param(
            {"dispenseRequest": {"validityPeriod": {"start": "2026-11-24"}}},
            id="after-discharge",
        ),
    ],
)
def test_an_order_in_usual_words_begins_it(members):
    assert cards_with(alendronate(**members)) == []
