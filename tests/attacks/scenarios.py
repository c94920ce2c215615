"""Cases that need more than one request, or another than HTTP: functions by the name that a case gives."""

from collections.abc import Callable

from tests.attacks.cases import Case
from tests.attacks.field import Field

Scenario = Callable[[Case, Field], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Known from now on by its name."""
    assert function.__name__ not in SCENARIOS
    SCENARIOS[function.__name__] = function
    return function
