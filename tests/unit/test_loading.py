"""What is in force after the start: digests, discovery, templates with codes, and a site's files over ours."""

import json

import pytest

from cds_service.core import data_file
from cds_service.core.data_file import data_root
from cds_service.errors import DataFileError
from cds_service.hook_files.wording import banned_patterns
from cds_service.loading import find_faults, load_service
from cds_service.samples import SITE_FOLDER
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    cards_for,
    kyphoplasty,
    measured,
    model,
    open_service,
    site_service,
)
from tests.data_tree import DataTree, tree

__all__ = ["tree"]  # the fixture

LOCAL = "https://hospital.example/codes/flowsheet"


def site(folder, toml="", **files):
    """A site folder with these tables and files; a key `mappings__valueset__x_json` is a path."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return site_service(folder, toml)


def test_a_packaged_copy_comes_first(tmp_path, monkeypatch):
    (tmp_path / "_data" / "hooks").mkdir(parents=True)
    monkeypatch.setattr(data_file, "PACKAGE", tmp_path)
    assert data_root("hooks") == tmp_path / "_data" / "hooks"
    assert data_root("mappings") == tmp_path.parent / "mappings"


@pytest.mark.parametrize(
    "path",
    [
        "mappings/valuesets/grip.json",
        "mappings/unit.toml",
        "mappings/findings/bmi.json",
        "mappings/grip.json",
        "hooks/another-service/cards/texts.toml",
        "hooks/kyphoplasty-order-sign/texts.toml",
        "hooks/kyphoplasty-order-sign/card/texts.toml",
    ],
)
def test_a_file_of_a_site_where_nobody_looks_stops_the_start(tmp_path, path):
    """Its name is misspelt, and what it says would silently not be in force."""
    with pytest.raises(DataFileError, match="is not used"):
        site(tmp_path, **{path: ""})
    assert [one for one in find_faults(tmp_path) if "is not used" in str(one)]


def test_what_people_editors_and_mounted_volumes_leave_in_an_overlay_stops_nothing(
    tmp_path,
):
    """A ConfigMap is mounted as links into a hidden folder beside them."""
    left = (
        "README.md",
        "valueset/.bmi.json.swp",
        "conceptmap/lab.json~",
        "units.toml.before",
        "..2026/codes.json",
    )
    site(tmp_path, **{f"mappings/{name}": "" for name in left})


def test_unknown_languages_of_a_site_are_told_together(tmp_path):
    """Its cards and its page for patients: whoever mends one finds no other after it."""
    toml = '[languages.xx]\nreader = "Dr. A"\n[handout]\nlanguage = "yy"\n'
    with pytest.raises(DataFileError):
        site(tmp_path, toml)
    told = "\n".join(str(one) for one in find_faults(tmp_path))
    assert "languages.xx" in told
    assert "handout.language" in told


# --- digests


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("hooks/kyphoplasty-order-sign/recommendations/20-dietitian.toml", "hooks"),
        ("hooks/kyphoplasty-order-sign/cards/rehabilitation.md", "hooks"),
        ("mappings/findings/bmi.toml", "mappings"),
        ("mappings/valueset/bmi.json", "mappings"),
        ("studies/psoas-plvi-2024.toml", "studies"),
        ("core/derivations/rulers.toml", "core"),
        ("core/words/words.toml", "core"),
    ],
)
def test_a_changed_file_changes_the_digest_of_its_part_alone(
    tree: DataTree, path, part
):
    before = tree.load().digests
    file = tree.folder / path
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    after = tree.load().digests
    changed = {name for name in before if before[name] != after[name]}
    # a card holds its study's digest
    assert changed - ({"model-cards"} if part == "studies" else set()) == {part}


def test_a_site_s_policy_and_files_change_the_digests(tmp_path):
    before = open_service().digests
    after = site(tmp_path, "[policy]\nbrace-max-weeks = 6\n").digests
    assert before["policy"] != after["policy"]
    assert before["studies"] == after["studies"]


# --- discovery


def test_what_is_known_only_after_surgery_is_never_asked_for():
    assert "local-kyphosis-post" not in json.dumps(open_service().hooks[HOOK].discovery)
    assert "cement-diffused" not in json.dumps(open_service().hooks[HOOK].discovery)


def test_a_query_that_grows_too_long_stops_the_start(tmp_path):
    concepts = ",".join(
        f'{{"code": "local-{number:04}-with-a-long-name"}}' for number in range(60)
    )
    value_set = (
        '{"resourceType": "ValueSet", "id": "pma-rate", "status": "active",'
        ' "compose": {"include": [{"system": "https://hospital.example/codes",'
        f' "concept": [{concepts}]}}]}}}}'
    )
    with pytest.raises(DataFileError, match=r"prefetch\.imaging"):
        site(tmp_path, **{"mappings/valueset/pma-rate.json": value_set})


# --- a site's files


def test_local_codes_are_asked_for_in_the_site_s_own_spelling():
    """Servers compare code systems letter by letter: https is not http."""
    text = (
        load_service(load_site(SITE_FOLDER))
        .hooks[HOOK]
        .discovery["prefetch"]["function"]
    )
    assert f"{LOCAL}|7010" in text
    assert f"{LOCAL.replace('https', 'http')}|" not in text


def test_a_file_of_a_site_replaces_ours_whole(tmp_path):
    rule = data_root("hooks") / HOOK / "recommendations/20-dietitian.toml"
    text = rule.read_text(encoding="utf-8").replace(
        'heading = "Dietitian"', 'heading = "Nutrition team"'
    )
    service = site(
        tmp_path, **{f"hooks/{HOOK}/recommendations/20-dietitian.toml": text}
    )
    headings = [one.heading for one in service.hooks[HOOK].rules]
    assert "Nutrition team" in headings
    assert "Dietitian" not in headings
    assert len(headings) == len(open_service().hooks[HOOK].rules)


def test_a_finding_of_a_site_has_its_own_limits(tmp_path):
    bmi = (data_root("mappings") / "findings/bmi.toml").read_text(encoding="utf-8")
    service = site(
        tmp_path,
        **{
            "mappings/findings/bmi.toml": bmi.replace(
                "usable_days = 731", "usable_days = 200"
            )
        },
    )
    old = [measured("bmi", 19.0, days=300)]

    def inputs(**options):
        found = model(
            cards_for(old, kyphoplasty(None), **options), "sarcopenia-pvm-2022"
        )["inputs"]
        return [one["name"] for one in found]

    assert inputs() == ["bmi"]
    assert inputs(service=service) == []


# --- wording


@pytest.mark.parametrize(
    "words",
    [
        # governance, section 2.3: one example of each ban, and the three that must pass (cards, B15)
        "the patient must",
        "required to walk",
        "do not operate",
        "do not sign",
        "contraindicated",
        "diagnosed with osteoporosis",
        "diagnosis of",
        "will refracture",
        "prevents fractures",
        "prevent it",
        "reduces the risk",
        "reduce risk",
        "lowers your risk",
        "lower this patient",
        "guaranteed",
        "safe to",
        "urgently",
        "immediately",
        "stat",
        "within 24 hours",
        "within 24h",
        "AI says",
        "FDA-approved",
        "ONC-certified",
        "validated",
        "accurate",
        "proven",
        "the patient needs",
    ],
)
def test_these_words_are_banned_whatever_the_case(words):
    for said in (words, words.upper(), f"({words})"):
        assert any(
            pattern.search(said) for pattern in banned_patterns([data_root("hooks")])
        ), said


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "provenance",
        "fracture prevention service",
        "not externally validated",
        "validated once",
        "study",
    ],
)
def test_words_that_only_contain_a_banned_one_pass(words):
    assert not any(
        pattern.search(words) for pattern in banned_patterns([data_root("hooks")])
    )
