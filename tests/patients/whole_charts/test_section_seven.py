"""The patients of the page on cards: what a surgeon reads of each in eight seconds.

A woman of 75 in hospital without a bone drug, unless said; the day is 20 November 2026.
"""

import re
from typing import NamedTuple

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.chart_builders import (
    Resource,
    ask,
    augmented,
    bed_rest,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
)
from tests.codes import codeable
from tests.generated_patients import Signing
from tests.patients.charts import measured as measured_well
from tests.patients.inpatients import (
    ABALOPARATIDE,
    RISEDRONATE,
    ROMOSOZUMAB,
    ZOLEDRONATE,
    T,
    cards_by_topic,
    chart,
    coded,
    given,
    medication,
    statement,
    worn,
)
from tests.patients.rules import faults_of

NO_DRUG = "No bone drug after a fragility fracture"


class Patient(NamedTuple):
    """One line of the page.

    Attributes:
        indicator: `info`, `warning`, or empty where there is no card.
        must: patterns that the summary holds.
        never: patterns that no part of the card holds.
        unselected: patterns of labels that are not pre-selected.
        topic: whose card is looked at.
        failed: prefetch keys that could not be read.
    """

    record: tuple[Resource, ...]
    indicator: str
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    unselected: tuple[str, ...] = ()
    not_offered: tuple[str, ...] = ()
    drafts: tuple[Resource, ...] = ()
    topic: str = "rehabilitation"
    no_card: str = ""
    failed: tuple[str, ...] = ()


