"""The check names each name that nothing knows, and each code that says two things."""

import json
import re

import pytest

from cds_service.core.data_file import data_root
from cds_service.loading import find_faults
from tests.builders import MAPPINGS

SITE = '[site]\nname = "Example"\n'
HOOKS = data_root("hooks") / "kyphoplasty-order-sign"


def faults_with(tmp_path, files: dict[str, str]) -> list[str]:
    """What the check says of a site with these files."""
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return [str(fault) for fault in find_faults(tmp_path)]


def changed(path, before: str, after: str) -> str:
    """A file of ours with one word changed."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    return text.replace(before, after)


def value_set(name: str, system: str, code: str) -> str:
    """One of our value sets with a code added."""
    content = json.loads((MAPPINGS / "valueset" / f"{name}.json").read_text("utf-8"))
    added = {"system": system, "concept": [{"code": code}]}
    content["compose"]["include"].append(added)
    return json.dumps(content)


@pytest.mark.parametrize(
    ("file", "table"),
    [("kinds/past.toml", "past-in-reason"), ("methods.toml", "unenhanced-ct")],
)
def test_a_file_of_a_site_has_every_table_that_ours_has(tmp_path, file, table):
    content = changed(MAPPINGS / file, f"[{table}]", "[something-else]")
    faults = faults_with(tmp_path, {f"mappings/{file}": content})
    assert any(
        f"{file}: {table}: is missing: copy it from ours" in one for one in faults
    )


@pytest.mark.parametrize(
    ("file", "tables"),
    [
        ("grave-stems.toml", ["searched", "rescue_called"]),
        ("kinds/records.toml", ["disowned", "please-remove"]),
    ],
)
def test_an_older_copy_of_a_site_is_told_what_to_copy(tmp_path, file, tables):
    """Every new table at once, and not only that a field is required."""
    content = (MAPPINGS / file).read_text(encoding="utf-8")
    for table in tables:
        head, _, rest = content.partition(f"\n[{table}]\n")
        content = head + "\n" + rest[rest.index("\n[") :]
    said = "\n".join(faults_with(tmp_path, {f"mappings/{file}": content}))
    assert all(f"{table}: is missing: copy it from ours" in said for table in tables)


def test_all_unknown_names_are_said_at_once(tmp_path):
    rule = HOOKS / "recommendations" / "03-biopsy.toml"
    faults = faults_with(
        tmp_path,
        {
            "mappings/texts/sv.toml": '[diabetis]\nany = ["sockersjuka"]\n'
            "[durations]\nunits.wks = ['veckor']\n",
            "mappings/bystanders.toml": changed(
                MAPPINGS / "bystanders.toml", '"other-condition"', '"other-conditions"'
            ),
        },
    )
    expected = (
        r"sv.toml: diabetis: is no concept.*did you mean diabetes",
        r"sv.toml: durations.units.wks: is no unit of durations.toml: .*wk",
        r"bystanders.toml: problem-concepts.names: other-conditions is no concept",
    )
    for pattern in expected:
        assert [one for one in faults if re.search(pattern, one)], pattern
    name = f"hooks/kyphoplasty-order-sign/recommendations/{rule.name}"
    bad = changed(rule, 'order-kind = "biopsy"', 'order-kind = "biopsies"').replace(
        '["F6", "F7"]', '["F6x", "F7x"]'
    )
    (tmp_path / "mappings" / "texts" / "sv.toml").unlink()
    (tmp_path / "mappings" / "bystanders.toml").unlink()
    of_hooks = faults_with(tmp_path, {name: bad})
    for word in (f"{rule.name}: order-kind: biopsies", "F6x", "F7x"):
        assert [one for one in of_hooks if word in one], word


@pytest.mark.parametrize(
    ("was", "is_now", "fault"),
    [
        pytest.param(
            'id = "F20"',
            'id = "F22"',
            r"22-weak-muscle.toml: id: F22 is the id of .*20-steroid.toml too",
            id="an id of another",
        ),
        pytest.param(
            "{join}, {state}",
            "{join}, {drugg}",
            r"20-steroid.toml: phrases: unknown words drugg;",
            id="a word",
        ),
        pytest.param(
            'signal = "steroid-three-months"',
            'signal = "sepsis"',
            r"20-steroid.toml: words: drug is not one of the words of the signal"
            r" sepsis; there are: date",
            id="a word of another signal",
        ),
        pytest.param(
            'signal = "steroid-three-months"',
            'signal = "care-home"',
            r"20-steroid.toml: words: drug is not .* there are: none",
            id="a signal without words",
        ),
    ],
)
def test_a_fault_of_a_fact_names_its_file(tmp_path, was, is_now, fault):
    name = "kyphoplasty-order-sign/facts/20-steroid.toml"
    bad = changed(MAPPINGS.parent / "hooks" / name, was, is_now)
    assert re.search(fault, "\n".join(faults_with(tmp_path, {f"hooks/{name}": bad})))


@pytest.mark.parametrize(
    ("name", "system", "code", "expected"),
    [
        pytest.param(
            "t-score-hip",
            "http://loinc.org",
            "38267-1",
            "is in t-score-lumbar-spine too|is in t-score-hip too",
            id="two sites of a T-score",
        ),
        pytest.param(
            "grip-strength-left",
            "http://loinc.org",
            "83174-3",
            "is in grip-strength-right too|is in grip-strength-left too",
            id="two hands",
        ),
    ],
)
def test_a_code_of_two_concepts_that_exclude_each_other_is_refused(
    tmp_path, name, system, code, expected
):
    faults = faults_with(
        tmp_path, {f"mappings/valueset/{name}.json": value_set(name, system, code)}
    )
    assert [one for one in faults if code in one and re.search(expected, one)]


def test_ours_have_none(tmp_path):
    assert faults_with(tmp_path, {}) == []
