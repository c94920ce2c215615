"""A title names one thing and denies another: "L1 fracture without cord compression"."""

import pytest

from tests.codes import ICD, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import card_of, dated

SCT = "http://snomed.info/sct"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
DENIED = [
    "Fracture of vertebral column without spinal cord injury",
    "L1 fracture w/o cord compression",
    "L1 compression fracture without cord compression or retropulsion",
    "L1 fracture, stable, no cord compression",
    "Cervical spondylosis without cord compression",
    "L1 fracture, no cauda equina syndrome",
    "L1 fracture, denies leg weakness",
    "L1 fracture without discitis",
    "Back pain, discitis ruled out",
    "Back pain, no discitis on MRI",
    "Hypertension, no foot drop",
    *("LWK1-Fraktur ohne Rückenmarksverletzung", "LWK 1 Fraktur ohne Parese"),
    *("LWK 1-Fraktur, kein Querschnitt", "Rückenschmerz, keine Spondylodiszitis"),
    *("Fracture L1 sans lésion médullaire", "Lombalgie sans spondylodiscite"),
    *("Fractura de L1 sin lesión medular", "Lumbalgia, espondilodiscitis descartada"),
    *("Frattura L1 senza lesione midollare", "Lombalgia, spondilodiscite esclusa"),
    *("Rugpijn zonder spondylodiscitis", "Rugpijn, spondylodiscitis uitgesloten"),
    *("Złamanie L1 bez uszkodzenia rdzenia", "Ból pleców bez spondylodiscitis"),
    *("L1骨折、脊髄損傷なし", "脊髄損傷を伴わないL1骨折", "腰痛、椎間板炎なし"),
    *("L1骨折无脊髓损伤", "腰痛，无椎间盘炎"),
    *("L1 골절, 척수손상 없음", "요통, 척추염 없음"),
]
CODED = [
    (SCT, "15724005", "Fracture of vertebral column without spinal cord injury"),
    (
        SCT,
        "15724005",
        "Fracture of vertebral column without spinal cord injury (disorder)",
    ),
    (
        ICD9,
        "805.4",
        "Closed fracture of lumbar vertebra without mention of spinal cord injury",
    ),
    (ICD, "S32.010A", "L1 fracture without cord compression"),
    (ICD, "S32.010A", "L1 fracture, no leg weakness"),
    (ICD, "M54.50", "Low back pain, no discitis"),
    (ICD, "M54.50", "Low back pain, discitis ruled out"),
]
STATED = [
    *("Paraplegia, no pain", "Discitis, no abscess", "No pain, paraplegia"),
    *("L1 fracture, no fever, discitis", "Cord compression, no cauda equina"),
    *("L1 fracture, no improvement of paraplegia", "Without treatment: discitis"),
    "L1 fracture, no retropulsion but cord compression",
    *("LWK1-Fraktur, keine Rückbildung der Parese", "双下肢无力", "腰痛，下肢无力"),
    "Back pain, no metastases except L1",
]
OPEN = [
    ("spinal infection", "Back pain, discitis not excluded"),
    ("spinal infection", "Rückenschmerz, Spondylodiszitis nicht ausgeschlossen"),
    ("spinal infection", "Lombalgie, spondylodiscite non exclue"),
    ("spinal infection", "Lumbalgia, no se descarta espondilodiscitis"),
    ("spinal infection", "Lombalgia, spondilodiscite non esclusa"),
    ("spinal infection", "Rugpijn, spondylodiscitis niet uitgesloten"),
    ("spinal infection", "腰痛，不能排除椎间盘炎"),
    ("spinal infection", "腰痛、椎間板炎は否定できない"),
    ("spinal infection", "L1 fracture, no treatment of discitis"),
    ("neurological deficit", "Back pain, no longer paraplegic"),
    ("malignancy of bone", "LWK1-Fraktur, keine neuen Metastasen"),
]


def _is_grave(card):
    return card["indicator"] == "warning"


@pytest.mark.parametrize("title", DENIED)
def test_what_it_denies_is_not_stated(title):
    card = card_of(dated({"text": title}, days=12))
    is_open = "not excluded" in card["summary"]
    assert is_open or card["summary"].startswith("No bone drug")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(("system", "code", "title"), CODED)
def test_nor_next_to_a_code(system, code, title):
    card = card_of(dated(codeable(system, code, title), days=12))
    assert card["summary"].startswith("No bone drug")
    assert "not excluded" not in card["detail"].replace(
        "earlier vertebral fracture not excluded", ""
    )


@pytest.mark.parametrize(
    "title",
    [
        "L1 fracture without cord compression",
        "L1 fracture, no cauda equina",
        "LWK1-Fraktur ohne Rückenmarksverletzung",
    ],
)
def test_the_fracture_before_the_denial_stays(title):
    detail = card_of(dated({"text": title}, days=12))["detail"]
    assert "neurological deficit not excluded" not in detail
    assert "earlier vertebral fracture not excluded" not in detail


@pytest.mark.parametrize("title", STATED)
def test_what_is_not_denied_is_stated(title):
    assert _is_grave(card_of(dated({"text": title}, days=12)))


@pytest.mark.parametrize(("finding", "title"), OPEN)
def test_what_is_denied_in_part_or_perhaps_is_open(finding, title):
    card = card_of(dated({"text": title}, days=12))
    assert not _is_grave(card)
    assert f"{finding} not excluded" in card["detail"]


def test_the_warning_names_what_is_there_and_not_what_is_denied():
    card = card_of(dated({"text": "Epidural abscess without discitis"}, days=12))
    assert "epidural abscess" in card["summary"]
    assert "discitis" not in card["summary"]


@pytest.mark.parametrize(
    "title", ["Sturz ohne Schenkelhalsfraktur", "Fall without hip fracture"]
)
def test_a_fall_that_broke_nothing_is_no_fall_with_injury(title):
    assert "injury" not in card_of(dated({"text": title}, days=12))["summary"]


@pytest.mark.parametrize(
    "title", ["L1 fracture without cord compression", "Back pain, discitis ruled out"]
)
def test_nobody_is_asked_before_leaving_about_what_is_denied(title):
    cards = leave(leaving_chart(*everything_arranged(), dated({"text": title}, days=2)))
    said = " ".join(f"{one['summary']} {one['detail']}" for one in cards)
    assert "compression or injury" not in said.lower()
    assert "infection (discitis" not in said
