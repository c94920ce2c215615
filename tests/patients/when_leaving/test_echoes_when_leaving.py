"""A plain echo of the heart since the operation asks nothing; one for a reason does."""

from typing import Any

import pytest

from tests.codes import codeable
from tests.patients.leaving import (
    V2_0074,
    act_done,
    act_ordered,
    image_report,
    summaries_beside,
)

PLAIN = (
    "TTE|Echo|Herzecho|Echokardiographie|ECHO TRANSTHORACIC COMPLETE|TTE W DOPPLER"
    "|2D Echo with Doppler|Kontrollecho|Échocardiographie transthoracique"
    "|Ecocardiograma|Ecocardiogramma|Echocardiografie|Echo serca|経胸壁心エコー"
    "|心脏彩超|심초음파"
)
ASKED = (
    "TEE|Transösophageales Echo|Bedside echo|Notfallecho|Emergency echocardiogram"
    "|Focused echo|Stress echo|Echo bubble study|Echo: Endokarditis?|TTE for dyspnoea"
    "|Echo RV strain|TTE Kontrolle Perikarderguss|Échocardiographie en urgence"
    "|Ecocardiograma urgente|Pilne echo serca|緊急心エコー|急诊心脏超声|응급 심초음파"
)
REASONS = (
    "V.a. Endokarditis|Dyspnoe|shortness of breath|hypotension|PE?|positive blood"
    " cultures|Rechtsherzbelastung?|Synkope|new murmur|acute heart failure|Fieber"
    "|Staph aureus|stroke|cement embolism"
)
NORMAL = (
    "LVEF 60 %. No pericardial effusion."
    "|Normal LV function. EF 60%. No significant valve disease."
    "|LV-Funktion gut, EF 60 %. Keine relevanten Vitien, kein Perikarderguss."
    "|Gute LV-Funktion, keine Wandbewegungsstörungen, leichte Mitralinsuffizienz."
    "|Preserved LVEF 55-60%. Mild mitral regurgitation. No RV strain."
    "|Fonction VG conservée. Pas d'épanchement péricardique.|左室壁運動良好|未见异常"
)
FOUND = (
    "RV dilated, D-sign.|Small pericardial effusion.|Vegetation on aortic valve."
    "|LVEF 60 %. Thrombus in RA.|Normal LV function. Echogenic material in the RA."
    "|Rechtsherzbelastung.|Schwere Aortenstenose.|No effusion except pericardial 2 cm"
    "|LVEF 60%. sPAP 70 mmHg|Moderate mitral regurgitation"
)


def echo(
    conclusion: str, title: str = "Echocardiography", category: str = "CUS"
) -> Any:
    named = {"code": {"text": title}, "category": [codeable(V2_0074, category)]}
    return image_report(conclusion) | named


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize("title", PLAIN.split("|"))
def test_a_plain_echo_asks_nothing(make: Any, title: str) -> None:
    assert summaries_beside(make(title)) == []


@pytest.mark.parametrize("title", ASKED.split("|"))
def test_one_that_looks_for_something_does(title: str) -> None:
    assert len(summaries_beside(act_ordered(title))) == 1


@pytest.mark.parametrize("reason", REASONS.split("|"))
def test_so_does_one_with_such_a_reason(reason: str) -> None:
    assert len(summaries_beside(act_ordered("TTE", reason))) == 1


@pytest.mark.parametrize("reason", ["Hypertension", "Vorhofflimmern", "routine"])
def test_a_disease_of_every_ward_is_no_such_reason(reason: str) -> None:
    assert summaries_beside(act_ordered("Echo", reason)) == []


@pytest.mark.parametrize(
    "members",
    [
        {"note": [{"text": "please look for vegetations"}]},
        {"reasonReference": [{"reference": "Condition/elsewhere"}]},
    ],
)
def test_a_note_or_a_reason_that_nobody_sent_is_read(members: Any) -> None:
    assert len(summaries_beside(act_ordered("Echo", **members))) == 1


@pytest.mark.parametrize("conclusion", NORMAL.split("|"))
@pytest.mark.parametrize("category", ["RAD", "CUS"])
def test_a_report_that_found_nothing_asks_nothing(
    conclusion: str, category: str
) -> None:
    assert summaries_beside(echo(conclusion, category=category)) == []


@pytest.mark.parametrize("conclusion", FOUND.split("|"))
def test_any_other_word_of_one_is_read(conclusion: str) -> None:
    assert len(summaries_beside(echo(conclusion))) == 1


def test_so_is_one_that_was_asked_something() -> None:
    assert len(summaries_beside(echo("LVEF 60 %.", "Echo: Endokarditis?"))) == 1


@pytest.mark.parametrize(("file", "count"), [("Echo.pdf", 0), ("RV strain.pdf", 1)])
def test_a_file_alone_is_read_if_its_name_says_more(file: str, count: int) -> None:
    pdf = [{"contentType": "application/pdf", "title": file}]
    report = echo("") | {"presentedForm": pdf}
    del report["conclusion"]
    assert len(summaries_beside(report)) == count
