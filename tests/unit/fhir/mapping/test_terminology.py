"""Codes, concepts, local codes, languages, and the files of a site that define more of them."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.codes.mapping_files import read_orderables
from cds_service.fhir.mapping.files.language import OF_LISTS
from cds_service.fhir.mapping.finding_specs import check_specs, load_finding_specs
from cds_service.fhir.mapping.terminology import Terminology
from tests.builders import MAPPINGS, coded, terminology
from tests.codes import LOINC, MEASURES, ORDERS
from tests.order_builders import junk

LOCAL = "urn:oid:1.2.3.flowsheet"
UNIT = "https://kyphoplasty-cds.org/fhir/property/unit"


def concepts(code: str, system: str = LOINC) -> frozenset[str]:
    return terminology().concepts(coded(code, system))


@pytest.mark.parametrize(
    ("code", "system", "concept"),
    [
        ("38267-1", "http://loinc.org", "t-score-lumbar-spine"),
        ("38267-1", "https://loinc.org/", "t-score-lumbar-spine"),
        ("38267-1", "urn:oid:2.16.840.1.113883.6.1", "t-score-lumbar-spine"),
        ("44054006", "urn:oid:2.16.840.1.113883.6.96", "diabetes"),
        ("71341001:272741003=7771000", "http://snomed.info/sct", "femur-site"),
        ("E1165", "http://hl7.org/fhir/sid/icd-10-cm", "diabetes"),
        ("e11.65", "http://hl7.org/fhir/sid/icd-10-cm", "diabetes"),
        (
            "M8008XA",
            "http://hl7.org/fhir/sid/icd-10-cm",
            "osteoporotic-vertebral-fracture",
        ),
        ("m05ba04", "http://www.whocc.no/atc", "bone-drug"),
        ("vbq", "https://kyphoplasty-cds.org/fhir/CodeSystem/measures", "vbq"),
    ],
)
def test_a_code_is_recognised_in_every_spelling_that_records_use(code, system, concept):
    assert concept in concepts(code, system)


@pytest.mark.parametrize(
    ("code", "system", "concept"),
    [
        ("R73.03", "http://hl7.org/fhir/sid/icd-10-cm", "diabetes"),
        ("15777000", "http://snomed.info/sct", "diabetes"),
        ("O24.410", "http://hl7.org/fhir/sid/icd-10-cm", "diabetes"),
        ("E10.A0", "http://hl7.org/fhir/sid/icd-10-cm", "diabetes"),
        ("Z79.51", "http://hl7.org/fhir/sid/icd-10-cm", "long-term-steroid"),
        ("C90.01", "http://hl7.org/fhir/sid/icd-10-cm", "malignancy"),
        ("C44.311", "http://hl7.org/fhir/sid/icd-10-cm", "malignancy-elsewhere"),
        ("S32.011A", "http://hl7.org/fhir/sid/icd-10-cm", "unstable-fracture"),
        ("A11CC04", "http://www.whocc.no/atc", "bone-drug"),
        ("A12AA04", "http://www.whocc.no/atc", "bone-drug"),
        ("R03BA02", "http://www.whocc.no/atc", "systemic-steroid"),
    ],
)
def test_what_only_looks_alike_is_not_taken(code, system, concept):
    assert concept not in concepts(code, system)


@given(junk())
def test_no_json_at_all_breaks_matching(anything):
    terminology().matches(anything)


def test_cpt_codes_come_without_descriptors():
    for path in (MAPPINGS / "valueset").glob("*.json"):
        for include in json.loads(path.read_text(encoding="utf-8"))["compose"][
            "include"
        ]:
            if include["system"] == "http://www.ama-assn.org/go/cpt":
                assert all(
                    set(concept) == {"code"} for concept in include.get("concept", ())
                ), path.name


def with_language(folder: Path, name: str, content: str) -> Any:
    (folder / "texts").mkdir()
    (folder / "texts" / f"{name}.toml").write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("[brace]\nall = []", "brace.all"),
        ('[brace]\nany = ["("]', "brace.any.0"),
        ("[brace]\nany = []", "brace.any"),
        ("[durations]\nuntil-dya = 'do {day}'", "durations.until-dya"),
        ("[durations]\nbrace = ['rugharnas(']", "durations.brace.0"),
        ("[vertebrae]\nordinals = ['pierwszy']", "vertebrae.ordinals"),
        ("[rules-out]\ndenied = ['(']", "rules-out.denied.0"),
        ("[years]\nago = ['\\d+ lat temu']", "years.ago.0"),
        ("[years]\nedition-after = ['[']", "years.edition-after.0"),
    ],
)
def test_a_wrong_word_list_names_the_concept(tmp_path, content, key):
    with pytest.raises(DataFileError) as error:
        Terminology(MAPPINGS, with_language(tmp_path, "pl", content))
    assert (Path(error.value.file).name, error.value.key) == ("pl.toml", key)


def test_a_site_teaches_years_in_its_language(tmp_path):
    words = "[years]\nago = ['(\\d{1,2}) lat temu']\nedition-before = ['wydanie']"
    years = Terminology(MAPPINGS, with_language(tmp_path, "pl", words)).years
    assert years.ago("rak piersi 12 lat temu") == [12]
    assert years.without_editions("rak, wydanie 2009, w 2011") == "rak,  , w 2011"


def test_a_list_that_rules_out_must_be_there(tmp_path):
    words = "[brace]\nany = ['rugharnas']\nnone-of = ['denied']"
    with pytest.raises(DataFileError, match="brace: none-of names denied"):
        Terminology(MAPPINGS, with_language(tmp_path, "xx", words))


def test_a_shared_list_rules_out_what_names_it(tmp_path):
    words = (
        "[rules-out]\ndenied = ['geen']\n"
        "[brace]\nany = ['rugbrace']\nnone-of = ['denied']\n"
        "[bed-rest]\nany = ['platte rust']\n"
        "[declined]\nany = ['geen']\n[withdrawn]\nany = ['afgezegd']"
    )
    rules = Terminology(MAPPINGS, with_language(tmp_path, "xx", words))
    both = frozenset({"brace", "bed-rest"})
    assert rules.text_concepts("rugbrace", both) == {"brace"}
    assert rules.text_concepts("geen rugbrace, platte rust", both) == {"bed-rest"}


DUTCH = r"""
letters = "éëïöü"

