"""Every row of the fault table, against scripted servers on loopback, over the whole web application."""

import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.outgoing import connections
from tests.faults.cases import Case, load_cases
from tests.faults.records import FOREIGN_VALUE, record
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import (
    PARTIAL,
    TOKEN,
    Answered,
    UnderFaults,
    healthy,
    queries,
    templates,
)

CASES = load_cases()
ROWS = [f"F{number}" for number in range(1, 23)] + ["F33", "F35", "F36", "F37"]
ALLOWANCE_SECONDS = 5.0  # for a busy machine; the rule is a tenth of a second
CERTIFICATES = Path(__file__).with_name("certificates")
PREFETCH = {"all": tuple(templates()), "some": PARTIAL, "none": ()}


def test_every_row_of_the_table_has_its_cases():
    assert sorted({case.row for case in CASES}) == sorted(ROWS)
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.fixture
def other() -> Iterator[ScriptedFhir]:
    """A second server, to which nobody must go."""
    with ScriptedFhir([], {}) as server:
        yield server


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.run == "here"], ids=lambda case: case.name
)
def test_a_fault_costs_what_the_table_says_and_no_more(case, other, monkeypatch):
    looked_up = _name_lookup(case, monkeypatch)
    script = {
        asked: fault.replace("OTHER", other.origin)
        for asked, fault in case.script.items()
    }
    with ScriptedFhir(
        record(case.record), queries(), script, tls=_tls(case, monkeypatch)
    ) as server:
        base = server.base.replace("127.0.0.1", case.host) if case.host else server.base
        service = UnderFaults(deadline=case.seconds, fhir_servers=(base,))
        first = _sign(service, case, base)
        asked = list(server.asked)
        _check_answer(case, first)
        for part, count in case.asks.items():
            assert sum(part in address for address in asked) == count, (part, asked)
        if case.again:
            second = _sign(service, case, base)
            assert all(words in second.plain_words for words in case.again), (
                second.plain_words
            )
        assert case.lookups is None or len(looked_up) == case.lookups
        assert other.asked == []
        # never over plain http to another name than this machine's
        token = None if case.host else f"Bearer {TOKEN}"
        assert {headers.get("Authorization") for headers in server.headers} <= {token}


def _sign(service: UnderFaults, case: Case, base: str) -> Answered:
    return service.sign(
        fhir_server=base if case.server == "scripted" else None,
        keys=PREFETCH[case.keys] if isinstance(case.keys, str) else case.keys,
        sends=case.sends,
        record=record(case.record),
        draft=case.draft,
    )


def _check_answer(case: Case, answer: Answered) -> None:
    assert answer.status == case.status, answer.body
    assert answer.seconds < case.seconds + ALLOWANCE_SECONDS
    assert answer.issue == case.issue
    # answers and refusals, not other orders
    assert len(answer.entries) == (0 if case.card == "none" else 1)
    for words in case.says:
        assert words in answer.plain_words, answer.plain_words
    for words in case.silent:
        assert words not in answer.plain_words
    if case.card == "none":
        assert answer.cards == []
    elif case.status == 200:
        _check_cards(case, answer)


def _check_cards(case: Case, answer: Answered) -> None:
    assert answer.cards, "an empty answer says that there is nothing to say"
    said = [
        one
        for result in answer.assessments
        for model in result.get("models", ())
        for one in model["inputs"]
    ]
    assert FOREIGN_VALUE not in {one["value"] for one in said}
    if case.card in ("full", "noticed"):
        assert answer.assessments == healthy().assessments
    if case.card == "full":
        assert not answer.is_partial
    if case.card == "partial":
        assert answer.is_partial
        assert answer.first["detail"].endswith(answer.not_known)  # the last line


# --- names and certificates


def _name_lookup(case: Case, monkeypatch) -> list[str]:
    """Names that were looked up, by a resolver that does what the case says."""
    looked_up: list[str] = []
    real, never = socket.getaddrinfo, threading.Event()

    def look_up(host, port, *arguments, **options):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            looked_up.append(host)
        else:
            return real(host, port, *arguments, **options)
        if case.lookup == "fails":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        if case.lookup == "hangs":
            never.wait(case.seconds + 2)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        here = "127.0.0.1" if len(looked_up) == 1 else "127.0.0.9"
        addresses = ["127.0.0.7", here, *(f"127.0.1.{number}" for number in range(48))]
        names = addresses if case.lookup == "fifty" else [here]
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, port or 0))
            for name in names
        ]

    if case.lookup:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return looked_up


def _tls(case: Case, monkeypatch) -> ssl.SSLContext | None:
    if not case.certificate:
        return None
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
    # a process reads its authorities once
    monkeypatch.setattr(connections, "_tls", connections._tls.__wrapped__)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{case.certificate}.pem")
    if case.tls == "1.0":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
