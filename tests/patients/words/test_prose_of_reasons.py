"""The reason of an order denies a tumour only if it was understood whole."""

import pytest

from tests.chart_builders import (
    blood_count_for,
)
from tests.patients.reassuring import cards_of, end_is_selected, imaging, selected

PLAIN = [
    "Painful osteoporotic L1 compression fracture, failed conservative treatment",
    "Schmerzhafte osteoporotische LWK-1-Fraktur, konservative Therapie erfolglos",
    "Fracture-tassement ostéoporotique de L1, échec du traitement conservateur",
    "Fractura vertebral osteoporótica L1, fracaso del tratamiento conservador",
    "Frattura vertebrale osteoporotica L1, fallimento della terapia conservativa",
    "Pijnlijke wervelfractuur L1, falen van conservatieve behandeling",
    "Bolesne złamanie osteoporotyczne trzonu L1, nieskuteczne leczenie zachowawcze",
    "Fratura vertebral osteoporótica L1, falha do tratamento conservador",
    "L1椎体骨质疏松性压缩性骨折，保守治疗无效",
    "骨粗鬆症性L1圧迫骨折、保存療法無効",
    "골다공증성 L1 압박골절, 보존적 치료 실패",
]
SWALLOWED = [
    "No biopsy of the metastasis yet",
    "Without treatment for myeloma",
    "Not a candidate for surgery due to metastases",
    "Ohne Therapie bei bekanntem Myelom",
    "Przerzut bez ucisku",
    "未治疗的骨转移",
    "Marrow signal of unclear meaning",
    "Qwerty zxcvb",
    "Fracture is not osteoporotic",
    "Fraktur nicht osteoporotisch",
    "Fractura secundaria",
    "No walking since 2 days",
    "Niet lopen sinds 2 dagen",
    "歩行なし",
    "Spinal surgery planned at L4",
    "Operation geplant: Stabilisierung L1",
    "脊柱手术",
]
EARLIER = [
    "s/p kyphoplasty L3",
    "Status post L3 vertebroplasty",
    "Old wedge deformity of T12",
    "Z.n. Kyphoplastie LWK 3",
    "ancien tassement T8",
    "stare złamanie T8",
    "陈旧性压缩骨折",
    "第8胸椎陳旧性骨折",
    "Vertebral fracture T8 3 years ago",
    "Vertebroplasty 2021",
    "Wirbelkörperfraktur vor 2 Jahren",
    "椎体骨折2年前",
]


@pytest.mark.parametrize("element", ["reasonCode", "note"])
@pytest.mark.parametrize("words", SWALLOWED)
def test_a_reason_that_was_not_understood_reassures_nobody(words, element):
    cards = cards_of(blood_count_for(words, element))
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "an order not fully understood" in detail
    assert "1 in" in detail, "no figure is silenced"
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", PLAIN)
def test_an_ordinary_reason_changes_nothing(words):
    cards = cards_of(blood_count_for(words))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("entry", [blood_count_for, imaging], ids=["reason", "report"])
@pytest.mark.parametrize("words", EARLIER)
def test_an_earlier_fracture_in_words_reassures_nobody(words, entry):
    assert "below the usual" not in cards_of(entry(words))["rehabilitation"]["detail"]


@pytest.mark.parametrize("before", [PLAIN[0], SWALLOWED[0], EARLIER[0], "Metastasis"])
@pytest.mark.parametrize(
    "unknown", ["Qwerty zxcvb", "No qwerty", "病変不明", "Kein Xyz"]
)
def test_no_unknown_sentence_adds_anything_that_reassures(before, unknown):
    less = cards_of(blood_count_for(before))
    for words in (f"{before}. {unknown}", f"{unknown}. {before}"):
        more = cards_of(blood_count_for(words))
        assert selected(more) <= selected(less)
        assert "below the usual" not in more["rehabilitation"]["detail"]
        was, now = (one["rehabilitation"]["indicator"] for one in (less, more))
        assert was == now
