"""Tell by its title if a procedure repairs a broken hip or thigh.

If it has a code, `mappings/valueset/hip-repair.json` decides. The words are in
`mappings/kinds/`.
"""

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, texts_of

HIP_REPAIR = "hip-repair"
REPAIR_OF_FRACTURE = "hip-repair-of-fracture"


def is_hip_repair(procedure: Json, terminology: Terminology) -> bool:
    """Tell if any of its titles names a repair."""
    titles = texts_of(procedure.get("code"))
    return any(terminology.kinds.named(title, (HIP_REPAIR,)) for title in titles)


def is_of_fracture(repair: Json, terminology: Terminology) -> bool:
    """Tell if the title of a repair is one that is mostly done for a fracture."""
    titles = texts_of(repair.get("code"))
    return any(
        terminology.kinds.named(title, (REPAIR_OF_FRACTURE,)) for title in titles
    )
