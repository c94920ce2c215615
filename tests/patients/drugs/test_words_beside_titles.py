"""Words of a dosage, or of the name of a study, that no list knows.

They may be the reason for it.
"""

import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.reassuring import cards_of, end_is_selected

ATC = "http://www.whocc.no/atc"
OPIOID, ANTIBIOTIC = codeable(ATC, "N02AA01"), codeable(ATC, "J01CF05")
ORDINARY = tomllib.loads(
    Path(__file__).with_name("ordinary_words.toml").read_text(encoding="utf-8")
)


def drug(dosage, *, number="m", code=OPIOID, **members):
    order = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(5),
        "medicationCodeableConcept": code,
        "dosageInstruction": [dosage],
    }
    return of_patient("MedicationRequest", number, **{**order, **members})


def given(kind, **members):
    return of_patient(kind, "m", medicationCodeableConcept=OPIOID, **members)


def worded(words):
    return {"text": words}


def study(description="MRI", *, number="i", **members):
    named = {"status": "available", "started": days_ago(9), "description": description}
    return of_patient("ImagingStudy", number, **{**named, **members})


UNKNOWN = [
    pytest.param(drug(worded("4 mg twice daily, for the mets")), id="short form"),
    pytest.param(drug(worded("for cord oedema from deposits")), id="deposits"),
    pytest.param(drug(worded("voor de uitzaaiing in de rug, 2x daags")), id="nl"),
    pytest.param(drug(worded("1-0-1 wegen Absiedelungen")), id="de"),
    pytest.param(drug(worded("leptomeningeal")), id="alone"),
    pytest.param(drug(worded("Kahler, 1x per dag")), id="name of a person"),
    pytest.param(drug(worded("PJK")), id="abbreviation"),
    pytest.param(drug(worded("BCC/ILD")), id="two abbreviations"),
    pytest.param(drug(worded("per seeding, 1 cp al giorno")), id="seeding"),
    pytest.param(drug(worded("etastaasit, 1 x 2")), id="language not known"),
    pytest.param(drug(worded("骨病変のため 1日2回")), id="ja"),
    pytest.param(drug(worded("病灶疼痛 每日一次")), id="zh"),
    pytest.param(drug({"patientInstruction": "for the mets"}), id="to the patient"),
    pytest.param(drug({"additionalInstruction": [{"text": "for PJK"}]}), id="addition"),
    pytest.param(
        drug({"asNeededCodeableConcept": {"text": "deposits"}}), id="as needed for"
    ),
    pytest.param(
        drug(worded("1 g daily for seeding"), code=ANTIBIOTIC, status="completed"),
        id="lately ended",
    ),
    pytest.param(
        given(
            "MedicationStatement",
            status="active",
            effectivePeriod={"start": days_ago(900)},
            dosage=[worded("for the mets")],
        ),
        id="taken for years",
    ),
    pytest.param(
        given(
            "MedicationAdministration",
            status="completed",
            effectiveDateTime=days_ago(3),
            dosage=worded("IV, for deposits"),
        ),
        id="given",
    ),
    pytest.param(
        given(
            "MedicationDispense",
            status="completed",
            whenHandedOver=days_ago(3),
            dosageInstruction=[worded("for the mets")],
        ),
        id="dispensed",
    ),
    pytest.param(drug(worded("1 tablet daily. " * 700)), id="too long"),
]
OVER = {"status": "stopped", "authoredOn": days_ago(900)}
PLAIN = [
    pytest.param(drug(worded("for the mets"), **OVER), id="stopped long ago"),
    pytest.param(
        drug(worded("for the mets"), status="entered-in-error"), id="by mistake"
    ),
    pytest.param(
        drug({"asNeededCodeableConcept": {"text": "moderate pain (pain score 4-6)"}}),
        id="as needed for pain",
    ),
    pytest.param(
        drug(
            worded("Xylofantin 20 mg Tbl. 1-0-1"),
            code={**OPIOID, "text": "Xylofantin 20 mg"},
        ),
        id="its own name",
    ),
    pytest.param(
        drug(worded("Take 1 tablet with prednisone 5 mg and amlodipine")),
        id="names of other drugs",
    ),
]


@pytest.mark.parametrize("entry", UNKNOWN)
def test_words_of_a_dose_that_nobody_knows_reassure_nobody(entry):
    cards = cards_of(entry)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "Not known" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("entry", PLAIN)
def test_a_dose_that_is_over_or_plain_changes_nothing(entry):
    assert end_is_selected(cards_of(entry))


def test_ordinary_doses_change_nothing():
    taken = [
        drug(worded(words), number=f"m{number}")
        for number, words in enumerate(ORDINARY["doses"])
    ]
    cards = cards_of(*taken)
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


def series(words):
    modality = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "OT"}
    return {"uid": "2.25.1", "modality": modality, "description": words}


UNKNOWN_STUDY = [
    pytest.param(study("MRI brain, seeding"), id="seeding"),
    pytest.param(study("MRI spine for deposits"), id="deposits"),
    pytest.param(study("MRT WS, Absiedlungen"), id="de"),
    pytest.param(study("RM columna, siembra"), id="es"),
    pytest.param(study("MRI wervelkolom, Kahler"), id="name of a person"),
    pytest.param(study("PJK"), id="abbreviation"),
    pytest.param(study("LMD protocol"), id="protocol"),
    pytest.param(study("腰椎MRI 病変"), id="ja"),
    pytest.param(study(series=[series("AX T1 LMD")]), id="series"),
    pytest.param(
        study(procedureCode=[{"text": "MRI spine, drop deposits"}]), id="procedure"
    ),
    pytest.param(study("MRI lumbar spine. " * 700), id="too long"),
]


@pytest.mark.parametrize("entry", UNKNOWN_STUDY)
def test_a_study_that_is_called_what_nobody_knows_reassures_nobody(entry):
    cards = cards_of(entry)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "Not known" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


def test_ordinary_studies_change_nothing():
    done = [
        study(words, number=f"i{number}", series=[series(words)])
        for number, words in enumerate(ORDINARY["studies"])
    ]
    cards = cards_of(*done, study("MRI, seeding", status="entered-in-error"))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


def test_an_old_study_changes_nothing():
    old = study("MRI brain, seeding", started=days_ago(900))
    assert end_is_selected(cards_of(old))
