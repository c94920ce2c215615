"""Read, check and digest all data once, at start.

A fault stops the start and names the file.
"""

import hashlib
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from cds_service import __version__
from cds_service.cards.card_files import in_force, load_card_texts
from cds_service.cards.guidelines import GuidelineFile
from cds_service.cards.texts import CardTexts
from cds_service.core.chart_facts import (
    COMMON_WORDS,
    TRAINING_OPEN,
    FactFile,
)
from cds_service.core.closures import ClosureFile
from cds_service.core.data_file import (
    DataTable,
    Faults,
    data_root,
    label,
    read_json,
    read_toml,
    validated,
)
from cds_service.core.handout import HandoutText
from cds_service.core.languages import LanguageFile
from cds_service.core.model_card import model_card
from cds_service.core.observed_expected import ObservedExpected
from cds_service.core.phrases import placeholders
from cds_service.core.policy import Policy
from cds_service.core.pooled import PooledModel, load_pooled_model
from cds_service.core.pooled_card import pooled_card
from cds_service.core.prediction import LogisticModel, load_models
from cds_service.core.recalibration import Recalibration
from cds_service.core.recommendations import Rule
from cds_service.core.signals import signal_names
from cds_service.core.source_attributes import SourceAttributes
from cds_service.core.study import Study
from cds_service.core.study_files import (
    find_study_faults,
    load_contrary_evidence,
    load_pooled_study,
    load_studies,
)
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import Wording
from cds_service.errors import DataFileError
from cds_service.fhir.gathering.prefetch import PrefetchPlan, plan_prefetch
from cds_service.fhir.learning import load_learning
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.confirmed import check_confirmed
from cds_service.fhir.mapping.mapping_files import Orderable, read_orderables
from cds_service.fhir.mapping.overlay import files_in_force, refuse_unread
from cds_service.fhir.mapping.terminology import (
    Terminology,
    asked_codes,
    check_specs,
    load_finding_specs,
)
from cds_service.fhir.orders.recognition import SUPPORT_KINDS
from cds_service.fhir.orders.suggestions import (
    Code,
    OrderTemplate,
    make_template,
    read_placeholders,
)
from cds_service.fhir.shapes import compile_shape
from cds_service.fhir.site_calendar import UTC_CALENDAR, SiteCalendar
from cds_service.measures.definitions import Measures, load_measures
from cds_service.protocol.json_text import canonical_json
from cds_service.service import Service, ServiceHook
from cds_service.site.clients import EVERYTHING
from cds_service.site.folder import SiteFolder, load_site

Numbered = TypeVar("Numbered", Rule, FactFile)

PACKAGE = Path(__file__).parent
STUDIES = PACKAGE / "studies"
REDUCED = STUDIES / "reduced"
CORE = PACKAGE / "core"  # definitions of sarcopenia, units in words
SIMULATION = STUDIES / "simulation.json"
POOLED_SIMULATION = STUDIES / "pooled-simulation.json"
OBSERVED_EXPECTED = "observed-expected.toml"  # likewise; `validate --quarters`
RECALIBRATION = "recalibration.toml"  # of a site folder; `validate --refit` writes it
MAX_QUERY = 2000  # characters; longer addresses are refused by some servers
# Placeholders that every rule may use (`words_of_rules` and `_recommendation` in
# core/recommendations.py).
RULE_WORDS = {
    *("review_weeks", "max_weeks", "bed_rest_hours", "asked", "Asked"),
    *("because", "fact", "Fact", "title", "end", "review"),
}


