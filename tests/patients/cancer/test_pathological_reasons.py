"""An order's reason "pathological fracture" names no tumour, and excludes none."""

import pytest

from tests.chart_builders import ICD, SCT, brace, cards_for, codeable, kyphoplasty
from tests.patients.reassuring import reassuring_record

DOUBT = "if this is a fragility fracture"
OPEN = "malignancy of bone not excluded"


def coded(system, code, display):
    return {"coding": [{"system": system, "code": code, "display": display}]}


def cards(reason):
    order = kyphoplasty(reasonCode=[reason])
    return cards_for(reassuring_record(), order, brace())


@pytest.mark.parametrize(
    "reason",
    [
        {"text": "Pathological fracture of lumbar vertebra"},
        {"text": "pathologic compression fracture L1"},
        {"text": "pathologische Fraktur LWK 1"},
        {"text": "Fracture pathologique L1"},
        {"text": "fractura patológica L1"},
        {"text": "frattura patologica L1"},
        {"text": "病理性骨折"},
        {"text": "病的骨折"},
        coded(SCT, "268029009", "Pathological fracture"),
        coded(ICD, "M84.48XA", "Pathological fracture, other site"),
        codeable(ICD, "M84.48XA"),
    ],
)
def test_a_pathological_fracture_leaves_a_tumour_open(reason):
    shown = cards(reason)
    first = shown["rehabilitation"]
    assert OPEN in first["summary"].lower()
    assert "below the usual" not in first["detail"]
    end = shown["braceLimit"]["suggestions"]
    assert not any(one["isRecommended"] for one in end)


@pytest.mark.parametrize(
    "words",
    [
        "Pathological fracture due to metastasis",
        "Pathological fracture, myeloma",
        "Pathological fracture L1, colon cancer",
        "pathologische Fraktur LWK 1 bei Mamma-Ca",
        "pathologische Fraktur bei Neubildung",
        "fractura patológica por tumor",
        "lésion vertébrale maligne",
        "localizzazioni ossee secondarie",
        "病理性骨折 肺がん",
    ],
)
def test_next_to_a_named_cancer_the_cancer_leads(words):
    first = cards({"text": words})["rehabilitation"]
    assert first["indicator"] == "warning"
    assert "Biopsy is an option" in first["summary"] or "biopsy" in first["summary"]
    assert "none given" in first["detail"]
