"""What a drug may do, and an illness of before that it is for, is no harm that came."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.inpatients import coded
from tests.patients.leaving import summaries_beside

FIBRILLATION = coded("I48.20", days=900)


def summaries_with(name, told=""):
    """The summaries with a drug of this name that was ordered today."""
    dosage = {"text": "1 tablet twice daily"}
    if told:
        dosage["patientInstruction"] = told
    drug = of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": name},
        authoredOn=days_ago(0),
        dosageInstruction=[dosage],
    )
    # Blood is thinned for years: the drug itself is no news.
    return summaries_beside(FIBRILLATION, drug)


@pytest.mark.parametrize(
    "told",
    [
        *("May cause drowsiness or confusion", "Stop if bleeding"),
        *("出血時は受診", "ふらつき、転倒に注意", "注意出血", "出现出血及时就诊"),
        *("출혈 시 내원", "출혈에 주의", "Bei Blutungen Arzt aufsuchen"),
        *("Bei Schlaganfall Arzt rufen", "Vorsicht bei Thrombose", "注意下肢无力"),
        *("出现下肢无力及时就诊", "하지 위약에 주의", "in case of DVT"),
    ],
)
def test_a_leaflet_asks_nothing(told):
    assert summaries_with("Apixaban 5 mg", told) == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "ASS 100 (Z.n. Schlaganfall)",
            "ASA (h/o stroke)",
            "Clopidogrel (old stroke)",
        ),
        *("Kardégic (antécédent d'AVC)", "Clopidogrel (pregresso ictus)"),
    ],
)
def test_an_illness_of_before_asks_nothing(name):
    assert summaries_with(name) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("Apixaban for DVT", ""), ("Clexane (TVT)", ""), ("ASS (Schlaganfall)", "")),
        ("Apixaban (new DVT, h/o stroke)", ""),
        ("Apixaban (Z.n. TVT und akute LAE)", ""),
        *(("Eliquis (Z.n. LAE gestern)", ""), ("Eliquis (s/p PE yesterday)", "")),
        *(("Apixaban 5 mg", "bei TVT"), ("Apixaban 5 mg", "1-0-1 bei akuter LAE")),
        *(("Apixaban 5 mg", "bij DVT"), ("Apixaban 5 mg", "注意出血，因肺栓塞")),
        ("Apixaban 5 mg", "左下肢のしびれが増強、転倒に注意"),
        *(("Apixaban 5 mg", "For your stroke last week"), ("Apixaban 5 mg", "for DVT")),
        *(("Apixaban 5 mg", "肺塞栓症"), ("Apixaban 5 mg", "因术后出血停用三天")),
    ],
)
def test_what_it_is_for_now_is_to_be_read(name, told):
    (summary,) = summaries_with(name, told)
    assert summary.endswith("Read before leaving.")


@pytest.mark.parametrize(
    "told",
    [
        "우하지 위약 있음, 낙상에 주의",
        "注意：左下肢无力",
        "双下肢无力3小时，立即就医",
    ],
)
def test_a_weak_leg_that_it_tells_of_is_to_be_examined(told):
    (summary,) = summaries_with("Apixaban 5 mg", told)
    assert summary.endswith("Examine before leaving.")
