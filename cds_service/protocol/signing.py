"""Derive the ids of cards, suggestions and offered orders from their signing."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cds_service.protocol.json_text import canonical_json

IDS = uuid5(NAMESPACE_URL, "https://kyphoplasty-cds.org/answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The parts by which one signing of a patient's orders differs from all others.

    Attributes:
        client: issuer of the EHR's tokens.
        server: the request's FHIR server, since two servers may use one patient id.
        orders: SHA-256 of the draft orders.
    """

    client: str | None = None
    tenant: str | None = None
    server: str | None = None
    patient: str = ""
    orders: str = ""
    hook_instance: str = ""

    def derive_id(self, role: str, content: Any) -> str:
        """Derive a UUID, which is the same for a repeat of the call alone.

        Args:
            role: the kind of thing that gets the id.
            content: its content as JSON.
        """
        parts = (self.client, self.tenant, self.server, self.patient, self.orders)
        # As JSON, so that no two different lists of parts are the same text.
        name = canonical_json([*parts, self.hook_instance, role, content])
        return str(uuid5(IDS, name))
