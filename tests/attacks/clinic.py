"""A site of its own for one case: EHRs whose address of keys fails on purpose, other clocks, more workers."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from logging import LogRecord
from pathlib import Path
from typing import Any
from unittest import TestCase

from cds_service.audit.used_tokens import UsedTokens
from cds_service.callers.keys import KeyAddress
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.errors import NotAuthenticated
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Client
from tests.attacks.cases import CALL
from tests.attacks.running import Running
from tests.client_tokens import ISSUER, Signer, client_of, site_folder
from tests.faults.records import PATIENT, draft_orders
from tests.key_publisher import HANG_SECONDS, Publisher
from tests.live_service import Reply
from tests.waiting import wait_until

BASES = ("http://127.0.0.2:9/north", "http://127.0.0.2:9/south")
SIGNER = Signer("ES384", "key")
PUBLIC_URL = "https://cds.example.org"
PUBLIC = {"KYPHOPLASTY_CDS_PUBLIC_URL": PUBLIC_URL}


class Clinic:
    """One running service and the address of its EHR's keys."""

    def __init__(self, folder: Path, keys: Publisher, options: dict[str, Any]) -> None:
        self.keys = keys
        self._folder = folder
        self._options = options | {
            "environment": {
                "KYPHOPLASTY_CDS_SITE": str(folder),
                **options["environment"],
            }
        }
        self.service = Running(folder, **self._options)

    def restart(self) -> None:
        """End it, and start it anew on the same log."""
        self.service.close()
        self.service = Running(self._folder, **self._options)

    def call(
        self, token: str | None, path: str = CALL, body: Any = None, **members: Any
    ) -> Reply:
        """An order-sign, or whatever the body is, with this token."""
        return self.service.call(
            order_sign(**members) if body is None else body, token, path
        )

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
            "draftOrders": {"resourceType": "Bundle", "entry": []}
            if draft == "no order"
            else draft_orders(draft),
        },
        **members,
    }


@contextmanager
def clinic(
    *keys: Any,
    lines: Iterable[str] = (),
    more: Iterable[str] = (),
    answer: tuple[int, dict[str, str], bytes] | None = None,
    **options: Any,
) -> Iterator[Clinic]:
    """A service of a site with one EHR, and whatever `more` tables it has; nothing of it stays.

    Args:
        keys: that the EHR publishes; the usual one where none is given.
        lines: of its table.
        more: tables of other clients, whose keys are those of this one.
        answer: of the address of keys, in place of them.
        options: of `Running`.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        publisher = Publisher(*(keys or (SIGNER,)), address="127.0.0.2")
        publisher.answer = answer or publisher.answer
        where = f'jwks-url = "{publisher.base}/keys"'
        servers = f"fhir-servers = {json.dumps(BASES)}"
        tables = [
            client_of(servers, *lines, keys=where),
            *(f"{table}\n{where}\n{servers}" for table in more),
        ]
        site_folder(folder, *tables)
        door = Clinic(folder, publisher, {"environment": {}, **options})
        try:
            yield door
            assert not {500, 502} & set(door.service.statuses)
        finally:
            door.service.close()
            publisher.close()


class ByHand:
    """The verification alone, in this process, under a clock that is set by hand: nobody waits ten minutes for a test.

    Attributes:
        why: the reason of the last refusal.
    """

    def __init__(self, keys: Publisher, lines: list[LogRecord]) -> None:
        self.keys = keys
        self.why = ""
        self._lines = lines
        self._now = 0.0
        settings = Client.model_validate(
            {"issuer": ISSUER, "jwks-url": keys.base, "fhir-servers": BASES}
        )
        self._source = KeyAddress(
            ISSUER, keys.base, Connections(), monotonic=lambda: self._now
        )
        self._callers = Callers([KnownClient(settings, self._source)], UsedTokens(None))

    @property
    def said(self) -> list[str]:
        """Reasons in the log lines about keys."""
        return [line.__dict__["fields"]["reason"] for line in self._lines]

    def wait(self, *, minutes: float) -> None:
        """So much later, when no fetch goes on any more but one that hangs."""
        wait_until(
            lambda: self._source.cached._fetching is None or not self.keys.gate.is_set()
        )
        self._now += 60 * minutes

    def is_known(self, signer: Signer = SIGNER, **changes: Any) -> bool:
        """Whether a token of this key is believed."""
        token = signer.token(CALL, **changes)
        try:
            self._callers.verify(
                f"Bearer {token}", [CALL], Deadline.after(HANG_SECONDS)
            )
        except NotAuthenticated as refusal:
            self.why = refusal.reason
            return False
        return True


@contextmanager
def by_hand() -> Iterator[ByHand]:
    """One EHR with the usual key."""
    heard = TestCase().assertLogs("kyphoplasty_cds.callers", "INFO")
    with Publisher(SIGNER, address="127.0.0.2") as publisher, heard as told:
        yield ByHand(publisher, told.records)
