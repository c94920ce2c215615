"""Codes, concepts, local codes, words, and the files that define them."""

import json
import shutil
import tracemalloc
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.conceptmap import ConceptMap
from fhir.resources.R4B.valueset import ValueSet
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.code_systems import has_loinc_digit, has_verhoeff_digit
from cds_service.fhir.mapping.terminology import Terminology, check_specs, load_finding_specs
from tests.builders import MAPPINGS, coded, terminology
from tests.codes import LOINC, MEASURES, SCT
from tests.tables import cases

MODELS = {"valueset": ValueSet, "codesystem": CodeSystem, "conceptmap": ConceptMap}
UNIT = "https://kyphoplasty-cds.org/fhir/property/unit"


def concepts(code: str, system: str = LOINC) -> frozenset[str]:
    return terminology().concepts(coded(code, system))


@pytest.mark.parametrize(
    ("code", "system", "concept"), cases(__file__, "a_code_is_recognised_in_every_spelling_that_records_use")
)
def test_a_code_is_recognised_in_every_spelling_that_records_use(code, system, concept):
    assert concept in concepts(code, system)


@pytest.mark.parametrize(("code", "system", "concept"), cases(__file__, "what_only_looks_alike_is_not_taken"))
def test_what_only_looks_alike_is_not_taken(code, system, concept):
    assert concept not in concepts(code, system)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["coding", "system", "code", "display", "text"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_no_json_at_all_breaks_matching(junk):
    terminology().matches(junk)


@pytest.mark.parametrize(("text", "concept"), cases(__file__, "words_are_understood_as_the_last_resort"))
def test_words_are_understood_as_the_last_resort(text, concept):
    assert concept in terminology().text_concepts(text)


@pytest.mark.parametrize(("text", "concept"), cases(__file__, "words_for_something_else_are_not_taken"))
def test_words_for_something_else_are_not_taken(text, concept):
    assert concept not in terminology().text_concepts(text)


def artefacts(folder: str) -> list[Path]:
    return sorted((MAPPINGS / folder).glob("*.json"))


@pytest.mark.parametrize(("folder", "path"), [(folder, path) for folder in MODELS for path in artefacts(folder)])
def test_every_artefact_is_valid_fhir_r4_and_bears_its_file_name(folder, path):
    artefact = MODELS[folder].model_validate(json.loads(path.read_text(encoding="utf-8")))
    assert artefact.id == path.stem
    assert artefact.url.endswith(f"/{path.stem}")


def all_codes() -> list[tuple[str, str]]:
    return sorted({code for name in terminology().names for code in terminology().codes(name)})


def test_every_snomed_and_loinc_code_has_a_right_check_digit():
    checks = {SCT: has_verhoeff_digit, LOINC: has_loinc_digit}
    assert [code for system, code in all_codes() if system in checks and not checks[system](code)] == []


def test_cpt_codes_come_without_descriptors():
    for path in artefacts("valueset"):
        for include in json.loads(path.read_text(encoding="utf-8"))["compose"]["include"]:
            if include["system"] == "http://www.ama-assn.org/go/cpt":
                assert all(set(concept) == {"code"} for concept in include.get("concept", ())), path.name


def copy_of(folder: Path) -> Path:
    shutil.copytree(MAPPINGS, folder / "mappings")
    return folder / "mappings"


def change(path: Path, change_content: Any) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change_content(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def first_include(content: Any) -> Any:
    return content["compose"]["include"][0]


MUTATIONS = {
    "another id": (lambda c: c.update(id="other"), "id"),
    "no status": (lambda c: c.pop("status"), "status"),
    "wrong check digit": (lambda c: first_include(c)["concept"][0].update(code="73211008"), "compose.include.0"),
    "refused code": (lambda c: first_include(c)["concept"][0].update(code="429616001"), "compose.include.0"),
    "code twice": (lambda c: first_include(c)["concept"].append({"code": "73211009"}), "compose.include.0"),
    "no codes": (lambda c: first_include(c).pop("concept"), "compose.include.0"),
    "no system": (lambda c: first_include(c).pop("system"), "compose.include.0"),
    "unknown filter": (lambda c: c["compose"]["include"][1]["filter"][0].update(op="is-a"), "compose.include.1.filter"),
    "no regular expression": (
        lambda c: c["compose"]["include"][1]["filter"][0].update(value="E(11"),
        "compose.include.1.filter",
    ),
    "unknown member": (lambda c: c.update(codes=[]), "codes"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_wrong_value_set_stops_the_start_with_file_and_key(tmp_path, mutation):
    spoil, key = MUTATIONS[mutation]
    folder = copy_of(tmp_path)
    change(folder / "valueset" / "diabetes.json", spoil)
    with pytest.raises(DataFileError) as error:
        Terminology(folder)
    assert error.value.file.endswith("/valueset/diabetes.json")
    assert error.value.key == key


def polish(words: str = '"gorset"', examples: Any = None, others: Any = None) -> str:
    """A site's file of one more language."""
    shown = examples if examples is not None else [f"gorset {number}" for number in range(8)]
    not_shown = others if others is not None else [f"lek {number}" for number in range(8)]
    return f"[brace]\nany = [{words}]\nexamples = {shown}\ncounter-examples = {not_shown}\n"


def with_language(folder: Path, name: str, content: str) -> Any:
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    (folder / "texts" / f"{name}.toml").write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("[brace]\nall = []", "brace.all"),
        (polish('"("'), "brace.any.0"),
        (polish(""), "brace.any"),
        (polish(examples=["gorset"] * 7), "brace.examples"),
        (polish(others=["lek"] * 7), "brace.counter-examples"),
        (polish(examples=["gorset"] * 7 + ["lek"]), "brace.examples"),
        (polish(others=["lek"] * 7 + ["gorset"]), "brace.counter-examples"),
        (polish(others=["lek"] * 7 + ["TLSO"]), "brace.counter-examples"),  # of another language's words too
        ("[durations]\nuntil-dya = 'do {day}'", "durations.until-dya"),
        ("[durations]\nbrace = ['gorset(']", "durations.brace.0"),
        ("[vertebrae]\nordinals = ['pierwszy']", "vertebrae.ordinals"),
    ],
)
def test_a_wrong_word_list_names_the_concept(tmp_path, content, key):
    folder = with_language(copy_of(tmp_path), "pl", content)
    with pytest.raises(DataFileError) as error:
        Terminology(folder)
    assert (Path(error.value.file).name, error.value.key) == ("pl.toml", key)


def test_a_site_adds_a_language_to_ours(tmp_path):
    site = with_language(tmp_path / "site", "pl", polish())
    words = Terminology(MAPPINGS, site)
    assert "brace" in words.text_concepts("Gorset")
    assert "brace" in words.text_concepts("TLSO")
    assert "brace" not in terminology().text_concepts("Gorset")


DUTCH = r"""
letters = "éëïöü"

[joints]
and = ['\ben\b']

[vertebrae]
lumbar = ['LWL ?']
numbered = ['\b@']
ordinals = ["eerste", "tweede", "derde", "vierde", "vijfde", "zesde",
  "zevende", "achtste", "negende", "tiende", "elfde", "twaalfde"]
lumbar-after = ['lumbale wervel']

[durations]
until-day = "tot {iso}"
units.wk = ['weken']
for = ['gedurende']
brace = ['korset']
"""


def test_one_file_is_a_language(tmp_path):
    ours, words = terminology(), Terminology(MAPPINGS, with_language(tmp_path / "site", "nl", DUTCH))
    for said, levels in (("kyfoplastiek LWL 1 en 3", ("L1", "L3")), ("tweede lumbale wervel", ("L2",))):
        assert (ours.levels.treated(said), words.levels.treated(said)) == ((), levels)
    (brace,) = words.durations.read("Korset gedurende 6 weken", "brace")
    assert (brace.kind, brace.hours, brace.said, brace.until) == ("length", 6 * 168, "6 weeks", "tot {iso}")
    assert not ours.languages.can_read("Hoge bloeddruk")
    assert words.languages.can_read("Hoge bloeddruk")


def test_accents_are_no_other_word():
    for spelling in ("vertébroplastie", "VERTEBROPLASTIE", "verte\u0301broplastie"):
        assert "vertebroplasty" in terminology().text_concepts(spelling)


def site_map(folder: Path, *elements: Any, target: str = MEASURES) -> Path:
    """A site's folder with one map of local codes."""
    group = {"source": "urn:oid:1.2.3.flowsheet", "target": target, "element": list(elements)}
    content = {"resourceType": "ConceptMap", "id": "local", "status": "active", "group": [group]}
    (folder / "conceptmap").mkdir(parents=True)
    (folder / "conceptmap" / "local.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def element(code: str, target: str, equivalence: str = "equivalent", **members: Any) -> Any:
    return {"code": code, "target": [{"code": target, "equivalence": equivalence, **members}]}


def unit(value: str) -> Any:
    return [{"property": UNIT, "value": value}]


def test_a_local_code_means_what_the_site_says_and_brings_its_unit(tmp_path):
    site = site_map(tmp_path / "site", element("7010", "grip-strength-right", dependsOn=unit("kgf")))
    found = Terminology(MAPPINGS, site)
    (match,) = found.matches(coded("7010", "urn:oid:1.2.3.flowsheet"))
    assert (match.concept, match.code, match.unit) == ("grip-strength-right", "urn:oid:1.2.3.flowsheet|7010", "kgf")
    assert ("urn:oid:1.2.3.flowsheet", "7010") in found.codes("grip-strength-right")
    assert (LOINC, "83174-3") in found.codes("grip-strength-right")


@pytest.mark.parametrize(
    ("kind", "target", "code", "concepts"),
    [
        ("conditions", "http://hl7.org/fhir/sid/icd-10", "e11.9", {"diabetes"}),
        ("conditions", "http://hl7.org/fhir/sid/icd-10", "I10", set()),  # hypertension: understood, none of ours
        ("drugs", "http://www.whocc.no/atc", "M05BA04", {"alendronate", "bone-drug"}),
    ],
)
def test_a_local_code_means_what_its_standard_code_means(tmp_path, kind, target, code, concepts):
    found = Terminology(MAPPINGS, site_map(tmp_path / "site", element("R3", code), target=target))
    local = coded("R3", "urn:oid:1.2.3.flowsheet")
    assert found.concepts(local) == concepts
    assert found.tells(kind, local)
    assert not terminology().tells(kind, local)
    assert {one.code for one in found.matches(local)} <= {f"{target}|{code.upper()}"}


@pytest.mark.parametrize(("equivalence", "members", "is_taken"), cases(__file__, "only_what_means_the_same_is_taken"))
def test_only_what_means_the_same_is_taken(tmp_path, equivalence, members, is_taken):
    site = site_map(tmp_path / "site", element("7010", "grip-strength", equivalence, **members))
    found = Terminology(MAPPINGS, site).concepts(coded("7010", "urn:oid:1.2.3.flowsheet"))
    assert found == ({"grip-strength"} if is_taken else frozenset())


@pytest.mark.parametrize(
    ("elements", "what"),
    [
        ((element("7010", "grip-strenght"),), "is not a code of .*; did you mean grip-strength"),
        ((element("7010", "brace"),), "is not a code of"),
        ((element("7010", "vbq"), element("7010", "plvi")), "is mapped twice"),
        ((element("7010", "vbq", dependsOn=[{"property": "x", "value": "y"}]),), "is understood"),
    ],
)
def test_a_wrong_local_map_stops_the_start_with_file_and_code(tmp_path, elements, what):
    with pytest.raises(DataFileError, match=what) as error:
        Terminology(MAPPINGS, site_map(tmp_path / "site", *elements))
    assert error.value.file.endswith("/conceptmap/local.json")
    assert "7010" in error.value.key


@pytest.mark.parametrize(("implied", "is_right"), [("kgf", True), ("[lb_av]", True), ("banana", False), ("mm", False)])
def test_a_map_implies_a_unit_in_which_the_finding_is_measured(tmp_path, implied, is_right):
    site = site_map(tmp_path / "site", element("7010", "grip-strength-right", dependsOn=unit(implied)))
    with nullcontext() if is_right else pytest.raises(DataFileError, match=f"not measured in '{implied}'"):
        check_specs(load_finding_specs(MAPPINGS), Terminology(MAPPINGS, site))


def test_an_empty_map_is_said_to_be_empty(tmp_path):
    site = site_map(tmp_path / "site")
    (site / "conceptmap" / "local.json").write_text("")
    with pytest.raises(DataFileError, match=r"conceptmap/local\.json: is empty"):
        Terminology(MAPPINGS, site)


def test_codes_of_records_fill_no_memory():
    tracemalloc.start()
    for number in range(12_000):
        concepts(f"{number}-y", "urn:oid:1.2.3")
    for number in range(100):
        concepts(f"{number}" * 100_000, "urn:oid:1.2.3")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 4_000_000
