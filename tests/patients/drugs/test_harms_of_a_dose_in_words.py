"""A harm that a dose did is told in the same words as one that it may do."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import everything_arranged, leave, leaving_chart

DID = [
    *("May 2026: allergic reaction", "In May severe allergic reaction"),
    *("Could not continue: allergic reaction", "May: allergic reaction"),
    "Patient informed us of an allergic reaction",
    "She may have had an allergic reaction",
    "kann wegen allergischer Reaktion nicht wiederholt werden",
    "si sospende per reazione allergica",
    "si riferisce reazione allergica",
    "se suspendió por reacción alérgica",
    "se objetivó reacción alérgica",
    "als gevolg allergische reactie",
    "Rash, geduid als allergische reactie",
    "allergic reaction, patient informed",
]
MAY_DO = [
    *("Watch for allergic reaction", "may cause an allergic reaction"),
    *("Monitor for side effects", "risk of allergic reaction explained"),
    *("If allergic reaction call us", "informed of side effects"),
    *("kann allergische Reaktionen auslösen", "Aufklärung über Nebenwirkungen"),
    *("peut provoquer une réaction allergique", "si réaction allergique, appeler"),
    *("puede causar reacción alérgica", "si hay reacción alérgica, avisar"),
    *("può causare reazione allergica", "se compare reazione allergica avvisare"),
    *("kan een allergische reactie geven", "bij allergische reactie bellen"),
    *("reaction: none", "reacción: ninguna", "reazione: nessuna", "Allergies: none"),
    *("Allergic to penicillin", "allergic reaction to latex plaster"),
]


def summary_with(note):
    """The card of somebody with a dose of denosumab and this note at it."""
    dose = of_patient(
        "MedicationAdministration",
        "dose",
        status="completed",
        medicationCodeableConcept={"text": "Denosumab 60 mg"},
        effectiveDateTime=days_ago(40),
        note=[{"text": note}],
    )
    (card,) = leave(leaving_chart(*everything_arranged(), dose))
    return card["summary"]


@pytest.mark.parametrize("note", DID)
def test_what_a_dose_did_is_asked_about(note):
    assert "perhaps not tolerated" in summary_with(note)


@pytest.mark.parametrize("note", MAY_DO)
def test_what_it_may_do_is_not(note):
    assert "next denosumab due" in summary_with(note)
