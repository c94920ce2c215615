"""A check of the cement that found nothing, and one dose at the cut, ask nothing."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.leaving import V2_0074, act_done, summaries_beside


def check(words: str) -> Any:
    """The final report of an X-ray of the day after the operation."""
    return of_patient(
        "DiagnosticReport",
        "check",
        status="final",
        category=[codeable(V2_0074, "RAD")],
        code={"text": "X-ray lumbar spine"},
        effectiveDateTime=days_ago(1),
        conclusion=words,
    )


def antibiotic(name: str, dosage: str, days: int = 2) -> Any:
    """An order of a drug of so many days ago: 2 is the day of the operation."""
    return of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": name},
        authoredOn=days_ago(days),
        dosageInstruction=[{"text": dosage}],
    )


@pytest.mark.parametrize(
    "words",
    [
        "L1 kyphoplasty in good position. Vertebral height partially restored.",
        "Cement at L1 without leak.",
        "Zement in LWK 1 gut verteilt, kein Austritt nach intraspinal.",
        "Gute Zementfüllung, achsgerechte Stellung. Kein Korrekturverlust.",
        "Statique rachidienne conservée. Ciment intravertébral L1.",
        "Cemento en L1 bien situado, sin fuga, sin nuevas fracturas.",
        "Cifoplastia L1 sin incidencias. Osteopenia difusa.",
        "Altura vertebral recuperada. Sin hallazgos patológicos.",
        "Esiti di cifoplastica L1. Non nuovi cedimenti vertebrali.",
        "Allineamento conservato. Cemento regolarmente distribuito.",
        "Status na vertebroplastiek L1 met goede cementverdeling.",
        "Kyfoplastiek L1: cement op de juiste plaats, geen extravasatie.",
        "Wertebroplastyka L1 bez powikłań. Stan pooperacyjny prawidłowy.",
        "セメントの漏出は認めません。新規椎体骨折は認めません。",
        "L1椎体形成術後変化。明らかな新規骨折なし。",
        "骨水泥弥散良好，椎体高度较前恢复，未见新发压缩骨折。",
        "椎体序列整齐，余椎体未见异常。",
        "Zement regelrecht. Übrige Wirbelkörper unverändert.",
        "Cemento ben distribuito. Restanti vertebre invariate.",
        "시멘트 분포 양호, 정렬 유지됨. 추체 높이 회복됨.",
    ],
)
def test_a_check_that_found_nothing_asks_nothing(words: str) -> None:
    assert summaries_beside(check(words)) == []


@pytest.mark.parametrize(
    "words",
    [
        *("Cement leak at L1.", "Not without leak."),
        "Kyphoplasty L1 without complication except leak.",
        "Height partially restored, new fracture L2.",
        *("Übrige Wirbelkörper verändert.", "Restanti vertebre non invariate."),
        *("Nicht ohne Zementaustritt.", "Fehlstellung nach Kyphoplastie."),
        "Achsgerechte Stellung, Zementaustritt nach dorsal.",
        "Kein Korrekturverlust, aber neue Fraktur LWK 2.",
        *("Pas sans fuite.", "Hauteur non conservée."),
        "Statique rachidienne conservée, tassement de L2.",
        *("No sin fugas.", "Sin incidencias salvo fuga.", "Nuevas fracturas L2."),
        *("Non senza stravaso.", "Nuovi cedimenti vertebrali."),
        "Cemento non regolarmente distribuito, fuoriuscita.",
        *("Niet zonder lekkage.", "Cement op de juiste plaats met lekkage."),
        *("Nie bez wycieku.", "Stan pooperacyjny nieprawidłowy."),
        *("明らかな新規骨折あり。", "新規椎体骨折を認めます。", "椎体高維持されず。"),
        "骨折は認めませんが、新規椎体骨折あり。",
        *("椎体高度较前丢失。", "余椎体压缩。", "骨水泥移位。"),
        *("정렬 유지 안됨.", "추체 높이 감소, 새로운 골절."),
    ],
)
def test_one_that_found_something_does(words: str) -> None:
    assert len(summaries_beside(check(words))) == 1


@pytest.mark.parametrize(
    ("name", "dosage"),
    [
        ("Cefazolina 2 g ev", "in induzione"),
        ("Cefazolina 2 g ev", "una tantum"),
        ("Cefazolina 2 g", "30 min prima dell'incisione"),
        ("Cefazolin 2 g i.v.", "1 dawka"),
        ("Cefazolina 2 g", "1 dose 1 ora prima dell'incisione"),
        ("Cefazolin 2 g", "30 min przed nacięciem"),
        ("セファゾリン1g 点滴静注", "執刀30分前"),
        ("セファゾリン", "手術時予防投与"),
        ("头孢唑林1g 静滴", "预防感染 术前半小时"),
        ("头孢唑林1g", "一次"),
        ("세파졸린 1g", "예방적 항생제"),
        ("Céfazoline 2 g", "antibioprophylaxie"),
        ("Céfazoline 2 g", "en une prise à l'incision"),
        ("Cefazolin 2 g IV", "once"),
        ("Cefazolin 2 g IV", "2 g at induction, then 1 g q8h x 2 doses"),
        ("Cefazolin 2 g IV", "single dose, do not continue"),
        ("Cefazolin 2 g IV", "single dose, discontinue after surgery"),
    ],
)
def test_one_dose_at_the_cut_asks_nothing(name: str, dosage: str) -> None:
    assert summaries_beside(antibiotic(name, dosage)) == []


@pytest.mark.parametrize(
    ("name", "dosage"),
    [
        ("Ceftriaxone 2 g IV", "once daily"),
        ("Ceftriaxone 2 g IV", "2 g once a day"),
        ("Ceftriaxone 2 g IV", "1 g stat then 1 g q12h"),
        ("Ceftriaxone 2 g IV", "1 dose daily x 14 days"),
        ("Cefazolina 2 g ev", "1 dose ogni 8 ore"),
        ("Ceftriaxon 2 g iv", "1 dosis elke 24 uur"),
        ("Ceftriaxon 2 g iv", "1 dosis/24u"),
        ("Ceftriaxone 2 g IV", "1 dose / 24 h"),
        ("Ceftriaxone 2 g IV", "1 dose toutes les 24 h"),
        ("Ceftriaxon 2 g i.v.", "1 Gabe/Tag"),
        ("Ceftriaxona 2 g iv", "1 dosis cada 24 horas"),
        ("Cefazolina 2 g ev", "3 volte al giorno"),
        ("Cefazolina 2 g ev", "sospetta infezione"),
        ("Cefazolin 2 g", "1 Gabe alle 8 h"),
        ("Céfazoline 2 g", "1 prise matin et soir 7 jours"),
        ("セファゾリン1g", "1回1g 1日2回"),
        ("头孢唑林1g 静滴", "一次1g 每8小时"),
        ("头孢唑林1g 静滴", "每日一次"),
        ("头孢唑林1g 静滴", "感染"),
        ("Ceftriaxon 2 g i.v.", "einmalig, danach oral weiter"),
        ("Céfazoline 2 g", "1 dose, ensuite relais oral"),
        ("Cefazolina 2 g", "1 dosis, luego vía oral"),
        ("Cefazolina 2 g ev", "una tantum, poi terapia orale"),
        ("Cefazolin 2 g", "1 dosis, daarna oraal"),
        ("Cefazolin 2 g", "1 dawka, potem doustnie"),
        ("Cefazolin 2 g", "once, continue with flucloxacillin"),
        ("Cefazolin 2 g", "einmalig wegen Fieber"),
        ("Cefazolina 2 g ev", "una tantum per febbre"),
        ("Cefazolin 2 g", "once for fever"),
    ],
)
def test_one_that_comes_again_does(name: str, dosage: str) -> None:
    assert len(summaries_beside(antibiotic(name, dosage, days=1))) == 1


def test_a_catheter_of_the_bladder_is_none_of_the_heart() -> None:
    assert summaries_beside(act_done("Cateterismo vescicale")) == []
    assert len(summaries_beside(act_done("Cateterismo cardiaco"))) == 1
    assert len(summaries_beside(act_done("Cateterismo"))) == 1
