"""Drugs that are given with the treatment of a cancer, and for little else."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, HCPCS, codeable
from tests.patients.reassuring import card_of, cards_of, end_is_selected


def stated(drug):
    said = {"medicationCodeableConcept": drug, "status": "active"}
    said["effectivePeriod"] = {"start": days_ago(200)}
    return of_patient("MedicationStatement", "s", **said)


def done(code):
    said = {"status": "completed", "performedDateTime": days_ago(20)}
    return of_patient("Procedure", "p", code=codeable(HCPCS, code), **said)


WITH_CANCER = (
    # ATC V03AF, L03AA and L03AX16, neuroendocrine tumours, chemotherapy, tumour PET
    *("V03AF01", "V03AF03", "V03AF07", "V03AF12", "V03AF", "L03AA02", "L03AA13"),
    *("L03AA", "L03AX16", "H01CB02", "H01CB03", "A04AA55", "A04AD14", "V09IX04"),
)
NAMES = (
    *("Mesna 400 mg", "Leucovorin 15 mg", "Calciumfolinat", "folinate de calcium"),
    *("Rasburicase", "Filgrastim 300", "Pegfilgrastim 6 mg", "Neulasta", "Zarzio"),
    *("plerixafor", "Octreotide LAR 30 mg", "Somatuline Autogel", "培非格司亭注射液"),
    *("ペグフィルグラスチム", "folinato de calcio", "levoleucovorin"),
)
# After any operation, for joints, kidneys, blood or the heart.
FOR_OTHER_THINGS = (
    *("A04AA01", "A04AA02", "A04AD12", "B03BB01", "L03AX13", "H01CC02", "V09GA01"),
)
# Of failing kidneys, which are open then; no tumour is.
FOR_KIDNEYS = ("V03AE02", "B03XA01")


@pytest.mark.parametrize(
    "entry",
    [
        *(pytest.param(stated(codeable(ATC, one)), id=one) for one in WITH_CANCER),
        *(pytest.param(stated({"text": one}), id=one) for one in NAMES),
        *(pytest.param(done(one), id=one) for one in ("J1442", "J2506", "Q5108")),
    ],
)
def test_a_drug_given_with_cancer_leaves_one_open(entry):
    cards = cards_of(entry)
    card = cards["rehabilitation"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert "below" not in card["detail"]
    assert card["indicator"] == "info"
    assert not end_is_selected(cards)


@pytest.mark.parametrize("code", FOR_OTHER_THINGS)
def test_a_drug_for_other_things_leaves_none_open(code):
    card = card_of(stated(codeable(ATC, code)))
    assert "malignancy" not in card["detail"]
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize("code", FOR_KIDNEYS)
def test_a_drug_for_failing_kidneys_leaves_those_open_and_no_tumour(code):
    card = card_of(stated(codeable(ATC, code)))
    assert "malignancy" not in card["detail"]
    assert "severe kidney disease not excluded" in card["detail"]


@pytest.mark.parametrize("name", ["Folic acid 5 mg", "Folsäure", "Ondansetron 4 mg"])
def test_a_like_name_leaves_none_open(name):
    assert "malignancy" not in card_of(stated({"text": name}))["detail"]
