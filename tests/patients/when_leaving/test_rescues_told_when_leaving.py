"""A bladder that stays full, a rescue and a close watch are asked about as told.

An order, a reason or a note may be the only word of them.
"""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

FULL = (
    "residual volume 800 ml|bladder scan 900 ml|PVR 1.2 L|Straight cathed for 900 ml"
    "|Restharn 800 ml|Sono: 700 ml Restharn|Einmalkatheterismus 800 ml"
    "|résidu post-mictionnel 700 ml|residuo postmiccional 800 ml"
    "|residuo post-minzionale 700 ml|residu na mictie 650 ml|zaleganie moczu 700 ml"
    "|残尿800ml|残余尿800ml|잔뇨 700ml|導尿 800ml"
)
SMALL = (
    "residual volume 30 ml|PVR 50 ml|Restharn 30 ml|Restharnkontrolle|残尿30ml|잔뇨 20ml"
    "|résidu post-mictionnel 40 ml|Urine output 800 ml|Urinausscheidung 1500 ml/d"
    "|尿量 1500ml|Straight cath if PVR > 300 ml|No retention|Foley removed, voiding"
    "|Bladder scan q6h, notify if 400 ml"
)
RESCUED = (
    "VAC-Anlage|NPWT|CPR performed|Reanimation erfolgreich|Rapid response called"
    "|MET call|Código azul|コードブルー|코드블루|抢救成功|Troponin trend|Serial troponins"
    "|Troponin-Verlauf|Neuro checks q1h|Stündliche Neurokontrolle"
    "|SNF for IV antibiotics|i.v.-Antibiose ambulant"
)
ORDINARY = (
    "Reanimationsstatus: ja|Code status|VAC tubing supplies|Vakuumdrainage"
    "|MET call criteria|Troponin|Neuro checks q4h|Oral antibiotics|SNF placement"
    "|PICC line removal|Vital signs q1h|CPR training for family|No CPR performed"
    "|CPR performed 2012"
)


def asked_by_note(words: str) -> bool:
    return bool(summaries_beside(act_ordered("CBC", note=[{"text": words}])))


@pytest.mark.parametrize("words", [*FULL.split("|"), *RESCUED.split("|")])
def test_it_is_to_be_read_in_a_note(words: str) -> None:
    assert asked_by_note(words)


@pytest.mark.parametrize("words", [*FULL.split("|"), *RESCUED.split("|")])
def test_so_it_is_as_an_order(words: str) -> None:
    assert summaries_beside(act_ordered(words))


@pytest.mark.parametrize("words", [*SMALL.split("|"), *ORDINARY.split("|")])
def test_ordinary_words_ask_nothing(words: str) -> None:
    assert not asked_by_note(words)


def test_a_close_watch_on_the_day_of_the_operation_is_of_its_plan() -> None:
    assert summaries_beside(act_ordered("Neuro checks q1h", days=2)) == []
