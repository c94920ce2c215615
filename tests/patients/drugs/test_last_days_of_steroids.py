"""A dosage that says until which day a steroid is taken ends it, in ten languages.

The order or the list stays "active" for months. What is not read for sure goes on.
"""

import pytest

from tests.chart_builders import DRUGS, days_ago, dispensed, drug, of_patient
from tests.codes import ATC, codeable
from tests.patients.reassuring import card_of

PREDNISOLONE = codeable(ATC, DRUGS["prednisolone"])
LONG = "rednisolone since"
# Written on 4 August 2026; today is 20 November 2026.
ENDED = (
    "5 mg daily until 10 Aug 2026|5 mg daily until August 10, 2026"
    "|5 mg daily through 2026-08-10|until 10 Aug 2026 5 mg daily"
    "|5 mg daily until 10 Aug 2026, then stop|until 10 Aug 2026"
    "|5 mg täglich bis 10.08.2026|5 mg täglich bis zum 10. August 2026"
    "|bis einschl. 10.08.2026|5 mg par jour jusqu'au 10/08/2026"
    "|5 mg par jour jusqu’au 10 août 2026|5 mg al día hasta el 10/08/2026"
    "|5 mg al día hasta el 10 de agosto de 2026|5 mg al giorno fino al 10/08/2026"
    "|5 mg al giorno fino al 10 agosto 2026|t/m 10 augustus 2026"
    "|5 mg dziennie do 10.08.2026|5 mg dziennie do 10 sierpnia 2026"
    "|5mg 1日1回 2026年8月10日まで|5mg 每日一次，至2026年8月10日"
    "|5mg 1일 1회 2026년 8월 10일까지"
)
GOES_ON = (
    "5 mg daily|5 mg daily until 10 Dec 2026|5 mg täglich bis 10.12.2026"
    "|5 mg par jour jusqu'au 10 décembre 2026|5 mg al día hasta el 10/12/2026"
    "|5 mg al giorno fino al 10/12/2026|5 mg dziennie do 10 grudnia 2026"
    "|5mg 1日1回 2026年12月10日まで|5mg 每日一次，至2026年12月10日"
    "|5mg 1일 1회 2026년 12월 10일까지"
)
NOT_READ = (
    "5 mg daily until 10 Aug 2026, then 2.5 mg daily|5 mg bis 10.08.2026 dann weiter"
    "|5 mg daily at least until 10 Aug 2026|mindestens bis 10.08.2026 5 mg"
    "|do not stop until 10 Aug 2026|5 mg daily until 10 Aug 2025"
    "|5 mg daily until 10.8.26|5 mg daily until 32 Aug 2026|5 mg daily until August"
    "|5 mg daily until seen on 10 Aug 2026|5 mg daily until clinic 10 Aug 2026"
    "|5 mg daily, weekly until 10 Aug 2026 or 10 Dec 2026|5 mg daily until review"
    "|20 mg until 10 Aug 2026 then review|5 mg daily, not until 10 Aug 2026"
    "|5 mg bis 10.08.2026, danach 2,5 mg|5 mg jusqu'au 10/08/2026 puis 2,5 mg"
    "|5mg 2026年8月10日まで、その後2.5mg|5 mg daily until 10 Aug 2026?"
    "|5 mg daily, methotrexate until 10 Aug 2026"
)


def order(words, days=108, **members):
    dosages = [{"text": words}]
    return drug("prednisolone", days=days, **{"dosageInstruction": dosages} | members)


def listed(words, days=108, **members):
    taken = {"status": "active", "medicationCodeableConcept": PREDNISOLONE}
    since = {"effectivePeriod": {"start": days_ago(days)}, "dosage": [{"text": words}]}
    return of_patient("MedicationStatement", "p", **taken | since | members)


def summary(*entries):
    return card_of(*entries)["summary"]


@pytest.mark.parametrize("entry", [order, listed])
@pytest.mark.parametrize("words", ENDED.split("|"))
def test_a_course_that_ended_by_its_words_is_not_long(words, entry):
    assert LONG not in summary(entry(words))


@pytest.mark.parametrize("entry", [order, listed])
@pytest.mark.parametrize("words", ENDED.split("|"))
def test_one_of_three_months_that_ended_lately_counts_still(words, entry):
    assert LONG in summary(entry(words, days=200))


@pytest.mark.parametrize("entry", [order, listed])
@pytest.mark.parametrize("words", GOES_ON.split("|"))
def test_one_whose_end_lies_ahead_goes_on(words, entry):
    assert LONG in summary(entry(words))


@pytest.mark.parametrize("entry", [order, listed])
@pytest.mark.parametrize("words", NOT_READ.split("|"))
def test_what_is_not_read_for_sure_goes_on(words, entry):
    assert LONG in summary(entry(words))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"note": [{"text": "Then 2.5 mg daily"}]}, id="a note"),
        pytest.param({"note": [{"text": "2.5 mg from 11 Aug"}]}, id="the next step"),
        pytest.param({"note": [{"text": "Extended"}]}, id="a note that extends it"),
        pytest.param(
            {
                "dosageInstruction": [
                    {"text": "5 mg until 10 Aug 2026"},
                    {"text": "2.5 mg daily"},
                ]
            },
            id="a second dosage",
        ),
        pytest.param(
            {
                "dosageInstruction": [
                    {
                        "text": "5 mg until 10 Aug 2026",
                        "timing": {"repeat": {"boundsPeriod": {"end": "2026-12-10"}}},
                    }
                ]
            },
            id="bounds of a timing",
        ),
        pytest.param(
            {
                "dosageInstruction": [
                    {
                        "text": "5 mg until 10 Aug 2026",
                        "patientInstruction": "Do not stop on your own",
                    }
                ]
            },
            id="an instruction",
        ),
    ],
)
def test_what_more_an_order_says_leaves_it_open(members):
    assert LONG in summary(order("5 mg daily until 10 Aug 2026", **members))


def test_a_list_made_after_the_day_leaves_it_open():
    entry = listed("5 mg daily until 10 Aug 2026", dateAsserted="2026-11-10")
    assert LONG in summary(entry)


def test_steps_with_a_day_each_end_with_the_last():
    dosages = [
        {"text": "10 mg daily until 6 Aug 2026"},
        {"text": "5 mg daily until 12 Aug 2026"},
    ]
    assert LONG not in summary(order("", dosageInstruction=dosages))
    dosages[1] = {"text": "5 mg daily until 12 Dec 2026"}
    assert LONG in summary(order("", dosageInstruction=dosages))


def test_a_supply_of_these_days_goes_on_with_it():
    supply = dispensed(PREDNISOLONE, days=5, number="d")
    detail = card_of(order("5 mg daily until 10 Aug 2026"), supply)["detail"]
    assert "below the usual" not in detail
    assert "steroid" in detail