def load_service(site: SiteFolder | None = None) -> Service:
    """Load the service with our data, overlaid by a site's."""
    mappings, hooks = _folders("mappings", site), _folders("hooks", site)
    folders = sorted(path.parent for path in hooks[0].glob("*/service.json"))
    names = [path.name for path in folders if _is_wanted(path, site)]
    faults = Faults()
    for ours, *overlays in (mappings, hooks):
        for overlay in overlays:
            with faults:
                refuse_unread(ours, overlay)
    with faults:
        terminology = Terminology(*mappings, calendar=calendar_of(site))
    with faults:
        orderables = read_orderables(mappings)
    with faults:
        specs = load_finding_specs(*mappings)
    files: dict[str, HookFiles] = {}
    for name in names:
        with faults:
            files[name] = _read_hook_files(_hook_folders(name, hooks), hooks)
    faults.stop()
    with faults:
        check_specs(specs, terminology)
    units = {name: spec.unit for name, spec in specs.items()}
    with faults:
        studies = load_studies(STUDIES, units)
    faults.stop()
    models = load_models(studies, REDUCED)
    pooled = load_pooled_model(load_pooled_study(STUDIES, units), REDUCED)
    policy = _policy(site, models, pooled)
    attributes = load_attributes()
    cards = _model_cards(studies, models, pooled, attributes, site, policy)
    services: dict[str, ServiceHook] = {}
    for name, read in files.items():
        with faults:
            services[name] = _load_hook(
                name, read, studies, specs, terminology, orderables
            )
    faults.stop()
    for hook in services.values():
        for template in hook.order_templates.values():
            with faults:
                _refuse_two_codes(template, site)
    faults.stop()
    languages = load_languages(hooks)
    terminology.own_words = _words_of_templates(services, languages)
    _check_handout(site, services)
    used = _languages_in_use(site, languages)
    if site is not None:
        check_confirmed(site.path, terminology)
    return Service(
        hooks=dict(sorted(services.items(), key=_place_in_discovery)),
        terminology=terminology,
        finding_specs=specs,
        studies=studies,
        models=models,
        pooled=pooled,
        policy=policy,
        wording=Wording(specs),
        digests={
            "version": __version__,
            "studies": _digest([STUDIES]),
            "core": _digest([CORE]),
            "mappings": _digest(mappings),
            "hooks": _digest(hooks),
            "policy": hashlib.sha256(policy.model_dump_json().encode()).hexdigest(),
            "model-cards": hashlib.sha256(canonical_json(cards).encode()).hexdigest(),
        },
        model_cards=cards,
        attributes=attributes,
        languages=used,
        of_clients={
            issuer: load_service(folder) for issuer, folder in site.clients.items()
        }
        if site
        else {},
    )


def _is_wanted(folder: Path, site: SiteFolder | None) -> bool:
    """Tell if a service is on.

    That of opened charts only for an EHR without signings.
    """
    if read_json(folder / "service.json").get("hook") != "patient-view":
        return True
    return site is not None and any(one.patient_view for one in site.own_clients)


def _place_in_discovery(named: tuple[str, ServiceHook]) -> tuple[bool, str]:
    """Put the service of signings first: many clients take the first one."""
    name, hook = named
    return hook.hook != "order-sign", name


def _check_handout(
    site: SiteFolder | None, services: Mapping[str, ServiceHook]
) -> None:
    """Refuse settings of the patient's page in a language that nobody wrote."""
    if site is None:
        return
    known = {language for hook in services.values() for language in hook.handouts}
    settings = site.site.handout
    for key, used in (("language", {settings.language}), ("words", {*settings.words})):
        if unknown := used - known:
            fault = f"no page is written in {', '.join(sorted(unknown))}"
            raise DataFileError("site.toml", f"handout.{key}", fault)


def load_languages(hooks: Sequence[Path] | None = None) -> Mapping[str, LanguageFile]:
    """Read the languages of cards besides English, ours or a site's.

    A site's file replaces ours, and may say nothing that ours bans.
    """
    folders = hooks or _folders("hooks", None)
    found: dict[str, LanguageFile] = {}
    faults = Faults()
    for name, path in files_in_force(folders, "languages", ".toml").items():
        with faults:
            found[name] = _language(name, path)
            ours = folders[0] / "languages" / path.name
            if path != ours and ours.exists():
                _check_banned(found[name], _language(name, ours).banned, path)
    faults.stop()
    return found


