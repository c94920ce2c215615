"""Reasons to keep a brace longer that are not findings: another fracture, and the brace order's own reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cds_service.fhir.certainty import ACTIVE, certainty_of, clinical_status
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.level_text import LEVELS, in_order
from cds_service.fhir.raw_json import objects, text, texts_of, utc_day

REASONS = frozenset({"unstable-fracture", "stable-burst-fracture", "spinal-instability", "neurological-deficit"})
FRACTURES = frozenset({"vertebral-fracture", "osteoporotic-vertebral-fracture", "unstable-fracture"})  # any burst too
RECENT = timedelta(days=180)  # an older entry is often a healed fracture that nobody closed


def reasons_of_order(order: Mapping[str, Any], terminology: Terminology) -> frozenset[str]:
    """The concepts of `REASONS` that a brace order names as its reason, by code or in words."""
    reasons = codeables(order, "reasonCode", "reason")
    words = [word for reason in reasons for word in texts_of(reason)]
    words += [text(note.get("text")) for note in objects(order.get("note"))]
    named = (terminology.concepts(reason) for reason in reasons)
    said = (terminology.text_concepts(word, REASONS) for word in words)
    return (frozenset().union(*named) & REASONS).union(*said)


def other_fractures(
    record: PatientRecord, treated: tuple[str, ...], terminology: Terminology, today: date
) -> tuple[str, ...]:
    """Untreated levels with an active, recent fracture; none if the treated levels are not known."""
    found: set[str] = set()
    for sourced in record.of_key("conditions") if treated else ():
        raw = sourced.raw
        day = utc_day(raw.get("onsetDateTime")) or utc_day(raw.get("recordedDate"))
        is_recent = day is not None and timedelta(0) <= today - day <= RECENT
        if (
            sourced.concepts & FRACTURES
            and is_recent
            and clinical_status(raw) & ACTIVE
            and certainty_of(raw) != "denied"
        ):
            found.update(terminology.translate("vertebral-level-icd", raw.get("code")))
            for site in codeables(raw, "bodySite"):
                found.update(terminology.translate("vertebral-level", site))
    return in_order((found & set(LEVELS)) - set(treated))
