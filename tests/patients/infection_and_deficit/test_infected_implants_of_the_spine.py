"""An infected implant of the spine, and short names of infections, lead."""

import pytest

from tests.patients.places import as_reason, listed, reported, told_at_signing

INFECTED = [
    "Infected hardware L3-5",
    "Hardware infection lumbar",
    "Screw infection L4",
    "Implantatinfekt LWS",
    "Schraubeninfekt L3-5",
    "Infizierte Spondylodese L4/5",
    "Infection du matériel rachidien",
    "Infección del material de artrodesis lumbar",
    "Infezione dei mezzi di sintesi lombari",
    "Vert osteo L2/3",
    "Spondylodisc L2/3",
]
NOT_OF_THE_SPINE = [
    "No hardware infection, lumbar fusion",
    "Infected screws after ORIF ankle",
    "Infected hardware hip, lumbar stenosis",
    "Kein Implantatinfekt LWS",
    "Implantatinfekt Hüfte",
    "Infection de prothèse de hanche",
    "Vert. osteoporosis",
    "Vertebral osteoarthritis",
    "Spondylodiscal degeneration",
]


@pytest.mark.parametrize("words", INFECTED)
def test_it_leads_wherever_it_is_told(words):
    for said in told_at_signing(words):
        assert said.startswith("Spinal infection")


@pytest.mark.parametrize("words", NOT_OF_THE_SPINE)
def test_infections_elsewhere_and_wear_do_not_lead(words):
    assert not any("pinal infection" in said for said in told_at_signing(words))


@pytest.mark.parametrize("words", ["MSSA BSI", "Klebsiella BSI"])
def test_germs_in_the_blood_lead_by_their_short_name(words):
    assert reported(words).startswith("Sepsis not excluded")
    assert as_reason(words).startswith("Sepsis not excluded")


@pytest.mark.parametrize("words", ["Light chain disease", "CUP-Syndrom"])
def test_cancers_with_short_names_lead(words):
    for said in told_at_signing(words):
        assert "alignancy of bone" in said


@pytest.mark.parametrize("words", ["CKD stage G5A3", "ERC G5", "IRC estadio 5"])
def test_stages_of_kidneys_are_read_with_their_albumin(words):
    assert listed(words).startswith("Severe kidney disease")


@pytest.mark.parametrize("words", ["CKD G3bA1", "Power MRC 4 left", "IRC 4/2021"])
def test_other_grades_are_no_severe_kidney_disease(words):
    assert "kidney" not in listed(words)
