"""Words next to an operation that is mostly done for a cancer, and explain it or not.

Only a harmless reason of the same organ makes it none: a sleeve of the stomach is for
obesity, and one of the lung for a cancer.
"""

import pytest

from tests.patients.cancer.test_operations_mostly_for_cancer import (
    HARMLESS,
    done,
    says_below,
)
from tests.patients.reassuring import cards_of

OPEN = (
    "Mastectomy performed elsewhere|Mastectomie performée en ville|Sleeve lobectomy"
    "|Mastectomy, patient stable|Lobectomía en manga|Einfache Mastektomie links"
    "|Laser-Glossektomie|Pancreatoduodenectomy, ampulla of Vater"
    "|Duodenopankreatektomie, Papilla Vateri|Right hemicolectomy with appendectomy"
    "|Mastectomy, DIEP perforator flap|Mastectomy under antibiotic prophylaxis"
    "|Mastektomie, Thromboseprophylaxe|Nephrectomy, malignancy not excluded"
    "|Lobectomy, MRI of the brain normal|Hemicolectomy, ulcerated mass"
    "|Mastectomie gauche, patiente stable|Lobectomia a manicotto, paziente stabile"
    "|Lobectomie, patiënt stabiel|Lobektomia, pacjentka stabilna"
    "|肺葉切除(縮小手術)|肾切除术, 肾母细胞瘤|유방절제술, 예방적 항생제"
)
EXPLAINED = (
    "Sleeve gastrectomy|Gastrectomy, perforated ulcer|Colectomy, perforation"
    "|Hemikolektomie bei Perforation|Mastectomy, gender-affirming|Nephrectomy, stab wound"
    "|Mastectomie prophylactique|Nephrectomy, living related donor"
    "|Hemicolectomy for appendicitis|Manga gástrica, gastrectomía|Temporal lobectomy"
    "|Temporallappen-Lobektomie|予防的乳房切除術|生体腎移植ドナー 腎摘除術"
    "|경요도 전립선절제술|Mastektomia profilaktyczna|Nefrectomie, donornier"
)


@pytest.mark.parametrize("title", OPEN.split("|"))
def test_words_of_something_else_explain_none(title: str) -> None:
    cards = cards_of(done(title, 500))
    assert "cancer within 5 years not excluded" in cards["rehabilitation"]["detail"]
    assert not says_below(cards)


@pytest.mark.parametrize("title", [*EXPLAINED.split("|"), *HARMLESS.split("|")])
def test_a_harmless_reason_of_its_organ_does(title: str) -> None:
    assert "cancer" not in cards_of(done(title, 500))["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "title", ["HCT", "Hct", "HCT (head CT)", "병변 부위 절제술", "피부 상위 절제"]
)
def test_short_words_inside_others_are_no_such_operation(title: str) -> None:
    assert "malignancy" not in cards_of(done(title, 500))["rehabilitation"]["detail"]
    assert "cancer" not in cards_of(done(title, 500))["rehabilitation"]["detail"]
