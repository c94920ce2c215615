"""A laceration that is sewn, or a limb in a splint, may be the only word of a fall."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.leaving import act_done, act_ordered, summaries_beside

TREATED = [
    "Repair of forehead laceration after fall",
    "Laceration repair, scalp",
    "Suture plaie du cuir chevelu",
    "Splint application, left forearm",
    "Sling left arm",
    "Wundnaht Kopfplatzwunde",
    "Platzwunde Stirn genäht",
    "Unterarmschiene links",
    "Attelle poignet gauche",
    "Sutura herida frontal cuero cabelludo",
    "Férula antebraquial",
    "Sutura ferita cuoio capelluto",
    "Tutore polso sinistro",
    "Hechten hoofdwond",
    "Gipsspalk onderarm",
    "Szycie rany głowy",
    "Szyna gipsowa przedramienia",
    "頭部挫創縫合",
    "シーネ固定",
    "头皮裂伤缝合",
    "前臂石膏固定",
    "두피 열상 봉합",
    "손목 부목",
    "Echarpe bras droit",
    "Gilchrist-Verband",
    "Mitella",
    "Cabestrillo",
]
ORDINARY = [
    "Removal of sutures",
    "Suture removal",
    "Wound closure",
    "Compression stockings",
    "Fadenzug",
    "Hautnaht",
    "Kompressionsstrümpfe",
    "Verbandswechsel",
    "Wound check",
    "Skin closure with steri-strips",
    "Ablation des fils",
    "Bas de contention",
    "Retirada de puntos",
    "Rimozione punti",
    "Hechtingen verwijderen",
    "Steunkousen",
    "Usunięcie szwów",
    "抜糸",
    "拆线",
    "실밥 제거",
    "弾性ストッキング",
    "Wundversorgung",
    "Wound dressing",
    "Sutura cutánea",
    "Night splint wrist",
    "TLSO brace fitting",
    "Patient lift sling",
    "Heel protector",
    "Lagerungsschiene",
    "Wondverzorging",
    "伤口换药",
    "创伤处置",
]


@pytest.mark.parametrize("title", TREATED)
def test_an_injury_that_was_treated_is_to_be_read(title: str) -> None:
    assert summaries_beside(act_done(title))
    assert summaries_beside(act_ordered(title))


@pytest.mark.parametrize("title", ORDINARY)
def test_the_wound_of_the_operation_is_not(title: str) -> None:
    assert summaries_beside(act_done(title)) == []


@pytest.mark.parametrize("code", ["12001", "12011", "12032", "12057", "13121", "29125"])
def test_a_code_of_it_is_to_be_read(code: str) -> None:
    done = of_patient(
        "Procedure",
        "act",
        status="completed",
        code=codeable(CPT, code),
        performedDateTime=days_ago(1),
    )
    assert summaries_beside(done)


def test_so_is_a_device_that_was_ordered() -> None:
    sling = of_patient(
        "DeviceRequest",
        "sling",
        status="active",
        intent="order",
        codeCodeableConcept={"text": "Sling left arm"},
        authoredOn=days_ago(1),
    )
    assert summaries_beside(sling)


def test_on_the_day_of_the_operation_it_was_of_the_fall_before() -> None:
    assert summaries_beside(act_done("Laceration repair, scalp", days=2)) == []
