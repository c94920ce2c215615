"""What a refusal must look like."""

from __future__ import annotations

from fhir.resources.R4B.operationoutcome import OperationOutcome

from tests.live_service import Reply


def refused(reply: Reply, status: int, words: str = "") -> None:
    """An OperationOutcome of this status whose text has these words."""
    assert reply.status == status, reply.body[:300]
    assert reply.media_type == "application/fhir+json"
    (issue,) = OperationOutcome.model_validate(reply.json()).issue
    assert words in issue.details.text