[joints]
and = ['\ben\b']

[vertebrae]
lumbar = ['LWL ?']
numbered = ['\b@']
ordinals = ["eerste", "tweede", "derde", "vierde", "vijfde", "zesde",
  "zevende", "achtste", "negende", "tiende", "elfde", "twaalfde"]
lumbar-after = ['onderrugwervel']

[durations]
until-day = "tot {iso}"
units.wk = ['weken']
for = ['gedurende']
brace = ['korset']
"""


def words_for(concepts):
    """A word for each concept, `rugharnas` for a brace."""
    return "".join(
        f'[{one}]\nany = ["{"rugharnas" if one == "brace" else f"woord {one}"}"]\n'
        for one in sorted(concepts)
    )


@pytest.mark.parametrize(
    "left_out", ["dementia", "severe-kidney-disease", "unstable-fracture", "denial"]
)
def test_letters_are_refused_while_words_are_missing(tmp_path, left_out):
    words = DUTCH + words_for(OF_LISTS - {left_out})
    with pytest.raises(DataFileError, match=rf"no words yet: {left_out};") as error:
        Terminology(MAPPINGS, with_language(tmp_path, "nl", words))
    assert Path(error.value.file).name == "nl.toml"
    assert error.value.key == "letters"


def test_without_letters_words_of_one_concept_are_enough(tmp_path):
    words = '[kyphoplasty]\nany = ["rugharnas"]\n'
    read = Terminology(MAPPINGS, with_language(tmp_path, "nl", words))
    assert "kyphoplasty" in read.text_concepts("Rugharnas")
    assert not read.languages.can_read("Hoge bloeddruk")


def test_one_file_is_a_language(tmp_path):
    ours, words = (
        terminology(),
        Terminology(
            MAPPINGS,
            with_language(tmp_path, "nl", DUTCH + words_for(OF_LISTS)),
        ),
    )
    assert [
        (
            "brace" in one.text_concepts("Rugharnas"),
            "brace" in one.text_concepts("TLSO"),
        )
        for one in (ours, words)
    ] == [
        (False, True),
        (True, True),
    ]
    for said, levels in (
        ("kyfoplastiek LWL 1 en 3", ("L1", "L3")),
        ("tweede onderrugwervel", ("L2",)),
    ):
        assert (ours.levels.treated(said), words.levels.treated(said)) == ((), levels)
    (brace,) = words.durations.read("Korset gedurende 6 weken", "brace")
    assert (brace.kind, brace.hours, brace.length, brace.until) == (
        "length",
        6 * 168,
        "6 weeks",
        "tot {iso}",
    )
    assert not ours.languages.can_read("Hoge bloeddruk")
    assert words.languages.can_read("Hoge bloeddruk")


def site_map(folder: Path, *elements: Any, target: str = MEASURES) -> Path:
    """A site's folder with one map of local codes."""
    group = {"source": LOCAL, "target": target, "element": list(elements)}
    content = {
        "resourceType": "ConceptMap",
        "id": "local",
        "status": "active",
        "group": [group],
    }
    (folder / "conceptmap").mkdir()
    (folder / "conceptmap" / "local.json").write_text(
        json.dumps(content), encoding="utf-8"
    )
    return folder


