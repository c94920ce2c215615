"""Code systems: canonical spelling of systems and codes, check digits, codes that must not be imported."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.overlay import read_toml, top_files, validated

Form = Literal["plain", "expression", "icd", "upper"]
CheckDigit = Literal["none", "verhoeff", "mod10"]

MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
ORDERS = "https://kyphoplasty-cds.org/fhir/CodeSystem/orders"


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CodeSystemSpec(_Closed):
    """One row of `systems.toml`."""

    uri: str
    aliases: tuple[str, ...] = ()
    check_digit: CheckDigit = "none"
    form: Form = "plain"


class RefusedCode(_Closed):
    """A code that circulates with a wrong meaning."""

    system: str
    code: str
    why: str


class _SystemsFile(_Closed):
    schema_version: Literal[1] = Field(alias="schema")
    systems: tuple[CodeSystemSpec, ...]


class _RefusedFile(_Closed):
    schema_version: Literal[1] = Field(alias="schema")
    refused: tuple[RefusedCode, ...]


@dataclass(frozen=True, slots=True)
class CodeSystems:
    """Canonical URIs by spelling, and the rules of each system."""

    specs: Mapping[str, CodeSystemSpec]
    aliases: Mapping[str, str]
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def normalise(self, system: str, code: str) -> tuple[str, str]:
        """System and code in the spelling that we compare; unknown systems stay as they are."""
        uri = self.aliases.get(system) or self.aliases.get(_plain(system), system.strip())
        spec = self.specs.get(uri)
        return uri, _FORMS[spec.form](code) if spec else code.strip()

    def fault(self, system: str, code: str) -> str:
        """What is wrong with a code in a data file, as a sentence part; empty when nothing is known against it."""
        uri, canonical = self.normalise(system, code)
        if why := self.refused.get((uri, canonical)):
            return why
        spec = self.specs.get(uri)
        if spec and not _CHECKS[spec.check_digit](canonical):
            return f"the check digit of {code} is wrong"
        return ""


def load_code_systems(*folders: Path) -> CodeSystems:
    """Systems and refused codes of `mappings/`, a site's files before ours."""
    files = top_files(folders, "systems.toml", "refused-codes.toml")
    if "systems.toml" not in files:
        raise DataFileError("systems.toml", "", "is missing")
    path = files["systems.toml"]
    specs = validated(_SystemsFile, read_toml(path), path).systems
    aliases = {_plain(alias): spec.uri for spec in specs for alias in (spec.uri, *spec.aliases)}
    known = CodeSystems({spec.uri: spec for spec in specs}, aliases)
    if "refused-codes.toml" not in files:
        return known
    path = files["refused-codes.toml"]
    refused = validated(_RefusedFile, read_toml(path), path).refused
    return CodeSystems(known.specs, aliases, {known.normalise(one.system, one.code): one.why for one in refused})


def has_verhoeff_digit(code: str) -> bool:
    """Whether the last digit of a SNOMED CT identifier is right (dihedral group D5)."""
    if not re.fullmatch(r"\d{6,18}", code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _d5_product(check, _permuted(int(digit), place))
    return check == 0


def has_loinc_digit(code: str) -> bool:
    """Whether the digit after the hyphen of a LOINC code is right (mod 10, every second digit doubled).

    Answers and parts (`LA…`, `LP…`) are numbered by another rule: of them only the form is checked.
    """
    if re.fullmatch(r"L[ALPG]\d{1,8}-\d", code):
        return True
    found = re.fullmatch(r"(\d{1,7})-(\d)", code)
    if found is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(found[1])):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(found[2])


def _d5_product(left: int, right: int) -> int:
    """Product in the dihedral group of order 10: 0-4 are rotations, 5-9 reflections."""
    if left < 5:
        return (left + right) % 5 + 5 * (right // 5)
    return (left - right) % 5 + 5 * (1 - right // 5)


def _permuted(digit: int, place: int) -> int:
    """The digit after `place` rounds of Verhoeff's permutation."""
    for _ in range(place % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit


def _plain(system: str) -> str:
    plain = system.strip().rstrip("/")
    is_ours = plain.startswith("https://kyphoplasty-cds")
    return plain if is_ours or not plain.startswith("https://") else f"http://{plain.removeprefix('https://')}"


def _focus(code: str) -> str:
    """The focus concept of a post-coordinated expression: what it is a kind of."""
    found = re.match(r"\s*(?:===\s*|<<<\s*)?(\d+)", code)
    return found[1] if found else code.strip()


def _dotted(code: str) -> str:
    plain = code.strip().upper().replace(".", "")
    return plain if len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}"


_FORMS: Mapping[Form, Callable[[str], str]] = {
    "plain": str.strip,
    "expression": _focus,
    "icd": _dotted,
    "upper": lambda code: code.strip().upper(),
}
_CHECKS: Mapping[CheckDigit, Callable[[str], bool]] = {
    "none": lambda _: True,
    "verhoeff": has_verhoeff_digit,
    "mod10": has_loinc_digit,
}
