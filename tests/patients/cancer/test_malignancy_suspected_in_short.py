"""A fracture that may be malignant, in the short forms in which it is asked."""

import pytest

from tests.patients.places import listed, told_at_signing

SUSPECTED = [
    "L1 fx ?mets",
    "?mets L1",
    "L1 fracture, ?metastatic",
    "L1 fracture, ?pathological",
    "L1 fracture, osteoporotic or ?malignant",
    "Fracture L1, DDx myeloma",
    "LWK1-Fx, DD maligne",
    "LWK1-Fx, DD osteoporotisch, DD maligne",
    "LWK1-Fraktur, maligne?",
    "LWK1-Fraktur, DD pathologisch",
    "Filia LWK 1",
    "Inzakkingsfractuur L1, dd maligne",
    "Frattura L1 sospetta per mk",
    "Frattura L1, sospetta patologica",
    "Złamanie L1, podejrzenie patologicznego",
]
NOT_SUSPECTED = [
    "L1 fracture ? level",
    "L1 fracture, not malignant",
    "L1 fracture, PET negative for mets",
    "L1-Fraktur, gutartig",
    "LWK1-Fraktur, DD osteoporotisch",
    "Alte Fraktur L1, nicht pathologisch",
    "Keine Filia L1",
    "Frattura L1, non patologica",
    "Fracture L1, pathologic reflexes",
]


@pytest.mark.parametrize("words", SUSPECTED)
def test_a_suspicion_leads_and_states_nothing(words):
    for said in told_at_signing(words):
        assert said.startswith("Malignancy of bone")
        assert "not excluded" in said


@pytest.mark.parametrize("words", NOT_SUSPECTED)
def test_what_suspects_no_malignancy_does_not_lead(words):
    assert not any("alignancy" in said for said in told_at_signing(words))


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("?discitis", "Spinal infection not excluded"),
        ("? cord compression", "New neurological deficit not excluded"),
        ("Left leg weakness ?cause", "New neurological deficit not excluded"),
        ("Known myeloma ?relapse", "Malignancy of bone not excluded"),
        ("Differential diagnosis: discitis", "Spinal infection not excluded"),
    ],
)
def test_a_question_mark_before_a_name_asks_for_it(words, begins):
    on_list, _, reason = told_at_signing(words)
    assert on_list.startswith(begins)
    assert reason.startswith(begins)


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("Unclear whether bone metastases", "Malignancy of bone not excluded"),
        ("Unclear whether discitis", "Spinal infection not excluded"),
        ("Unklar ob Knochenmetastasen", "Malignancy of bone not excluded"),
        ("Geen duidelijkheid over botmetastasen", "Malignancy of bone not excluded"),
        ("골전이 불명확", "Malignancy of bone not excluded"),
    ],
)
def test_what_is_unclear_is_not_excluded(words, begins):
    assert listed(words).startswith(begins)


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("Discitis, unclear if treated", "Spinal infection (discitis"),
        ("Paraparesis of unclear cause", "New neurological deficit"),
        ("Metastasis L1, primary unclear", "Bone metastasis on record"),
    ],
)
def test_what_is_unclear_of_a_fact_leaves_the_fact(words, begins):
    assert listed(words).startswith(begins)
