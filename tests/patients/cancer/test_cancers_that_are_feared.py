"""A cancer that somebody only fears is none, and reassures of none; so is a relative's.

In "fear of recurrence after breast cancer 2023" the cancer counts.
"""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import REASSURING, card_of, dated

FEARED = [
    *("Fear of cancer", "Cancerophobia", "Carcinophobia", "Worried about cancer"),
    *("Fear of having breast cancer", "Cancer worry", "Afraid of getting leukemia"),
    *("Angst vor Krebs", "Krebsangst", "Karzinophobie", "Angst vor Brustkrebs"),
    *("Peur du cancer", "Cancérophobie", "Crainte d'un cancer du sein"),
    *("Miedo al cáncer", "Cancerofobia", "Temor a padecer cáncer de mama"),
    *("Paura del cancro", "Carcinofobia", "Timore di un tumore"),
    *("Angst voor kanker", "Kankerfobie", "Bang voor borstkanker"),
    *("Lęk przed rakiem", "Kancerofobia", "Obawa przed nowotworem"),
    *("がん恐怖", "癌恐怖症", "がんへの不安", "恐癌", "恐癌症", "担心癌症", "害怕得癌"),
    *("암 공포", "암 공포증", "암에 대한 두려움"),
]
HAD = [
    *("Fear of recurrence after breast cancer 2023", "Fear of cancer recurrence"),
    *("Breast cancer 2023, fear of recurrence", "Fear of cancer, lung cancer 2024"),
    *("Rezidivangst nach Brustkrebs 2023", "Krebspatientin mit Angst"),
    *("Peur de récidive après cancer du sein 2023", "유방암 수술 후 재발 두려움"),
    *("Miedo a la recidiva tras cáncer de mama 2023", "乳癌術後再発恐怖"),
    *("Paura di recidiva dopo cancro della mammella 2023", "乳腺癌术后恐惧复发"),
    *("Angst voor recidief na borstkanker 2023", "Lung cancer, patient is afraid"),
    *("Lęk przed nawrotem po raku piersi 2023", "Angst bei Mammakarzinom"),
]
OF_RELATIVES = [
    *("Bone metastases in the family", "Knochenmetastasen in der Familie"),
    *("Métastases osseuses dans la famille", "Metástasis óseas en la familia"),
    *("Metastasi ossee in famiglia", "Botmetastasen in de familie"),
    *(
        "Przerzuty do kości w rodzinie",
        "家族性骨转移史",
        "乳癌の家族歴",
        "유방암 가족력",
    ),
    *("FHx breast cancer", "Metastatic cancer in brother", "Mutter Brustkrebs"),
    *("Vater an Prostatakarzinom verstorben", "Family history of myeloma"),
]


def is_like_usual(card):
    """Tell if a card leads with what it does without the entry, and reassures not."""
    return (
        card["summary"].startswith("No bone drug after a fragility fracture")
        and card["indicator"] == "info"
        and REASSURING not in card["detail"]
    )


@pytest.mark.parametrize("title", FEARED)
def test_a_cancer_that_is_feared_is_none_and_reassures_of_none(title):
    card = card_of(dated({"text": title}, days=12))
    assert is_like_usual(card)
    assert "1 entry of the problem list not understood" in card["detail"]


@pytest.mark.parametrize("title", FEARED[::4])
def test_nor_in_the_note_of_a_diagnosis_or_next_to_a_code_of_worry(title):
    note = [{"text": title}]
    assert is_like_usual(card_of(dated({"text": "Gout"}, days=12, note=note)))
    assert is_like_usual(card_of(dated(codeable(ICD, "Z71.1", title), days=12)))


@pytest.mark.parametrize("title", FEARED[::4])
def test_nor_as_the_reason_or_note_of_the_operation(title):
    for order in (
        kyphoplasty(reasonCode=[{"text": title}]),
        kyphoplasty(note=[{"text": title}]),
    ):
        card = card_of(order=order)
        assert card["indicator"] == "info"
        assert "cancer" not in card["summary"].lower()
        assert "settle this" not in card["summary"]
        assert REASSURING not in card["detail"]


@pytest.mark.parametrize("title", HAD)
def test_the_cancer_that_somebody_had_counts_next_to_the_fear(title):
    card = card_of(dated({"text": title}, days=12))
    assert "could this be a metastasis" in card["summary"]


def test_a_code_of_a_cancer_stays_next_to_words_of_fear():
    card = card_of(dated(codeable(ICD, "C50.911", "Fear of cancer"), days=12))
    assert not is_like_usual(card)


@pytest.mark.parametrize(
    "title", ["Worried about bone metastases", "Concern for myeloma"]
)
def test_a_worry_that_may_be_the_doctors_is_open(title):
    assert not is_like_usual(card_of(dated({"text": title}, days=12)))


@pytest.mark.parametrize("title", OF_RELATIVES)
def test_a_cancer_of_the_family_is_none_of_the_patients(title):
    assert is_like_usual(card_of(dated({"text": title}, days=12)))
    note = [{"text": title}]
    assert is_like_usual(card_of(dated({"text": "Gout"}, days=12, note=note)))


@pytest.mark.parametrize(
    "title",
    [
        "Knochenmetastasen, Familie informiert",
        "Bone metastases, family informed",
        "Knochenmetastasen, in der Familie betreut",
    ],
)
def test_a_family_that_is_only_next_to_it_takes_no_cancer_away(title):
    card = card_of(dated({"text": title}, days=12))
    assert not is_like_usual(card)