def _language(name: str, path: Path) -> LanguageFile:
    found = validated(LanguageFile, read_toml(path), path)
    if found.language != name:
        raise DataFileError(label(path), "language", f"the file is called {name}")
    return found


def _check_banned(language: LanguageFile, banned: Sequence[str], path: Path) -> None:
    for pattern in banned:
        for text in language.sentences.values():
            if re.search(pattern, text, re.IGNORECASE):
                message = f"contains a phrase that no card may use: {pattern}"
                raise DataFileError(label(path), "sentences", message)


def _languages_in_use(
    site: SiteFolder | None, known: Mapping[str, LanguageFile]
) -> Mapping[str, LanguageFile]:
    """Choose the languages that the site has turned on; who read one is its word."""
    if site is None:
        return {}
    found = {}
    for name, own in site.site.languages.items():
        if name not in known:
            fault = f"there are: {', '.join(known)}"
            raise DataFileError("site.toml", f"languages.{name}", fault)
        found[name] = known[name].model_copy(
            update={"reviewed": known[name].reviewed or bool(own.reader)}
        )
    return found


def calendar_of(site: SiteFolder | None) -> SiteCalendar:
    """The site's days; those of UTC without a site."""
    return SiteCalendar(site.site.site.zone) if site else UTC_CALENDAR


def find_faults(site_folder: Path | None) -> tuple[DataFileError, ...]:
    """Find the faults of studies, mappings, hooks and site folder.

    What rests on a faulty file is checked once that is mended.
    """
    faults = Faults()
    site: SiteFolder | None = None
    with faults:
        site = load_site(site_folder) if site_folder else None
    with faults:
        find_study_faults(STUDIES, load_vocabulary(site), faults)
    for folder in (site, None):  # a fault of the site must not hide one of ours
        with faults:
            terminology = load_service(folder).terminology
            load_learning(_folders("mappings", folder), terminology)
        with faults:
            load_measures_in_force(folder)
    return faults.found


def load_vocabulary(site: SiteFolder | None = None) -> Mapping[str, str]:
    """Canonical unit of every finding.

    `studies build` checks study files against it.
    """
    return {
        name: spec.unit
        for name, spec in load_finding_specs(*_folders("mappings", site)).items()
    }


def mapping_folders(site: SiteFolder | None = None) -> tuple[Path, ...]:
    """`mappings/` with the overlays of the site."""
    return _folders("mappings", site)


def load_measures_in_force(site: SiteFolder | None = None) -> Measures:
    """The definitions of the measures, by name."""
    folders = mapping_folders(site)
    specs = load_finding_specs(*folders)
    units = {name: spec.unit for name, spec in specs.items()}
    pooled = load_pooled_study(STUDIES, units)
    return load_measures(folders, specs, {*load_studies(STUDIES, units), pooled.id})


def _folders(
    kind: Literal["hooks", "mappings"], site: SiteFolder | None
) -> tuple[Path, ...]:
    return (data_root(kind), *(site.overlays(kind) if site else ()))


def _policy(
    site: SiteFolder | None, models: Mapping[str, LogisticModel], pooled: PooledModel
) -> Policy:
    path = PACKAGE / "policy.toml"
    policy = validated(Policy, read_toml(path), path)
    if site is None:
        return policy
    baseline, reference = (
        table.model_dump(by_alias=True, exclude_none=True)
        for table in (site.site.baseline, site.site.reference)
    )
    digests = {name: model.study.table_digest for name, model in models.items()}
    digests[pooled.study.id] = pooled.study.table_digest
    own = site.path / RECALIBRATION
    fitted = _recalibration(
        own if own.exists() or site.below is None else site.below.path / RECALIBRATION,
        digests,
    )
    return policy.with_site(baseline, site.site.policy, reference).model_copy(
        update={"recalibration": fitted}
    )


