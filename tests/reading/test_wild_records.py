"""Problem lists and drug lists as hospitals send them, each with its source, read as a careful person reads them.

What a case expects was written before it was run.
"""

from typing import Any

import pytest

from tests.chart_builders import ATC, DRUGS, codeable, days_ago, dose, drug, of_patient
from tests.gathered_records import NO, YES, each, said_of
from tests.patients.reassuring import card_of

SCT = "http://snomed.info/sct"
ROUTES = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
FORMS = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
TABLE_0162 = "http://terminology.hl7.org/CodeSystem/v2-0162"
HYPERTENSION = {"text": "Hypertension"}
AMLODIPINE = {"text": "Amlodipine 5 mg"}
# TODAY is 20 November 2026.
NOT_YES, NOT_NO = "not yes", "not no"


def agrees(answer: str, expected: str) -> bool:
    """Tell if what the record says is what a careful reader would let it say."""
    if expected == NOT_YES:
        return answer != YES
    if expected == NOT_NO:
        return answer != NO
    return answer == expected


def route(code: str, system: str = SCT) -> dict[str, Any]:
    return {"dosageInstruction": [{"route": {"coding": [coded(system, code)]}}]}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"system": system, "code": code}


def taken(start: str, end: str | None) -> dict[str, Any]:
    """A dosage with its own dates."""
    period = {"start": start, "end": end} if end else {"start": start}
    return {"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": period}}}]}


def lasting(value: float, unit: str) -> dict[str, Any]:
    """A dosage with its own length."""
    bounds = {"value": value, "unit": unit, "code": unit}
    return {"dosageInstruction": [{"timing": {"repeat": {"boundsDuration": bounds}}}]}


def supplied(days: float, repeats: int = 0) -> dict[str, Any]:
    """What was handed out."""
    duration = {"value": days, "unit": "days", "code": "d"}
    return {
        "dispenseRequest": {
            "expectedSupplyDuration": duration,
            "numberOfRepeatsAllowed": repeats,
        }
    }


def steroid(text: str, authored: str, **members: Any) -> dict[str, Any]:
    return {"text": text, "authoredOn": authored, **members}


