"""The requirement table and the tests match: no row without a test, no test without a row."""

import ast
import csv
import re
from pathlib import Path

from tests.card_rules import NAMED_RULES

FOLDER = Path(__file__).parent
IDS = {f"CH-{number:02}" for number in (*range(1, 48), *range(49, 61))}
OF_RULES = "test_every_answer_keeps_the_rule"
NAME = re.compile(r"test_ch_(\d\d)_\w+")
# Tests of the table, of the rules themselves, of what vendors publish and clients send.
OTHERS = {
    "test_requirements.py",
    "test_rules_bite.py",
    "test_ehr_shapes.py",
    "test_seen_clients.py",
    "test_stock_sandbox.py",
}


def rows():
    with (FOLDER / "requirements.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def names_by_file():
    """Every test function of this folder as `file::name`, but for the files that hold other tests."""
    for path in sorted(FOLDER.glob("test_*.py")):
        if path.name not in OTHERS:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from (
                f"{path.name}::{node.name}"
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef)
                and node.name.startswith("test_")
                and node.name != OF_RULES
            )


def test_every_requirement_stands_in_the_table_once_and_is_whole():
    ids = [row["id"] for row in rows()]
    assert len(set(ids)) == len(ids)
    assert set(ids) == IDS
    for row in rows():
        assert row.keys() == {"id", "text", "level", "section", "test"}
        assert all(value and value.strip() for value in row.values()), row["id"]
        assert row["level"] in {"SHALL", "SHOULD", "OWN"}, row["id"]


def test_every_row_has_its_tests_and_every_test_its_row():
    """A rule of every answer is a test of the table by its name."""
    rules = {f"card_rules.py::{name}" for name in NAMED_RULES}
    assert {test for row in rows() for test in row["test"].split()} == {
        *names_by_file(),
        *rules,
    }


def test_every_test_cites_the_requirement_of_its_row():
    for row in rows():
        for test in row["test"].split():
            file, _, name = test.partition("::")
            assert (
                file == "card_rules.py" or f"CH-{NAME.fullmatch(name)[1]}" == row["id"]
            ), test