def _recalibration(
    path: Path, digests: Mapping[str, str]
) -> Mapping[str, Recalibration]:
    """The site's recalibration by model.

    One of other numbers than those in force is refused.

    Args:
        digests: of the numbers in force, by model.
    """
    if not path.exists():
        return {}
    found = {}
    for name, table in read_toml(path).items():
        if name not in digests:
            raise DataFileError(
                label(path), name, f"is not one of the models {', '.join(digests)}"
            )
        found[name] = validated(Recalibration, table, path)
        if found[name].table_digest != digests[name]:
            raise DataFileError(
                label(path),
                f"{name}.table-digest",
                "the study has changed since; run validate --refit",
            )
    return found


def load_attributes() -> SourceAttributes:
    """The source attributes with our texts."""
    path = PACKAGE / "source-attributes.toml"
    return validated(SourceAttributes, read_toml(path), path)


def _model_cards(
    studies: Mapping[str, Study],
    models: Mapping[str, LogisticModel],
    pooled: PooledModel,
    attributes: SourceAttributes,
    site: SiteFolder | None,
    policy: Policy,
) -> dict[str, dict[str, Any]]:
    """The cards of the pooled model and of all studies.

    With the simulations, and what the site says itself of them.
    """
    contrary = load_contrary_evidence(STUDIES)
    local: dict[str, dict[str, dict[str, str]]] = {
        name: {} for name in (pooled.study.id, *studies)
    }
    for one in site.site.source_attributes if site else ():
        if one.study not in local:
            raise DataFileError(
                "site.toml", "source-attributes.study", f"no study {one.study}"
            )
        local[one.study][one.key] = {"text": one.text, "source": one.source}
    said = attributes.of_pooled(pooled.study, local[pooled.study.id], __version__)
    cards = {
        pooled.study.id: pooled_card(pooled, contrary, said)
        | {"simulation": read_json(POOLED_SIMULATION)}
    }
    for name, study in studies.items():
        said = attributes.of_study(study, local[name], __version__)
        cards[name] = model_card(study, models.get(name), contrary, said) | _simulated(
            study
        )
    for name, fitted in policy.recalibration.items():
        cards[name]["recalibration"] = fitted.to_json()
    for name, quarters in _observed_expected(site, cards).items():
        cards[name]["observedExpected"] = quarters.to_json()
    return cards


def _observed_expected(
    site: SiteFolder | None, models: Container[str]
) -> Mapping[str, ObservedExpected]:
    """Observed / expected by quarter as the site measured it, by model."""
    path = site.path / OBSERVED_EXPECTED if site else None
    if path is None or not path.exists():
        return {}
    found = {}
    for name, table in read_toml(path).items():
        if name not in models:
            raise DataFileError(label(path), name, "is not one of the models")
        found[name] = validated(ObservedExpected, table, path)
    return found


def _simulated(study: Study) -> dict[str, Any]:
    """What `make simulation` found for this version of the study."""
    found = read_json(SIMULATION)
    of_study = found["models"].get(study.id)
    if of_study is None or of_study["version"] != study.version:
        return {}
    return {
        "simulation": {
            "patients": found["patients"],
            "studies": found["studies"],
            "summary": of_study["summary"],
            "lowFigures": {
                "under": found["low"],
                **of_study["worlds"]["curved"]["lowFigures"],
            },
        }
    }


def _digest(folders: Sequence[Path]) -> str:
    """sha256 over names and bytes of all files, in a fixed order."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(
            one for one in folder.rglob("*") if one.suffix in (".toml", ".json", ".md")
        ):
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# --- one CDS service


class HookFiles(NamedTuple):
    """The files of one folder of `hooks/`, as far as each is right by itself."""

    discovery: Mapping[str, Any]
    orders: Mapping[str, Mapping[str, Any]]
    guidelines: GuidelineFile
    rules: tuple[Rule, ...]
    facts: tuple[FactFile, ...]
    texts: CardTexts
    closures: ClosureFile
    handouts: Mapping[str, HandoutText]


class HookFolders(NamedTuple):
    """Where the files of one service lie.

    Attributes:
        own: its folders, ours first, then a site's.
        shared: those of the service that `shared.toml` names: a file that is missing in
            `own` is read there, and a fact or rule of the same name is completed by it.
    """

    own: Sequence[Path]
    shared: Sequence[Path] = ()

    @property
    def all(self) -> tuple[Path, ...]:
        """The folders of both; the later one's file counts."""
        return (*self.shared, *self.own)


