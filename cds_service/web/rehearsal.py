"""Answer one order and one discharge of a sample patient before the first real one.

Patterns of words are compiled where they are first used, and much is worked out once
for a process. The first answer therefore takes up to ten times as long as the next one.
The server pays this before it says that it listens, and not out of the time that an
order may take.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service, ServiceHook
from cds_service.errors import CdsError
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookResponse, parse_request
from cds_service.samples import load_samples
from cds_service.samples.requests import discharge_request, order_sign_request
from cds_service.service import answer

LOG = logging.getLogger("kyphoplasty_cds.server")
LONGEST_SECONDS = 30
NO_ADDRESS = "http://127.0.0.1"  # no link of these cards is opened


def rehearse(service: Service, now: datetime) -> None:
    """Answer both; no server is called, no entry is kept.

    A sample that a site's data leave without an answer costs the first order time, and
    nothing else: it is one line of the log.
    """
    today = service.calendar.day_of(now)
    sample = load_samples(today)[0]
    signing, leaving = service.signing_hook, service.leaving_hook
    signed = [entry["resource"] for entry in sample.draft_orders["entry"]]
    order = order_sign_request(sample, plan=signing.discovery["prefetch"])
    discharge = discharge_request(
        sample,
        signed,
        plan=leaving.discovery["prefetch"],
        today=today,
        terminology=service.terminology,
    )
    for hook, body in ((signing, order), (leaving, discharge)):
        try:
            answer_sample(service, hook, body, now, NO_ADDRESS)
        except CdsError as error:
            why = type(error).__name__
            fields = {"event": "rehearsal", "hook": hook.hook, "reason": why}
            LOG.warning("rehearsal", extra={"fields": fields})


def answer_sample(
    service: Service,
    hook: ServiceHook,
    body: Mapping[str, Any],
    now: datetime,
    base_url: str,
) -> HookResponse:
    """Answer a call of a sample patient by its prefetch alone.

    No server is called, and no entry is kept.
    """
    ports = Ports(
        clock=lambda: now,
        fhir=None,
        audit=OneEntry(),
        deadline=Deadline.after(LONGEST_SECONDS),
        base_url=base_url,
    )
    return answer(service, hook, parse_request(body, hook.hook), ports)
