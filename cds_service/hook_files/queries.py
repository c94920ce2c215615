"""Read the discovery entry, `service.json`, and fill its queries with codes."""

from collections.abc import Iterable, Mapping
from typing import Any

from cds_service.cards.card_files import in_force
from cds_service.core.data_file import Faults, read_json
from cds_service.core.vocabulary import FindingSpec, ReadSpec
from cds_service.errors import DataFileError
from cds_service.fhir.gathering.plan import PrefetchPlan, plan_prefetch
from cds_service.fhir.mapping.finding_specs import asked_codes
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.shapes import compile_shape
from cds_service.hook_files.folders import HookFolders, unknown_name

MAX_QUERY = 2000  # characters; longer addresses are refused by some servers


def read_discovery(folders: HookFolders) -> Mapping[str, Any]:
    """Read the discovery entry, with the queries of the shared service."""
    entry: dict[str, Any] = read_json(in_force(folders.own, "service.json"))
    if not folders.shared:
        return entry
    shared_entry = read_json(in_force(folders.shared, "service.json"))
    queries = {**shared_entry.get("prefetch", {}), **entry.get("prefetch", {})}
    return {**entry, "prefetch": queries}


def fill_queries(
    discovery: Mapping[str, Any],
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
) -> Mapping[str, str]:
    """Fill the codes into the queries of a discovery entry, by prefetch key."""
    is_done = discovery.get("hook") == "encounter-discharge"
    queries: dict[str, str] = {}
    faults = Faults()
    for key, text in discovery.get("prefetch", {}).items():
        with faults:
            queries[key] = _with_codes(
                key, str(text), specs, terminology, is_done=is_done
            )
    faults.stop()
    return queries


def check_keys(
    specs: Mapping[str, FindingSpec], discoveries: Iterable[Mapping[str, Any]]
) -> None:
    """Check that some service asks for the key that each finding is read from.

    Raises:
        DataFileError: names every finding whose key no service asks for.
    """
    keys = {key for discovery in discoveries for key in discovery.get("prefetch", {})}
    faults = Faults()
    for spec in specs.values():
        if not isinstance(spec, ReadSpec):
            continue
        for key in spec.keys:
            with faults:
                if key not in keys:
                    message = unknown_name(key, "prefetch keys", keys)
                    raise DataFileError(spec.rule, "key", message)
    faults.stop()


def _with_codes(
    key: str,
    text: str,
    specs: Mapping[str, FindingSpec],
    terminology: Terminology,
    *,
    is_done: bool,
) -> str:
    """Replace `{codes}` by all codes of the findings that are read from this key.

    Args:
        key: the prefetch key.
        text: the query with its placeholder.
        specs: the findings.
        terminology: the terminology in force.
        is_done: the hook fires after the procedure, when more findings are read.
    """
    code_pairs = asked_codes(specs, terminology, key, after_surgery=is_done)
    codes = ",".join(f"{system}|{code}" for system, code in code_pairs)
    query = text.replace("{codes}", codes)
    if "{codes}" in text and not codes:
        raise DataFileError(
            "service.json", f"prefetch.{key}", "no finding is read from this key"
        )
    if len(query) > MAX_QUERY:
        raise DataFileError(
            "service.json",
            f"prefetch.{key}",
            f"{len(query)} characters, more than {MAX_QUERY}",
        )
    return query


def plan_queries(templates: Mapping[str, str]) -> PrefetchPlan:
    """Plan the queries, and compile the shapes of their resource types."""
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
