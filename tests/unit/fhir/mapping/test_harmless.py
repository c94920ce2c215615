"""What an exact name of a harmless disease may have beside it, by `harmless.toml`."""

import tomllib
from pathlib import Path

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from tests.builders import MAPPINGS, terminology

OURS = (MAPPINGS / "harmless.toml").read_text(encoding="utf-8")
SECTIONS = ("titles", "lasting", "seldom", "grave", "ward")
NAMES = {
    section: [name for names in tomllib.loads(OURS)[section].values() for name in names]
    for section in SECTIONS
}
TABLE = Path(__file__).with_name("names_and_codes.toml")
CODES = tomllib.loads(TABLE.read_text(encoding="utf-8"))["codes"]
CODE_OF = {name: code for code, names in CODES.items() for name in names}
ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def how_new(code: str) -> str:
    """The section of a name, by its code alone."""
    words, codes = terminology(), terminology().complication_codes
    if codes.is_acute(ICD, code):
        return "grave"
    is_known = words.concepts({"coding": [{"system": ICD, "code": code}]})
    is_asked = codes.is_seldom(ICD, code) or codes.is_nerve_root(ICD, code)
    if is_asked or (codes.is_unlisted(ICD, code) and not is_known):
        return "seldom"
    return "lasting" if codes.is_lasting(ICD, code) else "titles"


def with_file(folder: Path, content: str) -> Path:
    (folder / "harmless.toml").write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "VCF L1",
        "VCF L1-L2",
        "Fraktur LWK 1 und 2",
        "Fraktur Th12/L1",
        "Spondylose (seit 2012)",
        "Osteoporosis (disorder)",
    ],
)
def test_a_level_a_year_and_a_tag_leave_the_name(name):
    assert terminology().harmless.is_harmless(name)


@pytest.mark.parametrize(
    "name",
    [
        "Koronare 3-Gefässerkrankung",
        "Adipositas durch übermässige Kalorienzufuhr",
        "Hypothyreose nach medizinischen Massnahmen",
        "Reflux gastro-oesophagien",
        "Lymphoedème",
    ],
)
def test_two_letters_in_one_may_be_written_as_two(name):
    """Nobody in Switzerland writes ß."""
    assert terminology().harmless.is_harmless(name)


@pytest.mark.parametrize(
    "name",
    [
        "Schwerhoerigkeit",
        "HOERGERAETETRAEGER",
        "Rueckenschmerzen",
        "Hyperlipidaemie",
        "Chronisch venoese Insuffizienz",
    ],
)
def test_umlauts_may_be_written_out(name):
    """Old systems have no ä, ö and ü."""
    assert terminology().harmless.is_harmless(name)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Querschnittlaehmung seit gestern", "neurological-deficit"),
        ("RUECKENMARKKOMPRESSION", "neurological-deficit"),
        ("Hueftfraktur rechts", "hip-fracture"),
    ],
)
def test_grave_words_are_found_with_umlauts_written_out(text, concept):
    assert concept in terminology().text_concepts(text)


@pytest.mark.parametrize(
    "text",
    [
        *("EPIDURALHAEMATOM", "Haematom", "SCHUETTELFROST", "Hypaesthesie der Beine"),
        *("Geschwuelste", "Haematomausraeumung"),
    ],
)
def test_so_are_stems_of_what_is_grave(text):
    stems = terminology().grave_stems
    assert stems.are_in(text) or stems.complaints.is_worse(text)


@pytest.mark.parametrize(
    "text", ["does continue due to tissue value", "dolor en hueso", "voet en bloed"]
)
def test_other_languages_keep_their_two_vowels(text):
    assert folded(text) == text


@pytest.mark.parametrize(
    "name",
    ["VCF L1 lytic", "Spondylose (nach 2012)", "Osteoporosis (tumour)", "VCF X1"],
)
def test_anything_else_makes_another_name(name):
    assert not terminology().harmless.is_harmless(name)


@pytest.mark.parametrize(
    "name",
    [
        "GERD (gastroesophageal reflux disease)",
        "Obstructive sleep apnea (OSA)",
        "Hypertension (HTN)",
        "KHK (koronare Herzkrankheit)",
        "Hipertensión arterial (HTA)",
        "心房細動（AF）",
    ],
)
def test_a_name_and_its_abbreviation_are_one_name(name):
    assert terminology().harmless.is_harmless(name)


