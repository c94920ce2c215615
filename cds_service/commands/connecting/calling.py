"""`kyphoplasty-cds probe`: send an order of an invented patient through a service.

The patient is invented, and the call is that of an EHR: with the whole prefetch in the
request, and a token signed by a key of the caller's own.
Every such call names `PROBE` as its user, so that reports and counts can leave it out.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

from cds_service.audit.chain import PROBE
from cds_service.commands import options
from cds_service.commands.terminal import clean
from cds_service.errors import CallFailed, CdsError
from cds_service.fhir.raw_json import member, objects, text
from cds_service.loading import load_service
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.samples import Sample, load_samples
from cds_service.samples.requests import order_sign_request, procedure_coding

ISSUER = PATIENT = "kyphoplasty-cds-probe"
ALGORITHM = "ES384"
TOKEN_SECONDS = 120
CALL_SECONDS = 35.0
KEY = click.option(
    "--key",
    "key_file",
    type=options.KEPT_FILE,
    help="key that signs the tokens; made at first need",
)
ISSUER_OF_TOKENS = click.option(
    "--issuer", default=ISSUER, show_default=True, help="iss of the tokens"
)


class CannotCall(CdsError):
    """The service was not reached, or answered no JSON; the message is for people."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: status, body and the time that it took."""

    status: int
    document: Any
    seconds: float

    @property
    def cards(self) -> list[Mapping[str, Any]]:
        cards = member(self.document, "cards")
        if not isinstance(cards, list):
            return []
        return [card for card in cards if isinstance(card, dict)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The caller's credentials: a token, or a key that signs one each time.

    Open mode needs neither.

    Attributes:
        token: a token for one call.
        key: PEM of an EC key on P-384.
        issuer: `iss` of the tokens, as the client's table in `site.toml` has it.
    """

    token: str | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    issuer: str = ISSUER

    def bearer(self, audience: str) -> str | None:
        if self.key is None:
            return self.token
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": str(uuid4()),
        }
        return jwt.encode(claims, self.key, ALGORITHM, headers={"kid": self.issuer})


def read_credentials(
    token: str | None, key_file: Path | None, issuer: str
) -> Credentials:
    """Return the credentials of `--token-file`, or of `--key` and `--issuer`.

    A key that is not there yet is made.

    Raises:
        click.UsageError: both are given, or a file cannot be used.
        CannotCall: the key was made just now, and the site does not know it yet.
    """
    if token is not None and key_file is not None:
        raise click.UsageError("give --token-file or --key, not both")
    if key_file is None:
        return Credentials(token=token)
    if not key_file.exists():
        raise CannotCall(_make_key(key_file, issuer))
    try:
        pem = key_file.read_bytes()
        key = load_pem_private_key(pem, None)
    except (OSError, ValueError, TypeError) as error:
        raise click.UsageError(
            f"--key: cannot be read ({type(error).__name__})"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp384r1":
        raise click.UsageError("--key: not a key on P-384")
    return Credentials(key=pem, issuer=issuer)


def _make_key(file: Path, issuer: str) -> str:
    """Make a key, and a JWK Set with its public half next to it.

    Returns what to do with them.
    """
    key = ec.generate_private_key(ec.SECP384R1())
    public = key.public_key()
    jwk = json.loads(ECAlgorithm(ECAlgorithm.SHA384).to_jwk(public)) | {
        "kid": issuer,
        "use": "sig",
        "alg": ALGORITHM,
    }
    keys = file.with_suffix(".jwks.json")
    try:
        with os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as opened:
            opened.write(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
        keys.write_text(json.dumps({"keys": [jwk]}, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--key: cannot be written ({error.strerror})") from None
    return (
        f"{file} was made. Copy {keys.name} into the site folder, add a [[clients]]"
        " table with"
        f' issuer = "{issuer}" and jwks-file = "{keys.name}", restart the service, and'
        " call again"
    )


def send(url: str, service_id: str, body: Mapping[str, Any], who: Credentials) -> Reply:
    """Send one hook call.

    Raises:
        CannotCall: no answer, or none that can be read.
    """
    if (who.token or who.key) and not parse_base(url).may_carry_tokens:
        raise click.UsageError("a token is not sent over plain http")
    address = f"{url}/cds-services/{service_id}"
    token = who.bearer(address)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    began = time.monotonic()
    try:
        session = Connections().session()
        answer = session.post(
            address,
            data=json.dumps(body).encode(),
            headers=headers,
            timeout=CALL_SECONDS,
        )
        return Reply(
            answer.status_code, decode_json(answer.content), time.monotonic() - began
        )
    except CallFailed as error:
        raise CannotCall(f"{url}: {error}") from None
    except JsonTextError:
        raise CannotCall(f"{url}: status {answer.status_code}, and no JSON") from None


def synthetic_call(
    sample: Sample,
    plan: Mapping[str, str],
    *,
    patient_id: str,
    procedure: str | None = None,
) -> dict[str, Any]:
    """Return the call that signs a sample's orders, for an invented patient.

    It brings all prefetch and names no FHIR server.
    """
    body = order_sign_request(sample, plan=plan)
    body = json.loads(json.dumps(body).replace(sample.id, patient_id))
    if procedure is not None:
        for entry in body["context"]["draftOrders"]["entry"]:
            if entry["resource"]["resourceType"] == "ServiceRequest":
                entry["resource"]["code"] = {
                    "coding": [procedure_coding(procedure, ())]
                }
                break
    context = {**body["context"], "userId": PROBE}
    return {**body, "hookInstance": str(uuid4()), "context": context}


def cards_by_topic(cards: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the cards by the code of their topic; a card without one is left out."""
    named = ((text(member(card, "source", "topic", "code")), card) for card in cards)
    return {topic: card for topic, card in named if topic}


@click.command("probe")
@click.argument("url", type=options.BASE)
@options.SITE
@click.option(
    "--procedure", metavar="CODE", help="CPT number or SYSTEM|CODE that the EHR sends"
)
@options.TOKEN_FILE
@KEY
@ISSUER_OF_TOKENS
@options.AS_JSON
@options.check_text
def probe_service(
    *, url: str, site: Path | None, procedure: str | None, as_json: bool, **who: Any
) -> None:
    """Send a kyphoplasty order of an invented patient; say what came back."""
    caller = read_credentials(**who)
    # A site's codes shape the prefetch.
    service = load_service(options.chosen_site(site)[0])
    hook = service.signing_hook
    sample = load_samples(options.today_at(service.calendar))[0]
    body = synthetic_call(
        sample, hook.discovery["prefetch"], patient_id=PATIENT, procedure=procedure
    )
    judgement = _judgement(send(url, hook.id, body, caller))
    if as_json:
        options.print_json(judgement)
    else:
        click.echo("\n".join(_lines(judgement)))
    sys.exit(0 if judgement["good"] else 1)


def _judgement(reply: Reply) -> dict[str, Any]:
    """Return what came back as JSON, and its fault, which is empty if it is good."""
    fault = _fault_of(reply)
    return {
        "good": not fault,
        "fault": fault,
        "status": reply.status,
        "milliseconds": round(reply.seconds * 1000),
        "cards": [
            {
                "topic": topic,
                "indicator": card.get("indicator"),
                "summary": card.get("summary"),
            }
            for topic, card in cards_by_topic(reply.cards).items()
        ],
    }


def _lines(judgement: Mapping[str, Any]) -> Iterator[str]:
    count, seconds = len(judgement["cards"]), judgement["milliseconds"] / 1000
    noun = "card" if count == 1 else "cards"
    yield f"{judgement['status']} in {seconds:.2f} s, {count} {noun}"
    for card in judgement["cards"]:
        yield clean(f"  {card['topic']} ({card['indicator']}): {card['summary']}")
    yield clean(f"bad: {judgement['fault']}") if judgement["fault"] else "good"


def _fault_of(reply: Reply) -> str:
    """Say why a reply is no card on risk; empty if it is one."""
    if reply.status != 200:
        issues = objects(member(reply.document, "issue"))
        texts = (text(member(issue, "details", "text")) for issue in issues)
        why = " ".join(filter(None, texts)) or "no reason given"
        return f"status {reply.status}: {why}"
    if "rehabilitation" not in cards_by_topic(reply.cards):
        return "no card on risk: the order was not recognised, or the service is off"
    return ""
