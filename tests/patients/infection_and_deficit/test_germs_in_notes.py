"""What grew in the blood or in a disc is told in a note or a reason, and leads."""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.patients.reassuring import cards_of, selected

REFERRAL = ("rehabilitation", "Refer to fracture liaison service")
GREW = [
    *(
        (words, "Sepsis")
        for words in (
            "Both blood culture bottles positive for Gram-negative rods.",
            "Blood cultures x2 MSSA, source unknown, echo pending",
            "Urine culture negative, blood cultures: E. coli",
            "Blutkulturen 2x MSSA, Fokus unklar",
            "Hémocultures positives à E. coli",
            "Hemocultivos positivos para E. coli",
            "Emocolture positive per Staphylococcus aureus",
            "Bloedkweken positief voor E. coli",
            "Posiew krwi: E. coli",
            "血液培養：大腸菌陽性",
            "血培养：大肠埃希菌阳性",
            "혈액배양: 대장균 양성",
        )
    ),
    ("ID called, disc aspirate L3/4 grew MRSA, start vancomycin.", "pinal infection"),
    ("Disc aspirate grew Staphylococcus aureus", "pinal infection"),
]
NOT_GROWN = (
    "Blood cultures negative|Blood cultures taken, result pending"
    "|Blood cultures: no growth after 5 days|MRSA screen positive, blood cultures"
    " negative|Urine culture: E. coli|Urine culture E. coli, blood cultures no growth"
    "|Nasal swab MRSA positive|Blutkulturen ohne Wachstum|Hémocultures négatives"
    "|Wound swab toe: Staph aureus|Blood group A positive|Blood culture if fever"
    "|Sputum culture: Klebsiella|Blood test positive for antibodies"
    "|Stool positive for Clostridium difficile|L1 fracture, MRSA carrier"
)


def note(words):
    made = {"status": "completed", "code": {"text": "Nursing assessment"}}
    made |= {"performedDateTime": days_ago(1), "note": [{"text": words}]}
    return of_patient("Procedure", "note", **made)


def reason(words):
    consult = {"text": "Consult internal medicine"}
    return ordered("c", days=1, code=consult, reasonCode=[{"text": words}])


@pytest.mark.parametrize(("words", "said"), GREW)
def test_what_grew_leads(words, said):
    for place in (note, reason):
        cards = cards_of(place(words))
        assert f"{said} not excluded" in cards["rehabilitation"]["summary"], place
        assert REFERRAL not in selected(cards)


@pytest.mark.parametrize("words", NOT_GROWN.split("|"))
def test_what_did_not_grow_there_does_not(words):
    for place in (note, reason):
        summary = cards_of(place(words))["rehabilitation"]["summary"]
        assert "not excluded" not in summary