PREDNISONE = "Prednisone 20 mg tablet"
STEROIDS = [
    pytest.param(
        steroid("Prednisolone acetate 1 % eye drops", "2026-10-20"),
        NO,
        "drops for the eye",
        id="eye drops in words",
    ),
    pytest.param(
        steroid("Prednisolone 1 %", "2026-10-20", **route("54485002")),
        NOT_YES,
        "SNOMED route 54485002, ophthalmic",
        id="ophthalmic route",
    ),
    pytest.param(
        steroid("Dexamethasone", "2026-10-20", **route("OPTHALTA", ROUTES)),
        NOT_YES,
        "HL7 v3 route OPTHALTA",
        id="OPTHALTA",
    ),
    pytest.param(
        steroid("Dexamethasone", "2026-10-20", **route("OP", TABLE_0162)),
        NOT_YES,
        "HL7 v2 table 0162, OP",
        id="OP of table 0162",
    ),
    pytest.param(
        steroid("Prednisone", "2026-10-20", **route("PO", ROUTES)),
        YES,
        "HL7 v3 route PO, swallow",
        id="PO",
    ),
    pytest.param(
        steroid("Hydrocortisone 1 %", "2026-10-20", **route("TOPICAL", ROUTES)),
        NOT_YES,
        "HL7 v3 route TOPICAL",
        id="TOPICAL",
    ),
    pytest.param(
        steroid("Betamethasone TOP CREA", "2026-10-20"),
        NOT_YES,
        "VA drug file names: TOP CREA",
        id="TOP CREA",
    ),
    pytest.param(
        steroid("PREDNISOLONE OPH SUSP 1%", "2026-10-20"),
        NOT_YES,
        "VA drug file names: SUSP,OPH",
        id="OPH SUSP",
    ),
    pytest.param(
        steroid("FLUTICASONE NASL SPRAY 50MCG", "2026-10-20"),
        NOT_YES,
        "VA drug file names: SPRAY,NASL",
        id="NASL SPRAY",
    ),
    pytest.param(
        steroid("Budesonid Nasenspray", "2026-10-20"),
        NOT_YES,
        "Hausapotheke",
        id="Nasenspray",
    ),
    pytest.param(
        steroid("Clobetasol crème 0,05 %", "2026-10-20"),
        NOT_YES,
        "ordonnance",
        id="crème",
    ),
    pytest.param(
        steroid("プレドニゾロン点眼液1%", "2026-10-20"),
        NOT_YES,
        "点眼 is for the eye",
        id="点眼",
    ),
    pytest.param(
        steroid("地塞米松滴眼液", "2026-10-20"),
        NOT_YES,
        "滴眼液 is for the eye",
        id="滴眼液",
    ),
    pytest.param(
        steroid("Triamcinolone 40 mg intra-articular", "2026-10-20"),
        NOT_YES,
        "one injection into a joint",
        id="joint",
    ),
    pytest.param(
        steroid("Prednisolon 5 mg Tabl. 1-0-0", "2025-01-10"),
        YES,
        "Bundesmedikationsplan",
        id="German tablets",
    ),
    pytest.param(
        steroid("PREDNISOLONE 20 mg comprimé", "2026-06-23"),
        YES,
        "HAS example 22 of hl7.fhir.fr.medication",
        id="French tablets",
    ),
    pytest.param(
        steroid("Deltacortene 5 mg compresse", "2026-03-01"),
        YES,
        "Italian brand of prednisone",
        id="Deltacortene",
    ),
    pytest.param(
        steroid("Encorton 5 mg tabletki", "2026-03-01"),
        YES,
        "Polish brand of prednisone",
        id="Encorton",
    ),
    pytest.param(
        steroid("プレドニン錠5mg 1日1回", "2026-03-01"),
        YES,
        "Japanese brand of prednisolone",
        id="プレドニン",
    ),
    pytest.param(
        steroid("醋酸泼尼松片 5mg", "2026-03-01"),
        YES,
        "Chinese label of prednisone",
        id="泼尼松片",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-09-01", **supplied(5)),
        NOT_YES,
        "five days' supply, ended",
        id="5 days supplied",
    ),
    pytest.param(
        steroid(PREDNISONE, "2025-11-25", **supplied(30, repeats=11)),
        YES,
        "thirty days and eleven refills run to this day",
        id="30 days and 11 refills",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-10-01", **taken("2026-10-01", "2026-10-07")),
        NOT_YES,
        "a week that has ended",
        id="bounds ended",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-01-01", **taken("2026-01-01", None)),
        YES,
        "begun and without an end",
        id="bounds open",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-10-01", **lasting(10, "d")),
        NOT_YES,
        "ten days from October",
        id="ten days",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-01-01", **lasting(12, "mo")),
        YES,
        "twelve months from January",
        id="twelve months",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-10-01", dosageInstruction=[{"text": "for 5 days"}]),
        NOT_YES,
        "the words end it",
        id="for 5 days in words",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-10-01", status="stopped"),
        NOT_YES,
        "stopped",
        id="stopped",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-10-01", status="cancelled"),
        NOT_YES,
        "cancelled: never taken",
        id="cancelled",
    ),
    pytest.param(
        steroid(PREDNISONE, "2026-10-01", doNotPerform=True),
        NOT_YES,
        "FHIR doNotPerform: not to be given",
        id="not to be given",
    ),
    pytest.param(
        steroid("Methylprednisolone 4 mg dose pack", "2026-09-01", status="completed"),
        NOT_YES,
        "a pack of six days, done",
        id="dose pack",
    ),
]


@pytest.mark.parametrize(("medication", "expected", "source"), STEROIDS)
def test_a_course_and_a_form_of_steroid(medication, expected, source):
    answer = said_of("steroid-use", medications=[medication, AMLODIPINE])
    assert agrees(answer, expected), f"{answer}: {source}"


