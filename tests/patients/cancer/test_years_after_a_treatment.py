"""Years after the treatment of a cancer date that cancer, and nothing else."""

from typing import Any

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    kyphoplasty,
    order_sign,
    problem,
    strong_and_nourished,
)


def card_of(title: str) -> Any:
    """The card of somebody with this title, entered in June, and no other disease."""
    entered = problem(
        "x",
        number="g",
        code={"text": title},
        onsetDateTime=None,
        recordedDate="2026-06-22",
    )
    body = order_sign([*strong_and_nourished(), entered], kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]


def titled(*titles: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("title", titles)


def warning_of_now(title: str) -> str:
    """The summary of a warning that does not take the years for an age of then."""
    card = card_of(title)
    assert card["indicator"] == "warning"
    assert "2014" not in card["summary"]
    return card["summary"]


@titled(
    "Osteomyelitis of spine 12 years after colectomy",
    "Spondylodiscitis, 12 years post nephrectomy",
    "Spondylodiszitis, Kolonkarzinom 12 Jahre nach OP",
    "Spondylodiscite, cancer du côlon 12 ans après colectomie",
    "Espondilodiscitis, cáncer de colon 12 años tras cirugía",
    "Spondilodiscite, carcinoma del colon 12 anni dopo intervento",
    "Spondylodiscitis, coloncarcinoom 12 jaar na operatie",
)
def test_an_infection_of_the_spine_is_of_now(title):
    assert "before cement" in card_of(title)["detail"].lower()


@titled(
    "Hip fracture 12 years after hysterectomy",
    "T12 fracture 12 years after chemo",
    "T12 fracture 12 years post radiation",
)
def test_a_fracture_is_of_now(title):
    warning_of_now(title)


@titled(
    "Lung cancer, 12 years after mastectomy",
    "Lung cancer 12 years after breast cancer surgery",
    "Lung cancer 12 years after prostatectomy",
    "Bronchialkarzinom 12 Jahre nach Mastektomie",
    "Cancer du poumon 12 ans après mastectomie",
    "Cáncer de pulmón 12 años tras mastectomía",
    "Rak płuca 12 lat po mastektomii",
    "肺癌，乳癌术后12年",
    "肺がん、乳癌術後12年",
    "Sarcoma 12 years after radiation",
    "New cancer 12 years after chemo",
    "Neu diagnostiziertes Karzinom 12 Jahre nach Bestrahlung",
    "Cancer progression 12 years after resection",
    "Prostate cancer 12 years after radiation, PSA rising",
    "Prostatakarzinom 12 Jahre nach Bestrahlung, PSA steigend",
    "Zweitkarzinom Mamma, 12 Jahre nach Ablatio",
    "Second breast cancer, 12 years after lumpectomy",
    "Breast cancer 12 years after hysterectomy",
    "Mammakarzinom 12 Jahre nach Nephrektomie",
)
def test_another_cancer_than_the_treated_one_is_of_now(title):
    assert "metastasis" in warning_of_now(title)


@titled(
    "Breast cancer, 12 years after mastectomy",
    "Breast cancer 12 years post lumpectomy",
    "Renal cancer 12 yrs post nephrectomy, no recurrence",
    "Colon cancer 12 years after hemicolectomy",
    "Prostate cancer 12 years after radiotherapy",
    "Breast cancer, disease-free 12 years",
    "Breast cancer, in remission 12 years",
    "Mammakarzinom, 12 Jahre nach OP, rezidivfrei",
    "Mammakarzinom, rezidivfrei seit 12 Jahren",
    "Cancer du sein 12 ans après mastectomie",
    "Cáncer de mama 12 años tras mastectomía",
    "Carcinoma mammario, 12 anni dopo intervento",
    "Rak piersi 12 lat po operacji",
    "乳癌術後12年、再発なし",
    "肾癌术后12年，无复发",
)
def test_the_treated_cancer_is_of_then(title):
    card = card_of(title)
    assert card["indicator"] == "info"
    assert "metastasis" not in card["summary"]
