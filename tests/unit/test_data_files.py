"""Data files as they ship: each is read, each is used, a wrong one stops the start by name, a new one takes effect."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from cds_service.core.data_file import read_toml
from cds_service.core.models.reduced_tables import write_table
from cds_service.core.models.study_files import load_studies
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.finding_specs import load_finding_specs
from cds_service.loading import find_faults, load_service
from cds_service.site.folder import load_site
from cds_service.studies.reduced_models import build_table
from tests.chart_builders import (
    application,
    brace,
    cards_for,
    days_ago,
    drug,
    kyphoplasty,
    labels,
    measured,
    model,
    outcome,
    patient,
    problem,
    thin_and_weak,
)
from tests.codes import LOINC, codeable
from tests.data_tree import HOOK, ROOT, tree

__all__ = ["tree"]  # the fixture

HOOKS, MAPPINGS = ROOT / "hooks", ROOT / "mappings"
RULES = f"hooks/{HOOK}/recommendations"
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "cds_service").rglob("*.py"))
)


def files(folder, suffix):
    return sorted(folder.rglob(f"*{suffix}"))


def toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


# --- as they ship


def test_every_order_that_can_be_suggested_is_suggested_by_a_rule():
    offered = {
        toml(path).get("order")
        for path in files(HOOKS / HOOK / "recommendations", ".toml")
    } - {None}
    assert {path.stem for path in files(HOOKS / HOOK / "orders", ".json")} == offered


def test_every_guideline_is_named_by_a_rule():
    named_by_rules = {
        line
        for folder in ("recommendations", "facts")
        for path in files(HOOKS / HOOK / folder, ".toml")
        for line in toml(path).get("guidelines", ())
    }
    known = {
        line["id"] for line in toml(HOOKS / HOOK / "guidelines.toml")["guidelines"]
    }
    assert named_by_rules <= known
    assert known - named_by_rules <= {"incidence"}  # the pooled incidence: policy.toml


# Tables whose keys are looked up by what a patient's answer is.
LOOKED_UP = ("summaries", "headings", "lists", "topics")


def test_every_sentence_of_the_cards_is_said_somewhere():
    tables = toml(HOOKS / HOOK / "cards" / "texts.toml")
    for name, table in tables.items():
        if name in LOOKED_UP:
            assert f"{name}." in SOURCE or f'["{name}"]' in SOURCE
        else:
            written = re.findall(rf'"{name}\.([^"]+)"', SOURCE)
            said = [re.sub(r"\{[^}]*\}", ".+", path) for path in written]
            # `f"average.{source}"`: the key stands by itself somewhere
            if ".+" in said:
                said += [key for key in table if f'"{key}"' in SOURCE]
            unused = [
                key
                for key in table
                if not any(re.fullmatch(path, key) for path in said if path != ".+")
            ]
            assert unused == [], name


def test_every_part_of_the_record_has_a_name_for_people():
    keys = set(
        json.loads((HOOKS / HOOK / "service.json").read_text(encoding="utf-8"))[
            "prefetch"
        ]
    )
    assert set(toml(HOOKS / HOOK / "cards" / "texts.toml")["lists"]) == keys


def test_every_value_set_is_read_by_a_finding_or_an_order():
    specs = [toml(path) for path in files(MAPPINGS / "findings", ".toml")]
    lists = (
        "value_sets",
        "told_by_code",
        "panels",
        "never",
        "unclear",
        "unsited",
        "history",
        "events",
    )
    read = {concept for spec in specs for key in lists for concept in spec.get(key, ())}
    read |= {concept for spec in specs for concept in spec.get("look_back_months", {})}
    read |= {one["concept"] for spec in specs for one in spec.get("akin", ())}
    # reasons of an order
    read |= {"osteoporosis", "vertebral-fracture", "osteoporotic-vertebral-fracture"}
    unused = [
        path.stem
        for path in files(MAPPINGS / "valueset", ".json")
        if path.stem not in read
    ]
    assert [name for name in unused if f'"{name}"' not in SOURCE] == []


@pytest.mark.parametrize("name", ["measures", "orders"])
def test_every_code_of_ours_in_a_value_set_is_in_its_code_system(name):
    """A site's codes are confirmed against the code system alone."""
    system = json.loads((MAPPINGS / f"codesystem/{name}.json").read_text())
    known = {one["code"] for one in system["concept"]}
    sets = (json.loads(one.read_text()) for one in MAPPINGS.glob("valueset/*.json"))
    included = [part for one in sets for part in one["compose"]["include"]]
    ours = [part for part in included if part["system"] == system["url"]]
    used = {one["code"] for part in ours for one in part.get("concept", ())}
    assert used <= known
    assert system["count"] == len(system["concept"])


