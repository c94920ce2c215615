"""Entries of problem lists in wild words, read as a careful person reads them.

What a case expects was written before it was run.
"""

import pytest

from tests.gathered_records import NO, OPEN, YES, each, said_of

SCT = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
HYPERTENSION = {"system": ICD, "code": "I10"}
EXCLUDING = ("malignancy", "spinal-infection", "neurological-deficit")


ALL_OPEN = dict.fromkeys(EXCLUDING, OPEN)
ALL_NO = dict.fromkeys(EXCLUDING, NO)


PROBLEMS = [
    *each(
        "words that no list holds exclude nothing",
        "abbreviations and remarks of German, English, French, Spanish, Italian, Chinese and "
        "Japanese wards; a reader who does not know them asks",
        dict.fromkeys(
            (
                "LWK1 RF, DD path.",
                "Grawitz 2014",
                "SRE L1",
                "Iliopsoas collection",
                "IVDU, fever, back pain",
                "Conus syndrome",
                "Quads 3/5 left",
                "Gehunfähig seit Sturz",
                "Port-a-cath in situ",
                "Tamoxifen since 2019",
                "Brucellosis 2019",
                "Endocarditis, enterococcus",
                "Z.n. Nephrektomie re.",
                "See oncology letter",
                "Known to Dr Miller",
                "Old man with many problems",
                "CRP 180, Lc 18",
                "B-Symptomatik",
                "AEG im Haushalt",
                "Altération de l'état général",
                "Síndrome constitucional",
                "Calo ponderale in accertamento",
                "下肢しびれ",
                "間欠性跛行",
                "行走困难",
                "消瘦待查",
                "PET-CT positive spot",
                "Lump in breast",
                "Waldenström",
                "Paraprotein band",
            ),
            ALL_OPEN,
        ),
    ),
    *each(
        "a harmless name with more words is another entry",
        "free text of problem lists: the second half is what matters",
        dict.fromkeys(
            (
                "Hypertension, lytic lesion on CT",
                "Asthma (see oncology letter)",
                "Osteoporosis with L1 lesion of unknown dignity",
                "GERD; numb legs",
                "Arterielle Hypertonie, Raumforderung Niere",
                "Cataract surgery cancelled, fever of unknown origin",
                "高血压,腰椎占位",
                "Hypothyroidism after thyroidectomy for nodule",
                "Type 2 diabetes, foot osteitis",
                "Depression, weakness of legs",
            ),
            ALL_OPEN,
        ),
    ),
    *each(
        "a harmless disease by its exact name excludes them",
        "ICD-10 titles and the everyday names of the commonest diagnoses",
        dict.fromkeys(
            (
                "Hypertension",
                "Essential hypertension",
                "ESSENTIAL (PRIMARY) HYPERTENSION",
                "Arterielle Hypertonie",
                "Hypertension artérielle",
                "Hipertensión arterial",
                "Ipertensione arteriosa",
                "高血压",
                "高血圧症",
                "Hypothyroidism",
                "Vorhofflimmern",
                "Atrial fibrillation",
                "Gastroesophageal reflux disease",
                "Hyperlipidemia",
                "Asthma",
                "Gonarthrose",
                "Osteoporosis",
                "Hypercholestérolémie",
                "Dislipidemia",
                "脂质异常症",
            ),
            ALL_NO,
        ),
    ),
    *each(
        "a list that only says there is nothing excludes them",
        "HL7 IPS: no known problems; intake forms",
        dict.fromkeys(("No known problems", "Keine Vorerkrankungen"), ALL_NO),
    ),
    *each(
        "words still say yes, or may be",
        "tumour boards and discharge letters",
        {
            "Multiple myeloma": {"malignancy": "not no"},
            "Plasmozytom": {"malignancy": "not no"},
            "Bone metastases": {"malignancy": "not no"},
            "Spondylodiscitis L3/4": {"spinal-infection": "not no"},
            "Cauda equina syndrome": {"neurological-deficit": "not no"},
            "Querschnittlähmung": {"neurological-deficit": "not no"},
        },
    ),
    *each(
        "what else is asked of the list stays as it was",
        "a text in a language that is read, about something else",
        {
            "Lump in breast": {"diabetes": NO},
            "Calo ponderale in accertamento": {"diabetes": NO},
            "行走困难": {"diabetes": NO},
            "Sugar problem since 2010": {"diabetes": "not no"},
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), PROBLEMS)
def test_what_an_uncoded_entry_excludes(text, expected, why):
    conditions = [HYPERTENSION, {"text": text}]
    for name, wanted in expected.items():
        said = said_of(name, conditions=conditions)
        assert said == wanted if wanted != "not no" else said != NO, (
            f"{name} is {said}: {why}"
        )


CODED = [
    pytest.param(
        {"system": ICD, "code": "K21.9", "text": "Barretts? see scope"},
        NO,
        id="ICD code with a remark",
    ),
    pytest.param({"system": ICD, "code": "C90.00"}, YES, id="ICD code of myeloma"),
    pytest.param(
        {
            "system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
            "code": "I10.90",
            "text": "art. HT",
        },
        NO,
        id="German ICD code with an abbreviation",
    ),
    pytest.param(
        {
            "system": SCT,
            "code": "38341003",
            "display": "Hypertensive disorder (disorder)",
        },
        NO,
        id="SNOMED code that is known to be harmless",
    ),
    pytest.param(
        {"system": SCT, "code": "195967001", "display": "Asthma (disorder)"},
        NO,
        id="SNOMED display that is an exact harmless title",
    ),
    pytest.param(
        {"system": "urn:oid:1.2.3.4", "code": "4711", "display": "Rezidiv"},
        OPEN,
        id="local code, unclear display",
    ),
    pytest.param(
        {"system": "urn:oid:1.2.3.4", "code": "88", "text": "Hypertension"},
        NO,
        id="local code, exact title",
    ),
]


@pytest.mark.parametrize(("entry", "expected"), CODED)
def test_codes_and_exact_titles_exclude_malignancy(entry, expected):
    assert said_of("malignancy", conditions=[HYPERTENSION, entry]) == expected


SOCIAL = [
    *each(
        "work, home and schooling are no disease",
        "Synthea and Gravity SDOH: displays of SNOMED findings on problem lists",
        dict.fromkeys(
            (
                "Full-time employment (finding)",
                "Part-time employment (finding)",
                "Not in labor force (finding)",
                "Received higher education (finding)",
                "Educated to high school level (finding)",
                "Housing unsatisfactory (finding)",
                "Homeless (finding)",
                "Lack of access to transportation (finding)",
                "Limited social contact (finding)",
                "Has a criminal record (finding)",
                "Unemployed (finding)",
                "Social isolation (finding)",
            ),
            NO,
        ),
    )
]


@pytest.mark.parametrize(("text", "expected", "why"), SOCIAL)
def test_social_findings_are_no_reason_against_no(text, expected, why):
    conditions = [HYPERTENSION, {"system": SCT, "code": "160903007", "display": text}]
    names = ("diabetes", *EXCLUDING)
    assert {said_of(name, conditions=conditions) for name in names} == {expected}, why


def test_an_entry_of_the_social_category_is_understood_without_its_words():
    category = [
        {
            "coding": [
                {
                    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-category",
                    "code": "sdoh",
                }
            ]
        }
    ]
    entry = {"system": "urn:oid:1.2.3.4", "code": "Q7", "category": category}
    conditions = [HYPERTENSION, entry]
    assert said_of("diabetes", conditions=conditions) == NO
    assert said_of("malignancy", conditions=conditions) == NO
