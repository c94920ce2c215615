"""What the note of a cancer of long ago leaves open, and what it only adds."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

BONE = "malignancy of bone not excluded"
COUNTED = "1 entry of the problem list not understood"
CODES = {
    "words": {"text": "Breast cancer"},
    "history": codeable(ICD, "Z85.3"),
    "code": codeable(ICD, "C50.912"),
}
OTHER_EXAMS = [
    *("MRI knee planned", "CT head planned", "knee MRI pending", "DEXA scan planned"),
    *("bone density scan pending", "MRI lumbar spine planned", "MRT Knie geplant"),
    *("Biopsy of skin lesion planned", "MRI brain abnormal 2001 (migraine)"),
    *("Knochendichte geplant", "IRM genou prévue", "densitometría pendiente"),
]
UNREAD = ["Xyzzy", "seen by the hospital at home", "Hormone therapy ongoing"]
FOLLOW_UP = [
    *("Tamoxifen x 5 years", "wide local excision and radiotherapy 2008"),
    *("Discharged from oncology follow up", "remote", "left side", "rezidivfrei"),
    *("Z.n. Mastektomie, Chemo und Tamoxifen bis 2013", "no bone pain"),
    *("mastectomie et chimiothérapie", "mastectomía y quimioterapia 2008"),
    *("quadrantectomia e chemioterapia 2008", "borstsparende operatie 2008"),
    *("mastektomia i chemioterapia 2008", "乳房切除術後、化学療法後", "根治术后"),
]
OPEN = [
    *("bone scan pending", "PET planned", "Staging geplant", "scan pending"),
    *("vertebral biopsy planned", "biopsy pending", "MRI spine abnormal"),
    *("MRI knee and bone scan planned", "CT chest/abdomen/pelvis planned"),
    *("no metastases, new back pain", "no bone mets, search for primary"),
    *("keine Filiae, aber Knochenschmerzen", "no progression but PSA rising"),
    *("sans métastase, recherche du primitif", "sin metástasis, dolor óseo"),
]


def old_cancer(note, code="words"):
    begun = {} if code == "history" else {"onsetDateTime": "2008-05-01"}
    told = {"code": CODES[code], "recordedDate": "2010-01-01", **begun}
    return problem("x", number="cancer", **told, note=[{"text": note}])


def is_review_selected(card):
    return any(
        one.get("isRecommended") and "fracture liaison" in one["label"]
        for one in card["suggestions"]
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("note", [*OTHER_EXAMS, *UNREAD])
def test_what_is_no_sign_of_spread_is_counted_and_takes_no_button(note, code):
    card = card_of(old_cancer(note, code))
    assert BONE not in card["detail"]
    assert COUNTED in card["detail"]
    assert "below" not in card["detail"]
    assert is_review_selected(card)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("note", FOLLOW_UP)
def test_how_it_was_treated_adds_nothing(note, code):
    card = card_of(old_cancer(note, code))
    assert "Not known" not in card["detail"]
    assert is_review_selected(card)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("note", OPEN)
def test_pain_a_search_and_a_test_of_the_bone_leave_a_malignancy_open(note, code):
    card = card_of(old_cancer(note, code))
    assert BONE in card["detail"]
    assert not is_review_selected(card)


@pytest.mark.parametrize("code", CODES)
def test_a_deficit_next_to_a_denial_is_told(code):
    card = card_of(old_cancer("keine Metastasen, Beinschwäche", code))
    assert "neurological deficit not excluded" in card["detail"]


def test_the_history_with_an_unread_note_is_counted_once_for_each_entry():
    other = problem("x", number="other", code={"text": "Colon cancer 2009"}, days=6000)
    card = card_of(old_cancer("Xyzzy"), other)
    assert COUNTED in card["detail"]
