"""Data files as they ship: each is read, each is used, a wrong one stops the start by name, a new one takes effect."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cds_service.core.study_files import load_studies
from cds_service.core.table import write_table
from cds_service.errors import DataFileError
from cds_service.loading import load_service
from cds_service.site.folder import load_site
from cds_service.studies.reduced_models import build_table
from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    cards_for,
    days_ago,
    kyphoplasty,
    labels,
    measured,
    model,
    order_sign,
    outcome,
    problem,
    thin_and_weak,
)
from tests.data_tree import HOOK, ROOT, DataTree, tree
from tests.tables import cases

__all__ = ["tree"]  # the fixture

HOOKS, MAPPINGS = ROOT / "hooks", ROOT / "mappings"
RULES = f"hooks/{HOOK}/recommendations"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "cds_service").rglob("*.py")))


def files(folder, *suffixes):
    return sorted(path for path in folder.rglob("*") if path.suffix in suffixes)


def toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def named(path):
    return str(path.relative_to(ROOT))


DATA = [
    *files(HOOKS, ".toml", ".json"),
    *files(MAPPINGS, ".toml", ".json"),
    *files(ROOT / "cds_service", ".toml", ".json"),
]


# --- as they ship ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DATA, ids=named)
def test_every_data_file_can_be_read(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        json.loads(text)
    else:
        tomllib.loads(text)
    assert text.endswith("\n")
    assert "\r" not in text
    assert "\t" not in text


def test_every_order_that_can_be_suggested_is_suggested_by_a_rule():
    offered = {toml(path).get("order") for path in files(HOOKS / HOOK / "recommendations", ".toml")} - {None}
    assert {path.stem for path in files(HOOKS / HOOK / "orders", ".json")} == offered


def test_every_guideline_is_named_by_a_rule():
    named_by_rules = {
        line for path in files(HOOKS / HOOK / "recommendations", ".toml") for line in toml(path)["guidelines"]
    }
    known = {line["id"] for line in toml(HOOKS / HOOK / "guidelines.toml")["guidelines"]}
    assert named_by_rules <= known
    assert known - named_by_rules <= {"incidence"}  # the pooled incidence: policy.toml


# Tables whose keys are looked up by what a patient's answer is.
LOOKED_UP = ("summaries", "headings", "missing", "lists", "procedures", "topics", "answered")


def test_every_sentence_of_the_cards_is_said_somewhere():
    tables = toml(HOOKS / HOOK / "cards" / "texts.toml")
    for name, table in tables.items():
        if name in LOOKED_UP:
            assert f"{name}." in SOURCE or f'["{name}"]' in SOURCE
        else:
            written = re.findall(rf'"{name}\.([^"]+)"', SOURCE)
            said = [re.sub(r"\{[^}]*\}", ".+", path) for path in written]
            if ".+" in said:  # `f"average.{source}"`: the key stands by itself somewhere
                said += [key for key in table if f'"{key}"' in SOURCE]
            unused = [key for key in table if not any(re.fullmatch(path, key) for path in said if path != ".+")]
            assert unused == [], name


def test_every_part_of_the_record_has_a_name_for_people():
    keys = set(json.loads((HOOKS / HOOK / "service.json").read_text(encoding="utf-8"))["prefetch"])
    assert set(toml(HOOKS / HOOK / "cards" / "texts.toml")["lists"]) == keys


def test_every_value_set_is_read_by_a_finding_or_an_order():
    specs = [toml(path) for path in files(MAPPINGS / "findings", ".toml")]
    lists = ("value_sets", "told_by_code", "panels", "never", "unclear", "history", "events")
    read = {concept for spec in specs for key in lists for concept in spec.get(key, ())}
    read |= {concept for spec in specs for concept in spec.get("look_back_months", {})}
    read |= {"osteoporosis", "vertebral-fracture", "osteoporotic-vertebral-fracture"}  # reasons of an order
    unused = [path.stem for path in files(MAPPINGS / "valueset", ".json") if path.stem not in read]
    assert [name for name in unused if f'"{name}"' not in SOURCE] == []


def test_every_concept_map_is_named():
    specs = {toml(path).get("answers") for path in files(MAPPINGS / "findings", ".toml")}
    for path in files(MAPPINGS / "conceptmap", ".json"):
        assert path.stem in specs or f'"{path.stem}"' in SOURCE


def test_override_reasons_are_those_of_the_contract_at_most_six_for_a_card():
    reasons = json.loads((HOOKS / HOOK / "override-reasons.json").read_text(encoding="utf-8"))
    assert {topic: " ".join(one["code"] for one in codings) for topic, codings in reasons.items()} == {
        "rehabilitation": "alreadyArranged patientDeclines notAbleToTakePart notOsteoporotic serviceNotAvailable "
        "disagreeWithEvidence",
        "braceLimit": "instability neurologicalDeficit otherFracture painWithoutBrace payerForm disagreeWithEvidence",
        "missingData": "alreadyArranged notFeasibleBeforeSurgery wouldNotChangeCare",
    }
    assert all(one["code"].isalnum() and one["display"] for codings in reasons.values() for one in codings)


def test_prefetch_templates_are_short_and_ask_without_modifiers():
    from tests.chart_builders import open_service

    templates = open_service().hooks[HOOK].discovery["prefetch"]
    assert {"patient", "conditions"} <= templates.keys()
    for text in templates.values():
        assert len(text) < 2000
        assert not re.search(r"_include|_has|:[a-z]+=|\{codes\}", text.replace("http:", "").replace("https:", ""))


def test_no_pixels_are_ever_asked_for():
    templates = (HOOKS / HOOK / "service.json").read_text(encoding="utf-8")
    for kind in ("Media", "Binary", "DocumentReference"):  # an ImagingStudy says that images exist, and holds none
        assert kind not in templates


def test_the_service_starts_without_the_libraries_that_build_tables():
    code = (
        "import sys; import cds_service.web.app, cds_service.web.server; from cds_service.loading import load_service;"
        "load_service(); print(sorted({'sklearn', 'scipy'} & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


# --- wrong files -----------------------------------------------------------------------------------------------------


def refused(tree: DataTree) -> DataFileError:
    """What stops the start."""
    with pytest.raises(DataFileError) as caught:
        tree.load()
    return caught.value


@pytest.mark.parametrize(
    ("path", "old", "new", "file", "key"), cases(__file__, "a_wrong_file_stops_the_start_by_file_and_key")
)
def test_a_wrong_file_stops_the_start_by_file_and_key(tree, path, old, new, file, key):
    tree.replace(path, old, new)
    fault = refused(tree)
    assert file in fault.file
    assert key in fault.key
    assert fault.file in str(fault)


@pytest.mark.parametrize(("path", "old"), cases(__file__, "banned_words_stop_the_start_wherever_they_stand"))
def test_banned_words_stop_the_start_wherever_they_stand(tree, path, old):
    tree.replace(path, old, f"The patient must: {old}")
    assert Path(path).name in refused(tree).file


def test_banned_words_of_a_site_stop_the_start_too(tree, tmp_path):
    site = tmp_path / "site"
    tree.write(str(site / "site.toml"), '[site]\nname = "Test"\n')
    text = (tree.hook / "recommendations/20-dietitian.toml").read_text(encoding="utf-8")
    tree.write(
        str(site / "hooks" / HOOK / "recommendations/20-dietitian.toml"),
        text.replace("{because}", "{because}: must eat"),
    )
    with pytest.raises(DataFileError, match="20-dietitian"):
        tree.load(site=load_site(site))


def test_a_rule_without_a_rank_stops_the_start(tree):
    rule = tree.hook / "recommendations/20-dietitian.toml"
    rule.rename(rule.with_name("dietitian.toml"))
    fault = refused(tree)
    assert "dietitian.toml" in fault.file
    assert "rank" in str(fault)


@pytest.mark.parametrize("path", cases(__file__, "a_file_that_is_missing_stops_the_start_by_name"))
def test_a_file_that_is_missing_stops_the_start_by_name(tree, path):
    (tree.folder / path).unlink()
    assert Path(path).stem in str(refused(tree))


def test_a_key_that_stands_twice_in_a_json_file_stops_the_start(tree):
    tree.replace(f"hooks/{HOOK}/service.json", '"hook":', '"hook": "order-select",\n  "hook":')
    assert "twice" in str(refused(tree))


# A site's texts are held against ours: each of these would fail the answer of the first patient whom it is about.
@pytest.mark.parametrize(
    ("file", "old", "new", "key"), cases(__file__, "a_wrong_text_of_a_site_stops_the_start_by_file_and_key")
)
def test_a_wrong_text_of_a_site_stops_the_start_by_file_and_key(tmp_path, file, old, new, key):
    site = own_texts(tmp_path, file, old, new)
    with pytest.raises(DataFileError) as caught:
        load_service(load_site(site))
    assert Path(file).name in caught.value.file
    assert key in caught.value.key


def own_texts(folder, file, old, new):
    """A site with one file of its own texts."""
    text = (HOOKS / HOOK / file).read_text(encoding="utf-8")
    assert old in text
    path = folder / "hooks" / HOOK / file
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (folder / "site.toml").write_text('[site]\nname = "Test"\n', encoding="utf-8")
    return folder


def test_a_site_says_it_in_its_own_words(tmp_path):
    site = own_texts(tmp_path, "cards/texts.toml", "muscle may waste", "muscle is lost in a brace")
    cards = cards_for(thin_and_weak(), kyphoplasty(), brace(), service=load_service(load_site(site)))
    assert "muscle is lost in a brace" in cards["braceLimit"]["detail"]


# --- one new file each -----------------------------------------------------------------------------------------------


def test_a_recommendation_is_one_new_file(tree):
    """The very example of docs/recommendations.md."""
    page = (ROOT / "docs/recommendations.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n# hooks/(\S+)\n(.*?)```", page, re.DOTALL)
    assert example, "docs/recommendations.md has no example"
    tree.write(f"hooks/{example[1]}", example[2])
    service = tree.load()
    card = cards_for(thin_and_weak(), kyphoplasty(), service=service)["rehabilitation"]
    heading = tomllib.loads(example[2])["heading"]
    assert f"**{heading}:**" in card["detail"]
    assert f"**{heading}:**" not in cards_for(thin_and_weak(), kyphoplasty())["rehabilitation"]["detail"]


def test_a_recommendation_with_an_order_is_one_new_file(tree):
    tree.write(
        f"{RULES}/26-swimming.toml",
        """