def test_a_year_of_steroids_that_has_just_ended_is_a_long_course():
    ended = steroid(PREDNISONE, "2025-12-01", **taken("2025-12-01", "2026-11-10"))
    answer = said_of("long-term-steroid", medications=[ended, AMLODIPINE])
    assert answer == YES  # it raises the figure as one that goes on does


def worded(text: str, sig: str = "", *, authored: str = "2026-10-25") -> dict[str, Any]:
    """A steroid with the words of its dosage."""
    dosage = {"dosageInstruction": [{"text": sig}]} if sig else {}
    return steroid(text, authored, **dosage)


TABLET, TABLETTEN = "Prednisone 20 mg tablet", "Prednisolon 5 mg Tabletten"
SIGS = [
    pytest.param(worded(TABLET, "1 daily by mouth for joint pain"), YES, id="joint"),
    pytest.param(worded(TABLET, "Take 1 tablet daily for skin rash"), YES, id="skin"),
    pytest.param(worded(TABLET, "1 tab PO daily for eye inflammation"), YES, id="eye"),
    pytest.param(worded(TABLETTEN, "1-0-0 bei Gelenkschmerzen"), YES, id="Gelenk"),
    pytest.param(worded(TABLETTEN, "1-0-0 wegen Knie"), YES, id="Knie"),
    pytest.param(worded("Prednisone 10 mg", "with inhaler, daily"), YES, id="inhaler"),
    pytest.param(worded(TABLET, "take daily; use with nasal spray"), YES, id="nasal"),
    pytest.param(worded(TABLET, "crush into a paste"), YES, id="paste"),
    pytest.param(
        worded("Prednisone 5 mg comprimé", "1 cp le matin, pour lésions cutanées"),
        YES,
        id="lésions cutanées",
    ),
    pytest.param(
        worded("Prednisona 5 mg comprimidos", "1 al día por lesión cutánea"),
        YES,
        id="lesión cutánea",
    ),
    pytest.param(worded("Prednisolone oral drops"), YES, id="oral drops"),
    pytest.param(worded("Prednisolona gotas orales"), YES, id="gotas orales"),
    pytest.param(
        worded("Prednisone 1 mg tablet [Dental clinic]"), YES, id="dental clinic"
    ),
    pytest.param(
        worded(TABLET, "daily, take one extra pre-op"), YES, id="extra before operation"
    ),
    pytest.param(worded(TABLET, "take once"), NOT_YES, id="once"),
    pytest.param(
        worded("Dexamethasone 4 mg tablet", "1 tab daily, watch ear pain"),
        YES,
        id="ear pain",
    ),
    pytest.param(worded("Prednisolon Augentropfen"), NOT_YES, id="Augentropfen"),
    pytest.param(
        worded("Prednisolone 1 % drops", "1 drop left eye QID"), NOT_YES, id="drops"
    ),
    pytest.param(worded("Prednisolone 1 %", "1 drop OU QID"), NOT_YES, id="OU"),
    pytest.param(
        worded("Methylprednisolone acetate 40 mg/mL", "intra-articular left knee"),
        NOT_YES,
        id="into a joint",
    ),
    pytest.param(
        worded("Hydrocortisone cream 1 %", "apply to skin"), NOT_YES, id="cream"
    ),
    pytest.param(
        worded("Budesonid Inhalationskapseln"), NOT_YES, id="capsule to inhale"
    ),
    pytest.param(
        worded("Medrol Dosepak 4 mg", authored="2026-11-18"), YES, id="pack of now"
    ),
    pytest.param(
        worded("Prednisone 10 mg 12-day dose pack", authored="2026-11-10"),
        YES,
        id="twelve days of now",
    ),
    pytest.param(
        worded("Prednisone 10 mg 12-day dose pack", authored="2026-10-10"),
        NOT_YES,
        id="twelve days, over",
    ),
    pytest.param(
        worded("Methylprednisolone 4 mg dose pack", "then 5 mg daily long term"),
        YES,
        id="pack and more",
    ),
]


