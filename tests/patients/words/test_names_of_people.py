"""Names of people are no diseases: a radiologist called Krebs, a nurse called Mets."""

import pytest

from tests.chart_builders import blood_count_for, days_ago, inpatient, of_patient
from tests.patients.reassuring import cards_of, imaging

NAMES = ("Dr Krebs", "Mets, Jaan", "Dr Hodgkin", "Pott, Hans", "Cancer, Pedro")


def named(words):
    return {"reference": "Practitioner/1", "display": words}


def study(**members):
    said = {
        "status": "available",
        "started": days_ago(3),
        "description": "MRI lumbar spine",
    }
    return of_patient("ImagingStudy", "mri", **said | members)


def entries_with(person):
    mri = {"uid": "1", "modality": {"code": "MR"}, "performer": [{"actor": person}]}
    note = {"authorReference": person, "text": "fasting"}
    stay = inpatient() | {"participant": [{"individual": person}]}
    return [
        study(interpreter=[person]),
        study(referrer=person),
        study(series=[mri]),
        {**imaging("Acute fracture L1."), "resultsInterpreter": [person]},
        {**blood_count_for("fasting"), "note": [note]},
        stay | {"period": {"start": days_ago(2)}},
    ]


def detail_beside(entry):
    return cards_of(entry)["rehabilitation"]["detail"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_person_names_no_disease(name):
    for entry in entries_with(named(name)):
        assert "below the usual" in detail_beside(entry), entry


@pytest.mark.parametrize(
    "entry",
    [
        study(reasonCode=[{"text": "?cancer"}], interpreter=[named("Dr Krebs")]),
        study(series=[{"uid": "1", "description": "bone metastases"}]),
        blood_count_for("Verdacht auf Krebs", "note"),
    ],
)
def test_words_that_are_no_name_of_a_person_still_count(entry):
    assert "below the usual" not in detail_beside(entry)
