"""Which orders of a review or a biopsy close a fact: those that were read whole."""

import pytest

from tests.chart_builders import (
    LEVELS,
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
    problem,
)
from tests.codes import ICD, SCT, codeable
from tests.patients.reassuring import first_card, quiet_record

HIP = problem("S72.001A", days=200)
METASTASIS = problem("C79.51", days=100)


def requested(words, **members):
    said = {"code": {"text": words}, "authoredOn": days_ago(3)}
    named = {"status": "active", "intent": "order"}
    return of_patient("ServiceRequest", "asked", **named | said | members)


def noted(words):
    return {"note": [{"text": words}]}


NO_REVIEWS = [
    pytest.param(requested("Rheumatology (gout)"), id="gout"),
    *(
        pytest.param(requested(words), id=words)
        for words in (
            "Discharge from fracture liaison service",
            "Discharge referral from FLS",
            "FLS discharge",
            "Referral from osteoporosis clinic",
            "Letter from FLS",
            "Known to fracture liaison service",
            "History of FLS referral",
            "Entlassung von der Osteoporose-Sprechstunde",
            "Osteoporose-Sprechstunde: Entlassung",
            "Sortie de la filière fracture",
            "Alta de la unidad de osteoporosis",
            "Dimissione: ambulatorio osteoporosi",
        )
    ),
    *(
        pytest.param(requested(words), id=words)
        for words in (
            *("endocrinologia", "Ambulatory referral to Endocrinology"),
            *(
                "Rheumatology",
                "Konsil Endokrinologie",
                "内分泌科会诊",
                "リウマチ科紹介",
            ),
        )
    ),
    pytest.param(
        requested("", code=codeable(SCT, "306278007")), id="endocrinologist by code"
    ),
    pytest.param(requested("Rheumatologie (Gicht)"), id="Gicht"),
    pytest.param(requested("Rhumatologie, goutte"), id="goutte"),
    pytest.param(requested("Reumatología: gota"), id="gota"),
    pytest.param(requested("fls?"), id="asked"),
    pytest.param(requested("Endocrinology, insulin pump"), id="pump"),
    pytest.param(requested("リウマチ科 関節リウマチ"), id="Japanese"),
    pytest.param(requested("FLS declined"), id="declined"),
    pytest.param(requested("Fracture liaison service - not needed"), id="not needed"),
    pytest.param(
        requested("Osteoporosis clinic", **noted("patient declined, do not book")),
        id="note",
    ),
    pytest.param(
        requested("Osteoporose-Sprechstunde", **noted("abgesagt")), id="abgesagt"
    ),
    pytest.param(requested("Osteoporosis clinic", **noted("odwołane")), id="odwołane"),
    pytest.param(requested("Rheumatology consult", **noted("acute gout")), id="why"),
    pytest.param(requested("FLS", patientInstruction="wait"), id="instruction"),
    pytest.param(
        ordered("bone-treatment", reasonCode=[codeable(ICD, "M10.9")]), id="coded gout"
    ),
    pytest.param(
        ordered("bone-treatment", modifierExtension=[{"url": "http://x.org/no"}]),
        id="modifier",
    ),
    pytest.param(
        ordered("bone-treatment", performer=[{"display": "cancelled"}]),
        id="performer",
    ),
    pytest.param(
        ordered(
            "bone-treatment",
            extension=[{"url": "http://x.org/why", "valueString": "cancelled"}],
        ),
        id="extension",
    ),
]
REVIEWS = [
    pytest.param(ordered("bone-treatment"), id="ours"),
    pytest.param(
        ordered("bone-treatment", performer=[{"display": "Dr. Miller"}]), id="by whom"
    ),
    pytest.param(requested("Osteoporosis clinic"), id="clinic"),
    pytest.param(requested("Endocrinology: osteoporosis"), id="with its reason"),
    pytest.param(
        requested(
            "", code=codeable(SCT, "306290009"), reasonCode=[codeable(ICD, "M81.0")]
        ),
        id="rheumatologist for osteoporosis",
    ),
    pytest.param(
        requested("Endocrinologia", reasonCode=[{"text": "osteoporosi"}]),
        id="reason in words",
    ),
    pytest.param(
        requested("Rheumatology", **noted("for osteoporosis")), id="reason in a note"
    ),
    pytest.param(requested("Osteoporose-Sprechstunde, dringend"), id="German"),
    *(
        pytest.param(requested(words), id=words)
        for words in (
            "FLS referral after discharge",
            "FLS after discharge from hospital",
            "Discharge referral: fracture liaison service",
            "FLS, known osteoporosis, history of hip fracture",
            "Osteoporose-Sprechstunde nach Entlassung",
            "Filière fracture après la sortie",
            "Unidad de osteoporosis tras el alta",
            "Ambulatorio osteoporosi dopo la dimissione",
        )
    ),
    pytest.param(requested("Filière fracture"), id="French"),
    pytest.param(requested("骨质疏松门诊"), id="Chinese"),
    pytest.param(
        requested("FLS referral", **noted("please book before discharge")), id="note"
    ),
    pytest.param(
        ordered(
            "bone-treatment",
            reasonCode=[codeable(ICD, "M80.08XA", display="Osteoporosis, fracture")],
        ),
        id="coded reason",
    ),
    pytest.param(
        requested("FLS", reasonCode=[{"text": "vertebral fracture L1"}]), id="reason"
    ),
]