@pytest.mark.parametrize(("medication", "expected"), SIGS)
def test_what_a_tablet_is_taken_for_is_not_where_it_acts(medication, expected):
    answer = said_of("steroid-use", medications=[medication, AMLODIPINE])
    assert agrees(answer, expected), answer


def test_a_card_names_the_steroid_that_is_taken_for_a_joint():
    sig = {"dosageInstruction": [{"text": "1 tablet daily for joint pain"}]}
    card = card_of(drug("prednisolone", days=400, **sig))
    assert card["summary"].startswith("Prednisolone since")
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize("text", ["Xyzdrug joint tablets", "Boniglob tabs for skin"])
def test_a_tablet_that_nobody_knows_is_not_passed_over_for_its_reason(text):
    answer = said_of("steroid-use", medications=[{"text": text}, AMLODIPINE])
    assert answer != NO


NAMED_DRUGS = {
    "Dexamethasone 4 mg IV daily": YES,
    "Solu-Medrol 1 g IV x3": YES,
    "Prednisone taper": YES,
    "Cortisone": YES,
    "Kenalog injection": NOT_NO,
    "Prednisone (patient no longer taking)": NOT_YES,
    "Prednisone PRN flare": NOT_NO,
    "steroid inhaler": NOT_YES,
    "oral steroids": NOT_NO,
    "Deflazacort 6 mg": YES,
    "Hydrocortisone 20 mg for Addison's": YES,
    "Florinef 0.1 mg": NOT_YES,
    "Budesonide/formoterol inhaler": NO,
    "Betamethasone/calcipotriol ointment": NO,
    "Symbicort": NO,
    "Unbekanntes Präparat 5 mg": NOT_NO,
    "Kortison seit Jahren": NOT_NO,
    "激素治疗": NOT_NO,
    "Sterydy doustne": NOT_NO,
    "corticoterapia oral": NOT_NO,
    "Rheumamittel (Eigenname)": NOT_NO,
}


@pytest.mark.parametrize(("text", "expected"), NAMED_DRUGS.items())
def test_a_name_on_a_drug_list_is_no_steroid_only_if_it_is_known(text, expected):
    answer = said_of("steroid-use", medications=[worded(text), AMLODIPINE])
    assert agrees(answer, expected), answer


FORMS_OF_DRUGS = [
    pytest.param("OPDROP", NOT_YES, id="drops for the eye"),
    pytest.param("TOPCRM", NOT_YES, id="cream"),
    pytest.param("NASSPRY", NOT_YES, id="nasal spray"),
    pytest.param("TAB", YES, id="tablet"),
]


@pytest.mark.parametrize(("form", "expected"), FORMS_OF_DRUGS)
def test_the_form_of_a_contained_medication_is_read(form, expected):
    medication = {
        "resourceType": "Medication",
        "id": "drug",
        "code": {"text": "Dexamethasone"},
        "form": {"coding": [coded(FORMS, form)]},
    }
    order = of_patient(
        "MedicationRequest",
        "m",
        status="active",
        intent="order",
        authoredOn="2026-10-20",
        contained=[medication],
        medicationReference={"reference": "#drug"},
    )
    inner = {name: value for name, value in order.items() if name != "resourceType"}
    answer = said_of("steroid-use", medications=[inner, AMLODIPINE])
    assert agrees(answer, expected)


