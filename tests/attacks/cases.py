"""One case of the attack table, and the rows that the table must have."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent
CALL = "/cds-services/kyphoplasty-order-sign"
LENGTHS = {"A": 29, "B": 16, "C": 18, "D": 12, "E": 8, "G": 9, "H": 13, "I": 5}
ROWS = frozenset(
    {
        f"{section}{number + 1}"
        for section, length in LENGTHS.items()
        for number in range(length)
    }
    | {"F23"}
)


class Case(BaseModel):
    """One case of one row.

    In every text `{ehr}` is the base of the case's own FHIR server by its address,
    `{named}` the same by a name of the case's own, `{tls}` one with https on loopback,
    `{host}` that name alone, `{evil}` the base of a server that nobody may call;
    `{port}`, `{tls-port}` and `{evil-port}` are their ports; `{strict}` is an https
    base on the name,
    `{service}` the address of our service, `{patient}` the id of the patient, `{token}` a good token of the client.

    Attributes:
        row: of the table; `title` says what is particular to this case.
        site: which running service is called: `open`, `clients` (a site folder with two
            clients whose servers are on
            loopback) or `strict` (clients with https servers on names, no private
            networks).
        scenario: name of a function of `scenarios_*.py` that does what no table can
            say; all fields are at its hand.

    What is sent (an order-sign with all that is needed, unless these say otherwise;
    names in capitals are tables of `tests/faults/records.py`):
        method, path, headers: of the request; a header with an empty value is left out.
        body: sent as it stands in place of JSON.
        sends: dotted place -> value in the JSON of the request; `without` takes places
            away.
        keys: prefetch that the EHR sends: all, none, or a list; `prefetch` names other
            answers (`SENT`).
        adds: key of the prefetch -> resources that are put into its answer (`EXTRAS`).
        record: what the FHIR server holds and prefetch says (`RECORDS`); draft what is
            signed (`DRAFTS`).
        script: what is asked -> fault of the FHIR server (`scripted_fhir.FAULTS`).
        names: name -> addresses to which the name leads.
        token: `valid`, `none`, or a text that is sent as it stands; `token_header`,
            `token_claims`, `token_without`
            change the valid one before it is signed.

    What must come of it:
        status: of the answer; issue: code of the OperationOutcome; says, silent: words
            that must (not) be in it.
        entries: kinds of audit entries that the call made; reason: of the refusal.
        log: members of one log line that the call made.
        connects: servers that our service called: `ehr`, `tls`, `evil`; lookups: names
            that it looked up. Nothing else.
        asks: part of an address -> how many requests at the FHIR server hold it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: str
    title: str
    site: Literal["open", "clients", "strict"] = "open"
    scenario: str = ""

    method: str = "POST"
    path: str = CALL
    headers: Mapping[str, str] = {}
    body: str | None = None
    sends: Mapping[str, Any] = {}
    without: tuple[str, ...] = ()
    keys: str | tuple[str, ...] = "none"
    prefetch: Mapping[str, str] = {}
    adds: Mapping[str, str] = {}
    record: str = ""
    draft: str = ""
    script: Mapping[str, str] = {}
    names: Mapping[str, tuple[str, ...]] = {}
    token: str = "valid"
    token_header: Mapping[str, Any] = {}
    token_claims: Mapping[str, Any] = {}
    token_without: tuple[str, ...] = ()

    status: int = 200
    issue: str = ""
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    entries: tuple[str, ...] | None = None
    reason: str = ""
    log: Mapping[str, Any] = {}
    connects: tuple[Literal["ehr", "tls", "evil"], ...] = ()
    lookups: tuple[str, ...] = ()
    asks: Mapping[str, int] = {}

    @property
    def name(self) -> str:
        return f"{self.row} {self.title}"