id = "swimming"
topic = "rehabilitation"
heading = "Pool"
when = { any-signal = ["low-bmi"] }
text = "{because}: training in water"
label = "Refer to the pool"
order = "rehabilitation-referral"
order-kind = "rehabilitation"
recommended = false
guidelines = []
studies = []
owner = "maintainers"
approved = 2026-11-01
review-by = 2027-11-01
""",
    )
    service = tree.load()
    card = cards_for([measured("bmi", 17.0)], kyphoplasty(), service=service)["rehabilitation"]
    assert "**Pool:** BMI 17" in card["detail"]
    assert "Refer to the pool" in labels(card)


FINDING = """
name = "osteoporosis"
title = "osteoporosis"
kind = "condition"
key = "conditions"
closed_world = true
value_sets = ["osteoporosis"]
"""


def test_a_finding_is_one_new_file(tree):
    """Read from a concept that is there; a code that no concept has needs a value set beside it."""
    tree.write("mappings/findings/osteoporosis.toml", FINDING)
    service = tree.load()
    assert "osteoporosis" in service.finding_specs
    for record, value in (([problem("M81.0", number="o")], True), ([problem("hypertension")], False)):
        (found,) = [one for one in findings_of(service, record) if one["name"] == "osteoporosis"]
        assert found["value"] is value


def test_a_new_measure_is_asked_for_by_its_codes(tree):
    """LOINC's heel T-score, so far only a look-alike."""
    tree.write(
        "mappings/findings/heel-t-score.toml",
        """
name = "heel-t-score"
title = "T-score of the heel"
kind = "quantity"
unit = "{T-score}"
accept_units = ["{T-score}"]
range = [-10, 10]
usable_days = 365
value_sets = ["t-score-peripheral"]
key = "function"
""",
    )
    service = tree.load()
    code = json.loads((MAPPINGS / "valueset/t-score-peripheral.json").read_text(encoding="utf-8"))
    first = code["compose"]["include"][0]["concept"][0]["code"]
    assert first in service.hooks[HOOK].discovery["prefetch"]["function"]
    heel = measured("bmd-t-score", -2.1, code={"coding": [{"system": "http://loinc.org", "code": first}]})
    (found,) = [one for one in findings_of(service, [heel]) if one["name"] == "heel-t-score"]
    assert found["value"] == -2.1