SHARED = "shared.toml"


class SharedFile(DataTable):
    """`shared.toml`.

    Attributes:
        service: the service whose files are read where this one has none.
        whole: this service is that one on another hook, facts and rules included.
    """

    service: str
    whole: bool = False


def _hook_folders(name: str, hooks: Sequence[Path]) -> HookFolders:
    own = [root / name for root in hooks]
    path = own[0] / SHARED
    if not path.exists():
        return HookFolders(own)
    file = validated(SharedFile, read_toml(path), path)
    if file.service == name or not (hooks[0] / file.service).is_dir():
        raise DataFileError(label(path), "service", "is no other service")
    shared = [root / file.service for root in hooks]
    return HookFolders([*shared, *own] if file.whole else own, shared)


def _read_hook_files(folders: HookFolders, hooks: Sequence[Path]) -> HookFiles:
    faults = Faults()
    with faults:
        discovery = _discovery(folders)
    orders: dict[str, Mapping[str, Any]] = {}
    for name, path in files_in_force(folders.all, "orders", ".json").items():
        with faults:
            orders[name] = read_json(path)
    with faults:
        path = in_force(folders.all, "guidelines.toml")
        guidelines = validated(GuidelineFile, read_toml(path), path)
    with faults:
        rules = _rules(folders)
    with faults:
        facts = _facts(folders)
    with faults:
        _check_wording(hooks, folders.own)
    with faults:
        texts = load_card_texts(folders.own, folders.shared)
        closures = _closures(folders, texts)
    handouts: dict[str, HandoutText] = {}
    for name, path in files_in_force(folders.own, "handout", ".toml").items():
        with faults:
            handouts[name] = _handout(name, path)
    faults.stop()
    return HookFiles(
        discovery, orders, guidelines, rules, facts, texts, closures, handouts
    )


def _handout(name: str, path: Path) -> HandoutText:
    found = validated(HandoutText, read_toml(path), path)
    if found.language != name:
        raise DataFileError(label(path), "language", f"the file is called {name}")
    return found


def _discovery(folders: HookFolders) -> Mapping[str, Any]:
    """The discovery entry.

    With the queries of the service that it shares files with.
    """
    own: dict[str, Any] = read_json(in_force(folders.own, "service.json"))
    if not folders.shared:
        return own
    shared = read_json(in_force(folders.shared, "service.json"))
    queries = {**shared.get("prefetch", {}), **own.get("prefetch", {})}
    return {**own, "prefetch": queries}


def _numbered(
    folders: HookFolders, kind: str, faults: Faults
) -> list[tuple[Path, dict[str, Any]]]:
    """List each file of this subfolder, completed by the shared one of its name.

    Its rank is the number before the name.
    """
    shared = files_in_force(folders.shared, kind, ".toml")
    found = []
    for name, path in sorted(files_in_force(folders.own, kind, ".toml").items()):
        rank, _, _ = name.partition("-")
        with faults:
            if not rank.isdigit():
                message = "the file name begins with its rank, 10-name.toml"
                raise DataFileError(label(path), "", message)
            base = read_toml(shared[name]) if name in shared else {}
            found.append((path, {**base, **read_toml(path), "rank": int(rank)}))
    return found


