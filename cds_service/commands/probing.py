"""`kyphoplasty-cds probe`: a synthetic order through the whole path of a running service."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cds_service.commands.calling import (
    ISSUER_OF_TOKENS,
    KEY,
    CallingCard,
    Replied,
    read_calling_card,
    send,
    synthetic_call,
    topics_of,
)
from cds_service.commands.options import AS_JSON, OLD_FILE, SITE, chosen_site, print_json, say_errors
from cds_service.commands.terminal import clean
from cds_service.loading import load_service
from cds_service.samples import load_samples
from cds_service.site.folder import SiteFolder

PATIENT = "kyphoplasty-cds-probe"


@click.command("probe")
@click.argument("url", metavar="URL")
@SITE
@click.option("--procedure", metavar="CODE", help="CPT number or SYSTEM|CODE that the EHR sends")
@click.option("--token-file", type=OLD_FILE, help="file with a token for this one call")
@KEY
@ISSUER_OF_TOKENS
@AS_JSON
@say_errors
def probe_service(*, url: str, site: Path | None, as_json: bool, **words: Any) -> None:
    """Send a synthetic kyphoplasty order of no patient through a running service, and say what came back."""
    who = read_calling_card(words["token_file"], words["key_file"], words["issuer"])
    found = probe(url, chosen_site(site)[0], who, procedure=words["procedure"])
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(say_probed(found))
    sys.exit(1 if found.fault else 0)


@dataclass(frozen=True, slots=True)
class Probed:
    """What came back, and why it is bad; empty if it is good."""

    reply: Replied
    fault: str

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        cards = [
            {"topic": topic, "indicator": card.get("indicator"), "summary": card.get("summary")}
            for topic, card in topics_of(self.reply.cards).items()
        ]
        good = not self.fault
        return {
            "good": good,
            "fault": self.fault,
            "status": self.reply.status,
            "milliseconds": round(self.reply.seconds * 1000),
            "cards": cards,
        }


def probe(url: str, site: SiteFolder | None, who: CallingCard, *, procedure: str | None) -> Probed:
    """Sign a kyphoplasty for nobody, and judge the answer.

    Args:
        url: of the service, as EHRs call it.
        site: its codes shape the prefetch.
        who: the token or key.
        procedure: a CPT number or `system|code` that the EHR sends; CPT 22514 when None.

    Raises:
        CannotCall: the service was not reached.
    """
    service = load_service(site)
    hook = next(iter(service.hooks.values()))
    sample = load_samples(datetime.now(UTC).date())[0]
    body = synthetic_call(sample, hook.discovery["prefetch"], patient_id=PATIENT, procedure=procedure)
    reply = send(url, hook.id, body, who)
    return Probed(reply, _fault_of(reply))


def say_probed(found: Probed) -> str:
    """The answer in a few lines."""
    cards = [
        f"  {topic} ({card.get('indicator')}): {clean(card.get('summary'))}"
        for topic, card in topics_of(found.reply.cards).items()
    ]
    count = "1 card" if len(cards) == 1 else f"{len(cards)} cards"
    head = f"{found.reply.status} in {found.reply.seconds:.2f} s, {count}"
    return "\n".join([head, *cards, f"bad: {found.fault}" if found.fault else "good"])


def _fault_of(reply: Replied) -> str:
    if reply.status != 200:
        issues = reply.document.get("issue") if isinstance(reply.document, dict) else None
        texts = [one["details"]["text"] for one in issues or () if isinstance(one, dict) and "details" in one]
        return f"status {reply.status}: {' '.join(texts) or 'no reason given'}"
    if "rehabilitation" not in topics_of(reply.cards):
        return "no card on risk: the order was not recognised, or the service is off"
    return ""