def test_every_concept_map_is_named():
    specs = {
        toml(path).get("answers") for path in files(MAPPINGS / "findings", ".toml")
    }
    for path in files(MAPPINGS / "conceptmap", ".json"):
        assert path.stem in specs or f'"{path.stem}"' in SOURCE


def test_no_pixels_are_ever_asked_for():
    templates = (HOOKS / HOOK / "service.json").read_text(encoding="utf-8")
    # an ImagingStudy says that images exist, and holds none
    assert not re.search("Media|Binary|DocumentReference", templates)


# --- wrong files


def refused(load, *arguments) -> DataFileError:
    """What stops the start."""
    with pytest.raises(DataFileError) as caught:
        load(*arguments)
    return caught.value


@pytest.mark.parametrize(
    ("path", "old", "new", "file", "key"),
    [
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            '"low-mna"',
            '"low-moon"',
            "20-",
            "when.any-signal",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            '"unstable-spine"',
            '"not-there"',
            "20-",
            "unless-signal",
        ),
        (
            "hooks/kyphoplasty-order-sign/facts/12-hip-fracture.toml",
            '"hip-fracture-two-years"',
            '"hip-fracture-ever"',
            "12-",
            "signal",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/50-brace-correction.toml",
            '"brace-keep-reason"',
            '"keep"',
            "50-",
            "recommended-unless",
        ),
        (
            "hooks/kyphoplasty-order-sign/facts/12-hip-fracture.toml",
            "{join}",
            "{jion}",
            "12-",
            "phrases",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/60-measure-ct.toml",
            'gap-any = ["ct-attenuation"]',
            'gap-any = ["ct-hu"]',
            "60-",
            "when.gap-any",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/60-measure-ct.toml",
            'supplies = ["ct-attenuation"]',
            'supplies = ["hu"]',
            "60-",
            "supplies",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            '["sarcopenia-pvm-2022"]',
            '["sarcopenia-2022"]',
            "20-",
            "studies",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            '["protein"]',
            '["proteins"]',
            "20-",
            "guidelines",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            '"dietitian-referral"',
            '"dietitian-order"',
            "20-",
            "order",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            "{because}",
            "{beacuse}",
            "20-",
            "text",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            "heading = ",
            "haeding = ",
            "20-dietitian.toml",
            "haeding",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            'topic = "rehabilitation"',
            'topic = "nutrition"',
            "20-dietitian.toml",
            "topic",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            "review-by = 2027-11-20",
            'review-by = "soon"',
            "20-dietitian.toml",
            "review-by",
        ),
        (
            "hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml",
            'id = "dietitian"',
            'id = "rehabilitation"',
            "recommendations",
            "id",
        ),
        (
            "hooks/kyphoplasty-order-sign/service.json",
            '"id": "kyphoplasty-order-sign"',
            '"id": "other"',
            "service.json",
            "id",
        ),
        (
            "hooks/kyphoplasty-order-sign/service.json",
            '"hook":',
            '"hook": "order-select",\n  "hook":',
            "service.json",
            "",
        ),
        (
            "hooks/kyphoplasty-order-sign/service.json",
            "Patient/{{context.patientId}}",
            "Patient/{{context.patient}}",
            "service.json",
            "prefetch",
        ),
        (
            "hooks/kyphoplasty-order-sign/orders/dietitian-referral.json",
            '"intent": "order"',
            '"intent": 3',
            "dietitian-referral.json",
            "intent",
        ),
        (
            "hooks/kyphoplasty-order-sign/orders/dietitian-referral.json",
            '"status"',
            '"state"',
            "dietitian-referral.json",
            "stat",
        ),
        (
            "hooks/kyphoplasty-order-sign/orders/rehabilitation-referral.json",
            "{review_weeks}",
            "{review_week}",
            "recommendations",
            "",
        ),
        (
            "hooks/kyphoplasty-order-sign/guidelines.toml",
            'direction = "supports"',
            'direction = "proves"',
            "guidelines.toml",
            "direction",
        ),
        (
            "hooks/kyphoplasty-order-sign/closures.toml",
            'reason = "payerForm"',
            'reason = "payer"',
            "closures.toml",
            "closures.12.reason",
        ),
        (
            "hooks/kyphoplasty-order-sign/closures.toml",
            'topic = "rehabilitation"',
            'topic = "rehab"',
            "closures.toml",
            "closures.0.topic",
        ),
        (
            "hooks/kyphoplasty-order-sign/closures.toml",
            "days = 30\n",
            "",
            "closures.toml",
            "closures.0",
        ),
        (
            "mappings/findings/bmi.toml",
            'value_sets = ["bmi"]',
            'value_sets = ["body-mass"]',
            "findings/bmi.toml",
            "value_sets",
        ),
        (
            "mappings/findings/bmi.toml",
            'accept_units = ["kg/m2"]',
            'accept_units = ["lb"]',
            "findings/bmi.toml",
            "accept_units",
        ),
        (
            "mappings/findings/bmi.toml",
            'key = "body"',
            'key = "bodies"',
            "findings/bmi.toml",
            "key",
        ),
        (
            "hooks/kyphoplasty-order-sign/closures.toml",
            'act = "bone-treatment"',
            'act = "bone-treatmant"',
            "closures.toml",
            "closures.act (topic rehabilitation, reason notOsteoporotic)",
        ),
    ],
)
def test_a_wrong_file_stops_the_start_by_file_and_key(tree, path, old, new, file, key):
    tree.replace(path, old, new)
    fault = refused(tree.load)
    assert file in fault.file
    assert key in fault.key
    assert fault.file in str(fault)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            '"hip-fracture-two-years"',
            '"hip-fracture-two-year"',
            "did you mean hip-fracture-two-years",
            id="the name that is meant",
        ),
        pytest.param(
            '"hip-fracture-two-years"', '"xyz"', "care-home, ", id="every name"
        ),
        pytest.param("{join}", "{jion}", "join, ", id="the words that are filled"),
        pytest.param(
            'state = ["none"]',
            'state = "none"',
            "phrases.0.state: must be a list, in square brackets",
            id="a word where a list is meant",
        ),
        pytest.param("owner = ", "# owner = ", "owner: is missing", id="no owner"),
        pytest.param(
            'state = ["none"]',
            'state = ["none"]\nunless-signal = ["xyz"]',
            "phrases.unless-signal: xyz is not one of the signals",
            id="the key that names no signal",
        ),
    ],
)
def test_a_wrong_name_in_a_fact_is_answered_with_the_right_ones(tree, old, new, said):
    tree.replace("hooks/kyphoplasty-order-sign/facts/12-hip-fracture.toml", old, new)
    assert said in str(refused(tree.load))


