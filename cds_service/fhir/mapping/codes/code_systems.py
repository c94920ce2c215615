"""Code systems: spelling, check digits, and codes that are refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import Closed, DataFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.overlay import required

Form = Literal["plain", "expression", "icd", "icd-figures", "icd9", "cpt", "upper"]
# the lists whose entries must be identified
Listed = Literal["conditions", "drugs", "procedures"]
CheckDigit = Literal["none", "verhoeff", "mod10"]

# characters, with its system; some look-ups try every beginning of a code
LONGEST_CODE = 200
MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
ORDERS = "https://kyphoplasty-cds.org/fhir/CodeSystem/orders"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
REMEMBERED, LONGEST_URI = 1024, 200
VERHOEFF = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)  # one round of his permutation, by digit


class CodeSystemSpec(Closed):
    """One row of `systems.toml`.

    Attributes:
        named: a pattern that recognises URIs that are not listed.
        extends: the system whose rules also apply to its codes.
        shape: pattern of a complete canonical code; None if not known.
        otherwise: the system that a code of another shape belongs to, if it fits that
            system's shape.
        tells: lists in which a code of this system alone identifies an entry.
    """

    uri: str
    aliases: tuple[str, ...] = ()
    named: re.Pattern[str] | None = None
    extends: str | None = None
    check_digit: CheckDigit = "none"
    form: Form = "plain"
    shape: re.Pattern[str] | None = None
    otherwise: str | None = None
    tells: tuple[Listed, ...] = ()

    def has_shape(self, code: str) -> bool:
        """Tell if a canonical code has the shape of this system's codes."""
        if self.shape is not None and not self.shape.fullmatch(code):
            return False
        return _CHECKS[self.check_digit](code)


class RefusedCode(Closed):
    """A code that circulates with a wrong meaning."""

    system: str
    code: str
    why: str


class _SystemsFile(DataFile):
    systems: tuple[CodeSystemSpec, ...]


class _RefusedFile(DataFile):
    refused: tuple[RefusedCode, ...]


@dataclass(frozen=True, slots=True)
class CodeSystems:
    """Canonical URIs by spelling, and the rules of each system.

    Attributes:
        aliases: canonical URI by plain spelling; a spelling that ends in `/*` covers
            everything below it.
    """

    specs: Mapping[str, CodeSystemSpec]
    aliases: Mapping[str, str]
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    _by_spelling: dict[str, str] = field(default_factory=dict)  # as records write them

    def normalise(self, system: str, code: str) -> tuple[str, str]:
        """Normalise system and code for comparison.

        A system that is not listed keeps its spelling. A code that is longer than
        `LONGEST_CODE` with its system becomes empty.
        """
        if len(system) + len(code) > LONGEST_CODE:
            return system, ""
        uri = self._by_spelling.get(system) or self._uri_of(system)
        spec = self.specs.get(uri)
        if spec is None:
            return uri, code.strip()
        canonical = _FORMS[spec.form](code)
        if (
            spec.otherwise
            and not spec.has_shape(canonical)
            and self.specs[spec.otherwise].has_shape(canonical)
        ):
            return spec.otherwise, canonical
        return uri, canonical

    def lineage(self, system: str) -> tuple[str, ...]:
        """Return the system, and the one whose rules also apply to its codes."""
        spec = self.specs.get(system)
        return (system, spec.extends) if spec and spec.extends else (system,)

    def identifies(self, kind: Listed, system: str, code: str) -> bool:
        """Tell if this code, as written, identifies an entry of such a list alone."""
        uri, canonical = self.normalise(system, code)
        spec = self.specs.get(uri)
        return spec is not None and kind in spec.tells and spec.has_shape(canonical)

    def fault(self, system: str, code: str) -> str:
        """Return what is wrong with a code in a data file; empty if it is sound."""
        uri, canonical = self.normalise(system, code)
        if why := self.refused.get((uri, canonical)):
            return why
        spec = self.specs.get(uri)
        if spec and not _CHECKS[spec.check_digit](canonical):
            return f"the check digit of {code} is wrong"
        if spec and not spec.has_shape(canonical):
            return f"{code} is not written as codes of this system are"
        return ""

    def _uri_of(self, system: str) -> str:
        plain = _plain(system)
        stems = [
            f"{plain[:place]}/*" for place, sign in enumerate(plain) if sign == "/"
        ]
        listed = (
            self.aliases[name] for name in (plain, *stems) if name in self.aliases
        )
        uri = next(listed, None)
        if uri is None:
            known = (
                spec.uri
                for spec in self.specs.values()
                if spec.named and spec.named.search(plain)
            )
            uri = next(known, None)
        canonical = uri or system.strip()
        if len(self._by_spelling) < REMEMBERED and len(system) <= LONGEST_URI:
            self._by_spelling[system] = canonical
        return canonical


