"""Yes/no from conditions and procedures: no only from a list that was read and is not empty."""

import pytest

from tests.builders import (
    coded,
    condition,
    dose,
    findings_of,
    prescription,
    procedure,
    verification,
    words,
)
from tests.codes import ATC, CPT, OPS, PCS, SCT


def other() -> dict:
    """An entry that is none of ours, so that the list is not empty."""
    return condition("I10")


def worded(text, code="I10", **members):
    entry = condition(code, **members)
    return entry | {
        "id": "worded",
        "code": {**(entry["code"] if code != "I10" else {}), "text": text},
    }


def augmented(on="2025-06-01", status="completed", code=None):
    return procedure(code or coded("22514", CPT), on, status)


@pytest.mark.parametrize(
    ("name", "entry", "value"),
    [
        ("diabetes", condition("E11.9", status="active"), True),
        ("diabetes", condition("E11.9", status="recurrence"), True),
        ("diabetes", condition("E11.9", status="relapse"), True),
        (
            "diabetes",
            {
                "resourceType": "Condition",
                "id": "c28",
                "subject": {"reference": "Patient/p1"},
                "code": {
                    "coding": [
                        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"}
                    ]
                },
                "verificationStatus": {
                    "coding": [
                        {
                            "system": (
                                "http://terminology.hl7.org/CodeSystem/condition-ver-status"
                            ),
                            "code": "confirmed",
                        }
                    ]
                },
                "clinicalStatus": {
                    "coding": [
                        {
                            "system": (
                                "http://terminology.hl7.org/CodeSystem/condition-clinical"
                            ),
                            "code": "active",
                        },
                        {
                            "system": (
                                "http://terminology.hl7.org/CodeSystem/condition-clinical"
                            ),
                            "code": "recurrence",
                        },
                    ]
                },
            },
            True,
        ),
        (
            "diabetes",
            condition("E11.9", verificationStatus=verification("refuted")),
            False,
        ),
        (
            "diabetes",
            condition("E11.9", verificationStatus=verification("entered-in-error")),
            False,
        ),
        ("diabetes", condition("E11.9", verificationStatus={"text": "Refuted"}), False),
        (
            "diabetes",
            condition("E11.9", verificationStatus={"text": "Confirmed"}),
            True,
        ),
        (
            "diabetes",
            condition("E11.9", verificationStatus={"text": "Dr. Smith will see"}),
            "undetermined",
        ),
        (
            "diabetes",
            condition("E11.9", verificationStatus=verification("ruled-out")),
            "undetermined",
        ),
        ("malignancy", condition("C79.51", status=None), "undetermined"),
        # silence says nothing
        ("sarcopenia", condition("I10"), "undetermined"),
        # codes that only look alike
        ("diabetes", condition("15777000", system=SCT), False),
        # known absent
        (
            "diabetes",
            condition("73211009:408729009=410516002", system=SCT),
            "undetermined",
        ),
        # in the family
        (
            "diabetes",
            condition("73211009:408732007=444148008", system=SCT),
            "undetermined",
        ),
        ("diabetes", condition("R73.03"), False),
        ("diabetes", condition("Z83.3"), False),
        ("steroid-use", condition("Z79.51"), False),
        ("unstable-fracture", condition("S32.010A"), False),
        ("neurological-deficit", condition("I69.351"), False),
        ("end-of-life", condition("Z66"), False),
        # words that do not forbid a no, and words beside a code
        ("diabetes", worded("Prediabetes"), False),
        ("diabetes", worded("Family history of diabetes mellitus"), False),
        ("diabetes", worded("Gestational diabetes"), False),
        ("diabetes", worded("Screening for diabetes"), False),
        (
            "spinal-infection",
            worded("Spondylodiscitis L2/3", status="resolved"),
            "undetermined",
        ),
        # what is over or in remission may be what broke the bone
        ("spinal-infection", condition("M46.26", status="resolved"), "undetermined"),
        ("malignancy", condition("C79.51", status="inactive"), "undetermined"),
        ("malignancy", condition("C90.01"), "undetermined"),
        ("malignancy", condition("Z85.830"), "undetermined"),
        ("malignancy", condition("Z85.3"), False),
        # code against words
        ("diabetes", worded("Screening for diabetes", code="E11.9"), "undetermined"),
        ("diabetes", worded("no diabetes", code="E11.9"), "undetermined"),
        ("diabetes", worded("Kein Diabetes", code="E11.9"), "undetermined"),
        ("diabetes", worded("Pas de diabète", code="E11.9"), "undetermined"),
        (
            "diabetes",
            worded("Familienanamnese: Diabetes", code="E11.9"),
            "undetermined",
        ),
        ("diabetes", worded("糖尿病なし", code="E11.9"), "undetermined"),
        (
            "diabetes",
            worded("Type 2 diabetes mellitus without complications", code="E11.9"),
            True,
        ),
        # an earlier augmentation is spinal surgery; the one that is ordered is no earlier one
        ("prior-spinal-surgery", augmented("2025-06-01", code=None), True),
        (
            "prior-spinal-surgery",
            augmented("2025-06-01", code=coded("22511", system=CPT)),
            True,
        ),
        (
            "prior-spinal-surgery",
            augmented("2025-06-01", code={"text": "Percutaneous kyphoplasty L2"}),
            True,
        ),
        ("prior-spinal-surgery", augmented("2026-11-20"), False),
        ("prior-spinal-surgery", augmented(None), "undetermined"),
        # done, on a day that has not come
        ("prior-spinal-surgery", augmented("2026-12-24"), "undetermined"),
        ("prior-spinal-surgery", augmented("2026-12-24", status="preparation"), False),
        (
            "prior-spinal-surgery",
            augmented("2025-06-01", status="preparation"),
            "undetermined",
        ),
        ("prior-spinal-surgery", augmented("2025-06-01", status="not-done"), False),
        # codes of each finding
        ("diabetes", condition("44054006", system=SCT), True),
        ("diabetes", condition("73211009", system=SCT), True),
        ("diabetes", condition("E10.9"), True),
        ("diabetes", condition("E0800"), True),
        ("diabetes", condition("E13.9"), True),
        ("malignancy", condition("C79.51"), True),
        ("malignancy", condition("M84.58XA"), True),
        ("malignancy", condition("C90.00"), True),
        ("malignancy", condition("94222008", system=SCT), True),
        ("malignancy", condition("109989006", system=SCT), True),
        ("spinal-infection", condition("M46.26"), True),
        ("spinal-infection", condition("A18.01"), True),
        ("spinal-infection", condition("G06.1"), True),
        ("spinal-infection", condition("203241002", system=SCT), True),
        ("unstable-fracture", condition("S32.012A"), True),
        ("unstable-fracture", condition("S22.082B"), True),
        ("neurological-deficit", condition("G83.4"), True),
        ("neurological-deficit", condition("G82.20"), True),
        ("neurological-deficit", condition("S34.3XXA"), True),
        ("neurological-deficit", condition("S24.101A"), True),
        ("end-of-life", condition("Z51.5", recordedDate="2026-11-01"), True),
        ("end-of-life", condition("Z51.5", onsetDateTime="2026-05-28"), True),
        # 180 days before 20 November 2026 is 24 May
        ("end-of-life", condition("Z51.5", onsetDateTime="2026-05-23"), "undetermined"),
        ("end-of-life", condition("Z51.5", onsetDateTime="2019-04"), "undetermined"),
        ("end-of-life", condition("Z51.5"), "undetermined"),
        ("sarcopenia", condition("M62.84"), True),
        ("steroid-use", condition("Z79.52"), True),
        ("bone-drug", condition("Z79.83"), True),
        # spinal surgery is known by its code alone: not of the neck, and no electrodes
        ("prior-spinal-surgery", procedure(coded("22612", system=CPT)), True),
        ("prior-spinal-surgery", procedure(coded("22630", system=CPT)), True),
        ("prior-spinal-surgery", procedure(coded("63047", system=CPT)), True),
        ("prior-spinal-surgery", procedure(coded("63030", system=CPT)), True),
        ("prior-spinal-surgery", procedure(coded("22551", system=CPT)), False),
        ("prior-spinal-surgery", procedure(coded("63650", system=CPT)), False),
        ("prior-spinal-surgery", procedure(coded("0SG00AJ", system=PCS)), True),
        ("prior-spinal-surgery", procedure(coded("0SB20ZZ", system=PCS)), True),
        ("prior-spinal-surgery", procedure(coded("0RG10A0", system=PCS)), False),
        ("prior-spinal-surgery", procedure(coded("5-032.01", system=OPS)), True),
        ("prior-spinal-surgery", procedure(coded("5-836.31", system=OPS)), True),
        ("prior-spinal-surgery", procedure(coded("5-820.00", system=OPS)), False),
        # the onset, else the recorded date, must not lie after the order
        ("diabetes", condition("E11.9", onsetDateTime="2026-11-21"), "undetermined"),
        ("diabetes", condition("E11.9", recordedDate="2026-11-21"), "undetermined"),
        (
            "diabetes",
            condition("E11.9", onsetDateTime="2020", recordedDate="2026-12-01"),
            True,
        ),
        ("diabetes", condition("E11.9", onsetPeriod={"start": "2026-11-01"}), True),
        (
            "diabetes",
            condition(
                "E11.9", onsetAge={"value": 60, "unit": "a"}, recordedDate="2026-11-01"
            ),
            True,
        ),
        ("diabetes", condition("E11.9"), True),
        # what only looks alike is no
        ("active-cancer", condition("C44.91"), False),
        ("active-cancer", condition("Z85.3"), False),
        ("active-cancer", condition("Z80.3"), False),
        ("active-cancer", condition("Z12.31"), False),
        ("active-cancer", condition("C79.51"), False),
        ("active-cancer", condition("C91.01"), False),
        ("active-cancer", condition("C50.911", status="remission"), False),
        ("active-cancer", words("Basal cell carcinoma of skin"), False),
        (
            "active-cancer",
            words("Personal history of malignant neoplasm of breast"),
            False,
        ),
        ("active-cancer", words("Family history of lung cancer"), False),
        ("active-cancer", words("Lung cancer ruled out"), False),
        ("active-cancer", words("Screening for malignant neoplasm of prostate"), False),
        ("dementia", words("Family history of dementia"), False),
        ("dementia", condition("G31.84"), False),
        ("repeated-falls", words("No falls"), False),
        ("repeated-falls", words("Denies recurrent falls"), False),
        ("repeated-falls", condition("W18.30XA", onsetDateTime="2026-11-18"), False),
        ("severe-kidney-disease", condition("N18.30"), False),
        ("severe-kidney-disease", words("Dialysis catheter removal"), False),
        ("severe-kidney-disease", condition("N17.9"), False),
        # what is not understood, or says nothing of the cause, is neither
        ("active-cancer", condition("C34.11", status=None), "undetermined"),
        ("malignancy", words("Lung cancer"), "undetermined"),
        ("malignancy", condition("C34.11"), "undetermined"),
        (
            "severe-kidney-disease",
            procedure(coded("302497006", system=SCT), on=None),
            "undetermined",
        ),
        (
            "severe-kidney-disease",
            procedure(coded("302497006", system=SCT), on="2024-03-01"),
            "undetermined",
        ),
        ("high-energy-cause", condition("I10"), "undetermined"),
        ("high-energy-cause", condition("W11.XXXA"), "undetermined"),
        (
            "high-energy-cause",
            condition("W11.XXXA", onsetDateTime="2019-05-01"),
            "undetermined",
        ),
        (
            "high-energy-cause",
            condition("W18.30XA", onsetDateTime="2026-11-18"),
            "undetermined",
        ),
        (
            "high-energy-cause",
            condition("W01.0XXA", onsetDateTime="2026-11-18"),
            "undetermined",
        ),
        (
            "high-energy-cause",
            condition("V00.811A", onsetDateTime="2026-11-18"),
            "undetermined",
        ),
        (
            "high-energy-cause",
            words("Fall from standing height", recordedDate="2026-11-18"),
            "undetermined",
        ),
        ("high-energy-cause", words("Motor vehicle accident"), "undetermined"),
        # a steroid is long-term after three months, or as a state of the problem list
        (
            "long-term-steroid",
            prescription(coded("H02AB07", system=ATC), authoredOn="2023-01-10"),
            True,
        ),
        (
            "long-term-steroid",
            prescription(coded("H02AB07", system=ATC), authoredOn="2026-08-22"),
            True,
        ),
        (
            "long-term-steroid",
            prescription(coded("H02AB07", system=ATC), authoredOn="2026-08-23"),
            "undetermined",
        ),
        (
            "long-term-steroid",
            prescription(
                coded("H02AB07", system=ATC),
                authoredOn="2026-08-01",
                status="completed",
            ),
            "undetermined",
        ),
        (
            "long-term-steroid",
            dose(coded("H02AB07", system=ATC), on="2026-08-01"),
            "undetermined",
        ),
        ("long-term-steroid", condition("Z79.52"), True),
        ("long-term-steroid", condition("Z79.51"), "undetermined"),
    ],
)
def test_what_lists_that_were_read_say(name, entry, value):
    found = findings_of(
        entry, other(), entries={"procedures": 3, "conditions": 9, "medications": 3}
    )
    assert (
        found.known[name].value if name in found.known else found.gaps[name].reason
    ) == value
    assert value is not False or name != "diabetes" or found.known[name].concerns == ()