@pytest.mark.parametrize(
    ("path", "old", "new", "meant"),
    [
        pytest.param(
            "mappings/findings/bmi.toml",
            'key = "body"',
            'key = "bodies"',
            "did you mean body?",
            id="the key of a query",
        ),
        pytest.param(
            "mappings/findings/bmi.toml",
            '"kg/m2"',
            '"kg/m^2"',
            "kg/m^2 is not a unit of units.toml; did you mean kg/m2?",
            id="another spelling of a unit, of the finding too",
        ),
        pytest.param(
            "mappings/findings/bmi.toml",
            '"kg/m2"',
            '"kgs/m2"',
            "kgs/m2 is not a unit of units.toml: give it a row there",
            id="no unit, of the finding too",
        ),
        pytest.param(
            "hooks/kyphoplasty-order-sign/closures.toml",
            'act = "bone-treatment"',
            'act = "bone-treatmant"',
            "did you mean bone-treatment",
            id="an act that an override closes",
        ),
    ],
)
def test_a_name_that_nothing_else_has_is_refused(tree, path, old, new, meant):
    tree.replace(path, old, new)
    assert meant in str(refused(tree.load))


@pytest.mark.parametrize(
    ("path", "old"),
    [
        ("hooks/kyphoplasty-order-sign/cards/texts.toml", "If a brace is used"),
        (
            "hooks/kyphoplasty-order-sign/facts/12-hip-fracture.toml",
            "{Because}{join}, now the spine, no bone drug",
        ),
        ("hooks/kyphoplasty-order-sign/orders/dietitian-referral.json", "Referral"),
        ("hooks/kyphoplasty-order-sign/guidelines.toml", "Drug treatment"),
        ("hooks/kyphoplasty-order-sign/override-reasons.json", "Patient declines"),
    ],
)
def test_banned_words_stop_the_start_wherever_they_stand(tree, path, old):
    tree.replace(path, old, f"The patient must: {old}")
    assert Path(path).name in refused(tree.load).file


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("site.toml", f"x = {'[' * 3000}{']' * 3000}", id="deep"),
        pytest.param("site.toml", f"[{'.'.join('a' * 50_000)}]", id="dots"),
        pytest.param("site.toml", f"{'.'.join('a' * 50_000)} = 1", id="dotted"),
        pytest.param("site.toml", "x = 1 #" + "a" * 2**23, id="large"),
        pytest.param("site.toml", f"x = {'9' * 5000}", id="digits"),
        pytest.param("recalibration.toml", f"x = {'9' * 5000}", id="recalibration"),
        pytest.param("mappings/conceptmap/x.json", "[" * 100_000, id="deep-json"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named(tmp_path, file, text):
    (tmp_path / "mappings/conceptmap").mkdir(parents=True)
    (tmp_path / "site.toml").write_text('[site]\nname = "Example Hospital"\n')
    (tmp_path / file).write_text(text)
    with pytest.raises(DataFileError) as refusal:
        load_service(site=load_site(tmp_path))
    assert refusal.value.file.endswith(file)
    assert "cannot be read" in str(refusal.value)


def test_a_long_list_of_addresses_is_no_long_key(tmp_path):
    addresses = ", ".join(f'"https://fhir.h{n}.example.org/r4"' for n in range(300))
    (tmp_path / "site.toml").write_text(f"x = [{addresses}]", encoding="utf-8")
    assert len(read_toml(tmp_path / "site.toml")["x"]) == 300


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("mappings/complication-codes.toml", "grave"),
        ("mappings/complication-codes.toml", "everyday"),
        ("mappings/harmless-codes.toml", "vague"),
    ],
)
def test_two_tables_of_one_list_and_system_stop_the_start(tree, path, table):
    """The second one took the place of the first."""
    again = (
        f'[[{table}]]\nsystem = "http://hl7.org/fhir/sid/icd-10"\n'
        'why = "again"\ncodes = ["A00"]\n'
    )
    text = (tree.folder / path).read_text(encoding="utf-8")
    tree.write(path, text + again)
    fault = refused(tree.load)
    assert (fault.file, fault.key) == (Path(path).name, table)
    assert "two tables" in str(fault)


