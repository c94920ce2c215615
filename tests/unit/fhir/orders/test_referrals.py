"""Referrals by their words and reasons: bone treatment, biopsy, falls; their names for an order that does not count."""

import pytest

from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.codes import CPT, ICD, ORDERS, SCT, codeable
from tests.order_builders import bundle, cpt, order, signing, terminology, worded


def found(draft):
    return [
        (one.kind, one.name)
        for one in find_draft_support_orders(signing(bundle(draft)), terminology())
    ]


REVIEW = ("bone-treatment", "bone treatment")
# closes nothing: the order does not say what for
VISIT = ("bone-treatment", "bone specialist")
FLS = ("bone-treatment", "FLS")
BIOPSY, FALLS = ("biopsy", "biopsy"), ("falls-clinic", "falls clinic")
OSTEOPOROSIS = [codeable(ICD, "M81.0")]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        pytest.param(order(codeable(ORDERS, "bone-treatment")), [FLS], id="our code"),
        pytest.param(
            worded("Referral to fracture liaison service"), [FLS], id="fracture liaison"
        ),
        pytest.param(worded("Osteoporosis clinic"), [REVIEW], id="osteoporosis clinic"),
        pytest.param(worded("Bone health consult"), [REVIEW], id="bone health"),
        pytest.param(worded("Metabolic bone clinic"), [REVIEW], id="metabolic bone"),
        pytest.param(
            worded("Ambulatory referral to Endocrinology"), [VISIT], id="endocrinology"
        ),
        pytest.param(
            worded("Inpatient consult to Rheumatology"), [VISIT], id="rheumatology"
        ),
        pytest.param(
            order(codeable(SCT, "306278007")), [VISIT], id="endocrinologist by code"
        ),
        pytest.param(
            order(codeable(SCT, "306290009")), [VISIT], id="rheumatologist by code"
        ),
        pytest.param(
            worded("Endocrinology", reasonCode=OSTEOPOROSIS),
            [REVIEW],
            id="for osteoporosis",
        ),
        pytest.param(
            worded("Endocrinology", reasonCode=[{"text": "vertebral fracture"}]),
            [REVIEW],
            id="for it",
        ),
        pytest.param(
            worded("Endocrinology", reasonCode=[{"text": "thyroid nodule"}]),
            [],
            id="for a thyroid",
        ),
        pytest.param(
            order(codeable(SCT, "306278007"), reasonCode=[codeable(ICD, "E11.9")]),
            [],
            id="for diabetes",
        ),
        pytest.param(
            worded("Endocrinology for thyroid nodule"),
            [],
            id="for a thyroid, in its title",
        ),
        pytest.param(worded("Konsil Endokrinologie"), [VISIT], id="German"),
        pytest.param(
            worded("Osteoporose-Sprechstunde"),
            [REVIEW],
            id="German osteoporosis clinic",
        ),
        pytest.param(worded("Consultation de rhumatologie"), [VISIT], id="French"),
        pytest.param(worded("Interconsulta a reumatología"), [VISIT], id="Spanish"),
        pytest.param(worded("Visita reumatologica"), [VISIT], id="Italian"),
        pytest.param(worded("内分泌科会诊"), [VISIT], id="Chinese"),
        pytest.param(
            worded("骨粗鬆症外来"), [REVIEW], id="Japanese osteoporosis clinic"
        ),
        pytest.param(worded("リウマチ科紹介"), [VISIT], id="Japanese"),
        pytest.param(
            worded("골다공증 클리닉"), [REVIEW], id="Korean osteoporosis clinic"
        ),
        pytest.param(worded("내분비내과 의뢰"), [VISIT], id="Korean"),
        pytest.param(
            order(codeable(ORDERS, "biopsy")), [BIOPSY], id="biopsy by our code"
        ),
        pytest.param(
            worded("CT-guided vertebral biopsy"), [BIOPSY], id="biopsy in words"
        ),
        pytest.param(worded("Biopsie LWK 1"), [BIOPSY], id="biopsy in German"),
        pytest.param(worded("椎体穿刺活检"), [BIOPSY], id="biopsy in Chinese"),
        pytest.param(worded("Bone marrow biopsy"), [], id="marrow is no vertebra"),
        pytest.param(worded("Liver biopsy"), [], id="nor is the liver"),
        pytest.param(
            worded("Kyphoplasty L1 with biopsy"),
            [BIOPSY],
            id="an augmentation that takes one",
        ),
        pytest.param(
            cpt("22514", orderDetail=[{"text": "with vertebral biopsy"}]),
            [BIOPSY],
            id="in its details",
        ),
        pytest.param(
            worded("Kyphoplasty L1, no biopsy"),
            [],
            id="an augmentation that takes none",
        ),
        pytest.param(
            order(codeable(CPT, "22514")), [], id="an augmentation that says nothing"
        ),
        pytest.param(
            order(codeable(ORDERS, "falls-clinic")),
            [FALLS],
            id="falls clinic by our code",
        ),
        pytest.param(
            worded("Falls prevention clinic"), [FALLS], id="falls clinic in words"
        ),
        pytest.param(worded("Sturzambulanz"), [FALLS], id="falls clinic in German"),
        pytest.param(worded("跌倒门诊"), [FALLS], id="falls clinic in Chinese"),
        pytest.param(worded("Fall precautions"), [], id="precautions are no clinic"),
    ],
)
def test_a_referral_is_what_its_words_and_reason_say(draft, expected):
    assert found(draft) == expected


NARRATIVES = ("Name", "Display", "Description", "Service Request", "Order Details")


@pytest.mark.parametrize("label", NARRATIVES)
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Physical Therapy Evaluation - core strengthening", "rehabilitation"),
        ("Osteoporosis clinic", "bone-treatment"),
    ],
)
def test_a_narrative_that_a_server_made_of_the_elements_says_no_more(
    label, words, kind
):
    order_ = worded(words, text=_narrative(f"<b>{label}</b>: {words}"))
    assert [one.kind for one in _whole(order_)] == [kind]


@pytest.mark.parametrize("more", ["cancelled", "not today", "left knee", "draft only"])
def test_a_narrative_that_says_more_is_not_read_over(more):
    words = "Physical Therapy Evaluation - core strengthening"
    order_ = worded(words, text=_narrative(f"<b>Name</b>: {words} {more}"))
    assert not _whole(order_)


def _narrative(inner):
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{inner}</p></div>'
    return {"status": "generated", "div": div}


def _whole(draft):
    supports = find_draft_support_orders(signing(bundle(draft)), terminology())
    return [one for one in supports if one.standing.is_read_whole]
