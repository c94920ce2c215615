"""Official titles in words alone count as their codes do, by `official-titles.toml`."""

import tomllib

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.entries.words.problem_words import has_grave_stem
from cds_service.fhir.mapping.terminology import Terminology
from tests.builders import MAPPINGS, terminology

FILE = "official-titles.toml"
OURS = (MAPPINGS / FILE).read_text(encoding="utf-8")
ROWS = [
    (table["system"], code, title)
    for table in tomllib.loads(OURS)["titles"]
    for code, titles in table["by_code"].items()
    for title in titles
]
# Degrees: the words name the disease alone, as they do without this file.
DEGREES = {
    "kidney-disease-mild",
    "dementia-mild",
    "dementia-moderate",
    "dementia-severe",
}


def with_titles(tmp_path, code, title):
    """The terminology of a site that has this title alone."""
    table = 'system = "http://hl7.org/fhir/sid/icd-10"\nlanguage = "en"\nwhy = "test"'
    rows = f'[titles.by_code]\n"{code}" = ["{title}"]'
    content = f"schema = 1\nreviewed = false\n[[titles]]\n{table}\n{rows}\n"
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    return Terminology(MAPPINGS, tmp_path).harmless


def test_each_title_is_of_an_everyday_code():
    harmless = terminology().harmless
    assert [row for row in ROWS if not harmless.is_of_ward(row[2])] == []


def test_no_title_tells_of_worse_than_its_class():
    words = terminology()
    assert [row for row in ROWS if has_grave_stem(row[2], words)] == []


def test_each_title_is_known_as_what_its_code_counts_as():
    """A title that is only harmless would say "no diabetes" of a diabetes."""
    words = terminology()
    for system, code, title in ROWS:
        counted = words.concepts({"coding": [{"system": system, "code": code}]})
        assert counted - DEGREES <= words.text_concepts(title), title


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("I26.9", "Pulmonary things, unspecified"),
        ("I26.0", "Heart things, unspecified"),
        ("N17.9", "Kidney things, unspecified"),
        ("E87.2", "Acid things"),
        ("M54.3", "Nerve things"),
        ("T84.5", "Implant things"),
        ("F05", "Mind things"),
        ("C79.5", "Bone things"),
        ("S32.0", "Broken things"),
        ("nothing", "No code"),
    ],
)
def test_a_title_of_any_other_code_is_not_known(tmp_path, code, title):
    harmless = with_titles(tmp_path, code, title)
    assert not harmless.is_harmless(title)
    assert not harmless.is_of_ward(title)


def test_a_code_that_supports_no_no_only_asks_for_nothing(tmp_path):
    harmless = with_titles(tmp_path, "E46", "Nutritional things, unspecified")
    assert harmless.is_of_ward("Nutritional things, unspecified")
    assert not harmless.is_harmless("Nutritional things, unspecified")


def test_a_complaint_supports_no_no_whatever_its_code():
    harmless = terminology().harmless
    assert harmless.is_of_ward("Cough, unspecified")
    assert not harmless.is_harmless("Cough, unspecified")


def test_a_name_that_is_seldom_stays_so_under_an_everyday_code(tmp_path):
    harmless = with_titles(tmp_path, "I51.9", "Heart failure")
    assert harmless.news_in("Heart failure") == "seldom"
    assert not harmless.is_of_ward("Heart failure")


def test_a_title_without_a_known_system_is_a_fault(tmp_path):
    content = OURS.replace("[titles.by_code]", "[titles.by_kode]", 1)
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError):
        Terminology(MAPPINGS, tmp_path)


@pytest.mark.parametrize(
    "title",
    [
        "Gout, unspecified",
        "Gout (NOS)",
        "Asthma - uncomplicated",
        "Unspecified glaucoma",
        "Diabetes mellitus type 2 without complications",
        "Osteopenie, nicht näher bezeichnet",
        "Osteopenie n.n.b.",
        "Diabetes mellitus Typ 2 ohne Komplikationen",
        "Obésité, sans précision",
        "Gastritis, no especificada",
        "Asma, non specificata",
        "Jicht, niet gespecificeerd",
        "Depresja, nieokreślona",
        "未特指的痛风",
        "痛風,詳細不明",
        "상세불명의 통풍",
        "Gout, unspecified, Hypertension",
    ],
)
def test_empty_words_of_a_classification_leave_an_everyday_name(title):
    assert terminology().harmless.is_of_ward(title)


@pytest.mark.parametrize(
    "title",
    [
        "Unspecified",
        "nicht näher bezeichnet",
        "Type 2 diabetes mellitus with unspecified complications",
        "Gout with complications",
        "Gout, unspecified, sepsis",
        "Gout without treatment",
        "Heart failure, unspecified",
        "Herzinsuffizienz, nicht näher bezeichnet",
        "Pulmonary embolism NOS",
        "Infection, unspecified",
        "Unspecified fall",
        "Hypertensive heart disease with heart failure",
        "Type 2 diabetes mellitus with foot ulcer",
        "敗血症,詳細不明",
    ],
)
def test_nothing_else_becomes_everyday_without_them(title):
    assert not terminology().harmless.is_of_ward(title)


def test_a_grave_name_with_empty_words_is_as_grave_as_without():
    harmless = terminology().harmless
    assert harmless.news_in("Pulmonary embolism, unspecified") == "grave"
    assert harmless.news_in("Heart failure NOS") == "seldom"
