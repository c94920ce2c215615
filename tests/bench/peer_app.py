"""HealthChain's CDS Hooks gateway with a handler that only gives two cards; runs in an environment of its own."""

from __future__ import annotations

import json
from pathlib import Path

from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models import CDSRequest, CDSResponse

CARDS = json.loads(Path(__file__).with_name("two_cards.json").read_text())["cards"]

app = HealthChainAPI()
_service = CDSHooksService()


@_service.hook("order-sign", id="nothing")
def _answer(_request: CDSRequest) -> CDSResponse:
    return CDSResponse(cards=CARDS)


app.register_service(_service)
