"""An ordinary report of the treated fracture leaves nothing open, a grave one does."""

import pytest

from tests.patients.reassuring import cards_of, end_is_selected, imaging
from tests.tables import cases

NOT_UNDERSTOOD = "the words of a report not fully understood"
BELOW = "below the usual"
FOREIGN = __file__.replace("test_reports", "foreign_reports")


def in_each_language(name):
    """The table of this name in English and German, and in eight other languages."""
    return [*cases(__file__, name), *cases(FOREIGN, name)]


@pytest.mark.parametrize("conclusion", in_each_language("ordinary"))
def test_an_ordinary_report_of_the_fracture_leaves_nothing_open(conclusion):
    cards = cards_of(imaging(conclusion))
    detail = cards["rehabilitation"]["detail"]
    assert NOT_UNDERSTOOD not in detail
    assert BELOW in detail
    assert end_is_selected(cards)


@pytest.mark.parametrize("conclusion", in_each_language("grave"))
def test_what_else_a_report_of_the_fracture_says_stays_open(conclusion):
    cards = cards_of(imaging(conclusion))
    assert BELOW not in cards["rehabilitation"]["detail"]
    assert not selects_an_end(cards)


@pytest.mark.parametrize("conclusion", cases(__file__, "other-fractures"))
def test_a_report_of_another_fracture_reassures_nobody(conclusion):
    detail = cards_of(imaging(conclusion))["rehabilitation"]["detail"]
    assert BELOW not in detail


@pytest.mark.parametrize(
    "conclusion",
    [
        "Fracture récente de L1. Pas d'argument pour une lésion secondaire.",
        "Fracture récente de L1. Absence de lésion secondaire osseuse.",
        "Fracture récente de L1. Sans élément évocateur d'une atteinte tumorale.",
        "Fracture récente de L1. Pas de lésion lytique ni condensante.",
        "Fractura aguda de L1. Sin lesiones líticas ni blásticas.",
        "Fractura aguda de L1. No se objetivan lesiones óseas metastásicas.",
        "Frische Fraktur LWK 1. Keine lytischen oder blastischen Läsionen.",
        "Frische Fraktur LWK 1. Kein Anhalt für osteolytische Läsionen.",
        "Frattura acuta di L1. Non lesioni litiche o addensanti.",
        "L1新鮮圧迫骨折。骨転移を疑う所見なし。",
        "L1新鮮圧迫骨折。悪性腫瘍を示唆する所見は認めない。",
        "L1新鮮圧迫骨折。転移所見なし。",
    ],
)
def test_a_denial_of_what_a_tumour_does_to_bone_is_plain(conclusion):
    cards = cards_of(imaging(conclusion))
    assert NOT_UNDERSTOOD not in cards["rehabilitation"]["detail"]
    assert BELOW in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "conclusion",
    [
        "Fracture récente de L1. Lésion secondaire possible.",
        "Fracture récente de L1. Pas d'argument pour éliminer une lésion secondaire.",
        "Fracture récente de L1. Pas d'argument formel contre une lésion secondaire.",
        "Fracture récente de L1. Pas de nouvelle lésion secondaire.",
        "Fractura aguda de L1. Sin excluir lesiones líticas.",
        "Fractura aguda de L1. Lesiones líticas, no blásticas.",
        "Frische Fraktur LWK 1. Keine blastischen Läsionen, Osteolyse LWK 3.",
        "Frattura acuta di L1. Non lesioni litiche, ma addensamento sospetto.",
        "L1新鮮圧迫骨折。骨転移を疑う所見なしとは言えない。",
        "L1新鮮圧迫骨折。骨転移を疑う所見は否定できない。",
        "L1新鮮圧迫骨折。骨転移を疑う。感染所見なし。",
        "L1新鮮圧迫骨折。骨転移の増大を示唆する所見なし。",
    ],
)
def test_what_only_looks_like_such_a_denial_stays_open(conclusion):
    assert BELOW not in cards_of(imaging(conclusion))["rehabilitation"]["detail"]


def selects_an_end(cards):
    """Tell if an end of the brace is pre-selected; there may be no card of it."""
    has_end = bool(cards.get("braceLimit", {}).get("suggestions"))
    return has_end and end_is_selected(cards)
