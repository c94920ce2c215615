"""Weeks of an antibiotic that began since the operation may be for an infected spine."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import act_ordered, summaries_beside


def beside(drug, dose, days=1, **members):
    order = of_patient(
        "MedicationRequest",
        "mr",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": drug},
        authoredOn=days_ago(days),
        dosageInstruction=[{"text": dose}],
    )
    return summaries_beside(order | members)


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Vancomycin", "1 g IV twice daily for 6 weeks"),
        ("Ceftriaxon", "2 g i.v. täglich über 6 Wochen"),
        ("Flucloxacillin", "2 g IV every 6 hours for 6 weeks"),
        ("Cefazolin", "2 g IV q8h for 42 days"),
        ("Flucloxacillin", "1 g qds for 6 weeks"),
        ("Flucloxacillin", "1 g QDS 6 wks, via PICC"),
        ("Flucloxacillin", "2 g qds 6/52"),
        ("Ceftriaxon", "2 g i.v. 1x tgl. 6 Wochen, dann oral"),
        ("Clindamycin", "600 mg 3x tgl. 6 Wo. mit dem Essen"),
        ("Clindamycine", "600 mg 3 x/j pendant 6 semaines"),
        ("Vancomicina", "1 g c/12 h durante 6 semanas"),
        ("Ceftriaxone", "2 g die per 6 settimane"),
        ("Flucloxacilline", "4 dd 1 g, 6 weken"),
        ("Vancomycin", "1 g co 12 h przez 6 tygodni"),
        ("Vancomycin", "每12小时1克，6周"),
        ("Vancomycin", "1日2回 6週間"),
        ("Vancomycin", "1일 2회 6주간"),
    ],
)
def test_a_course_of_weeks_is_asked_about(drug, dose):
    (summary,) = beside(drug, dose)
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Cefazolin", "2 g IV once"),
        ("Flucloxacillin", "500 mg qds for 7 days"),
        ("Enoxaparin", "40 mg daily for 6 weeks"),
        ("Ceftriaxon", "2 g once, pain since 6 weeks"),
        ("Clindamycin", "600 mg tds for 5 days, wound check in 2 weeks"),
        ("Clindamycin", "600 mg 3x tgl. 7 Tage, Kontrolle nach 2 Wochen"),
        ("Flucloxacillin", "500 mg qds 5 days"),
        ("Flucloxacillin", "500 mg every 6 hours for 1 week"),
        ("Vancomycin", "1일 2회 7일간"),
        ("Vancomycin", "1日2回 7日間"),
        ("Vancomycin", "每12小时1克，7天"),
        ("Vancomycin", "每12小时1克，3周后复查"),
    ],
)
def test_some_days_or_another_drug_are_not(drug, dose):
    assert beside(drug, dose) == []


@pytest.mark.parametrize("dose", ["1 g qds for 6 weeks", "1 g 6 wks", "6週間", "6주"])
@pytest.mark.parametrize("status", ["active", "completed"])
def test_a_statement_of_weeks_is_read_as_well(dose, status):
    stated = of_patient(
        "MedicationStatement",
        "stated",
        status=status,
        medicationCodeableConcept={"text": "Vancomycin"},
        effectiveDateTime=days_ago(1),
        dosage=[{"text": dose}],
    )
    (summary,) = summaries_beside(stated)
    assert "spinal infection not excluded" in summary


def test_so_is_a_length_in_a_note():
    noted = {"note": [{"text": "ID: plan 6 weeks in total"}]}
    (summary,) = beside("Vancomycin", "1 g bd", **noted)
    assert "spinal infection not excluded" in summary


def test_nor_is_a_course_from_before_the_operation():
    assert beside("Vancomycin", "1 g IV twice daily for 6 weeks", days=30) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Ceftriaxone 2 g od for 28 days", "Cefazolin 6/52", "Vancomycin for 6 weeks"),
        *("Cloxacilina 2 g 6 semanas", "セファゾリン 6週間", "万古霉素 6周"),
        *("PICC line insertion", "PICC-Anlage", "Midline for antibiotics"),
    ],
)
def test_weeks_of_one_as_an_order_are_asked_about(title):
    (summary,) = summaries_beside(act_ordered(title))
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize(
    "title",
    [
        *("Cefazolin 2 g once", "Ceftriaxone 2 g od for 5 days", "PICC removal"),
        *("Midline incision dressing", "Vancomycin level", "Physiotherapy 6 weeks"),
    ],
)
def test_some_days_of_one_as_an_order_are_not(title):
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize(("count", "is_asked"), [(126, True), (9, False)])
def test_a_number_of_doses_is_a_length(count, is_asked):
    timing = {"count": count, "frequency": 3, "period": 1, "periodUnit": "d"}
    dosage = {"text": "2 g IV", "timing": {"repeat": timing}}
    said = beside("Cefazolin", "", dosageInstruction=[dosage])
    assert any("spinal infection not excluded" in one for one in said) == is_asked


@pytest.mark.parametrize(
    "dose",
    [
        "single dose at induction",
        "Einmalgabe bei Narkoseeinleitung",
        "dose unique",
        "monodosis",
        "dose singola",
        "eenmalige gift",
        "pojedyncza dawka",
        "術前単回",
        "术前单次",
        "수술 전 단회",
    ],
)
def test_one_dose_around_the_operation_is_prophylaxis(dose):
    assert _with_cefazolin(dose) == []


def test_one_dose_and_weeks_are_a_course():
    (said,) = _with_cefazolin("dose unique puis 6 semaines")
    assert "spinal infection not excluded" in said


def _with_cefazolin(dose):
    order = of_patient(
        "MedicationRequest",
        "cefazolin",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": "Cefazolin 2 g"},
        dosageInstruction=[{"text": dose}],
        authoredOn=days_ago(1),
    )
    return summaries_beside(order)


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Vancomycin", "1 g IV bd until 4 January"),
        ("Vancomycin", "1 g i.v. 2x tgl. bis 4.1."),
        ("Ceftriaxon", "2 g tgl. bis einschl. 04.01.27"),
        ("Cefazolin", "2 g IV q8h until 04/01/2027"),
        ("Cefazolin", "2 g IV q8h thru 1/4/27"),
        ("Ceftriaxone", "2 g/j jusqu'au 4 janvier"),
        ("Ceftriaxona", "2 g/24 h hasta el 4 de enero"),
        ("Ceftriaxone", "2 g/die fino al 4 gennaio"),
        ("Flucloxacilline", "4 dd 1 g t/m 4 januari"),
        ("Vancomycin", "1 g co 12 h do 4 stycznia"),
        ("万古霉素", "1g 每12小时 至1月4日"),
        ("バンコマイシン", "1g 1日2回 1月4日まで"),
        ("반코마이신", "1g 1일 2회 1월 4일까지"),
        ("セファゾリン", "1回1g 1日3回 42日分"),
        ("Flucloxacillin", "1 g qds 42/7"),
    ],
)
def test_a_last_day_and_short_forms_are_a_length(drug, dose):
    (summary,) = beside(drug, dose)
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Clindamycin", "300 mg qds until 25 November"),
        ("Flucloxacilline", "4 dd 1 g t/m 24 november"),
        ("万古霉素", "1g 每12小时 至11月24日"),
        ("バンコマイシン", "1日2回 11月24日まで"),
        ("レボフロキサシン", "500mg 1日1回 5日分"),
        ("Flucloxacillin", "500 mg qds 5/7"),
        ("Flucloxacillin", "500 mg qds for 7 days, wound check 4 January"),
        ("Clindamycin", "600 mg 3x tgl. 7 Tage, Kontrolle bis 4.1."),
        ("Enoxaparin", "40 mg until 4 January"),
    ],
)
def test_a_last_day_within_two_weeks_or_of_a_visit_is_not(drug, dose):
    assert beside(drug, dose) == []


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Doxycycline", "100 mg bd for 6 weeks"),
        ("Co-trimoxazole", "960 mg bd 6/52"),
        ("Sulfametoxazol/trimetoprim", "800/160 c/12h 6 semanas"),
        ("Bactrim DS", "1 tab bid for 42 days"),
        ("Rifampicin", "450 mg bd until 4 January"),
        ("Minocycline", "100 mg bd for 6 weeks"),
        ("Amoxicillin", "1 g tds for 6 weeks"),
        ("ドキシサイクリン", "1日2回 42日分"),
    ],
)
def test_weeks_of_a_drug_of_many_infections_are_asked_about(drug, dose):
    (summary,) = beside(drug, dose)
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("Doxycycline", "100 mg bd for 7 days"),
        ("Doxycycline", "100 mg od"),
        ("Doxycycline", "100 mg od for acne, 12 weeks"),
        ("Doxycycline", "100 mg bd for 21 days"),
        ("Co-trimoxazole", "960 mg bd for 3 days"),
        ("Co-trimoxazole", "480 mg od PJP prophylaxis"),
        ("Co-trimoxazole", "960 mg bd for 6 months"),
        ("Amoxicillin", "1 g bd for 14 days, H. pylori"),
        ("Amoxicillin", "500 mg tds as told by Dr X"),
        ("Nitrofurantoin", "50 mg nocte for 6 months"),
    ],
)
def test_a_short_an_endless_or_another_course_of_one_is_not(drug, dose):
    assert beside(drug, dose) == []


def test_one_whose_weeks_were_over_long_ago_is_not():
    assert beside("Doxycycline", "100 mg bd for 6 weeks", days=90) == []


@pytest.mark.parametrize(
    ("title", "is_asked"),
    [
        ("Cefazolin until 4 January", True),
        ("Doxycycline for 6 weeks", True),
        ("Ceftriaxone 42/7", True),
        ("Ceftriaxone 24/7", False),
        ("セファゾリン 42日分", True),
        ("Cefazolin until 19 November", False),
        ("Doxycycline 7 days", False),
        ("Cefalexin 5/7", False),
        ("Doxycycline for acne 6 weeks", False),
    ],
)
def test_so_are_last_days_and_such_drugs_as_orders(title, is_asked):
    assert bool(summaries_beside(act_ordered(title))) == is_asked


def three_a_day(quantity, **request):
    repeat = {"frequency": 3, "period": 1, "periodUnit": "d"}
    return {
        "dosageInstruction": [{"text": "1 tablet", "timing": {"repeat": repeat}}],
        "dispenseRequest": {"quantity": {"value": quantity, "unit": "tablet"}}
        | request,
    }


@pytest.mark.parametrize(
    "members",
    [
        three_a_day(126),
        three_a_day(42, numberOfRepeatsAllowed=2),
        {"dispenseRequest": {"quantity": {"value": 126}}},
        {
            "dosageInstruction": [
                {"timing": {"event": [days_ago(day) for day in range(1, -41, -1)]}}
            ]
        },
    ],
)
def test_days_of_doses_and_tablets_make_weeks(members):
    (summary,) = beside("Clindamycin 600 mg", "1 tablet tds", **members)
    assert "spinal infection not excluded" in summary


@pytest.mark.parametrize(
    "members",
    [
        three_a_day(21),
        {"dispenseRequest": {"quantity": {"value": 40, "unit": "tablet"}}},
        {"dosageInstruction": [{"timing": {"event": [days_ago(0), days_ago(-6)]}}]},
        {
            "dosageInstruction": [{"text": "1 tablet tds for 7 days"}],
            "dispenseRequest": {"quantity": {"value": 126}},
        },
    ],
)
def test_a_week_of_tablets_is_ordinary(members):
    assert beside("Clindamycin 600 mg", "1 tablet tds", **members) == []


def test_a_tablet_a_day_for_a_month_is_no_course():
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d"}
    monthly = {
        "dosageInstruction": [{"timing": {"repeat": repeat}}],
        "dispenseRequest": {"quantity": {"value": 30, "unit": "tablet"}},
    }
    assert beside("Doxycycline 50 mg", "1 daily", **monthly) == []