SOCIAL = [
    *each(
        "work, home and schooling are no disease",
        "Synthea and Gravity SDOH value sets: SNOMED findings on problem lists",
        dict.fromkeys(
            (
                "Stress (finding)",
                "Reports of violence in the environment (finding)",
                "Victim of intimate partner abuse (finding)",
                "Lives alone (finding)",
                "Food insecurity (finding)",
                "Unable to afford medication (finding)",
                "Refugee (person)",
                "Transport problem (finding)",
                "Served in armed forces (finding)",
                "Lack of internet access (finding)",
                "Retired (finding)",
                "Inadequate social support (finding)",
            ),
            NO,
        ),
    ),
    *each(
        "a social entry beside which a disease is named",
        "free text of social histories",
        {
            "Needs help with insulin at home (finding)": NOT_NO,
            "Unable to afford insulin (finding)": NOT_NO,
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), SOCIAL)
def test_social_entries_and_diabetes(text, expected, why):
    conditions = [HYPERTENSION, {"system": SCT, "code": "160903007", "display": text}]
    answer = said_of("diabetes", conditions=conditions)
    assert agrees(answer, expected), f"{answer}: {why}"


def asides(name: str, source: str, expected: str, *texts: str) -> list[Any]:
    """One parameter for each entry of a problem list, with what it leaves of a finding."""
    return [
        pytest.param(name, text, expected, source, id=f"{name}-{text}")
        for text in texts
    ]


PROBLEMS = [
    *asides(
        "diabetes",
        "problem lists in the writers' own words",
        NOT_NO,
        "IDDM",
        "DM2 mit Insulin",
        "Z.n. BZ-Entgleisung unter Cortison",
        "s/p Whipple, on insulin",
        "Zuckerkrank",
        "HbA1c 9.1 %",
        "Diabète sous metformine",
        "DMT2",
        "糖尿病性网膜症",
        "高血糖",
        "Cukrzyca typu 2",
        "Suikerziekte",
    ),
    *asides(
        "malignancy",
        "problem lists in the writers' own words",
        NOT_NO,
        "pT2 pN0 G2, R0 2019",
        "s/p lumpectomy left 2021",
        "Z.n. Hemikolektomie bei Ca",
        "NET ileum",
        "CLL Rai 0, watch and wait",
        "Waldenström",
        "Status after chemo 2022",
        "胃癌術後",
        "Nowotwór piersi, po leczeniu",
        "mBC, T-DXd",
        "Plasmacytoma",
        "Adenoca prostatico Gleason 7",
        "thing seen on CT, oncology to review",
    ),
    *asides(
        "neurological-deficit",
        "problem lists in the writers' own words",
        NOT_NO,
        "Fußheberschwäche rechts",
        "foot drop R since Tuesday",
        "saddle numbness",
        "parésie des releveurs",
        "can't lift leg",
    ),
    *asides(
        "spinal-infection",
        "problem lists in the writers' own words",
        NOT_NO,
        "Discitis L2/3, on flucloxacillin",
        "Spondylodiszitis",
        "epidural collection, ID following",
        "spondylodiscite à S. aureus",
    ),
    *asides(
        "diabetes",
        "plain entries that a reader passes over",
        NO,
        "Knee osteoarthritis",
        "Hypertonie",
        "Katarakt bds.",
    ),
    *asides(
        "prior-vertebral-fracture",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "WKF alt LWK2",
        "Keilwirbel Th8",
        "old wedge T8",
        "s/p VP L2 2020",
        "Z.n. Vertebroplastie LWK 3",
        "BKP 2022",
        "tassement ancien T12",
        "aplastamiento antiguo L1",
        "crollo vertebrale pregresso",
        "陈旧性压缩骨折",
        "陳旧性圧迫骨折",
        "złamanie kompresyjne L2 (2019)",
        "Sinterungsfraktur BWK 7 2018",
        "VCF 2020",
        "Deckplattenimpression LWK 4 alt",
        "Height loss T12",
        "osteoporotic fx spine x2",
        "Wirbelbruch 2019",
        "Cement in L3",
        "Kyphoplastie 2021",
        "Fx D9 2017",
        "ingezakte wervel",
        "multiple prior fractures",
        "Z.n. Osteoporosefrakturen",
        "Hx fragility fracture",
        "Genant 2 T11",
        "St.p. BWK-Fraktur",
        "collasso D11 2020",
        "fratura vertebral antiga",
        "Fraktura obratle",
    ),
    *asides(
        "dementia",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "SDAT",
        "Alzheimer",
        "vergesslich, MMST 18",
        "demenziell",
        "Gedächtnisstörung",
        "认知障碍",
        "物忘れ",
        "otępienie",
        "MMSE 15/30",
        "cognitive decline",
        "confused at baseline",
        "Demenz-Syndrom",
        "démence",
        "deterioro cognitivo",
        "declino cognitivo",
        "memory clinic",
        "donepezil",
        "Lewy body",
        "vascular dement.",
        "認知症",
        "老年痴呆",
        "Korsakow",
        "Hirnleistungsstörung",
    ),
    *asides(
        "repeated-falls",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "Sturzneigung",
        "keeps falling",
        "3 falls this year",
        "recurrent falls",
        "chutes à répétition",
        "caídas frecuentes",
        "cadute ricorrenti",
        "多次跌倒",
        "転倒を繰り返す",
        "falls++",
    ),
    *asides(
        "severe-kidney-disease",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "CKD 4",
        "eGFR 18",
        "Niereninsuffizienz IV",
        "HD Mo/Wed/Fri",
        "Dialyse",
        "CAPD",
        "尿毒症",
        "insuffisance rénale terminale",
        "ERC estadio 5",
    ),
    *asides(
        "prior-spinal-surgery",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "PLIF L4/5",
        "Spondylodese",
        "laminectomy 2010",
        "ALIF",
        "dorsale Stabilisierung",
        "腰椎术后",
        "arthrodèse L4-L5",
        "Z.n. Bandscheiben-OP",
    ),
    *asides(
        "diabetes",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "Insulin-requiring since 2019",
        "Steroid diabetes",
        "Diabetic foot ulcer",
        "Polyneuropathie bei DM",
        "Zn. Ketoazidose",
        "glycemia high, metformin started",
        "DM type II, diet",
        "Diabetes mellito tipo 2",
        "Hiperglucemia por corticoides",
        "２型糖尿病",
    ),
    *asides(
        "diabetes",
        "problem lists in the writers' own words, a second time",
        NO,
        "Diabetes insipidus",
        "Family history of diabetes",
        "Osteoarthritis of knee",
        "Seasonal allergies",
        "Gonarthrose rechts",
    ),
    *asides(
        "malignancy",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "Brustkrebs li. 2019",
        "Z.n. Mamma-Ca",
        "Leukämie",
        "tumor markers rising",
        "hepatic lesions, work-up",
        "Zytostatika-Therapie",
        "Port-a-cath in situ",
        "Tamoxifen seit 2022",
        "mastectomía 2018",
        "乳がん術後",
        "肺结节待查",
        "Guz nerki",
    ),
    *asides(
        "malignancy",
        "problem lists in the writers' own words, a second time",
        NOT_YES,
        "BCC nose",
        "Melanom in situ",
    ),
    *asides(
        "spinal-infection",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "psoas abscess drained",
        "L2/3 abscess",
        "脊椎感染",
        "Pott",
        "IE with back pain",
    ),
    *asides(
        "neurological-deficit",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "Harnverhalt neu",
        "new urinary retention",
        "Lähmung",
        "下肢无力",
        "Cauda",
        "Babinski +",
    ),
    *asides(
        "sepsis",
        "problem lists in the writers' own words, a second time",
        NOT_NO,
        "Urosepsis",
        "BSI with E. coli",
        "septic shock",
    ),
]


@pytest.mark.parametrize(("name", "text", "expected", "source"), PROBLEMS)
def test_an_entry_in_words_leaves_open_what_it_may_say(name, text, expected, source):
    answer = said_of(name, conditions=[HYPERTENSION, {"text": text}])
    assert agrees(answer, expected), f"{answer}: {source}"


GIVEN = {"medicationCodeableConcept": codeable(ATC, DRUGS["denosumab"])}
FHIR_STATES = "FHIR R4 states of drug resources; cards.md E8: a request is no dose"
NO_DOSE = [
    pytest.param(drug("denosumab", days=200, status=status), id=f"request {status}")
    for status in ("active", "completed", "on-hold", "stopped", "unknown")
] + [
    pytest.param(
        drug("denosumab", days=260, dispenseRequest={"numberOfRepeatsAllowed": 3}),
        id="request with refills",
    ),
    pytest.param(
        drug(
            "denosumab",
            days=260,
            dosageInstruction=[{"timing": {"event": [days_ago(250)]}}],
        ),
        id="request timed to a past day",
    ),
    pytest.param(
        drug("denosumab", days=260, note=[{"text": "given today in clinic"}]),
        id="request with a note",
    ),
    pytest.param(
        dose("denosumab", days=260) | {"status": "not-done"},
        id="administration not done",
    ),
    pytest.param(
        dose("denosumab", days=260) | {"status": "entered-in-error"},
        id="administration in error",
    ),
    pytest.param(
        of_patient(
            "MedicationDispense",
            "d",
            status="declined",
            whenHandedOver=days_ago(260),
            **GIVEN,
        ),
        id="dispense declined",
    ),
    pytest.param(
        of_patient(
            "MedicationStatement",
            "s",
            status="intended",
            effectiveDateTime=days_ago(260),
            **GIVEN,
        ),
        id="statement intended",
    ),
    pytest.param(
        of_patient(
            "MedicationStatement",
            "s",
            status="not-taken",
            effectiveDateTime=days_ago(260),
            **GIVEN,
        ),
        id="statement not taken",
    ),
]


@pytest.mark.parametrize("entry", NO_DOSE)
def test_what_is_no_dose_of_denosumab_is_not_overdue(entry):
    card = card_of(entry)
    said = f"{card['summary']}\n{card['detail']}"
    assert "overdue" not in said, FHIR_STATES
    assert "due " not in card["summary"], FHIR_STATES
    assert "Fracture on denosumab" not in said, FHIR_STATES


DOSES = [
    pytest.param(dose("denosumab", days=260), id="administration"),
    pytest.param(
        of_patient(
            "MedicationDispense",
            "d",
            status="completed",
            whenHandedOver=days_ago(260),
            **GIVEN,
        ),
        id="dispense",
    ),
]


@pytest.mark.parametrize("entry", DOSES)
def test_what_is_a_dose_of_denosumab_is_overdue_after_seven_months(entry):
    assert "Denosumab overdue" in card_of(entry)["summary"], FHIR_STATES


@pytest.mark.parametrize(
    ("title", "conclusion"),
    [
        ("CT Lumbar spine", "Acute L1 fracture. Bone cement in L2."),
        ("CT LWS", "Frische Fraktur LWK 1. Zementierter LWK 2."),
        ("TDM rachis lombaire", "Fracture récente de L1. L2 cimentée."),
        ("TC columna lumbar", "Fractura aguda de L1. Cemento en L2."),
        ("TC rachide", "Frattura recente di L1. L2 cementata."),
        ("CT LWK", "Recente fractuur L1. Botcement in L2."),
        ("TK kręgosłupa", "Świeże złamanie L1. Cement w trzonie L2."),
        ("腰椎CT", "第1腰椎に新鮮圧迫骨折。L2にセメントを認める。"),
        ("腰椎CT平扫", "L1椎体新鲜压缩骨折，L2椎体内见骨水泥。"),
        ("요추 CT", "L1 급성 압박골절. L2 골시멘트 주입 상태."),
    ],
)
def test_cement_in_a_report_is_an_augmentation_that_no_list_has(title, conclusion):
    appendectomy = {"text": "Appendectomy", "performedDateTime": "2001-01-01"}
    said = said_of(
        "prior-augmentation",
        procedures=[appendectomy],
        reports=[{"text": title, "conclusion": conclusion}],
    )
    assert said != NO


def test_no_augmentation_is_said_beside_a_report_that_is_understood():
    said = said_of(
        "prior-augmentation",
        procedures=[{"text": "Appendectomy", "performedDateTime": "2001-01-01"}],
        reports=[
            {"text": "MRI Lumbar spine", "conclusion": "Acute L1 compression fracture."}
        ],
    )
    assert said == NO
