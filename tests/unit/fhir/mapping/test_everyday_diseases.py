"""Words of which names of everyday diseases are made, by `everyday-diseases.toml`."""

import tomllib

import pytest

from cds_service.fhir.entries.words.problem_words import has_grave_stem
from cds_service.fhir.orders.since.known_words import NEVER_QUIET
from tests.builders import MAPPINGS, terminology

CONTENT = tomllib.loads(
    (MAPPINGS / "everyday-diseases.toml").read_text(encoding="utf-8")
)
# Cancers, and what is said of them alone.
OF_CANCERS = ("dated", "over", "of-dated", "of-old-cancers")
# A tumour of the skin that does not spread.
SKIN = ("basocel", "basaalcel", "podstawnokomork", "基底")


def words_of(section: str) -> list[str]:
    return [word for some in CONTENT[section].values() for word in some]


LISTED = [
    word
    for section, words in CONTENT.items()
    if isinstance(words, dict) and section not in OF_CANCERS
    for word in words_of(section)
]


def test_no_word_tells_of_harm() -> None:
    names = terminology()
    telling = [
        word
        for word in LISTED
        if has_grave_stem(word, names) or names.text_concepts(word) & NEVER_QUIET
        if not any(part in word for part in SKIN)
    ]
    assert telling == []


def test_no_language_is_missing() -> None:
    sections = [one for one in CONTENT if isinstance(CONTENT[one], dict)]
    lacking = [one for one in sections if len(CONTENT[one]) < 9]
    assert lacking == []


@pytest.mark.parametrize(
    ("title", "is_of_before"),
    [
        ("Chronic mild OA of both hips", False),
        ("Katarakt bds.", False),
        ("Katarakt bds., operiert 2018", True),
        ("HTN + T2DM", False),
        ("Hypertension (since 3/2005), gout", False),
        ("Z. n. CTS-OP re. 05/2012", True),
        ("Osteoporose, Alendronat", True),
        ("수면 장애", False),
        ("慢性肾脏病 3a 期", True),
    ],
)
def test_known_words_make_a_title(title: str, *, is_of_before: bool) -> None:
    read = terminology().everyday_diseases.read(title)
    assert read is not None
    assert (read.is_of_before, read.is_dated) == (is_of_before, False)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "left",
        "knee",
        "2016",
        "operated 2016",
        "in remission",
        "Hypertension xyz",
        "Hypertension?",
        "Hypertension >",
        "Hypertensions",
        "xHypertension",
        "Diabetes, foot",
        "OA of L1",
        "Wrist fracture, old",
        "Sciatica, left",
        "Breast cancer 2009, grade 2",
        "Breast cancer 2009, denosumab",
        "Breast cancer 2009, colon cancer 2011",
        "Ca 2009",
        "Rak",
        "Mastectomy 2009",
        "Hypertension, mastectomy",
        "Hypertension " * 20,
    ],
)
def test_any_other_title_is_not_known(title: str) -> None:
    assert terminology().everyday_diseases.read(title) is None


def test_a_cancer_gives_its_years() -> None:
    read = terminology().everyday_diseases.read("Breast cancer 2009 (op 3/2010)")
    assert read is not None
    assert (read.is_dated, read.years) == (True, frozenset({2009, 2010}))


@pytest.mark.parametrize(
    "title",
    [
        "Breast cancer 2014, s/p mastectomy",
        "Mammakarzinom 2012 (pT1c pN0(sn) M0, G2, ER+, Her2 neg.)",
        "Bladder cancer 5/2013, TURBT",
        "Cancer du sein traité en 2011, rémission complète",
        "Prostatakarzinom 2012, Gleason 3+4, bestrahlt",
        "胃癌 2010年 全摘後",
        "结肠癌 2011年 根治术后",
        "대장암 2011 절제술 후",
    ],
)
def test_an_old_cancer_of_known_words_is_known(title: str) -> None:
    assert terminology().everyday_diseases.is_of_old_cancer(title)


@pytest.mark.parametrize(
    "title",
    [
        "Breast cancer 2014, on letrozole",
        "Breast cancer 2014, lung",
        "Breast cancer 2014, stable",
        "Mammakarzinom 2012 (rT1 N0 M0)",
        "Mammakarzinom 2012 (pT1 N0 M1)",
        "Prostate cancer 2011, PSA 3",
        "Breast cancer 2014, mammogram positive",
        "乳癌 2014年 ホルモン療法中",
        "cancer " * 60,
    ],
)
def test_one_with_another_word_is_not(title: str) -> None:
    assert not terminology().everyday_diseases.is_of_old_cancer(title)


NAMES = ("everyday", "of-sites", "of-before", "of-before-sites", "dated")


@pytest.mark.parametrize("section", NAMES)
def test_each_name_is_known_by_itself(section):
    read = terminology().everyday_diseases.read
    assert [word for word in words_of(section) if read(word) is None] == []


@pytest.mark.parametrize(
    "title", ["Stent 2016", "Cirugía de cataratas", "Cirugía de catarata 2016"]
)
def test_a_name_that_holds_the_word_of_a_treatment_stays_known(title):
    read = terminology().everyday_diseases.read(title)
    assert read is not None
    assert not read.is_dated
