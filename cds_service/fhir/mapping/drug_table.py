"""Recognise drugs by ingredient, by `drugs.toml`.

Each ingredient is a concept, and belongs to groups that findings use.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.codes.code_systems import CPT, HCPCS, CodeSystems
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TITLE,
    TextRule,
    folded,
    folded_pattern,
)

ATC = "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OTHER_DRUG = "other-drug"


class _DoseOf(Closed):
    ingredient: str = Field(min_length=1)
    least: Mapping[str, float] = Field(alias="from")
    most: Mapping[str, float] = Field(default_factory=dict, alias="to")
    per_ml: float = Field(alias="per-ml", gt=0)
    units_billed: float = Field(alias="units-billed", gt=0)
    days: tuple[int, int]
    strengths: tuple[Pattern, ...] = Field(min_length=1)


class _Ingredient(Closed):
    name: str = Field(min_length=1)
    groups: tuple[str, ...] = Field(min_length=1)
    words: tuple[Pattern, ...] = ()
    brands: tuple[Pattern, ...] = ()
    atc: tuple[str, ...] = ()
    rxnorm: tuple[str, ...] = ()
    hcpcs: tuple[str, ...] = ()
    least_dose: Mapping[str, float] = Field(default_factory=dict, alias="least-dose")
    strengths: tuple[Pattern, ...] = ()
    dose_of: _DoseOf | None = Field(None, alias="dose-of")


class _Others(Closed):
    words: tuple[Pattern, ...]
    brands: tuple[Pattern, ...]


class _Unclassified(Closed):
    hcpcs: tuple[str, ...]


class _Administered(Closed):
    cpt: tuple[str, ...]
    words: tuple[Pattern, ...]
    but: tuple[Pattern, ...]


class _Forms(Closed):
    local: tuple[str, ...]
    short: tuple[str, ...]
    presentations: tuple[str, ...]
    pack: Pattern
    pack_days: int = Field(alias="pack-days", gt=0)
    hangul: tuple[Pattern, ...] = ()


class _DrugsFile(DataFile):
    forms: _Forms
    drugs: tuple[_Ingredient, ...]
    unclassified: _Unclassified
    administered: _Administered
    others: _Others


@dataclass(frozen=True, slots=True)
class OtherDose:
    """The marks of a dose of an ingredient that is not its usual one.

    Attributes:
        name: name of this dose, which counts as an ingredient.
        ingredient: the ingredient whose codes and names it shares.
        least: amounts from which it is this dose, by unit.
        most: amounts up to which it is, if the usual dose is the greater one.
        per_ml: mg in a mL from which it is this dose.
        units_billed: units that a payer is billed from which it is this dose.
        days: least and greatest number of days between two doses.
        words: words for this dose, in a folded name, dosage or note.
        usual: words of the usual dose.
    """

    name: str
    ingredient: str
    least: Mapping[str, float]
    most: Mapping[str, float]
    per_ml: float
    units_billed: float
    days: tuple[int, int]
    words: re.Pattern[str]
    usual: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class DrugTable:
    """Identifies drugs by codes and words.

    Attributes:
        ingredients: names as our texts use them.
        groups: groups that findings use: `bone-drug`.
        codes: concepts by system and code.
        classes: concepts by ATC class, for every code below it that is not in `codes`.
        words: rules by concept.
        members: each ingredient's own name and its groups.
        named: whole words that name a drug of a group, by group.
        least_doses: the least amount that is a dose, by ingredient and unit.
        other_doses: doses that count as another drug, by their ingredient.
        unclassified: codes by which a drug is billed that has none of its own.
        administered: codes of an injection or infusion that name no drug.
        injection: words for one.
        other_injection: words for one that is into a joint, a nerve or the spine.
        local_form: the end of a name that says that the drug acts where it is put.
        pack: the name of a pack that is one short course, with its `days`.
        pack_days: days of a pack whose name does not say them.
        hangul: names of drugs in Korean.
        hangul_rest: what may stand between and behind them: salt, form and strength.
    """

    ingredients: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    codes: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, TextRule] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least_doses: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    other_doses: Mapping[str, OtherDose] = field(default_factory=dict)
    unclassified: frozenset[tuple[str, str]] = frozenset()
    administered: frozenset[tuple[str, str]] = frozenset()
    injection: re.Pattern[str] = re.compile("(?!)")
    other_injection: re.Pattern[str] = re.compile("(?!)")
    local_form: re.Pattern[str] = re.compile("(?!)")
    pack: re.Pattern[str] = re.compile("(?!)")
    pack_days: int = 0
    hangul: re.Pattern[str] = re.compile("(?!)")
    hangul_rest: re.Pattern[str] = re.compile("(?!)")

    @property
    def concepts(self) -> frozenset[str]:
        """Return the ingredients and their groups."""
        return self.ingredients | self.groups

    def names_of(self, group: str) -> tuple[str, ...]:
        """Return whole words that name a drug of this group."""
        return self.named.get(group, ())

    def is_named_in_korean(self, words: str) -> bool:
        """Tell if a text is the Korean names of known drugs, and nothing unknown.

        Lists in Korean do not count as read, since a name that is not known may be a
        bone drug; one that is known whole is none.
        """
        if len(words) > LONGEST_TITLE:
            return False
        plain = folded(words)
        rest = self.hangul.sub(" ", plain)
        return rest != plain and bool(self.hangul_rest.fullmatch(rest))

    def groups_of(self, concept: str) -> tuple[str, ...]:
        """Return the concept itself and the groups of an ingredient."""
        return self.members.get(concept, (concept,))

    def other_dose(self, ingredient: str) -> str:
        """Return the name of another dose of an ingredient; empty if it has none."""
        other = self.other_doses.get(ingredient)
        return other.name if other else ""

    def concepts_of(self, system: str, code: str) -> tuple[str, ...]:
        """Return the concepts of a canonical code."""
        if listed := self.codes.get((system, code)):
            return listed
        if system != ATC:
            return ()
        for length in range(len(code), 2, -1):  # the narrowest class first
            if concepts := self.classes.get(code[:length]):
                return concepts
        return ()


def load_drugs(folders: Sequence[Path], systems: CodeSystems) -> DrugTable:
    """Load the drugs in force.

    Raises:
        DataFileError: the file is missing or wrong.
    """
    content = required(folders, "drugs.toml", _DrugsFile)[1]
    drugs = content.drugs
    members = {drug.name: (drug.name, *drug.groups) for drug in drugs}
    classes = {
        code.removesuffix("*"): members[drug.name]
        for drug in drugs
        for code in drug.atc
        if code.endswith("*")
    }
    return DrugTable(
        ingredients=frozenset(members),
        groups=frozenset(group for drug in drugs for group in drug.groups),
        codes=_codes(drugs, systems),
        classes=classes,
        words=_words(drugs, content.others),
        members=members,
        named=_named(drugs),
        least_doses={drug.name: drug.least_dose for drug in drugs if drug.least_dose},
        other_doses=_other_doses(drugs),
        unclassified=frozenset((HCPCS, code) for code in content.unclassified.hcpcs),
        administered=frozenset((CPT, code) for code in content.administered.cpt),
        injection=re.compile("|".join(content.administered.words)),
        other_injection=re.compile("|".join(content.administered.but)),
        local_form=_local_form(content.forms),
        pack=re.compile(content.forms.pack, re.IGNORECASE),
        pack_days=content.forms.pack_days,
        hangul=_hangul_names(drugs, content.others),
        hangul_rest=_hangul_rest(content.forms),
    )


_HANGUL = re.compile("[\uac00-\ud7a3]")


def _hangul_names(drugs: Sequence[_Ingredient], others: _Others) -> re.Pattern[str]:
    """Return a pattern for every drug's name in Korean, the longest first."""
    listed = [*others.words, *others.brands]
    for drug in drugs:
        listed += (*drug.words, *drug.brands)
    names = {folded_pattern(name) for name in listed if _HANGUL.search(name)}
    longest = sorted(names, key=lambda one: (-len(one), one))
    return re.compile("|".join(f"(?:{one})" for one in longest) or "(?!)")


