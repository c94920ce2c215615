"""What a chart tells beside the fracture, as a card says it: one line a patient.

Today is 20 November 2026. A case is a signal, a record, and what the signal says of it;
None where the signal does not hold.
"""

from typing import Any

import pytest

from tests.builders import (
    coded,
    condition,
    findings_of,
    measure,
    observation,
    verification,
    words,
)
from tests.codes import ICD, SCT
from tests.fact_builders import signals_of

WHO = "http://hl7.org/fhir/sid/icd-10"
YESTERDAY = "2026-11-19"
RECENTLY = "2026-10-20"


def on(day: str, code: str, **members: Any) -> dict[str, Any]:
    """A coded problem that began on a day."""
    return condition(code, onsetDateTime=day, **members)


def shown(day: str, code: str, display: str) -> dict[str, Any]:
    """A coded problem with the words of its code."""
    return {**on(day, code), "code": coded(code, ICD, display=display)}


def written(day: str, text: str, **members: Any) -> dict[str, Any]:
    """A problem in words, written down on a day."""
    return words(text, recordedDate=day, **members)


def listed(text: str, code: str) -> dict[str, Any]:
    """A coded problem that was written down lately, with words of when it was."""
    return {
        **condition(code, recordedDate=RECENTLY),
        "code": {**coded(code, ICD), "text": text},
    }


def said(name: str, record: tuple[dict[str, Any], ...]) -> str | None:
    found = signals_of(findings_of(*record)).get(name)
    return found.because if found else None


def case(name: str, because: str | None, *record: dict[str, Any], why: str) -> Any:
    return pytest.param(name, because, record, id=f"{name}: {why}")


F1 = "spinal-infection"
INFECTIONS = [
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        on("2026-11-12", "M46.46"),
        why="discitis by code",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "Spondylodiscitis L3/4"),
        why="in words",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "Spondylodiszitis LWK 3/4"),
        why="de",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "Spondylodiscite L3-L4"),
        why="fr",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "Espondilodiscitis"),
        why="es",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "Spondilodiscite L2"),
        why="it",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "腰椎椎间盘炎"),
        why="zh",
    ),
    case(
        F1,
        "spinal infection (discitis, 12 Nov)",
        written("2026-11-12", "化膿性椎間板炎"),
        why="ja",
    ),
    case(
        F1,
        "spinal infection (discitis, 1 Sep)",
        on("2026-09-01", "M46.46", status="resolved", abatementDateTime="2026-10-20"),
        why="over for a month",
    ),
    case(
        F1,
        None,
        on("2019-03-01", "M46.46", status="resolved", abatementDateTime="2019-08-01"),
        why="over for years",
    ),
    case(F1, None, written(YESTERDAY, "No discitis"), why="denied"),
    case(
        F1,
        None,
        written(YESTERDAY, "Treated discitis 2018"),
        why="active on the list, of 2018 by its words",
    ),
    case(F1, None, written(YESTERDAY, "Discitis?"), why="asked"),
    case(F1, None, written(YESTERDAY, "Rule out discitis"), why="to be ruled out"),
    case(F1, None, written(YESTERDAY, "Osteomyelitis of foot"), why="of the foot"),
    case(
        F1,
        None,
        written(YESTERDAY, "Osteomyelitis, unspecified"),
        why="of which bone is not said",
    ),
]

HIP, CANCER, OLD = "hip-fracture-two-years", "recent-cancer", "old-cancer"
YEARS_AGO = [
    *(
        case(HIP, None, listed(text, "S72.001A"), why=text)
        for text in (
            "Hip fracture 10 years ago",
            "Schenkelhalsfraktur vor 10 Jahren",
            "Fracture du col fémoral il y a 10 ans",
            "Fractura de cadera hace 10 años",
            "Frattura del femore 10 anni fa",
            "10年前股骨颈骨折",
            "10年前 大腿骨頸部骨折",
        )
    ),
    case(
        HIP,
        "hip fracture 2025",
        listed("Hip fracture 1 year ago", "S72.001A"),
        why="a year ago",
    ),
    case(
        CANCER,
        None,
        listed("Breast cancer 12 years ago", "C50.911"),
        why="cancer, 12 years ago",
    ),
    case(
        OLD,
        "breast cancer 2014",
        listed("Breast cancer 12 years ago", "C50.911"),
        why="old cancer, 12 years ago",
    ),
    case(
        CANCER,
        "breast cancer (2023)",
        listed("Breast cancer 3 years ago", "C50.911"),
        why="cancer, 3 years ago",
    ),
]

