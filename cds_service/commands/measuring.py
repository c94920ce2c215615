"""`kyphoplasty-cds measures`: what each measure is.

Printed for people, or as FHIR for programs that write such values.
"""

from typing import Any

import click

from cds_service.commands import options
from cds_service.core.data_file import read_json
from cds_service.core.vocabulary import QuantitySpec
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.loading import load_measures_in_force, mapping_folders
from cds_service.measures.definitions import FOLDER, Measure
from cds_service.measures.observations import site_codes
from cds_service.measures.profiles import definition_of, published
from cds_service.site.folder import SiteFolder


@click.command()
@click.argument("name", required=False)
@click.option(
    "--fhir",
    "as_fhir",
    is_flag=True,
    help="CodeSystems, ValueSets and Observation profiles as a Bundle",
)
@options.SITE
@options.check_text
def measures(*, name: str | None, as_fhir: bool, site: Any) -> None:
    """Print what each measure is, for people or as FHIR."""
    folder, _ = options.chosen_site(site)
    in_force = load_measures_in_force(folder)
    if as_fhir:
        options.print_json(_as_fhir(folder))
        return
    if name is not None and name not in in_force:
        raise click.BadParameter(
            f"no measure {name}; there are {', '.join(in_force)}", param_hint="NAME"
        )
    if name is None:
        lines = [
            f"{measure.name} ({measure.finding.unit}): {measure.file.definition}"
            for measure in in_force.values()
        ]
    else:
        lines = _lines(in_force[name])
    for line in lines:
        click.echo(line)


def _as_fhir(folder: SiteFolder | None) -> Any:
    folders = mapping_folders(folder)
    own = read_json(files_in_force(folders, "codesystem", ".json")[FOLDER])
    return published(load_measures_in_force(folder), own, site_codes(folders))


def _lines(measure: Measure) -> list[str]:
    file, method = measure.file, measure.method
    others = sorted((method.other if method else {}).values())
    as_studied = (
        f"Measured as in the study: {file.method.meaning}." if file.method else ""
    )
    loinc = f"LOINC: {', '.join(file.loinc)}." if file.loinc else ""
    lines = [
        measure.name,
        definition_of(measure),
        _values(measure.quantity) if measure.quantity else "Yes or no.",
        as_studied,
        *(f"Not this measure: {words}." for words in dict.fromkeys(others)),
        *(f"DICOM: {_dicom(form)}." for form in file.dicom),
        loinc,
        f"Used by: {', '.join(file.studies) or 'none of the studies'}.",
    ]
    return list(filter(None, lines))


def _values(quantity: QuantitySpec) -> str:
    low, high = quantity.range
    units = ", ".join(unit or "none" for unit in quantity.accept_units)
    plausible = f"plausible from {low:g} to {high:g}"
    return f"Unit: {quantity.unit} (read: {units}); {plausible}."


def _dicom(form: Any) -> str:
    parts = [f"{form.name.meaning} ({form.name.code}, {form.name.scheme})"]
    if form.derivation:
        parts.append(
            f"derivation {form.derivation.meaning} ({form.derivation.code},"
            f" {form.derivation.scheme})"
        )
    parts += [
        f"of {options[0].meaning} ({options[0].code}, {options[0].scheme})"
        for options in form.sites
    ]
    if form.level:
        parts.append("with its vertebra")
    return ", ".join(parts)