PATIENTS = [
    pytest.param(
        Patient(
            chart(measured(T, -1.6), measured("bmi", 28)),
            "info",
            (NO_DRUG,),
            ("osteopenia only",),
        ),
        id="1-osteopenia",
    ),
    pytest.param(
        Patient(
            chart(),
            "info",
            (NO_DRUG,),
            drafts=(worn("Soft corset for 2 weeks", "L0625"),),
            no_card="braceLimit",
        ),
        id="2-soft-corset",
    ),
    pytest.param(
        Patient(chart(measured(T, -2.6, days=3300)), "info", (NO_DRUG, "in 2017")),
        id="3-old-t-score",
    ),
    pytest.param(
        Patient(
            chart(measured(T, -1.4), measured("bmi", 25), age=86),
            "info",
            (NO_DRUG,),
            ("below",),
        ),
        id="5-aged-86",
    ),
    pytest.param(
        Patient(
            chart(
                measured(T, -2.0),
                measured("bmi", 25),
                coded("G20", "Parkinson's disease"),
            ),
            "info",
            (NO_DRUG,),
            ("below",),
        ),
        id="6-parkinson",
    ),
    pytest.param(
        Patient(
            chart(measured("grip-strength", 14), measured("gait-speed", 0.5)),
            "info",
            ("[Ww]eak grip", "no bone drug", "rehabilitation"),
            not_offered=("bedside",),
        ),
        id="7-weak-grip",
    ),
    pytest.param(
        Patient(
            chart(
                measured(T, -1.9),
                measured("grip-strength", 24),
                measured("gait-speed", 1.2),
                measured("appendicular-muscle-index", 6.4),
            ),
            "info",
            (NO_DRUG,),
            ("below",),
        ),
        id="9-strong",
    ),
    pytest.param(
        Patient(
            chart(measured_well("ct-attenuation", 45)), "info", (NO_DRUG,), (r"\d %",)
        ),
        id="10-hu-45",
    ),
    pytest.param(
        Patient(
            chart(
                measured_well("ct-attenuation", 85, method="CT, portal venous phase")
            ),
            "info",
            (NO_DRUG,),
            (r"HU 85|about 1 in (?!5)",),
        ),
        id="11-hu-in-contrast",
    ),
    pytest.param(
        Patient(
            chart(
                coded(
                    "S32.011A", "Stable burst fracture of first lumbar vertebra", days=3
                )
            ),
            "info",
            ("burst|posterior wall",),
            unselected=("Set end",),
            drafts=(worn("TLSO for 12 weeks"),),
            topic="braceLimit",
        ),
        id="12-burst-with-brace",
    ),
    pytest.param(
        Patient(
            chart(
                coded(
                    "S32.010A",
                    "Wedge compression fracture of first lumbar vertebra",
                    days=2,
                ),
                coded("W13.0XXA", "Fall from balcony", days=2),
                sex="male",
                age=45,
            ),
            "info",
            ("^Balcony fall: DXA decides",),
            unselected=("",),
        ),
        id="13-balcony-at-45",
    ),
    pytest.param(
        Patient(
            chart(measured(T, -3.2), coded("V43.52XA", "Car crash", days=2), age=77),
            "info",
            (r"^Car crash, but T −3\.2: bone treatment review still applies",),
            ("fracture another vertebra", "1 in"),
        ),
        id="14-car-crash-at-77",
    ),
    pytest.param(
        Patient(
            chart(
                coded(
                    "S32.012A",
                    "Unstable burst fracture of first lumbar vertebra",
                    days=2,
                ),
                coded("V43.52XA", "Car crash", days=2),
                sex="male",
                age=40,
            ),
            "info",
            ("^Car crash",),
            ("1 in",),
            unselected=("",),
            not_offered=("rehabilitation",),
        ),
        id="15-unstable-burst",
    ),
    pytest.param(
        Patient(
            chart(
                coded("R29.6", "Three falls this year", days=40),
                measured(T, -1.8),
                measured("bmi", 24),
            ),
            "info",
            ("^(Three|Repeated) falls", "no bone drug", "balance training"),
            ("below",),
        ),
        id="17-three-falls",
    ),
    pytest.param(
        Patient(
            chart(coded("Z91.81", "History of falling", days=400)),
            "info",
            (NO_DRUG,),
            ("two falls",),
        ),
        id="18-history-of-falling",
    ),
    pytest.param(
        Patient(
            chart(coded("F03.B0", "Unspecified dementia, moderate", days=700)),
            "info",
            ("^Moderate dementia", "no bone drug", "carer or nurse"),
            unselected=("rehabilitation",),
        ),
        id="19-moderate-dementia",
    ),
    pytest.param(
        Patient(
            chart(
                coded("S32.810A", "Fracture of pelvis", days=4),
                coded("S22.41XA", "Multiple fractures of ribs, right side", days=4),
                coded("W18.30XA", "Fall on same level", days=4),
            ),
            "info",
            ("^Fall with injury",),
            ("fractures at once",),
        ),
        id="20-pelvis-and-ribs",
    ),
    pytest.param(
        Patient(
            chart(
                coded(
                    "S72.001A",
                    "Fracture of femoral neck",
                    days=4500,
                    clinicalStatus=None,
                )
            ),
            "info",
            (NO_DRUG,),
            ("[Hh]ip fracture",),
        ),
        id="22-hip-fracture-2014",
    ),
    pytest.param(
        Patient(
            chart(),
            "info",
            ("3 months", "15 Jan"),
            ("no end",),
            drafts=(worn("LSO x 3 months when ambulating", "L0630"),),
            topic="braceLimit",
        ),
        id="23-lso-three-months",
    ),
    pytest.param(
        Patient(
            chart(augmented(425), given("zoledronate", ZOLEDRONATE, 500)),
            "warning",
            ("^Second vertebral fracture", "zoledronate"),
            (r"\bstart\b",),
        ),
        id="25-second-on-zoledronate",
    ),
    pytest.param(
        Patient(
            chart(
                coded("M80.08XA", "Osteoporotic fracture of vertebra L3", days=610),
                coded("M80.08XA", "Osteoporotic fracture of vertebra L1", days=5),
            ),
            "warning",
            ("^Second vertebral fracture",),
            ("first fracture",),
        ),
        id="26-two-m80",
    ),
    pytest.param(
        Patient(
            chart(),
            "info",
            ("^Two fractures at once",),
            ("[Ss]econd",),
            drafts=(
                kyphoplasty("T12", code="22513"),
                kyphoplasty("L1", number="k2", code="22515"),
            ),
        ),
        id="27-two-levels",
    ),
    pytest.param(
        Patient(
            chart(
                given("denosumab", "M05BX04", 150), given("denosumab", "M05BX04", 335)
            ),
            "info",
            ("denosumab", r"next due \d+ Dec"),
            ("overdue",),
        ),
        id="29-denosumab-in-time",
    ),
    pytest.param(
        Patient(
            chart(
                given("denosumab", "M05BX04", 245),
                given("zoledronate", ZOLEDRONATE, 60),
            ),
            "info",
            ("zoledronate",),
            ("overdue",),
        ),
        id="30-zoledronate-after-denosumab",
    ),
    pytest.param(
        Patient(
            chart(
                given("romosozumab", ROMOSOZUMAB, 115),
                given("romosozumab", ROMOSOZUMAB, 20),
            ),
            "info",
            ("romosozumab", "too early"),
            ("ended",),
        ),
        id="32-romosozumab",
    ),
    pytest.param(
        Patient(
            chart(statement("abaloparatide", ABALOPARATIDE, 500, 61, "completed")),
            "warning",
            ("^Abaloparatide ended", "follow-on"),
            ("no bone drug",),
        ),
        id="34-abaloparatide-ended",
    ),
    pytest.param(
        Patient(
            chart(statement("risedronate", RISEDRONATE, 1100)),
            "info",
            ("^Fracture on risedronate",),
            ("no bone drug",),
        ),
        id="36-risedronate",
    ),
    pytest.param(
        Patient(
            chart(),
            "info",
            ("(no|without an) end", "15 Jan"),
            drafts=(worn("Jewett brace", "L0472"),),
            topic="braceLimit",
        ),
        id="38-jewett",
    ),
    pytest.param(
        Patient(
            chart(
                medication("calcium", "A12AA04", 400),
                medication("colecalciferol", "A11CC05", 400),
            ),
            "info",
            (NO_DRUG,),
            ("on treatment",),
        ),
        id="39-calcium",
    ),
    pytest.param(
        Patient(
            chart(drugs=False),
            "info",
            ("list( is)? empty", "ask about bone drugs"),
            ("[Nn]o bone drug",),
        ),
        id="40-empty-list",
    ),
    pytest.param(
        Patient(
            chart(),
            "info",
            ("^Medication list", "ask about bone drugs"),
            ("[Nn]o bone drug",),
            unselected=("",),
            failed=("medications",),
        ),
        id="41-list-refused",
    ),
    pytest.param(
        Patient(
            chart(),
            "info",
            ("end",),
            ("99",),
            drafts=(worn("TLSO, length of need 99"),),
            topic="braceLimit",
        ),
        id="42-length-of-need",
    ),
    pytest.param(
        Patient(
            chart(
                of_patient(
                    "Observation",
                    "o-egfr",
                    status="final",
                    code=codeable("http://loinc.org", "98979-8"),
                    effectiveDateTime=days_ago(10),
                    valueQuantity={
                        "value": 22,
                        "unit": "mL/min/{1.73_m2}",
                        "system": "http://unitsofmeasure.org",
                        "code": "mL/min/{1.73_m2}",
                    },
                )
            ),
            "info",
            ("^eGFR 22", "nephrology"),
            ("dialysis",),
        ),
        id="44-egfr",
    ),
    pytest.param(
        Patient(
            chart(coded("M46.46", "Discitis, lumbar region", days=8)),
            "warning",
            ("^Spinal infection", "contraindication to cement", "treated first"),
            ("training", "1 in"),
            not_offered=("fracture liaison", "rehabilitation"),
        ),
        id="45-discitis",
    ),
    pytest.param(
        Patient(
            chart(
                coded(
                    "C79.51",
                    "Secondary malignant neoplasm of bone",
                    days=2500,
                    clinicalStatus=codeable(
                        "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "resolved",
                    ),
                )
            ),
            "warning",
            ("metastasis", "biopsy"),
            ("1 in",),
            not_offered=("fracture liaison",),
        ),
        id="50-old-metastasis",
    ),
    pytest.param(
        Patient(
            chart(coded("C44.91", "Basal cell carcinoma of skin", days=400)),
            "info",
            (NO_DRUG,),
            ("metastasis",),
        ),
        id="53-basal-cell",
    ),
    pytest.param(
        Patient(
            chart(coded("R29.898", "Weakness of both legs", days=1)),
            "warning",
            (r"^Leg weakness \(19 Nov\)", "augmentation alone"),
            ("fracture another vertebra", "1 in"),
        ),
        id="55-leg-weakness",
    ),
    pytest.param(
        Patient(chart(coded("Z51.5", "Palliative care", days=20)), ""), id="56-hospice"
    ),
    pytest.param(
        Patient(
            chart(),
            "warning",
            ("72 h", "24 h"),
            ("no end",),
            drafts=(bed_rest(72),),
            topic="braceLimit",
        ),
        id="60-bed-rest",
    ),
]