def test_a_rule_without_a_rank_stops_the_start(tree):
    rule = tree.hook / "recommendations/20-dietitian.toml"
    rule.rename(rule.with_name("dietitian.toml"))
    fault = refused(tree.load)
    assert "dietitian.toml" in fault.file
    assert "rank" in str(fault)


@pytest.mark.parametrize(
    "path",
    [
        "hooks/kyphoplasty-order-sign/cards/texts.toml",
        "hooks/kyphoplasty-order-sign/cards/rehabilitation.md",
        "hooks/kyphoplasty-order-sign/closures.toml",
        "hooks/kyphoplasty-order-sign/guidelines.toml",
        "hooks/kyphoplasty-order-sign/override-reasons.json",
        "hooks/wording.toml",
        "studies/reduced/nvcf-nomogram-2024.json",
        "mappings/systems.toml",
    ],
)
def test_a_file_that_is_missing_stops_the_start_by_name(tree, path):
    (tree.folder / path).unlink()
    assert Path(path).stem in str(refused(tree.load))


# A site's texts are held against ours: each of these would fail the answer of the first
# patient whom it is about.
@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        (
            "cards/texts.toml",
            "{words} fracture again",
            "{wrods} fracture again",
            "risk.summary",
        ),
        ("cards/texts.toml", "pain = ", "pian = ", "risk.pain"),
        (
            "cards/texts.toml",
            "{words} fracture again",
            "{words fracture again",
            "risk.summary",
        ),
        ("cards/rehabilitation.md", "{{ notice }}", "{{ notices_ }}", ""),
        ("cards/rehabilitation.md", "{% endfor %}", "{% endfr %}", "line"),
        ("override-reasons.json", '"code": "payerForm"', '"code": "payer"', "code"),
        (
            "override-reasons.json",
            '"display": "Patient declines"',
            '"label": "Patient declines"',
            "",
        ),
        ("recommendations/20-dietitian.toml", "{because}", "{because}: must eat", ""),
    ],
)
def test_a_wrong_text_of_a_site_stops_the_start_by_file_and_key(
    tmp_path, file, old, new, key
):
    fault = refused(load_service, own_texts(tmp_path, file, old, new))
    assert Path(file).name in fault.file
    assert key in fault.key