F2 = "sepsis"
SEPSIS = [
    case(F2, "sepsis (18 Nov)", on("2026-11-18", "A41.9"), why="A41.9"),
    case(
        F2,
        "sepsis (18 Nov)",
        on("2026-11-18", "A41.9", status="resolved"),
        why="resolved already",
    ),
    case(
        F2,
        "sepsis (18 Nov)",
        condition("91302008", SCT, onsetDateTime="2026-11-18"),
        why="SNOMED",
    ),
    case(
        F2,
        "bacteraemia (18 Nov)",
        written("2026-11-18", "MSSA bacteraemia"),
        why="bacteraemia",
    ),
    case(F2, "sepsis (18 Nov)", written("2026-11-18", "Urosepsis"), why="urosepsis"),
    case(F2, "sepsis (18 Nov)", written("2026-11-18", "Septischer Schock"), why="de"),
    case(
        F2, "sepsis (18 Nov)", written("2026-11-18", "Septicémie à E. coli"), why="fr"
    ),
    case(F2, "sepsis (18 Nov)", written("2026-11-18", "Choque séptico"), why="es"),
    case(F2, "sepsis (18 Nov)", written("2026-11-18", "Sepsi urinaria"), why="it"),
    case(F2, "sepsis (18 Nov)", written("2026-11-18", "脓毒症"), why="zh"),
    case(F2, "sepsis (18 Nov)", written("2026-11-18", "敗血症"), why="ja"),
    case(F2, None, on("2026-10-20", "A41.9"), why="a month ago, still active"),
    case(
        F2,
        None,
        written(YESTERDAY, "COVID sepsis 2021"),
        why="of 2021, written yesterday",
    ),
    case(F2, None, written(YESTERDAY, "Sepsis screening negative"), why="screened"),
    case(F2, None, written(YESTERDAY, "History of sepsis"), why="history"),
    case(F2, None, written(YESTERDAY, "S/p sepsis 10/2026"), why="of the month before"),
    case(F2, None, condition("A41.9"), why="nobody knows when"),
    case(F2, None, written(YESTERDAY, "Aseptic necrosis of hip"), why="aseptic"),
]

F5 = "new-deficit"
DEFICITS = [
    case(
        F5,
        "leg weakness (19 Nov)",
        written(YESTERDAY, "Leg weakness"),
        why="leg weakness yesterday",
    ),
    case(F5, "leg weakness", words("Leg weakness"), why="no day"),
    case(
        F5, "foot drop (19 Nov)", written(YESTERDAY, "Fußheberparese rechts"), why="de"
    ),
    case(
        F5,
        "leg weakness (19 Nov)",
        written(YESTERDAY, "Faiblesse des membres inférieurs"),
        why="fr",
    ),
    case(
        F5,
        "leg weakness (19 Nov)",
        written(YESTERDAY, "Debilidad en miembros inferiores"),
        why="es",
    ),
    case(
        F5,
        "leg weakness (19 Nov)",
        written(YESTERDAY, "Ipostenia degli arti inferiori"),
        why="it",
    ),
    case(F5, "leg weakness (19 Nov)", written(YESTERDAY, "双下肢无力"), why="zh"),
    case(F5, "leg weakness (19 Nov)", written(YESTERDAY, "両下肢筋力低下"), why="ja"),
    case(
        F5,
        "cauda equina syndrome (19 Nov)",
        shown(YESTERDAY, "G83.4", "Cauda equina syndrome"),
        why="G83.4",
    ),
    case(
        F5,
        None,
        shown("2010-05-01", "M21.372", "Foot drop, left foot"),
        why="foot drop 2010",
    ),
    case(F5, None, written(YESTERDAY, "Foot drop 2010"), why="foot drop 2010 in words"),
    case(F5, None, written(YESTERDAY, "Chronic foot drop"), why="chronic"),
    case(
        F5,
        None,
        written(YESTERDAY, "Leg weakness after stroke 2015"),
        why="sequelae of a stroke",
    ),
    case(F5, None, on("2015-01-01", "I69.354"), why="hemiplegia after stroke"),
    case(F5, None, written(YESTERDAY, "No leg weakness"), why="denied"),
    case(F5, None, written(YESTERDAY, "Generalized weakness"), why="general weakness"),
]

