"""Read, check and digest all data once, at start.

A fault stops the start and names the file.
"""

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from cds_service import __version__
from cds_service.call import Service, ServiceHook
from cds_service.core.data_file import (
    Faults,
    data_root,
    label,
    read_json,
    read_toml,
    validated,
)
from cds_service.core.models.model_card import model_card
from cds_service.core.models.pooled import PooledModel, load_pooled_model
from cds_service.core.models.pooled_card import pooled_card
from cds_service.core.models.prediction import LogisticModel, load_models
from cds_service.core.models.source_attributes import SourceAttributes
from cds_service.core.models.study import Study
from cds_service.core.models.study_files import (
    find_study_faults,
    load_contrary_evidence,
    load_pooled_study,
    load_studies,
)
from cds_service.core.site_values.observed_expected import ObservedExpected
from cds_service.core.site_values.policy import Policy
from cds_service.core.site_values.recalibration import Recalibration
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.words.languages import LanguageFile
from cds_service.core.words.wording import Wording
from cds_service.errors import DataFileError
from cds_service.fhir.learning.proposing import load_learning
from cds_service.fhir.mapping.checks.confirmed import check_confirmed
from cds_service.fhir.mapping.checks.examples import check_examples
from cds_service.fhir.mapping.checks.unknown_names import check_names
from cds_service.fhir.mapping.codes.mapping_files import read_orderables
from cds_service.fhir.mapping.files.overlay import DATA, refuse_unread
from cds_service.fhir.mapping.finding_specs import check_specs, load_finding_specs
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.suggested.suggestions import OrderTemplate
from cds_service.fhir.site_calendar import UTC_CALENDAR, SiteCalendar
from cds_service.hook_files.handouts import check_settings
from cds_service.hook_files.languages import languages_in_use, read_languages
from cds_service.hook_files.orders import refuse_two_codes, words_of_orders
from cds_service.hook_files.queries import check_keys
from cds_service.hook_files.service_hook import (
    HookFiles,
    make_service_hook,
    read_hook_files,
)
from cds_service.measures.definitions import Measures, load_measures
from cds_service.protocol.json_text import json_digest
from cds_service.site.folder import SiteFolder, load_site

PACKAGE = Path(__file__).parent
STUDIES = PACKAGE / "studies"
REDUCED = STUDIES / "reduced"
CORE = PACKAGE / "core"  # definitions of sarcopenia, units in words
SIMULATION = STUDIES / "simulation.json"
POOLED_SIMULATION = STUDIES / "pooled-simulation.json"
# Files of a site folder: `validate --refit` writes the first, `--quarters` the second.
RECALIBRATION = "recalibration.toml"
OBSERVED_EXPECTED = "observed-expected.toml"


def load_service(site: SiteFolder | None = None) -> Service:
    """Load the service with our data, overlaid by a site's."""
    mappings, hooks = _folders("mappings", site), _folders("hooks", site)
    faults = Faults()
    _check_overlays((mappings, hooks), faults)
    with faults:
        terminology = Terminology(*mappings, calendar=calendar_of(site))
    with faults:
        orderables = read_orderables(mappings)
    with faults:
        specs = load_finding_specs(*mappings)
    files = _read_hooks(hooks, site, faults)
    faults.stop()
    _check_vocabulary(mappings, specs, terminology, files.values(), faults)
    units = {name: spec.unit for name, spec in specs.items()}
    with faults:
        studies = load_studies(STUDIES, units)
    faults.stop()

    science = _science_of(studies, units, site)
    make = partial(
        make_service_hook,
        studies=studies,
        specs=specs,
        terminology=terminology,
        orderables=orderables,
    )
    services = _make_services(files, make, faults)
    faults.stop()

    templates = _templates_of(services.values())
    _check_templates(templates, site, faults)
    with faults:
        check_examples(mappings[1:], terminology)
    faults.stop()
    languages = read_languages(hooks)
    terminology.own_words = words_of_orders(templates, languages)
    with faults:
        languages_on = languages_in_use(site, languages)
    if site is not None:
        _check_site(site, services.values(), terminology, faults)
    faults.stop()
    clients = site.clients if site else {}

    return Service(
        hooks=dict(sorted(services.items(), key=_place_in_discovery)),
        terminology=terminology,
        finding_specs=specs,
        studies=studies,
        models=science.models,
        pooled=science.pooled,
        policy=science.policy,
        wording=Wording(specs),
        digests=_digests(mappings, hooks, science),
        model_cards=science.cards,
        attributes=science.attributes,
        languages=languages_on,
        of_clients={name: load_service(folder) for name, folder in clients.items()},
    )


class _Science(NamedTuple):
    """The models that give the figures, and the model cards that describe them."""

    models: Mapping[str, LogisticModel]
    pooled: PooledModel
    policy: Policy
    attributes: SourceAttributes
    cards: Mapping[str, Any]


