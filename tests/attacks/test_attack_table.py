"""The attack table: every row has a case, and every case ends as its file says.

A row is added in its TOML file (`cases.py` says what the fields mean), or in Python if
it needs a builder (`signing_cases.py`) or is long (`long_cases.py`); what needs more
than a request and an answer is a function in `scenarios_<section>.py`.
"""

import importlib

import pytest

from tests.attacks.cases import FOLDER, ROWS
from tests.attacks.playing import play
from tests.attacks.scenarios import SCENARIOS
from tests.attacks.table import CASES

for module in sorted(FOLDER.glob("scenarios_*.py")):
    importlib.import_module(f"tests.attacks.{module.stem}")


def test_every_row_has_a_case():
    assert {case.row for case in CASES} == ROWS


def test_every_case_has_a_name_of_its_own():
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_scenario_belongs_to_a_case():
    assert {case.scenario for case in CASES if case.scenario} == set(SCENARIOS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_attack_fails(case, field):
    if case.scenario:
        SCENARIOS[case.scenario](case, field)
    else:
        play(case, field)
