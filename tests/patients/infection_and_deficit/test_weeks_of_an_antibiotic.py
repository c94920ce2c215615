"""Weeks of an antibiotic leave an infection of the spine open, in whatever form they come.

Six weeks are the treatment of a discitis. Single doses and short courses are everyday.
"""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    drug,
    kyphoplasty,
    of_patient,
    order_sign,
    period,
)
from tests.codes import ATC, UCUM, codeable
from tests.patients.reassuring import cards_of, end_is_selected, reassuring_record

VANCOMYCIN = {"text": "Vancomycin 1 g IV"}
CEFTRIAXONE = codeable(ATC, "J01DD04")
REASSURING = "below the usual"
OPEN = "spinal infection not excluded"


def doses(days, medication=VANCOMYCIN, **more):
    return [
        of_patient(
            "MedicationAdministration",
            f"ad{day}",
            **{
                "status": "completed",
                "medicationCodeableConcept": medication,
                "effectiveDateTime": days_ago(day),
            }
            | more,
        )
        for day in days
    ]


def ordered(days, medication=VANCOMYCIN, **more):
    order = drug(
        "losartan",
        number="mx",
        medicationCodeableConcept=medication,
        authoredOn=days_ago(days),
    )
    return [order | more]


def stated(medication=VANCOMYCIN, **more):
    return [
        of_patient(
            "MedicationStatement",
            "ms",
            **{"status": "active", "medicationCodeableConcept": medication} | more,
        )
    ]


def dispenses(days, medication=VANCOMYCIN, **more):
    return [
        of_patient(
            "MedicationDispense",
            f"di{day}",
            **{
                "status": "completed",
                "medicationCodeableConcept": medication,
                "whenHandedOver": days_ago(day),
            }
            | more,
        )
        for day in days
    ]


def length(value, code):
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def timed(**repeat):
    return {"dosageInstruction": [{"timing": {"repeat": repeat}}]}


WEEKS = [
    pytest.param(doses(range(1, 21)), id="a dose a day"),
    pytest.param(doses(range(1, 21), CEFTRIAXONE), id="a dose a day, by code"),
    pytest.param(doses(range(40, 61, 7)), id="a dose a week"),
    pytest.param(doses(range(200, 230, 3)), id="after each dialysis, last spring"),
    pytest.param(
        ordered(30, dosageInstruction=[{"text": "for 6 weeks"}]), id="words of an order"
    ),
    pytest.param(
        ordered(30, dispenseRequest={"expectedSupplyDuration": length(42, "d")}),
        id="supply",
    ),
    pytest.param(
        ordered(
            30,
            status="completed",
            dispenseRequest={
                "expectedSupplyDuration": length(7, "d"),
                "numberOfRepeatsAllowed": 3,
            },
        ),
        id="supply with repeats",
    ),
    pytest.param(ordered(1, **timed(boundsDuration=length(6, "wk"))), id="planned"),
    pytest.param(ordered(30, **timed(boundsPeriod=period(-30, 12))), id="bounds"),
    pytest.param(ordered(20), id="goes on, no end"),
    pytest.param(stated(effectivePeriod=period(-40, None)), id="period that is open"),
    pytest.param(
        stated(status="completed", effectivePeriod=period(-60, -30)), id="period"
    ),
    pytest.param(stated(effectiveDateTime=days_ago(40)), id="listed for weeks"),
    pytest.param(stated(), id="listed, no day"),
    pytest.param(dispenses((7, 14, 21, 28, 35)), id="weekly dispenses"),
    pytest.param(dispenses([30], daysSupply=length(28, "d")), id="a dispense"),
    pytest.param(
        [*doses(range(25, 30)), *ordered(20, {"text": "Clindamycin 600 mg"})],
        id="an infusion, then tablets",
    ),
]


@pytest.mark.parametrize("record", WEEKS)
def test_weeks_of_an_antibiotic_leave_an_infection_open(record):
    card = cards_of(*record)["rehabilitation"]
    assert REASSURING not in card["detail"]
    assert OPEN in card["detail"]


@pytest.mark.parametrize("record", WEEKS)
def test_no_end_of_a_brace_is_selected_then(record):
    assert not end_is_selected(cards_of(*record))