@pytest.mark.parametrize("order", NO_REVIEWS)
def test_an_order_that_was_not_read_whole_leaves_the_hip_fracture_open(order):
    card = first_card(HIP, order)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Hip fracture May 2026")


@pytest.mark.parametrize("order", REVIEWS)
def test_a_review_that_was_read_whole_closes_it(order):
    card = first_card(HIP, order)
    assert card["indicator"] == "info"
    assert card["summary"].startswith("Bone treatment review is ordered")


@pytest.mark.parametrize("narrative", ["cancelled", ["cancelled"], 5])
def test_a_narrative_that_is_no_object_is_answered_and_closes_nothing(narrative):
    draft = {**requested("FLS"), "status": "draft", "text": narrative}
    card = first_card(HIP, drafts=[draft])
    assert card["summary"].startswith("Hip fracture May 2026")


def test_a_visit_whose_reason_is_not_recorded_leaves_no_bone_drug_open():
    card = first_card(requested("Ambulatory referral to Rheumatology"))
    assert card["summary"].startswith("No bone drug")
    assert "bone specialist order of Nov 2026, not understood" in card["detail"]


def test_a_draft_of_this_signing_is_read_as_well():
    draft = {**requested("FLS", **noted("cancelled")), "status": "draft"}
    assert first_card(HIP, drafts=[draft])["indicator"] == "warning"


@pytest.mark.parametrize(
    ("beside", "is_closed"),
    [
        pytest.param({}, True, id="plain"),
        pytest.param({"bodySite": [{"text": "L1 vertebra"}]}, True, id="L1"),
        pytest.param({"bodySite": [codeable(SCT, LEVELS["L1"])]}, True, id="coded L1"),
        pytest.param(
            {"reasonCode": [{"text": "rule out malignancy"}]}, True, id="reason"
        ),
        pytest.param(noted("cancelled, patient declined"), False, id="cancelled"),
        pytest.param(noted("storniert"), False, id="storniert"),
        pytest.param({"bodySite": [{"text": "skin of back"}]}, False, id="skin"),
        pytest.param({"bodySite": [codeable(SCT, "39937001")]}, False, id="coded skin"),
        pytest.param({"asNeededBoolean": True}, False, id="as needed"),
    ],
)
def test_a_biopsy_closes_the_metastasis_only_if_it_was_read_whole(beside, is_closed):
    card = first_card(METASTASIS, ordered("biopsy", **beside))
    assert card["indicator"] == ("info" if is_closed else "warning")
    assert ("biopsy is ordered" in card["summary"]) is is_closed


@pytest.mark.parametrize(
    ("note", "is_ordered"),
    [
        pytest.param("daily", True, id="how"),
        pytest.param("cancelled", False, id="cancelled"),
        pytest.param("patient refused", False, id="refused"),
    ],
)
def test_rehabilitation_that_its_note_withdraws_is_not_ordered(note, is_ordered):
    both = ordered("bone-treatment"), ordered("rehabilitation", **noted(note))
    body = order_sign(quiet_record(HIP, *both), kyphoplasty())
    # With both ordered nothing is open, and there is no card.
    assert ("rehabilitation" in by_topic(ask(body))) is not is_ordered
