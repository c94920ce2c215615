"""The answers of the real application, without a socket, each request asked once a run."""

import json
from functools import lru_cache
from typing import Any

from tests.chart_builders import ask
from tests.generated_patients import Signing


@lru_cache(maxsize=4096)
def ask_once(body: str) -> list[dict[str, Any]]:
    """The cards of this request, as JSON."""
    return ask(json.loads(body))


def cards_of(signing: Signing) -> list[dict[str, Any]]:
    """The cards of a patient; not to be changed."""
    return ask_once(json.dumps(signing.request()))
