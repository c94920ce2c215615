"""A report repeats its question and answers it; what it does not answer stays open."""

import pytest

from tests.patients.reassuring import first_card, imaging

OPEN = "not excluded"
ANSWERED = [
    "Fragestellung: Metastase? Kein Nachweis einer Metastase",
    "Metastase oder Spondylodiszitis? Keine Metastase, keine Spondylodiszitis.",
    "Suche nach einer Metastase. Keine ossären Metastasen.",
    "Question: metastasis? No metastasis",
    "Clinical question: discitis? No evidence of discitis.",
    "Metastasis? Fracture L1. No metastasis.",
    "Search for metastasis. No evidence of metastatic disease.",
    "Recherche de métastase. Pas de métastase",
    "Métastase ? Pas de métastase",
    "¿Metástasis? Sin metástasis",
    "Búsqueda de metástasis. Sin evidencia de metástasis óseas",
    "Metastasi? Nessuna metastasi",
    "Ricerca di metastasi. Non metastasi",
    "Vraagstelling: metastasen? Geen metastasen",
    "Pytanie: przerzuty? Bez przerzutów",
    "Poszukiwanie przerzutów. Nie stwierdzono przerzutów.",
    "転移の有無。転移なし",
    "骨転移の有無の評価。骨転移を認めず",
    "转移？未见骨转移征象。",
    "有无转移。未见转移",
    "전이 여부. 전이 없음",
]
LEFT_OPEN = [
    "Metastasis?",
    "Metastasis? No fracture",
    "Metastasis L1? No metastasis in L3",
    "Metastasis? No metastasis in L3",
    "Metastasis? No metastasis in the liver",
    "No metastasis. Metastasis?",
    "Metastasis? No definite metastasis",
    "Search for metastases in known myeloma. No metastasis.",
    "Fragestellung: Metastase? Keine Spondylodiszitis",
    "Metastase? Keine Lebermetastasen",
    "Metastase bei bekannten Knochenmetastasen? Keine Metastase.",
    "Recherche de métastase. Pas de métastase hépatique",
    "Recherche de métastase, métastase de L3 connue. Pas de métastase.",
    "¿Metástasis? Sin metástasis hepáticas",
    "Ricerca di metastasi. Nessuna frattura",
    "Metastasen? Geen levermetastasen",
    "Metastasen? Geen zekerheid over metastasen",
    "Geen zekerheid over metastasen",
    "Geen uitsluitsel over metastasen",
    "Przerzuty? Bez przerzutów w wątrobie",
    "転移の有無。肝転移なし",
    "有无转移。肝脏未见转移",
    "有无转移",
    "전이 여부. 간 전이 없음",
]


@pytest.mark.parametrize("conclusion", ANSWERED)
def test_a_question_that_a_plain_denial_answers_leads_no_card(conclusion):
    assert OPEN not in first_card(imaging(conclusion))["summary"]


@pytest.mark.parametrize("conclusion", LEFT_OPEN)
def test_a_question_is_open_without_an_answer_of_the_same(conclusion):
    assert OPEN in first_card(imaging(conclusion))["summary"]


def test_the_question_of_a_title_is_answered_by_the_conclusion():
    report = imaging("No metastasis.", code={"text": "MRI spine, rule out metastasis"})
    assert OPEN not in first_card(report)["summary"]
