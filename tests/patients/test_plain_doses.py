"""What counts as a dose: an entry of which every word was understood, and no other."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    dose,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    patient,
    quiet_lists,
)

LAPSED = dose("denosumab", days=250)


def card_of(*entries):
    """The card of a patient whose T-score and weight would reassure."""
    known = [
        patient(),
        *quiet_lists(),
        measured("bmd-t-score", -1.5),
        measured("bmi", 27),
    ]
    return by_topic(ask(order_sign([*known, *entries], kyphoplasty())))[
        "rehabilitation"
    ]


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
    *("Prolia 60mg Inj.-Lsg. i.e. Fertigspritze 1 St", "Xgeva 120 mg every 4 weeks"),
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
            {
                "modifierExtension": [
                    {"url": "http://example.org/not", "valueCode": "x"}
                ]
            },
            id="modifier",
        ),
        pytest.param(
            {"text": {"status": "additional", "div": "<div>not administered</div>"}},
            id="narrative",
        ),
    ],
)
def test_what_stands_beside_a_dose_may_speak_against_it(beside):
    card = card_of(LAPSED, dose("denosumab", days=30, **beside))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Denosumab overdue (last 15 Mar 2026)")


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


@pytest.mark.parametrize("status", ["stopped", "on-hold", "unknown", "not-taken"])
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
