"""Make one CDS service of the files of its folder in `hooks/`."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.call import ServiceHook
from cds_service.cards.card_files import in_force, load_card_texts
from cds_service.cards.guidelines import GuidelineFile
from cds_service.cards.texts import CardTexts
from cds_service.core.acts.rule_file import Rule
from cds_service.core.data_file import Faults, read_toml, validated
from cds_service.core.earlier_cards.closures import ClosureFile
from cds_service.core.facts.chart_facts import TRAINING_OPEN
from cds_service.core.facts.fact_file import FactFile
from cds_service.core.facts.open_signals import OPEN_SIGNALS
from cds_service.core.facts.signals import signal_names
from cds_service.core.handout.handout import HandoutText
from cds_service.core.models.study import Study
from cds_service.core.vocabulary import FindingSpec
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.codes.mapping_files import Orderable
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.recognition import SUPPORT_KINDS
from cds_service.fhir.orders.suggested.suggestions import (
    Code,
    OrderTemplate,
    make_template,
)
from cds_service.hook_files.closures import check_acts, read_closures
from cds_service.hook_files.facts import check_fact, read_facts
from cds_service.hook_files.folders import hook_folders
from cds_service.hook_files.handouts import read_handouts
from cds_service.hook_files.orders import read_orders
from cds_service.hook_files.queries import fill_queries, plan_queries, read_discovery
from cds_service.hook_files.rules import check_rule, read_rules
from cds_service.hook_files.wording import check_wording


class HookFiles(NamedTuple):
    """The files of one service in `hooks/`, each of them sound by itself."""

    name: str
    discovery: Mapping[str, Any]
    orders: Mapping[str, Mapping[str, Any]]
    guidelines: GuidelineFile
    rules: tuple[Rule, ...]
    facts: tuple[FactFile, ...]
    texts: CardTexts
    closures: ClosureFile
    handouts: Mapping[str, HandoutText]


def read_hook_files(name: str, hooks: Sequence[Path]) -> HookFiles:
    """Read the files of one service, each checked by itself.

    Args:
        name: name of the service and of its folder.
        hooks: our folder `hooks/`, then a site's.

    Raises:
        DataFileError: a file is missing or wrong; all faults are reported at once.
    """
    folders = hook_folders(name, hooks)
    faults = Faults()
    with faults:
        discovery = read_discovery(folders)
    with faults:
        orders = read_orders(folders)
    with faults:
        path = in_force(folders.all, "guidelines.toml")
        guidelines = validated(GuidelineFile, read_toml(path), path)
    with faults:
        rules = read_rules(folders)
    with faults:
        facts = read_facts(folders)
    with faults:
        check_wording(hooks, folders.own)
    with faults:
        texts = load_card_texts(folders.own, folders.shared)
        closures = read_closures(folders, texts)
    with faults:
        handouts = read_handouts(folders)
    faults.stop()
    return HookFiles(
        name, discovery, orders, guidelines, rules, facts, texts, closures, handouts
    )


def make_service_hook(
    files: HookFiles,
    studies: Mapping[str, Study],
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    orderables: Mapping[Code, tuple[Orderable, ...]],
) -> ServiceHook:
    """Join the files of one service; what one file names must exist in another.

    Raises:
        DataFileError: a name is not known; all faults are reported at once.
    """
    discovery = files.discovery
    faults = Faults()
    with faults:
        queries = fill_queries(discovery, specs, terminology)
    with faults:
        if discovery.get("id") != files.name:
            message = f"is {discovery.get('id')!r}, the folder is {files.name!r}"
            raise DataFileError(f"{files.name}/service.json", "id", message)
    order_templates: dict[str, OrderTemplate] = {}
    for order, resource in files.orders.items():
        with faults:
            order_templates[order] = make_template(order, resource, orderables)
    faults.stop()
    _check_names(files, studies, specs, order_templates)
    return ServiceHook(
        id=files.name,
        hook=str(discovery["hook"]),
        discovery={**discovery, "prefetch": queries},
        plan=plan_queries(queries),
        rules=files.rules,
        facts=files.facts,
        texts=files.texts,
        order_templates=order_templates,
        guidelines={
            guideline.id: guideline for guideline in files.guidelines.guidelines
        },
        summaries=files.guidelines.summaries,
        closures=files.closures,
        handouts=files.handouts,
    )


def _check_names(
    files: HookFiles,
    studies: Mapping[str, Study],
    specs: Mapping[str, FindingSpec],
    order_templates: Mapping[str, OrderTemplate],
) -> None:
    """Check that everything rules and facts name exists."""
    signals = signal_names(studies)
    facts = {fact.id for fact in files.facts}
    names: Mapping[str, Collection[str]] = {
        "signals": signals,
        "facts": facts,
        "open things": OPEN_SIGNALS,
        "signals or facts": {*signals, *facts, *(f"leads-{name}" for name in facts)},
        "findings": specs,
        "studies": studies,
        "guidelines": {guideline.id for guideline in files.guidelines.guidelines},
        "rules": {rule.id for rule in files.rules},
        "kinds of order": SUPPORT_KINDS,
    }
    of_facts = {
        **names,
        "signals": signals | {TRAINING_OPEN},
    }
    faults = Faults()
    for rule in files.rules:
        with faults:
            check_rule(rule, names, order_templates)
    for fact in files.facts:
        with faults:
            check_fact(fact, of_facts)
    with faults:
        check_acts(files.closures, {fact.act for fact in files.facts})
    faults.stop()
