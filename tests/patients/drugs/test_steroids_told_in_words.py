"""A steroid that a diagnosis, a report, a stay or an order names in words is open.

Next to it no risk is "below the usual", and the card names the steroid as not excluded.
"""

import pytest

from tests.chart_builders import days_ago, drug, inpatient, kyphoplasty, problem
from tests.codes import ICD, SCT, codeable
from tests.patients.reassuring import card_of, imaging

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
TOLD = [
    *("Polymyalgia rheumatica, on prednisolone since 2024", "GCA on steroids"),
    *("RA, pred 5 mg daily", "Crohn's, on prednisolone", "steroids since Jan"),
    *("SLE, pred", "COPD, OCS most months", "RA with joint pain on prednisolone"),
    *("steroid-induced hyperglycaemia", "glucocorticoid therapy"),
    *("PMR unter Kortison", "Riesenzellarteriitis, Kortikosteroidtherapie"),
    *("RZA, Dauersteroid", "Kortisonsalbe und Prednisolon"),
    *("PPR sous corticoïdes", "maladie de Horton, corticothérapie"),
    *("polimialgia en tratamiento con corticoides", "esteroides orales"),
    *("polimialgia in terapia steroidea", "cortisonici dal 2024"),
    *("polymyalgie, corticosteroïden", "prednison sinds 2024"),
    *("sterydoterapia", "glikokortykosteroidy", "prednizon 5 mg"),
    *("ステロイド内服中", "PSL 5mg内服", "ステロイド外用とプレドニン内服"),
    *("스테로이드 복용 중", "소론도 5mg", "激素治疗中", "口服泼尼松", "類固醇治療"),
    # What is not denied as a whole may be taken.
    *("no longer on steroids", "not steroid-free", "keine Steroide mehr seit Mai"),
    # One of two acts where it is put.
    *("topical and oral steroids", "topical steroids and prednisolone"),
]


def titled(words, code="M35.3", **more):
    return problem("x", days=300, code=codeable(ICD, code, words), **more)


def leaves_open(card):
    detail = card["detail"]
    return "below the usual" not in detail and "steroid not excluded" in detail


@pytest.mark.parametrize("words", TOLD)
def test_a_steroid_in_a_title_is_not_excluded(words):
    assert leaves_open(card_of(titled(words)))


@pytest.mark.parametrize("code", ["M31.6", "M06.9", "K50.90", "M32.9", "I10"])
def test_it_is_not_excluded_whatever_the_code(code):
    assert leaves_open(card_of(titled("on steroids", code)))


GCA = codeable(SCT, "414341000", "Giant cell arteritis on prednisolone 15 mg")
IN_ANY_PLACE = [
    pytest.param([problem("x", code=GCA)], id="SNOMED CT"),
    pytest.param([problem("M35.3", note=[{"text": "on prednisolone"}])], id="note"),
    pytest.param([problem("x", code={"text": "PMR on steroids"})], id="words alone"),
    pytest.param([imaging("Clear lungs. On steroids.")], id="report"),
    pytest.param(
        [inpatient() | {"reasonCode": [{"text": "Flare on prednisolone"}]}], id="stay"
    ),
    pytest.param(
        [drug("losartan", number="2", note=[{"text": "also on steroids"}])],
        id="another drug",
    ),
    pytest.param(
        [drug("alendronate", note=[{"text": "with prednisolone"}])], id="a bone drug"
    ),
]


@pytest.mark.parametrize("entries", IN_ANY_PLACE)
def test_it_is_not_excluded_wherever_it_is_told(entries):
    assert leaves_open(card_of(*entries))


@pytest.mark.parametrize("element", ["reasonCode", "note"])
def test_it_is_not_excluded_if_the_order_tells_of_it(element):
    order = kyphoplasty(**{element: [{"text": "L1 fracture, on prednisolone"}]})
    assert "long-term steroid not excluded" in card_of(order=order)["detail"]