F6 = "bone-malignancy"
BONE = [
    case(
        F6,
        "myeloma (2021)",
        on("2021-04-01", "C90.01", status="remission"),
        why="in remission",
    ),
    case(
        F6,
        "bone metastasis (2019)",
        on("2019", "C79.51", status="resolved"),
        why="metastasis resolved 2019",
    ),
    case(
        F6,
        "bone metastasis (2019)",
        written(YESTERDAY, "Bone metastases 2019, resolved"),
        why="in words",
    ),
    case(F6, "myeloma", words("Multiple myeloma in remission"), why="undated"),
    case(F6, "myeloma (2018)", written(YESTERDAY, "Z. n. Plasmozytom 2018"), why="de"),
    case(
        F6,
        "bone metastasis (2026)",
        written(YESTERDAY, "Métastases osseuses"),
        why="fr",
    ),
    case(
        F6, "bone metastasis (2026)", written(YESTERDAY, "Metástasis óseas"), why="es"
    ),
    case(F6, "bone metastasis (2026)", written(YESTERDAY, "Metastasi ossee"), why="it"),
    case(F6, "myeloma (2026)", written(YESTERDAY, "多发性骨髓瘤"), why="zh"),
    case(F6, "bone metastasis (2026)", written(YESTERDAY, "骨転移"), why="ja"),
    case(F6, None, written(YESTERDAY, "MGUS"), why="MGUS"),
    case(F6, None, written(YESTERDAY, "MGUS, no myeloma"), why="MGUS without myeloma"),
    case(F6, None, written(YESTERDAY, "Pathological fracture L1"), why="no cause"),
    case(F6, None, on("2020-01-01", "D47.2"), why="MGUS by code"),
    case(F6, None, written(YESTERDAY, "Suspected bone metastasis"), why="suspected"),
    case(
        F6,
        None,
        on(YESTERDAY, "C79.51", verificationStatus=verification("provisional")),
        why="provisional",
    ),
    case(F6, None, written(YESTERDAY, "Family history of myeloma"), why="family"),
    case(F6, None, written(YESTERDAY, "Keine Knochenmetastasen"), why="none"),
    case(
        F6,
        None,
        written(YESTERDAY, "Breast cancer, liver metastases"),
        why="of the liver",
    ),
]

