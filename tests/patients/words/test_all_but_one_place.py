"""A denial of all but one place says that it is there: "no metastases except L2"."""

import pytest

from tests.patients.places import DEFICIT, as_reason, listed, noted_when_leaving

TOLD = ("metasta", "malignancy of bone", "spinal infection")
ALL_BUT_ONE = [
    "No metastases other than L2",
    "No metastases apart from L2",
    "No bone metastases except in L2",
    "Keine Metastasen außer L2",
    "Keine Metastasen, außer LWK 2",
    "Pas de métastase sauf L2",
    "Sin metástasis excepto L2",
    "Nessuna metastasi tranne L2",
    "Geen metastasen behalve L2",
    "Bez przerzutów oprócz L2",
    "除L2外无转移",
    "除L2外，未见转移",
    "No discitis except at L4/5",
    "Keine Diszitis außer L4/5",
    "No metastases except one at L2",
    "No bone metastases except a single lesion at L2",
    "Keine Metastasen mit Ausnahme von L2",
    "Keine Metastasen außer eine in L2",
    "Pas de métastase sauf une en L2",
    "Nessuna metastasi tranne una in L2",
    "Geen metastasen behalve één in L2",
    "No metastases except L2 with pathological fracture",
    "L2以外に転移なし",
    "L2 외 전이 없음",
    "No metastases except in the liver",
    "Keine Metastasen außer in der Leber",
    "Pas de métastase hormis le foie",
    "Sin metástasis salvo en hígado",
    "No metastases except L3 lesion causing wedge deformity",
    "No metastases except L3 (height loss)",
    "No metastases except L2 bulging into the canal",
    "Nessuna metastasi tranne L3 che causa edema",
    "Sin metástasis salvo L2 hipercaptante que deforma",
]
LEG = [
    "No weakness apart from left leg",
    "No weakness except left foot",
    "Keine Schwäche außer linkes Bein",
    "Pas de déficit sauf jambe gauche",
    "Sin paresia salvo pie izquierdo",
    "Nessuna paresi tranne piede sinistro",
    "Geen krachtsverlies behalve linkervoet",
    "Bez niedowładu poza lewą nogą",
    "除左下肢外无瘫痪",
    "No weakness except left leg after hernia repair",
    "Keine Parese außer linkes Bein seit Bandscheibenprolaps",
    "Pas de parésie sauf jambe gauche sur hernie discale L4",
]
DENIED = [
    "No metastases",
    "No metastases, no fracture except L1",
    "No metastases and no fracture except L1",
    "Keine Metastasen und keine Fraktur außer LWK 1",
    "Mother: no metastases except L2",
    "No fracture except L1",
    "Sans fracture sauf L1",
    "No pain except at L1",
    "Geen afwijkingen behalve L1",
    "No metastases apart from the L1 compression fracture",
    "No metastases, except known L1 osteoporotic fracture",
    "No malignant lesions besides the L2 haemangioma",
    "No discitis other than L4/5 degeneration",
    "Keine Metastasen, abgesehen von Wirbelkörperfraktur L1",
    "Keine Metastasen außer der LWK 1 Fraktur",
    "Pas de métastase hormis L1 tassement",
    "Sin metástasis salvo L1 fractura osteoporótica",
    "Senza metastasi tranne vertebra L1 fratturata",
    "Geen metastasen buiten wervelfractuur L1",
    "Brak przerzutów poza L1 naczyniak",
    "No metastases except L1 Schmorl node",
    "No metastases except L1 wedge deformity",
    "No metastases except L1 oedema",
    "No discitis apart from L4/5 Modic 1",
    "Keine Metastasen außer L1 Schmorl-Knoten",
    "Pas de métastase sauf L1 oedème",
    "Sin metástasis salvo L1 edema",
    "Nessuna metastasi tranne L1 edema",
    "Geen metastasen behalve L1 oedeem",
    "Bez przerzutów oprócz L1 obrzęk",
    "No neurological deficit other than right-sided hearing loss",
    "No neurological deficit except left hand tremor",
    "Keine Ausfälle außer Hörminderung rechts",
    "No pain except left knee",
    "No weakness except when in pain",
    "No weakness apart from that caused by pain",
    "No infection except left toe",
    "No falls except when drunk",
    "L2 외상 없음",
    "L2外伤,无骨折",
]


@pytest.mark.parametrize("place", [noted_when_leaving, as_reason, listed])
@pytest.mark.parametrize("words", ALL_BUT_ONE)
def test_the_one_place_leads(words, place):
    summary = place(words).lower()
    assert any(one in summary for one in TOLD)


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", LEG)
def test_the_one_leg_leads(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("words", DENIED)
def test_what_is_denied_everywhere_leads_nothing(words):
    assert "not excluded" not in as_reason(words)
    assert "not excluded" not in noted_when_leaving(words)


@pytest.mark.parametrize("words", DENIED)
def test_what_is_denied_everywhere_states_nothing_on_the_list(words):
    assert "on record" not in listed(words)
    assert "infection (" not in listed(words)
