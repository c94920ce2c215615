"""The real web application in this process, asked over WSGI, with a short deadline, against a scripted FHIR server."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cds_service.samples.requests import answer_prefetch
from tests import signings
from tests.chart_builders import ASSESSMENTS, HOOK, Asked, open_service
from tests.faults.records import PATIENT, SENT, chart, pulled

TOKEN = "canary-token-6f1f"
AUTHORIZATION = {**signings.TOKEN, "access_token": TOKEN}
# What an EHR sends that could answer half of the templates.
PARTIAL = ("patient", "conditions", "function", "body")


NOT_KNOWN = "- **Not known:** "
# What was not read or was cut, not a value that was seen and not used.
CUT = ("could not be read", "incomplete", "left out")


@dataclass(frozen=True)
class Answered:
    """One answer.

    Attributes:
        seconds: how long it took.
        entries: of the audit log, written by this call.
    """

    status: int
    body: dict[str, Any]
    seconds: float
    entries: tuple[Any, ...]

    @property
    def cards(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["cards"]
        return found

    @property
    def words(self) -> str:
        """Everything that a person reads, or the text of the OperationOutcome."""
        if "issue" in self.body:
            return str(self.body["issue"][0]["details"]["text"])
        return "\n".join(
            f"{card['summary']}\n{card.get('detail', '')}" for card in self.cards
        )

    @property
    def plain_words(self) -> str:
        """The words without the escapes of markdown."""
        return self.words.replace("\\", "")

    @property
    def issue(self) -> str:
        return str(self.body["issue"][0]["code"]) if "issue" in self.body else ""

    @property
    def first(self) -> dict[str, Any]:
        """The rehabilitation card."""
        return next(
            card
            for card in self.cards
            if card["source"]["topic"]["code"] == "rehabilitation"
        )

    @property
    def assessments(self) -> Any:
        return self.first["extension"][ASSESSMENTS]

    @property
    def not_known(self) -> str:
        """What the card says of what was not read; empty if it says nothing."""
        lines = [
            line for line in self.first["detail"].splitlines() if NOT_KNOWN in line
        ]
        assert len(lines) <= 1
        return lines[0] if lines else ""

    @property
    def is_partial(self) -> bool:
        return any(words in self.not_known for words in CUT)


def templates() -> dict[str, str]:
    return dict(open_service().hooks[HOOK].discovery["prefetch"])


def queries() -> dict[str, str]:
    """What the templates ask for our patient."""
    return {
        key: text.replace("{{context.patientId}}", PATIENT)
        for key, text in templates().items()
    }


class UnderFaults:
    """One application, as one process of the service."""

    def __init__(
        self, *, deadline: float = 2.0, fhir_servers: tuple[str, ...] = ()
    ) -> None:
        self._asked = Asked(open_service(), deadline, fhir_servers=fhir_servers)

    def sign(
        self,
        *,
        fhir_server: str | None,
        keys: Collection[str] = (),
        sends: Mapping[str, str] | None = None,
        record: list[dict[str, Any]] | None = None,
        draft: str = "",
    ) -> Answered:
        """Sign an order.

        Args:
            fhir_server: named in the request, with a token.
            keys: prefetch keys that the EHR answers from the record.
            sends: names of `SENT` by key, for answers of another kind.
            record: what prefetch is answered from.
            draft: name of `DRAFTS` in `records.py`.
        """
        whole = answer_prefetch(templates(), record or chart(), patient_id=PATIENT)
        prefetch = {key: whole[key] for key in keys} | {
            key: SENT[name] for key, name in (sends or {}).items()
        }
        body = pulled(fhir_server or "", draft) | {
            "prefetch": prefetch,
            "fhirAuthorization": AUTHORIZATION,
        }
        if fhir_server is None:
            del body["fhirServer"], body["fhirAuthorization"]
        self._asked.log.entries.clear()
        started = time.monotonic()
        response = self._asked.post(body)
        seconds = time.monotonic() - started
        return Answered(
            response.status_code,
            response.get_json(),
            seconds,
            tuple(self._asked.log.entries),
        )


@cache
def healthy() -> Answered:
    """The answer when everything is there and nothing fails."""
    return UnderFaults(deadline=30).sign(fhir_server=None, keys=tuple(templates()))
