"""What counts as a dose: an entry of which every word was understood, and no other."""

import pytest

from tests.chart_builders import (
    days_ago,
    dispensed,
    dose,
    drug,
    of_patient,
)
from tests.patients.reassuring import card_of

LAPSED = dose("denosumab", days=250)


def stated(words, *, days=10, status="active", **members):
    said = {
        "medicationCodeableConcept": {"text": words},
        "effectiveDateTime": days_ago(days),
    }
    return of_patient("MedicationStatement", "said", status=status, **said | members)


NO_DOSES = [
    *("kein Denosumab mehr", "Prolia nicht mehr", "Ohne Prolia", "Prolia beantragt"),
    *("Prolia geplant", "Mutter: Prolia", "Prolia fällig", "Prolia statt Aclasta"),
    *("never had Prolia", "Prolia (missed dose)", "Denosumab due", "Prolia next week"),
    *("Prolia – needs prior auth", "history of Prolia", "denosumab, considered"),
    *("Prolia placebo (study drug)", "Prolia 2019", "Prolia 03/2024", "Prolia 0 mg"),
    *("Prolia in 6 months", "Prolia therapy over", "denosumab?", "no Prolia"),
    *("sin denosumab", "Prolia pendiente", "no Prolia", "rechaza Prolia"),
    *("plus de Prolia", "Prolia à prévoir", "niente denosumab", "Prolia sospeso"),
    *("bez denosumabu", "denosumab odstawiony", "地舒单抗 停用", "次回プラリア"),
    *(
        "デノスマブ中止",
        "데노수맙 중단",
        "Prolia wird Montag gegeben",
        "Prolia 12.05.24",
    ),
]
DOSES = [
    *("Prolia 60 mg/ml Fertigspritze", "Denosumab (Prolia) 60 mg s.c. every 6 months"),
    *("Prolia", "PROLIA 60 mg sol inj ser préremplie", "denosumab 60 mg cada 6 meses"),
    *(
        "1 ML denosumab 60 MG/ML Prefilled Syringe [Prolia]",
        "プラリア皮下注60mgシリンジ",
    ),
    *(
        "地舒单抗注射液 60mg/1ml",
        "Denosumab 60 mg co 6 miesięcy",
        "프롤리아프리필드시린지 60mg",
    ),
    "Prolia 60mg Inj.-Lsg. i.e. Fertigspritze 1 St",
    *("Prolia 60 mg soluzione iniettabile in siringa preriempita", "PROLIA SOSY"),
]


@pytest.mark.parametrize("words", NO_DOSES)
def test_words_that_were_not_understood_close_no_overdue_denosumab(words):
    card = card_of(LAPSED, stated(words))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue (last 15 Mar 2026)")


@pytest.mark.parametrize("words", NO_DOSES)
def test_alone_they_are_asked_about_and_reassure_nobody(words):
    card = card_of(stated(words))
    assert "Denosumab" in card["summary"]
    assert "ask" in card["summary"]
    assert "next due" not in card["summary"]
    assert "below" not in card["detail"]


@pytest.mark.parametrize("words", DOSES)
def test_the_names_of_a_dose_close_it(words):
    card = card_of(LAPSED, stated(words))
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Fracture on denosumab (10 Nov)")


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"statusReason": [{"text": "patient refused"}]}, id="reason"),
        pytest.param({"note": [{"text": "not given, refused"}]}, id="note"),
        pytest.param({"note": [{"text": "ej given"}]}, id="unknown language"),
        pytest.param({"dosage": {"dose": {"value": 0, "unit": "mg"}}}, id="no dose"),
        pytest.param({"dosage": {"text": "omitted"}}, id="dosage in words"),
        pytest.param({"reasonCode": [{"text": "test only"}]}, id="why"),
        pytest.param(
            {"text": {"status": "additional", "div": "<div>not administered</div>"}},
            id="narrative",
        ),
    ],
)
def test_what_stands_beside_a_dose_may_speak_against_it(beside):
    card = card_of(LAPSED, dose("denosumab", days=30, **beside))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        "Denosumab may be overdue (entry of 21 Oct 2026 not understood)"
    )
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"note": [{"text": "s.c. left arm, well tolerated"}]}, id="note"),
        pytest.param({"note": [{"text": "beim Hausarzt verabreicht"}]}, id="German"),
        pytest.param({"note": [{"text": "Lot 1098765, no reactions"}]}, id="lot"),
        pytest.param(
            {"dosage": {"dose": {"value": 60, "unit": "mg"}, "text": "60 mg s.c."}},
            id="dosage",
        ),
        pytest.param(
            {"reasonCode": [{"text": "Postmenopausal osteoporosis"}]}, id="why"
        ),
    ],
)
def test_plain_words_beside_a_dose_leave_it_one(beside):
    card = card_of(LAPSED, dose("denosumab", days=30, **beside))
    assert card["summary"].startswith("Fracture on denosumab (21 Oct)")