F7, OLD = "recent-cancer", "old-cancer"
CANCERS = [
    case(
        F7,
        "breast cancer (2023)",
        on("2023-02-01", "C50.911", status="resolved"),
        why="resolved 2023",
    ),
    case(F7, "breast cancer", condition("Z85.3"), why="history, undated"),
    case(
        F7,
        "breast cancer",
        condition("Z85.3", recordedDate="2025-01-10"),
        why="history, written last year",
    ),
    case(
        F7,
        None,
        condition("Z85.3", recordedDate="2012-01-10"),
        why="history, written in 2012",
    ),
    case(F7, "prostate cancer (2024)", on("2024", "C61"), why="prostate"),
    case(F7, "lung cancer (2024)", on("2024-06", "C34.11"), why="lung"),
    case(F7, "kidney cancer (2024)", on("2024-06-01", "C64.2"), why="kidney"),
    case(F7, "thyroid cancer (2024)", on("2024-06-01", "C73"), why="thyroid"),
    case(F7, "melanoma (2024)", on("2024-06-01", "C43.59"), why="melanoma"),
    case(F7, "cancer (2024)", on("2024-06-01", "C18.7"), why="any other"),
    case(
        F7,
        "breast cancer (2015)",
        on("2015-01-01", "C50.911", status="resolved", abatementDateTime="2023-01-01"),
        why="treated until 2023",
    ),
    case(
        F7,
        "breast cancer (2023)",
        written(YESTERDAY, "History of breast cancer 2023"),
        why="history in words",
    ),
    case(
        F7,
        "breast cancer (2023)",
        written(YESTERDAY, "Z. n. Mammakarzinom 2023"),
        why="de",
    ),
    case(
        F7,
        "prostate cancer (2022)",
        written(YESTERDAY, "ATCD de cancer de la prostate 2022"),
        why="fr",
    ),
    case(F7, "kidney cancer (2026)", written(YESTERDAY, "Carcinoma renal"), why="es"),
    case(
        F7,
        "breast cancer",
        written(YESTERDAY, "Pregresso carcinoma mammario"),
        why="it, undated",
    ),
    case(F7, "lung cancer (2026)", written(YESTERDAY, "肺癌"), why="zh"),
    case(F7, "thyroid cancer", written(YESTERDAY, "甲状腺癌術後"), why="ja, undated"),
    case(
        F7,
        "breast cancer (2023)",
        written(YESTERDAY, "Breast cancer 2023, no recurrence"),
        why="no recurrence",
    ),
    case(
        F7,
        "breast cancer (2022)",
        written(YESTERDAY, "BRCA1 mutation, breast cancer 2022"),
        why="with its gene",
    ),
    case(F7, None, written(YESTERDAY, "Sister with breast cancer"), why="sister"),
    case(
        F7,
        None,
        on("2009-01-01", "C61"),
        why="prostate cancer 2009, active on the list",
    ),
    case(F7, None, written(YESTERDAY, "Prostate cancer 2009"), why="2009 in words"),
    case(OLD, "prostate cancer 2009", on("2009-01-01", "C61"), why="2009"),
    case(
        OLD,
        "breast cancer 2011",
        written(YESTERDAY, "Breast cancer 2011"),
        why="2011 in words",
    ),
    case(OLD, None, on("2023-02-01", "C50.911"), why="2023"),
    case(
        F7,
        None,
        shown(YESTERDAY, "Z80.3", "Family history of malignant neoplasm of breast"),
        why="family",
    ),
    case(F7, None, written(YESTERDAY, "Mother with breast cancer"), why="mother"),
    case(
        F7,
        None,
        shown("2025-03-01", "C44.311", "Basal cell carcinoma of skin of nose"),
        why="basal cell carcinoma 2025",
    ),
    case(
        F7,
        None,
        written("2025-03-01", "Basal cell carcinoma 2025"),
        why="basal cell in words",
    ),
    case(F7, None, on("2025-03-01", "D05.12"), why="DCIS"),
    case(
        F7,
        None,
        written(YESTERDAY, "Ductal carcinoma in situ, left"),
        why="DCIS in words",
    ),
    case(F7, None, on("2025-03-01", "D47.2"), why="MGUS"),
    case(F7, None, condition("Z85.828"), why="history of skin cancer"),
    case(F7, None, written(YESTERDAY, "Suspected lung cancer"), why="suspected"),
    case(F7, None, written(YESTERDAY, "Lung cancer screening"), why="screening"),
    case(
        F7,
        None,
        on("2025-03-01", "C50.911", verificationStatus=verification("refuted")),
        why="refuted",
    ),
]