def _hangul_rest(forms: _Forms) -> re.Pattern[str]:
    """Return a pattern for what stands between Korean names: strengths and forms."""
    amount = r"\d[\d.,]*+ ?(?:mg|mcg|\u03bcg|ug|g|ml|iu|%)?"
    form = "|".join(map(folded_pattern, forms.hangul)) or "(?!)"
    # Possessive: digits and forms could be cut in any number of ways.
    return re.compile(rf"(?:{amount}|(?:{form})|[\s,.;:/()+%-])*+")


def _codes(
    drugs: Sequence[_Ingredient], systems: CodeSystems
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the concepts of each code that is listed whole."""
    codes: dict[tuple[str, str], tuple[str, ...]] = {}
    for drug in drugs:
        listed_codes = {ATC: drug.atc, RXNORM: drug.rxnorm, HCPCS: drug.hcpcs}
        pairs = [
            (system, code)
            for system, system_codes in listed_codes.items()
            for code in system_codes
            if not code.endswith("*")
        ]
        for pair in pairs:
            fault = "appears twice" if pair in codes else systems.fault(*pair)
            if fault:
                raise DataFileError(
                    "drugs.toml", f"drugs.{drug.name}", f"{pair[1]}: {fault}"
                )
        codes |= dict.fromkeys(pairs, (drug.name, *drug.groups))
    return codes


def _words(drugs: Sequence[_Ingredient], others: _Others) -> dict[str, TextRule]:
    """Return the rules of ingredients, of groups, and of all other drugs."""
    words = {OTHER_DRUG: _rule(others.words, others.brands)}
    of_groups: dict[str, list[str]] = {}
    for drug in drugs:
        if drug.words or drug.brands:
            words[drug.name] = _rule(drug.words, drug.brands)
            for group in drug.groups:
                of_groups.setdefault(group, []).extend(words[drug.name].any)
    words |= {group: TextRule(tuple(patterns)) for group, patterns in of_groups.items()}
    return words


def _named(drugs: Sequence[_Ingredient]) -> dict[str, tuple[str, ...]]:
    """Return the whole words that name a drug of each group."""
    named: dict[str, tuple[str, ...]] = {}
    for drug in drugs:
        whole = (*(rf"(?:{word})[a-z]*" for word in drug.words), *drug.brands)
        for group in drug.groups:
            named[group] = (*named.get(group, ()), *whole)
    return named


def _other_doses(drugs: Sequence[_Ingredient]) -> dict[str, OtherDose]:
    """Join each other dose with what its ingredient says of the usual one."""
    by_name = {drug.name: drug for drug in drugs}
    doses = {}
    for drug in drugs:
        if (dose := drug.dose_of) is None:
            continue
        if (usual := by_name.get(dose.ingredient)) is None:
            key = f"drugs.{drug.name}.dose-of.ingredient"
            raise DataFileError("drugs.toml", key, f"no drug {dose.ingredient}")
        doses[dose.ingredient] = OtherDose(
            name=drug.name,
            ingredient=dose.ingredient,
            least=dose.least,
            most=dose.most,
            per_ml=dose.per_ml,
            units_billed=dose.units_billed,
            days=dose.days,
            words=_any(dose.strengths),
            usual=_any((*usual.strengths, *_rule((), usual.brands).any)),
        )
    return doses


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{folded_pattern(one)})" for one in patterns))


def _local_form(forms: _Forms) -> re.Pattern[str]:
    """Return a pattern for the form that ends a name: `OPH SUSP 5 ML`, `TOP 0.1%`."""
    # No part holds a sign of `between`, so there is one way to read a name.
    local, short, presentations = (
        "|".join(words) for words in (forms.local, forms.short, forms.presentations)
    )
    between = r"[\s,.;/-]+"
    follows = rf"(?:{between}(?:{presentations}|[0-9][\w%]*|ML|G|MG|MCG|%))*"
    code = rf"(?:{local}|(?:{short}){between}(?:{presentations}))"
    return re.compile(rf"(?<=[\s,]){code}{follows}\W*$", re.IGNORECASE)


_LATIN = re.compile("[a-z0-9]")


def _rule(words: Sequence[str], brands: Sequence[str]) -> TextRule:
    """Make a rule of names, found at the beginning of a word, and of whole brands.

    In scripts without spaces both count anywhere in the text.
    """
    patterns = [
        *(folded_pattern(word) for word in words),
        *(_whole(folded_pattern(brand)) for brand in brands),
    ]
    latin = [f"(?:{one})" for one in patterns if _LATIN.match(one)]
    others = [f"(?:{one})" for one in patterns if not _LATIN.match(one)]
    if latin:
        # The border is written once: a search then passes over the middle of a word.
        others.insert(0, rf"\b(?:{'|'.join(latin)})")
    return TextRule(("|".join(others),))


def _whole(pattern: str) -> str:
    return rf"{pattern}\b" if _LATIN.match(pattern) else pattern