def _science_of(
    studies: Mapping[str, Study],
    units: Mapping[str, str],
    site: SiteFolder | None,
) -> _Science:
    """Load the models of these studies and the pooled one, at the site's baseline."""
    models = load_models(studies, REDUCED)
    pooled = load_pooled_model(load_pooled_study(STUDIES, units), REDUCED)
    policy = _policy(site, models, pooled)
    attributes = _load_attributes()
    cards = _model_cards(studies, models, pooled, attributes, site, policy)
    return _Science(models, pooled, policy, attributes, cards)


def _read_hooks(
    hooks: Sequence[Path], site: SiteFolder | None, faults: Faults
) -> dict[str, HookFiles]:
    """Read the files of each service that is on, by its id."""
    folders = sorted(path.parent for path in hooks[0].glob("*/service.json"))
    files: dict[str, HookFiles] = {}
    for folder in folders:
        if _is_wanted(folder, site):
            with faults:
                files[folder.name] = read_hook_files(folder.name, hooks)
    return files


def _make_services(
    files: Mapping[str, HookFiles],
    make: Callable[[HookFiles], ServiceHook],
    faults: Faults,
) -> dict[str, ServiceHook]:
    """Make each service of its files, by its id."""
    services: dict[str, ServiceHook] = {}
    for name, hook_files in files.items():
        with faults:
            services[name] = make(hook_files)
    return services


def _templates_of(services: Iterable[ServiceHook]) -> list[OrderTemplate]:
    """List the orders that the services offer."""
    return [template for hook in services for template in hook.order_templates.values()]


def _check_templates(
    templates: Iterable[OrderTemplate], site: SiteFolder | None, faults: Faults
) -> None:
    """Refuse an order that the site gives two codes."""
    for template in templates:
        with faults:
            refuse_two_codes(template, site)


def _digests(
    mappings: Sequence[Path], hooks: Sequence[Path], science: _Science
) -> dict[str, str]:
    """Return the version, and a digest of each part of the data in force."""
    return {
        "version": __version__,
        "studies": _digest([STUDIES]),
        "core": _digest([CORE]),
        "mappings": _digest(mappings),
        "hooks": _digest(hooks),
        "policy": hashlib.sha256(science.policy.model_dump_json().encode()).hexdigest(),
        "model-cards": json_digest(science.cards),
    }


def _check_vocabulary(
    mappings: Sequence[Path],
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    files: Iterable[HookFiles],
    faults: Faults,
) -> None:
    """Check that findings, word tables and queries use names that exist."""
    with faults:
        check_specs(specs, terminology)
    with faults:
        check_names(mappings, specs, terminology)
    with faults:
        check_keys(specs, [hook_files.discovery for hook_files in files])


def _check_site(
    site: SiteFolder,
    services: Iterable[ServiceHook],
    terminology: Terminology,
    faults: Faults,
) -> None:
    """Check the settings of the patient's page, and the confirmed codes."""
    with faults:
        check_settings(site.site.handout, services)
    with faults:
        check_confirmed(site.path, terminology)


def load_languages(site: SiteFolder | None = None) -> Mapping[str, LanguageFile]:
    """Load all languages of cards, also those that the site has not turned on."""
    return read_languages(_folders("hooks", site))


def _check_overlays(folders: Iterable[tuple[Path, ...]], faults: Faults) -> None:
    """Refuse the files of a site that nothing would read."""
    for our_folder, *overlays in folders:
        for overlay in overlays:
            with faults:
                refuse_unread(our_folder, overlay)


def _is_wanted(folder: Path, site: SiteFolder | None) -> bool:
    """Tell if a service is on.

    The service of opened charts is only for an EHR without signings.
    """
    if read_json(folder / "service.json").get("hook") != "patient-view":
        return True
    return site is not None and any(client.patient_view for client in site.own_clients)


def _place_in_discovery(item: tuple[str, ServiceHook]) -> tuple[bool, str]:
    """Put the service of signings first: many clients take the first one."""
    name, hook = item
    return hook.hook != "order-sign", name


def calendar_of(site: SiteFolder | None) -> SiteCalendar:
    """Return the calendar of the site; without a site that of UTC."""
    return SiteCalendar(site.site.site.zone) if site else UTC_CALENDAR


def find_faults(site_folder: Path | None) -> tuple[DataFileError, ...]:
    """Find the faults of studies, mappings, hooks and site folder.

    What depends on a faulty file is only checked once that file is mended.
    """
    faults = Faults()
    site: SiteFolder | None = None
    with faults:
        site = load_site(site_folder) if site_folder else None
    with faults:
        find_study_faults(STUDIES, load_vocabulary(site), faults)
    for folder in (site, None):  # a fault of the site must not hide one of ours
        with faults:
            service = load_service(folder)
            load_learning(_folders("mappings", folder), service.terminology)
        with faults:
            load_measures_in_force(folder)
    return faults.found


def load_vocabulary(site: SiteFolder | None = None) -> Mapping[str, str]:
    """Load the canonical unit of every finding.

    `studies build` checks study files against it.
    """
    return {
        name: spec.unit
        for name, spec in load_finding_specs(*_folders("mappings", site)).items()
    }


