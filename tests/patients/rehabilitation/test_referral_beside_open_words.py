"""Words of a problem list that leave a cause open withhold the referral."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import REASSURING, cards_of, selected

REFERRAL = "Refer to fracture liaison service"


def signed(words, days):
    return cards_of(problem("x", number="p", days=days, code={"text": words}))


def labels(cards, *, is_selected):
    if is_selected:
        return {label for _, label in selected(cards)}
    return {
        suggestion["label"]
        for card in cards.values()
        for suggestion in card.get("suggestions", ())
    }


def told(cards):
    return cards["rehabilitation"]["summary"] + cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Protheseninfekt Hüfte rechts",
        "Prothèse infectée genou",
        "Prótesis de rodilla infectada",
        "Protesi infetta",
        "Geïnfecteerde knieprothese",
        "人工関節感染",
        "假体感染",
        "Infected pacemaker",
        "Diabetic foot infection",
        "Infizierter diabetischer Fuß",
        "Pied diabétique infecté",
        "糖尿病足感染",
        "MGUS progredient",
        "MGUS with rising paraprotein",
        "Non-Hodgkin",
        "Unexplained weight loss",
        "Gewichtsverlust unklarer Genese",
        "Perte de poids inexpliquée",
        "Pérdida de peso no filiada",
        "Calo ponderale ndd",
        "原因不明の体重減少",
        "不明原因体重下降",
    ],
)
def test_what_may_be_another_cause_withholds_the_referral(words):
    cards = signed(words, 200)
    assert REFERRAL not in labels(cards, is_selected=True)
    assert REASSURING not in told(cards)


@pytest.mark.parametrize(
    "words",
    [
        "Rétention aiguë d'urine",
        "Retención aguda de orina",
        "Ritenzione acuta d'urina",
        "Urinary retention, new",
        "Stuhlinkontinenz",
        "大便失禁",
        "Epidurales Hämatom",
        "경막외 혈종",
        "foot drop",
    ],
)
def test_what_may_be_a_new_deficit_does_not(words):
    """F1, F2, F6 and F7 alone withhold it (E10), as they do next to a certain one."""
    cards = signed(words, 5)
    assert REFERRAL in labels(cards, is_selected=True)
    assert REASSURING not in told(cards)


@pytest.mark.parametrize(
    "words",
    [
        "Type 2 diabetes",
        "Knie-TEP rechts 2016",
        "MGUS",
        "Weight loss on diet",
        "Urinary incontinence",
        "Dialysis",
    ],
)
def test_ordinary_words_do_not(words):
    cards = signed(words, 200)
    assert REFERRAL in labels(cards, is_selected=True)


def test_the_button_is_never_lost_to_a_word_about_an_infected_joint():
    cards = signed("Protheseninfekt", 200)
    assert REFERRAL in labels(cards, is_selected=False)
