"""Sixty charts in a line each: what leads the summary, its colour, and what must not be said.

Each was written from the rules of the cards, before the service was asked. Today is 20
November 2026, and the patient is a woman of 75 whose lists were read and hold no bone
drug, unless the chart says otherwise.
"""

import re

import pytest

from tests.chart_builders import (
    ask,
    measured,
    of_patient,
    order_sign,
    ordered_elsewhere,
    patient,
)
from tests.codes import ATC, ICD, LOINC, codeable
from tests.patients.charts import augmentation, brace, drug, in_words, problem
from tests.patients.charts import measured as by_study

INFO, WARNING, NO_CARD = "info", "warning", None


def named(*words):
    """An id of these words."""
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(map(str, words)))[:60]


def condition(
    text,
    *,
    code=None,
    system=ICD,
    onset=None,
    recorded=None,
    status="active",
    number="",
):
    """A Condition with these words, a code if there is one, and a day."""
    return of_patient(
        "Condition",
        number or named("c", text, onset),
        code=codeable(system, code, text) if code else {"text": text},
        clinicalStatus=codeable(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", status
        ),
        onsetDateTime=onset,
        recordedDate=recorded or onset,
    )


def given(text, day, *, code=None):
    """A dose that was given on this day."""
    return of_patient(
        "MedicationAdministration",
        named("given", text, day),
        status="completed",
        medicationCodeableConcept=codeable(ATC, code, text) if code else {"text": text},
        effectiveDateTime=day,
    )


def taken(text, start, end=None, *, status=None, code=None):
    """What the patient says that she takes, from one day to another."""
    period = {"start": start} | ({"end": end} if end else {})
    return of_patient(
        "MedicationStatement",
        named("taken", text, start),
        status=status or ("completed" if end else "active"),
        medicationCodeableConcept=codeable(ATC, code, text) if code else {"text": text},
        effectivePeriod=period,
    )


def prescribed(text, day, *, status="active", code=None):
    """An order for a drug, which is no dose."""
    return of_patient(
        "MedicationRequest",
        named("prescribed", text, day),
        status=status,
        intent="order",
        medicationCodeableConcept=codeable(ATC, code, text) if code else {"text": text},
        authoredOn=day,
    )


def egfr(value, day="2026-11-02"):
    return of_patient(
        "Observation",
        "egfr",
        status="final",
        code=codeable(LOINC, "33914-3"),
        effectiveDateTime=day,
        valueQuantity={
            "value": value,
            "unit": "mL/min/1.73m2",
            "system": "http://unitsofmeasure.org",
            "code": "mL/min/{1.73_m2}",
        },
    )


def kyphoplasty_done(day, level="L3"):
    return of_patient(
        "Procedure",
        f"done-{day}",
        status="completed",
        code={"text": f"Balloon kyphoplasty {level}"},
        performedDateTime=day,
    )


FRACTURE = condition(
    "Compression fracture of L1", code="M80.08XA", onset="2026-11-10", number="now"
)


def cards_of(*record, drafts=None, sex="female", age=75, quiet=True):
    fracture = [] if any(one["id"] == "now" for one in record) else [FRACTURE]
    held = [patient(sex=sex, age=age), *fracture, *record]
    held += [problem("I10"), drug("losartan"), ordered_elsewhere()] if quiet else []
    return ask(order_sign(held, *(drafts or augmentation())))


def chart(row, record, colour, must, never=(), *, sex="female", age=75, drafts=None):
    """One patient: the record, what the first card's summary says, and what no text says."""
    return pytest.param(record, colour, must, never, sex, age, drafts, id=row)