def own_texts(folder, file, old, new):
    """A site with one file of its own texts, or rules."""
    text = (HOOKS / HOOK / file).read_text(encoding="utf-8")
    assert old in text
    path = folder / "hooks" / HOOK / file
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (folder / "site.toml").write_text('[site]\nname = "Test"\n', encoding="utf-8")
    return load_site(folder)


def test_a_site_says_it_in_its_own_words(tmp_path):
    site = own_texts(
        tmp_path,
        "cards/texts.toml",
        "muscle wastes in a brace",
        "muscle is lost in a brace",
    )
    cards = cards_for(
        thin_and_weak(), kyphoplasty(), brace(), service=load_service(site)
    )
    assert "muscle is lost in a brace" in cards["braceLimit"]["detail"]


# --- one new file each


def example_of(kind):
    """The example of docs/recommendations.md: file and text."""
    page = (ROOT / "docs/recommendations.md").read_text(encoding="utf-8")
    example = re.search(
        rf"```toml\n# hooks/(\S+/{kind}/\S+)\n(.*?)```", page, re.DOTALL
    )
    assert example, f"docs/recommendations.md has no example of {kind}"
    return f"hooks/{example[1]}", example[2]


def test_a_recommendation_is_one_new_file(tree):
    file, text = example_of("recommendations")
    tree.write(file, text)
    service = tree.load()
    card = cards_for(thin_and_weak(), kyphoplasty(), service=service)["rehabilitation"]
    heading = tomllib.loads(text)["heading"]
    assert f"**{heading}:**" in card["detail"]
    assert (
        f"**{heading}:**"
        not in cards_for(thin_and_weak(), kyphoplasty())["rehabilitation"]["detail"]
    )


def test_a_fact_is_one_new_file(tree):
    """The sentence is that of the page, which quotes the card."""
    said = "Lives in a care home, no bone drug: choose one that a nurse can give."
    assert f"> {said}" in (ROOT / "docs/recommendations.md").read_text(encoding="utf-8")
    record = [patient(), problem("Z59.3"), drug("losartan")]
    assert said not in cards_for(record, kyphoplasty())["rehabilitation"]["summary"]
    tree.write(*example_of("facts"))
    card = cards_for(record, kyphoplasty(), service=tree.load())["rehabilitation"]
    assert card["summary"].startswith(said)


SWIMMING = """id = "swimming"
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
"""


def test_a_recommendation_with_an_order_is_one_new_file(tree):
    tree.write(
        "hooks/kyphoplasty-order-sign/recommendations/26-swimming.toml", SWIMMING
    )
    thin = [measured("bmi", value=17.0)]
    card = cards_for(thin, kyphoplasty(), service=tree.load())["rehabilitation"]
    assert "**Pool:** BMI 17" in card["detail"]
    assert "Refer to the pool" in labels(card)


# read from a concept that is there; a code that no concept has needs a value set
OSTEOPOROSIS = """name = "osteoporosis"
title = "osteoporosis"
kind = "condition"
key = "conditions"
closed_world = true
value_sets = ["osteoporosis"]
"""
# LOINC's T-score of the heel, so far only a look-alike; the prefetch of the request
# asks for it by its code
HEEL = """name = "heel-t-score"
title = "T-score of the heel"
kind = "quantity"
unit = "{T-score}"
accept_units = ["{T-score}"]
range = [-10, 10]
usable_days = 365
value_sets = ["t-score-peripheral"]
key = "function"
"""


