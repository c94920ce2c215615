"""An old cancer whose own entry says more than its organ and its year."""

import pytest

from tests.chart_builders import of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CANCERS = ("C50.911", "C61", "C18.9", "Z85.3", "Z85.46")
BONE = "malignancy of bone not excluded"
NOT_UNDERSTOOD = "1 entry of the problem list not understood"


def old_cancer(code, title=None, note=None, **members):
    named = codeable(ICD, code) if code else {}
    if title:
        named["text"] = title
    said = {
        "clinicalStatus": codeable(CLINICAL, "active"),
        "code": named,
        "onsetDateTime": "2010-01-01",
        "recordedDate": "2013-01-01",
        **({"note": [{"text": note}]} if note else {}),
    }
    return of_patient("Condition", "cancer", **said | members)


def card_of(cancer):
    return cards_of(cancer)["rehabilitation"]


def is_review_selected(card):
    return any(
        one.get("isRecommended") and "fracture liaison" in one["label"]
        for one in card["suggestions"]
    )


@pytest.mark.parametrize("code", CANCERS)
@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"note": "lytic lesion L1, osseous progression"}, id="note"),
        pytest.param(
            {"evidence": [{"code": [codeable(ICD, "C79.51")]}]}, id="evidence"
        ),
        pytest.param(
            {
                "contained": [
                    {
                        "resourceType": "Observation",
                        "id": "mri",
                        "status": "final",
                        "code": {"text": "MRI"},
                        "valueString": "bone metastases",
                    }
                ]
            },
            id="contained",
        ),
    ],
)
def test_what_it_says_of_the_bone_leaves_a_malignancy_open(code, members):
    card = card_of(old_cancer(code, **members))
    assert BONE in card["detail"]
    assert not is_review_selected(card)


@pytest.mark.parametrize(
    "words",
    [
        "Prostate cancer 2010; PSA 84, bone scan pending",
        "Breast cancer 2010, osseous progression 2026",
        "Mamma-Ca ED 2010, Progress ossär 2025",
        "Cancer du sein 2010, évolution osseuse",
        "Cáncer de mama 2010, progresión ósea",
        "Carcinoma mammario 2010, progressione ossea",
        "Rak piersi 2010, progresja kostna",
        "乳がん 2010年 骨病変あり",
        "乳腺癌 2010 骨进展",
    ],
)
@pytest.mark.parametrize("code", ["C50.911", None])
def test_so_do_words_of_its_title(words, code):
    card = card_of(old_cancer(code, title=words))
    # A year of late makes it a recent one.
    assert BONE in card["detail"] or "could this be" in card["summary"]
    assert not is_review_selected(card)


def test_so_do_dutch_words_next_to_its_code():
    card = card_of(old_cancer("C50.911", title="Mammacarcinoom, ossale progressie"))
    assert BONE in card["detail"]


@pytest.mark.parametrize(
    "stage", [codeable("http://cancerstaging.org", "IV"), {"text": "IV"}]
)
def test_its_stage_makes_it_one_of_now(stage):
    card = card_of(old_cancer("C61", stage=[{"summary": stage}]))
    assert card["indicator"] == "warning"


@pytest.mark.parametrize(
    ("note", "open_finding"),
    [
        ("V.a. Spondylodiszitis L1/2", "spinal infection not excluded"),
        ("new leg weakness since yesterday", "neurological deficit not excluded"),
    ],
)
def test_what_else_it_names_is_told_too(note, open_finding):
    assert open_finding in card_of(old_cancer("C50.911", note=note))["detail"]


@pytest.mark.parametrize("code", ["C50.911", "Z85.3"])
@pytest.mark.parametrize("note", ["liver lesions 2026", "Xyzzy", "Mastectomy 10/2026"])
def test_words_that_nobody_understands_are_counted(code, note):
    assert NOT_UNDERSTOOD in card_of(old_cancer(code, note=note))["detail"]


@pytest.mark.parametrize("code", ["C50.911", "Z85.3"])
@pytest.mark.parametrize(
    "note",
    [
        *("no evidence of metastasis", "NED", "s/p mastectomy 2010, NED"),
        *("annual mammogram, no recurrence", "in remission", "PSA undetectable"),
        *("Nachsorge 03/2026 unauffällig", "Jährliche Mammographie"),
        *("s/p lumpectomy and radiation 2010", "bone scan negative 2012"),
        *("Rémission complète, suivi annuel", "Libre de enfermedad", "術後 再発なし"),
    ],
)
def test_its_follow_up_makes_no_noise(code, note):
    card = card_of(old_cancer(code, note=note))
    assert "Not known" not in card["detail"]
    assert is_review_selected(card)


@pytest.mark.parametrize("code", ["C50.911", "Z85.3", None])
@pytest.mark.parametrize(
    "title",
    [
        "Breast cancer 2010, s/p mastectomy, NED",
        "Personal history of malignant neoplasm of breast",
        "Z.n. Mammakarzinom rechts 2010",
        "Cancer du sein 2010, en rémission",
        "Colon cancer 2010 resected, no progression",
    ],
)
def test_nor_does_an_ordinary_title(code, title):
    card = card_of(old_cancer(code, title=title))
    assert "Not known" not in card["detail"]
    assert is_review_selected(card)


@pytest.mark.parametrize(
    "note",
    [
        *("Staging unauffällig", "Knochenszintigraphie unauffällig"),
        *("initial PSA 15, now 0.02", "PSA 12 at diagnosis 2010"),
    ],
)
def test_plain_results_and_those_of_the_diagnosis_keep_the_review(note):
    assert is_review_selected(card_of(old_cancer("C61", note=note)))


def test_a_conspicuous_scan_does_not():
    card = card_of(old_cancer("C61", note="Knochenszintigraphie auffällig"))
    assert not is_review_selected(card)


@pytest.mark.parametrize(
    "words",
    [
        *("Breast cancer 2010, partial remission", "Lymphoma 2010, partial response"),
        *("Mammakarzinom 2010, Teilremission", "Prostata-Ca 2010, partielle Remission"),
        *("Cancer du sein 2010, rémission partielle", "乳癌 2010年 部分寛解"),
        *("Cáncer de mama 2010, remisión parcial", "乳腺癌 2010年 部分缓解"),
        *(
            "Carcinoma mammario 2010, remissione parziale",
            "Mamma-Ca 2010, partiële remissie",
        ),
        *("Rak piersi 2010, remisja częściowa", "Rak piersi 2010, częściowa remisja"),
    ],
)
def test_a_cancer_that_is_over_in_part_is_there(words):
    card = card_of(old_cancer(None, words))
    assert BONE in card["detail"]
    assert not is_review_selected(card)


@pytest.mark.parametrize(
    "words",
    [
        *("Breast cancer 2010, complete remission", "Breast cancer 2010, in remission"),
        *(
            "Breast cancer 2010, partial mastectomy",
            "Kidney cancer 2010, partial nephrectomy",
        ),
        *(
            "Mammakarzinom 2010, Vollremission",
            "Cancer du sein 2010, rémission complète",
        ),
        *("Cáncer de mama 2010, remisión completa", "Rak piersi 2010, w remisji"),
        *("乳癌 2010年 完全寛解", "乳腺癌 2010年 完全缓解"),
    ],
)
def test_one_that_is_over_is_an_old_one(words):
    assert BONE not in card_of(old_cancer(None, words))["detail"]