SHORT = [
    pytest.param(doses([1], {"text": "Cefazolin 2 g IV"}), id="before an operation"),
    pytest.param(doses([1, 30], {"text": "Cefazolin 2 g IV"}), id="before two"),
    pytest.param(doses(range(10, 20)), id="ten days"),
    pytest.param(
        ordered(
            30,
            {"text": "Ciprofloxacin 500 mg"},
            dispenseRequest={"expectedSupplyDuration": length(7, "d")},
        ),
        id="a week of tablets",
    ),
    pytest.param(ordered(3), id="since three days"),
    pytest.param(ordered(20, status="completed"), id="over, no length"),
    pytest.param(ordered(30, status="cancelled"), id="cancelled"),
    pytest.param(doses(range(400, 440)), id="over a year ago"),
    pytest.param(
        stated(
            {"text": "Ciprofloxacin 0.3 % eye drops"}, effectivePeriod=period(-40, None)
        ),
        id="in the eye",
    ),
    pytest.param(
        stated({"text": "Nitrofurantoin 50 mg"}, effectivePeriod=period(-90, None)),
        id="for the bladder",
    ),
]


@pytest.mark.parametrize("record", SHORT)
def test_what_is_short_or_elsewhere_leaves_nothing_open(record):
    cards = cards_of(*record)
    assert REASSURING in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Follow-up 6 weeks",
            "Follow-up appointment in 6 weeks",
            "Kontrolle 6 Wochen",
        ),
        *("Physiotherapy 6 weeks", "single shot 1.5 g iv; brace 6 weeks"),
        *(
            "1x tgl. für 5 Tage, Kontrolle 6 Wochen",
            "single dose, follow-up x-ray 3 months",
        ),
        *(
            "7 jours, contrôle 6 semaines",
            "5 días, control en 6 semanas",
            "术后复查6周",
        ),
    ],
)
def test_a_time_of_something_else_is_no_course(words):
    card = cards_of(*ordered(3, dosageInstruction=[{"text": words}]))["rehabilitation"]
    assert OPEN not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("6 weeks, follow-up ID clinic", "6 weeks iv with weekly follow-up"),
        *("Follow-up 2 weeks, 6 weeks in all", "6 Wochen, Kontrolle 2 Wochen"),
        *("Follow-up weekly. 6 weeks of treatment", "6週間、再診2週間"),
    ],
)
def test_the_weeks_of_the_drug_are_read_beside_a_visit(words):
    card = cards_of(*ordered(3, dosageInstruction=[{"text": words}]))["rehabilitation"]
    assert OPEN in card["detail"]


DOXYCYCLINE = {"text": "Doxycycline"}
SIX_WEEKS = {"dosageInstruction": [{"text": "100 mg bd for 6 weeks"}]}
DOSES = {"frequency": 3, "period": 1, "periodUnit": "d"}


def drafted(medication=VANCOMYCIN, **members):
    (order,) = ordered(0, medication, status="draft", **members)
    return order


def cards_with_draft(draft):
    body = order_sign(reassuring_record(), kyphoplasty(), brace(), draft)
    return by_topic(ask(body))


@pytest.mark.parametrize("medication", [VANCOMYCIN, DOXYCYCLINE])
@pytest.mark.parametrize("day", [{}, {"authoredOn": None}], ids=["dated", "undated"])
def test_weeks_in_a_draft_count_as_those_on_record(medication, day):
    cards = cards_with_draft(drafted(medication, **SIX_WEEKS | day))
    assert OPEN in cards["rehabilitation"]["detail"]
    assert REASSURING not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    ("medication", "dose"),
    [
        (DOXYCYCLINE, "100 mg bd for 7 days"),
        (DOXYCYCLINE, "100 mg od for acne, 12 weeks"),
        ({"text": "Cefazolin 2 g IV"}, "2 g single dose"),
    ],
)
def test_a_short_draft_or_one_for_something_else_opens_nothing(medication, dose):
    cards = cards_with_draft(drafted(medication, dosageInstruction=[{"text": dose}]))
    assert REASSURING in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


LENGTHS = [
    pytest.param(timed(count=63, countMax=126, **DOSES), id="most doses"),
    pytest.param(
        {"dispenseRequest": {"validityPeriod": period(-5, 40)}}, id="validity"
    ),
]


@pytest.mark.parametrize("members", LENGTHS)
def test_weeks_that_only_a_number_or_the_validity_tells_count(members):
    for cards in (
        cards_of(*ordered(5, CEFTRIAXONE, **members)),
        cards_with_draft(drafted(CEFTRIAXONE, **members)),
    ):
        assert OPEN in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(
            {"dispenseRequest": {"validityPeriod": period(-5, 360)}}, id="year"
        ),
        pytest.param(
            {
                "dispenseRequest": {"validityPeriod": period(-5, 40)},
                "dosageInstruction": [{"text": "500 mg bd for 7 days"}],
            },
            id="a length besides",
        ),
    ],
)
def test_how_long_a_prescription_is_valid_is_no_length_then(members):
    cards = cards_of(*ordered(5, {"text": "Ciprofloxacin 500 mg"}, **members))
    assert REASSURING in cards["rehabilitation"]["detail"]
