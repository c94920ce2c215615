"""A course of a steroid in steps that each have a length, and what it then says."""

import pytest

from tests.gathered_records import BESIDE, findings_beside

OVER = [
    "40 mg for 4 days, then 20 mg for 4 days",
    "40 mg for 4 days, then 20 mg for 4 days, then finish",
    "20 mg 1-0-0 für 5 Tage, dann 10 mg 1-0-0 für 5 Tage, dann Ende",
    "20 mg für 5 Tage, dann Schluss",
    "40 mg pendant 5 jours, puis 20 mg pendant 5 jours, puis arrêt",
    "30 mg 5 días, luego 15 mg 5 días, después suspender",
    "25 mg per 5 giorni, poi 12,5 mg per 5 giorni, poi sospendere",
    "30 mg gedurende 5 dagen, daarna 15 mg gedurende 5 dagen, daarna stop",
    "20 mg przez 5 dni, potem 10 mg przez 5 dni, potem koniec",
    "1日1回 5日間、その後中止",
    "每日20mg 共5天，然后停药",
    "1일 1회 5일간, 이후 중단",
    "1 comprimido al día 7 días, luego suspender",
    "1日1回 朝食後 5日分",
    "30 mg 5 dagen, 15 mg 5 dagen, stop",
]
GOES_ON = [
    "20 mg for 5 days, then one tablet daily",
    "20 mg for 5 days, then 10 mg for 5 days, then stay on 5 mg",
    "20 mg for 5 days, do not stop",
    "20 mg für 5 Tage, dann eine Tablette täglich",
    "20 mg für 5 Tage, dann 10 mg für 5 Tage, dann 5 mg bis Ende",
    "20 mg für 5 Tage, Ende offen",
    "20 mg für 5 Tage, dann 10 mg, kein Ende geplant",
    "20 mg pendant 5 jours, puis un comprimé par jour",
    "20 mg durante 5 días, luego un comprimido diario",
    "20 mg per 5 giorni, poi una compressa al giorno",
    "20 mg gedurende 5 dagen, daarna 1 tablet per dag",
    "20 mg przez 5 dni, potem 1 tabl. dziennie",
    "20mg 5日間、その後5mgを継続",
    "每日20mg 共5天，然后每日5mg维持",
    "20mg 5일간, 이후 5mg 유지",
]
AGAIN = [
    "20 mg daily for 5 days every month",
    "20 mg daily for 5 days, then 10 mg daily for 5 days, monthly",
    "40 mg for 4 days every 3 weeks",
    "20 mg täglich für 5 Tage, dann 10 mg für 5 Tage, monatlich",
    "40 mg pendant 4 jours toutes les 3 semaines",
    "20 mg al día durante 5 días, cada mes",
    "20 mg al giorno per 5 giorni, ogni mese",
    "20 mg per dag gedurende 5 dagen elke maand",
    "20 mg per dag gedurende 5 dagen, wekelijks",
    "20 mg dziennie przez 5 dni co miesiąc",
    "每日20mg 共5天，每月",
]
ONE = [
    "20 mg weekly for 6 weeks",
    "20 mg every week for 8 weeks",
    "20 mg per week gedurende 6 weken",
    "20 mg daily for 5 days",
]
STEPS_OVER = [
    ["2 tablets daily for 3 days", "then 1 tablet daily for 4 days"],
    ["10 mg daily for 3 days", "then 5 mg daily for 4 days"],
    ["40 mg for 4 days", "then 20 mg for 4 days", "then 10 mg for 4 days"],
    ["20 mg für 3 Tage", "dann 10 mg für 4 Tage"],
    ["20 mg pendant 3 jours", "puis 10 mg pendant 4 jours"],
    ["20 mg durante 3 días", "luego 10 mg durante 4 días"],
    ["20 mg per 3 giorni", "poi 10 mg per 4 giorni"],
    ["20 mg gedurende 3 dagen", "daarna 10 mg gedurende 4 dagen"],
    ["20 mg przez 3 dni", "następnie 10 mg przez 4 dni"],
    ["每日20mg 共3天", "然后每日10mg 共4天"],
]
STEPS_GO_ON = [
    ["2 tablets daily for 3 days", "then 1 tablet daily"],
    ["10 mg daily for 3 days", "5 mg daily"],
    ["5 mg daily", "then 10 mg for 4 days in a flare"],
    ["40 mg for 4 days", "then 20 mg for 4 days", "then stay on 5 mg"],
    ["20 mg für 3 Tage", "dann 10 mg täglich"],
    ["20 mg pendant 3 jours", "puis 5 mg au long cours"],
    ["20 mg durante 3 días", "luego 5 mg al día"],
    ["20 mg per 3 giorni", "poi 5 mg al giorno"],
    ["20 mg gedurende 3 dagen", "daarna 5 mg per dag"],
    ["20 mg przez 3 dni", "następnie 5 mg dziennie"],
]


def course(words, authored="2026-08-15", **timing):
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "authoredOn": authored,
        "subject": {"reference": "Patient/pat-1"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.whocc.no/atc", "code": "H02AB06"}]
        },
        "dosageInstruction": [{"text": words, **timing}],
    }


def said_of(*record):
    known = findings_beside([*record], BESIDE).known
    return [
        known[name].value if name in known else None
        for name in ("steroid-use", "long-term-steroid")
    ]


@pytest.mark.parametrize("words", OVER)
def test_a_course_whose_steps_are_over_is_no_steroid_of_months(words):
    assert said_of(course(words)) == [None, None]


@pytest.mark.parametrize("words", GOES_ON)
def test_a_course_that_goes_on_behind_its_steps_counts(words):
    assert said_of(course(words)) == [True, True]


def in_lines(lines, *, numbered=True):
    order = course("")
    order["dosageInstruction"] = [
        {"text": words, **({"sequence": step} if numbered else {})}
        for step, words in enumerate(lines, 1)
    ]
    return order


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("lines", STEPS_OVER)
def test_steps_in_lines_of_their_own_are_one_course(lines, numbered):
    assert said_of(in_lines(lines, numbered=numbered)) == [None, None]


def test_steps_are_read_in_the_order_of_their_numbers():
    order = in_lines(STEPS_OVER[0])
    order["dosageInstruction"].reverse()
    assert said_of(order) == [None, None]


@pytest.mark.parametrize("lines", STEPS_GO_ON)
def test_a_line_without_a_length_goes_on(lines):
    assert said_of(in_lines(lines)) == [True, True]


@pytest.mark.parametrize("words", AGAIN)
def test_a_course_of_days_that_is_taken_again_goes_on(words):
    assert said_of(course(words)) == [True, True]


@pytest.mark.parametrize("words", ONE)
def test_doses_of_each_week_for_weeks_are_one_course(words):
    assert said_of(course(words, authored="2026-07-01")) == [None, None]


@pytest.mark.parametrize("start", ["2026-06-01", "2026-06", "2023-02-01"])
def test_the_start_of_a_dosage_is_the_start_of_the_course(start):
    timing = {"repeat": {"boundsPeriod": {"start": start}}}
    order = course("1-0-0", authored="2026-11-02", timing=timing)
    assert said_of(order) == [True, True]


@pytest.mark.parametrize("start", ["2026-10-01", "2026-11-02", "2027-03-01"])
def test_a_dosage_that_began_lately_is_no_course_of_months(start):
    timing = {"repeat": {"boundsPeriod": {"start": start}}}
    order = course("1-0-0", authored="2026-11-02", timing=timing)
    assert said_of(order)[1] is None
