"""Cases that need more than one request, or another than HTTP: functions by the name that a case gives."""

import json
from collections.abc import Callable
from typing import Any

from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.tables import built

Scenario = Callable[[Case, Field], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Known from now on by its name."""
    assert function.__name__ not in SCENARIOS
    SCENARIOS[function.__name__] = function
    return function


def many(count: int, of: Any, after: str = "") -> Any:
    """A text so many times in a row, or so many elements, each with its number for `@`: for what a case sends."""
    if isinstance(of, str):
        return after + of * count
    text = json.dumps(of)
    return [json.loads(text.replace("@", str(one))) for one in range(count)]


def octets_of(parts: Any, encoding: str = "latin-1") -> bytes:
    """Texts in a row, some of them `many`."""
    return "".join(built(list(parts), {"many": many})).encode(encoding)
