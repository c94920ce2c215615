"""Translations and extensions of a title, and a diagnosis among the drafts."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, imaging, reassuring_record

FHIR = "http://hl7.org/fhir/StructureDefinition/"


def translated(words):
    parts = [
        {"url": "lang", "valueCode": "en"},
        {"url": "content", "valueString": words},
    ]
    return {"extension": [{"url": f"{FHIR}translation", "extension": parts}]}


def added(**value):
    return {"extension": [{"url": "http://example.org/more", **value}]}


def absent(reason):
    return {"extension": [{"url": f"{FHIR}data-absent-reason", "valueCode": reason}]}


def hypertension(text_beside=None, display_beside=None):
    code = codeable(ICD, "I10", display="Hypertension")
    if display_beside:
        code["coding"][0]["_display"] = display_beside
    if text_beside:
        code["_text"] = text_beside
    return problem("I10", number="beside", code=code)


def detail_of(*entries):
    return cards_of(*entries)["rehabilitation"]["detail"]


GRAVE = "known bone metastasis L1"


@pytest.mark.parametrize(
    "beside",
    [
        translated(GRAVE),
        added(valueString=GRAVE),
        added(valueCodeableConcept={"text": GRAVE}),
        added(valueBoolean=True),
        added(extension=[{"url": "more", "valueString": GRAVE}]),
        absent("masked"),
    ],
)
def test_what_extends_a_title_leaves_it_open(beside):
    assert "below the usual" not in detail_of(hypertension(text_beside=beside))
    assert "below the usual" not in detail_of(hypertension(display_beside=beside))


@pytest.mark.parametrize(
    ("kind", "element", "words"),
    [
        ("MedicationRequest", "medicationCodeableConcept", "Ramipril"),
        ("Procedure", "code", "Colonoscopy"),
    ],
)
def test_so_does_what_extends_the_title_of_another_list(kind, element, words):
    title = {"text": words, "_text": translated(GRAVE)}
    status = "active" if kind == "MedicationRequest" else "completed"
    act = of_patient(kind, "t", status=status, intent="order", **{element: title})
    assert "below the usual" not in detail_of(act)


def test_so_does_what_extends_the_title_of_a_report():
    title = {"text": "MRI lumbar spine", "_text": translated(GRAVE)}
    report = imaging("Acute fracture L1.", code=title)
    assert "below the usual" not in detail_of(report)


@pytest.mark.parametrize(
    "beside",
    [
        translated("Essentielle Hypertonie"),
        translated("Bluthochdruck"),
        translated("hypertension artérielle"),
        added(valueString="Hypertension"),
        absent("unknown"),
        absent("not-applicable"),
    ],
)
def test_a_plain_translation_or_an_absent_text_leaves_nothing_open(beside):
    assert "below the usual" in detail_of(hypertension(text_beside=beside))
    assert "below the usual" in detail_of(hypertension(display_beside=beside))


def detail_with_draft(words, code=""):
    title = codeable(ICD, code, words) if code else {"text": words}
    draft = problem("I10", number="draft", code=title)
    request = order_sign(reassuring_record(), kyphoplasty(), draft)
    return by_topic(ask(request))["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("known bone metastasis L1", "malignancy of bone"),
        ("spondylodiscitis L1", "spinal infection"),
        ("unstable fracture L1", "unstable fracture"),
    ],
)
def test_a_diagnosis_among_the_drafts_names_what_is_open(words, named):
    detail = detail_with_draft(words)
    assert "below the usual" not in detail
    assert f"{named} not excluded" in detail


def test_a_harmless_one_leaves_nothing_open():
    assert "below the usual" in detail_with_draft("Hypertension")
    assert "below the usual" in detail_with_draft("Hypertension", "I10")
