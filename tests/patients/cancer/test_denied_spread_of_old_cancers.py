"""The words of a cancer of long ago deny that it has spread or come back."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD
from tests.patients.reassuring import card_of

TITLE = "Breast cancer 2012 s/p resection"
DENIED = [
    *("転移なし", "遠隔転移なし", "転移を認めず", "転移は認められない", "転移：無"),
    *("転移・再発なし", "骨転移なし、肝転移なし", "転移(-)", "転移陰性"),
    *(
        "无转移",
        "未见转移",
        "未见骨转移",
        "没有转移",
        "转移：无",
        "转移阴性",
        "无复发转移",
    ),
    *("未發現轉移", "术后未见转移", "no metastases", "no bone mets", "M0"),
    *("keine Metastasen", "keine Fernmetastasen", "geen metastasen"),
    *("brak przerzutów", "Metastasen ausgeschlossen", "sans métastase"),
]
STATED = [
    *("転移あり", "肺転移なし、骨転移あり", "無症候性骨転移", "転移巣に変化なし"),
    *("有转移", "骨转移", "转移无症状", "无症状转移", "转移无变化", "转移不能排除"),
    *("no adjuvant therapy, metastatic since 2024", "no pain, bone metastases"),
    *("kein Hormon, Rezidiv 2024", "no lung metastases but bone metastases"),
    *("no new metastases", "keine neuen Metastasen", "metastases not ruled out"),
]


def _old_cancer(note, *, title=TITLE):
    code = {"coding": [{"system": ICD, "code": "C50.911"}], "text": title}
    begun = {"onsetDateTime": "2012-03-01", "note": [{"text": note}]}
    return problem("x", number="cancer", days=5000, code=code, **begun)


@pytest.mark.parametrize("note", DENIED)
def test_what_is_denied_is_no_spread(note):
    assert card_of(_old_cancer(note))["indicator"] == "info"


@pytest.mark.parametrize("words", ["転移なし", "転移を認めず", "未见转移", "没有转移"])
def test_nor_in_the_title_and_nothing_is_open(words):
    card = card_of(_old_cancer("", title=f"{TITLE}、{words}"))
    assert card["indicator"] == "info"
    assert "malignancy" not in card["detail"]


@pytest.mark.parametrize("note", STATED)
def test_what_is_not_denied_still_warns(note):
    card = card_of(_old_cancer(note))
    assert card["indicator"] == "warning"
    assert "metastasis" in card["summary"]


@pytest.mark.parametrize(
    "note",
    ["keine Fernmetastasen", "no bone mets", "Mammography normal, no bone mets"],
)
def test_a_note_that_only_denies_spread_is_understood(note):
    detail = card_of(_old_cancer(note))["detail"]
    assert "not understood" not in detail
    assert "malignancy" not in detail


@pytest.mark.parametrize(
    "note",
    [
        *("No change in lytic lesion", "no pain, lytic lesion L1"),
        *("keine Filiae ausser L1", "no metastases seen, PET pending"),
        *("no bone mets, search for primary", "no progression, but new lesion L1"),
    ],
)
def test_a_note_that_says_more_stays_open(note):
    detail = card_of(_old_cancer(note))["detail"]
    assert "not excluded" in detail or "not understood" in detail