F12 = "hip-fracture-two-years"
HIPS = [
    case(F12, "hip fracture Aug 2026", on("2026-08-10", "S72.001A"), why="S72.0"),
    case(
        F12,
        "hip fracture Aug 2026",
        on("2026-08-10", "S72.141A", status="resolved"),
        why="S72.1, resolved",
    ),
    case(F12, "hip fracture Aug 2026", on("2026-08-10", "M80.051A"), why="M80.05"),
    case(
        F12,
        "hip fracture Aug 2026",
        written("2026-08-10", "Schenkelhalsfraktur links"),
        why="de",
    ),
    case(
        F12,
        "hip fracture Aug 2026",
        written("2026-08-10", "Fracture du col du fémur"),
        why="fr",
    ),
    case(
        F12,
        "hip fracture Aug 2026",
        written("2026-08-10", "Fractura de cadera"),
        why="es",
    ),
    case(
        F12,
        "hip fracture Aug 2026",
        written("2026-08-10", "Frattura del collo del femore"),
        why="it",
    ),
    case(F12, "hip fracture Aug 2026", written("2026-08-10", "股骨颈骨折"), why="zh"),
    case(
        F12, "hip fracture Aug 2026", written("2026-08-10", "大腿骨頚部骨折"), why="ja"
    ),
    case(
        F12,
        "hip fracture 2025",
        written(YESTERDAY, "Hip fracture 2025"),
        why="year alone",
    ),
    case(
        F12,
        "hip fracture Sep 2026",
        written(YESTERDAY, "Hip fracture, hemiarthroplasty 9/2026"),
        why="month",
    ),
    case(
        F12, None, written(YESTERDAY, "Stress fracture femoral neck"), why="by overuse"
    ),
    case(
        F12,
        "hip fracture",
        condition("S72.001D", recordedDate="2026-10-01"),
        why="healing, no onset",
    ),
    case(F12, None, on("2014-03-01", "S72.001A"), why="2014"),
    case(F12, None, written(YESTERDAY, "Hip fracture 2014"), why="2014 in words"),
    case(
        F12,
        None,
        shown("2025-03-01", "Z96.641", "Presence of right artificial hip joint"),
        why="hip replacement",
    ),
    case(
        F12,
        None,
        written("2026-03-01", "Hip replacement for osteoarthritis"),
        why="replacement in words",
    ),
    case(F12, None, on("2026-03-01", "M97.01XA"), why="periprosthetic"),
    case(
        F12,
        None,
        written("2026-03-01", "Periprosthetic hip fracture"),
        why="periprosthetic in words",
    ),
    case(
        F12,
        None,
        written(YESTERDAY, "History of hip fracture"),
        why="nobody knows when",
    ),
    case(F12, None, written(YESTERDAY, "Parent fractured hip"), why="parent"),
]