def mapping_folders(site: SiteFolder | None = None) -> tuple[Path, ...]:
    """Return `mappings/` with the overlays of the site."""
    return _folders("mappings", site)


def load_measures_in_force(site: SiteFolder | None = None) -> Measures:
    """Load the definitions of the measures, by name."""
    folders = mapping_folders(site)
    specs = load_finding_specs(*folders)
    units = {name: spec.unit for name, spec in specs.items()}
    pooled = load_pooled_study(STUDIES, units)
    return load_measures(folders, specs, {*load_studies(STUDIES, units), pooled.id})


def load_measures_of(service: Service, site: SiteFolder | None) -> Measures:
    """Load the measures for a service of this site, by its findings and studies."""
    models = {*service.studies, service.pooled.study.id}
    return load_measures(mapping_folders(site), service.finding_specs, models)


def _folders(
    kind: Literal["hooks", "mappings"], site: SiteFolder | None
) -> tuple[Path, ...]:
    overlays = site.overlays(kind) if site else ()
    return (data_root(kind), *overlays)


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
    recalibration_path = site.path / RECALIBRATION
    if site.below is not None and not recalibration_path.exists():
        recalibration_path = site.below.path / RECALIBRATION
    recalibrations = _recalibration(recalibration_path, digests)
    return policy.with_site(baseline, site.site.policy, reference).model_copy(
        update={"recalibration": recalibrations}
    )


def _recalibration(
    path: Path, digests: Mapping[str, str]
) -> Mapping[str, Recalibration]:
    """Read the site's recalibration of each model.

    Args:
        digests: digests of the numbers in force, by model.

    Raises:
        DataFileError: a recalibration is of no model, or was made with other numbers
            than those in force.
    """
    if not path.exists():
        return {}
    recalibrations = {}
    for name, table in read_toml(path).items():
        if name not in digests:
            known = ", ".join(digests)
            raise DataFileError(label(path), name, f"is not one of the models {known}")
        recalibrations[name] = validated(Recalibration, table, path)
        if recalibrations[name].table_digest != digests[name]:
            raise DataFileError(
                label(path),
                f"{name}.table-digest",
                "the study has changed since; run validate --refit",
            )
    return recalibrations


def _load_attributes() -> SourceAttributes:
    """Load the source attributes with our texts."""
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
    """Return the model cards of the pooled model and of all studies.

    They include the simulations, and what the site says of the models.
    """
    contrary = load_contrary_evidence(STUDIES)
    local: dict[str, dict[str, dict[str, str]]] = {
        name: {} for name in (pooled.study.id, *studies)
    }
    for attribute in site.site.source_attributes if site else ():
        if attribute.study not in local:
            raise DataFileError(
                "site.toml", "source-attributes.study", f"no study {attribute.study}"
            )
        local[attribute.study][attribute.key] = {
            "text": attribute.text,
            "source": attribute.source,
        }
    source_attributes = attributes.of_pooled(
        pooled.study, local[pooled.study.id], __version__
    )
    cards = {
        pooled.study.id: pooled_card(pooled, contrary, source_attributes)
        | {"simulation": read_json(POOLED_SIMULATION)}
    }
    for name, study in studies.items():
        source_attributes = attributes.of_study(study, local[name], __version__)
        cards[name] = model_card(
            study, models.get(name), contrary, source_attributes
        ) | _simulated(study)
    for name, recalibration in policy.recalibration.items():
        cards[name]["recalibration"] = recalibration.to_json()
    for name, quarters in _observed_expected(site, cards).items():
        cards[name]["observedExpected"] = quarters.to_json()
    return cards


def _observed_expected(
    site: SiteFolder | None, models: Container[str]
) -> Mapping[str, ObservedExpected]:
    """Load the site's observed and expected events by quarter, by model."""
    path = site.path / OBSERVED_EXPECTED if site else None
    if path is None or not path.exists():
        return {}
    by_model = {}
    for name, table in read_toml(path).items():
        if name not in models:
            raise DataFileError(label(path), name, "is not one of the models")
        by_model[name] = validated(ObservedExpected, table, path)
    return by_model


def _simulated(study: Study) -> dict[str, Any]:
    """Return what `make simulation` found for this version of the study."""
    simulation = read_json(SIMULATION)
    of_study = simulation["models"].get(study.id)
    if of_study is None or of_study["version"] != study.version:
        return {}
    return {
        "simulation": {
            "patients": simulation["patients"],
            "studies": simulation["studies"],
            "summary": of_study["summary"],
            "lowFigures": {
                "under": simulation["low"],
                **of_study["worlds"]["curved"]["lowFigures"],
            },
        }
    }


def _digest(folders: Sequence[Path]) -> str:
    """Return sha256 over names and bytes of all files, in a fixed order."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(file for file in folder.rglob("*") if file.suffix in DATA):
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
