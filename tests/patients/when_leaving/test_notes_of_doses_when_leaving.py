"""A harm or a refusal told at a dose holds the next one, which no page demands."""

import pytest

from tests.chart_builders import Asked, dose, ordered
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    SERVICE,
    appointment,
    discharge,
    kyphoplasty_done,
)

ASKED = Asked()
HARMED = [
    *("Anaphylaxis after injection", "Severe hypocalcaemia", "Rash after injection"),
    *("Unverträglichkeit", "Hypokalzämie nach Gabe", "Réaction allergique"),
    *("Reacción alérgica", "Mal tollerato", "Niet verdragen", "Reakcja alergiczna"),
    *("アナフィラキシー", "低カルシウム血症", "过敏反应", "低钙血症", "저칼슘혈증"),
    *("Adverse drug reaction", "Nebenwirkungen: Ausschlag", "urticaria next day"),
]
REFUSED = [
    *("Patient refuses further doses", "do not give again", "nie wieder geben"),
    *("ne plus donner", "niet meer geven", "nie podawać więcej", "再投与不可"),
]


LEFT_TO_OTHERS = [
    *("next dose to be decided by endocrinology", "Next dose per endocrinology"),
    *("nächste Gabe nach Rücksprache", "prochaine dose à décider"),
    *("próxima dosis según endocrinología", "volgende dosis in overleg met internist"),
    *("prossima dose da concordare", "następna dawka do ustalenia"),
    *("次回投与は未定", "下次注射待定", "다음 투여는 협의 후 결정"),
]
PLANNED = [
    *("next dose due 28 Dec", "next dose at GP", "nächste Gabe 28.12."),
    *("nächste Gabe beim Hausarzt", "prochaine dose en décembre", "次回投与は12月"),
    *("Discussed with endocrinology, next dose in December", "下次注射12月"),
]


def told_at_dose(words):
    """Return the summaries, and the drug whose next dose the page names."""
    return _leave(dose("denosumab", days=150) | {"note": [{"text": words}]})


def told_at_statement(words):
    stated = statement("denosumab", "M05BX04", 150) | {"note": [{"text": words}]}
    return _leave(dose("denosumab", days=150), stated)


def _leave(*record):
    charted = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(),
        ordered("rehabilitation", days=1),
        appointment("Denosumab injection", day="2026-12-28"),
        *record,
    )
    shown = len(ASKED.log.entries)
    answer = ASKED.client.post(f"/cds-services/{SERVICE}", json=discharge(charted))
    entries = ASKED.log.entries[shown:]
    summaries = [card["summary"] for card in answer.get_json()["cards"]]
    return summaries, entries[-1].content["handout"].get("drug") if entries else None


@pytest.mark.parametrize("told", [told_at_dose, told_at_statement])
@pytest.mark.parametrize("words", HARMED)
def test_a_harm_told_at_the_drug_holds_the_next_dose(told, words):
    (summary,), drug = told(words)
    assert "denosumab perhaps not tolerated" in summary
    assert drug is None


@pytest.mark.parametrize("words", REFUSED)
def test_a_refusal_told_at_a_dose_holds_the_next_one(words):
    (summary,), drug = told_at_dose(words)
    assert "denosumab perhaps withheld or changed" in summary
    assert drug is None


@pytest.mark.parametrize("words", LEFT_TO_OTHERS)
def test_a_next_dose_that_is_left_to_others_is_asked_about(words):
    (summary,), drug = told_at_dose(words)
    assert "denosumab perhaps withheld or changed" in summary
    assert drug is None


@pytest.mark.parametrize("words", PLANNED)
def test_one_that_is_planned_stays(words):
    assert told_at_dose(words) == ([], "denosumab")


@pytest.mark.parametrize("told", [told_at_dose, told_at_statement])
@pytest.mark.parametrize(
    "words",
    [
        *("tolerated well", "left arm, lot 4711", "gut vertragen", "no reaction"),
        *("Side effects explained", "allergies: none", "Penicillin allergy"),
        *("Watch for allergic reactions", "may cause hypocalcaemia"),
        *("Aufklärung über Nebenwirkungen erfolgt", "Allergien: keine"),
        *("副作用なし", "无过敏", "알레르기 없음", "hold pressure on site 1 min"),
        *("monitor for hypocalcaemia", "calcium normal, no hypocalcaemia"),
    ],
)
def test_an_ordinary_note_keeps_it(told, words):
    assert told(words) == ([], "denosumab")


def test_a_later_dose_was_given_in_spite_of_it():
    older = dose("denosumab", days=330) | {"note": [{"text": "Rash after injection"}]}
    assert _leave(older, dose("denosumab", days=150)) == ([], "denosumab")