F23 = "falls"
W = "2026-11-05"
FALLS = [
    case(
        F23,
        "two falls this year",
        on("2026-03-01", "W19.XXXA"),
        on("2026-09-01", "W01.0XXA"),
        why="two dated falls",
    ),
    case(
        F23,
        "three falls this year",
        on("2026-03-01", "W19.XXXA"),
        on("2026-05-01", "W18.30XA"),
        on("2026-09-01", "W01.0XXA"),
        why="three dated falls",
    ),
    case(
        F23,
        "repeated falls",
        condition("R29.6", recordedDate="2026-06-01"),
        why="R29.6",
    ),
    case(
        F23,
        "three falls this year",
        written("2026-06-01", "Three falls in six months, recurrent falls"),
        why="three falls in words",
    ),
    case(
        F23,
        "two falls this year",
        written("2026-03-01", "Sturz im Bad"),
        written("2026-09-01", "Häuslicher Sturz"),
        why="de, two days",
    ),
    case(
        F23,
        "fall with injury (5 Nov)",
        on(W, "W19.XXXA"),
        on(W, "S32.511A"),
        on(W, "S22.42XA"),
        why="pelvis and ribs, same fall",
    ),
    case(
        F23,
        "fall with injury (5 Nov)",
        written(W, "Fall with rib fracture"),
        why="one entry",
    ),
    case(
        F23,
        "fall with injury (5 Nov)",
        written(W, "Chute avec fracture de côte"),
        why="fr",
    ),
    case(F23, "fall with injury (5 Nov)", written(W, "跌倒致肋骨骨折"), why="zh"),
    case(F23, "fall with injury (5 Nov)", written(W, "転倒、肋骨骨折"), why="ja"),
    case(
        F23,
        "fall with injury (5 Nov)",
        written(W, "Caída con fractura de costilla"),
        why="es",
    ),
    case(
        F23,
        "fall with injury (5 Nov)",
        written(W, "Caduta con frattura costale"),
        why="it",
    ),
    case(
        F23,
        "two falls in 12 months",
        on("2025-12-20", "W19.XXXA"),
        on("2026-09-01", "W01.0XXA"),
        why="one of them last year",
    ),
    case(
        F23,
        None,
        written("2023-06-01", "Three falls, recurrent falls"),
        why="three, years ago",
    ),
    case(F23, None, on("2023-06-01", "R29.6"), why="R29.6 of years ago, still active"),
    case(F23, "repeated falls", condition("R29.6"), why="R29.6 without a day"),
    case(
        F23,
        "two falls this year",
        on("2023-06-01", "R29.6"),
        on("2026-03-01", "W19.XXXA"),
        on("2026-09-01", "W01.0XXA"),
        why="R29.6 of years ago, and two falls since",
    ),
    case(
        F23,
        "repeated falls",
        on("2021-06-01", "R29.6"),
        on("2026-06-01", "R29.6"),
        why="R29.6 twice, the newer one counts",
    ),
    case(
        F23,
        "fall with injury (5 Nov)",
        on("2023-06-01", "R29.6"),
        written(W, "Fall with rib fracture"),
        why="R29.6 of years ago, and an injury now",
    ),
    case(F23, None, condition("Z91.81", recordedDate="2026-06-01"), why="Z91.81 alone"),
    case(
        F23, None, written("2026-06-01", "History of falling"), why="history of falling"
    ),
    case(F23, None, written("2026-06-01", "Fear of falling"), why="fear of falling"),
    case(F23, None, written("2026-06-01", "Sturzrisiko"), why="risk"),
    case(F23, None, on("2026-03-01", "W19.XXXA"), why="one fall"),
    case(
        F23, None, on(W, "W19.XXXA"), on(W, "S32.010A"), why="the fall of this fracture"
    ),
    case(
        F23,
        None,
        on("2023-03-01", "W19.XXXA"),
        on("2023-03-01", "S52.501A"),
        why="three years ago",
    ),
]