def cards_of(one: Patient) -> dict[str, Resource]:
    return cards_by_topic(one.record, one.drafts, one.failed)


@pytest.mark.parametrize("one", PATIENTS)
def test_the_card_says_what_it_must_in_its_colour(one: Patient) -> None:
    cards = cards_of(one)
    if not one.indicator:
        assert cards == {}
        return
    card = cards[one.topic]
    assert card["indicator"] == one.indicator
    missing = [
        pattern
        for pattern in one.must
        if not re.search(pattern, card["summary"], re.IGNORECASE)
    ]
    assert missing == [], card["summary"]


@pytest.mark.parametrize("one", PATIENTS)
def test_the_card_does_not_say_what_it_must_not(one: Patient) -> None:
    cards = cards_of(one)
    assert one.no_card not in cards
    card = cards.get(one.topic)
    text = f"{card['summary']}\n{card.get('detail', '')}" if card else ""
    assert [pattern for pattern in one.never if re.search(pattern, text)] == [], text


@pytest.mark.parametrize("one", PATIENTS)
def test_the_rules_of_every_card_hold(one: Patient) -> None:
    drafts = one.drafts or (kyphoplasty(),)
    signing = Signing(one.record, drafts, frozenset(one.failed))
    assert faults_of(list(cards_of(one).values()), signing) == []


