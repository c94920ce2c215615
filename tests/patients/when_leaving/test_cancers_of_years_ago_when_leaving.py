"""The old year of a cancer excuses the cancer, and nothing else that its entry says."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD
from tests.patients.leaving import (
    cards_beside,
    page_after,
    summaries_beside,
    titled,
)

YESTERDAY = days_ago(1)
TELLING = [
    "Breast cancer 2009, hip fracture",
    "Breast cancer 2009, pulmonary embolism",
    "Breast cancer 2009, stroke",
    "Breast cancer 2009, fall on ward",
    "Breast cancer 2009, wound infection",
    "Breast cancer 2009, liver lesions",
    "Breast cancer 2009, new lump",
    "Breast cancer 2009, blub xyz",
    "Breast cancer 2009, discitis",
    "Breast cancer 2009, cauda equina syndrome",
    "Breast cancer 2009, stable",
    "Breast cancer 2009, not in remission",
    "Prostate cancer 2012, castration resistant",
    "Hip fracture. Breast cancer 2009",
    "Mammakarzinom 2009, Lungenembolie",
    "Cancer du sein 2009, pas de rémission",
    "Cancer du sein 2009, traitement",
    "Cáncer de mama 2009, sin remisión",
    "Cáncer de mama 2009, ictus",
    "Carcinoma mammario 2009, in trattamento",
    "Mammacarcinoom 2009, heupfractuur",
    "Rak piersi 2009, leczenie",
    "乳癌 2009年 加療中",
    "乳癌 2009年、脳梗塞",
    "前列腺癌 2012年 PSA升高",
    "乳腺癌 2009年，治疗中",
    "유방암 2009년, 치료중",
    "유방암 2009년, 폐색전증",
]
ORDINARY = [
    "Breast cancer 2009",
    "Breast cancer 2009, treated",
    "Breast cancer left 2008, WLE + RT",
    "Prostate cancer 2012, radiotherapy",
    "Rectal cancer 2011, anterior resection",
    "Mammakarzinom links 2009, BET und Radiatio",
    "Prostata-Ca 2013, Bestrahlung",
    "Cancer du sein 2009, chirurgie et radiothérapie",
    "Cáncer de próstata 2012, radioterapia",
    "Carcinoma del colon 2010, operato",
    "Coloncarcinoom 2010, hemicolectomie",
    "Rak jelita grubego 2010, operowany",
    "乳癌術後 2009年",
    "乳腺癌术后 2009年",
    "유방암 2009년 수술",
]


def listed(words: str = "", code: str = "", **members: Any) -> Any:
    """A diagnosis without an onset, recorded the day before the discharge."""
    coding = {"coding": [{"system": ICD, "code": code}]} if code else {}
    text = {"text": words} if words else {}
    said = {"code": coding | text, "recordedDate": YESTERDAY}
    return problem("x", number="g", **said | members)


@pytest.mark.parametrize("words", TELLING)
def test_other_words_of_its_title_are_asked_about(words: str) -> None:
    assert cards_beside(listed(words))
    assert cards_beside(listed(words, recordedDate=days_ago(6)))
    assert not page_after(listed(words))["mayTrain"]


@pytest.mark.parametrize("code", ["C50.919", "Z85.3", "I10", "S72.001A"])
@pytest.mark.parametrize("words", TELLING[:10])
def test_no_code_next_to_them_answers(words: str, code: str) -> None:
    assert cards_beside(listed(words, code))


@pytest.mark.parametrize("words", ORDINARY)
@pytest.mark.parametrize("day", [1, 6, 900])
def test_how_it_was_treated_asks_nothing(words: str, day: int) -> None:
    assert not cards_beside(listed(words, recordedDate=days_ago(day)))


@pytest.mark.parametrize("words", ["Breast cancer", "Mammakarzinom links"])
def test_an_old_onset_is_its_year(words: str) -> None:
    assert not cards_beside(listed(words, onsetDateTime="2009"))
    assert cards_beside(listed(words, onsetDateTime="2024"))


@pytest.mark.parametrize("words", ["Breast cancer 2009", ""])
@pytest.mark.parametrize(
    "members",
    [
        {"note": [{"text": "Fell on ward", "time": YESTERDAY}]},
        {"note": [{"text": "New T12 fracture", "time": YESTERDAY}]},
        {"note": [{"text": "Hip fracture", "time": YESTERDAY}]},
        {"note": [{"text": "Liver lesions on CT", "time": YESTERDAY}]},
        {"evidence": [{"code": [{"text": "Liver lesions"}]}]},
        {"bodySite": [{"text": "Bone"}]},
        {"extension": [{"url": "http://a.b/c", "valueString": "recurrence"}]},
    ],
    ids=str,
)
def test_what_else_its_entry_says_is_read(words: str, members: dict[str, Any]) -> None:
    code = "" if words else "C50.919"
    told = listed(words, code, onsetDateTime="2009", **members)
    assert cards_beside(told)


@pytest.mark.parametrize(
    "title",
    [
        *("Prostatakarzinom 2010, RPE", "Prostate ca 2010 s/p prostatectomy"),
        *("Breast ca L 2009 s/p lumpectomy + XRT", "Tumore mammella 2009"),
        *("Ca. de mama 2009, mastectomía y quimioterapia", "乳癌 2009年 乳房切除術後"),
    ],
)
def test_words_of_an_old_cancer_ask_nothing_at_the_discharge_either(title):
    assert summaries_beside(titled(title, onsetDateTime=None)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Lymphoma 2010, in remission", "Linfoma de Hodgkin 2009", "Leukämie 2009"),
        *("Prostatakarzinom 2010, RPE, PSA steigend", "Prostatakarzinom 2024, RPE"),
        *("Tumore mammella 2009, non in remissione", "Mama Ca 2009, sin remisión"),
    ],
)
def test_one_of_the_marrow_or_that_goes_on_is_asked_about(title):
    assert summaries_beside(titled(title, onsetDateTime=None))