def _load_hook(
    name: str,
    files: HookFiles,
    studies: Mapping[str, Study],
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    orderables: Mapping[Code, tuple[Orderable, ...]],
) -> ServiceHook:
    discovery, rules, facts = files.discovery, files.rules, files.facts
    faults = Faults()
    templates: dict[str, str] = {}
    is_done = discovery.get("hook") == "encounter-discharge"
    for key, text in discovery.get("prefetch", {}).items():
        with faults:
            templates[key] = _with_codes(
                key, str(text), specs, terminology, is_done=is_done
            )
    with faults:
        if discovery.get("id") != name:
            message = f"is {discovery.get('id')!r}, the folder is {name!r}"
            raise DataFileError(f"{name}/service.json", "id", message)
    order_templates: dict[str, OrderTemplate] = {}
    for order, resource in files.orders.items():
        with faults:
            order_templates[order] = make_template(order, resource, orderables)
    faults.stop()
    guidelines = {one.id: one for one in files.guidelines.guidelines}
    names: Mapping[str, Container[str]] = {
        "signals": signal_names(studies),
        "facts": {fact.id for fact in facts},
        "signals or facts": {
            *signal_names(studies),
            *(name for fact in facts for name in (fact.id, f"leads-{fact.id}")),
        },
        "findings": specs,
        "studies": studies,
        "guidelines": guidelines,
        "rules": {rule.id for rule in rules},
    }
    for rule in rules:
        with faults:
            _check_rule(rule, names, order_templates)
    of_facts = {
        "kinds of order": SUPPORT_KINDS,
        "signals": signal_names(studies) | {TRAINING_OPEN},
    }
    for fact in facts:
        with faults:
            _check_fact(fact, {**names, **of_facts})
    faults.stop()
    return ServiceHook(
        id=name,
        hook=str(discovery["hook"]),
        discovery={**discovery, "prefetch": templates},
        plan=_plan(templates),
        rules=rules,
        facts=facts,
        texts=files.texts,
        order_templates=order_templates,
        guidelines=guidelines,
        summaries=files.guidelines.summaries,
        closures=files.closures,
        handouts=files.handouts,
    )


def _refuse_two_codes(template: OrderTemplate, site: SiteFolder | None) -> None:
    """Refuse two codes that one EHR could place for one order.

    Which it gets would be chance.
    """
    clients = site.own_clients if site else ()
    several = [one.capabilities or EVERYTHING for one in clients] or [EVERYTHING]
    for capabilities in several:
        placeable = template.placeable(capabilities)
        if len(placeable) > 1:
            codes = " and ".join(
                f"{one.coding['system']}|{one.coding['code']} ({label(one.file)})"
                for one in placeable
            )
            raise DataFileError(
                label(placeable[-1].file),
                f"group.element.{placeable[-1].coding['code']}",
                f"two codes for one order, {template.title}: {codes}; keep the one that"
                " the EHR places as equivalent, write wider and a comment at the other,"
                " or name order-systems under [clients.capabilities]",
            )


def _closures(folders: HookFolders, texts: CardTexts) -> ClosureFile:
    """What overrides close; each names a topic and a reason of its cards.

    An override of a card of the shared service counts here as it does there.
    """
    path = in_force(folders.own, "closures.toml")
    found = validated(ClosureFile, read_toml(path), path)
    for number, one in enumerate(found.closures):
        place = f"closures.{number}"
        if one.topic not in texts.reasons:
            raise DataFileError(
                label(path),
                f"{place}.topic",
                f"is not one of {', '.join(texts.reasons)}",
            )
        codes = [reason.code for reason in texts.reasons[one.topic]]
        if one.reason not in codes:
            raise DataFileError(
                label(path), f"{place}.reason", f"is not one of {', '.join(codes)}"
            )
    if not folders.shared:
        return found
    other = in_force(folders.shared, "closures.toml")
    if other == path:
        return found
    shared = validated(ClosureFile, read_toml(other), other)
    every = (*found.closures, *shared.closures)
    return found.model_copy(update={"closures": every})