def test_the_records_are_fhir() -> None:
    for one in (param.values[0] for param in PATIENTS):
        for resource in (*one.record, *one.drafts):
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize(
    "death", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11-19"}]
)
def test_nothing_is_said_of_a_patient_who_died(death: Resource) -> None:
    record = [
        one | death if one["resourceType"] == "Patient" else one for one in chart()
    ]
    assert ask(order_sign(record, kyphoplasty())) == []


def test_hu_is_chosen_where_a_ct_is_on_record() -> None:
    """D6: a CT exists where the record shows one; the service may ask for its metadata."""
    modality = [
        {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}
    ]
    named = {"started": "2026-11-12", "description": "CT lumbar spine"}
    study = of_patient(
        "ImagingStudy", "ct-1", status="available", modality=modality, **named
    )
    card = cards_of(Patient(chart(study), "info"))["rehabilitation"]
    chosen = [one["label"] for one in card["suggestions"] if one["isRecommended"]]
    assert any(label.startswith("Ask radiology for HU") for label in chosen)


@pytest.mark.parametrize("one", PATIENTS)
def test_the_buttons_fit_the_patient(one: Patient) -> None:
    offered = [
        each for card in cards_of(one).values() for each in card.get("suggestions", ())
    ]
    selected = [each["label"] for each in offered if each["isRecommended"]]
    wrong = [
        label
        for label in selected
        if any(re.search(each, label) for each in one.unselected)
    ]
    assert wrong == []
    labels = [each["label"] for each in offered]
    assert [
        label
        for label in labels
        if any(re.search(each, label) for each in one.not_offered)
    ] == []
