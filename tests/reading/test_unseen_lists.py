"""Problem lists of many countries, in words and codes.

What a case expects was written, with its source, before it was run.
"""

import pytest

from tests.gathered_records import NO, OPEN, YES, each, said_of

SCT = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
HYPERTENSION = {"system": ICD, "code": "I10"}
EXCLUDING = ("malignancy", "spinal-infection", "neurological-deficit")
ALL_OPEN = dict.fromkeys(EXCLUDING, "not no")


def check(entry, expected, why):
    """Compare what the list says with what a careful reader says."""
    for name, wanted in expected.items():
        said = said_of(name, conditions=[HYPERTENSION, entry])
        holds = {"not no": said != NO, "not yes": said != YES}
        assert holds.get(wanted, said == wanted), f"{name} is {said}: {why}"


WORDS = [
    *each(
        "unmatched-words that are on no list exclude nothing",
        "usual wording of discharge letters in nine languages, by general knowledge; "
        "bohe.cn (双下肢无力); medicitalia.it (deficit)",
        dict.fromkeys(
            (
                "Guz nerki lewej do diagnostyki",
                "Zmiana ogniskowa trzonu L1",
                "Niedowład kończyn dolnych",
                "Ruimte-innemend proces long",
                "Febris eci",
                "Krachtsverlies benen",
                "Massa polmonare in studio",
                "Debolezza arti inferiori",
                "Nódulo pulmonar en estudio",
                "Pérdida de fuerza en MMII",
                "Opacité pulmonaire à explorer",
                "Déficit des releveurs",
                "肺部阴影待查",
                "双下肢乏力",
                "肺結節 精査中",
                "On abemaciclib",
                "PSA 48",
                "M-spike 2.1 g/dL",
                "IE on ceftriaxone",
                "Foot drop R",
            ),
            ALL_OPEN,
        ),
    ),
    *each(
        "said-denied, ruled out, or of somebody else",
        "ConText of chapmanbe/negex; ContextD for Dutch (geen); "
        "Polish by general knowledge (bez)",
        {
            "Denies DM, CAD, CA": {"diabetes": "not yes", "malignancy": "not yes"},
            "DM2 ruled out 2019": {"diabetes": "not yes"},
            "Geen diabetes": {"diabetes": "not yes"},
            "Bez cukrzycy": {"diabetes": "not yes"},
            "Discitis excluded on MRI 11/10": {"spinal-infection": "not yes"},
            "No cauda equina sx": {"neurological-deficit": "not yes"},
            "Geen neurologische uitval": {"neurological-deficit": "not yes"},
            "Bez deficytu neurologicznego": {"neurological-deficit": "not yes"},
            "Mother died of myeloma": {"malignancy": "not yes"},
            "Cancer screening declined": {"malignancy": "not yes"},
            "Fear of cancer": {"malignancy": "not yes"},
            "Parkinson's ruled out": {"parkinson": "not yes"},
        },
    ),
    *each(
        "said-suspected or planned is neither yes nor no",
        "the same; gesund.bund.de (Verdacht auf)",
        {
            "R/o discitis": {"spinal-infection": OPEN},
            "Rule out MM": {"malignancy": OPEN},
            "Plan: biopsy to exclude malignancy": {"malignancy": OPEN},
            "Verdenking diabetes": {"diabetes": OPEN},
            "Podejrzenie szpiczaka mnogiego": {"malignancy": OPEN},
            "Verdacht auf Metastase LWK 2, Biopsie ausstehend": {"malignancy": OPEN},
        },
    ),
    *each(
        "said-a disease, present or past",
        "henw.org/node/13228 and NHG-Standaard (mammacarcinoom); Polish by general "
        "knowledge (szpiczak, stan po); "
        "NEJM 2017;377:1836 (late recurrence of breast cancer)",
        {
            "Suikerziekte type 2": {"diabetes": "not no"},
            "Szpiczak mnogi": ALL_OPEN,
            "Stan po mastektomii z powodu raka piersi 2024": {
                "recent-cancer": "not no"
            },
            "Mammacarcinoom 2023": {"recent-cancer": "not no"},
            "Myeloma in remission since 2018": {"bone-malignancy": "not no"},
            "S/p discitis 2015, healed": {"present-spinal-infection": "not yes"},
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), WORDS)
def test_an_entry_in_words(text, expected, why):
    check({"text": text}, expected, why)


NOTHING = dict.fromkeys(("diabetes", *EXCLUDING), NO)
# Synthea's modules (codes and displays); ICD-10-CM Z55 to Z65 (Gravity value sets).
SOCIAL = [
    pytest.param(
        {"system": system, "code": code, "display": display}, id=f"social-{display}"
    )
    for system, code, display in (
        (SCT, "73595000", "Stress (finding)"),
        (SCT, "424393004", "Reports of violence in the environment (finding)"),
        (SCT, "314529007", "Medication review due (situation)"),
        (SCT, "706893006", "Victim of intimate partner abuse (finding)"),
        (SCT, "224295006", "Only received primary school education (finding)"),
        (SCT, "446654005", "Refugee (person)"),
        (ICD, "Z59.41", "Food insecurity"),
        (ICD, "Z60.2", "Problems related to living alone"),
        (ICD, "Z56.0", "Unemployment, unspecified"),
        (ICD, "Z63.6", "Dependent relative needing care at home"),
    )
]


@pytest.mark.parametrize("entry", SOCIAL)
def test_a_social_entry_is_no_reason_against_no(entry):
    check(entry, NOTHING, "it names no disease")


def coded(system, code, display=None):
    """A coded entry, with its display if there is one."""
    named = {"display": display} if display else {}
    return {"system": system, "code": code, **named}


GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
# CMS ICD-10-CM (with and without its dot), BfArM ICD-10-GM, WHO ICD-10; SNOMED URI
# standard (edition URIs); OIDs of hl7.org/oid; ICPC-2 (T89), Read v2 (C10..) and IMO as
# CareEverywhere sends them; ICD-9-CM 203.00, 250.62; Synthea (complications of diabetes).
# Skin, in situ and MGUS were expected as "no" at first; E9 says "nothing" of them.
CODES = [
    pytest.param(entry, expected, id=f"codes-{number:02}-{entry['code']}")
    for number, (entry, expected) in enumerate(
        (
            (coded(ICD, "C7951"), {"malignancy": YES}),
            (coded(ICD, "c90.00"), {"malignancy": YES}),
            (coded(ICD, "E119"), {"diabetes": YES, "malignancy": NO}),
            (coded(ICD, "M4626"), {"spinal-infection": YES}),
            (coded(GM, "M46.26"), {"spinal-infection": YES}),
            (coded(GM, "M46.46†"), {"spinal-infection": "not no"}),
            (
                coded("http://hl7.org/fhir/sid/icd-10", "M46.2"),
                {"spinal-infection": YES},
            ),
            (coded("urn:oid:2.16.840.1.113883.6.3", "C90.0"), {"malignancy": YES}),
            (
                coded("http://hl7.org/fhir/sid/icd-9-cm", "203.00"),
                {"malignancy": "not no"},
            ),
            (
                coded("http://hl7.org/fhir/sid/icd-9-cm", "250.62"),
                {"diabetes": "not no"},
            ),
            (
                coded("urn:oid:2.16.840.1.113883.6.96", "109989006"),
                {"malignancy": YES},
            ),
            (
                coded("http://snomed.info/sct/900000000000207008", "73211009"),
                {"diabetes": YES},
            ),
            (
                coded(
                    SCT,
                    "368581000119106",
                    "Neuropathy due to type 2 diabetes mellitus (disorder)",
                ),
                {"diabetes": YES, "malignancy": NO},
            ),
            (
                coded(
                    SCT,
                    "127013003",
                    "Disorder of kidney due to diabetes mellitus (disorder)",
                ),
                {"diabetes": YES},
            ),
            (
                coded(
                    SCT,
                    "1551000119108",
                    "Nonproliferative diabetic retinopathy due to type 2 diabetes "
                    "mellitus (disorder)",
                ),
                {"diabetes": YES},
            ),
            (
                coded(
                    "http://hl7.org/fhir/sid/icpc-2",
                    "T89",
                    "Diabetes insulin dependent",
                ),
                {"diabetes": "not no"},
            ),
            (
                coded("http://read.info/readv2", "C10..", "Diabetes mellitus"),
                {"diabetes": "not no"},
            ),
            (
                coded(
                    "urn:oid:2.16.840.1.113883.3.247.1.1",
                    "30024",
                    "Type 2 diabetes mellitus without complication",
                ),
                {"diabetes": "not no"},
            ),
            (coded(ICD, "Z85.3"), {"recent-cancer": "not no"}),
            (coded(ICD, "C44.91"), {"recent-cancer": "not yes"}),
            (coded(ICD, "D05.11"), {"recent-cancer": "not yes"}),
            (coded(ICD, "D47.2"), {"bone-malignancy": "not yes"}),
            (
                {**coded(ICD, "C79.51"), "verification": "refuted"},
                {"malignancy": "not yes"},
            ),
        ),
        1,
    )
]


@pytest.mark.parametrize(("entry", "expected"), CODES)
def test_a_code_as_it_is_sent(entry, expected):
    check(entry, expected, "the code says so")