@pytest.mark.parametrize("status", ["stopped", "on-hold", "not-taken"])
def test_a_statement_of_stopping_closes_nothing(status):
    card = card_of(LAPSED, stated("Prolia", status=status))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue (last 15 Mar 2026)")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param("kein Alendronat", "active", id="denied"),
        pytest.param("Alendronat nicht mehr", "active", id="no more"),
        pytest.param("Alendronate", "on-hold", id="on hold"),
        pytest.param("Alendronate", "stopped", id="stopped"),
    ],
)
@pytest.mark.parametrize("lapsed", ["denosumab", "teriparatide"])
def test_another_drug_that_is_not_surely_taken_follows_nothing(lapsed, words, status):
    before = of_patient(
        "MedicationStatement",
        "before",
        status="completed",
        medicationCodeableConcept={"text": lapsed},
        effectivePeriod={"start": "2025-01-10", "end": "2026-03-15"},
    )
    since = {"start": days_ago(30)}
    other = stated(words, status=status, effectiveDateTime=None, effectivePeriod=since)
    card = card_of(before, other)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        (f"{lapsed.capitalize()} ended", "Denosumab over")
    )


PROLIA = {"text": "Prolia 60 mg"}


def of_status(status, *, days=30, **members):
    return dose("denosumab", days=days, **members) | {"status": status}


SINCE_MARCH = [
    pytest.param(stated("Prolia", days=30, status="unknown"), id="statement"),
    pytest.param(of_status("unknown"), id="dose"),
    pytest.param(of_status("stopped"), id="broken off"),
    pytest.param(of_status("in-progress"), id="in progress"),
    pytest.param(dispensed(PROLIA, days=30, status="unknown"), id="dispense"),
]
NO_DOSE_SINCE = [
    pytest.param(of_status("not-done"), id="not done"),
    pytest.param(
        of_status("stopped", statusReason=[{"text": "patient declined"}]),
        id="declined",
    ),
    pytest.param(of_status("entered-in-error"), id="error"),
    pytest.param(of_status("unknown", days=400), id="an older one"),
    pytest.param(drug("denosumab", days=30, status="unknown"), id="an order"),
    pytest.param(dispensed(PROLIA, days=30, status="cancelled"), id="cancelled"),
    pytest.param(stated("Prolia", effectiveDateTime=None), id="a list without a day"),
]


@pytest.mark.parametrize("entry", SINCE_MARCH)
def test_a_dose_that_may_have_been_given_since_may_close_it(entry):
    card = card_of(LAPSED, entry)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        "Denosumab may be overdue (entry of 21 Oct 2026 not understood)"
    )


@pytest.mark.parametrize("status", ["completed", "unknown"])
def test_a_supply_without_a_day_may_be_of_since(status):
    supply = dispensed(PROLIA, days=0, status=status, whenHandedOver=None)
    card = card_of(LAPSED, supply)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        "Denosumab may be overdue (day of a dose not recorded)"
    )


@pytest.mark.parametrize("entry", NO_DOSE_SINCE)
def test_what_is_surely_no_dose_since_leaves_it_overdue(entry):
    card = card_of(LAPSED, entry)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue (last 15 Mar 2026)")


def test_a_dose_that_was_not_understood_may_still_be_overdue():
    card = card_of(dose("denosumab", days=250, note=[{"text": "ej given"}]))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        "Denosumab may be overdue (entry of 15 Mar 2026 not understood)"
    )