def _with_codes(
    key: str,
    text: str,
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    *,
    is_done: bool,
) -> str:
    """The template with `{codes}` replaced by all codes of the findings.

    Those findings that are read from this key.

    Args:
        is_done: the hook fires after the procedure, which tells more.
    """
    asked = asked_codes(specs, terminology, key, after_surgery=is_done)
    codes = ",".join(f"{system}|{code}" for system, code in asked)
    filled = text.replace("{codes}", codes)
    if "{codes}" in text and not codes:
        raise DataFileError(
            "service.json", f"prefetch.{key}", "no finding is read from this key"
        )
    if len(filled) > MAX_QUERY:
        raise DataFileError(
            "service.json",
            f"prefetch.{key}",
            f"{len(filled)} characters, more than {MAX_QUERY}",
        )
    return filled


OWN_WORDS = frozenset({"code.text", "reasonCode.text", "note.text"})
PLACEHOLDER = re.compile(r"\\\{\w+\\\}")
FILLED = "[^.;]{1,80}"


def _words_of_templates(
    services: Mapping[str, ServiceHook], languages: Mapping[str, LanguageFile]
) -> re.Pattern[str]:
    """Collect what the orders that we offer say, so that they are read whole.

    They were signed in any of our languages. A placeholder stands for a few words or a
    number.
    """
    templates = (
        one for hook in services.values() for one in hook.order_templates.values()
    )
    said = {
        value
        for template in templates
        for path, value in leaves_of(template.resource)
        if path in OWN_WORDS and not value.startswith("{")
    }
    said |= {
        one.sentences[words]
        for one in languages.values()
        for words in said
        if words in one.sentences
    }
    worded = [PLACEHOLDER.sub(FILLED, re.escape(words)) for words in sorted(said)]
    return re.compile("|".join(worded))


def _plan(templates: Mapping[str, str]) -> PrefetchPlan:
    """The prefetch queries.

    The shapes of their resource types are compiled here, not during a request.
    """
    plan = plan_prefetch(templates)
    for template in plan.templates:
        try:
            compile_shape(template.resource_type)
        except ValueError:
            raise DataFileError(
                "service.json",
                f"prefetch.{template.key}",
                "asks for a type that R4 lacks",
            ) from None
    return plan


def _rules(folders: HookFolders) -> tuple[Rule, ...]:
    """The rule files by rank."""
    return _each_once(Rule, folders, "recommendations")


def _facts(folders: HookFolders) -> tuple[FactFile, ...]:
    """The fact files by rank, of the same rank by name."""
    facts = _each_once(FactFile, folders, "facts")
    return tuple(sorted(facts, key=lambda fact: fact.rank))


def _each_once(
    model: type[Numbered], folders: HookFolders, name: str
) -> tuple[Numbered, ...]:
    """The files of one folder; no two have the same id."""
    found: list[Numbered] = []
    faults = Faults()
    for path, table in _numbered(folders, name, faults):
        with faults:
            found.append(validated(model, table, path))
    faults.stop()
    ids = [one.id for one in found]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise DataFileError(name, "id", f"appears twice: {', '.join(sorted(twice))}")
    return tuple(found)


def _check_fact(fact: FactFile, names: Mapping[str, Container[str]]) -> None:
    """Check that everything a fact names exists (`names`, by kind).

    And that its texts use only known words.
    """
    conditions = [
        *fact.phrases,
        *fact.lines,
        *([fact.settles_review] if fact.settles_review else []),
    ]
    references = {
        "signal": ("signals", [fact.signal]),
        "closed-by": ("kinds of order", fact.closed_by),
        "guidelines": ("guidelines", fact.guidelines),
        "phrases.signal": (
            "signals",
            [name for one in conditions for name in (*one.signal, *one.unless_signal)],
        ),
        "phrases.fact": (
            "facts",
            [name for one in conditions for name in (*one.fact, *one.unless_fact)],
        ),
    }
    file = f"facts/{fact.rank:02d}-… (id {fact.id})"
    for key, (kind, used) in references.items():
        if missing := next((name for name in used if name not in names[kind]), ""):
            raise DataFileError(file, key, f"{missing} is not one of the {kind}")
    for text in fact.texts:
        try:
            words = placeholders(text)
        except ValueError as error:
            raise DataFileError(file, "phrases", str(error)) from error
        known = {*COMMON_WORDS, *fact.words}
        unknown = {
            word
            for word in words
            if word[:1].lower() + word[1:] not in known and word not in names["facts"]
        }
        if unknown:
            raise DataFileError(
                file, "phrases", f"unknown words {', '.join(sorted(unknown))}"
            )


