"""Of several cancers in a title, the newest year goes with the name next to it."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import card_of


def summary(words):
    entry = problem("diabetes", number="cancer", code={"text": words})
    return card_of(entry)["summary"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Breast cancer 2009, melanoma 2024", "Melanoma (2024)"),
        ("Melanoma 2024, breast cancer 2009", "Melanoma (2024)"),
        ("Breast cancer 2009 and melanoma 2024", "Melanoma (2024)"),
        ("2009 breast cancer, 2024 melanoma", "Melanoma (2024)"),
        ("Breast cancer 03/2009, melanoma 05/2024", "Melanoma (2024)"),
        ("Breast cancer (2009), renal cell carcinoma (2024)", "Kidney cancer (2024)"),
        ("Prostate cancer 2011; lung cancer 2025", "Lung cancer (2025)"),
        ("Mamma-Ca 2009, Nierenzell-Ca 2023", "Kidney cancer (2023)"),
        ("cancer du sein 2009, mélanome 2024", "Melanoma (2024)"),
        ("Rak piersi 2009, czerniak 2024", "Melanoma (2024)"),
        ("乳癌2009年、肺癌2024年", "Lung cancer (2024)"),
        # One without a name of ours.
        ("Bladder cancer 2009, ovarian cancer 2024", "Cancer (2024)"),
    ],
)
def test_the_newest_cancer_is_named(words, named):
    assert summary(words).startswith(named)


@pytest.mark.parametrize(
    "words",
    [
        *("Breast cancer 2024", "Breast cancer 2009, recurrence 2024"),
        *("Breast cancer 2024, mastectomy 2024", "Breast cancer 2009, relapse 2024"),
        *("Thyroid cancer 2009, breast cancer 2024", "2024 breast cancer"),
        *("Breast cancer 2024, thyroid cancer 2009", "Mamma-Ca 2024, Rezidiv 2024"),
    ],
)
def test_one_that_came_back_keeps_its_name(words):
    assert summary(words).startswith("Breast cancer (2024)")


@pytest.mark.parametrize(
    "words",
    [
        *("胃癌术后十年", "胃癌术后10年", "乳腺癌术后二十年", "肺癌術後十二年"),
        *("十年前乳腺癌", "二〇〇九年乳腺癌", "肾癌切除术后十五年"),
        *("Breast cancer (12 Mar 2009)", "Breast cancer, March 12, 2009"),
        *("Mammakarzinom (12. März 2009)", "Cáncer de mama (12 de marzo de 2009)"),
    ],
)
def test_one_of_long_ago_is_an_old_one(words):
    card = card_of(problem("diabetes", number="cancer", code={"text": words}))
    assert "metastasis" not in card["summary"]
    assert "malignancy of bone not excluded" not in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        *("胃癌术后三年", "乳腺癌术后两年", "乳腺癌术后一年", "乳腺癌术后三个月"),
        *("乳腺癌术后半年", "Breast cancer (12 Mar 2025)"),
    ],
)
def test_one_of_late_is_a_recent_one(words):
    assert "metastasis" in summary(words)
