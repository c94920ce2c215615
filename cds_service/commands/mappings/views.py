"""Write what the service reads as SQL-on-FHIR ViewDefinitions (v2).

One table of candidates for each finding.

A view selects by code and status alone, an ICD class by its own code and not by those
below it. Units, plausible ranges, ages and methods of measurement are judged
afterwards, by the rules in `mappings/findings/`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from cds_service import __version__
from cds_service.commands import options
from cds_service.core.data_file import read_toml
from cds_service.core.vocabulary import (
    ConceptSpec,
    ConditionSpec,
    FindingSpec,
    QuantitySpec,
)
from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.mapping.terminology import Code, Terminology
from cds_service.loading import load_service

BASE = "https://kyphoplasty-cds.org/fhir/ViewDefinition"
COLUMNS = read_toml(Path(__file__).with_name("views.toml"))
IS_FINAL = " or ".join(f"status = '{status}'" for status in sorted(FINAL))


@click.command("views")
@options.check_text
def print_views() -> None:
    """Print what is read as SQL-on-FHIR ViewDefinitions, a JSON array.

    They cover Observations and Conditions.
    """
    service = load_service(options.chosen_site()[0])
    options.print_json(_view_definitions(service.finding_specs, service.terminology))


def _view_definitions(
    specs: Mapping[str, FindingSpec], terminology: Terminology
) -> list[dict[str, Any]]:
    """Make a view for each coded Observation or Condition, in the order of names."""
    views = []
    for spec in specs.values():
        concepts = spec.value_sets if isinstance(spec, ConceptSpec) else ()
        codes = sorted(
            {code for concept in concepts for code in terminology.codes(concept)}
        )
        if not codes:
            continue
        if isinstance(spec, ConditionSpec):
            views.append(_view(spec, "Condition", [_coded(codes)]))
        elif _columns_of(spec) in COLUMNS:
            views.append(_view(spec, "Observation", [IS_FINAL, _coded(codes)]))
    return views


def _columns_of(spec: FindingSpec) -> str:
    """Name the columns of `views.toml` for a finding."""
    match spec:
        case QuantitySpec():
            return "quantity"
        case ConditionSpec():
            return "condition"
        case _:
            return spec.kind


def _view(spec: FindingSpec, resource: str, where: Iterable[str]) -> dict[str, Any]:
    own = COLUMNS[_columns_of(spec)]
    columns = {**COLUMNS["every"], **COLUMNS.get(resource, {}), **own}
    return {
        "resourceType": "ViewDefinition",
        "url": f"{BASE}/{spec.name}",
        "name": spec.name.replace("-", "_"),
        "title": f"Candidates for {spec.title}",
        "version": __version__,
        "status": "active",
        "fhirVersion": ["4.0.1"],
        "resource": resource,
        "where": [{"path": path} for path in where],
        "select": [
            {"column": [{"name": name, "path": path} for name, path in columns.items()]}
        ],
    }


def _coded(codes: Iterable[Code]) -> str:
    either = " or ".join(
        f"(system = {_quoted(system)} and code = {_quoted(code)})"
        for system, code in codes
    )
    return f"code.coding.exists({either})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
