"""Everyday orders, drugs and problems leave nothing open; what may be grave does."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.patients.reassuring import REASSURING, card_of


def ordered(title: str) -> Any:
    return of_patient(
        "ServiceRequest",
        "order",
        status="active",
        intent="order",
        code={"text": title},
        authoredOn=days_ago(3),
    )


def taken(name: str) -> Any:
    return of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": name},
        authoredOn=days_ago(30),
    )


def listed(title: str) -> Any:
    return problem("x", number="g", code={"text": title})


def leaves_open(entry: Any) -> bool:
    card = card_of(entry)
    return REASSURING not in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize(
    "title",
    [
        *("Routine bloods", "Fußpflege", "Hémoglobine glyquée", "Audiometría"),
        *("Profilo lipidico", "Bloeddrukmeting", "Wondzorg", "Kreatinine"),
        *("Badanie ogólne moczu", "Zmiana opatrunku", "Grupa krwi"),
        *("血糖測定", "肝機能検査", "口腔ケア", "血型", "换药", "肾功能"),
        *("혈압 측정", "간기능검사", "복약 상담"),
    ],
)
def test_an_everyday_order_leaves_nothing_open(title: str) -> None:
    assert not leaves_open(ordered(title))


@pytest.mark.parametrize(
    "title",
    [
        *("Routine bloods, myeloma screen", "Fußpflege, Fußheberschwäche"),
        *("Audiogramme, métastase", "Iones, mieloma", "Emocromo, mieloma"),
        *("Wondzorg, infectie", "Bloedonderzoek myeloom", "Temperatuurmeting, koorts"),
        *("Morfologia, szpiczak", "Proteinogram", "血算、骨髄腫疑い", "創処置 感染"),
        *("血常规 骨髓瘤", "肝功能异常", "肾功能衰竭", "간기능검사 간암", "혈액배양"),
    ],
)
def test_one_with_more_in_its_title_does(title: str) -> None:
    assert leaves_open(ordered(title))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "아토르바스타틴 20mg",
            "암로디핀베실산염정 5밀리그램",
            "아스피린장용정 100mg",
        ),
        *("로사르탄/암로디핀 50/5mg", "에스오메프라졸 캡슐", "졸피뎀", "레보티록신"),
        *("Thiamine 100 mg", "Weißdorn", "Nicardipine", "Lactitol", "Lattulosio"),
        *(
            "Nitrazepam",
            "Karwedilol",
            "エゼチミブ錠",
            "ヘパリン類似物質",
            "开塞露",
            "吲达帕胺",
        ),
    ],
)
def test_an_everyday_drug_leaves_nothing_open(name: str) -> None:
    assert not leaves_open(taken(name))


@pytest.mark.parametrize(
    "name",
    [
        *("모르는약 10mg", "아스피린유사약", "신약정 5mg", "정 20mg", "염산염 정"),
        *(
            "아토르바스타틴 중단 후 신약",
            "아토르바스타틴/프레드니솔론",
            "프레드니솔론 5mg",
        ),
        *("알렌드로네이트 70mg", "골다공증 주사", "비스포스포네이트", "데노수맙"),
        *("Blorpidin 5 mg", "未知药", "泼尼松", "テリパラチド"),
    ],
)
def test_a_drug_that_is_not_known_whole_does(name: str) -> None:
    assert leaves_open(taken(name))


@pytest.mark.parametrize(
    "title",
    [
        *("Mixed dyslipidaemia", "Lumbalgie", "Asthme bronchique", "Edemas maleolares"),
        *("Polimialgia reumatica", "Spataderen beide benen", "Ból krzyża"),
        *("Diabete mellito tipo 2 in terapia orale", "2型糖尿病 血糖控制良好"),
        *(
            "軽度認知障害",
            "両眼内レンズ挿入後",
            "风湿性多肌痛",
            "재발성 요로감염",
            "레이노 증후군",
        ),
        *("Z.n. Schrittmacherimplantation 2019", "좌측 인공슬관절 치환술 후"),
    ],
)
def test_an_everyday_problem_leaves_nothing_open(title: str) -> None:
    assert not leaves_open(listed(title))


@pytest.mark.parametrize(
    "title",
    [
        *("Lumbalgie mit Parese", "Ból krzyża, niedowład", "Bronchial asthma, mass"),
        *("Lage rugpijn bij metastase", "Thyroid nodule", "甲状腺结节", "갑상선 결절"),
        *("Lieve paresi", "Łagodny guz kręgosłupa", "Lichte parese", "경도 마비"),
        *("Infezioni urinarie ricorrenti, urosepsi", "2型糖尿病 控制良好 骨转移"),
        *(
            "자궁절제술 후 자궁경부암",
            "Stan po histerektomii z powodu raka",
            "子宮全摘後",
        ),
        *("Postoperative pain", "Lieve iponatriemia", "双下肢水肿 无力"),
    ],
)
def test_one_that_may_be_more_does(title: str) -> None:
    assert leaves_open(listed(title))
