"""`docs/hazards.md`: every control names tests, and each of them exists."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.attacks.table import CASES as ATTACKS

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "hazards.md").read_text(encoding="utf-8")
COLUMNS = [
    "no.",
    "hazard",
    "cause",
    "harm",
    "control",
    "test",
    "residual risk",
    "who decides",
]
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith("|---")
]
ROWS = [line for line in LINES if line != COLUMNS]
REFERENCE = re.compile(r"`(test_\w+\.py)::(test_\w+)`|(attack|fault) ([A-Z]\d+)")
FAULTS = ("faults/faults.toml", "integration/audit_faults.toml")


@cache
def functions(file: str) -> frozenset[str]:
    """Names of the tests of the file with this name; no two files share one."""
    (path,) = TESTS.rglob(file)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef)
    )


@cache
def rows(table: str) -> frozenset[str]:
    if table == "attack":
        return frozenset(case.row for case in ATTACKS)
    tables = [
        tomllib.loads((TESTS / file).read_text(encoding="utf-8")) for file in FAULTS
    ]
    return frozenset(case["row"] for one in tables for case in one.get("case", ()))


def missing(cell: str) -> list[str]:
    """What the cell names and is not there; the cell itself if it names nothing else."""
    found = []
    for one in REFERENCE.finditer(cell):
        file, name, table, row = one.groups()
        is_there = name in functions(file) if file else row in rows(table)
        found += [] if is_there else [one[0]]
    rest = REFERENCE.sub("", cell).replace(",", "").strip()
    return found + ([rest] if rest or not cell else [])


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_hazard_is_whole_and_its_tests_exist(row):
    assert len(row) == len(COLUMNS)
    assert all(row)
    assert missing(row[COLUMNS.index("test")]) == []


def test_every_hazard_has_a_number_of_its_own():
    # A number stays with its hazard, whatever comes or goes later.
    numbers = [int(row[0]) for row in ROWS]
    assert len({*numbers}) == len(numbers)
    assert len(ROWS) >= 40


def test_every_table_has_the_columns_of_the_standard():
    tables = re.findall(r"^\|---.*$", PAGE, re.MULTILINE)
    assert LINES.count(COLUMNS) == len(tables) > 0


def test_a_test_that_is_gone_is_found():
    assert missing("`test_hazards.py::test_a_test_that_is_gone_is_found`") == []
    gone = "`test_hazards.py::test_nothing`, attack Z9, fault F99"
    assert missing(gone) == gone.split(", ")
    assert missing("by eye") == ["by eye"]
    assert missing("") == [""]


def test_it_ends_with_what_the_hospital_does_itself():
    duties = PAGE.rpartition("\n## ")[2]
    for duty in ("chart review", "authoredOn", "kill-switch drill", "penetration test"):
        assert duty in duties
