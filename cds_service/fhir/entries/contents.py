"""Digest what entries say, by which an override tells a changed one."""

from collections.abc import Collection, Iterable, Mapping

from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.raw_json import Json, member, text
from cds_service.protocol.json_text import json_digest

# A new version may change these and say the same.
BOOKKEEPING = frozenset({"meta", "identifier", "recorder", "asserter"})


def contents_of(entries: Iterable[Entry], names: Collection[str]) -> Mapping[str, str]:
    """Return a digest of what each of these entries says, by its reference."""
    return {
        entry.reference: _content_of(entry.raw)
        for entry in entries
        if entry.reference in names
    }


def _content_of(resource: Json) -> str:
    left_out = set(BOOKKEEPING)
    # A generated narrative repeats the elements, in words that change by themselves.
    if text(member(resource, "text", "status")) == "generated":
        left_out.add("text")
    return json_digest(
        {name: part for name, part in resource.items() if name not in left_out}
    )
