"""Falls in the words of ten languages: from a height (F25), and several (F23)."""

import pytest

from tests.chart_builders import inpatient
from tests.patients.reassuring import card_of, cards_of, dated, end_is_selected, imaging

HIGH = (
    "Sturz aus großer Höhe",
    "Von der Leiter gestürzt",
    "Fall aus dem Fenster",
    "Sturz aus 4 Metern",
    "Gerüststurz",
    "Caída desde un andamio",
    "Caída desde el tejado",
    "Caída desde un segundo piso",
    "Caída de 3 metros",
    "Cayó desde un árbol",
    "Caduta dall'alto",
    "Caduta da un ponteggio",
    "Precipitato dal balcone",
    "Caduta dal tetto",
    "Caduta da 3 metri",
    "Val van hoogte",
    "Val van ladder",
    "Van het dak gevallen",
    "Val uit raam",
    "Val van 3 meter",
    "Upadek z wysokości",
    "Upadek z drabiny",
    "Spadł z dachu",
    "Upadek z rusztowania",
    "Wypadł przez okno",
    "추락",
    "추락 사고",
    "사다리에서 떨어짐",
    "지붕에서 추락",
    "3층에서 떨어짐",
    "2m 높이에서 낙상",
)
LOW = (
    "Sturz aus Standhöhe",
    "Sturz aus dem Bett",
    "Kein Sturz von der Leiter",
    "Leiter der Station",
    "Caída desde su propia altura",
    "Caída de la cama",
    "Caída del cabello",
    "Caduta dalla propria altezza",
    "Caduta dal letto",
    "Caduta dei capelli",
    "Val van eigen hoogte",
    "Val uit bed",
    "Haaruitval",
    "Geen val van hoogte",
    "Upadek z wysokości własnego ciała",
    "Upadek z łóżka",
    "Bez upadku z wysokości",
    "Upadek na chodniku",
    "낙상",
    "추락 위험",
    "추락 없음",
    "침대에서 낙상",
    "서 있는 높이에서 낙상",
    "낙상 예방",
)
SEVERAL = (
    "recidiverend vallen",
    "Recidiverende valpartijen",
    "Frequent vallen",
    "Meerdere valpartijen",
    "Valt regelmatig",
    "Drie keer gevallen",
    "Valneiging",
    "Derde val dit jaar",
    "반복 낙상",
    "반복적인 낙상",
    "잦은 낙상",
    "낙상 3회",
    "세 번 낙상",
    "낙상이 반복됨",
    "올해 세 번째 낙상",
    "third fall this year",
    "Second fall in 6 months",
    "Dritter Sturz in diesem Jahr",
    "Troisième chute cette année",
    "Tercera caída este año",
    "Terza caduta quest'anno",
    "Trzeci upadek w tym roku",
    "今年3回目の転倒",
    "今年第三次跌倒",
)
ONE = (
    "Val",
    "Geen recidiverend vallen",
    "Valrisico",
    "Angst om te vallen",
    "Moeder valt regelmatig",
    "Haaruitval",
    "Valpreventie",
    "낙상",
    "낙상 위험",
    "반복 낙상 없음",
    "낙상 예방 교육",
    "어머니 반복 낙상",
    "fall this year",
    "third floor",
    "Third fracture this year",
    "Third admission this year",
    "No falls this year",
    "Sturz",
    "Dritter Termin dieses Jahr",
    "Chute cette année",
    "Tercera dosis este año",
    "Terza visita quest'anno",
    "Trzeci wypis w tym roku",
    "今年3回目の受診",
    "今年第三次入院",
    "Fear of a third fall this year",
    "Mother's third fall this year",
)
TOLD = (
    "Third fall this year.",
    "Recidiverend vallen",
    "반복 낙상",
    "Dritter Sturz in diesem Jahr",
    "Tercera caída este año",
    "Presented after her third fall this year, L1 fracture.",
)
HEIGHTS = ("height", "roof fall", "ladder fall", "balcony fall")


def summary_of(words: str) -> str:
    return str(card_of(dated({"text": words}, days=20))["summary"]).lower()


@pytest.mark.parametrize("words", HIGH)
def test_a_fall_from_a_height_leads(words: str) -> None:
    assert any(height in summary_of(words) for height in HEIGHTS)


@pytest.mark.parametrize("words", LOW)
def test_a_fall_of_ones_own_height_or_none_does_not(words: str) -> None:
    assert not any(height in summary_of(words) for height in HEIGHTS)


@pytest.mark.parametrize("words", SEVERAL)
def test_several_falls_lead(words: str) -> None:
    assert "falls" in summary_of(words)


@pytest.mark.parametrize("words", ONE)
def test_one_fall_or_none_does_not(words: str) -> None:
    assert "falls" not in summary_of(words)
    assert "epeated falls" not in card_of(imaging(words, days=4))["detail"]


@pytest.mark.parametrize("words", TOLD)
def test_several_that_a_report_or_the_stay_tells_of_are_named(words: str) -> None:
    stay = inpatient() | {"reasonCode": [{"text": words}]}
    for entry in (imaging(words, days=4), stay):
        assert "epeated falls" in card_of(entry)["detail"]


@pytest.mark.parametrize("words", ["Third fall this year", "Recidiverend vallen"])
def test_a_stay_for_falls_chooses_no_end_of_a_brace(words: str) -> None:
    stay = inpatient() | {"reasonCode": [{"text": words}]}
    assert not end_is_selected(cards_of(stay))
