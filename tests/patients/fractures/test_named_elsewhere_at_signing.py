"""A broken hip or a destroyed vertebra that one entry alone names chooses nothing."""

import pytest

from tests.chart_builders import inpatient
from tests.codes import ICD, codeable
from tests.patients.leaving import act_ordered
from tests.patients.reassuring import cards_of, end_is_selected, imaging, selected

HIPS = [
    *("Hip fracture", "Schenkelhalsfraktur", "Fractura de cadera"),
    *("złamanie biodra", "大腿骨頚部骨折", "股骨颈骨折", "고관절 골절", "Rib fracture"),
]
OTHER = [
    *("Old hip fracture", "Hip fracture 2015", "history of hip fracture"),
    *("No hip fracture", "Prevention of hip fracture", "Hip pain"),
    *("Ancienne fracture de hanche", "陈旧性股骨颈骨折", "Wrist fracture"),
]
GRAVE = [
    *("paravertebraler Abszess", "Wirbelkörperdestruktion", "병적 골절 의심"),
    *("paravertebral abscess", "destruction of the vertebral body L2"),
    *("abcès paravertébral", "destruction du corps vertébral"),
    *("absceso paravertebral", "destrucción vertebral", "ascesso paravertebrale"),
    *("distruzione vertebrale", "paravertebraal abces", "wervellichaamdestructie"),
    *("ropień przykręgosłupowy", "destrukcja trzonu", "傍脊柱膿瘍", "椎体破壊"),
    *("椎旁脓肿", "椎体破坏", "척추주위 농양", "척추체 파괴"),
]
DENIED = [
    *("No paravertebral abscess", "No vertebral destruction", "Degenerative changes"),
    *("Kein paravertebraler Abszess", "Kein Anhalt für Wirbelkörperdestruktion"),
    *("Endplate destruction", "Pas de destruction osseuse", "骨破壊なし"),
    *("未见骨质破坏", "골 파괴 없음", "Brak ropnia przykręgosłupowego"),
]
LIAISON = "Refer to fracture liaison service"


@pytest.mark.parametrize("words", HIPS)
def test_a_broken_hip_that_only_an_aside_names_ends_no_brace(words):
    noted = act_ordered("Blood count", note=[{"text": words}])
    stay = inpatient() | {"reasonCode": [{"text": words}]}
    for entry in (act_ordered("Blood count", words), noted, stay):
        assert not end_is_selected(cards_of(entry))


@pytest.mark.parametrize("code", ["S72.001A", "S32.511A", "S82.101A", "S22.31XA"])
def test_nor_does_its_code(code):
    reason = [codeable(ICD, code)]
    assert not end_is_selected(cards_of(act_ordered("Blood count", reasonCode=reason)))
    stay = inpatient() | {"reasonCode": reason}
    assert not end_is_selected(cards_of(stay))


@pytest.mark.parametrize("words", OTHER)
def test_an_old_one_or_none_holds_nothing_back(words):
    assert end_is_selected(cards_of(act_ordered("Blood count", words)))


def liaison_is_selected(conclusion):
    return any(label == LIAISON for _, label in selected(cards_of(imaging(conclusion))))


@pytest.mark.parametrize("words", GRAVE)
def test_fracture_liaison_is_not_chosen_next_to_an_abscess_or_destroyed_bone(words):
    assert not liaison_is_selected(words)


@pytest.mark.parametrize("words", DENIED)
def test_it_is_next_to_what_is_denied_or_worn(words):
    assert liaison_is_selected(words)
