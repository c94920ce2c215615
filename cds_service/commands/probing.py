"""`kyphoplasty-cds probe`: a synthetic order through the whole path of a running service."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cds_service.commands.calling import (
    ISSUER_OF_TOKENS,
    KEY,
    Replied,
    read_calling_card,
    send,
    synthetic_call,
    topics_of,
)
from cds_service.commands.options import AS_JSON, BASE, SITE, TOKEN_FILE, chosen_site, print_json, say_errors
from cds_service.commands.terminal import clean
from cds_service.loading import load_service
from cds_service.samples import load_samples

PATIENT = "kyphoplasty-cds-probe"


@click.command("probe")
@click.argument("url", type=BASE)
@SITE
@click.option("--procedure", metavar="CODE", help="CPT number or SYSTEM|CODE that the EHR sends")
@TOKEN_FILE
@KEY
@ISSUER_OF_TOKENS
@AS_JSON
@say_errors
def probe_service(*, url: str, site: Path | None, procedure: str | None, as_json: bool, **who: Any) -> None:
    """Send a synthetic kyphoplasty order of no patient through a running service, and say what came back."""
    caller = read_calling_card(**who)
    hook = next(iter(load_service(chosen_site(site)[0]).hooks.values()))  # a site's codes shape the prefetch
    sample = load_samples(datetime.now(UTC).date())[0]
    body = synthetic_call(sample, hook.discovery["prefetch"], patient_id=PATIENT, procedure=procedure)
    found = _judged(send(url, hook.id, body, caller))
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(_lines(found)))
    sys.exit(0 if found["good"] else 1)


def _judged(reply: Replied) -> dict[str, Any]:
    """What came back, and why it is bad; an empty fault if it is good."""
    fault = _fault_of(reply)
    return {
        "good": not fault,
        "fault": fault,
        "status": reply.status,
        "milliseconds": round(reply.seconds * 1000),
        "cards": [
            {"topic": topic, "indicator": card.get("indicator"), "summary": card.get("summary")}
            for topic, card in topics_of(reply.cards).items()
        ],
    }


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    count = len(found["cards"])
    yield f"{found['status']} in {found['milliseconds'] / 1000:.2f} s, {count} card{'' if count == 1 else 's'}"
    for card in found["cards"]:
        yield f"  {card['topic']} ({card['indicator']}): {clean(card['summary'])}"
    yield f"bad: {found['fault']}" if found["fault"] else "good"


def _fault_of(reply: Replied) -> str:
    if reply.status != 200:
        issues = reply.document.get("issue") if isinstance(reply.document, dict) else None
        texts = [one["details"]["text"] for one in issues or () if isinstance(one, dict) and "details" in one]
        return f"status {reply.status}: {' '.join(texts) or 'no reason given'}"
    if "rehabilitation" not in topics_of(reply.cards):
        return "no card on risk: the order was not recognised, or the service is off"
    return ""
