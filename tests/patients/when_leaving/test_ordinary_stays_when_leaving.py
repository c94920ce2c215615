"""What is written in any stay asks nothing at the discharge; harm next to it does."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.patients.leaving import (
    act_done,
    act_ordered,
    image_report,
    summaries_after,
    summaries_beside,
)


def named(title: str, days: int = 1) -> Any:
    """A diagnosis in words that was recorded so many days ago."""
    return problem(
        "x",
        number="new",
        code={"text": title},
        recordedDate=days_ago(days),
        onsetDateTime=days_ago(days),
    )


def prescribed(words: str, dosage: str = "") -> Any:
    said = {"dosageInstruction": [{"text": dosage}]} if dosage else {}
    return of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": words},
        authoredOn=days_ago(1),
        **said,
    )


@pytest.mark.parametrize(
    "title",
    [
        *("Hypokalemia, mild", "Mild dehydration", "Hyponatremia, mild"),
        *("Leichte Hyponatriämie", "Z. n. Kyphoplastie LWK 1"),
        *("Nausées postopératoires", "Náuseas postoperatorias"),
        *("Misselijkheid na operatie", "Nudności pooperacyjne", "術後悪心"),
        *("术后恶心", "수술 후 오심", "Rückenschmerz", "Pressure injury risk"),
    ],
)
def test_everyday_names_ask_nothing(title: str) -> None:
    assert summaries_beside(named(title)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Mild pneumonia", "Leichte Parese", "Discitis, mild", "Mild stroke"),
        *("Lungenembolie, leicht", "S/P kyphoplasty L1, infected"),
        *("Z. n. Kyphoplastie LWK 1, Paraparese", "S/P fall", "UTI"),
        *("Misselijkheid en pijn op de borst", "術後せん妄", "术后感染"),
        *("수술 후 폐렴", "Paraplegia", "Sepsis", "Radiculopathy, mild"),
        *("Wound infection, mild", "Hematoma", "Hip fracture", "Myocardial infarction"),
    ],
)
def test_harm_does(title: str) -> None:
    assert len(summaries_beside(named(title))) == 1


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Konsil Innere: Blutdruckeinstellung", ""),
        ("Konsil Diabetologie: BZ-Einstellung", ""),
        ("Konsil Urologie: DK-Auslassversuch", ""),
        ("Augenkonsil: Tropfen bei Glaukom", ""),
        ("Konsultacja psychologa", ""),
        ("Consultation de contrôle à 6 semaines", ""),
        ("Consult GI", "GERD"),
        ("Consult cardiology", "Atrial fibrillation, rate control"),
        ("Consult nephrology", "CKD stage 3"),
        ("Konsil Kardiologie", "VHF, Frequenzkontrolle"),
        ("Konsil Nephrologie", "CNI Stadium 3"),
    ],
)
def test_everyday_consults_ask_nothing(title: str, reason: str) -> None:
    assert summaries_beside(act_ordered(title, reason)) == []


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Konsil Innere: Einstellung nach Lungenembolie", ""),
        ("Konsil Urologie: Überlaufblase", ""),
        ("Augenkonsil: plötzlicher Visusverlust", ""),
        ("Konsultacja psychiatryczna", ""),
        ("Consult GI", "Melena"),
        ("Consult GI", "GI bleed"),
        ("Consult cardiology", "New atrial fibrillation with hypotension"),
        ("Consult cardiology", "Troponin rise"),
        ("Consult nephrology", "AKI"),
        ("Consult nephrology", "CKD stage 3, anuria"),
        ("Konsil Kardiologie", "Frequenzkontrolle, Synkope"),
        ("Neurology consult", "Slurred speech"),
        ("FLS referral", "Pneumonia"),
        ("Physiotherapy outpatient", "Hospital acquired pneumonia"),
        ("Fracture liaison referral; pneumonia on antibiotics", ""),
        ("FLS referral, pneumonia", ""),
        ("Physiotherapy, pneumonia", ""),
        ("Rehabilitation; new pulmonary embolism", ""),
        ("Physiotherapie; Pneumonie", ""),
        ("Kinésithérapie, pneumonie", ""),
        ("Fisioterapia, neumonía", ""),
        ("Osteoporosis clinic: new pneumonia", ""),
    ],
)
def test_other_consults_and_referrals_do(title: str, reason: str) -> None:
    assert len(summaries_beside(act_ordered(title, reason))) == 1


@pytest.mark.parametrize(
    "title",
    [
        *("Physiotherapy after stroke", "Physiotherapie nach Apoplex"),
        *("Rehabilitation after pneumonia 2019", "FLS referral, osteoporosis"),
        *("Physiotherapy, gait training", "Physiotherapie, Pneumonieprophylaxe"),
        *("Rehabilitation, hypertension", "Kinésithérapie, marche"),
    ],
)
def test_ordinary_referrals_ask_nothing(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []


@pytest.mark.parametrize(
    "words",
    [
        "Minimal blood loss. Sent to PACU in stable condition.",
        "Discharge home tomorrow.",
        "Postop. Neurologie unauffällig.",
        "Keine Komplikationen, Patient wach in den AWR.",
        "Lever autorisé le soir même.",
        "Pionizacja tego samego dnia.",
        "Mag mobiliseren.",
        "术后下肢活动正常。",
    ],
)
def test_everyday_notes_of_the_operation_ask_nothing(words: str) -> None:
    assert summaries_after(note=[{"text": words}]) == []


@pytest.mark.parametrize(
    "words",
    [
        "Sent to ICU in stable condition.",
        "Poor fill, cement in the canal.",
        "Postop. Neurologie auffällig.",
        "Patient nicht wach.",
        "Lever interdit, déficit.",
        "Pionizacja niemożliwa, niedowład.",
        "术后下肢活动受限。",
        "Patient hypotensive in PACU.",
        "Neurologie unauffällig bis auf Fußheberschwäche.",
    ],
)
def test_others_do(words: str) -> None:
    assert len(summaries_after(note=[{"text": words}])) == 1


@pytest.mark.parametrize(
    "entry",
    [
        act_done("CT angiography chest"),
        act_done("Evacuation of epidural hematoma"),
        act_done("Re-exploration lumbar spine"),
        act_done("Transfusion of packed red cells"),
        act_done("Reintubation"),
        act_ordered("MRI lumbar spine", "new weakness"),
        act_ordered("Stroke team call"),
        act_ordered("Wound swab", "pus"),
        act_ordered("Blood culture"),
        act_ordered("CT head", "fall out of bed"),
        act_ordered("X-ray hip", "fell on the ward"),
        act_ordered("Troponin q3h", "chest pain"),
        act_ordered("Duplex legs", "swollen calf"),
        act_ordered("Transfer to ICU"),
        prescribed("Methylprednisolone", "1 g IV once"),
        prescribed("Dexamethasone", "4 mg IV q6h"),
        prescribed("Vancomycin", "1 g IV q12h"),
        prescribed("Apixaban", "10 mg BID x 7 days"),
        prescribed("Alteplase", "50 mg IV"),
        prescribed("Noradrenaline infusion", "0.1 mcg/kg/min"),
        image_report("Cement in the spinal canal at L1."),
        image_report("New fracture of L2."),
        image_report("Pulmonary embolism."),
        image_report("Fluid collection at the surgical site, abscess possible."),
        image_report("Cement embolus in the right lower lobe artery."),
    ],
)
def test_traps_next_to_an_ordinary_stay_are_asked_about(entry: Any) -> None:
    assert len(summaries_beside(entry)) == 1
