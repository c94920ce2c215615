"""An old cancer is over if its words are known: any other may be of a treatment."""

import pytest

from tests.chart_builders import of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, selected

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
OPEN = "malignancy of bone not excluded"


def cards_with(title, code=None, display=""):
    named = codeable(ICD, code, display) if code else {}
    named["text"] = title
    cancer = of_patient(
        "Condition",
        "cancer",
        clinicalStatus=codeable(CLINICAL, "active"),
        code=named,
        recordedDate="2015-01-01",
    )
    return cards_of(cancer)


@pytest.mark.parametrize("code", ["C50.911", "Z85.3", None])
@pytest.mark.parametrize(
    "title",
    [
        *("Breast cancer 2014, on letrozole", "Breast cancer 2014, new nodule"),
        *("Breast cancer 2014, current chemotherapy", "Mamma-Ca 2014 unter Letrozol"),
        *("Cancer du sein 2014, sous Tamoxifène", "乳癌 2014年 ホルモン療法中"),
        *("Cáncer de mama 2014, en tratamiento", "乳腺癌2014年,内分泌治疗中"),
        *("Carcinoma mammario 2014 in terapia", "Breast cancer 2014, lung cancer"),
        "Cáncer de mama 2014, sin remisión",
        "Tumore mammella 2014, non in remissione",
    ],
)
def test_what_else_its_title_says_leaves_a_malignancy_open(title, code):
    cards = cards_with(title, code)
    assert OPEN in cards["rehabilitation"]["detail"]
    assert not any("fracture liaison" in label for _, label in selected(cards))


@pytest.mark.parametrize(
    "title",
    [
        *("Prostate cancer 2014 on ADT", "Lung cancer 2015, new nodule"),
        *("Thyroid cancer 2010, Tg rising", "Prostate cancer 2014, watchful waiting"),
    ],
)
def test_so_do_words_of_other_organs(title):
    assert OPEN in cards_with(title)["rehabilitation"]["detail"]


@pytest.mark.parametrize("code", ["C50.911", None])
@pytest.mark.parametrize(
    "title",
    [
        *(
            "Breast cancer 2014",
            "Breast cancer March 2014, lumpectomy and radiotherapy",
        ),
        *("H/o breast cancer '09", "Breast cancer 2012 s/p chemo and radiation"),
        *("Mammakarzinom 2012 (pT1c pN0 M0)", "Mammakarzinom vor 12 Jahren, BET"),
        *("Cancer du sein gauche 2010, mastectomie", "Cáncer de mama 2011 operado"),
        *("Carcinoma mammario 2010, quadrantectomia", "Breast cancer 2011, mastectomy"),
        *("乳癌 2012年 術後", "乳腺癌术后(2012年)"),
        *("Rak piersi 2012, stan po mastektomii", "Rak piersi 2012, mastektomia"),
    ],
)
def test_an_ordinary_title_says_no_more(title, code):
    cards = cards_with(title, code)
    assert "Not known" not in cards["rehabilitation"]["detail"]
    assert any("fracture liaison" in label for _, label in selected(cards))


@pytest.mark.parametrize(
    "display",
    [
        "Malignant neoplasm of unspecified site of right female breast",
        "Bösartige Neubildung der Brustdrüse, nicht näher bezeichnet",
    ],
)
def test_nor_does_the_name_of_its_code(display):
    cards = cards_with(display, "C50.911", display)
    assert "Not known" not in cards["rehabilitation"]["detail"]
