"""Tell by its title if a procedure repairs a broken hip or thigh.

Where it has a code, `mappings/valueset/hip-repair.json` decides. The words are in
`mappings/kinds.toml`.
"""

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, texts_of

HIP_REPAIR = "hip-repair"


def is_hip_repair(procedure: Json, terminology: Terminology) -> bool:
    """Tell if any of its titles names a repair."""
    titles = titles_of(procedure)
    return any(terminology.kinds.named(title, (HIP_REPAIR,)) for title in titles)


def titles_of(procedure: Json) -> list[str]:
    """List the texts of a code."""
    return texts_of(procedure.get("code"))
