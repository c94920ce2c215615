"""An order that asks for another cause of the fracture leaves that cause open."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import CPT, codeable
from tests.patients.leaving import (
    everything_arranged,
    leave,
    leaving_chart,
    pathology,
)
from tests.patients.reassuring import (
    cards_of,
    end_is_selected,
    imaging,
    reassuring_record,
)

CAUSE = "malignancy of bone not excluded (a test that looks for another cause"
INFECTION = "spinal infection not excluded"
TESTS = [
    "PET-CT whole body",
    "Whole body bone scan",
    "Bone scintigraphy",
    "Biopsy of L1 vertebra",
    "SPEP with immunofixation",
    "Serum free light chains",
    "Tumor markers",
    "Skelettszintigraphie",
    "Eiweißelektrophorese",
    "Free kappa/lambda light chain ratio",
    "Paraprotein screen",
    "Immunoglobulins and SPE",
    "Breast biopsy",
    "Biopsy of lymph node",
]
SAMPLES = [
    pytest.param({"text": "Disc biopsy L3/4"}, id="biopsy of a disc"),
    pytest.param({"text": "Disc aspiration L3/4"}, id="aspiration of a disc"),
    pytest.param({"text": "Vertebral body aspiration and culture"}, id="vertebra"),
    pytest.param({"text": "Bandscheibenpunktion L3/4"}, id="disc, German"),
    pytest.param({"text": "CT-gesteuerte Punktion LWK 1"}, id="vertebra, German"),
    pytest.param(codeable(CPT, "62267"), id="code"),
]

TITLES = [
    pytest.param("MRI lumbar spine rule out mets", id="mets"),
    pytest.param("MRI lumbar spine ?mets", id="mets after a mark"),
    pytest.param("CT liver mets", id="mets elsewhere"),
    pytest.param("MRI lumbar spine r/o ca", id="cancer in two letters"),
    pytest.param("CT unknown primary", id="unknown primary"),
    pytest.param("CT ?primary", id="primary after a mark"),
    pytest.param("Restaging CT", id="restaging"),
    pytest.param("CT thorax abdomen pelvis staging", id="staging"),
    pytest.param("MRI r/o osteomyelitis", id="osteomyelitis"),
    pytest.param("MRI r/o OM", id="osteomyelitis in two letters"),
    pytest.param("MRI lumbar spine r/o SEA", id="epidural abscess"),
    pytest.param("MRI lumbar spine r/o CES", id="cauda equina"),
    pytest.param("MRT LWS V.a. Metas", id="mets, German"),
    pytest.param("MRT LWS Frage Abszess", id="abscess, German"),
    pytest.param("MRT LWS Ausschluss Xyz", id="unknown word"),
]
PLAIN_TITLES = [
    pytest.param("MRI lumbar spine", id="no question"),
    pytest.param("MRI ?fracture L1", id="fracture after a mark"),
    pytest.param("MRI lumbar spine r/o fracture", id="fracture"),
    pytest.param("MRT LWS, V.a. frische Fraktur", id="fracture, German"),
    pytest.param("Chest X-ray r/o pneumonia", id="pneumonia"),
]


def requested(title, status="active"):
    said = {"status": status, "intent": "order", "authoredOn": days_ago(5)}
    return of_patient("ServiceRequest", "r", code={"text": title}, **said)


def prescribed(words):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    drug = {"text": words}
    return of_patient("MedicationRequest", "m", medicationCodeableConcept=drug, **said)


def signed_beside(draft):
    orders = kyphoplasty(), brace(), draft
    return by_topic(ask(order_sign(reassuring_record(), *orders)))


@pytest.mark.parametrize("title", TESTS)
def test_a_test_that_is_ordered_leaves_the_cause_open(title):
    cards = cards_of(requested(title))
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "malignancy of bone not excluded" in detail
    assert not end_is_selected(cards)


@pytest.mark.parametrize("title", TESTS)
def test_so_does_one_that_is_signed_with_the_operation(title):
    draft = drafted("ServiceRequest", "d", code={"text": title})
    cards = signed_beside(draft)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "malignancy of bone not excluded" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("code", SAMPLES)
def test_a_sample_of_the_spine_leaves_a_tumour_and_an_infection_open(code):
    cards = cards_of(requested("") | {"code": code})
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "malignancy of bone, spinal infection not excluded (a sample" in detail
    assert not end_is_selected(cards)
    signed = signed_beside(drafted("ServiceRequest", "d", code=code))
    detail = signed["rehabilitation"]["detail"]
    assert "malignancy of bone, spinal infection not excluded (a sample" in detail


def taken(code):
    said = {"status": "completed", "performedDateTime": days_ago(2)}
    return of_patient("Procedure", "taken", code=code, **said)


@pytest.mark.parametrize("code", SAMPLES)
def test_so_does_one_that_was_taken(code):
    detail = cards_of(taken(code))["rehabilitation"]["detail"]
    assert "malignancy of bone, spinal infection not excluded (a sample" in detail


@pytest.mark.parametrize("code", SAMPLES)
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(taken, id="taken"),
        pytest.param(lambda code: requested("") | {"code": code}, id="ordered"),
    ],
)
def test_a_sample_of_the_spine_is_pending_at_discharge(entry, code):
    (card,) = leave(leaving_chart(*everything_arranged(), entry(code)))
    assert "**Biopsy:** pending" in card["detail"]
    assert "malignancy of bone and spinal infection not excluded" in card["summary"]
    assert (
        "malignancy of bone, spinal infection not excluded (a sample" in card["detail"]
    )


def test_a_sample_of_the_spine_with_its_final_report_is_not_pending():
    report = pathology() | {"conclusion": "No malignancy."}
    chart = leaving_chart(
        *everything_arranged(), taken({"text": "Disc biopsy"}), report
    )
    (card,) = leave(chart)
    assert "pending" not in card["detail"]
    # Its cultures are in no report of pathology.
    assert "spinal infection not excluded" in card["summary"]


@pytest.mark.parametrize("number", ["19083", "55700"])
def test_a_biopsy_of_another_organ_by_code_leaves_a_tumour_open(number):
    entry = requested("") | {"code": codeable(CPT, number)}
    assert CAUSE in cards_of(entry)["rehabilitation"]["detail"]


def entries_titled(title):
    code = {"text": title}
    conclusion = "Acute compression fracture of L1."
    study = {"status": "available", "started": days_ago(3), "description": title}
    return [
        requested(title),
        imaging(conclusion, code=code),
        of_patient("ImagingStudy", "study", **study),
    ]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_that_asks_for_something_grave_leaves_it_open(title):
    for entry in entries_titled(title):
        cards = cards_of(entry)
        assert "below the usual" not in cards["rehabilitation"]["detail"]
        assert "Not known" in cards["rehabilitation"]["detail"]
        assert not end_is_selected(cards)
    cards = signed_beside(drafted("ServiceRequest", "d", code={"text": title}))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "Not known" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", PLAIN_TITLES)
def test_a_title_that_asks_for_the_fracture_alone_leaves_nothing_open(title):
    for entry in entries_titled(title):
        assert "below the usual" in cards_of(entry)["rehabilitation"]["detail"]


def test_another_meaning_of_a_short_word_names_no_tumour():
    for entry in entries_titled("Exercise test 10 METs"):
        assert "malignancy" not in cards_of(entry)["rehabilitation"]["detail"]


@pytest.mark.parametrize("status", ["completed", "revoked", "entered-in-error"])
def test_an_order_that_is_over_asks_no_more(status):
    # The result of what was done is awaited for two weeks.
    order = requested("PET-CT whole body", status) | {"authoredOn": days_ago(20)}
    assert CAUSE not in cards_of(order)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "words",
    ["Vancomycin 1 g IV q12h for 6 weeks", "Ceftriaxon 2 g iv für 6 Wochen"],
)
def test_weeks_of_an_antibiotic_leave_an_infection_open(words):
    cards = cards_of(prescribed(words))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert INFECTION in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", ["Cefazolin 2 g IV once", "Vancomycin 1 g IV preop"])
def test_a_dose_before_the_operation_leaves_none_open(words):
    assert "below the usual" in cards_of(prescribed(words))["rehabilitation"]["detail"]
