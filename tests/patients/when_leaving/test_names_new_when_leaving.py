"""A diagnosis in words that began since the operation is as everyday as its name."""

from typing import Any

import pytest

from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    DENIED,
    OVER,
    cards_beside,
    everything_arranged,
    kyphoplasty_done,
    leave,
    titled,
)

GRAVE = ": grave illness since the operation. Read before leaving."
ASKED = ": 1 recent entry not understood. Read before leaving."
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


@pytest.mark.parametrize(
    "words",
    [
        "Pulmonary embolism",
        "Deep vein thrombosis",
        "Myocardial infarction",
        "Hypertension, Pulmonary embolism",
    ],
)
def test_a_name_that_is_grave_when_new_is_called_so(words: str) -> None:
    (card,) = cards_beside(titled(words))
    assert card["summary"].endswith(GRAVE)


@pytest.mark.parametrize(
    "words",
    [
        "Heart failure",
        "Herzinsuffizienz",
        "Insuffisance cardiaque",
        "Insuficiencia cardíaca",
        "Scompenso cardiaco",
        "心不全",
        "心力衰竭",
        "심부전",
        "Facial paralysis",
        "Fazialisparese",
        "面瘫",
        "Recurrensparese",
        "Sciatica",
        "Lumboischialgie",
        "坐骨神経痛",
        "Bandscheibenvorfall LWK 4",
        "Thoracic aortic aneurysm",
        "Cellulitis of leg",
        "Niereninsuffizienz",
        "Diabetes mellitus Typ 2, Herzinsuffizienz",
    ],
)
def test_a_name_that_is_not_everyday_when_new_is_read(words: str) -> None:
    (card,) = cards_beside(titled(words))
    assert card["summary"].endswith(ASKED)


@pytest.mark.parametrize(
    "entry",
    [
        titled("Heart failure", days=30),
        titled("Sciatica", **OVER),
        titled("Pulmonary embolism", **DENIED),
        titled("Chronic heart failure"),
        titled("Old myocardial infarction"),
    ],
)
def test_what_is_older_over_denied_or_long_standing_is_not(entry: Any) -> None:
    assert cards_beside(entry) == []


def test_nor_is_a_name_that_an_older_entry_has_too() -> None:
    older = titled("Heart failure", days=900) | {"id": "older"}
    assert cards_beside(titled("Heart failure"), older) == []


@pytest.mark.parametrize("code", ["M54.31", "M54.42", "M51.16"])
def test_a_nerve_root_is_read_by_every_code_of_it(code: str) -> None:
    (card,) = cards_beside(coded(code, days=1))
    assert card["summary"].endswith(ASKED)


@pytest.mark.parametrize("element", ["outcome", "followUp"])
@pytest.mark.parametrize("words", ["Pulmonary embolism", "Good; heart failure"])
def test_how_the_operation_went_is_no_list_of_old_names(
    element: str, words: str
) -> None:
    told = {"text": words}
    done = kyphoplasty_done(**{element: told if element == "outcome" else [told]})
    record = chart(coded("M80.08XA", days=20), done)
    assert len(leave((*record, *everything_arranged()))) == 1


@pytest.mark.parametrize(
    "aside",
    [
        {"note": [{"text": "Pulmonary embolism"}]},
        {"evidence": [{"code": [{"text": "Heart failure"}]}]},
    ],
)
def test_nor_is_a_note_of_a_new_diagnosis(aside: dict[str, Any]) -> None:
    assert len(cards_beside(titled("Hypertension", **aside))) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Postoperative pain",
        "Nausea",
        "High fall risk",
        "Malnutrition",
        "Reduced mobility",
        "Anemia",
        "Status post kyphoplasty",
        "Nausea, Hypertension",
        "Sturzgefahr",
        "Pflegebedürftigkeit",
        "Z. n. Kyphoplastie",
        "Douleur postopératoire",
        "Riesgo de caídas",
        "Disidratazione",
        "Postoperatieve pijn",
        "Ból pooperacyjny",
        "術後疼痛",
        "术后疼痛",
        "고혈압",
        "수술 후 통증",
    ],
)
def test_a_complaint_of_every_ward_is_silent(words: str) -> None:
    assert cards_beside(titled(words)) == []


