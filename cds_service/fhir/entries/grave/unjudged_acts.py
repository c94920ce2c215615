"""Tell which procedures were never judged, and which are harmless."""

from typing import Any

from cds_service.fhir.entries.grave.searches import BIOPSIES
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# What does not say for which disease it was done.
OF_UNSTATED_CAUSE = BIOPSIES | {"deep-infection", "wound-revision"}


def is_unjudged_act(
    procedure: Json, known: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if a procedure may be the treatment of a tumour, or a dialysis.

    It may not if its code is in a value set or a harmless range, or if its words name
    an operation that is read as what it is, or are all known. A biopsy of bone does
    not say what it found, and the cleaning of a wound not why, so they may.

    Args:
        procedure: a Procedure.
        known: what it names of the operations that are read as what they are.
        terminology: the service's terminology.
    """
    code = procedure.get("code")
    is_void = text(procedure.get("status")) in VOID
    is_known = bool((known | terminology.concepts(code)) - OF_UNSTATED_CAUSE)
    return not (is_void or is_known or is_harmless_act(code, terminology))


def is_harmless_act(code: Any, terminology: Terminology) -> bool:
    """Tell if the code or the words of a procedure are those of a harmless one."""
    acts = terminology.harmless_acts
    codings = [
        coding
        for codeable in objects(code)
        for coding in objects(codeable.get("coding"))
    ]
    codes = [(text(one.get("system")), text(one.get("code"))) for one in codings]
    if any(acts.holds(*one) for one in codes):
        return all(
            acts.holds(*coding)
            for coding in codes
            if terminology.identifies("procedures", _coded(*coding))
        )
    words = texts_of(code)
    return bool(words) and all(
        acts.is_title(word)
        or acts.is_operation(word)
        or terminology.bystanders.names_act(word)
        for word in words
    )


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}