def findings_of(service, record):
    from tests.chart_builders import application

    ask(order_sign(record, kyphoplasty(), service=service), service=service)
    return application(service).log.entries[-1].content["findings"]


def test_a_study_of_strata_is_one_new_file(tree):
    text = (tree.folder / "studies/psoas-plvi-2024.toml").read_text(encoding="utf-8")
    text = text.replace("psoas-plvi-2024", "pain-strata-2030").replace("low-plvi", "low-plvi-again")
    tree.write("studies/pain-strata-2030.toml", text)
    service = tree.load()
    assert "pain-strata-2030" in service.model_cards
    cards = cards_for([measured("plvi", 0.7)], kyphoplasty(), service=service)
    assert [one["study"] for one in outcome(cards)["supporting"]] == ["pain-strata-2030", "psoas-plvi-2024"]


def test_a_logistic_study_is_one_new_file_and_its_built_table(tree):
    """`kyphoplasty-cds studies build` writes the table; nothing else is touched."""
    tree.write("studies/ct-alone-2030.toml", Path(__file__).with_name("new_study.toml").read_text(encoding="utf-8"))
    assert "ct-alone-2030" in str(refused(tree))  # the table is missing, and the message says what to run
    units = {name: spec.unit for name, spec in tree_specs(tree).items()}
    study = load_studies(tree.folder / "studies", units)["ct-alone-2030"]
    write_table(build_table(study, draws=4000), tree.folder / "studies/reduced")
    axial = measured(
        "ct-attenuation", 20, method={"text": "unenhanced CT, axial, trabecular ROI, vertebra beside the fracture"}
    )
    cards = cards_for([axial], kyphoplasty(None), service=tree.load())
    refracture = outcome(cards)
    assert "ct-alone-2030" in {one["model"] for one in refracture["models"]}
    found = model(cards, "ct-alone-2030")
    assert (found["inputsKnown"], found["horizonMonths"], found["incidence"]) == (1, 12, 0.2)
    assert found["risk"] > 0.2
    assert found["inputs"][0]["date"] == days_ago(10)
    assert "400 patients" in by_topic(cards.values())["rehabilitation"]["detail"]


def tree_specs(tree):
    from cds_service.fhir.mapping.terminology import load_finding_specs

    return load_finding_specs(tree.folder / "mappings")