def load_code_systems(*folders: Path) -> CodeSystems:
    """Load systems and refused codes from `mappings/`.

    A site's files take precedence over ours.
    """
    listed = required(folders, "systems.toml", _SystemsFile)[1].systems
    specs = {spec.uri: spec for spec in listed}
    for spec in listed:
        for name, uri in (("extends", spec.extends), ("otherwise", spec.otherwise)):
            if uri is not None and uri not in specs:
                raise DataFileError(
                    "systems.toml", name, f"{uri} is no system of this file"
                )
    known = CodeSystems(
        specs,
        {
            _plain(alias): spec.uri
            for spec in listed
            for alias in (spec.uri, *spec.aliases)
        },
    )
    refused = required(folders, "refused-codes.toml", _RefusedFile)[1].refused
    return CodeSystems(
        specs,
        known.aliases,
        {known.normalise(one.system, one.code): one.why for one in refused},
    )


def _has_verhoeff_digit(code: str) -> bool:
    """Tell if the check digit of a SNOMED CT identifier is correct.

    Verhoeff, dihedral group D5.
    """
    if not re.fullmatch(r"\d{6,18}", code):
        return False
    check = 0
    for place, digit in enumerate(map(int, reversed(code))):
        permuted = digit
        for _ in range(place % 8):
            permuted = VERHOEFF[permuted]
        check = _d5_product(check, permuted)
    return check == 0


def _has_loinc_digit(code: str) -> bool:
    """Tell if the check digit of a LOINC code is correct.

    The rule is mod 10, with every second digit doubled. Answers and parts (`LA…`,
    `LP…`) follow another rule, so only their form is checked.
    """
    if re.fullmatch(r"L[ALPG]\d{1,8}-\d", code):
        return True
    if re.fullmatch(r"\d{1,7}-\d", code) is None:
        return False
    # Of a doubled digit both digits are added: 14 counts as 1 + 4.
    digits = enumerate(map(int, reversed(code.replace("-", ""))))
    counts = (sum(divmod(digit * (1 + place % 2), 10)) for place, digit in digits)
    return sum(counts) % 10 == 0


def _d5_product(left: int, right: int) -> int:
    """Product in the dihedral group of order 10: 0-4 are rotations, 5-9 reflections."""
    if left < 5:
        return (left + right) % 5 + 5 * (right // 5)
    return (left - right) % 5 + 5 * (1 - right // 5)


def _plain(system: str) -> str:
    """Return a URI without scheme, version and OID prefix, in lower case."""
    plain = system.partition("|")[0].strip().rstrip("/").lower()
    return re.sub(r"^(https?://|urn:oid:|oid:)", "", plain)


# Finding context, procedure context, temporal context, subject relationship context
_CONTEXT = re.compile("408729009|408730004|408731000|408732007")
_CONCEPT = re.compile(r"\s*(?:===\s*|<<<\s*)?(\d+)")
# Left, right, both sides, a distinct service
_SIDE = re.compile(r"(?<=^\w{5})[- ]?(?:LT|RT|50|59|XS)$")
# German ICD-10 codes: `M49.5*`, `E11.90 G`, and without an end, `S22.0-`
_SUFFIX = re.compile(r"[\s+*!\u2020#.,-]+[AGVZ]?$")
# Behind a code of figures alone, how certain it is and the side: `S22.04G`, `S72.00GR`.
_CERTAINTY = re.compile(r"(?<=\d)(?:[AGVZ][BLR]?|[BLR][AGVZ]?)$")
_FIGURES = re.compile(r"[A-Z]\d\d(?:\.\d{1,2})?")


def _focus(code: str) -> str:
    """Return the focus concept of a post-coordinated expression.

    An expression with a context is returned whole: the context may say that the concept
    is absent, or another person's.
    """
    match = None if _CONTEXT.search(code) else _CONCEPT.match(code)
    return match[1] if match else code.strip()


def _with_dot(code: str, whole: int = 3) -> str:
    """Return a code with its dot after so many signs."""
    plain = code.replace(".", "")
    return plain if len(plain) <= whole else f"{plain[:whole]}.{plain[whole:]}"


def _icd(code: str) -> str:
    return _with_dot(_SUFFIX.sub("", code.strip().upper()))


def _icd_with_certainty(code: str) -> str:
    """Return a code without the letters that Germany adds to one of figures alone."""
    canonical = _icd(code)
    bare = _with_dot(_SUFFIX.sub("", _CERTAINTY.sub("", canonical)))
    return bare if _FIGURES.fullmatch(bare) else canonical


def _cpt(code: str) -> str:
    """Return a code without the modifiers that say a side or a session: `22514-LT`.

    Others stay, and leave it unknown: 53 says that the procedure was given up.
    """
    return _SIDE.sub("", code.strip().upper())


def _icd9(code: str) -> str:
    plain = code.strip().upper()
    whole = 4 if plain.startswith("E") else 3
    return _with_dot(plain, whole)


_FORMS: Mapping[Form, Callable[[str], str]] = {
    "plain": str.strip,
    "expression": _focus,
    "icd": _icd,
    "icd-figures": _icd_with_certainty,
    "icd9": _icd9,
    "cpt": _cpt,
    "upper": lambda code: code.strip().upper(),
}
_CHECKS: Mapping[CheckDigit, Callable[[str], bool]] = {
    "none": lambda _: True,
    "verhoeff": _has_verhoeff_digit,
    "mod10": _has_loinc_digit,
}