def test_a_later_entry_that_was_not_understood_is_asked_about():
    recent = dose("denosumab", days=60)
    card = card_of(recent, stated("kein Denosumab mehr"))
    assert card["summary"].startswith("Denosumab recorded, not understood: ask")


def test_a_dose_whose_meaning_may_be_changed_is_none():
    unknown = [{"url": "http://example.org/not", "valueCode": "x"}]
    card = card_of(LAPSED, dose("denosumab", days=30, modifierExtension=unknown))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue (last 15 Mar 2026)")


def absent(code):
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    return {"extension": [{"url": url, "valueCode": code}]}


def patient_called(name):
    return {**LAPSED["subject"], "display": name}


NOT_GIVEN = {"extension": [{"url": "http://example.org/no", "valueBoolean": True}]}


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"dosage": {"dose": {"value": 6, "unit": "mg"}}}, id="a tenth"),
        pytest.param({"dosage": {"dose": {"value": 60, "unit": "ug"}}}, id="unit"),
        pytest.param(
            {"dosage": {"dose": {"value": 60, "comparator": "<", "unit": "mg"}}},
            id="less than",
        ),
        pytest.param({"dosage": {"dose": absent("not-performed")}}, id="no amount"),
        pytest.param(NOT_GIVEN, id="extension"),
        pytest.param({"_status": NOT_GIVEN}, id="extension of the status"),
        pytest.param(
            {"subject": patient_called("mother of patient")},
            id="whose",
        ),
        pytest.param({"request": {"display": "cancelled"}}, id="order"),
        pytest.param(
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": days_ago(250), "end": days_ago(30)},
            },
            id="months long",
        ),
        pytest.param(
            {"effectiveDateTime": None, "effectivePeriod": {"end": days_ago(30)}},
            id="end alone",
        ),
    ],
)
def test_an_element_that_no_rule_reads_as_harmless_closes_nothing(beside):
    card = card_of(LAPSED, dose("denosumab", days=30, **beside))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        "Denosumab may be overdue (entry of 21 Oct 2026 not understood)"
    )
    assert "below" not in card["detail"]


def handed(**members):
    said = {"medicationCodeableConcept": LAPSED["medicationCodeableConcept"]}
    return of_patient(
        "MedicationDispense", "handed", status="completed", **said | members
    )


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({"whenPrepared": days_ago(30)}, id="prepared alone"),
        pytest.param(
            {
                "whenHandedOver": days_ago(30),
                "receiver": [{"display": "wrong patient"}],
            },
            id="to another",
        ),
    ],
)
def test_a_supply_that_may_not_have_reached_the_patient_closes_nothing(beside):
    card = card_of(LAPSED, handed(**beside))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab may be overdue")
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(
            {"subject": patient_called("Meier, Anna")},
            id="name of the patient",
        ),
        pytest.param(
            {"performer": [{"actor": {"display": "Smith, John, RN"}}]}, id="who"
        ),
        pytest.param({"dosage": {"dose": {"value": 1, "unit": "mL"}}}, id="volume"),
        pytest.param({"request": {"display": "denosumab 60 mg"}}, id="order"),
        pytest.param(
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": days_ago(30), "end": days_ago(30)},
            },
            id="one day",
        ),
    ],
)
def test_what_every_record_has_beside_a_dose_leaves_it_one(beside):
    card = card_of(LAPSED, dose("denosumab", days=30, **beside))
    assert card["summary"].startswith("Fracture on denosumab (21 Oct)")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Next due in April", id="next"),
        pytest.param("Calcium normal", id="laboratory"),
        pytest.param("Labs reviewed: calcium 9.2, creatinine 0.8", id="numbers"),
        pytest.param("Patient counseled on ONJ", id="advice"),
    ],
)
def test_a_coded_dose_with_other_words_may_have_been_the_last(words):
    card = card_of(LAPSED, dose("denosumab", days=30, note=[{"text": words}]))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(
        "Denosumab may be overdue (entry of 21 Oct 2026 not understood)"
    )
