"""What cannot be excluded is not excluded, on the list and as a reason, in any language.

A suspicion led the card, and words that cannot exclude the same thing did not.
"""

import pytest

from tests.patients.places import DEFICIT, INFECTION, TUMOUR, as_reason, listed

OPEN = [
    (TUMOUR, "Metastasis cannot be excluded"),
    (TUMOUR, "Metastase nicht auszuschließen"),
    (TUMOUR, "Métastase non exclue"),
    (TUMOUR, "No se descarta metástasis"),
    (TUMOUR, "Metastasi non escludibile"),
    (TUMOUR, "Metastase niet uit te sluiten"),
    (TUMOUR, "Nie można wykluczyć przerzutu"),
    (TUMOUR, "転移を否定できない"),
    (TUMOUR, "不能排除转移"),
    (TUMOUR, "전이를 배제할 수 없음"),
    (TUMOUR, "전이 배제할 수 없음"),
    (INFECTION, "Discitis cannot be excluded"),
    (INFECTION, "Diszitis nicht auszuschließen"),
    (INFECTION, "Discite non exclue"),
    (INFECTION, "No se descarta discitis"),
    (INFECTION, "Discite non escludibile"),
    (INFECTION, "Discitis niet uit te sluiten"),
    (INFECTION, "Nie można wykluczyć zapalenia krążka"),
    (INFECTION, "椎間板炎を否定できない"),
    (INFECTION, "不能排除椎间盘炎"),
    (INFECTION, "추간판염을 배제할 수 없음"),
    (DEFICIT, "Cannot rule out cord compression"),
    (DEFICIT, "Myelonkompression nicht auszuschließen"),
    (DEFICIT, "Compression médullaire non exclue"),
    (DEFICIT, "No se descarta compresión medular"),
    (DEFICIT, "Compressione midollare non esclusa"),
    (DEFICIT, "Myelumcompressie niet uit te sluiten"),
    (DEFICIT, "Nie można wykluczyć ucisku rdzenia"),
    (DEFICIT, "脊髄圧迫を否定できない"),
    (DEFICIT, "不能排除脊髓受压"),
    (DEFICIT, "척수 압박을 배제할 수 없음"),
]
EXCLUDED = [
    "Metastasis excluded",
    "Metastase ausgeschlossen",
    "Metastasi escluse",
    "전이 없음",
    "Discitis excluded",
    "추간판염 없음",
    "Fear of metastasis",
    "Risk of discitis explained",
]


@pytest.mark.parametrize("place", [listed, as_reason])
@pytest.mark.parametrize(("fact", "words"), OPEN)
def test_it_leads(fact, words, place):
    assert fact in place(words).lower()


@pytest.mark.parametrize("place", [listed, as_reason])
@pytest.mark.parametrize("words", EXCLUDED)
def test_what_is_excluded_or_feared_does_not(words, place):
    assert "not excluded" not in place(words)