NONE = [
    *("PMR, no steroids", "RA, never on steroids", "steroid-free", "keine Steroide"),
    *("ohne Kortison", "sans corticoïdes", "sin corticoides", "senza cortisone"),
    *("geen prednison", "bez sterydów", "ステロイドなし", "未使用激素"),
    # Where it acts
    *("Psoriasis, topical steroids", "Asthma on inhaled steroids", "Kortisonsalbe"),
    *("hydrocortisone 1% cream", "prednisolone eye drops", "inhalative Steroide"),
    *("epidural steroid injection", "steroid injection left knee"),
    *("corticoïdes inhalés", "corticoides inhalados", "corticosteroidi inalatori"),
    *("inhalatiesteroïden", "吸入ステロイド", "흡입 스테로이드", "吸入糖皮质激素"),
    # No steroids
    *("FEV1 60% pred", "non-steroidal anti-inflammatory", "AINS non stéroïdien"),
    *("nichtsteroidale Antirheumatika", "antiinflamatorio no esteroideo"),
    *("非ステロイド性抗炎症薬", "甲状腺激素", "激素受体阳性"),
]


@pytest.mark.parametrize("words", NONE)
def test_one_that_is_denied_or_put_in_one_place_is_not_named(words):
    assert "steroid not excluded" not in card_of(titled(words))["detail"]


def test_one_that_a_report_alone_names_is_on_no_list():
    detail = card_of(imaging("No fracture. On prednisolone."))["detail"]
    assert "systemic steroid not excluded (named in words alone; whether" in detail


def test_a_disease_that_ended_years_ago_tells_of_no_steroid_now():
    resolved = {"clinicalStatus": codeable(CLINICAL, "resolved")}
    words = "Asthma attack, prednisolone"
    long_over = titled(words, "J45.901", **resolved, abatementDateTime=days_ago(2000))
    assert "steroid not excluded" not in card_of(long_over)["detail"]
    over = titled(words, "J45.901", **resolved, abatementDateTime=days_ago(60))
    assert leaves_open(card_of(over))
    assert leaves_open(card_of(titled(words, "J45.901", **resolved)))


@pytest.mark.parametrize(
    "title", ["Prednizolon maść", "프레드니솔론 연고", "Prednisolon zalf"]
)
def test_an_ointment_of_any_language_is_no_systemic_steroid(title):
    ointment = drug("losartan", number="2", medicationCodeableConcept={"text": title})
    assert "below the usual" in card_of(ointment)["detail"]


@pytest.mark.parametrize(
    "title", ["Prednizon 5 mg tabl.", "소론도 5mg", "메틸프레드니솔론 4mg"]
)
def test_a_steroid_on_a_polish_or_korean_list_counts(title):
    taken = drug(
        "losartan", number="2", days=200, medicationCodeableConcept={"text": title}
    )
    assert "rheumatology" in card_of(taken)["summary"]


def noted(words):
    return problem("hypertension", number="2", note=[{"text": words}])


BESIDE_ANOTHER = [
    pytest.param(
        [imaging("Old T8 fracture. On prednisolone.")],
        "earlier vertebral fracture not excluded",
        id="earlier fracture in a report",
    ),
    pytest.param(
        [noted("Old T8 fracture. On prednisolone.")],
        "earlier vertebral fracture not excluded",
        id="earlier fracture in a note",
    ),
    pytest.param(
        [imaging("Metastasis of T8. On prednisolone.")],
        "malignancy of bone not excluded",
        id="tumour in a report",
    ),
    pytest.param(
        [titled("CKD, on prednisolone", "N18.9")],
        "severe kidney disease not excluded",
        id="kidneys",
    ),
    pytest.param(
        [titled("Breast cancer 2011, on prednisolone", "Z85.3")],
        "breast cancer 2011",
        id="old cancer, which another line names",
    ),
]


@pytest.mark.parametrize(("entries", "other"), BESIDE_ANOTHER)
def test_another_finding_of_the_same_entry_does_not_hide_it(entries, other):
    card = card_of(*entries)
    assert leaves_open(card)
    assert other in card["summary"] + card["detail"]
    # It is named once.
    assert card["detail"].count("steroid") == 1