@pytest.mark.parametrize(
    "entry",
    [
        titled("Nausea", note=[{"text": "numb legs"}]),
        titled("Nausea", note=[{"text": "qwertz"}]),
        titled("Nausea", evidence=[{"code": [codeable(ICD, "G82.20")]}]),
        titled("Pain", bodySite=[{"text": "left leg"}]),
        titled("Pain", bodySite=[{"text": "left hip after fall"}]),
        titled("Headache", severity={"text": "severe"}),
        titled("Pain, numb legs"),
        titled("Nausea, Heart failure"),
        titled("Immobilität"),
        titled("Unsteady gait"),
    ],
)
def test_but_not_what_is_written_beside_it(entry: Any) -> None:
    assert len(cards_beside(entry)) == 1


@pytest.mark.parametrize(
    ("system", "code", "title"),
    [
        (ICD, "Z48.89", "Encounter for other specified surgical aftercare"),
        (ICD, "Z48.01", ""),
        (ICD, "Z51.81", "Encounter for therapeutic drug level monitoring"),
        (ICD, "Z74.09", "Other reduced mobility"),
        (ICD, "Z79.891", "Long term (current) use of opiate analgesic"),
        (ICD, "Z03.89", ""),
        (ICD, "R26.9", "Unspecified abnormalities of gait and mobility"),
        (ICD, "R63.4", ""),
        (ICD, "R79.82", "Elevated C-reactive protein (CRP)"),
        (ICD, "D72.829", "Elevated white blood cell count, unspecified"),
        (ICD, "E46", "Unspecified protein-calorie malnutrition"),
        (ICD, "B37.0", "Candidal stomatitis"),
        (GM, "U50.30", ""),
        (GM, "U52.2", ""),
        (GM, "U69.10", ""),
        (GM, "Z74.0", ""),
        (GM, "Z92.2", ""),
    ],
)
def test_a_code_of_every_ward_is_silent(system: str, code: str, title: str) -> None:
    listed = codeable(system, code, display=title)
    assert cards_beside(titled("x", code=listed)) == []


@pytest.mark.parametrize(
    ("system", "code", "title"),
    [
        (ICD, "Z74.01", ""),
        (ICD, "R26.0", ""),
        (ICD, "R26.2", ""),
        (ICD, "Z48.3", ""),
        (ICD, "Z92.21", ""),
        (ICD, "Z92.3", ""),
        (GM, "Z03.1", ""),
        (ICD, "Z48.89", "qwertz"),
        (ICD, "Z48.89", "numb legs"),
        (ICD, "Y83.8", ""),
        (SCT, "14669001", ""),
    ],
)
def test_but_not_a_palsy_a_suspicion_or_another_title(
    system: str, code: str, title: str
) -> None:
    listed = codeable(system, code) | ({"text": title} if title else {})
    assert len(cards_beside(titled("x", code=listed))) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Age-related osteoporosis with current pathological fracture of vertebra",
        "Other osteoporosis with current pathological fracture, vertebra(e), initial encounter for fracture",
        "Other osteoporosis with current pathological fracture, vertebra(e)",
    ],
)
def test_the_title_of_the_fracture_leaves_no_tumour_open(words: str) -> None:
    assert cards_beside(titled(words, days=20)) == []


@pytest.mark.parametrize(
    "words", ["Pathological fracture, vertebra(e)", "Pathological fracture of L1"]
)
def test_a_pathological_fracture_without_osteoporosis_does(words: str) -> None:
    (card,) = cards_beside(titled(words, days=20))
    assert "malignancy of bone" in card["summary"]