@pytest.mark.parametrize(
    ("name", "text", "entry", "value"),
    [
        pytest.param(
            "osteoporosis",
            OSTEOPOROSIS,
            problem("M81.0", number="o"),
            True,
            id="a diagnosis on the list",
        ),
        pytest.param(
            "osteoporosis",
            OSTEOPOROSIS,
            problem("hypertension"),
            False,
            id="a list without it",
        ),
        pytest.param(
            "heel-t-score",
            HEEL,
            measured("bmd-t-score", value=-2.1, code=codeable(LOINC, "38266-3")),
            -2.1,
            id="a value under its own code",
        ),
    ],
)
def test_a_finding_is_one_new_file(tree, name, text, entry, value):
    tree.write(f"mappings/findings/{name}.toml", text)
    service = tree.load()
    cards_for([entry], kyphoplasty(), service=service)
    findings = application(service).log.entries[-1].content["findings"]
    assert [one["value"] for one in findings if one["name"] == name] == [value]


def test_a_study_of_strata_is_one_new_file(tree):
    text = (tree.folder / "studies/psoas-plvi-2024.toml").read_text(encoding="utf-8")
    text = text.replace("psoas-plvi-2024", "pain-strata-2030").replace(
        "low-plvi", "low-plvi-again"
    )
    tree.write("studies/pain-strata-2030.toml", text)
    service = tree.load()
    assert "pain-strata-2030" in service.model_cards
    cards = cards_for([measured("plvi", 0.7)], kyphoplasty(), service=service)
    assert [one["study"] for one in outcome(cards)["supporting"]] == [
        "pain-strata-2030",
        "psoas-plvi-2024",
    ]


def test_a_logistic_study_is_one_new_file_and_its_built_table(tree):
    """`kyphoplasty-cds studies build` writes the table; nothing else is touched."""
    tree.write(
        "studies/ct-alone-2030.toml",
        Path(__file__).with_name("new_study.toml").read_text(encoding="utf-8"),
    )
    # the table is missing, and the message says what to run
    assert "ct-alone-2030" in str(refused(tree.load))
    units = {
        name: spec.unit
        for name, spec in load_finding_specs(tree.folder / "mappings").items()
    }
    study = load_studies(tree.folder / "studies", units)["ct-alone-2030"]
    write_table(build_table(study, draws=4000), tree.folder / "studies/reduced")
    axial = measured(
        "ct-attenuation",
        20,
        method={
            "text": "unenhanced CT, axial, trabecular ROI, vertebra beside the fracture"
        },
    )
    cards = cards_for([axial], kyphoplasty(None), service=tree.load())
    refracture = outcome(cards)
    assert "ct-alone-2030" in {one["model"] for one in refracture["models"]}
    found = model(cards, "ct-alone-2030")
    assert (found["inputsKnown"], found["horizonMonths"], found["incidence"]) == (
        1,
        12,
        0.2,
    )
    assert found["risk"] > 0.2
    assert found["inputs"][0]["date"] == days_ago(10)


def test_one_check_tells_every_fault_of_every_file(tree):
    findings, texts = "mappings/findings/grip-strength.toml", "mappings/texts/en.toml"
    rule = next((tree.hook / "recommendations").glob("*.toml")).name
    tree.replace(findings, "fresh_days", "fresh_dais")
    tree.replace(findings, "decimals = 0", "decimals = 9")
    tree.replace("mappings/findings/bmi.toml", 'kind = "quantity"', 'kind = "amount"')
    tree.write("mappings/valueset/t-score-hip.json", "{")
    tree.write(texts, "= 3\n")
    tree.write(f"{RULES}/{rule}", "= 3\n")
    tree.write(f"hooks/{HOOK}/closures.toml", "= 3\n")
    said = [str(one).removeprefix(f"{tree.folder}/") for one in find_faults(None)]
    for expected in (
        f"{findings}: fresh_dais",
        f"{findings}: decimals",
        "mappings/findings/bmi.toml: kind",
        "mappings/valueset/t-score-hip.json",
        texts,
        f"{RULES}/{rule}",
        f"hooks/{HOOK}/closures.toml",
    ):
        assert sum(one.startswith(expected) for one in said) == 1, (expected, said)


def test_a_start_tells_every_name_that_does_not_exist(tree):
    tree.replace(
        "mappings/findings/bmi.toml",
        'value_sets = ["',
        'value_sets = ["nowhere", "never", "',
    )
    with pytest.raises(DataFileError) as caught:
        tree.load()
    nowhere, never = caught.value.faults
    assert nowhere.key == never.key == "value_sets"
    assert "nowhere" in str(nowhere)
    assert "never" in str(never)