def element(
    code: str,
    target: str,
    equivalence: str = "equivalent",
    unit: str = "",
    **members: Any,
) -> Any:
    implied = {"dependsOn": [{"property": UNIT, "value": unit}]} if unit else {}
    return {
        "code": code,
        "target": [{"code": target, "equivalence": equivalence, **implied, **members}],
    }


def test_a_target_without_a_code_offers_no_order(tmp_path):
    unnamed = {"code": "7010", "target": [{"equivalence": "equivalent"}]}
    assert read_orderables([site_map(tmp_path, unnamed, target=ORDERS)]) == {}


def test_a_local_code_means_what_the_site_says_and_brings_its_unit(tmp_path):
    found = Terminology(
        MAPPINGS, site_map(tmp_path, element("7010", "grip-strength-right", unit="kgf"))
    )
    check_specs(load_finding_specs(MAPPINGS), found)
    (match,) = found.matches(coded("7010", LOCAL))
    assert (match.concept, match.code, match.unit) == (
        "grip-strength-right",
        f"{LOCAL}|7010",
        "kgf",
    )
    assert {(LOCAL, "7010"), (LOINC, "83174-3")} <= set(
        found.codes("grip-strength-right")
    )


@pytest.mark.parametrize(
    ("kind", "target", "code", "concepts"),
    [
        ("conditions", "http://hl7.org/fhir/sid/icd-10", "e11.9", {"diabetes"}),
        # hypertension: understood, none of ours
        ("conditions", "http://hl7.org/fhir/sid/icd-10", "I10", set()),
        ("drugs", "http://www.whocc.no/atc", "M05BA04", {"alendronate", "bone-drug"}),
    ],
)
def test_a_local_code_means_what_its_standard_code_means(
    tmp_path, kind, target, code, concepts
):
    found = Terminology(
        MAPPINGS, site_map(tmp_path, element("R3", code), target=target)
    )
    local = coded("R3", LOCAL)
    assert found.concepts(local) == concepts
    assert found.identifies(kind, local)
    assert not terminology().identifies(kind, local)
    assert {one.code for one in found.matches(local)} <= {f"{target}|{code.upper()}"}


@pytest.mark.parametrize(
    ("equivalence", "members", "is_taken"),
    [
        ("equal", {}, True),
        ("equivalent", {}, True),
        ("wider", {"comment": "either hand"}, True),
        ("wider", {}, False),
        ("narrower", {"comment": "no"}, False),
        ("inexact", {"comment": "no"}, False),
        ("disjoint", {"comment": "no"}, False),
    ],
)
def test_only_what_means_the_same_is_taken(tmp_path, equivalence, members, is_taken):
    site = site_map(tmp_path, element("7010", "grip-strength", equivalence, **members))
    assert Terminology(MAPPINGS, site).concepts(coded("7010", LOCAL)) == (
        {"grip-strength"} if is_taken else set()
    )


@pytest.mark.parametrize(
    ("elements", "what"),
    [
        (
            [element("7010", target="grip-strenght")],
            "is not a code of .*; did you mean grip-strength",
        ),
        ([element("7010", target="brace")], "is not a code of"),
        (
            [element("7010", target="vbq"), element("7010", target="plvi")],
            "is mapped twice",
        ),
        (
            [
                element(
                    "7010", target="vbq", dependsOn=[{"property": "x", "value": "y"}]
                )
            ],
            "is understood",
        ),
        (
            [element("7010", target="grip-strength-right", unit="banana")],
            "is not measured in 'banana'",
        ),
        (
            [element("7010", target="grip-strength-right", unit="mm")],
            "is not measured in 'mm'",
        ),
    ],
)
def test_a_wrong_local_map_stops_the_start_with_file_and_code(tmp_path, elements, what):
    with pytest.raises(DataFileError, match=what) as error:
        check_specs(
            load_finding_specs(MAPPINGS),
            Terminology(MAPPINGS, site_map(tmp_path, *elements)),
        )
    assert "conceptmap" in error.value.file
    assert "7010" in error.value.key


def test_codes_of_records_fill_no_memory():
    concepts("the first look-up reads what it needs", "urn:oid:1.2.3")
    tracemalloc.start()
    for number in range(12_000):
        concepts(f"{number}-y", "urn:oid:1.2.3")
    for number in range(100):
        concepts(f"{number}" * 100_000, "urn:oid:1.2.3")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 4_000_000
