"""A drug that hardly anybody takes without a disease leaves that disease open."""

import pytest

from tests.chart_builders import days_ago, kyphoplasty, of_patient, problem
from tests.codes import ATC, ICD, codeable
from tests.patients.reassuring import card_of, imaging


def ordered_drug(drug, *, status="active"):
    said = {"status": status, "intent": "order", "authoredOn": days_ago(20)}
    return of_patient("MedicationRequest", "d", medicationCodeableConcept=drug, **said)


@pytest.mark.parametrize(
    ("drug", "disease"),
    [
        ({"text": "Donepezil 10 mg"}, "dementia"),
        ({"text": "Memantine"}, "dementia"),
        ({"text": "Rivastigmine patch"}, "dementia"),
        ({"text": "Galantamin 8 mg"}, "dementia"),
        ({"text": "Aricept"}, "dementia"),
        (codeable(ATC, "N06DA02"), "dementia"),
        ({"text": "Levodopa/carbidopa 100 mg"}, "Parkinson's disease"),
        ({"text": "Madopar"}, "Parkinson's disease"),
        ({"text": "Pramipexol 0,18 mg"}, "Parkinson's disease"),
        (codeable(ATC, "N04BD02"), "Parkinson's disease"),
    ],
)
def test_the_silence_of_the_problem_list_is_no_answer(drug, disease):
    detail = card_of(ordered_drug(drug))["detail"]
    assert "below the usual" not in detail
    assert f"{disease} not excluded (a drug against {disease}" in detail


def stated_drug(drug, *, status):
    said = {"status": status, "effectiveDateTime": days_ago(20)}
    drug = {"medicationCodeableConcept": drug}
    return of_patient("MedicationStatement", "d", **drug, **said)


@pytest.mark.parametrize(
    ("entry", "disease"),
    [
        pytest.param(
            ordered_drug({"text": "Rasagiline 1 mg"}, status="on-hold"),
            "Parkinson's disease",
            id="paused before anaesthesia",
        ),
        pytest.param(
            ordered_drug({"text": "Donepezil"}, status="on-hold"),
            "dementia",
            id="order on hold",
        ),
        pytest.param(
            ordered_drug({"text": "Donepezil"}, status="stopped"),
            "dementia",
            id="order stopped",
        ),
        pytest.param(
            stated_drug({"text": "Memantine"}, status="on-hold"),
            "dementia",
            id="statement on hold",
        ),
        pytest.param(
            stated_drug({"text": "Memantine"}, status="stopped"),
            "dementia",
            id="statement stopped",
        ),
    ],
)
def test_a_disease_goes_on_when_its_drug_is_paused_or_stopped(entry, disease):
    detail = card_of(entry)["detail"]
    assert "below the usual" not in detail
    assert f"{disease} not excluded (a drug against {disease}" in detail


@pytest.mark.parametrize("status", ["on-hold", "stopped", "unknown"])
@pytest.mark.parametrize("drug", ["Lenalidomide 10 mg", "Letrozole 2.5 mg"])
def test_so_does_a_cancer_when_its_drug_is_paused_or_stopped(drug, status):
    detail = card_of(ordered_drug({"text": drug}, status=status))["detail"]
    assert "below the usual" not in detail
    assert "malignancy of bone not excluded (a drug against cancer" in detail


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "draft"])
def test_a_drug_that_was_never_meant_tells_of_no_disease(status):
    detail = card_of(ordered_drug({"text": "Donepezil"}, status=status))["detail"]
    assert "dementia not excluded" not in detail


@pytest.mark.parametrize(
    "drug",
    [
        # beside neuroleptics, against influenza, of prolactin, ginkgo
        *(codeable(ATC, one) for one in ("N04AA02", "N04BB01", "N04BC06", "N06DX02")),
        {"text": "Levothyroxine 50 mcg"},
        {"text": "Levetiracetam 500 mg"},
    ],
)
def test_a_drug_for_other_things_leaves_no_disease_open(drug):
    detail = card_of(ordered_drug(drug))["detail"]
    assert "dementia" not in detail
    assert "Parkinson" not in detail


def named_beside(code, words):
    return problem("x", number="n", code=codeable(ICD, code, words))


PARKINSON, DEMENTIA = "Parkinson's disease", "dementia"


@pytest.mark.parametrize(
    ("entry", "disease", "place"),
    [
        *(
            pytest.param(named_beside(code, words), disease, "problem list", id=words)
            for code, words, disease in (
                ("I10", "Hypertension, on Sinemet", PARKINSON),
                ("W19.XXXA", "Falls, on levodopa", PARKINSON),
                ("R44.3", "Hallucinations on Sinemet", PARKINSON),
                ("K59.00", "Constipation on Madopar", PARKINSON),
                ("I95.1", "Orthostatic hypotension due to levodopa", PARKINSON),
                ("G47.00", "Insomnia, on Aricept", DEMENTIA),
            )
        ),
        pytest.param(
            imaging("No fracture. On levodopa."),
            PARKINSON,
            "report",
            id="report",
        ),
        pytest.param(
            ordered_drug({"text": "Metformin"}) | {"note": [{"text": "and Sinemet"}]},
            PARKINSON,
            "medication list",
            id="note of another drug",
        ),
    ],
)
def test_a_drug_named_in_words_leaves_its_disease_open(entry, disease, place):
    detail = card_of(entry)["detail"]
    assert "below the usual" not in detail
    assert f"{disease} not excluded (a drug against {disease} is named" in detail
    assert place in detail


@pytest.mark.parametrize(
    "words", ["Hypertension, no Sinemet", "Hypertension. No levodopa"]
)
def test_a_drug_that_is_denied_as_a_whole_leaves_no_disease_open(words):
    detail = card_of(named_beside("I10", words))["detail"]
    assert "Parkinson" not in detail


def test_the_title_of_the_operation_leaves_the_disease_open():
    order = kyphoplasty() | {"code": {"text": "Kyphoplasty L1, on Sinemet"}}
    assert "below the usual" not in card_of(order=order)["detail"]
