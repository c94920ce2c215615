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
