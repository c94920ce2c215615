"""Titles of acts are everyday by known words alone; what shows harm is told by kind."""

from pathlib import Path

import pytest

from cds_service.core.data_file import read_toml
from cds_service.fhir.entries.harm.unusual_titles import (
    is_unusual_call,
    is_unusual_image,
)
from tests.builders import terminology

TITLES = read_toml(Path(__file__).with_name("unusual_titles.toml"))


def is_unusual(title, reason="", **members):
    act = {"resourceType": "ServiceRequest", "status": "active"}
    act |= {"code": {"text": title}, "reasonCode": [{"text": reason}]} | members
    words = terminology()
    return is_unusual_image(act, words) or is_unusual_call(act, words)


def test_titles_of_every_ward_are_not_unusual():
    assert len(TITLES["ordinary"]) >= 400
    assert [title for title in TITLES["ordinary"] if is_unusual(title)] == []


def test_titles_of_what_shows_harm_are():
    assert len(TITLES["unusual"]) >= 300
    assert [title for title in TITLES["unusual"] if not is_unusual(title)] == []


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("CT", ""),
        ("CT", "Kontrolle nach Kyphoplastie"),
        ("MRT", "Rückenschmerzen"),
        ("CT chest", "lung cancer screening"),
        ("CT head", "fall at home"),
        ("CCT", "Sturz von der Leiter"),
        ("Echo", "preoperative assessment"),
        ("Echokardiographie", "ambulant, in 3 Monaten"),
        ("Echo bei Herzinsuffizienz", ""),
        ("CT L1, no cement in canal", ""),
        ("Ultrasound", ""),
        ("Doppler pedal pulses", ""),
        ("CT surgery follow-up", ""),
        ("Personal emergency response system", ""),
        ("MRI safety checklist", ""),
        ("Wymaz w kierunku MRSA", ""),
    ],
)
def test_a_known_purpose_makes_an_act_everyday(title, reason):
    assert not is_unusual(title, reason)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("CT", "Dyspnoe"),
        ("CT chest", "known osteoporosis"),
        ("CT head", "headache"),
        ("Kontroll-CT Schädel", ""),
        ("Echo for new heart failure", ""),
        ("CT lumbar spine and hip", ""),
        ("CT lumbar spine and chest", ""),
        ("CT lumbar spine, cement embolism", ""),
        ("Duplex for leg swelling", ""),
        ("X-ray chest r/o pneumonia", ""),
        ("Ultrasound wound", ""),
        ("造影CT", "胸痛"),
    ],
)
def test_no_other_does(title, reason):
    assert is_unusual(title, reason)


@pytest.mark.parametrize(
    ("modality", "words", "is_asked"),
    [
        ("CT", "Chest", True),
        ("MR", "Brain", True),
        ("NM", "Lung", True),
        ("CT", "Lumbar spine", False),
        ("XA", "Spine", False),
        ("DX", "Chest", False),
    ],
)
def test_a_study_is_of_its_modality(modality, words, is_asked):
    study = {"resourceType": "ImagingStudy", "status": "available"}
    study |= {"description": words, "modality": [{"code": modality}]}
    assert is_unusual_image(study, terminology()) is is_asked
