"""How a drug is taken, and for what: words that no list knows reassure nobody."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.reassuring import cards_of, end_is_selected

ATC = "http://www.whocc.no/atc"
CODEINE = codeable(ATC, "R05DA04", display="Codeine phosphate 30 mg tablets")


def drug(kind="MedicationRequest", **elements):
    return of_patient(
        kind,
        "m",
        status="active",
        medicationCodeableConcept=CODEINE,
        **({"intent": "order", "authoredOn": days_ago(5)} | elements),
    )


def ordered(words):
    return drug(dosageInstruction=[{"text": words}])


def listed(words):
    return drug("MedicationStatement", dosage=[{"text": words}])


GRAVE = [
    pytest.param(ordered("1 tablet daily, for the deposits"), id="a name of no list"),
    pytest.param(ordered("for PCNSL"), id="an abbreviation"),
    pytest.param(ordered("1 tab q6h prn pain from seeding of T9"), id="beside plain"),
    pytest.param(ordered("gegen Schmerzen bei Kahler"), id="de"),
    pytest.param(ordered("por la recidiva"), id="es"),
    pytest.param(
        ordered("Ota yksi tabletti kasvaimen vuoksi"), id="no language of ours"
    ),
    pytest.param(ordered("for Ca pain"), id="a filler of another language"),
    pytest.param(ordered("for met pain"), id="a filler of Dutch"),
    pytest.param(listed("until seen in the melanoma-like lesion MDT"), id="statement"),
    pytest.param(
        drug(dosageInstruction=[{"patientInstruction": "Take before each cycle"}]),
        id="said to the patient",
    ),
    pytest.param(
        drug(
            dosageInstruction=[
                {"additionalInstruction": [{"text": "with the XYZ regimen"}]}
            ]
        ),
        id="a further instruction",
    ),
    pytest.param(ordered("take 1 tablet daily " * 60), id="too long to be read"),
]
PLAIN = [
    pytest.param(ordered("Take 1 tablet (30 mg total) by mouth daily."), id="en"),
    pytest.param(ordered("1 tab PO q6h PRN cough, #60, 3 refills"), id="shorthand"),
    pytest.param(
        ordered("TAKE ONE TABLET BY MOUTH EVERY DAY FOR BLOOD PRESSURE"), id="capitals"
    ),
    pytest.param(ordered("Take codeine with food"), id="names the drug itself"),
    pytest.param(ordered("Take 1 daily. May cause drowsiness."), id="a warning"),
    pytest.param(ordered("1-0-1 nach dem Essen, bei Husten"), id="de"),
    pytest.param(ordered("1 comprimé matin et soir si toux"), id="fr"),
    pytest.param(ordered("1 comprimido cada 8 horas si dolor"), id="es"),
    pytest.param(ordered("1 compressa la sera dopo i pasti"), id="it"),
    pytest.param(ordered("zo nodig 1 tablet bij hoest"), id="nl"),
    pytest.param(ordered("1 tabl. 2 razy dziennie po posiłku"), id="pl"),
    pytest.param(ordered("1 comprimido de 12 em 12 horas"), id="pt"),
    pytest.param(ordered("1回1錠 1日3回毎食後 7日分"), id="ja"),
    pytest.param(ordered("1일 3회 식후 30분"), id="ko"),
    pytest.param(ordered("每日3次,每次1片,饭后服用"), id="zh"),
    pytest.param(listed("1x daily"), id="statement"),
    pytest.param(drug(), id="no directions"),
]


@pytest.mark.parametrize("entry", GRAVE)
def test_directions_that_nobody_understood_reassure_nobody(entry):
    cards = cards_of(entry)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert "Not known" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("entry", PLAIN)
def test_everyday_directions_change_nothing(entry):
    assert "below the usual" in cards_of(entry)["rehabilitation"]["detail"]
