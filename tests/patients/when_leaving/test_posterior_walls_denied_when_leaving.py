"""A report that denies an injury of the posterior wall is understood."""

import pytest

from tests.patients.leaving import image_report, summaries_beside

DENIED = [
    "Akute Fraktur LWK 1. Keine Hinterkantenbeteiligung.",
    "Acute fracture L1. No posterior wall involvement.",
    "Fracture aiguë L1. Pas d'atteinte du mur postérieur.",
    "Fractura aguda L1. Sin afectación del muro posterior.",
    "Frattura acuta L1. Nessun interessamento del muro posteriore.",
    "Acute wigfractuur L1 met beenmergoedeem. Geen betrokkenheid van de achterwand.",
    "Acute compressiefractuur L1, geen betrokkenheid van de achterwand.",
    "Ostre złamanie L1. Bez zajęcia tylnej ściany.",
    "L1新鮮圧迫骨折。骨髄浮腫あり。後壁損傷なし。",
    "L1急性压缩性骨折。无后壁受累。",
    "L1 급성 압박골절. 골수 부종. 후벽 손상 없음.",
]
OPEN = [
    "Acute fractuur L1. Geen uitsluitsel over betrokkenheid van de achterwand.",
    "Acute fractuur L1. Geen betrokkenheid van de achterwand, wel massa.",
    "L1新鮮圧迫骨折。後壁損傷なし。腫瘤あり。",
    "L1 급성 압박골절. 후벽 손상 없음. 종괴 있음.",
    "L1急性压缩性骨折。无后壁受累。占位。",
]


@pytest.mark.parametrize("conclusion", DENIED)
def test_a_wall_that_is_not_injured_is_understood(conclusion: str) -> None:
    assert summaries_beside(image_report(conclusion)) == []


@pytest.mark.parametrize("conclusion", OPEN)
def test_what_else_is_there_is_not(conclusion: str) -> None:
    assert summaries_beside(image_report(conclusion))