@pytest.mark.parametrize(
    "name",
    [
        "Osteoarthritis (MM)",
        "OA (possible met)",
        "GERD (r/o esophageal cancer)",
        "MM (multiple myeloma)",
        "NHL (non-Hodgkin lymphoma)",
        "Hypertension (s/p RCC)",
        "Hypertension (HTN) (MM)",
        "MM (hypertension)",
    ],
)
def test_what_is_no_abbreviation_of_a_name_makes_another(name):
    assert not terminology().harmless.is_harmless(name)


def test_a_site_writes_levels_in_its_language(tmp_path):
    content = OURS.replace("'[腰胸]椎?\\d{1,2}'", r"'trzon \d{1,2}'")
    assert content != OURS
    titles = Terminology(MAPPINGS, with_file(tmp_path, content)).harmless
    assert titles.is_harmless("VCF trzon 12")
    assert not terminology().harmless.is_harmless("VCF trzon 12")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("'und', 'and'", "'und(', 'and'"), "vertebrae.and.1"),
        (("\ntags = [", "\ntag = ["), "asides.tag"),
    ],
)
def test_a_wrong_word_names_its_key(tmp_path, change, key):
    with pytest.raises(DataFileError) as error:
        Terminology(MAPPINGS, with_file(tmp_path, OURS.replace(*change)))
    assert (Path(error.value.file).name, error.value.key) == ("harmless.toml", key)


def test_each_name_stands_in_one_section_and_has_one_code():
    listed = [name for section in SECTIONS for name in {*NAMES[section]}]
    folded_names = [
        one for section in SECTIONS for one in {*map(folded, NAMES[section])}
    ]
    assert len(folded_names) == len({*folded_names})
    assert {*listed} == {*CODE_OF}
    assert len(CODE_OF) == sum(map(len, CODES.values()))


@pytest.mark.parametrize("section", ["titles", "ward"])
def test_no_name_is_everyday_whose_code_is_not(section):
    codes = ((name, CODE_OF[name]) for name in NAMES[section])
    assert [(name, code) for name, code in codes if how_new(code) != "titles"] == []


def test_each_lasting_name_has_a_lasting_code():
    # "Recurrent UTI" has the code of a history, which says less than the name.
    codes = {CODE_OF[one] for one in NAMES["lasting"]} - {"Z87.440"}
    assert {how_new(code) for code in codes} == {"lasting"}


def test_what_is_grave_by_its_code_is_grave_by_its_name():
    assert [one for one in NAMES["seldom"] if how_new(CODE_OF[one]) == "grave"] == []
    assert {how_new(CODE_OF[name]) for name in NAMES["grave"]} == {"grave"}


@pytest.mark.parametrize(
    "code", ["I26.9", "I82.40", "I21.9", "I50.9", "I63.9", "G51.0", "J38.0", "M54.3"]
)
def test_these_are_never_everyday_names(code):
    quiet = {*NAMES["titles"], *NAMES["ward"]}
    assert quiet.isdisjoint(CODES.get(code, ()))


def test_the_gravest_name_of_a_text_counts():
    harmless = terminology().harmless
    assert harmless.news_in("Hypertension, Heart failure") == "seldom"
    assert harmless.news_in("Heart failure; Pulmonary embolism (2026)") == "grave"
    assert harmless.news_in("Hypertension, Polyneuropathy") == "lasting"
    assert harmless.news_in("Hypertension, Gout") == ""


@pytest.mark.parametrize("name", ["Nausea", "Sturzgefahr", "Nausea, Hypertension"])
def test_a_complaint_of_every_ward_is_no_harmless_disease(name):
    assert terminology().harmless.is_of_ward(name)
    assert not terminology().harmless.is_harmless(name)


@pytest.mark.parametrize("name", ["Nausea, Heart failure", "Nausea, qwertz"])
def test_no_other_name_hides_behind_a_complaint(name):
    assert not terminology().harmless.is_of_ward(name)


COUNTED = {"diabetes", "dementia", "cognitive-impairment", "parkinsons-disease"}


def test_a_name_of_what_a_finding_counts_is_known_as_that():
    """A name that is only harmless would say "no diabetes" of a diabetes."""
    words = terminology()
    for name in NAMES["titles"]:
        code = {"coding": [{"system": ICD, "code": CODE_OF[name]}]}
        assert words.concepts(code) & COUNTED <= words.text_concepts(name), name
