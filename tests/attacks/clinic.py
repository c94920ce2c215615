"""A site of its own for one case: EHRs whose keys lie at an address that fails on purpose, other clocks, more workers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.attacks.cases import CALL
from tests.attacks.running import Answered, Running
from tests.client_tokens import Signer, client_of, site_folder
from tests.faults.records import PATIENT, draft_orders
from tests.key_publisher import Publisher

BASES = ("http://127.0.0.2:9/north", "http://127.0.0.2:9/south")
SIGNER = Signer("ES384", "key")


class Clinic:
    """One running service and the address of its EHR's keys."""

    def __init__(self, service: Running, keys: Publisher) -> None:
        self.service = service
        self.keys = keys

    def call(self, token: str | None, path: str = CALL, body: Any = None, **members: Any) -> Answered:
        """An order-sign, or whatever the body is, with this token."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        document = order_sign(**members) if body is None else body
        return self.service.send("POST", path, json.dumps(document).encode(), headers)

    def token(self, signer: Signer = SIGNER, path: str = CALL, **changes: Any) -> str:
        """A token for this address, good unless it is changed here."""
        return signer.token(self.service.url + path, **changes)

    def status(self, token: str | None) -> int:
        return self.call(token).status


def order_sign(draft: str = "no order", **members: Any) -> dict[str, Any]:
    """Without prefetch; an order that is none of ours unless a draft is named."""
    return {
        "hook": "order-sign",
        "hookInstance": "7f4a2f0c-5a0e-4a52-9f4a-2f0c5a0e4a52",
        "context": {
            "userId": "Practitioner/7",
            "patientId": PATIENT,
            "draftOrders": {"resourceType": "Bundle", "entry": []} if draft == "no order" else draft_orders(draft),
        },
        **members,
    }


@contextmanager
def clinic(
    *keys: Any, lines: Iterable[str] = (), more: Iterable[str] = (), arguments: Iterable[str] = (), **options: Any
) -> Iterator[Clinic]:
    """A service of a site with one EHR, and whatever `more` tables it has; nothing of it stays.

    Args:
        keys: that the EHR publishes; the usual one where none is given.
        lines: of its table.
        more: tables of other clients, whose keys are those of this one.
        arguments: of `serve`.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        publisher = Publisher(*(keys or (SIGNER,)), address="127.0.0.2")
        where = f'jwks-url = "{publisher.base}/keys"'
        servers = f"fhir-servers = {json.dumps(BASES)}"
        tables = [client_of(servers, *lines, keys=where), *(f"{table}\n{where}\n{servers}" for table in more)]
        site_folder(folder, *tables)
        environment = {"KYPHOPLASTY_CDS_SITE": place}
        service = Running(folder, environment=environment, arguments=arguments, **options)
        try:
            yield Clinic(service, publisher)
            assert not {500, 502} & set(service.statuses)
        finally:
            service.close()
            publisher.close()