CHARTS = [
    # --- contraindications and other causes
    chart(
        "infection treated in summer is no fact of today",
        [
            condition(
                "Discitis L2", code="M46.46", onset="2026-03-02", status="resolved"
            )
        ],
        INFO,
        ["no bone drug"],
        ["contraindication"],
    ),
    chart(
        "vertebral osteomyelitis of last month, resolved",
        [
            condition(
                "Osteomyelitis of vertebra, lumbar region",
                code="M46.26",
                onset="2026-10-05",
                status="resolved",
            )
        ],
        WARNING,
        ["infection", "contraindication to cement"],
        ["refer to rehabilitation"],
    ),
    chart(
        "sepsis six days ago",
        [condition("Sepsis, unspecified organism", code="A41.9", onset="2026-11-14")],
        WARNING,
        ["^sepsis", "14 nov", "contraindication to cement"],
        ["about 1 in"],
    ),
    chart(
        "sepsis a year ago",
        [condition("Sepsis", code="A41.9", onset="2025-11-14", status="resolved")],
        INFO,
        ["no bone drug"],
        ["sepsis"],
    ),
    chart(
        "Escherichia bacteraemia in words, four days ago",
        [condition("E. coli bacteraemia", onset="2026-11-16")],
        WARNING,
        ["bacteraemia|sepsis", "contraindication to cement"],
    ),
    chart(
        "cauda equina two days ago",
        [condition("Cauda equina syndrome", code="G83.4", onset="2026-11-18")],
        WARNING,
        ["examine"],
        ["about 1 in", "refer to rehabilitation"],
    ),
    chart(
        "foot drop of ten years ago is not new",
        [condition("Foot drop", code="M21.371", onset="2016-02-01")],
        INFO,
        ["no bone drug"],
        ["examine"],
    ),
    chart(
        "myeloma in remission",
        [condition("Multiple myeloma in remission", code="C90.01", onset="2021-04-01")],
        WARNING,
        ["myeloma", "biopsy"],
        ["fracture liaison", "about 1 in"],
    ),
    chart(
        "MGUS is no myeloma",
        [condition("MGUS", code="D47.2", onset="2023-05-01")],
        INFO,
        ["no bone drug"],
        ["myeloma", "metastasis"],
    ),
    chart(
        "bone metastasis listed as resolved",
        [
            condition(
                "Secondary malignant neoplasm of bone",
                code="C79.51",
                onset="2020-01-15",
                status="resolved",
            )
        ],
        WARNING,
        ["metastasis", "biopsy"],
        ["fracture liaison"],
    ),
    chart(
        "kidney cancer of three years ago",
        [condition("Renal cell carcinoma", code="C64.1", onset="2023-08-01")],
        WARNING,
        ["2023", "could this be a metastasis", "biopsy"],
        ["about 1 in"],
    ),
    chart(
        "melanoma, undated",
        [condition("Malignant melanoma of back", code="C43.59")],
        WARNING,
        ["melanoma", "could this be a metastasis"],
    ),
    chart(
        "prostate cancer of 2009",
        [condition("Prostate cancer", code="C61", onset="2009-03-01", status="active")],
        INFO,
        ["no bone drug"],
        ["could this be a metastasis"],
        sex="male",
    ),
    chart(
        "basal cell carcinoma of this year",
        [
            condition(
                "Basal cell carcinoma of skin of nose",
                code="C44.311",
                onset="2026-04-01",
            )
        ],
        INFO,
        ["no bone drug"],
        ["metastasis"],
    ),
    chart(
        "ductal carcinoma in situ",
        [condition("DCIS of left breast", code="D05.12", onset="2024-04-01")],
        INFO,
        ["no bone drug"],
        ["metastasis"],
    ),
    chart(
        "the mother had breast cancer",
        [
            condition(
                "Family history of breast cancer", code="Z80.3", onset="2020-01-01"
            )
        ],
        INFO,
        ["no bone drug"],
        ["metastasis"],
    ),
    chart(
        "Mammakarzinom in German words, two years ago",
        [condition("Mammakarzinom rechts", onset="2024-10-01")],
        WARNING,
        ["could this be a metastasis"],
    ),
    # --- denosumab and anabolic drugs
    chart(
        "denosumab nine months ago",
        [given("Denosumab", "2026-02-14", code="M05BX04")],
        WARNING,
        ["denosumab overdue", "14 feb 2026", "rebound", "bone specialist"],
        ["no bone drug"],
    ),
    chart(
        "denosumab nine months ago, ordered again last week",
        [
            given("Denosumab", "2026-02-14", code="M05BX04"),
            prescribed("Denosumab 60 mg/mL", "2026-11-12", code="M05BX04"),
        ],
        WARNING,
        ["denosumab overdue"],
        ["denosumab is ordered: continue"],
    ),
    chart(
        "denosumab nine months ago, zoledronate in May",
        [
            given("Denosumab", "2026-02-14", code="M05BX04"),
            given("Zoledronic acid", "2026-05-20", code="M05BA08"),
        ],
        INFO,
        ["zoledron"],
        ["overdue", "no bone drug"],
    ),
    chart(
        "denosumab four months ago",
        [given("Denosumab", "2026-07-15", code="M05BX04")],
        INFO,
        ["fracture on denosumab", "next due", "15 jan"],
        ["overdue", "no bone drug"],
    ),
    chart(
        "denosumab six and a half months ago",
        [given("Denosumab", "2026-05-04", code="M05BX04")],
        INFO,
        ["denosumab was due", "4 nov", "dose before discharge|dose with this"],
        ["rebound"],
    ),
    chart(
        "denosumab prescribed in May, no dose",
        [prescribed("Prolia", "2026-05-02", code="M05BX04")],
        INFO,
        ["denosumab ordered", "last dose not found"],
        [r"overdue \(", "fracture on denosumab", "no bone drug"],
    ),
    chart(
        "teriparatide from 2024 to March",
        [taken("Teriparatide", "2024-03-20", "2026-03-18", code="H05AA02")],
        WARNING,
        ["teriparatide ended", "mar 2026", "nothing since", "follow-on"],
        ["no bone drug"],
    ),
    chart(
        "teriparatide to March, alendronate since April",
        [
            taken("Teriparatide", "2024-03-20", "2026-03-18", code="H05AA02"),
            taken("Alendronate", "2026-04-02", code="M05BA04"),
        ],
        INFO,
        ["alendron"],
        ["nothing since", "no bone drug"],
    ),
    chart(
        "abaloparatide in brand words, ended in August",
        [taken("Tymlos 80 mcg", "2025-02-01", "2026-08-30")],
        WARNING,
        ["abaloparatide ended", "aug 2026"],
        ["no bone drug"],
    ),
    # --- earlier fractures
    chart(
        "hip fracture in March",
        [
            condition(
                "Fracture of neck of right femur", code="S72.001A", onset="2026-03-03"
            )
        ],
        WARNING,
        ["^hip fracture mar 2026", "no bone drug", "start"],
        ["below"],
    ),
    chart(
        "hip fracture of 2014",
        [condition("Fracture of neck of femur", code="S72.001D", onset="2014-06-01")],
        INFO,
        ["no bone drug"],
        ["^hip fracture"],
    ),
    chart(
        "hip replacement for arthrosis",
        [
            condition(
                "Presence of right artificial hip joint",
                code="Z96.641",
                onset="2026-01-10",
            )
        ],
        INFO,
        ["no bone drug"],
        ["hip fracture"],
    ),
    chart(
        "Schenkelhalsfraktur in German words",
        [condition("Schenkelhalsfraktur links", onset="2026-06-12")],
        WARNING,
        ["hip fracture", "jun 2026"],
    ),
    chart(
        "kyphoplasty of L3 sixteen months ago",
        [kyphoplasty_done("2025-07-01")],
        WARNING,
        ["second vertebral fracture in 2 years", "no bone drug"],
        ["below"],
    ),
    chart(
        "vertebral fracture of 2019",
        [
            condition(
                "Compression fracture of T8",
                code="S22.060S",
                onset="2019-05-01",
                status="resolved",
            )
        ],
        INFO,
        ["earlier vertebral fracture", "2019", "no bone drug"],
        ["second vertebral fracture in 2 years"],
    ),
    chart(
        "three levels at once",
        [],
        WARNING,
        ["^three fractures at once", "another cause"],
        drafts=augmentation(levels=["T12", "L1", "L2"]),
    ),
    chart(
        "two levels at once",
        [],
        INFO,
        ["two .*at once", "no bone drug"],
        ["second vertebral"],
        drafts=augmentation(levels=["T12", "L1"]),
    ),
    # --- on a drug, stopped, started
    chart(
        "alendronate taken since 2021",
        [taken("Alendronic acid 70 mg", "2021-02-01", code="M05BA04")],
        INFO,
        ["fracture on alendron", "since 2021", "check intake", "review"],
        ["no bone drug", "failure"],
    ),
    chart(
        "alendronate prescribed 2021, nothing says that it is taken",
        [prescribed("Alendronic acid 70 mg", "2021-02-01", code="M05BA04")],
        INFO,
        ["alendron", "prescribed 2021", "intake not recorded", "ask"],
        ["no bone drug", "fracture on"],
    ),
    chart(
        "risedronate taken since August",
        [taken("Risedronate", "2026-08-01", code="M05BA07")],
        INFO,
        ["risedron", "too early to judge"],
        ["change"],
    ),
    chart(
        "alendronate taken since three days after the fracture",
        [taken("Alendronate", "2026-11-13", code="M05BA04")],
        INFO,
        ["alendron", "started 13 nov", "continue"],
        ["fracture on alendron", "no bone drug"],
    ),
    chart(
        "alendronate to 2023",
        [taken("Alendronate", "2015-03-01", "2023-06-30", code="M05BA04")],
        INFO,
        ["alendron", "stopped", "2023", "restart or change"],
        ["no bone drug", "fracture on"],
    ),
    chart(
        "calcium and vitamin D alone",
        [taken("Calcium carbonate / colecalciferol", "2020-01-01", code="A12AX")],
        INFO,
        ["no bone drug"],
        ["fracture on calcium", "on treatment"],
    ),
    # --- steroids, kidney, muscle, falls, cognition
    chart(
        "prednisone for two years",
        [taken("Prednisone 7.5 mg", "2024-05-01", code="H02AB07")],
        INFO,
        ["^prednisone since 2024", "no bone drug"],
        ["below"],
    ),
    chart(
        "prednisone for five days in May",
        [taken("Prednisone", "2026-05-01", "2026-05-05", code="H02AB07")],
        INFO,
        ["no bone drug"],
        ["^prednisone since"],
    ),
    chart(
        "dialysis",
        [condition("Dependence on renal dialysis", code="Z99.2", onset="2022-01-01")],
        INFO,
        ["^dialysis", "nephrology"],
    ),
    chart(
        "eGFR 24 this month",
        [egfr(24)],
        INFO,
        ["egfr 24", "nephrology"],
        ["dialysis"],
    ),
    chart("eGFR 58 this month", [egfr(58)], INFO, ["no bone drug"], ["nephrology"]),
    chart(
        "grip 12 kg",
        [measured("grip-strength", 12)],
        INFO,
        ["weak grip", "12 kg", "rehabilitation"],
    ),
    chart(
        "BMI 17.4",
        [measured("bmi", 17.4)],
        INFO,
        ["bmi 17.4", "no bone drug"],
        ["below"],
    ),
    chart(
        "repeated falls",
        [condition("Repeated falls", code="R29.6", onset="2026-09-01")],
        INFO,
        ["falls", "no bone drug", "balance"],
        ["below"],
    ),
    chart(
        "afraid of falling",
        [condition("Fear of falling", onset="2026-09-01")],
        INFO,
        ["no bone drug"],
        ["two falls", "repeated falls"],
    ),
    chart(
        "severe Alzheimer's dementia",
        [condition("Severe Alzheimer's dementia", onset="2023-02-01")],
        INFO,
        ["severe dementia|severe alzheimer", "carer or nurse"],
        ["below"],
        age=86,
    ),
    # --- the cause of the fracture
    chart(
        "fall from a ladder, T -2.9",
        [
            condition("Fall on and from ladder", code="W11.XXXA", onset="2026-11-10"),
            by_study("bmd-t-score", -2.9),
        ],
        INFO,
        ["ladder", "review still applies"],
        ["about 1 in 6 fracture"],
    ),
    chart(
        "car crash at 52 without a T-score",
        [
            condition("Car occupant injured", code="V43.52XA", onset="2026-11-10"),
            condition(
                "Wedge fracture of L1",
                code="S32.010A",
                onset="2026-11-10",
                number="now",
            ),
        ],
        INFO,
        ["dxa decides"],
        ["about 1 in"],
        age=52,
    ),
    # --- nothing special
    chart(
        "T -1.2 at 66, BMI 29",
        [by_study("bmd-t-score", -1.2), measured("bmi", 29)],
        INFO,
        ["no bone drug after a fragility fracture"],
        ["osteopenia", r"\d+ ?%"],
        age=66,
    ),
    chart(
        "T -3.8 at 84, BMI 19",
        [by_study("bmd-t-score", -3.8), measured("bmi", 19)],
        INFO,
        ["no bone drug", "about 1 in [45]|about 1 in 3"],
        [r"\d ?%"],
        age=84,
    ),
    chart(
        "HU 40 with method",
        [by_study("ct-attenuation", 40)],
        INFO,
        ["no bone drug"],
        [r"\d+ ?%"],
    ),
    chart(
        "T-score eleven years old",
        [by_study("bmd-t-score", -3.3, days=4015)],
        INFO,
        ["no bone drug"],
        ["\\(t −3.3\\)"],
    ),
    chart(
        "hospice",
        [condition("Hospice care", code="Z51.5", onset="2026-11-01")],
        NO_CARD,
        [],
    ),
    # --- braces and bed rest
    chart(
        "bed rest for three days",
        [],
        WARNING,
        ["72 h|3 days", "24 h is usual"],
        drafts=[*augmentation(), in_words("Bed rest for 72 hours", number="bed")],
    ),
    chart(
        "TLSO for ten weeks",
        [],
        INFO,
        ["10 weeks", "off by 15 jan"],
        ["length of need"],
        drafts=[*augmentation(), brace("TLSO for 10 weeks")],
    ),
    chart(
        "LSO for four weeks is within the limit",
        [],
        INFO,
        ["no bone drug"],
        ["off by"],
        drafts=[*augmentation(), brace("LSO for 4 weeks", code="L0631")],
    ),
]


def missing(patterns, text):
    flags = re.IGNORECASE | re.MULTILINE
    return [one for one in patterns if not re.search(one, text, flags)]


def found(patterns, text):
    flags = re.IGNORECASE | re.MULTILINE
    return [one for one in patterns if re.search(one, text, flags)]


def said_by(cards):
    """Everything that a clinician reads, and the labels of the buttons."""
    return "\n".join(
        text
        for card in cards
        for text in (
            card["summary"],
            card.get("detail", ""),
            *(one["label"] for one in card.get("suggestions", ())),
        )
    )


def test_they_are_sixty():
    assert len(CHARTS) >= 60


@pytest.mark.parametrize(
    ("record", "colour", "must", "never", "sex", "age", "drafts"), CHARTS
)
def test_the_chart_is_read_and_said(record, colour, must, never, sex, age, drafts):
    cards = cards_of(*record, drafts=drafts, sex=sex, age=age)
    if colour is NO_CARD:
        assert cards == []
        return
    summaries = "\n".join(one["summary"] for one in cards)
    is_warning = "warning" in {one["indicator"] for one in cards}
    assert is_warning == (colour == WARNING), summaries
    assert missing(must, summaries) == [], summaries
    assert found(never, said_by(cards)) == [], said_by(cards)
