"""Procedures by code: what they mean is read, what nobody judged is open, the ordinary is harmless."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import CPT, HCPCS, OPS, PCS, SCT, codeable

LOCAL = "urn:oid:1.2.3.4.5"
BELOW = "below the usual"


def done(code, *, days=60, **members):
    said = {"status": "completed", "code": code, "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "done", **said | members)


def card_with(*entries):
    record = [*strong_and_nourished(), *entries]
    cards = by_topic(ask(order_sign(record, kyphoplasty(), brace())))
    ends = [one for card in cards.values() for one in card.get("suggestions", ())]
    chosen = {one["label"] for one in ends if one.get("isRecommended")}
    return cards["rehabilitation"], any(one.startswith("Set end") for one in chosen)


def each(*listed):
    return [
        pytest.param(system, code, id=code)
        for system, codes in listed
        for code in codes.split()
    ]


@pytest.mark.parametrize(
    ("system", "code"),
    each(
        (HCPCS, "A9606 A9600 A9604 A9607 A9513 A9543 G0498 G6015 J8999 J3315 Q2055"),
        (CPT, "96450 38240 38241 60252 55866 19307 50545 58210 61510 63301 51720"),
        (OPS, "5-411.00 8-805.00 5-604.02 5-685.0"),
        (PCS, "30243G0 30233Y0"),
    ),
)
@pytest.mark.parametrize("days", [60, 700])
def test_the_treatment_of_a_cancer_withholds_all(system, code, days):
    card, is_end_chosen = card_with(done(codeable(system, code), days=days))
    assert BELOW not in card["detail"]
    assert "not excluded (" in card["detail"]
    assert not is_end_chosen
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize(
    ("system", "code"),
    each(
        (CPT, "90960 90966 90970 90999"),
        (HCPCS, "G0257 Q4081 J0882 A4651 E1594"),
        (PCS, "3E1M39Z"),
    ),
)
def test_dialysis_is_read_and_stays_open(system, code):
    card, _ = card_with(done(codeable(system, code)))
    assert card["summary"].startswith("Dialysis")
    card, _ = card_with(done(codeable(system, code), days=700))
    assert "severe kidney disease not excluded" in card["detail"]


@pytest.mark.parametrize(
    ("system", "code"),
    each(
        (CPT, "36821 36830 49421 50360"),
        (OPS, "5-392.1 5-555.0"),
        (PCS, "0TY00Z0 031B0ZF"),
    ),
)
def test_an_access_for_dialysis_or_a_transplant_leaves_kidneys_open(system, code):
    card, _ = card_with(done(codeable(system, code), days=700))
    assert "severe kidney disease not excluded" in card["detail"]
    assert BELOW not in card["detail"]


UNJUDGED = [
    *each(
        (CPT, "20225 20245 38505 19303 32480 47120 36560 22899 0184T"),
        (HCPCS, "A9552 Q5112 S9999 C9399"),
        (OPS, "1-424 1-503.6 5-870.a1 8-98e.0 5-399.5"),
        (PCS, "0HTT0ZZ 0DTL0ZZ 02HV33Z"),
        (SCT, "172043006"),
        (LOCAL, "4711"),
    )
]


@pytest.mark.parametrize(("system", "code"), UNJUDGED)
def test_a_procedure_that_nobody_judged_reassures_nobody(system, code):
    card, is_end_chosen = card_with(done(codeable(system, code)))
    assert BELOW not in card["detail"]
    assert "a procedure not fully understood" in card["detail"]
    assert not is_end_chosen


@pytest.mark.parametrize("code", ["38221", "78815"])  # bone marrow biopsy, PET-CT
def test_a_search_for_another_cause_leaves_it_open(code):
    card, is_end_chosen = card_with(done(codeable(CPT, code)))
    assert BELOW not in card["detail"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert not is_end_chosen


@pytest.mark.parametrize(
    "words",
    ["Foobar surgery", "Mastektomie", "Lobectomie", "切除术", "Segmentresektion"],
)
def test_nor_does_one_in_words_that_nobody_knows(words):
    for code in ({"text": words}, {"coding": [{"system": SCT, "display": words}]}):
        assert BELOW not in card_with(done(code))[0]["detail"]


@pytest.mark.parametrize("status", ["not-done", "entered-in-error"])
def test_what_was_not_done_leaves_nothing_open(status):
    card, _ = card_with(done(codeable(CPT, "20225"), status=status))
    assert BELOW in card["detail"]


def test_what_is_older_than_two_years_is_open_by_a_value_set_alone():
    assert BELOW in card_with(done(codeable(CPT, "19303"), days=800))[0]["detail"]


ORDINARY = each(
    (CPT, "45378 66984 93000 99213 90686 27447 27130 52601 47562 49505 36415 36430"),
    (CPT, "97110 70450 72148 71046 77080 77067 80053 93306 92928 64483 20610 11102"),
    (CPT, "1123F 3074F 00790 0001A 96372 96365 58558 59400 69210 29881 44970 D1110"),
    (HCPCS, "G0008 G0439 A4206 L0456 E0143 J1100 Q3014 T1015 V2632 P9016 A9500"),
    (OPS, "8-930 5-820.00 1-632.0 5-511.11 9-401.00 3-200 8-800.c0 5-144.5a 8-550.1"),
    (OPS, "5-790.1b 8-837.00 1-275.0 8-713.0 5-530.33 9-261"),
    (PCS, "30233N1 0DTJ4ZZ 0FT44ZZ 0SR9019 5A2204Z B030ZZZ 4A023N7 0QSB36Z 5A1945Z"),
    ("http://loinc.org", "24627-2"),
    ("http://hl7.org/fhir/sid/cvx", "140"),
)


@pytest.mark.parametrize(("system", "code"), ORDINARY)
def test_ordinary_procedures_change_nothing(system, code):
    found = done(codeable(system, code))
    if (system, code) == (CPT, "D1110"):  # dental codes stand under HCPCS
        found = done(codeable(HCPCS, code))
    assert BELOW in card_with(found)[0]["detail"]


@pytest.mark.parametrize(
    "title",
    [
        # of Synthea's records
        "Medication reconciliation (procedure)",
        "Documentation of current medications",
        "Assessment of health and social care needs (procedure)",
        "Depression screening (procedure)",
        "Screening for domestic abuse (procedure)",
        "Electrical cardioversion",
        "Bone density scan (procedure)",
        "Bone immobilization",
        "Upper arm X-ray",
        "Catheter ablation of tissue of heart",
        "Sputum examination (procedure)",
        "Digital examination of rectum",
        "Measurement of respiratory function (procedure)",
        "Plain chest X-ray (procedure)",
        "Transthoracic echocardiography",
        "Dental care (regime/therapy)",
        "Patient referral for dental care (procedure)",
        "Colonoscopy",
        # of hospitals
        "Cataract surgery, left eye",
        "Removal of gallbladder by keyhole surgery",
        "Repair of an inguinal hernia",
        "Hüft-TEP links",
        "Koloskopie",
        "Cholécystectomie",
        "Prótesis total de rodilla",
        "Intervento di cataratta",
        "Operacja zaćmy",
        "白内障手术",
        "虫垂切除術",
        "위내시경",
    ],
)
def test_ordinary_names_change_nothing(title):
    coding = {"system": SCT, "code": "430193006", "display": title}
    for code in ({"text": title}, {"coding": [coding]}):
        assert BELOW in card_with(done(code))[0]["detail"]
