"""Suggest the page that a patient takes home as a draft for the record.

In a Communication the sentences are the payload. A DocumentReference has them as plain
text, which every EHR shows; only the printed page has large letters.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.core.handout.handout import HANDOUT_DRAFT
from cds_service.core.words.phrases import say
from cds_service.fhir.orders.suggested.suggestions import SharedParts, references_of
from cds_service.fhir.shapes import is_valid
from cds_service.protocol.messages import Action, Suggestion

LABEL = say("Add the patient's page to the record as a draft")
PLAIN_TEXT = "text/plain; charset=utf-8"
# Of the references of an order: its requester is the author of the page.
AUTHOR = "requester"


@dataclass(frozen=True, slots=True)
class Page:
    """The page in one language, as it would be printed now."""

    language: str
    title: str
    sentences: Sequence[str]


def draft_handout(page: Page, shared: SharedParts) -> Suggestion | None:
    """Suggest the page as the resource that this EHR takes; None if it takes none."""
    kind = shared.capabilities.handout
    if kind == "none" or not shared.capabilities.can("create", kind):
        return None
    make = _communication if kind == "Communication" else _document
    members = {"language": page.language, **make(page, shared)}
    signing, content = shared.signing, {"rule": HANDOUT_DRAFT, "resource": members}
    new_id = signing.derive_id("resource", content)
    resource = {"resourceType": kind, "id": new_id, **members}
    if not is_valid(resource, kind):
        return None  # a site's own words may hold what FHIR allows in no text
    label = shared.translated(LABEL)
    offered = {"rule": HANDOUT_DRAFT, "offered": new_id}
    return Suggestion(
        label=label,
        uuid=signing.derive_id("suggestion", offered),
        is_recommended=False,  # a clinician reads it first
        actions=(Action(type="create", description=label, resource=resource),),
    )


def _communication(page: Page, shared: SharedParts) -> dict[str, Any]:
    references = references_of(shared)
    sender = {"sender": references.pop(AUTHOR)} if AUTHOR in references else {}
    return {
        "status": "preparation",
        **references,
        "topic": {"text": page.title},
        "recipient": [references["subject"]],
        **sender,
        "payload": [{"contentString": sentence} for sentence in page.sentences],
    }


def _document(page: Page, shared: SharedParts) -> dict[str, Any]:
    references = references_of(shared)
    author = {"author": [references.pop(AUTHOR)]} if AUTHOR in references else {}
    stay = references.pop("encounter", None)
    text = "\n".join((page.title, *page.sentences))
    attachment = {
        "contentType": PLAIN_TEXT,
        "language": page.language,
        "data": b64encode(text.encode()).decode(),
        "title": page.title,
        "creation": shared.today.isoformat(),
    }
    context = {"context": {"encounter": [stay]}} if stay else {}
    return {
        "status": "current",
        "docStatus": "preliminary",
        "type": {"text": page.title},
        **references,
        **author,
        "content": [{"attachment": attachment}],
        **context,
    }