def _check_rule(
    rule: Rule,
    names: Mapping[str, Container[str]],
    order_templates: Mapping[str, OrderTemplate],
) -> None:
    """Check that everything a rule names exists (`names`, by kind).

    And that its texts use only known placeholders.
    """
    texts_signals = [name for option in rule.texts for name in option.signals]
    references = {
        "when.any-signal": ("signals or facts", rule.when.any_signal),
        "when.gap-any": ("findings", rule.when.gap_any),
        "unless-signal": ("signals or facts", rule.unless_signal),
        "unless-rule": ("rules", rule.unless_rule),
        "not-offered-if": ("signals", rule.not_offered_if),
        "recommended-if": ("signals or facts", rule.recommended_if),
        "recommended-unless": ("signals or facts", rule.recommended_unless),
        "texts.signal": ("signals or facts", texts_signals),
        "supplies": ("findings", rule.supplies),
        "asks.finding": ("findings", [one.finding for one in rule.asks]),
        "asks.supplies": ("findings", [one.supplies for one in rule.asks]),
        "asks.unless-signal": (
            "signals",
            [one.unless_signal for one in rule.asks if one.unless_signal],
        ),
        "guidelines": ("guidelines", rule.guidelines),
        "studies": ("studies", rule.studies),
    }
    file = f"recommendations/{rule.rank:02d}-… (id {rule.id})"
    for key, (kind, used) in references.items():
        if missing := next((name for name in used if name not in names[kind]), ""):
            raise DataFileError(file, key, f"{missing} is not one of the {kind}")
    if rule.order is not None and rule.order not in order_templates:
        raise DataFileError(file, "order", f"there is no orders/{rule.order}.json")
    said = [
        text for option in rule.texts for text in (option.line(rule.text), option.label)
    ]
    words = read_placeholders([rule.text, rule.label, *said])
    if rule.order is not None:
        words |= read_placeholders(order_templates[rule.order].resource)
    if unknown := words - RULE_WORDS:
        raise DataFileError(file, "text", f"unknown words {', '.join(sorted(unknown))}")


def _check_wording(hooks: Sequence[Path], folders: Sequence[Path]) -> None:
    """Check that no text matches a banned pattern (`hooks/wording.toml`).

    Ours or a site's.
    """
    banned = banned_patterns(hooks)
    faults = Faults()
    for folder in folders:
        for path in sorted(
            one for one in folder.rglob("*") if one.suffix in (".toml", ".json", ".md")
        ):
            with faults:
                _check_words(path, banned)
    faults.stop()


def _check_words(path: Path, banned: Sequence[re.Pattern[str]]) -> None:
    if path.suffix == ".toml":
        texts = _strings(read_toml(path))
    elif path.suffix == ".json":
        texts = _strings(read_json(path))
    else:
        texts = [path.read_text(encoding="utf-8")]
    for text in texts:
        for pattern in banned:
            if pattern.search(text):
                message = f"contains a phrase that no card may use: {pattern.pattern}"
                raise DataFileError(label(path), "", message)


def banned_patterns(hooks: Sequence[Path] | None = None) -> tuple[re.Pattern[str], ...]:
    """The wording rules, as compiled patterns."""
    path = in_force(hooks or _folders("hooks", None), "wording.toml")
    return tuple(re.compile(one, re.IGNORECASE) for one in read_toml(path)["banned"])


def _strings(value: Any) -> Iterable[str]:
    """Every string in a data file, keys left out."""
    if isinstance(value, str):
        return [value]
    items: Iterable[Any] = (
        value.values()
        if isinstance(value, dict)
        else value
        if isinstance(value, list)
        else ()
    )
    return [text for item in items for text in _strings(item)]