def test_an_order_of_an_augmentation_is_no_earlier_one():
    """The record may hold the order that is being signed, as an export does."""
    order = {
        "resourceType": "ServiceRequest",
        "id": "signed",
        "subject": {"reference": "Patient/p1"},
        "status": "active",
        "intent": "order",
        "code": coded("22514", CPT),
        "authoredOn": "2026-11-19",
    }
    read = {"procedures": 3, "conditions": 9, "serviceRequests": 1}
    found = findings_of(order, other(), entries=read)
    assert found.known["prior-augmentation"].value is False
    assert found.known["prior-spinal-surgery"].value is False


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ("diabetes", "Diabetic retinopathy associated with type II diabetes mellitus"),
        ("malignancy", "Metastasis to the lumbar spine"),
        ("spinal-infection", "Spondylodiscitis L2/3"),
        ("neurological-deficit", "Cauda equina syndrome"),
        ("unstable-fracture", "Unstable burst fracture L1"),
        ("end-of-life", "Hospice care"),
    ],
)
@pytest.mark.parametrize(
    "coding",
    [
        [],
        [{"system": SCT, "code": "60951000119105"}],  # in no value set
        [{"system": "urn:local", "code": "X1"}],
    ],
)
def test_a_condition_named_only_in_words_is_neither_yes_nor_no(finding, words, coding):
    entry = condition("I10") | {
        "id": "worded",
        "code": {"coding": coding, "text": words} if coding else {"text": words},
    }
    found = findings_of(entry, other())
    assert found.gaps[finding].reason == "undetermined"
    assert "words" in found.gaps[finding].detail
    # words of the record stay in the record
    assert "Metastasis" not in found.gaps[finding].detail
