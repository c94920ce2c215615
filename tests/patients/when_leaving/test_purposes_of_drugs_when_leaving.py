"""What a drug is for, its name, its instruction or a statement of it may tell alone."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import act_done, act_ordered, page_after, summaries_beside

TIMES: dict[str, dict[str, Any]] = {
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(0),
    },
    "MedicationStatement": {
        "status": "active",
        "effectivePeriod": {"start": days_ago(1)},
    },
    "MedicationAdministration": {
        "status": "completed",
        "effectiveDateTime": days_ago(1),
    },
}
READ = (
    "1 recent entry names an injury or grave illness. Read before leaving.",
    "1 recent entry not understood. Read before leaving.",
)
PURPOSES = [
    *("Apixaban 10 mg BD for DVT", "Enoxaparin 1 mg/kg twice daily (PE)"),
    *("Rivaroxaban 15 mg wegen TVT", "Rivaroxaban pour embolie pulmonaire"),
    *(
        "Apixaban por TVP",
        "Apixaban per embolia polmonare",
        "Apixaban wegens longembolie",
    ),
    *("Vancomycin for wound infection", "Oxycodone for hip fracture"),
]


def medicine(kind: str, words: str = "Paracetamol", **members: Any) -> Any:
    named = {"medicationCodeableConcept": {"text": words}}
    return of_patient(kind, "drug", **TIMES[kind] | named | members)


@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.parametrize("words", PURPOSES)
def test_a_purpose_in_the_name_of_a_drug_is_to_be_read(kind: str, words: str) -> None:
    (summary,) = summaries_beside(medicine(kind, words))
    assert summary.endswith(READ)
    assert not page_after(medicine(kind, words))["mayTrain"]


@pytest.mark.parametrize("words", ["DVT", "Hüftfraktur", "Stroke", "肺塞栓"])
@pytest.mark.parametrize("place", ["note", "reasonCode"])
def test_so_is_what_a_statement_since_the_operation_says(
    words: str, place: str
) -> None:
    (summary,) = summaries_beside(
        medicine("MedicationStatement", **{place: [{"text": words}]})
    )
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "dosage",
    [
        {"patientInstruction": "for your hip fracture"},
        {"additionalInstruction": [{"text": "DVT"}]},
    ],
)
def test_so_is_what_its_instruction_says(dosage: Any) -> None:
    drug = medicine("MedicationRequest", dosageInstruction=[{"text": "1-0-0"} | dosage])
    (summary,) = summaries_beside(drug)
    assert summary.endswith(READ)


@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.parametrize(
    "words",
    [
        *("Enoxaparin 40 mg for DVT prophylaxis", "Apixaban for atrial fibrillation"),
        *("Enoxaparin 40 mg Thromboseprophylaxe", "Clopidogrel for stroke prevention"),
        *(
            "Clopidogrel after stroke 2015",
            "Nitro-Spray bei Brustschmerz",
            "ASS bei KHK",
        ),
        *("Rivaroxaban for history of DVT", "Marcumar bei Z.n. LE", "Tramadol b. Bed."),
        *("Lorazepam for seizures PRN", "Novalgin bei Schmerzen oder Fieber"),
        *(
            "Lovenox pour prévention phlébite",
            "阿司匹林 预防脑梗死",
            "Paracetamol (Ben-u-ron)",
        ),
    ],
)
def test_an_ordinary_purpose_is_not(kind: str, words: str) -> None:
    assert summaries_beside(medicine(kind, words)) == []


@pytest.mark.parametrize(
    "members",
    [{"effectivePeriod": None}, {"effectivePeriod": {"start": days_ago(900)}}],
)
def test_a_statement_that_began_before_or_at_no_day_is_not(members: Any) -> None:
    stated = medicine("MedicationStatement", note=[{"text": "DVT"}], **members)
    assert summaries_beside(stated) == []


SUSPECTED = [
    *("Duplex V.a. TVT", "suspected DVT", "Duplex ?DVT", "下肢静脈エコー DVT疑い"),
    *("V.a. Lungenembolie", "suspected stroke", "sospetta TVP", "疑似肺栓塞"),
    *("suspicion d'embolie pulmonaire", "verdenking longembolie", "CT chest PE?"),
]


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize("title", SUSPECTED)
def test_what_a_title_suspects_is_why_it_was_ordered(make: Any, title: str) -> None:
    (summary,) = summaries_beside(make(title))
    assert summary.endswith(READ)


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize(
    "title",
    [
        *("Sepsis screening", "Stroke risk assessment", "Delirium screening?"),
    ],
)
def test_what_is_screened_for_is_not(make: Any, title: str) -> None:
    assert summaries_beside(make(title)) == []