F24, F25 = "dementia-or-frailty", "high-energy-cause"
STATES = [
    case(F24, "severe dementia", condition("F03.C0"), why="F03.C"),
    case(F24, "moderate dementia", condition("F01.B0"), why="F01.B"),
    case(F24, "dementia", condition("F03.90"), why="no degree"),
    case(F24, "severe dementia", words("Severe dementia"), why="in words"),
    case(F24, "moderate dementia", words("Mittelschwere Demenz"), why="de"),
    case(F24, "severe dementia", words("Démence sévère"), why="fr"),
    case(F24, "severe dementia", words("Demencia avanzada"), why="es"),
    case(F24, "severe dementia", words("Demenza grave"), why="it"),
    case(F24, "severe dementia", words("重度痴呆"), why="zh"),
    case(F24, "severe dementia", words("高度認知症"), why="ja"),
    case(F24, "severe frailty", words("Clinical Frailty Scale 8"), why="frailty"),
    case(F24, "severe frailty", words("Ausgeprägt frail"), why="frailty, de"),
    case(
        F24, "severe frailty", condition("925861000000102", SCT), why="frailty, SNOMED"
    ),
    case(F24, None, words("Mild frailty"), why="mild frailty"),
    case(F24, None, words("CFS 4"), why="CFS 4"),
    case(F24, None, words("Mother with dementia"), why="mother"),
    case("care-home", "care home", condition("Z59.3"), why="Z59.3"),
    case("care-home", "care home", words("Pflegeheimbewohner"), why="de"),
    case("care-home", "care home", words("Vit en EHPAD"), why="fr"),
    case("care-home", None, words("Lives at home"), why="at home"),
    case("parkinson", "Parkinson's disease", condition("G20.A1"), why="G20.A1"),
    case("parkinson", "Parkinson's disease", condition("G20", WHO), why="G20"),
    case("parkinson", "Parkinson's disease", words("Morbus Parkinson"), why="de"),
    case("parkinson", None, words("Drug-induced parkinsonism"), why="by drugs"),
    case("parkinson", None, words("Wolff-Parkinson-White syndrome"), why="WPW"),
    case(F25, "ladder fall", on(W, "W11.XXXA"), why="ladder"),
    case(F25, "balcony fall", on(W, "W13.0XXA"), why="balcony"),
    case(F25, "car crash", on(W, "V43.52XA"), why="car"),
    case(F25, "traffic accident", on(W, "V03.10XA"), why="pedestrian"),
    case(F25, "ladder fall", written(W, "Fell off a ladder"), why="in words"),
    case(F25, "ladder fall", written(W, "Sturz von der Leiter"), why="de"),
    case(F25, "car crash", written(W, "MVC, restrained driver"), why="MVC"),
    case(F25, None, written(W, "Fall from standing height"), why="low energy"),
    case(F25, None, on("2012-05-01", "V43.52XA"), why="2012"),
    case(
        "dementia-or-frailty",
        "severe frailty (Clinical Frailty Scale 7)",
        observation(coded("763264000", SCT), 7, "{score}"),
        why="scored 7",
    ),
    case(
        "dementia-or-frailty",
        None,
        observation(coded("763264000", SCT), 6, "{score}"),
        why="scored 6",
    ),
    case(
        "dementia-or-frailty",
        "severe frailty (Clinical Frailty Scale 8)",
        observation(coded("763264000", SCT), valueInteger=8),
        why="a whole number without a unit",
    ),
    case(
        "kidney-failure",
        "eGFR 22",
        observation("98979-8", 22, "mL/min/{1.73_m2}"),
        why="eGFR 22",
    ),
    case(
        "kidney-failure",
        "eGFR 22 (Feb 2026)",
        observation("98979-8", 22, "mL/min/{1.73_m2}", on="2026-02-01"),
        why="eGFR of nine months ago",
    ),
    case(
        "weak-muscle",
        "MNA 15 (Jul 2026), BMI 18.1 (Nov 2025)",
        observation("39156-5", 18.1, "kg/m2", on="2025-11-20"),
        measure("mna-score", 15, "{score}", on="2026-07-01"),
        why="values that are no longer fresh",
    ),
    case(
        "kidney-failure",
        "eGFR 22",
        observation("33914-3", 22, "mL/min/1.73m2"),
        why="eGFR, another unit",
    ),
    case(
        "kidney-failure",
        "eGFR 22",
        observation("62238-1", 22, "mL/min/{1.73_m2}"),
        condition("N18.4"),
        why="eGFR and stage 4",
    ),
    case(
        "kidney-failure",
        "dialysis",
        condition("Z99.2"),
        observation("98979-8", 8, "mL/min/{1.73_m2}"),
        why="dialysis",
    ),
    case(
        "kidney-failure",
        "severe kidney disease",
        condition("N18.4"),
        why="stage 4 alone",
    ),
    case(
        "kidney-failure",
        None,
        observation("98979-8", 45, "mL/min/{1.73_m2}"),
        why="eGFR 45",
    ),
    case(
        "kidney-failure",
        None,
        observation("98979-8", 22, "mL/min/{1.73_m2}", on="2024-01-01"),
        why="eGFR, too old",
    ),
    case(
        "kidney-failure",
        None,
        observation("98979-8", 22, "mL/min/{1.73_m2}", status="preliminary"),
        why="not final",
    ),
]

CASES = [
    *INFECTIONS,
    *SEPSIS,
    *DEFICITS,
    *BONE,
    *CANCERS,
    *HIPS,
    *FALLS,
    *STATES,
    *YEARS_AGO,
]


@pytest.mark.parametrize(("name", "because", "record"), CASES)
def test_a_chart_says_what_a_surgeon_would_miss(name, because, record):
    assert said(name, record) == because
