"""Every English text that a card may say, as language files have to pair it.

Of data it is read from the service in force; of code from the calls of `say`, as
gettext would do it, and from the tables that those calls choose from.

    python -m tests.language_texts pt        # what hooks/languages/pt.toml lacks
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from cds_service.call import Service, ServiceHook
from cds_service.cards.brace import OWN_ROLES, ROLES
from cds_service.core.braces.bracing import WITHOUT_DATE
from cds_service.core.data_file import data_root
from cds_service.core.drugs.bone_drugs import KINDS
from cds_service.core.facts.card_words import FOREARM, PLACES, UNKNOWN_PLACE
from cds_service.core.facts.chart_signals import SECOND
from cds_service.core.facts.rule_signals import NOT_UNDERSTOOD
from cds_service.core.orders import PROCEDURES
from cds_service.core.words.languages import LanguageFile
from cds_service.core.words.wording import GAP_REASONS, NUMBER_WORDS
from cds_service.errors import CdsError
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.orders.levels.broken_levels import REGION_NAMES
from cds_service.fhir.orders.levels.treated_levels import (
    UNUSUAL_NUMBERING,
    WEAK_JUNCTION,
)
from cds_service.fhir.orders.operations.augmentation import (
    BOTH,
    BY_TEXT,
    FROM_WORDS,
    OPEN,
)
from cds_service.fhir.orders.recognition import SUPPORT_TITLES
from cds_service.fhir.orders.titles.supports import BRACES
from cds_service.hook_files.languages import read_languages
from cds_service.hook_files.orders import OWN_WORDS
from cds_service.loading import load_service

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "cds_service"
ROOMS = ("core", "cards", "fhir/orders")
TABLES = (PLACES, PROCEDURES, WITHOUT_DATE, NOT_UNDERSTOOD, GAP_REASONS, BRACES)
NAMES = (
    *(FOREARM, UNKNOWN_PLACE, SECOND, *NUMBER_WORDS, *REGION_NAMES),
    *(BOTH, BY_TEXT, FROM_WORDS, OPEN, UNUSUAL_NUMBERING, WEAK_JUNCTION),
    *(*ROLES.values(), *OWN_ROLES.values()),
)
# What the reader of lists puts together.
COMPOSED = (*(f"{one} falls" for one in NUMBER_WORDS[2:]), "medication list empty")

# By language: the texts that it writes as English does.
SAME_AS_ENGLISH: Mapping[str, frozenset[str]] = {
    "de": frozenset(
        {
            *("Rehabilitation", "rehabilitation", "Clinical Frailty Scale"),
            *("Clinical Frailty Scale {points}", "augmentation", "Parkinson"),
        }
    ),
}
# Frequent words of the English cards: one on a card in another language was left over.
ENGLISH = re.compile(
    r"\b(the|of|and|drug|drugs|bone|ordered|before|with|not|no|since|ask|review|start"
    r"|fracture|is|or|at|for|by|after|refer|risk|known|average|study|about)\b"
)
# By language: which of these it has too, as French has `fracture`.
SHARED_WORDS: Mapping[str, frozenset[str]] = {}


def english_words(text: str, language: str) -> set[str]:
    """Find words that were left in English."""
    shared = SHARED_WORDS.get(language, frozenset())
    return set(ENGLISH.findall(text.casefold())) - shared


def texts_of(service: Service) -> frozenset[str]:
    """Give all texts that a language needs."""
    pooled = service.pooled.study.say
    steps = {one.words for one in pooled.ladder}
    found = {*NAMES, *COMPOSED, *KINDS, pooled.more, pooled.horizon} | steps
    found |= {one.removeprefix("about ") for one in steps}
    found |= {one for table in (*TABLES, SUPPORT_TITLES) for one in table.values()}
    for hook in service.hooks.values():
        found |= set(_of_hook(hook))
    for spec in service.finding_specs.values():
        found |= {spec.title, *getattr(spec, "labels", {}).values()}
        found |= set(getattr(spec, "kinds", {}).values())
    for study in service.studies.values():
        found |= {one.text for one in study.applicability}
    for room in ROOMS:
        for path in (PACKAGE / room).rglob("*.py"):
            found |= set(_of_code(ast.parse(path.read_text(encoding="utf-8"))))
    return frozenset(one for one in found if any(map(str.isalpha, one)))


def lacking(language: LanguageFile, service: Service) -> list[str]:
    """List what a language has no translation of, as lines of its file."""
    missing = sorted(one for one in texts_of(service) if not language.has(one))
    return [f'{json.dumps(one, ensure_ascii=False)} = ""' for one in missing]


def whole(languages: Mapping[str, LanguageFile], service: Service) -> list[str]:
    """List the languages that lack nothing; of the others one test says what it is."""
    return sorted(code for code, one in languages.items() if not lacking(one, service))


def whole_or_skipped(languages: Mapping[str, LanguageFile], service: Service) -> list:
    """Make a parameter of each language; skip those that lack a text.

    An unfinished language would fail each test that reads cards in it, and hide the one
    test that names its missing texts.
    """
    ready = whole(languages, service)
    skip = pytest.mark.skip(reason="lacks texts, which test_has_every_text names")
    return [
        pytest.param(code, marks=() if code in ready else skip)
        for code in sorted(languages)
    ]


@cache
def written() -> str:
    """Everything that code and data say, to find what nobody says any more."""
    paths = (
        *PACKAGE.rglob("*.py"),
        *PACKAGE.rglob("*.toml"),
        *(REPOSITORY / "mappings").rglob("*.toml"),
    )
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _of_hook(hook: ServiceHook) -> Iterator[str]:
    yield from _strings(hook.texts.tables)
    for codings in hook.texts.reasons.values():
        yield from (one.display or "" for one in codings)
    for fact in hook.facts:
        yield from (*fact.texts, fact.not_counted)
    for rule in hook.rules:
        yield from (rule.heading, rule.text, rule.label)
        yield from (one.words for one in rule.asks)
        for option in rule.texts:
            yield from (option.line(rule.text), option.label)
    for template in hook.order_templates.values():
        for path, value in leaves_of(template.resource):
            if path in OWN_WORDS or path.endswith(".text"):
                yield value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)


def _of_code(tree: ast.Module) -> Iterator[str]:
    given = _values(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "say" and node.args:
            yield from _constants(node.args[0], given)


def _values(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """What each name is given in a module, by the name."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            for inner in ast.walk(target):
                if isinstance(inner, ast.Name):
                    found.setdefault(inner.id, []).append(value)
    return found


def _constants(value: ast.AST, given: Mapping[str, list[ast.AST]]) -> Iterator[str]:
    """The texts of an expression, and of what its names were given."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.Name):
        for one in given.get(value.id, ()):
            yield from _constants(one, {})
    elif isinstance(value, ast.Dict | ast.Tuple | ast.IfExp | ast.Subscript):
        for one in _parts(value):
            yield from _constants(one, given)


def _parts(value: ast.Dict | ast.Tuple | ast.IfExp | ast.Subscript) -> list[ast.expr]:
    if isinstance(value, ast.Dict):
        return value.values
    if isinstance(value, ast.Tuple):
        return value.elts
    if isinstance(value, ast.IfExp):
        return [value.body, value.orelse]
    return [value.value]


def main() -> None:
    """Print what the file of a language lacks, or what is wrong with a file."""
    try:
        known = read_languages([data_root("hooks")])
        code = sys.argv[1] if len(sys.argv) == 2 else ""
        if code not in known:
            sys.exit(f"name a file of hooks/languages/: {', '.join(known)}")
        click.echo("\n".join(lacking(known[code], load_service())))
    except CdsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
