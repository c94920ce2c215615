"""All cases of the attack table: a TOML file for each of its sections, and cases in Python that need builders."""

import tomllib

from tests.attacks import long_cases, signing_cases
from tests.attacks.cases import FOLDER, Case


def _read_cases() -> list[Case]:
    tables = [
        tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("*.toml"))
    ]
    return [
        Case.model_validate(one) for table in tables for one in table.get("case", ())
    ]


def _place(case: Case) -> tuple[str, int]:
    return case.row[0], int(case.row[1:])


CASES = sorted([*_read_cases(), *long_cases.CASES, *signing_cases.CASES], key=_place)
