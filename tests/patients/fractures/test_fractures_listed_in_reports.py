"""Vertebrae that a report alone calls freshly broken count as broken at once."""

import pytest

from tests.chart_builders import Resource, kyphoplasty
from tests.patients.reassuring import cards_of, imaging

THREE = (
    "Acute fractures of T11, T12 and L2.|Fractures of T11, T12 and L2, acute"
    "|Frische Frakturen BWK 11, BWK 12 und LWK 2.|Fractures récentes de T11, T12 et L2."
    "|Fracturas agudas de T11, T12 y L2.|Fratture recenti di T11, T12 e L2"
    "|Verse fracturen T11, T12 en L2|Świeże złamania T11, T12 i L2"
    "|第11、12胸椎、第2腰椎の新鮮骨折|T11、T12、L2椎体新鲜压缩骨折|T11, T12, L2 급성 압박골절"
    "|Acute fracture T12. Acute fracture T11. Acute fracture L2."
)
NOT_PLAIN = (
    "Old fractures of T11, T12, L2|No acute fracture of T11, T12, L2"
    "|Possible acute fractures of T11, T12 and L2|Acute fractures T11, T12, L2?"
    "|Acute fracture T12, old fractures T11 and L2|Acute fracture of T12."
    "|Subacute fractures of T11, T12 and L2|Fractures of T11, T12 and L2"
    "|Keine frischen Frakturen BWK 11, BWK 12, LWK 2|T11, T12, L2 陳旧性骨折"
    "|Acute fractures of T11, T12 and L2 in 2019|2019年T11、T12、L2新鲜骨折"
    "|Acute fractures of transverse processes T11, T12, L2|T11, T12, L2 급성 횡돌기 골절"
    "|Frische Querfortsatzfrakturen BWK 11, BWK 12, LWK 2|T11、T12、L2棘突新鲜骨折"
    "|Fractures récentes des apophyses transverses de T11, T12 et L2"
)


def summary_beside(report: Resource) -> str:
    cards = cards_of(report, order=kyphoplasty("T12"))
    return cards["rehabilitation"]["summary"]


@pytest.mark.parametrize("words", THREE.split("|"))
def test_three_are_a_warning(words: str) -> None:
    cards = cards_of(imaging(words), order=kyphoplasty("T12"))
    assert cards["rehabilitation"]["summary"].startswith("Three fractures at once")
    assert cards["rehabilitation"]["indicator"] == "warning"


def test_two_are_two() -> None:
    said = summary_beside(imaging("Acute compression fractures of T12 and L2."))
    assert said.startswith("Two fractures at once")


@pytest.mark.parametrize("words", NOT_PLAIN.split("|"))
def test_what_is_old_doubted_or_denied_is_no_such_list(words: str) -> None:
    assert "at once" not in summary_beside(imaging(words))


@pytest.mark.parametrize("words", THREE.split("|")[:4])
def test_it_still_leaves_an_earlier_fracture_open(words: str) -> None:
    cards = cards_of(imaging(words), order=kyphoplasty("T12"))
    assert "earlier vertebral fracture" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("members", [{"status": "preliminary"}, {"days": 120}])
def test_one_that_is_not_final_or_is_old_does_not_count(members: Resource) -> None:
    report = imaging("Acute fractures of T11, T12 and L2.", **members)
    assert "at once" not in summary_beside(report)


def test_one_of_two_months_counts_if_it_names_a_treated_level() -> None:
    report = imaging("Acute fractures of T11, T12 and L2.", days=60)
    assert summary_beside(report).startswith("Three fractures at once")
    report = imaging("Acute fractures of T9, T10 and L2.", days=60)
    assert "at once" not in summary_beside(report)
